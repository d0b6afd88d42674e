"""The way from one schema to the next, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from bot.store import SchemaMismatch, Store, StoreUnavailable, migrate, schema
from bot.store.database import Database
from bot.store.schema import MIGRATIONS
from bot.store.tables import metadata
from tests.bot.store.builders import FixedClock, card, change, entry


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database without tables."""
    opened = Database(database_url, create=True)
    yield opened
    await opened.close()


def differences(connection: Connection) -> list[Any]:
    """What the migrations leave different from the tables that the code knows."""
    context = MigrationContext.configure(
        connection, opts={"version_table": MIGRATIONS.version_table, "compare_type": True}
    )
    return list(compare_metadata(context, metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_the_migrations_lead_to_the_tables_that_the_code_knows(database: Database, database_url: str) -> None:
    await migrate(database_url)
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []
        index = "select {} from {} where {} = 'uq_changes_one_open'"
        parts = ("sql", "sqlite_master", "name") if database.is_sqlite else ("indexdef", "pg_indexes", "indexname")
        definition = await connection.scalar(text(index.format(*parts)))
    assert "UNIQUE" in definition
    assert "WHERE is_open" in definition


async def test_every_step_can_be_taken_back(database: Database, database_url: str) -> None:
    await migrate(database_url)
    async with database.write() as connection:
        await connection.run_sync(lambda sync: command.downgrade(MIGRATIONS.config(sync), "base"))
        assert await connection.run_sync(tables) == {MIGRATIONS.version_table}
    await migrate(database_url)
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_an_older_database_is_brought_up_with_all_that_is_in_it(database: Database, database_url: str) -> None:
    await migrate(database_url)
    store = await Store.open(database_url, clock=FixedClock())
    async with store.write() as tx:
        await tx.insert_change(change(), [entry()])
        await tx.add_notice(card())
    async with database.write() as connection:
        await connection.run_sync(lambda sync: command.downgrade(MIGRATIONS.config(sync), "-1"))
    with pytest.raises(SchemaMismatch):
        await store.check_schema()
    await migrate(database_url)
    await store.check_schema()
    async with store.read() as tx:
        assert await tx.change("ch-a")
        assert await tx.audit("ch-a") == (entry(),)
    await store.close()


async def test_migrating_again_changes_nothing_and_two_at_once_wait_for_each_other(database_url: str) -> None:
    await asyncio.gather(*(migrate(database_url) for _ in range(3)))
    store = await Store.open(database_url, clock=FixedClock())
    async with store.write() as tx:
        assert await tx.next_number() == 1
    await migrate(database_url)
    async with store.write() as tx:
        assert await tx.next_number() == 2
    await store.close()


@asynccontextmanager
async def migrating(url: str) -> AsyncIterator[None]:
    """Another process is migrating the database while the block runs."""
    other = Database(url)
    try:
        async with other.write() as connection:
            await connection.run_sync(MIGRATIONS.wait)
            yield
    finally:
        await other.close()


async def test_a_migration_takes_and_waits_longer_than_a_request_may(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request ends after half a second of waiting here, and each of its commands after one and a half."""
    monkeypatch.setattr(schema, "Database", partial(Database, busy_seconds=0.5))
    async with migrating(postgres_url):
        second = asyncio.create_task(migrate(postgres_url))
        await asyncio.wait([second], timeout=2)
        assert not second.done()
    await second
    store = await Store.open(postgres_url, clock=FixedClock())
    await store.check_schema()
    await store.close()


async def test_a_migration_does_not_wait_for_ever(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "LOCK_SECONDS", 0.2)
    async with migrating(postgres_url):
        with pytest.raises(StoreUnavailable, match="locked"):
            await migrate(postgres_url)


async def test_says_what_to_run_when_the_database_is_behind(database: Database, database_url: str) -> None:
    async with database.write() as connection:
        await connection.execute(text("create table something_else (id integer)"))
    store = await Store.open(database_url, clock=FixedClock())
    with pytest.raises(SchemaMismatch, match=r"its schema is empty, .* run `python -m bot db upgrade`"):
        await store.check_schema()
    await migrate(database_url)
    await store.check_schema()
    await store.close()


async def test_says_so_when_the_database_is_ahead_and_leaves_it_alone(database: Database, database_url: str) -> None:
    await migrate(database_url)
    async with database.write() as connection:
        await connection.execute(text(f"update {MIGRATIONS.version_table} set version_num = '9999'"))
    store = await Store.open(database_url, clock=FixedClock())
    with pytest.raises(SchemaMismatch, match=r"its schema 9999 is not known .* `python -m bot db upgrade`"):
        await store.check_schema()
    with pytest.raises(SchemaMismatch, match="9999"):
        await migrate(database_url)
    await store.close()


async def test_a_migration_that_breaks_leaves_the_database_as_it_was(database: Database, database_url: str) -> None:
    async with database.write() as connection:
        await connection.execute(text("create table reminders (id integer)"))
    with pytest.raises(Exception, match="reminders"):
        await migrate(database_url)
    async with database.read() as connection:
        assert await connection.run_sync(tables) == {"reminders"}
