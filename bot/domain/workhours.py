"""Working hours: whether a time is within them, when they begin next, and the mornings used by snoozes.

Hours are local times in a zone. When clocks go forward, a skipped time means the instant by the offset before; when
they go back, a time that occurs twice means the first of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of days in settings; the index is that of `datetime.weekday`."""

_FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

WEEKDAYS = frozenset(range(5))
MIDNIGHT = 24 * 60
"""The end of a day, in minutes after midnight."""

MORNING = time(9)
"""The time of day meant by *tomorrow* or *on Monday*."""

_UTC = ZoneInfo("UTC")
_DAY = timedelta(days=1)
_HOUR = re.compile(r"(\d{1,2})(?::([0-5]\d))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class WorkHours:
    """Days of the week and hours of the day, in a zone. At least one day, and `start` before `end`."""

    zone: ZoneInfo = _UTC
    days: frozenset[int] = WEEKDAYS
    """Weekdays; 0 is Monday."""
    start: int = 9 * 60
    """Minutes after midnight."""
    end: int = 17 * 60
    """Minutes after midnight, exclusive; 1,440 is the end of the day."""

    def __post_init__(self) -> None:
        if not self.days or not self.days <= set(range(7)):
            raise ValueError("working hours need at least one day of the week")
        if not 0 <= self.start < self.end <= MIDNIGHT:
            raise ValueError("working hours must begin before they end, on the same day")

    def hold(self, at: datetime) -> bool:
        """Whether `at` is within working hours."""
        return self.next(at) == at

    def next(self, at: datetime) -> datetime:
        """The first time within working hours from `at` on, in UTC; `at` itself if it is within."""
        for opens, closes in self._from(self._day(at)):
            if at < closes:
                return max(at, opens).astimezone(UTC)
        raise AssertionError("days go on for ever")  # pragma: no cover - for mypy

    def next_day(self, at: datetime) -> datetime:
        """The beginning of working hours on the next working day after `at`, in UTC."""
        today = self._day(at)
        return next(opens for opens, _ in self._from(today + _DAY)).astimezone(UTC)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Begin and end of each working day from `day` on. A day that the zone skips is left out."""
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
    """The time, in UTC, when the clocks of a zone show `at` on this day."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def tomorrow(now: datetime, zone: ZoneInfo) -> datetime:
    """Tomorrow morning in a zone, in UTC."""
    return instant(now.astimezone(zone).date() + _DAY, MORNING, zone)


def monday(now: datetime, zone: ZoneInfo) -> datetime:
    """The next Monday morning in a zone, in UTC; on a Monday, that of the following week."""
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
    """The index in the week of a day's name, in full or abbreviated. Raises `ValueError`."""
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
    except (
        KeyError,
        ValueError,
        OSError,
    ):  # ZoneInfoNotFoundError is a KeyError; odd names raise the others
        raise ValueError("is not an IANA time zone") from None
