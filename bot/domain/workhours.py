"""Working hours: whether they hold at an instant, when they begin next, and the mornings that people name.

Hours are wall-clock time in a zone, so a day has as many of them as its clocks show: on the night when clocks go
forward, a time that is skipped stands for the instant that its old offset gives; when they go back, a time that comes
twice is the first of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As they are written in settings; their places are those of `datetime.weekday`."""

_FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

WEEKDAYS = frozenset(range(5))
MIDNIGHT = 24 * 60
"""Minutes: the end of a day."""

MORNING = time(9)
"""When people mean that something should be back *tomorrow*, or *on Monday*."""

_UTC = ZoneInfo("UTC")
_DAY = timedelta(days=1)
_HOUR = re.compile(r"(\d{1,2})(?::([0-5]\d))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class WorkHours:
    """Days of the week and a span of the day, in a zone. At least one day, and `start` before `end`."""

    zone: ZoneInfo = _UTC
    days: frozenset[int] = WEEKDAYS
    """0 is Monday."""
    start: int = 9 * 60
    """Minutes after midnight."""
    end: int = 17 * 60
    """Minutes after midnight, not included; 1,440 is the end of the day."""

    def __post_init__(self) -> None:
        if not self.days or not self.days <= set(range(7)):
            raise ValueError("working hours need at least one day of the week")
        if not 0 <= self.start < self.end <= MIDNIGHT:
            raise ValueError("working hours must begin before they end, on the same day")

    def hold(self, at: datetime) -> bool:
        """Whether it is within them."""
        return self.next(at) == at

    def next(self, at: datetime) -> datetime:
        """The first instant within them from `at` on, in UTC: `at` itself where they hold."""
        for opens, closes in self._from(self._day(at)):
            if at < closes:
                return max(at, opens).astimezone(UTC)
        raise AssertionError("days go on for ever")  # pragma: no cover - for mypy

    def next_day(self, at: datetime) -> datetime:
        """When they begin on the first working day after that of `at`, in UTC."""
        today = self._day(at)
        return next(opens for opens, _ in self._from(today + _DAY)).astimezone(UTC)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Each working day from `day` on: when it begins and ends. One that a zone leaves out is none."""
        while True:
            if day.weekday() in self.days:
                opens, closes = self._at(day, self.start), self._at(day, self.end)
                if opens < closes and self._day(opens) == day:
                    yield opens, closes
            day += _DAY

    def _at(self, day: date, minutes: int) -> datetime:
        over, minutes = divmod(minutes, MIDNIGHT)
        return instant(day + over * _DAY, time(*divmod(minutes, 60)), self.zone)


ALWAYS = WorkHours(days=frozenset(range(7)), start=0, end=MIDNIGHT)
"""Every hour of every day."""


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, when the clocks of a zone show this time on this day."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def tomorrow(now: datetime, zone: ZoneInfo) -> datetime:
    """Tomorrow morning in a zone, in UTC."""
    return instant(now.astimezone(zone).date() + _DAY, MORNING, zone)


def monday(now: datetime, zone: ZoneInfo) -> datetime:
    """The next Monday morning in a zone, in UTC: on a Monday that of the week after."""
    today = now.astimezone(zone).date()
    return instant(today + (7 - today.weekday()) * _DAY, MORNING, zone)


def days_of(text: str) -> frozenset[int]:
    """The days of ``mon-fri``, ``sun-thu`` or ``mon,wed``. Raises `ValueError` that says what is wrong."""
    days: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        begin, _, end = part.partition("-")
        first, last = _place(begin), _place(end or begin)
        days |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return frozenset(days)


def _place(day: str) -> int:
    """The place in the week of a day's name, in full or its first three letters. Raises `ValueError`."""
    name = day[:3]
    if name not in DAY_NAMES or not _FULL_NAMES[DAY_NAMES.index(name)].startswith(day):
        raise ValueError(f"contains something that is not a day of the week ({', '.join(DAY_NAMES)})")
    return DAY_NAMES.index(name)


def hours_of(text: str) -> tuple[int, int]:
    """Minutes after midnight of ``9-17`` or ``8:30-16:30``. Raises `ValueError` that says what is wrong."""
    matches = [_HOUR.fullmatch(part) for part in text.replace(" ", "").split("-")]
    times = [int(each[1]) * 60 + int(each[2] or 0) for each in matches if each]
    if len(matches) != 2 or len(times) != 2 or max(times) > MIDNIGHT:
        raise ValueError("is not a range of hours in a day")
    if times[0] >= times[1]:
        raise ValueError("must begin before it ends, on the same day")
    return times[0], times[1]


def zone_of(name: str) -> ZoneInfo:
    """A zone by its IANA name. Raises `ValueError` that says what is wrong."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError; folders and strange names
        raise ValueError("is not an IANA time zone") from None
