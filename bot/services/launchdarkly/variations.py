"""Variations: every edit makes a new version, which is live at once wherever the variation is served."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

from pydantic import Field
from starlette.responses import Response

from bot.services.launchdarkly.bodies import Body, Key, Name, Text
from bot.services.launchdarkly.errors import Refusal, invalid, unknown
from bot.services.launchdarkly.paging import link
from bot.services.launchdarkly.records import Access, Config, Entry, State, Version
from bot.services.launchdarkly.service import Incoming, Operation, answer, gone
from bot.services.launchdarkly.targeting import check_gate
from bot.services.launchdarkly.world import Actor, World

PATH = "/api/v2/projects/{project}/ai-configs/{config}/variations"


class Message(Body):
    """One message of a prompt."""

    role: str
    content: str


class Pinned(Body):
    """A tool or a skill, pinned to one version."""

    key: str
    version: int
    custom_parameters: dict[str, Any] | None = None


class Judge(Body):
    """An AI Config that judges answers, and the share of answers it judges."""

    judge_config_key: str
    sampling_rate: Annotated[float, Field(ge=0, le=1)]


class Judges(Body):
    """The judges of a variation; replaces the whole list."""

    judges: list[Judge]


class Content(Body):
    """What a variation holds."""

    messages: list[Message] | None = None
    instructions: Text | None = None
    description: Text | None = None
    model: dict[str, Any] | None = None
    model_config_key: str | None = None
    model_config_version: int | None = None
    output_format: dict[str, Any] | None = None
    tools: list[Pinned] | None = None
    skills: list[Pinned] | None = None
    judge_configuration: Judges | None = None
    classifiers: list[Any] | None = None

    def content(self) -> dict[str, Any]:
        """The content fields that were sent, by their JSON names."""
        wanted = {field.alias for field in Content.model_fields.values()}
        return {name: value for name, value in self.named().items() if name in wanted}


class VariationPost(Content):
    """Body of *Create AI Config variation*."""

    key: Key
    name: Name
    comment: Text | None = None


class VariationPatch(Content):
    """Body of *Update AI Config variation*: only what is sent changes."""

    name: Name | None = None
    comment: Text | None = None
    state: State | None = None
    published: bool | None = None


def variation_json(config: Config, version: Version) -> dict[str, Any]:
    """The JSON of a variation's version in a response."""
    body: dict[str, Any] = {
        "_id": version.id,
        "key": version.key,
        "name": version.name,
        "version": version.version,
        "createdAt": version.created_at,
        "state": version.state,
        "model": {},
        **version.content,
        "_links": {"parent": link(f"/api/v2/projects/{config.project}/ai-configs/{config.key}")},
    }
    optional = {"comment": version.comment, "_publishedAt": version.published_at, "_archivedAt": version.archived_at}
    return body | {name: value for name, value in optional.items() if value is not None}


def added(config: Config, body: VariationPost, now: int) -> Entry:
    """Add a new variation to `config` and return its targeting entry. Raises `Refusal` (409)."""
    if body.key in config.variations:
        raise Refusal(409, f"There is a variation {body.key} already")
    first = Version(
        id=str(uuid4()),
        key=body.key,
        name=body.name,
        version=1,
        created_at=now,
        published_at=now,
        comment=body.comment,
        content=body.content(),
    )
    entry = Entry(id=str(uuid4()), key=body.key, name=body.name)
    config.variations[body.key] = [first]
    config.entries.append(entry)
    return entry


def edited(config: Config, key: str, body: VariationPatch, now: int) -> Config:
    """Return a copy of the AI Config with the edit: a new version if content changed. Raises `Refusal` (400)."""
    changed = config.model_copy(deep=True)
    current = changed.newest(key)
    if wanted := body.state or ("published" if body.published else None):
        _move(changed, current, wanted, now)
    content = current.content | body.content()
    name = body.name or current.name
    if (content, name) == (current.content, current.name) and body.comment in (None, current.comment):
        return changed
    changed.variations[key].append(
        current.model_copy(
            update={
                "id": str(uuid4()),
                "name": name,
                "version": current.version + 1,
                "created_at": now,
                "comment": body.comment,
                "content": content,
            }
        )
    )
    changed.entry(key).name = name
    return changed


