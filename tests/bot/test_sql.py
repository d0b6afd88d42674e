"""What both databases share: addresses, and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite

from bot.sql import UTCDateTime, async_url, sqlite_file

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


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("sqlite:///a/b.db", "sqlite+aiosqlite:///a/b.db"),
        ("sqlite+aiosqlite:////a/b.db", "sqlite+aiosqlite:////a/b.db"),
        ("postgres://me@host/name", "postgresql+asyncpg://me@host/name"),
        ("postgresql://me@host:5433/name", "postgresql+asyncpg://me@host:5433/name"),
        ("postgresql+psycopg://me@host/name", "postgresql+asyncpg://me@host/name"),
        ("postgres://me@host/name?sslmode=require&x=1", "postgresql+asyncpg://me@host/name?ssl=require&x=1"),
    ],
)
def test_takes_the_usual_ways_to_write_an_address(given: str, understood: str) -> None:
    assert async_url(given) == async_url(understood)
    assert async_url(given).render_as_string() == understood or "ssl" in given


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "write sqlite:///path/to/file.db"),
        ("nonsense with hunter2", "write sqlite:///path/to/file.db"),
        ("mysql://me:hunter2@host/name", "is not the address of a SQLite file or a PostgreSQL database"),
        ("postgresql://me:hunter2@host:abc/name", "is not the address of a SQLite file or a PostgreSQL database"),
        ("postgresql://me:pass@host:hunter2@host/name", "is not the address of"),
        ("postgresql://me:hunter2@host:70000/name", "must have a port from 1 to 65535"),
        ("postgresql://me:hunter2@host:0/name", "must have a port from 1 to 65535"),
        ("postgresql://me:hunter2@host", "must end in the name of a database"),
        ("postgresql://me:hunter2@host/", "must end in the name of a database"),
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
        ("sqlite:///:memory:?cache=shared", "must be a file"),
        ("sqlite:///file:x?mode=memory&uri=true", "must be a file"),
        ("sqlite://hunter2/x.db", "must be a file"),
        ("sqlite://hunter2@/x.db", "must be a file"),
    ],
)
def test_refuses_an_address_that_cannot_be_used_without_repeating_it(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as refused:
        async_url(url)
    assert "hunter2" not in str(refused.value)


def test_the_file_of_a_database_is_known_whatever_stands_behind_it() -> None:
    assert sqlite_file("sqlite+aiosqlite:///data/bot.db?mode=ro") == Path("data/bot.db")
    assert sqlite_file("sqlite+aiosqlite:////data/bot.db") == Path("/data/bot.db")
    assert sqlite_file("postgresql+asyncpg://host/name") is None
