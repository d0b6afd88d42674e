"""Conversion of LaunchDarkly's wire objects to domain objects, and of targets to patch instructions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.clients.base import ConfigWithContent, ProjectNow, ServedNow
from bot.clients.launchdarkly import wire
from bot.domain.contents import Content, Message
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.live_state import Live, LiveState, Nothing, Off, One, Split
from bot.domain.names import Config, Environment, Project
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.domain.provider_approvals import GateState, Moved, ProviderApproval, Review
from bot.domain.targets import Target

WHOLE = 100_000
"""All of the traffic, in thousandths of a percent."""

KIND = "aiconfig"
"""The resource kind of AI Configs in approval settings."""

_ALLOCATIONS = {"experiment": Code.EXPERIMENT_RUNNING, "measuredRollout": Code.GUARDED_ROLLOUT}


_NOISE = ("_id", "_links", "_publishedAt", "_archivedAt", "_access", "createdAt", "updatedAt", "comment", "color")
"""Fields of a variation about when and where it was created, which do not affect what it does."""


class Unclear(ValueError):
    """An answer that contradicts itself."""


def project(provider: str, record: wire.AIConfig) -> Project:
    """A project: its key is its id."""
    return Project(provider, record.key, record.name)


def project_now(provider: str, record: wire.AIConfig) -> ProjectNow:
    """An AI Config with its fields."""
    fields = ProjectFields(
        name=record.name,
        description=record.description,
        tags=tuple(record.tags),
        maintainer=_owner(record.maintainer) if record.maintainer else None,
        metric=record.metric or None,
        inverted=record.inverted,
    )
    return ProjectNow(project(provider, record), fields, record.mode, record.version)


def update(fields: ProjectFields) -> dict[str, Any]:
    """The body of *Update AI Config*: exactly the fields that are set, under LaunchDarkly's names."""
    maintainer = fields.maintainer
    named = {
        "name": fields.name,
        "description": fields.description,
        "tags": None if fields.tags is None else list(fields.tags),
        "maintainerId": maintainer.id if maintainer and maintainer.kind == "member" else None,
        "maintainerTeamKey": maintainer.id if maintainer and maintainer.kind == "team" else None,
        "evaluationMetricKey": fields.metric,
        "isInverted": fields.inverted,
    }
    return {name: value for name, value in named.items() if value is not None}


def _owner(owner: wire.Owner) -> Maintainer | None:
    if owner.id:
        return Maintainer("member", owner.id, _full_name(owner) or owner.email or owner.id, owner.email)
    return Maintainer("team", owner.key, owner.name or owner.key) if owner.key else None


def member(record: wire.Member) -> Maintainer:
    """A member as a maintainer."""
    return Maintainer("member", record.id, _full_name(record) or record.email or record.id, record.email)


def team(record: wire.Team) -> Maintainer:
    """A team as a maintainer."""
    return Maintainer("team", record.key, record.name or record.key)


def _full_name(person: wire.Owner | wire.Member) -> str:
    return f"{person.first_name} {person.last_name}".strip()


def config(provider: str, project_id: str, variation: wire.Variation) -> ConfigWithContent:
    """A variation as a config: its key is the config id, and every edit gives the content a new version."""
    name = variation.name or variation.key
    archived = variation.state == "archived"
    result = Config(provider, project_id, variation.key, name, str(variation.version), is_archived=archived)
    return ConfigWithContent(result, content(variation))


def content(variation: wire.Variation) -> Content:
    """The content of a variation. The prefix of ``modelConfigKey`` is the model's vendor."""
    model = variation.model
    vendor, separator, _ = variation.model_config_key.partition(".")
    parameters = model.get("parameters")
    extra = _without(variation.model_extra or {}, *_NOISE)
    judges = _judges(extra.get("judgeConfiguration"))
    others = {**_without(model, "modelName", "name", "parameters"), **extra}
    if judges:
        others.pop("judgeConfiguration")
    return Content(
        messages=tuple(_messages(variation)),
        model=str(model.get("modelName") or model.get("name") or ""),
        vendor=vendor if separator else "",
        parameters={**others, **(parameters if isinstance(parameters, dict) else {})},
        tools={str(tool.get("key") or "tool"): _without(tool, "key") for tool in variation.tools},
        response_format=variation.output_format,
        judges=judges,
    )


