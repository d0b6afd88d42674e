"""Domain objects ↔ rows of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from bot.domain.actors import MessageAt, Place
from bot.domain.changes import Attempt, AuditEntry, Change, Decision, Event, Kind, Say, State
from bot.domain.jobs import JobRun
from bot.domain.names import Config, Project
from bot.domain.notices import Muted, Notice, NoticeKind, Reminder, Watch
from bot.domain.rate_limits import RateLimitBucket
from bot.domain.targets import Target
from bot.store.codec import (
    from_due,
    from_environment,
    from_gate,
    from_person,
    from_problem,
    from_reason,
    from_snapshot,
    from_target,
    maybe,
    opened,
    sealed,
    to_due,
    to_environment,
    to_gate,
    to_person,
    to_problem,
    to_reason,
    to_snapshot,
    to_target,
    to_unnamed_target,
)

Values = dict[str, Any]

CHANGE_VERSION = 2
"""The version of a change's details. In version 1 a target did not name its kind."""


def from_change(change: Change) -> Values:
    """The row of a change."""
    return {
        "id": change.id,
        "number": change.number,
        "kind": change.kind.value,
        "state": change.state.value,
        "is_open": change.is_open,
        "provider": change.project.provider,
        "project_id": change.project.id,
        "environment_id": change.environment.id,
        "target_id": change.target.id if isinstance(change.target, Config) else None,
        "requester_org": change.requester.org,
        "requester_team": change.requester.team,
        "requester_id": change.requester.user_id,
        "origin_org": change.origin.org,
        "origin_team": change.origin.team,
        "origin_channel": change.origin.channel,
        "origin_thread": change.origin.thread_ts,
        "undoes": change.undoes,
        "attempt": change.attempt.value,
        "lease_by": change.lease_by,
        "lease_until": change.lease_until,
        "created_at": change.created_at,
        "updated_at": change.updated_at,
        "due_at": change.due.at if change.due else None,
        "expires_at": change.expires_at,
        "applied_at": change.applied_at,
        "revision": change.revision,
        "details": sealed(
            {
                "project": change.project.name,
                "environment": from_environment(change.environment),
                "target": from_target(change.target),
                "source": maybe(from_environment, change.source),
                "requester": from_person(change.requester),
                "because": change.because,
                "due": maybe(from_due, change.due),
                "seen": from_snapshot(change.seen),
                "gate": maybe(from_gate, change.gate),
                "reasons": [from_reason(reason) for reason in change.reasons],
                "problem": maybe(from_problem, change.problem),
            },
            CHANGE_VERSION,
        ),
    }


def to_change(row: RowMapping) -> Change:
    """The inverse of `from_change`. Raises `codec.Unreadable`."""

    def read(details: Mapping[str, Any]) -> Change:
        return Change(
            id=row["id"],
            number=row["number"],
            kind=Kind(row["kind"]),
            state=State(row["state"]),
            project=Project(row["provider"], row["project_id"], details["project"]),
            environment=to_environment(details["environment"]),
            target=_to_target(row["target_id"], details),
            requester=to_person(row["requester_org"], row["requester_team"], row["requester_id"], details["requester"]),
            origin=Place(row["origin_org"], row["origin_team"], row["origin_channel"], row["origin_thread"]),
            seen=to_snapshot(details["seen"]),
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            because=details["because"],
            source=maybe(to_environment, details["source"]),
            undoes=row["undoes"],
            gate=maybe(to_gate, details.get("gate")),
            due=None if row["due_at"] is None else to_due(row["due_at"], details["due"]),
            expires_at=row["expires_at"],
            applied_at=row["applied_at"],
            attempt=Attempt(row["attempt"]),
            lease_by=row["lease_by"],
            lease_until=row["lease_until"],
            reasons=tuple(to_reason(reason) for reason in details["reasons"]),
            problem=maybe(to_problem, details["problem"]),
            revision=row["revision"],
        )

    return opened(f"change {row['id']}", row["details"], read, CHANGE_VERSION)


def _to_target(target_id: str | None, details: Mapping[str, Any]) -> Target:
    """What a change makes live. Raises `ValueError` if a field is missing that would make it something else."""
    document = details["target"]
    if details["v"] >= CHANGE_VERSION:
        target = to_target(document)
        if from_target(target) != document:
            raise ValueError("its target has fields that are not known, or lacks some")
    elif "gate" in details and "split" not in details:  # once there were splits, both fields were always written
        raise ValueError("it does not state what to make live")
    else:
        target = to_unnamed_target(document, details.get("split"))
    if target_id != (target.id if isinstance(target, Config) else None):
        raise ValueError(f"its target is not {target_id!r}, as the column has it")
    return target


def from_decision(decision: Decision) -> Values:
    """The row of a decision."""
    actor = decision.actor
    return {
        "change_id": decision.change_id,
        "org": actor.org,
        "team": actor.team,
        "user_id": actor.user_id,
        "say": decision.say.value,
        "at": decision.at,
        "details": sealed({"actor": from_person(actor), "comment": decision.comment}),
    }


