"""Lanes: never faster than their pace, never slower than they must."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.rate_limits import EDITS, POSTS, Pace, RateLimitBucket

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

paces = st.builds(Pace, st.timedeltas(timedelta(milliseconds=100), timedelta(seconds=3)), st.integers(1, 12))
pauses = st.lists(st.timedeltas(timedelta(0), timedelta(seconds=5)), max_size=60)


@given(paces, pauses)
def test_in_no_span_of_time_more_is_sent_than_a_burst_and_what_the_pace_allows(
    pace: Pace, waits: list[timedelta]
) -> None:
    bucket, now, sent = RateLimitBucket("C0DEPLOYS"), NOON, list[datetime]()
    for wait in waits:
        now += wait
        if bucket.opens_at(pace, now) == now:
            bucket = bucket.sent(pace, now)
            sent.append(now)
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            assert last - first + 1 <= pace.burst + (sent[last] - sent[first]) / pace.every


@given(paces, st.integers(1, 40))
def test_many_that_wait_are_sent_as_soon_as_the_pace_allows(pace: Pace, count: int) -> None:
    bucket, now = RateLimitBucket("C0DEPLOYS"), NOON
    for _ in range(count):
        now = bucket.opens_at(pace, now)
        bucket = bucket.sent(pace, now)
    assert now - NOON == pace.every * max(0, count - pace.burst)


@given(paces, st.timedeltas(timedelta(0), timedelta(minutes=5)), st.integers(0, 20))
def test_after_slack_asked_to_wait_nothing_goes_out_before_and_no_burst_after(
    pace: Pace, wait: timedelta, before: int
) -> None:
    bucket = RateLimitBucket("C0DEPLOYS")
    for _ in range(before):
        bucket = bucket.sent(pace, NOON)
    bucket = bucket.held(pace, NOON + wait)
    first = bucket.opens_at(pace, NOON)
    assert first >= NOON + wait
    bucket = bucket.sent(pace, first)
    assert bucket.opens_at(pace, first) == first + pace.every


def test_a_shorter_wait_does_not_shorten_a_longer_one() -> None:
    bucket = (
        RateLimitBucket("C0DEPLOYS").held(POSTS, NOON + timedelta(minutes=1)).held(POSTS, NOON + timedelta(seconds=1))
    )
    assert bucket.opens_at(POSTS, NOON) == NOON + timedelta(minutes=1)


def test_the_paces_are_those_that_slack_names() -> None:
    assert (POSTS.every, EDITS.every * 50) == (timedelta(seconds=1), timedelta(minutes=1))