def _judges(configuration: Any) -> dict[str, float]:
    """Judge key → share of the answers that it samples; empty if the format is unknown."""
    match configuration:
        case {"judges": list(judges), **others} if not others:
            pairs = [pair for each in judges if (pair := _judge(each)) is not None]
            return dict(pairs) if len(pairs) == len(judges) else {}
    return {}


def _judge(judge: Any) -> tuple[str, float] | None:
    match judge:
        case {"judgeConfigKey": str(key), "samplingRate": int(rate) | float(rate), **others} if not others:
            return key, float(rate)
    return None


def _messages(variation: wire.Variation) -> Iterable[Message]:
    if variation.instructions is not None:
        yield Message("instructions", variation.instructions)
    for message in variation.messages:
        body = message.get("content")
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, sort_keys=True)
        yield Message(str(message.get("role", "")), text)


def _without(fields: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The fields that have a value, without those with these names."""
    return {key: value for key, value in fields.items() if key not in names and value not in (None, "", [], {})}


def served_now(provider: str, targeting: wire.Targeting, environments: Sequence[wire.Environment]) -> ServedNow:
    """What is live in every environment of the project. Raises `Unclear` if the document refers to a missing entry."""
    here = [each for each in environments if each.key in targeting.environments]
    aimed = {each.key: targeting.environments[each.key] for each in here}
    return ServedNow(
        environments=tuple(environment(provider, each) for each in here),
        served={key: served(targeting.variations, each) for key, each in aimed.items()},
        gated=frozenset(each.key for each in here if _is_gated(each, targeting.tags)),
        blockers={key: reasons for key, each in aimed.items() if (reasons := tuple(_blockers(each)))},
        versions={each.key: each.content_version for each in targeting.variations if each.key},
        revisions={key: each.version for key, each in aimed.items() if each.version is not None},
    )


def environment(provider: str, record: wire.Environment) -> Environment:
    """An environment; LaunchDarkly has no default environment."""
    return Environment(provider, record.key, record.name, is_critical=record.critical)


def _is_gated(record: wire.Environment, tags: Sequence[str]) -> bool:
    demands = record.demands.get(KIND)
    return demands is not None and (demands.required or not set(demands.tags).isdisjoint(tags))


def served(entries: Sequence[wire.Entry], aimed: wire.Aimed) -> LiveState:
    """What the default rule serves, and how many rules and targets take precedence. Raises `Unclear`."""
    winning = len(aimed.rules) + sum(bool(target.values) for target in (*aimed.targets, *aimed.context_targets))
    return LiveState(_live(entries, aimed) if aimed.enabled else Off(), winning)


def _live(entries: Sequence[wire.Entry], aimed: wire.Aimed) -> Live:
    rule = aimed.fallthrough
    if rule.rollout is None:
        return _one(_at(entries, rule.variation))
    shares = [(_at(entries, each.variation), each.weight) for each in rule.rollout.variations if each.weight > 0]
    if not shares:
        raise Unclear("a rollout without weights")
    if len(shares) == 1 and not _allocation(aimed):
        return _one(shares[0][0])
    weights = tuple((entry.key, weight) for entry, weight in shares)
    return Split(weights, rule.rollout.context_kind, rule.rollout.bucket_by)


def _at(entries: Sequence[wire.Entry], index: int | None) -> wire.Entry:
    if index is None or not 0 <= index < len(entries):
        raise Unclear(f"the default rule points at entry {index} of {len(entries)}")
    return entries[index]


def _one(entry: wire.Entry) -> Live:
    return One(entry.key, entry.content_version, entry.name or entry.key) if entry.key else Nothing()


def _allocation(aimed: wire.Aimed) -> str:
    rollout = aimed.fallthrough.rollout
    return rollout.allocation.type if rollout is not None and rollout.allocation is not None else ""


def _blockers(aimed: wire.Aimed) -> Iterable[Reason]:
    """Why the default rule may not be moved; an unknown kind of allocation is treated as an experiment."""
    if not aimed.enabled:
        yield Reason(Code.SWITCHED_OFF, ResolvableBy.OPERATOR)
    kind = _allocation(aimed)
    if kind:
        yield Reason(_ALLOCATIONS.get(kind, Code.EXPERIMENT_RUNNING), ResolvableBy.OPERATOR, {"kind": kind})


def default_rule(entries: Sequence[wire.Entry], live: Target) -> list[dict[str, Any]] | None:
    """The one instruction that moves the default rule to `live`; None if an entry that it needs is missing.

    `Nothing` means the built-in disabled entry.
    """
    ids = {each.key: each.id for each in reversed(entries)}
    kind = {"kind": "updateFallthroughVariationOrRollout"}
    if not isinstance(live, Split):
        key = "" if isinstance(live, Nothing) else live.id
        return [{**kind, "variationId": ids[key]}] if key in ids else None
    if any(key not in ids for key, _ in live.weights):
        return None
    bucketing = {"rolloutContextKind": live.context_kind, "rolloutBucketBy": live.bucket_by}
    weights = {ids[key]: weight for key, weight in live.weights}
    return [{**kind, "rolloutWeights": weights, **{name: value for name, value in bucketing.items() if value}}]


def shows(targeting: wire.Targeting, environment: str, instructions: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the default rule of an environment is already where these instructions move it.

    A document that refers to a missing entry shows nothing.
    """
    aimed = targeting.environments.get(environment)
    if aimed is None:
        return False
    rule, entries = aimed.fallthrough, targeting.variations
    try:
        if rule.rollout is None:
            entry = _at(entries, rule.variation)
            return any(each.get("variationId") == entry.id for each in instructions)
        weights = {_at(entries, each.variation).id: each.weight for each in rule.rollout.variations if each.weight > 0}
    except Unclear:
        return False
    return any(each.get("rolloutWeights") == weights for each in instructions)


def approval(record: wire.Approval, link: str, people: Mapping[str, str]) -> ProviderApproval:
    """The state of an approval request; `people` are names by member id."""
    verdicts = sorted(
        (each for each in record.reviews if each.kind in ("approve", "decline")), key=lambda r: r.created_at
    )
    reviews = tuple(
        Review(people.get(each.member) or each.member or each.token, each.kind == "approve", each.comment)
        for each in verdicts
    )
    return ProviderApproval(
        id=record.id,
        link=link,
        state=_state(record),
        reviewers=reviews,
        comment=reviews[-1].comment if reviews else "",
        conflicts=tuple(_conflict(each) for each in record.conflicts),
    )


def _state(record: wire.Approval) -> GateState:
    match record.status, record.review_status:
        case "completed", _:
            return GateState.APPLIED
        case "failed", _:
            return GateState.FAILED
        case _, "approved":
            return GateState.APPROVED
        case _, "declined":
            return GateState.DECLINED
    return GateState.PENDING


def _conflict(conflict: Any) -> str:
    """A conflict in the service's words: its reason if it has one, else the whole object as JSON."""
    if isinstance(conflict, dict) and isinstance(conflict.get("reason"), str):
        return str(conflict["reason"])
    return conflict if isinstance(conflict, str) else json.dumps(conflict, ensure_ascii=False, sort_keys=True)


def moved(entry: wire.AuditEntry) -> Moved:
    """Who changed something, from an audit log entry."""
    who = entry.member or entry.token
    by = (who.email or who.name) if who else ""
    return Moved(datetime.fromtimestamp(entry.date / 1000, UTC), by, entry.comment)