def to_decision(row: RowMapping) -> Decision:
    """The inverse of `from_decision`. Raises `codec.Unreadable`."""

    def read(details: Mapping[str, Any]) -> Decision:
        actor = to_person(row["org"], row["team"], row["user_id"], details["actor"])
        return Decision(row["change_id"], actor, Say(row["say"]), row["at"], details["comment"])

    return opened(f"a decision on change {row['change_id']}", row["details"], read)


def from_entry(entry: AuditEntry) -> Values:
    """The row of an audit entry."""
    actor = entry.actor
    return {
        "id": entry.id,
        "at": entry.at,
        "event": entry.event.value,
        "subject": entry.subject,
        "org": actor.org if actor else None,
        "team": actor.team if actor else None,
        "user_id": actor.user_id if actor else None,
        "details": sealed({"actor": maybe(from_person, actor), "facts": dict(entry.facts)}),
    }


def to_entry(row: RowMapping) -> AuditEntry:
    """The inverse of `from_entry`. Raises `codec.Unreadable`."""

    def read(details: Mapping[str, Any]) -> AuditEntry:
        person = details["actor"]
        actor = None if person is None else to_person(row["org"], row["team"], row["user_id"], person)
        return AuditEntry(row["id"], row["at"], Event(row["event"]), row["subject"], actor, details["facts"])

    return opened(f"audit entry {row['id']}", row["details"], read)


def from_notice(notice: Notice) -> Values:
    """The row of a notice, without a claim."""
    return {
        "id": notice.id,
        "kind": notice.kind.value,
        "subject": notice.subject,
        "org": notice.place.org,
        "team": notice.place.team,
        "channel": notice.place.channel,
        "thread_ts": notice.place.thread_ts,
        "created_at": notice.created_at,
        "wanted": notice.wanted,
        "shown": notice.shown,
        "at_channel": notice.at.channel if notice.at else None,
        "at_ts": notice.at.ts if notice.at else None,
        "attempts": notice.attempts,
        "not_before": notice.not_before,
        "last_error": notice.last_error,
        "given_up": notice.given_up,
        "behind_since": notice.behind_since,
        "posting": notice.posting or None,
        "posting_since": notice.posting_since,
    }


def to_notice(row: RowMapping) -> Notice:
    """The inverse of `from_notice`."""
    return Notice(
        id=row["id"],
        kind=NoticeKind(row["kind"]),
        subject=row["subject"],
        place=Place(row["org"], row["team"], row["channel"], row["thread_ts"]),
        created_at=row["created_at"],
        wanted=row["wanted"],
        shown=row["shown"],
        at=None if row["at_ts"] is None else MessageAt(row["at_channel"], row["at_ts"]),
        attempts=row["attempts"],
        not_before=row["not_before"],
        last_error=row["last_error"],
        given_up=row["given_up"],
        behind_since=row["behind_since"],
        posting=row["posting"] or "",
        posting_since=row["posting_since"],
    )


def from_bucket(bucket: RateLimitBucket) -> Values:
    """The row of a rate-limit bucket."""
    return {
        "name": bucket.name,
        "free_at": bucket.free_at,
        "not_before": bucket.not_before,
        "trouble": bucket.trouble,
        "trouble_since": bucket.trouble_since,
    }


def to_bucket(row: RowMapping) -> RateLimitBucket:
    """The inverse of `from_bucket`."""
    return RateLimitBucket(**row)


def from_run(run: JobRun) -> Values:
    """The row of a job's newest run."""
    return {
        "job": run.job,
        "process": run.process,
        "due": run.due,
        "owner": run.owner,
        "claimed_until": run.claimed_until,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "fine": run.fine,
        "result": run.result,
        "succeeded_at": run.succeeded_at,
    }


def to_run(row: RowMapping) -> JobRun:
    """The inverse of `from_run`."""
    return JobRun(**row)


def from_reminder(reminder: Reminder) -> Values:
    """The row of a reminder."""
    return {
        "provider": reminder.provider,
        "evaluation_id": reminder.evaluation_id,
        "project_id": reminder.project_id,
        "project_name": reminder.project_name,
        "first_seen": reminder.first_seen,
        "snoozed_until": reminder.snoozed_until,
        "ended_at": reminder.ended_at,
        "ended_as": reminder.ended_as,
        "ended_by": reminder.ended_by,
        "times": reminder.times,
        "said_at": reminder.said_at,
        "said_in": reminder.said_in,
        "stopped_by": reminder.stopped_by,
    }


def to_reminder(row: RowMapping) -> Reminder:
    """The inverse of `from_reminder`."""
    return Reminder(**row)


def to_muted(row: RowMapping) -> Muted:
    """The muted project in a row, whose columns are the fields."""
    return Muted(**row)


def to_watch(row: RowMapping) -> Watch:
    """The watch in a row, whose columns are the fields."""
    return Watch(**row)
