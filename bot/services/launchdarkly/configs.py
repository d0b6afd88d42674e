"""AI Configs: list, create, get, update and delete them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from starlette.responses import Response

from bot.services.launchdarkly.bodies import Body, Key, Name, Text
from bot.services.launchdarkly.errors import invalid
from bot.services.launchdarkly.paging import link, ordered, page, with_operators
from bot.services.launchdarkly.people import member_summary
from bot.services.launchdarkly.records import (
    DISABLED,
    Access,
    Config,
    Entry,
    Member,
    Metric,
    Mode,
    Place,
    Serving,
    Team,
)
from bot.services.launchdarkly.service import Incoming, Operation, answer, gone
from bot.services.launchdarkly.variations import VariationPost, added, variation_json
from bot.services.launchdarkly.world import Actor, World

PATH = "/api/v2/projects/{project}/ai-configs"
RESERVED = ("quick-stats", "model-configs", "prompt-snippets", "skills")
"""Fixed path segments in the position of a config key; refused as keys. This rule is ours, not LaunchDarkly's."""


class Fields(Body):
    """The fields that the bodies for creating and updating share."""

    description: Text | None = None
    tags: list[str] | None = None
    maintainer_id: str | None = None
    maintainer_team_key: str | None = None
    evaluation_metric_key: str | None = None
    is_inverted: bool | None = None


class ConfigPost(Fields):
    """Body of *Create new AI Config*."""

    key: Key
    name: Name
    mode: Mode = "completion"
    default_variation: VariationPost | None = None


class ConfigPatch(Fields):
    """Body of *Update AI Config*: only what is sent changes; tags replace the list."""

    name: Name | None = None
    default_variation_key: str | None = None


def config_json(config: Config, world: World) -> dict[str, Any]:
    """The JSON of an AI Config in a response."""
    parent = f"/api/v2/projects/{config.project}/ai-configs"
    body: dict[str, Any] = {
        "key": config.key,
        "name": config.name,
        "description": config.description,
        "mode": config.mode,
        "tags": config.tags,
        "version": config.version,
        "createdAt": config.created_at,
        "updatedAt": config.updated_at,
        "variations": [variation_json(config, config.newest(key)) for key in config.variations],
        "_links": {"self": link(f"{parent}/{config.key}"), "parent": link(parent)},
    }
    if maintainer := _maintainer(config, world):
        body["_maintainer"] = maintainer
    if config.metric is not None:
        body["evaluationMetricKey"] = config.metric
    if config.inverted is not None:
        body["isInverted"] = config.inverted
    return body


def _maintainer(config: Config, world: World) -> dict[str, Any] | None:
    if config.maintainer is not None and (member := world.find(Member, config.maintainer)):
        return member_summary(member)
    if config.maintainer_team is not None and (team := world.find(Team, config.maintainer_team)):
        return {"key": team.key, "name": team.name}
    return None


def resource(config: Config) -> str:
    """The resource specifier of an AI Config, without an environment."""
    return f"proj/{config.project}:aiconfig/{config.key}"


def _set(world: World, config: Config, body: Fields) -> None:
    """Set the fields that were sent. Raises `Refusal` (400) for an unknown member, team or metric."""
    sent = body.named()
    if "maintainerId" in sent and "maintainerTeamKey" in sent:
        raise invalid("give one of maintainerId and maintainerTeamKey")
    if "maintainerId" in sent:
        if world.find(Member, sent["maintainerId"]) is None:
            raise invalid("maintainerId: there is no such member")
        config.maintainer, config.maintainer_team = sent["maintainerId"], None
    if "maintainerTeamKey" in sent:
        if world.find(Team, sent["maintainerTeamKey"]) is None:
            raise invalid("maintainerTeamKey: there is no such team")
        config.maintainer, config.maintainer_team = None, sent["maintainerTeamKey"]
    if "evaluationMetricKey" in sent:
        if world.find(Metric, config.project, sent["evaluationMetricKey"]) is None:
            raise invalid("evaluationMetricKey: there is no such metric")
        config.metric = sent["evaluationMetricKey"]
    config.inverted = sent.get("isInverted", config.inverted)
    config.description = sent.get("description", config.description)
    config.tags = list(dict.fromkeys(sent.get("tags", config.tags)))


