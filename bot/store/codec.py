"""Domain values ↔ JSON documents: the only place that knows the storage format of a change.

Field names are spelled out here, so that renaming something in the domain keeps stored history readable. Every stored
document has its version under ``"v"``. A document that this code does not understand (another version, an unknown
code) raises `Unreadable`: history is never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar, assert_never

from bot.domain import contents, live_state
from bot.domain.actors import Actor, Standing
from bot.domain.changes import ApprovalSnapshot, RuleMark
from bot.domain.contents import Content
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy
from bot.domain.evaluations import Comparison, Doubt, Evidence, Trend, Verdict
from bot.domain.live_state import LiveState, Nothing, Split
from bot.domain.names import Config, Environment
from bot.domain.provider_approvals import Gate
from bot.domain.targets import Target
from bot.domain.times import Due, Oddity

VERSION = 1
"""The version of a document whose fields never changed their meaning; the oldest version of the others."""

JSON = dict[str, Any]
T = TypeVar("T")


class Unreadable(ValueError):
    """A stored document that this version does not understand."""


def sealed(document: JSON, version: int = VERSION) -> JSON:
    """The document with its version added, ready to be stored."""
    return {"v": version, **document}


def opened(what: str, document: Mapping[str, Any], read: Callable[[Mapping[str, Any]], T], newest: int = VERSION) -> T:
    """Decode a stored document with `read`, which knows all versions up to `newest`.

    Raises `Unreadable`, whose text names `what` was read.
    """
    version = document.get("v")
    if not isinstance(version, int) or not VERSION <= version <= newest:
        raise Unreadable(f"reading {what}: it is written in version {version!r}, the newest known is {newest}")
    try:
        return read(document)
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"reading {what}: {type(error).__name__}: {error}") from error


def maybe(convert: Callable[[Any], T], value: Any) -> T | None:
    """`convert(value)`, or None for None."""
    return None if value is None else convert(value)


def from_person(actor: Actor) -> JSON:
    """What is stored of a person besides the ids: name, standing and time zone at that time."""
    return {"name": actor.name, "standing": actor.standing.value, "tz": actor.tz}


def to_person(org: str, team: str, user_id: str, document: Mapping[str, Any]) -> Actor:
    """The inverse of `from_person`."""
    return Actor(org, team, user_id, document["name"], Standing(document["standing"]), document["tz"])


def from_due(due: Due) -> JSON:
    """How the scheduled time was typed; the time itself has a column."""
    return {"words": due.words, "zone": due.zone, "oddity": due.oddity.value if due.oddity else None}


def to_due(at: datetime, document: Mapping[str, Any]) -> Due:
    """The inverse of `from_due`."""
    return Due(at, document["words"], document["zone"], maybe(Oddity, document["oddity"]))


def from_environment(environment: Environment) -> JSON:
    """An environment, provider included."""
    return {
        "provider": environment.provider,
        "id": environment.id,
        "name": environment.name,
        "default": environment.is_default,
        "critical": environment.is_critical,
    }


def to_environment(document: Mapping[str, Any]) -> Environment:
    """The inverse of `from_environment`."""
    return Environment(
        document["provider"], document["id"], document["name"], document["default"], document["critical"]
    )


def from_config(config: Config) -> JSON:
    """A config, without its content."""
    return {
        "provider": config.provider,
        "project": config.project_id,
        "id": config.id,
        "name": config.name,
        "version": config.content_version,
        **({"archived": True} if config.is_archived else {}),
    }


def to_config(document: Mapping[str, Any]) -> Config:
    """The inverse of `from_config`."""
    return Config(
        document["provider"],
        document["project"],
        document["id"],
        document["name"],
        document["version"],
        document.get("archived", False),
    )


def from_reason(reason: Reason) -> JSON:
    """One reason of a refusal."""
    return {"code": reason.code.value, "lifter": reason.resolvable_by.value, "facts": dict(reason.facts)}


def to_reason(document: Mapping[str, Any]) -> Reason:
    """The inverse of `from_reason`."""
    return Reason(Code(document["code"]), ResolvableBy(document["lifter"]), document["facts"])


def from_problem(problem: Problem) -> JSON:
    """A problem with a provider."""
    return {
        "fault": problem.fault.value,
        "provider": problem.provider,
        "doing": problem.operation,
        "status": problem.status,
        "detail": problem.detail,
        "retry_after": problem.retry_after,
        "reference": problem.reference,
        "said": problem.said,
    }


def to_problem(document: Mapping[str, Any]) -> Problem:
    """The inverse of `from_problem`."""
    return Problem(
        fault=Fault(document["fault"]),
        provider=document["provider"],
        operation=document["doing"],
        status=document["status"],
        detail=document["detail"],
        retry_after=document["retry_after"],
        reference=document["reference"],
        said=document.get("said", False),  # absent in older documents
    )


def from_snapshot(snapshot: ApprovalSnapshot) -> JSON:
    """What an approval is bound to, contents included."""
    return {
        "base": live_state.to_document(snapshot.base),
        "rule": {
            "id": snapshot.rule.id,
            "approvals": snapshot.rule.approvals,
            "requester_may_approve": snapshot.rule.requester_may_approve,
        },
        "evidence": _from_evidence(snapshot.evidence),
        "base_config": maybe(from_config, snapshot.base_config),
        "base_content": maybe(contents.to_document, snapshot.base_content),
        "target_content": maybe(contents.to_document, snapshot.target_content),
    }


def to_snapshot(document: Mapping[str, Any]) -> ApprovalSnapshot:
    """The inverse of `from_snapshot`."""
    rule = document["rule"]
    return ApprovalSnapshot(
        base=live_state.from_document(document["base"]),
        rule=RuleMark(rule["id"], rule["approvals"], rule["requester_may_approve"]),
        evidence=_to_evidence(document["evidence"]),
        base_config=maybe(to_config, document["base_config"]),
        base_content=maybe(_to_content, document["base_content"]),
        target_content=maybe(_to_content, document["target_content"]),
    )


def _to_content(document: Mapping[str, Any]) -> Content:
    return contents.from_document(document)


def _from_evidence(evidence: Evidence) -> JSON:
    return {
        "verdict": evidence.verdict.value,
        "rows": [_from_comparison(row) for row in evidence.rows],
        "doubts": [doubt.value for doubt in evidence.doubts],
        "rests_on": list(evidence.rests_on),
    }


def _to_evidence(document: Mapping[str, Any]) -> Evidence:
    return Evidence(
        verdict=Verdict(document["verdict"]),
        rows=tuple(_to_comparison(row) for row in document["rows"]),
        doubts=tuple(Doubt(doubt) for doubt in document["doubts"]),
        rests_on=tuple(document["rests_on"]),
    )


def _from_comparison(row: Comparison) -> JSON:
    return {
        "evaluator": row.evaluator_id,
        "name": row.evaluator_name,
        "live": row.live,
        "candidate": row.candidate,
        "trend": row.trend.value,
        "doubt": row.doubt.value if row.doubt else None,
        "datapoints": row.datapoints,
        "measured_at": row.measured_at.isoformat() if row.measured_at else None,
    }


def _to_comparison(document: Mapping[str, Any]) -> Comparison:
    return Comparison(
        evaluator_id=document["evaluator"],
        evaluator_name=document["name"],
        live=document["live"],
        candidate=document["candidate"],
        trend=Trend(document["trend"]),
        doubt=maybe(Doubt, document["doubt"]),
        datapoints=document["datapoints"],
        measured_at=maybe(datetime.fromisoformat, document["measured_at"]),
    )


def from_target(target: Target) -> JSON:
    """The target of a change with all its fields; `Nothing` is stored explicitly as well."""
    match target:
        case Config():
            return {"kind": "config", **from_config(target), "archived": target.is_archived}
        case Split():
            bucketing = {"context_kind": target.context_kind, "bucket_by": target.bucket_by}
            return {"kind": "split", **live_state.to_document(LiveState(target)), **bucketing}
        case Nothing():
            return {"kind": "nothing"}
        case _:
            assert_never(target)


def to_target(document: Mapping[str, Any]) -> Target:
    """The inverse of `from_target`. Raises `KeyError` or `ValueError` for anything else."""
    match document["kind"]:
        case "config":
            return to_config(document)
        case "split":
            return _to_split(document)
        case "nothing":
            return Nothing()
        case kind:
            raise ValueError(f"{kind!r} is not one of config, split, nothing")


def to_unnamed_target(config: Mapping[str, Any] | None, split: Mapping[str, Any] | None) -> Target:
    """Decode a target in the old format without a kind: a config, the weights of a split, or neither (`Nothing`).

    Raises `ValueError` if both are given, because it is unclear which one is meant.
    """
    if config is not None and split is not None:
        raise ValueError("a config and the weights of a split at once")
    if config is not None:
        return to_config(config)
    return Nothing() if split is None else _to_split(split)


def _to_split(document: Mapping[str, Any]) -> Split:
    match live_state.from_document(dict(document)).live:
        case Split() as split:
            return split
    raise ValueError("weights to put back that are none")


def from_gate(gate: Gate) -> JSON:
    """The reference to an approval at a provider."""
    return {"id": gate.id, "link": gate.link}


def to_gate(document: Mapping[str, Any]) -> Gate:
    """The inverse of `from_gate`."""
    return Gate(document["id"], document["link"])
