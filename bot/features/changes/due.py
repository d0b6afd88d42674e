"""The time of a scheduled change, read in the time zone of the person who typed it."""

from __future__ import annotations

from datetime import datetime

from bot.context import entry
from bot.domain.actors import Actor
from bot.domain.changes import AuditEntry, Change, Event
from bot.domain.facts import Rule
from bot.domain.times import Due, In, WantedTime, due_at, due_in


def due_of(wanted: WantedTime, actor: Actor, now: datetime) -> Due:
    """The due time, in this person's time zone."""
    if isinstance(wanted, datetime):
        return Due(wanted, "", actor.tz)
    if isinstance(wanted, In):
        return due_in(wanted.duration, actor.tz, now, f"in {wanted.text}")
    return due_at(wanted.time, actor.tz, now, f"at {wanted.text}")


def expiry(asked_at: datetime, rule: Rule, due: Due | None) -> datetime:
    """Until when a change can be approved: as long as the rule says, but not beyond its own time."""
    until = asked_at + rule.expiry
    return until if due is None else min(until, due.at)


def due_facts(due: Due) -> dict[str, str]:
    """A due time as facts of an audit entry."""
    return {"due": due.at.isoformat(), "zone": due.zone}


def scheduled(change: Change, at: datetime) -> AuditEntry:
    """The audit entry that says for when a change is scheduled."""
    assert change.due is not None  # noqa: S101 - only changes with a time are scheduled
    return entry(Event.SCHEDULED, change.id, at, None, **due_facts(change.due))
