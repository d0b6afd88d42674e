from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.workhours import (
    ALWAYS,
    MIDNIGHT,
    WEEKDAYS,
    WorkHours,
    days_of,
    hours_of,
    monday,
    tomorrow,
    zone_of,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ZONES = (
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Havana",
    "Africa/Cairo",
    "Pacific/Apia",
    "America/Sao_Paulo",
)


def hours(zone: str = "UTC", days: str = "mon-fri", span: str = "9-17") -> WorkHours:
    return WorkHours(ZoneInfo(zone), days_of(days), *hours_of(span))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "then"),
    [
        # a Monday in winter and one in summer
        ("UTC", "2026-03-02 08:59", "2026-03-02 09:00"),
        ("UTC", "2026-03-02 09:00", "2026-03-02 09:00"),
        ("UTC", "2026-03-02 16:59", "2026-03-02 16:59"),
        ("UTC", "2026-03-02 17:00", "2026-03-03 09:00"),
        ("Europe/Madrid", "2026-03-02 07:59", "2026-03-02 08:00"),
        ("Europe/Madrid", "2026-07-06 06:59", "2026-07-06 07:00"),
        ("Europe/Madrid", "2026-07-06 15:00", "2026-07-07 07:00"),
        # the weekend, the end of a month, of February in a leap year, of a year
        ("UTC", "2026-03-06 17:00", "2026-03-09 09:00"),
        ("UTC", "2026-03-07 12:00", "2026-03-09 09:00"),
        ("UTC", "2026-03-31 17:00", "2026-04-01 09:00"),
        ("UTC", "2028-02-28 18:00", "2028-02-29 09:00"),
        ("UTC", "2028-02-29 18:00", "2028-03-01 09:00"),
        ("UTC", "2026-12-31 20:00", "2027-01-01 09:00"),
        # clocks go forward between Friday and Monday: 9:00 is 8:00, then 7:00 in UTC; and back again
        ("Europe/Madrid", "2026-03-27 16:00", "2026-03-30 07:00"),
        ("Europe/Madrid", "2026-10-23 15:00", "2026-10-26 08:00"),
        ("America/New_York", "2026-03-06 22:00", "2026-03-09 13:00"),
        ("America/New_York", "2026-10-30 21:00", "2026-11-02 14:00"),
        # half hours, quarters of an hour, and a summer time of half an hour
        ("Asia/Kolkata", "2026-03-02 03:29", "2026-03-02 03:30"),
        ("Asia/Kathmandu", "2026-03-02 03:14", "2026-03-02 03:15"),
        ("Australia/Lord_Howe", "2026-04-03 06:00", "2026-04-05 22:30"),
        # the day is that of the zone: Friday evening in UTC is Saturday there, Sunday evening is Monday
        ("Asia/Kolkata", "2026-03-06 20:00", "2026-03-09 03:30"),
        ("Pacific/Auckland", "2026-03-01 20:00", "2026-03-01 20:00"),
        ("America/Los_Angeles", "2026-03-07 00:30", "2026-03-07 00:30"),
    ],
)
def test_the_next_working_instant(zone: str, at: str, then: str) -> None:
    assert hours(zone).next(utc(at)) == utc(then)
    assert hours(zone).hold(utc(at)) == (at == then)


@pytest.mark.parametrize(
    ("zone", "span", "at", "then"),
    [
        ("UTC", "9-24", "2026-03-02 23:59", "2026-03-02 23:59"),
        ("UTC", "9-24", "2026-03-03 00:00", "2026-03-03 09:00"),
        ("UTC", "0-9", "2026-03-02 09:00", "2026-03-03 00:00"),
        ("UTC", "0-24", "2026-03-02 00:00", "2026-03-02 00:00"),
        # 2:30 is skipped in the night to 29 March and stands for 3:30; 2:30 comes twice in that to 25 October
        ("Europe/Madrid", "2:30-4", "2026-03-29 00:59", "2026-03-29 01:30"),
        ("Europe/Madrid", "2:30-3", "2026-03-28 23:00", "2026-03-30 00:30"),
        ("Europe/Madrid", "2:30-4", "2026-10-24 23:00", "2026-10-25 00:30"),
        # midnight itself is skipped in Cairo on 24 April, and comes twice in Havana on 1 November
        ("Africa/Cairo", "0-24", "2026-04-23 22:00", "2026-04-23 22:00"),
        ("America/Havana", "0-1", "2026-10-31 12:00", "2026-11-01 04:00"),
    ],
)
def test_hours_around_midnight_and_around_the_night_when_clocks_move(zone: str, span: str, at: str, then: str) -> None:
    assert hours(zone, "mon-sun", span).next(utc(at)) == utc(then)


@pytest.mark.parametrize(
    ("zone", "at", "then"),
    [
        ("UTC", "2026-03-02 10:00", "2026-03-03 09:00"),
        ("UTC", "2026-03-02 03:00", "2026-03-03 09:00"),
        ("UTC", "2026-03-06 10:00", "2026-03-09 09:00"),
        ("Europe/Madrid", "2026-03-27 10:00", "2026-03-30 07:00"),
        ("Asia/Kolkata", "2026-03-02 18:31", "2026-03-04 03:30"),
        # Apia went without 30 December 2011
        ("Pacific/Apia", "2011-12-29 20:00", "2012-01-01 19:00"),
    ],
)
def test_the_next_working_day(zone: str, at: str, then: str) -> None:
    assert hours(zone).next_day(utc(at)) == utc(then)


