"""When to send reminders about evaluations left running and about waiting approvals. Pure functions."""

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
    """The operator's settings for reminders."""

    hours: WorkHours = field(default_factory=WorkHours)
    """Working hours: no reminder is sent outside them; messages already posted are updated at any hour."""
    at_most: int = 3
    """How often an evaluation is reported automatically, once per working day."""
    owner: str | None = None
    """User id of the person who also gets a direct message about every evaluation left running."""
    channel_for: Callable[[Project], str | None] | None = None
    """Function that returns a project's own channel, or None for the common one."""

    def channel_of(self, project: Project) -> str | None:
        """The project's own channel; None for the common one."""
        return self.channel_for(project) if self.channel_for is not None else None


class Snooze(StrEnum):
    """The choices for how long to snooze reminders."""

    HOUR = "hour"
    TOMORROW = "tomorrow"
    MONDAY = "monday"

    def until(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The end of the snooze, in UTC, for a person in this time zone."""
        if self is Snooze.HOUR:
            return now + HOUR
        return tomorrow(now, zone) if self is Snooze.TOMORROW else monday(now, zone)


def next_time(reminder: Reminder, threshold: timedelta, reminding: Reminding) -> datetime | None:
    """When an evaluation is reported next, if it still runs then; None if it is not reported again automatically.

    First after `threshold`, then once on each of the next working days; after a snooze regardless of the count.
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
    """Whether it is due to be reported now."""
    at = next_time(reminder, threshold, reminding)
    return at is not None and at <= now and reminding.hours.hold(now)


def next_times(
    reminder: Reminder, threshold: timedelta, reminding: Reminding, now: datetime, count: int = 3
) -> tuple[datetime, ...]:
    """The next `count` report times if nothing changes, or fewer if the maximum is reached."""

    def ahead(reminder: Reminder) -> Iterator[datetime]:
        while (at := next_time(reminder, threshold, reminding)) is not None:
            at = reminding.hours.next(max(at, now))
            yield at
            reminder = said(reminder, at, "")

    return tuple(islice(ahead(reminder), count))


def said(reminder: Reminder, at: datetime, subject: str) -> Reminder:
    """The reminder after it was reported in the notice with this subject, which ends a snooze."""
    return replace(reminder, times=reminder.times + 1, said_at=at, said_in=subject, snoozed_until=None)


def set_right(reminder: Reminder, now: datetime) -> Reminder:
    """The reminder with times in the future corrected, in case the clock was ahead when it was stored."""
    said_at, snoozed = reminder.said_at, reminder.snoozed_until
    if said_at is not None and said_at > now:
        reminder = replace(reminder, said_at=now)
    if snoozed is not None and snoozed > now + LONGEST_SNOOZE:
        reminder = replace(reminder, snoozed_until=now + LONGEST_SNOOZE)
    return reminder


LONGEST_SNOOZE = timedelta(days=8)
"""Longer than every snooze choice."""


class Stage(StrEnum):
    """The reminder stages while a change waits for approval."""

    HALF = "half"
    LAST = "last"
    """The change expires soon."""


def stage_of(asked_at: datetime, expires_at: datetime, now: datetime, hours: WorkHours) -> Stage | None:
    """The reminder that is due now while a change waits for approval; None if none is.

    One after half of the time, at the next working hour, and one before it expires, at any hour: an eighth of the time
    before, at most an hour.
    """
    life = expires_at - asked_at
    if now >= expires_at:
        return None
    if now >= expires_at - min(life / 8, HOUR):
        return Stage.LAST
    half = asked_at + life / 2
    return Stage.HALF if now >= half and hours.hold(now) else None
