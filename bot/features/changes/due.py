"""The instant that a person means, and what it does to a change: words read in the zone of whoever typed them."""

from __future__ import annotations

from datetime import datetime

from bot.context import entry
from bot.domain.actors import Actor
from bot.domain.changes import AuditEntry, Change, Event
from bot.domain.facts import Rule
from bot.domain.times import Due, In, WantedTime, due_at, due_in


def due_of(wanted: WantedTime, actor: Actor, now: datetime) -> Due:
    """When it is, as this person means it."""
    if isinstance(wanted, datetime):
        return Due(wanted, "", actor.tz)
    if isinstance(wanted, In):
        return due_in(wanted.duration, actor.tz, now, f"in {wanted.text}")
    return due_at(wanted.time, actor.tz, now, f"at {wanted.text}")


def expiry(asked_at: datetime, rule: Rule, due: Due | None) -> datetime:
    """Until when approvals are waited for: as long as the rule says, and never past the time of the change itself."""
    until = asked_at + rule.expiry
    return until if due is None else min(until, due.at)


def told(due: Due) -> dict[str, str]:
    """A time as facts of a line of history."""
    return {"due": due.at.isoformat(), "zone": due.zone}


def scheduled(change: Change, at: datetime) -> AuditEntry:
    """The line of history that says for when a change is scheduled."""
    assert change.due is not None  # noqa: S101 - nothing else is ever scheduled
    return entry(Event.SCHEDULED, change.id, at, None, **told(change.due))
