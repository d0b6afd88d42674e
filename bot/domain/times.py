"""Due times: a local time in a zone, and the instant that it means, daylight saving included.

Zones are those of the IANA database. UTC and GMT are the only accepted names without a slash: abbreviations such
as *EST* or *IST* mean several zones, or one zone for half a year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

FARTHEST = timedelta(days=90)
"""Nothing can be scheduled further ahead than this."""

GRACE = timedelta(minutes=15)
"""How late a scheduled change may still be applied."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

DayOfYear = tuple[int | None, int, int]
"""Year (None: the next possible one), month, day."""


class Oddity(StrEnum):
    """How a daylight saving change affects a local time."""

    SKIPPED = "skipped"
    """Clocks skip it. The offset before the change is used, so it is as much later as the clocks jump."""
    TWICE = "twice"
    """Clocks go back over it, so it occurs twice. The first occurrence still in the future is used."""


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A time of day, with a day and a zone if they are named.

    `day` is ``today``, ``tomorrow`` or a weekday; `date` and `day` are never both set.
    """

    hour: int
    minute: int
    day: str | None = None
    date: DayOfYear | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class In:
    """`in 2 hours`: a duration from now."""

    duration: timedelta
    text: str


@dataclass(frozen=True, slots=True)
class At:
    """`at 9:00`, `at tomorrow 9:00 Europe/Madrid`: a time of day, in the person's zone if it names none."""

    time: LocalTime
    text: str


When = In | At

WantedTime = When | datetime
"""A typed time, or an instant picked in a form."""


@dataclass(frozen=True, slots=True)
class Due:
    """The time at which something is due, with the words that were typed and the zone they were read in."""

    at: datetime
    words: str
    zone: str
    oddity: Oddity | None = None

    @property
    def local(self) -> datetime:
        """The due time as local time in its zone."""
        return self.at.astimezone(ZoneInfo(self.zone))


def due_at(local: LocalTime, zone: str, now: datetime, words: str) -> Due:
    """The next instant of a local time, in its own zone or else in `zone`.

    If its day is over, the instant is in the past; whether that is allowed is decided elsewhere.
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
    """The time after a duration from now, with `zone` for display."""
    return Due((now + span).replace(microsecond=0), words, zone)


def _days(local: LocalTime, today: date) -> Iterator[date]:
    """The possible days, nearest first."""
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
    """The instants at which clocks in a zone show a time: one, or two if they go back over it."""
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return ((first, None),)
    if first < second:
        return ((first, Oddity.TWICE), (second, Oddity.TWICE))
    return ((first, Oddity.SKIPPED),)


def is_date(day: DayOfYear) -> bool:
    """Whether the date exists; without a year, in any year. Only years of this century and the next are accepted."""
    year, month, number = day
    try:
        date(2000 if year is None else year, month, number)
    except ValueError:
        return False
    return year is None or 2000 <= year < 2200


@cache
def zones() -> dict[str, str]:
    """All accepted zone names, by their lower-case form."""
    return {name.casefold(): name for name in available_timezones() if "/" in name or name in ("UTC", "GMT")}