@pytest.mark.parametrize(
    ("zone", "now", "next_morning", "next_monday"),
    [
        ("UTC", "2026-03-02 08:00", "2026-03-03 09:00", "2026-03-09 09:00"),
        ("UTC", "2026-03-08 23:59", "2026-03-09 09:00", "2026-03-09 09:00"),
        ("Europe/Madrid", "2026-03-27 10:00", "2026-03-28 08:00", "2026-03-30 07:00"),
        ("Europe/Madrid", "2026-10-24 10:00", "2026-10-25 08:00", "2026-10-26 08:00"),
        ("Asia/Kolkata", "2026-03-01 18:29", "2026-03-02 03:30", "2026-03-02 03:30"),
        ("Asia/Kolkata", "2026-03-01 18:30", "2026-03-03 03:30", "2026-03-09 03:30"),
        ("America/Los_Angeles", "2026-12-31 12:00", "2027-01-01 17:00", "2027-01-04 17:00"),
        ("UTC", "2028-02-28 12:00", "2028-02-29 09:00", "2028-03-06 09:00"),
    ],
)
def test_the_mornings_that_people_name(zone: str, now: str, next_morning: str, next_monday: str) -> None:
    assert tomorrow(utc(now), ZoneInfo(zone)) == utc(next_morning)
    assert monday(utc(now), ZoneInfo(zone)) == utc(next_monday)


ANY_HOURS = st.builds(
    lambda zone, days, span: WorkHours(ZoneInfo(zone), frozenset(days), min(span), max(span)),
    st.sampled_from(ZONES),
    st.sets(st.integers(0, 6), min_size=1),
    st.sets(st.integers(0, MIDNIGHT), min_size=2, max_size=2),
)
ANY_TIME = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - see `timezones`


@given(ANY_HOURS, ANY_TIME)
def test_working_hours_agree_with_the_clocks_on_the_wall(kept: WorkHours, at: datetime) -> None:
    """Away from the nights when clocks move, it is within them just when the wall says so."""
    wall = at.astimezone(kept.zone)
    offsets = {(at + hours * timedelta(hours=1)).astimezone(kept.zone).utcoffset() for hours in range(-36, 37)}
    if len(offsets) == 1:
        assert kept.hold(at) == (wall.weekday() in kept.days and kept.start <= wall.hour * 60 + wall.minute < kept.end)


@given(ANY_HOURS, ANY_TIME)
def test_the_next_instant_is_within_them_and_none_is_left_out(kept: WorkHours, at: datetime) -> None:
    then = kept.next(at)
    assert then >= at
    assert kept.hold(then)
    assert then == at or not kept.hold(at + (then - at) / 2)
    assert kept.next_day(at) > at
    assert kept.hold(kept.next_day(at))


@given(ANY_TIME)
def test_always_holds_at_any_hour(at: datetime) -> None:
    assert ALWAYS.hold(at)
    assert timedelta(0) < ALWAYS.next_day(at) - at <= DAY


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", WEEKDAYS),
        ("Monday-Friday", WEEKDAYS),
        ("sun-thu", {6, 0, 1, 2, 3}),
        ("mon, wed", {0, 2}),
        ("sat-sun,wed", {5, 6, 2}),
        ("mon-sun", set(range(7))),
        ("fri-thu", set(range(7))),
        ("tue", {1}),
    ],
)
def test_days_are_read(text: str, days: set[int]) -> None:
    assert days_of(text) == days


@pytest.mark.parametrize("text", ["", "mon-", "-fri", "someday", "mon--fri", "mon,,tue", "montag", "mo", "1-5"])
def test_what_is_no_day_is_refused(text: str) -> None:
    if text == "mon-":  # a dash too many, and nothing else it could mean
        assert days_of(text) == {0}
        return
    with pytest.raises(ValueError, match="not a day of the week"):
        days_of(text)


@pytest.mark.parametrize(
    ("text", "span"),
    [("9-17", (540, 1020)), ("8:30 - 16:30", (510, 990)), ("0-24", (0, 1440)), ("00:00-23:59", (0, 1439))],
)
def test_hours_are_read(text: str, span: tuple[int, int]) -> None:
    assert hours_of(text) == span


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not a range of hours in a day"),
        ("9", "is not a range of hours in a day"),
        ("9-17-18", "is not a range of hours in a day"),
        ("9-25", "is not a range of hours in a day"),
        ("9-24:01", "is not a range of hours in a day"),
        ("9am-5pm", "is not a range of hours in a day"),
        ("9:60-17", "is not a range of hours in a day"),
        ("17-9", "before it ends"),
        ("9-9", "before it ends"),
    ],
)
def test_what_is_no_span_of_hours_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        hours_of(text)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "Europe", "../etc/passwd", "Europe/Madrid\0"])
def test_a_zone_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not an IANA time zone"):
        zone_of(name)


def test_a_zone_is_found_by_its_name() -> None:
    assert zone_of("Europe/Madrid") == ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("days", "start", "end"), [(frozenset(), 0, 1), ({7}, 0, 1), ({0}, 5, 5), ({0}, 0, 1441), ({0}, -1, 5)]
)
def test_hours_that_never_hold_cannot_be_made(days: set[int], start: int, end: int) -> None:
    with pytest.raises(ValueError, match="working hours"):
        WorkHours(days=frozenset(days), start=start, end=end)