def _move(config: Config, version: Version, state: State, now: int) -> None:
    if version.state == state:
        raise invalid(f"The variation is {state} already")
    if state == "archived":
        if not any(config.newest(key).state == "published" for key in config.variations if key != version.key):
            raise invalid("The only variation cannot be archived")
        version.archived_at = now
    else:
        version.archived_at, version.published_at = None, now
    version.state = state


def save(world: World, actor: Actor, old: Config, new: Config, key: str, action: str, comment: str | None) -> None:
    """Save a change to a variation, and record it in the audit log."""
    new.updated_at = world.ms()
    new.targeting_version += 1
    world.save(new)
    verbs = {"createAIConfigVariation": "created", "deleteAIConfigVariation": "deleted"}
    world.record(
        actor,
        f"{verbs.get(action, 'updated')} the variation {key} of",
        Access(action=action, resource=f"proj/{new.project}:aiconfig/{new.key}"),
        name=new.name,
        config=new.key,
        comment=comment,
        before=_snapshot(old, key),
        after=_snapshot(new, key),
    )


def _snapshot(config: Config, key: str) -> dict[str, Any] | None:
    return variation_json(config, config.newest(key)) if key in config.variations else None


def without(config: Config, key: str) -> Config:
    """Return a copy of the AI Config without a variation, which must not be served anywhere."""
    changed = config.model_copy(deep=True)
    entry = changed.entry(key)
    changed.entries.remove(entry)
    changed.variations.pop(key)
    return changed


def used_in(config: Config, key: str, least: int = 1) -> list[str]:
    """Keys of the environments that serve the variation with at least this weight; with 0, that mention it at all."""
    entry = config.entry(key)
    return [environment for environment, place in config.places.items() if entry.id in place.entries(least)]


def _config_and_key(incoming: Incoming) -> tuple[Config, str]:
    config = incoming.world.config(incoming.parts["project"], incoming.parts["config"])
    key = incoming.parts["variation"]
    if key not in config.variations:
        raise unknown("AI Config variation")
    return config, key


def _check_gates(incoming: Incoming, config: Config, key: str) -> None:
    """Raise `Refusal` if an environment that requires approvals serves the variation."""
    for environment_key in used_in(config, key):
        environment = incoming.world.environment(config.project, environment_key)
        check_gate(incoming.world, incoming.token, environment, config)


def _create(incoming: Incoming) -> Response:
    world = incoming.world
    config = world.config(incoming.parts["project"], incoming.parts["config"])
    body = incoming.body(VariationPost)
    changed = config.model_copy(deep=True)
    added(changed, body, world.ms())
    save(world, incoming.token.actor, config, changed, body.key, "createAIConfigVariation", body.comment)
    return answer(variation_json(changed, changed.newest(body.key)), 201)


def _versions(incoming: Incoming) -> Response:
    config, key = _config_and_key(incoming)
    config = incoming.world.as_read(config)
    versions = [variation_json(config, version) for version in config.variations.get(key, [])]
    if incoming.world.thin_versions:
        for version in versions:
            version.pop("instructions", None)
            version.pop("description", None)
    return answer({"items": versions, "totalCount": len(versions)})


def _patch(incoming: Incoming) -> Response:
    config, key = _config_and_key(incoming)
    body = incoming.body(VariationPatch)
    _check_gates(incoming, config, key)
    changed = edited(config, key, body, incoming.world.ms())
    if changed != config:
        save(incoming.world, incoming.token.actor, config, changed, key, "updateAIConfigVariation", body.comment)
    return answer(variation_json(changed, changed.newest(key)))


def _delete(incoming: Incoming) -> Response:
    config, key = _config_and_key(incoming)
    _check_gates(incoming, config, key)
    if len(config.variations) == 1:
        raise invalid("The only variation cannot be deleted")
    if environments := used_in(config, key, 0):
        raise invalid(f"The variation is in use in {', '.join(environments)}")
    if config.entry(key).id in (config.on, config.off):
        raise invalid("The variation is the default one")
    save(incoming.world, incoming.token.actor, config, without(config, key), key, "deleteAIConfigVariation", None)
    return gone()


OPERATIONS = (
    Operation("POST", PATH, _create),
    Operation("GET", PATH + "/{variation}", _versions),
    Operation("PATCH", PATH + "/{variation}", _patch),
    Operation("DELETE", PATH + "/{variation}", _delete),
)
