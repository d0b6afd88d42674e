"""When something is due: local time in a zone, and the instant that it means, whatever daylight saving does there.

Zones are those of the IANA database. UTC and GMT are the only names without a slash that are taken: abbreviations such
as *EST* or *IST* stand for several zones, or for half a year of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

FARTHEST = timedelta(days=90)
"""Nothing is scheduled for later than this."""

GRACE = timedelta(minutes=15)
"""For so long after its time a scheduled change is still applied; later it would be a surprise."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

DayOfYear = tuple[int | None, int, int]
"""Year (None: the next one that fits), month, day."""


class Oddity(StrEnum):
    """What daylight saving does to a local time."""

    SKIPPED = "skipped"
    """Clocks go forward over it. It is read by the offset before: as much later as the clocks jump."""
    TWICE = "twice"
    """Clocks go back over it. The first of the two counts that is still to come."""


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A time of day, on a day if one is named, in a zone if one is named.

    `day` is ``today``, ``tomorrow`` or a weekday; `date` and `day` are never both set.
    """

    hour: int
    minute: int
    day: str | None = None
    date: DayOfYear | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class In:
    """`in 2 hours`: a span from now."""

    duration: timedelta
    text: str


@dataclass(frozen=True, slots=True)
class At:
    """`at 9:00`, `at tomorrow 9:00 Europe/Madrid`: a time of day; without a zone of its own, in the person's."""

    time: LocalTime
    text: str


When = In | At

WantedTime = When | datetime
"""Words, or an instant that was picked in a form."""


@dataclass(frozen=True, slots=True)
class Due:
    """The instant at which something is to happen, and how it was said: the words typed, and the zone they meant."""

    at: datetime
    words: str
    zone: str
    oddity: Oddity | None = None

    @property
    def local(self) -> datetime:
        """The instant as clocks in its zone show it."""
        return self.at.astimezone(ZoneInfo(self.zone))


def due_at(local: LocalTime, zone: str, now: datetime, words: str) -> Due:
    """The next instant that a local time means, in its own zone or else in `zone`.

    Where its day is over, the instant lies in the past: whether that may be is not decided here.
    """
    name = local.zone or zone
    where = ZoneInfo(name)
    passed = Due(now, words, name)
    for day in _days(local, now.astimezone(where).date()):
        for at, oddity in _instants(datetime.combine(day, time(local.hour, local.minute)), where):
            passed = Due(at, words, name, oddity)
            if at > now:
                return passed
    return passed


def due_in(span: timedelta, zone: str, now: datetime, words: str) -> Due:
    """The instant after a span, told in `zone`."""
    return Due((now + span).replace(microsecond=0), words, zone)


def _days(local: LocalTime, today: date) -> Iterator[date]:
    """The days that may be meant, the nearest first."""
    if local.date is not None:
        year, month, day = local.date
        years = range(today.year, today.year + 9) if year is None else (year,)  # leap days are up to eight years apart
        yield from (date(each, month, day) for each in years if is_date((each, month, day)))
    elif local.day in WEEKDAYS:
        ahead = (WEEKDAYS.index(local.day) - today.weekday()) % 7
        yield from (today + timedelta(days=ahead), today + timedelta(days=ahead + 7))
    elif local.day is not None:
        yield today + timedelta(days=local.day == "tomorrow")
    else:
        yield from (today + timedelta(days=ahead) for ahead in range(3))


def _instants(local: datetime, zone: ZoneInfo) -> tuple[tuple[datetime, Oddity | None], ...]:
    """The instants at which clocks in a zone show a time: one, or two when they are put back over it."""
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return ((first, None),)
    if first < second:
        return ((first, Oddity.TWICE), (second, Oddity.TWICE))
    return ((first, Oddity.SKIPPED),)


def is_date(day: DayOfYear) -> bool:
    """Whether there is such a day; without a year, in any year. Only years of this century and the next count."""
    year, month, number = day
    try:
        date(2000 if year is None else year, month, number)
    except ValueError:
        return False
    return year is None or 2000 <= year < 2200


@cache
def zones() -> dict[str, str]:
    """Every zone that can be named, by its name in small letters."""
    return {name.casefold(): name for name in available_timezones() if "/" in name or name in ("UTC", "GMT")}
