"""Occasions: all processes count the same ones, and each is done once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.jobs import JobRun, may_start, occasion

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

instants = st.timedeltas(timedelta(days=-10_000), timedelta(days=10_000)).map(lambda span: NOON + span)
spans = st.timedeltas(timedelta(seconds=1), timedelta(days=1))


def run(**different: object) -> JobRun:
    values = {"due": NOON, "owner": "one", "claimed_until": NOON + MINUTE, "started_at": NOON}
    return JobRun("sweep", "", **(values | different))  # type: ignore[arg-type]  # whatever a test names


@given(instants, spans, spans)
def test_the_newest_occasion_is_never_ahead_and_less_than_one_span_behind(
    now: datetime, every: timedelta, phase: timedelta
) -> None:
    due = occasion(every, now, phase)
    assert due <= now < due + every
    assert occasion(every, due, phase) == due
    assert occasion(every, due + every, phase) == due + every


def test_an_occasion_is_done_once() -> None:
    over = run(ended_at=NOON + timedelta(seconds=1))
    assert not may_start(over, NOON, NOON + MINUTE)
    assert may_start(over, NOON + MINUTE, NOON + MINUTE)


def test_nobody_starts_what_another_one_works_on() -> None:
    assert not may_start(run(), NOON + MINUTE / 2, NOON + MINUTE / 2)
    assert may_start(run(), NOON + MINUTE / 2, NOON + MINUTE / 2, dead=True)


def test_a_run_that_died_is_done_again() -> None:
    assert may_start(run(), NOON, NOON + MINUTE)
    assert not may_start(run(), NOON - MINUTE, NOON + MINUTE)


def test_a_clock_that_was_set_back_stops_no_job() -> None:
    ahead = run(due=NOON + timedelta(days=3), ended_at=NOON + timedelta(days=3))
    assert may_start(ahead, NOON, NOON)
    assert not may_start(run(due=NOON + MINUTE, ended_at=NOON + MINUTE), NOON, NOON)
