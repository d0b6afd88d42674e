"""A clock that can be moved on, and what it remembers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.services.slack.clock import MONDAY, MovableClock, next_morning

SATURDAY = datetime(2026, 11, 21, 13, 30, tzinfo=UTC)


def test_it_is_ahead_by_as_much_as_it_was_moved() -> None:
    clock = MovableClock(machine=lambda: SATURDAY)
    clock.move(3600)
    clock.move(1800)
    assert clock.now() == datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


def test_a_restart_does_not_turn_it_back(tmp_path: Path) -> None:
    MovableClock(tmp_path / "clock", lambda: SATURDAY).move(86_400)
    assert MovableClock(tmp_path / "clock", lambda: SATURDAY).now() == datetime(2026, 11, 22, 13, 30, tzinfo=UTC)


def test_a_file_that_holds_no_number_is_no_clock_that_was_moved(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("yesterday")
    assert MovableClock(tmp_path / "clock", lambda: SATURDAY).now() == SATURDAY


@pytest.mark.parametrize(
    ("now", "zone", "weekday", "morning"),
    [
        ("2026-11-21T13:30", "Europe/Madrid", None, "2026-11-22T08:00"),
        ("2026-11-21T23:30", "Europe/Madrid", None, "2026-11-23T08:00"),  # it is Sunday there already
        ("2026-11-21T13:30", "Asia/Kolkata", None, "2026-11-22T03:30"),
        ("2026-11-21T13:30", "Europe/Madrid", MONDAY, "2026-11-23T08:00"),
        ("2026-11-23T07:00", "Europe/Madrid", MONDAY, "2026-11-30T08:00"),  # another Monday, never the same day
        ("2026-03-28T12:00", "Europe/Madrid", None, "2026-03-29T07:00"),  # the night is an hour shorter
        ("2026-10-24T12:00", "Europe/Madrid", None, "2026-10-25T08:00"),
        ("2028-02-28T12:00", "Etc/UTC", None, "2028-02-29T09:00"),
    ],
)
def test_the_next_morning_is_at_nine_where_the_person_is(
    now: str, zone: str, weekday: int | None, morning: str
) -> None:
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_morning(instant, zone, weekday) == datetime.fromisoformat(morning).replace(tzinfo=UTC)
