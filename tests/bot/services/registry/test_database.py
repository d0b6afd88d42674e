from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import IntegrityError

from bot.services.registry import tables
from bot.services.registry.database import Database, DatabaseUnavailable, async_url, migrate, migrate_blocking
from bot.services.registry.identifiers import Prefix, new_id, stable_id

HOUR_EAST = timezone(timedelta(hours=1))


def user(user_id: str) -> dict[str, str]:
    return {"id": user_id, "email_address": "ines@example.com", "folded": "ines@example.com"}


async def add_users(database: Database, *ids: str) -> None:
    async with database.write() as connection:
        for user_id in ids:
            await connection.execute(insert(tables.users), [user(user_id)])


async def count_users(database: Database) -> int:
    async with database.read() as connection:
        return len((await connection.execute(select(tables.users.c.id))).all())


async def test_the_migrations_make_the_tables_that_are_described(url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {"version_table": "registry_version", "compare_type": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata))

    database = Database(url)
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []
        environments = (await connection.execute(select(tables.environments))).all()
        assert [(row.name, row.is_default) for row in environments] == [("production", True)]
    await database.close()


async def test_migrating_again_and_at_once_does_no_harm(database_url: str) -> None:
    await asyncio.gather(migrate(database_url), migrate(database_url))
    await migrate(database_url)
    database = Database(database_url)
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM environments"))).scalar_one() == 1
    await database.close()


def test_migrating_needs_no_event_loop(sqlite_url: str) -> None:
    migrate_blocking(sqlite_url)
    migrate_blocking(sqlite_url)


async def test_sqlite_is_set_up_for_several_readers_and_one_writer(sqlite_url: str) -> None:
    await migrate(sqlite_url)
    database = Database(sqlite_url)
    async with database.read() as connection:
        settings = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]
    await database.close()
    assert settings == ["wal", 1, 10_000]


async def test_a_transaction_is_kept_undone_or_rehearsed(url: str) -> None:
    database = Database(url)
    await add_users(database, "usr_1")
    with pytest.raises(IntegrityError):
        await add_users(database, "usr_2", "usr_2")
    async with database.write(keep=False) as connection:
        await connection.execute(insert(tables.users), [user("usr_3")])
    assert await count_users(database) == 1
    await database.close()
    assert await count_users(database) == 1
    await database.close()


async def test_writers_wait_for_each_other(url: str) -> None:
    """What is read inside a writing transaction does not move; so nothing is lost on either database."""
    database = Database(url)

    async def add() -> None:
        async with database.write() as connection:
            taken = (await connection.execute(select(tables.environments.c.id).with_for_update())).all()
            exclusive_lock = (await connection.execute(select(tables.users.c.id))).all()
            await asyncio.sleep(0.01)
            await connection.execute(insert(tables.users), [user(f"usr_{len(exclusive_lock)}")])
            assert len(taken) == 1

    await asyncio.gather(*(add() for _ in range(6)))
    assert await count_users(database) == 6
    await database.close()


async def test_times_come_back_in_utc(url: str) -> None:
    database = Database(url)
    made = datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=HOUR_EAST)
    evaluator = {
        "id": new_id(Prefix.EVALUATOR),
        "name": "n",
        "description": "",
        "type": "human",
        "arguments_type": "target_free",
        "return_type": "text",
        "created_at": made,
        "updated_at": made,
    }
    async with database.write() as connection:
        await connection.execute(insert(tables.evaluators), [evaluator])
        read = (await connection.execute(select(tables.evaluators.c.created_at))).scalar_one()
        assert read.isoformat() == "2026-03-02T09:00:00.123456+00:00"
    await database.close()


def test_a_url_that_cannot_be_used_is_refused_by_the_registry_without_its_password() -> None:
    with pytest.raises(ValueError, match="the registry's database URL is not the address of") as caught:
        async_url("mysql://root:hunter2@host/db")
    assert "hunter2" not in str(caught.value)


async def test_a_folder_that_is_not_there_is_a_database_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"there is no folder for .*nowhere"):
        await migrate(f"sqlite:///{tmp_path}/nowhere/x.db")


async def test_a_file_that_cannot_be_opened_is_a_database_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="cannot be opened"):
        await migrate(f"sqlite:///{tmp_path}")


async def test_a_folder_that_cannot_be_written_to_is_named(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder holds the journal. Whoever is root may write everywhere, so the answer is made here."""
    await migrate(sqlite_url)
    monkeypatch.setattr("bot.services.registry.database.os.access", lambda _path, _mode: False)
    with pytest.raises(DatabaseUnavailable, match="cannot be opened: Permission denied"):
        await migrate(sqlite_url)


def test_ids_are_stable_or_fresh_in_one_shape() -> None:
    assert stable_id(Prefix.CONFIG, "a", "b") == stable_id(Prefix.CONFIG, "a", "b")
    assert stable_id(Prefix.CONFIG, "a", "b") != stable_id(Prefix.CONFIG, "ab")
    assert len({new_id(Prefix.PROJECT) for _ in range(100)}) == 100
    assert len(new_id(Prefix.PROJECT)) == len(stable_id(Prefix.PROJECT, "x")) == len("pr_") + 21
