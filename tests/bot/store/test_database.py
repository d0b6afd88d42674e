"""What is said when the bot's database does not answer."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.store import Cause, Store, StoreUnavailable, migrate
from bot.store.database import Database
from tests.bot.store.builders import STAGING, FixedClock, change


@pytest.fixture
async def file(sqlite_url: str) -> Path:
    """A SQLite file with our tables."""
    await migrate(sqlite_url)
    return Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))


async def opened(url: str, busy_seconds: float = 0.2) -> Store:
    return await Store.open(url, clock=FixedClock(), busy_seconds=busy_seconds)


async def write(store: Store) -> None:
    async with store.write() as tx:
        await tx.insert_change(change(), [])


async def test_odd_characters_in_a_path_are_only_characters(tmp_path: Path) -> None:
    folder = tmp_path / "100% ü#1"
    folder.mkdir()
    await migrate(f"sqlite:///{folder}/a b.db")
    store = await opened(f"sqlite:///{folder}/a b.db")
    await write(store)
    await store.close()
    assert (folder / "a b.db").exists()


# SQLite


async def test_sqlite_runs_as_it_must(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    async with database.read() as connection:
        answers = [
            await connection.scalar(text(f"pragma {name}")) for name in ("journal_mode", "foreign_keys", "synchronous")
        ]
    await database.close()
    assert answers == ["wal", 1, 2]


async def test_opening_a_file_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"opening .*/none\.db: it is not there") as refused:
        await opened(f"sqlite:///{tmp_path}/none.db")
    assert refused.value.cause is Cause.MISSING
    assert list(tmp_path.iterdir()) == []


async def test_migrating_into_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"opening .*: it is not there"):
        await migrate(f"sqlite:///{tmp_path}/nowhere/a.db")


async def test_a_file_that_went_away_is_said_to_be_missing(file: Path) -> None:
    store = await opened(f"sqlite:///{file}")
    async with store.read() as tx:  # holds the one connection that there is
        await tx.changes()
        file.rename(file.with_name("moved.db"))
        with pytest.raises(StoreUnavailable) as refused:
            await write(store)
        await asyncio.sleep(0.1)  # aiosqlite's thread for the connection that could not be made ends
    assert refused.value.cause is Cause.MISSING
    await store.close()


async def test_a_file_that_is_no_database_is_said_to_be_broken(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"dear diary, " * 1000)
    with pytest.raises(StoreUnavailable) as refused:
        await opened(f"sqlite:///{tmp_path}/a.db")
    assert refused.value.cause is Cause.BROKEN


async def test_says_that_another_process_holds_the_file(file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("begin immediate")
    store = await opened(f"sqlite:///{file}")
    with pytest.raises(StoreUnavailable, match=r"writing to .*test\.db: it is locked") as refused:
        await write(store)
    assert refused.value.cause is Cause.LOCKED
    other.execute("rollback")
    other.close()
    await write(store)
    await store.close()


async def test_says_that_another_task_holds_the_file(file: Path) -> None:
    store = await opened(f"sqlite:///{file}")
    async with store.write():
        with pytest.raises(StoreUnavailable) as refused:
            await write(store)
    assert refused.value.cause is Cause.LOCKED
    await write(store)
    await store.close()


async def test_says_that_all_connections_are_taken(file: Path) -> None:
    store = await opened(f"sqlite:///{file}")

    async def hold(until: asyncio.Event) -> None:
        async with store.read() as tx:
            await tx.changes()
            await until.wait()

    over = asyncio.Event()
    holders = [asyncio.create_task(hold(over)) for _ in range(15)]
    await asyncio.sleep(0.3)
    with pytest.raises(StoreUnavailable) as refused:
        await write(store)
    assert refused.value.cause is Cause.LOCKED
    over.set()
    await asyncio.gather(*holders)
    await store.close()


async def test_says_that_the_file_can_only_be_read(file: Path) -> None:
    store = await opened(f"sqlite:///{file}?mode=ro")
    async with store.read() as tx:
        assert await tx.changes() == ((), 0)
    with pytest.raises(StoreUnavailable, match="it can only be read") as refused:
        await write(store)
    assert refused.value.cause is Cause.READ_ONLY
    await store.close()


async def test_a_table_that_is_missing_is_a_bug_and_not_an_outage(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    with pytest.raises(DBAPIError, match="no such table"):
        async with database.read() as connection:
            await connection.execute(text("select * from unicorns"))
    await database.close()


async def test_an_error_of_the_caller_passes_as_it_is(file: Path) -> None:
    store = await opened(f"sqlite:///{file}")
    with pytest.raises(FileNotFoundError):
        async with store.write():
            raise FileNotFoundError
    await store.close()


async def test_a_second_use_of_a_number_is_no_outage(file: Path) -> None:
    store = await opened(f"sqlite:///{file}")
    async with store.write() as tx:
        await tx.insert_change(change("first", number=7, environment=STAGING), [])
    with pytest.raises(IntegrityError):
        async with store.write() as tx:
            await tx.insert_change(change("second", number=7), [])
    await store.close()


# PostgreSQL


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Store]:
    """A store on PostgreSQL that waits only shortly."""
    await migrate(postgres_url)
    store = await opened(postgres_url)
    yield store
    await store.close()


async def test_a_server_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    url = f"postgresql://me:hunter2@/name?host={tmp_path}"
    with pytest.raises(StoreUnavailable, match="reading localhost/name: it is not there") as refused:
        await opened(url)
    assert "hunter2" not in str(refused.value)


async def test_a_server_that_does_not_answer_is_said_to_be_lost() -> None:
    with pytest.raises(StoreUnavailable, match=r"reading 127\.0\.0\.1/name: the connection was lost") as refused:
        await opened("postgresql://me:hunter2@127.0.0.1:1/name")
    assert "hunter2" not in str(refused.value)


async def test_a_database_that_the_server_does_not_have_is_missing(postgres_folder: str) -> None:
    with pytest.raises(StoreUnavailable) as refused:
        await opened(f"postgresql://postgres@/nobody?host={postgres_folder}")
    assert refused.value.cause is Cause.MISSING


async def test_a_user_whom_the_server_does_not_know_is_not_let_in(postgres_folder: str) -> None:
    with pytest.raises(StoreUnavailable) as refused:
        await opened(f"postgresql://nobody@/postgres?host={postgres_folder}")
    assert refused.value.cause is Cause.DENIED


async def test_says_that_a_row_is_held_by_another_transaction(postgres: Store) -> None:
    await write(postgres)
    async with postgres.write() as first:
        await first.change("ch-a")
        with pytest.raises(StoreUnavailable) as refused:
            async with postgres.write() as second:
                await second.change("ch-a")
    assert refused.value.cause is Cause.LOCKED


async def test_a_server_that_answers_too_late_is_said_to_be_lost(postgres_url: str) -> None:
    database = Database(postgres_url, busy_seconds=0.2)
    with pytest.raises(StoreUnavailable) as refused:
        async with database.read() as connection:
            await connection.execute(text("select pg_sleep(5)"))
    assert refused.value.cause is Cause.LOST
    await database.close()


async def test_says_that_the_server_can_only_be_read(postgres: Store, postgres_url: str) -> None:
    admin = Database(postgres_url)
    async with admin.write() as connection:
        name = await connection.scalar(text("select current_database()"))
        await connection.execute(text(f'alter database "{name}" set default_transaction_read_only = on'))
    await admin.close()
    fresh = await opened(postgres_url)
    with pytest.raises(StoreUnavailable) as refused:
        await write(fresh)
    assert refused.value.cause is Cause.READ_ONLY
    await fresh.close()


async def test_a_lost_connection_is_said_and_the_next_transaction_works(postgres: Store, postgres_url: str) -> None:
    admin = Database(postgres_url)
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = "

    async def cut_off() -> None:
        async with postgres.write() as tx:
            await tx.insert_change(change(), [])
            async with admin.read() as connection:
                await connection.execute(text(cut + "current_database()"))
            await tx.changes()

    with pytest.raises(StoreUnavailable) as refused:
        await cut_off()
    assert refused.value.cause is Cause.LOST
    await admin.close()
    await write(postgres)
