"""Times on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import sqlite

from bot.store.types import UTCDateTime

DIALECT = sqlite.dialect()
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KOLKATA = timezone(timedelta(hours=5, minutes=30))


def test_refuses_a_time_without_a_zone() -> None:
    with pytest.raises(ValueError, match="storing the time 2026-03-02T12:00:00: it has no time zone"):
        UTCDateTime().process_bind_param(NOON.replace(tzinfo=None), DIALECT)


@pytest.mark.parametrize("time", [NOON, NOON.astimezone(KOLKATA)])
def test_stores_the_instant_in_utc(time: datetime) -> None:
    stored = UTCDateTime().process_bind_param(time, DIALECT)
    assert stored == NOON
    assert stored.tzinfo is UTC


@pytest.mark.parametrize("time", [NOON.replace(tzinfo=None), NOON, NOON.astimezone(KOLKATA)])
def test_reads_every_answer_as_utc(time: datetime) -> None:
    read = UTCDateTime().process_result_value(time, DIALECT)
    assert read == NOON
    assert read.tzinfo is UTC


def test_no_time_stays_none() -> None:
    assert UTCDateTime().process_bind_param(None, DIALECT) is None
    assert UTCDateTime().process_result_value(None, DIALECT) is None