def create_config(world: World, actor: Actor, project: str, body: ConfigPost) -> Config:
    """Create an AI Config that serves its default variation everywhere, or nothing. Raises `Refusal` (400)."""
    environments = world.project(project).environments
    if body.key in RESERVED:
        raise invalid(f"key: {body.key} is reserved")
    if world.find(Config, project, body.key) is not None:
        raise invalid(f"key: there is an AI Config {body.key} already")
    now, disabled = world.ms(), Entry(id=str(uuid4()), key=DISABLED, name="disabled")
    config = Config(
        project=project,
        key=body.key,
        name=body.name,
        mode=body.mode,
        created_at=now,
        updated_at=now,
        maintainer=actor.member,
        entries=[disabled],
        on=disabled.id,
        off=disabled.id,
    )
    _set(world, config, body)
    if body.default_variation is not None:
        config.on = added(config, body.default_variation, now).id
    for key in environments:
        config.places[key] = Place(fallthrough=Serving(entry=config.on), off=config.off, last_modified=now)
    world.save(config)
    _audit(world, actor, "created", "createAIConfig", None, config)
    return config


def _audit(world: World, actor: Actor, verb: str, action: str, before: Config | None, after: Config | None) -> None:
    config = after or before
    assert config is not None  # noqa: S101 - one of them is there
    world.record(
        actor,
        f"{verb} the AI Config",
        Access(action=action, resource=resource(config)),
        name=config.name,
        config=config.key,
        before=config_json(before, world) if before is not None else None,
        after=config_json(after, world) if after is not None else None,
    )


def update_config(world: World, actor: Actor, config: Config, body: ConfigPatch) -> Config:
    """Update the fields that were sent; any change makes a new version. Raises `Refusal` (400)."""
    changed = config.model_copy(deep=True)
    _set(world, changed, body)
    changed.name = body.name or changed.name
    if body.default_variation_key is not None:
        if body.default_variation_key not in changed.variations:
            raise invalid("defaultVariationKey: there is no such variation")
        changed.on = changed.entry(body.default_variation_key).id
    if changed == config:
        return config
    changed.version += 1
    changed.updated_at = world.ms()
    world.save(changed)
    _audit(world, actor, "updated", "updateAIConfig", config, changed)
    return changed


def delete_config(world: World, actor: Actor, config: Config) -> None:
    """Delete an AI Config with everything in it."""
    world.drop(config)
    _audit(world, actor, "deleted", "deleteAIConfig", config, None)


def _config(incoming: Incoming) -> Config:
    return incoming.world.config(incoming.parts["project"], incoming.parts["config"])


def _list(incoming: Incoming) -> Response:
    world = incoming.world
    configs = [world.as_read(config) for config in world.configs(incoming.parts["project"])]
    configs = with_operators(
        incoming,
        configs,
        {
            "mode": lambda config: [config.mode],
            "tags": lambda config: config.tags,
            "key": lambda config: [config.key],
            "name": lambda config: [config.name],
            "maintainerId": lambda config: [config.maintainer or ""],
            "maintainerTeamKey": lambda config: [config.maintainer_team or ""],
        },
    )
    configs = ordered(
        incoming,
        configs,
        {
            "lastModified": lambda config: config.updated_at,
            "createdAt": lambda config: config.created_at,
            "name": lambda config: config.name.casefold(),
            "key": lambda config: config.key,
        },
    )
    return answer(page(incoming, configs, lambda config: config_json(config, world)))


def _create(incoming: Incoming) -> Response:
    incoming.world.project(incoming.parts["project"])
    config = create_config(incoming.world, incoming.token.actor, incoming.parts["project"], incoming.body(ConfigPost))
    return answer(config_json(config, incoming.world), 201)


def _get(incoming: Incoming) -> Response:
    return answer(config_json(incoming.world.as_read(_config(incoming)), incoming.world))


def _patch(incoming: Incoming) -> Response:
    config = update_config(incoming.world, incoming.token.actor, _config(incoming), incoming.body(ConfigPatch))
    return answer(config_json(config, incoming.world))


def _delete(incoming: Incoming) -> Response:
    delete_config(incoming.world, incoming.token.actor, _config(incoming))
    return gone()


OPERATIONS = (
    Operation("GET", PATH, _list),
    Operation("POST", PATH, _create),
    Operation("GET", PATH + "/{config}", _get),
    Operation("PATCH", PATH + "/{config}", _patch),
    Operation("DELETE", PATH + "/{config}", _delete),
)
