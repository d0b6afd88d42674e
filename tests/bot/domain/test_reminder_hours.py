from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.names import Project
from bot.domain.notices import Reminder
from bot.domain.reminder_hours import (
    LONGEST_SNOOZE,
    Reminding,
    Snooze,
    Stage,
    is_due,
    next_time,
    next_times,
    said,
    set_right,
    stage_of,
)
from bot.domain.workhours import ALWAYS, WorkHours

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FOUR = 4 * HOUR
MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEEN = Reminder("main", "pr_1", "Triage", "ev_1", MONDAY - HOUR)
OFFICE = Reminding()


def times(reminder: Reminder, now: datetime = MONDAY, reminding: Reminding = OFFICE) -> list[str]:
    return [f"{at:%a %H:%M}" for at in next_times(reminder, FOUR, reminding, now)]


def test_it_is_said_when_it_has_run_for_too_long_and_then_on_the_next_working_days() -> None:
    assert times(SEEN) == ["Mon 15:00", "Tue 09:00", "Wed 09:00"]
    assert times(replace(SEEN, times=1, said_at=MONDAY)) == ["Tue 09:00", "Wed 09:00"]
    assert times(replace(SEEN, times=3, said_at=MONDAY)) == []


def test_what_becomes_due_at_night_or_on_a_weekend_waits_for_the_morning() -> None:
    assert times(replace(SEEN, first_seen=MONDAY + 2 * HOUR))[0] == "Tue 09:00"
    friday = MONDAY + 4 * DAY
    assert times(replace(SEEN, first_seen=friday + HOUR), friday) == ["Mon 09:00", "Tue 09:00", "Wed 09:00"]
    assert times(replace(SEEN, times=1, said_at=friday), friday) == ["Mon 09:00", "Tue 09:00"]


def test_the_days_are_those_of_the_zone() -> None:
    kolkata = Reminding(WorkHours(ZoneInfo("Asia/Kolkata")))
    assert times(replace(SEEN, times=1, said_at=MONDAY), MONDAY, kolkata) == ["Tue 03:30", "Wed 03:30"]


def test_a_snooze_comes_before_everything_but_an_end() -> None:
    snoozed = replace(SEEN, times=9, said_at=MONDAY, snoozed_until=MONDAY + HOUR)
    assert times(snoozed) == ["Mon 13:00"]
    assert times(replace(snoozed, snoozed_until=MONDAY + 9 * HOUR)) == ["Tue 09:00"]
    assert times(replace(snoozed, stopped_by="U0ADA")) == []
    assert times(replace(snoozed, ended_at=MONDAY)) == []


def test_a_time_that_has_passed_means_now() -> None:
    assert times(replace(SEEN, first_seen=MONDAY - DAY))[0] == "Mon 12:00"
    assert next_time(replace(SEEN, first_seen=MONDAY - 9 * HOUR), FOUR, OFFICE) == MONDAY - 3 * HOUR


@pytest.mark.parametrize(
    ("since", "now", "due"),
    [
        (FOUR, MONDAY, True),
        (FOUR - timedelta(seconds=1), MONDAY, False),
        (3 * DAY, MONDAY + 5 * HOUR, False),
        (3 * DAY, MONDAY + 21 * HOUR, True),
    ],
)
def test_it_is_due_in_working_hours_once_its_time_has_come(since: timedelta, now: datetime, due: bool) -> None:
    assert is_due(replace(SEEN, first_seen=now - since), FOUR, OFFICE, now) is due


def test_saying_it_counts_and_ends_a_snooze() -> None:
    after = said(replace(SEEN, snoozed_until=MONDAY), MONDAY, "main:ev_1@then#2")
    assert (after.times, after.said_at, after.said_in, after.snoozed_until) == (1, MONDAY, "main:ev_1@then#2", None)


def test_what_a_clock_wrote_down_that_was_ahead_is_set_right() -> None:
    ahead = replace(SEEN, said_at=MONDAY + DAY, snoozed_until=MONDAY + 99 * DAY)
    right = set_right(ahead, MONDAY)
    assert (right.said_at, right.snoozed_until) == (MONDAY, MONDAY + LONGEST_SNOOZE)
    assert set_right(right, MONDAY) == right
    assert set_right(SEEN, MONDAY) == SEEN


@pytest.mark.parametrize(
    ("choice", "zone", "until"),
    [
        (Snooze.HOUR, "Asia/Kolkata", "2026-03-02 13:00"),
        (Snooze.TOMORROW, "Asia/Kolkata", "2026-03-03 03:30"),
        (Snooze.TOMORROW, "America/Los_Angeles", "2026-03-03 17:00"),
        (Snooze.MONDAY, "Europe/Madrid", "2026-03-09 08:00"),
    ],
)
def test_a_snooze_ends_in_the_readers_morning(choice: Snooze, zone: str, until: str) -> None:
    assert choice.until(MONDAY, ZoneInfo(zone)) == datetime.fromisoformat(until).replace(tzinfo=UTC)


@given(st.sampled_from(Snooze), st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - see `timezones`
def test_every_snooze_is_ahead_and_shorter_than_the_longest(choice: Snooze, now: datetime) -> None:
    for zone in ("UTC", "Pacific/Apia", "America/Havana", "Australia/Lord_Howe"):
        assert timedelta(0) < choice.until(now, ZoneInfo(zone)) - now < LONGEST_SNOOZE


def test_projects_share_a_channel_unless_somebody_says_otherwise() -> None:
    project = Project("main", "pr_1", "Triage")
    assert Reminding().channel_of(project) is None
    assert Reminding(channel_for=lambda found: f"C0{found.name.upper()}").channel_of(project) == "C0TRIAGE"


@pytest.mark.parametrize(
    ("life", "passed", "stage"),
    [
        (24 * HOUR, 11 * HOUR, None),
        (24 * HOUR, 12 * HOUR, Stage.HALF),
        (24 * HOUR, 23 * HOUR - timedelta(seconds=1), Stage.HALF),
        (24 * HOUR, 23 * HOUR, Stage.LAST),
        (24 * HOUR, 24 * HOUR, None),
        (HOUR, 52 * timedelta(minutes=1), Stage.HALF),
        (HOUR, 53 * timedelta(minutes=1), Stage.LAST),
        (timedelta(0), timedelta(0), None),
    ],
)
def test_people_are_reminded_of_an_approval_at_half_and_before_the_end(
    life: timedelta, passed: timedelta, stage: Stage | None
) -> None:
    assert stage_of(MONDAY, MONDAY + life, MONDAY + passed, ALWAYS) is stage


def test_the_half_is_told_in_working_hours_alone() -> None:
    office = WorkHours()
    assert stage_of(MONDAY, MONDAY + DAY, MONDAY + 13 * HOUR, office) is None
    assert stage_of(MONDAY, MONDAY + DAY, MONDAY + 21 * HOUR, office) is Stage.HALF
    friday = MONDAY + 4 * DAY
    assert stage_of(friday, friday + DAY, friday + 23 * HOUR, office) is Stage.LAST
