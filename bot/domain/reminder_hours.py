"""When people are reminded: of evaluations left running, and of approvals that wait. All of it is pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from bot.domain.names import Project
from bot.domain.notices import Reminder
from bot.domain.workhours import WorkHours, monday, tomorrow

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Reminding:
    """How people are reminded, as whoever runs configbot chose it."""

    hours: WorkHours = field(default_factory=WorkHours)
    """Nothing is said unasked outside of them; what is said already is kept current at any hour."""
    at_most: int = 3
    """How often an evaluation is said by itself, on as many working days."""
    owner: str | None = None
    """User id of the person who hears of every evaluation left running in a direct message."""
    channel_for: Callable[[Project], str | None] | None = None
    """Finds the channel of one project, where some have their own; it answers None for that of all."""

    def channel_of(self, project: Project) -> str | None:
        """The project's own channel; None: that of all."""
        return self.channel_for(project) if self.channel_for is not None else None


class Snooze(StrEnum):
    """For how long somebody wants to hear nothing."""

    HOUR = "hour"
    TOMORROW = "tomorrow"
    MONDAY = "monday"

    def until(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The instant when it is over, for somebody in this zone, in UTC."""
        if self is Snooze.HOUR:
            return now + HOUR
        return tomorrow(now, zone) if self is Snooze.TOMORROW else monday(now, zone)


def next_time(reminder: Reminder, threshold: timedelta, reminding: Reminding) -> datetime | None:
    """When an evaluation is said next, if it still runs then; None when it is not said again by itself.

    The first time at `threshold`, then once on each of the next working days; after a snooze whatever the number.
    A time that has passed means now.
    """
    if reminder.ended_at is not None or reminder.stopped_by:
        return None
    if reminder.snoozed_until is not None:
        return reminding.hours.next(reminder.snoozed_until)
    if reminder.times == 0 or reminder.said_at is None:
        return reminding.hours.next(reminder.first_seen + threshold)
    return reminding.hours.next_day(reminder.said_at) if reminder.times < reminding.at_most else None


def is_due(reminder: Reminder, threshold: timedelta, reminding: Reminding, now: datetime) -> bool:
    """Whether it is to be said now."""
    at = next_time(reminder, threshold, reminding)
    return at is not None and at <= now and reminding.hours.hold(now)


def next_times(
    reminder: Reminder, threshold: timedelta, reminding: Reminding, now: datetime, count: int = 3
) -> tuple[datetime, ...]:
    """The next times that it is said if nothing changes, fewer when it is not said so often any more."""

    def ahead(reminder: Reminder) -> Iterator[datetime]:
        while (at := next_time(reminder, threshold, reminding)) is not None:
            at = reminding.hours.next(max(at, now))
            yield at
            reminder = said(reminder, at, "")

    return tuple(islice(ahead(reminder), count))


def said(reminder: Reminder, at: datetime, subject: str) -> Reminder:
    """The reminder after it was said in the notice of this subject; a snooze is over."""
    return replace(reminder, times=reminder.times + 1, said_at=at, said_in=subject, snoozed_until=None)


def set_right(reminder: Reminder, now: datetime) -> Reminder:
    """The reminder as it would be had our clock not been ahead when it was written down."""
    said_at, snoozed = reminder.said_at, reminder.snoozed_until
    if said_at is not None and said_at > now:
        reminder = replace(reminder, said_at=now)
    if snoozed is not None and snoozed > now + LONGEST_SNOOZE:
        reminder = replace(reminder, snoozed_until=now + LONGEST_SNOOZE)
    return reminder


LONGEST_SNOOZE = timedelta(days=8)
"""Longer than any snooze that can be chosen."""


class Stage(StrEnum):
    """How far the time to approve a change has run."""

    HALF = "half"
    LAST = "last"
    """It expires soon."""


def stage_of(asked_at: datetime, expires_at: datetime, now: datetime, hours: WorkHours) -> Stage | None:
    """Of what people should be reminded now while a change waits for approval; None: of nothing.

    After half of the time, at the next working hour; and once before it runs out, whatever the hour: an eighth of the
    time before, an hour at most.
    """
    life = expires_at - asked_at
    if now >= expires_at:
        return None
    if now >= expires_at - min(life / 8, HOUR):
        return Stage.LAST
    half = asked_at + life / 2
    return Stage.HALF if now >= half and hours.hold(now) else None
