"""Targeting of AI Configs: one document covers all environments; a patch changes one of them."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from bot.services.launchdarkly.errors import APPROVAL_NEEDED, Refusal
from bot.services.launchdarkly.instructions import Instructions, applied
from bot.services.launchdarkly.records import (
    Access,
    ApprovalSettings,
    Clause,
    Config,
    Environment,
    Place,
    Rule,
    Serving,
    Target,
)
from bot.services.launchdarkly.service import Incoming, Operation, answer
from bot.services.launchdarkly.steps import Instruction
from bot.services.launchdarkly.values import served_value
from bot.services.launchdarkly.world import Actor, Token, World

PATH = "/api/v2/projects/{project}/ai-configs/{config}/targeting"


class Patch(Instructions):
    """Body of *Update AI Config targeting*."""

    environment_key: str
    comment: str | None = None


def document(config: Config, world: World) -> dict[str, Any]:
    """The JSON of an AI Config's targeting in a response."""
    environments = world.project(config.project).environments
    return {
        "key": config.key,
        "name": config.name,
        "tags": config.tags,
        "createdAt": config.created_at,
        "_version": config.targeting_version,
        "variations": [
            {"_id": entry.id, "name": entry.name, "description": "", "value": served_value(config, entry)}
            for entry in config.entries
        ],
        "defaults": {"onVariation": config.index(config.on), "offVariation": config.index(config.off)},
        "environments": {
            key: _place_json(config, place, environments[key])
            for key, place in config.places.items()
            if key in environments
        },
        "experiments": {"baselineIdx": 0, "items": []},
    }


def _place_json(config: Config, place: Place, environment: Environment) -> dict[str, Any]:
    by_kind = {
        users: [_target_json(config, target) for target in place.targets if (target.context_kind == "user") is users]
        for users in (True, False)
    }
    return {
        "enabled": place.enabled,
        "fallthrough": _serving_json(config, place.fallthrough),
        "offVariation": config.index(place.off),
        "rules": [_rule_json(config, rule) for rule in place.rules],
        "targets": by_kind[True],
        "contextTargets": by_kind[False],
        "lastModified": place.last_modified,
        "trackEvents": place.track_events,
        "trackEventsFallthrough": place.track_events_fallthrough,
        "_environmentName": environment.name,
        "_version": place.version,
    }


def _serving_json(config: Config, serving: Serving) -> dict[str, Any]:
    rollout = serving.rollout
    if rollout is None:
        return {"variation": config.index(serving.entry or "")}
    body: dict[str, Any] = {
        "contextKind": rollout.context_kind,
        "variations": [{"variation": config.index(share.entry), "weight": share.weight} for share in rollout.shares],
    }
    if rollout.bucket_by is not None:
        body["bucketBy"] = rollout.bucket_by
    if rollout.allocation is not None:
        first = config.index(rollout.shares[0].entry)
        body["experimentAllocation"] = {"type": rollout.allocation, "canReshuffle": True, "defaultVariation": first}
    return {"rollout": body}


def _rule_json(config: Config, rule: Rule) -> dict[str, Any]:
    return {
        "_id": rule.id,
        "description": rule.description,
        "clauses": [_clause_json(clause) for clause in rule.clauses],
        "trackEvents": rule.track_events,
        **_serving_json(config, rule.serving),
    }


def _clause_json(clause: Clause) -> dict[str, Any]:
    # flags have `_id`, the schema of targeting requires `id`
    return {
        "id": clause.id,
        "_id": clause.id,
        "contextKind": clause.context_kind,
        "attribute": clause.attribute,
        "op": clause.op,
        "negate": clause.negate,
        "values": clause.values,
    }


def _target_json(config: Config, target: Target) -> dict[str, Any]:
    return {
        "contextKind": target.context_kind,
        "variation": config.index(target.entry),
        "values": target.values,
    }


def required_approval(environment: Environment, config: Config) -> ApprovalSettings | None:
    """The approval settings that apply to this AI Config there. Returns None when no approval is required."""
    settings = environment.approval
    if settings is None or not (settings.required or set(settings.required_tags).intersection(config.tags)):
        return None
    return settings


def check_gate(world: World, token: Token, environment: Environment, config: Config) -> None:
    """Raise `Refusal` if an approval is required and the token does not bypass it."""
    if required_approval(environment, config) is not None and not token.bypasses:
        raise Refusal(world.gate_status, APPROVAL_NEEDED)


def change(
    world: World, actor: Actor, config: Config, environment: str, steps: list[Instruction], comment: str | None
) -> Config:
    """Apply instructions, record them in the audit log, and return the AI Config. Raises `Refusal`."""
    changed = applied(config, environment, steps, world.ms())
    if changed is None:
        return config
    keep(world, actor, config, changed, environment, comment)
    return changed


def keep(world: World, actor: Actor, old: Config, new: Config, environment: str, comment: str | None = None) -> None:
    """Save a change in an environment, and record it in the audit log."""
    world.save(new)
    world.record(
        actor,
        "updated the targeting of",
        Access(action="updateAIConfigTargeting", resource=resource(new, environment)),
        name=new.name,
        config=new.key,
        comment=comment,
        before=document(old, world),
        after=document(new, world),
    )


def resource(config: Config, environment: str) -> str:
    """The resource specifier of an AI Config in an environment."""
    return f"proj/{config.project}:env/{environment}:aiconfig/{config.key}"


def _get(incoming: Incoming) -> Response:
    config = incoming.world.config(incoming.parts["project"], incoming.parts["config"])
    return answer(document(incoming.world.as_read(config), incoming.world))


def _patch(incoming: Incoming) -> Response:
    world = incoming.world
    config = world.config(incoming.parts["project"], incoming.parts["config"])
    body = incoming.body(Patch)
    environment = world.environment(config.project, body.environment_key)
    check_gate(world, incoming.token, environment, config)
    changed = change(world, incoming.token.actor, config, environment.key, list(body.instructions), body.comment)
    return answer(document(changed, world))


OPERATIONS = (Operation("GET", PATH, _get), Operation("PATCH", PATH, _patch))
