"""Local times to instants: daylight saving both ways, leap days, ends of months, odd zones, and what holds always."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.times import WEEKDAYS, Due, LocalTime, Oddity, due_at, due_in, is_date, zones

MADRID, KOLKATA, CHATHAM, HOWE = "Europe/Madrid", "Asia/Kolkata", "Pacific/Chatham", "Australia/Lord_Howe"


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def on(text: str, **more: object) -> LocalTime:
    hour, minute = text.split(":")
    return LocalTime(int(hour), int(minute), **more)  # type: ignore[arg-type]  # whatever a test names


MEANT = [
    # the next one
    ("2026-03-02 07:59", MADRID, on("9:00"), "2026-03-02 08:00", None),
    ("2026-03-02 08:00", MADRID, on("9:00"), "2026-03-03 08:00", None),
    ("2026-03-02 08:01", MADRID, on("9:00"), "2026-03-03 08:00", None),
    ("2026-03-02 23:30", MADRID, on("0:00"), "2026-03-03 23:00", None),
    ("2026-03-02 22:59", MADRID, on("0:00"), "2026-03-02 23:00", None),
    ("2026-12-31 22:00", MADRID, on("22:30"), "2027-01-01 21:30", None),
    # a day
    ("2026-03-02 08:01", MADRID, on("9:00", day="today"), "2026-03-02 08:00", None),
    ("2026-03-02 23:30", MADRID, on("9:00", day="tomorrow"), "2026-03-04 08:00", None),
    ("2026-03-02 22:30", MADRID, on("9:00", day="tomorrow"), "2026-03-03 08:00", None),
    ("2026-02-28 12:00", "UTC", on("9:00", day="tomorrow"), "2026-03-01 09:00", None),
    ("2028-02-28 12:00", "UTC", on("9:00", day="tomorrow"), "2028-02-29 09:00", None),
    ("2026-03-02 07:00", MADRID, on("9:00", day="monday"), "2026-03-02 08:00", None),
    ("2026-03-02 09:00", MADRID, on("9:00", day="monday"), "2026-03-09 08:00", None),
    ("2026-03-02 09:00", MADRID, on("9:00", day="sunday"), "2026-03-08 08:00", None),
    # a date
    ("2026-03-02 09:00", MADRID, on("9:00", date=(2026, 12, 1)), "2026-12-01 08:00", None),
    ("2026-03-02 09:00", MADRID, on("9:00", date=(2026, 3, 1)), "2026-03-01 08:00", None),
    ("2026-03-02 09:00", MADRID, on("9:00", date=(None, 3, 1)), "2027-03-01 08:00", None),
    ("2026-03-02 07:00", MADRID, on("9:00", date=(None, 3, 2)), "2026-03-02 08:00", None),
    ("2026-03-02 09:00", "UTC", on("9:00", date=(None, 2, 29)), "2028-02-29 09:00", None),
    ("2096-03-01 09:00", "UTC", on("9:00", date=(None, 2, 29)), "2104-02-29 09:00", None),
    # another zone
    ("2026-03-02 07:00", MADRID, on("9:00", zone="UTC"), "2026-03-02 09:00", None),
    ("2026-03-02 20:00", MADRID, on("9:00", zone="Asia/Tokyo", day="tomorrow"), "2026-03-04 00:00", None),
    ("2026-03-02 20:00", KOLKATA, on("9:00", day="tomorrow"), "2026-03-04 03:30", None),
    ("2026-03-02 12:00", "Asia/Kathmandu", on("9:00"), "2026-03-03 03:15", None),
    ("2026-03-02 12:00", CHATHAM, on("9:00"), "2026-03-02 19:15", None),
    # clocks go forward: Madrid on 29 March 2026 from 2:00 to 3:00
    ("2026-03-28 12:00", MADRID, on("2:30"), "2026-03-29 01:30", Oddity.SKIPPED),
    ("2026-03-28 12:00", MADRID, on("2:00"), "2026-03-29 01:00", Oddity.SKIPPED),
    ("2026-03-28 12:00", MADRID, on("1:59"), "2026-03-29 00:59", None),
    ("2026-03-28 12:00", MADRID, on("3:00"), "2026-03-29 01:00", None),
    ("2026-03-29 01:29", MADRID, on("2:30"), "2026-03-29 01:30", Oddity.SKIPPED),
    ("2026-03-29 01:30", MADRID, on("2:30"), "2026-03-30 00:30", None),
    ("2026-10-03 00:00", HOWE, on("2:15", day="tomorrow"), "2026-10-03 15:45", Oddity.SKIPPED),
    # clocks go back: Madrid on 25 October 2026 from 3:00 to 2:00
    ("2026-10-24 12:00", MADRID, on("2:30"), "2026-10-25 00:30", Oddity.TWICE),
    ("2026-10-25 00:30", MADRID, on("2:30"), "2026-10-25 01:30", Oddity.TWICE),
    ("2026-10-25 00:45", MADRID, on("2:30", day="today"), "2026-10-25 01:30", Oddity.TWICE),
    ("2026-10-25 01:30", MADRID, on("2:30"), "2026-10-26 01:30", None),
    ("2026-10-25 01:30", MADRID, on("2:30", day="today"), "2026-10-25 01:30", Oddity.TWICE),
    ("2026-10-24 12:00", MADRID, on("3:00"), "2026-10-25 02:00", None),
    ("2026-10-24 12:00", MADRID, on("1:59"), "2026-10-24 23:59", None),
]


@pytest.mark.parametrize(("now", "zone", "wanted", "instant", "oddity"), MEANT)
def test_a_local_time_means_one_instant(
    now: str, zone: str, wanted: LocalTime, instant: str, oddity: Oddity | None
) -> None:
    due = due_at(wanted, zone, at(now), "as typed")
    assert due == Due(at(instant), "as typed", wanted.zone or zone, oddity)


def test_an_instant_is_shown_as_clocks_in_its_zone_do() -> None:
    due = due_at(on("9:00", day="tomorrow"), KOLKATA, at("2026-03-02 12:00"), "tomorrow 9:00")
    assert due.local.isoformat() == "2026-03-03T09:00:00+05:30"


def test_a_span_is_counted_from_now_whatever_clocks_do() -> None:
    now = at("2026-10-24 12:00").replace(microsecond=5)
    assert due_in(timedelta(days=1), MADRID, now, "1 day") == Due(at("2026-10-25 12:00"), "1 day", MADRID)


@pytest.mark.parametrize(
    ("day", "there_is"),
    [
        ((2026, 2, 28), True),
        ((2026, 2, 29), False),
        ((2028, 2, 29), True),
        ((None, 2, 29), True),
        ((None, 2, 30), False),
        ((None, 4, 31), False),
        ((2026, 13, 1), False),
        ((2026, 0, 1), False),
        ((1999, 12, 31), False),
        ((2199, 12, 31), True),
        ((2200, 1, 1), False),
        ((0, 1, 1), False),
    ],
)
def test_which_dates_there_are(day: tuple[int | None, int, int], there_is: bool) -> None:
    assert is_date(day) is there_is


def test_zones_are_known_by_their_whole_names_only() -> None:
    assert zones()["europe/madrid"] == MADRID
    assert zones()["utc"] == "UTC"
    for abbreviation in ("cet", "est", "mst", "localtime", "factory"):
        assert abbreviation not in zones()


instants = st.integers(1_600_000_000, 5_600_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
places = st.sampled_from(
    [MADRID, KOLKATA, CHATHAM, HOWE, "UTC", "America/New_York", "Africa/Casablanca", "Asia/Tehran"]
)
hours, minutes = st.integers(0, 23), st.integers(0, 59)


@given(instants, places, hours, minutes)
@example(at("2026-03-29 00:59"), MADRID, 2, 30)
@example(at("2026-10-25 00:59"), MADRID, 2, 30)
def test_a_time_without_a_day_is_the_next_one(now: datetime, zone: str, hour: int, minute: int) -> None:
    due = due_at(LocalTime(hour, minute), zone, now, "")
    assert now < due.at <= now + timedelta(hours=49)
    where = ZoneInfo(zone)
    if due.oddity is Oddity.SKIPPED:
        assert (due.local.hour, due.local.minute) > (hour, minute)
        assert due.local.date() == (due.local - timedelta(hours=3)).date()
        assert due.at - timedelta(hours=1) < due.local.replace(hour=hour, minute=minute).astimezone(UTC) <= due.at
    else:
        assert (due.local.hour, due.local.minute) == (hour, minute)
        earlier = due.at - timedelta(minutes=1)
        while earlier > now and earlier > due.at - timedelta(hours=3):  # no such time in between
            shown = earlier.astimezone(where)
            assert (shown.hour, shown.minute) != (hour, minute)
            earlier -= timedelta(minutes=1)


@given(instants, places, st.sampled_from(WEEKDAYS), hours, minutes)
def test_a_weekday_is_within_the_week(now: datetime, zone: str, day: str, hour: int, minute: int) -> None:
    due = due_at(LocalTime(hour, minute, day=day), zone, now, "")
    assert now < due.at <= now + timedelta(days=7, hours=1)
    assert WEEKDAYS[due.local.weekday()] == day


@given(instants, places, st.dates(date(2001, 1, 1), date(2199, 1, 1)), hours, minutes)
def test_a_whole_date_is_that_date_even_if_it_is_over(
    now: datetime, zone: str, day: date, hour: int, minute: int
) -> None:
    due = due_at(LocalTime(hour, minute, date=(day.year, day.month, day.day)), zone, now, "")
    assert due.local.date() == day
    assert due == due_at(LocalTime(hour, minute, date=(day.year, day.month, day.day)), zone, now, "")
