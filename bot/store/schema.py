"""Bringing a database to the schema of this version, and seeing whether it has it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from bot.sql import Migrations, Revisions
from bot.store.database import Database

MIGRATIONS = Migrations(Path(__file__).parent / "migrations", version_table="store_version", lock=0x63_66_67_62)

LOCK_SECONDS = 600.0
"""How long a migration waits on PostgreSQL for another one, and for transactions that use its tables."""


class SchemaMismatch(Exception):
    """The database has another schema than this version of configbot needs. The message says what to run."""


async def migrate(url: str) -> None:
    """Bring the database to the newest schema; one that has it stays as it is. Two at once wait for each other.

    All or nothing, on both databases. On PostgreSQL it may take as long as it does, and waits for others ten minutes.
    SQLite's file is made if it is not there. Raises `ValueError` for a URL that cannot be used, `StoreUnavailable`, and
    `SchemaMismatch` when the schema is newer than this version knows.
    """
    database = Database(url, create=True, lock_seconds=LOCK_SECONDS)
    try:
        async with database.write() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await database.close()


def check(connection: Connection) -> None:
    """Raise `SchemaMismatch` unless the database has exactly the schema of this version."""
    schema = MIGRATIONS.revisions(connection)
    if schema.current == schema.needed:
        return
    if schema.is_unknown:
        raise SchemaMismatch(_too_new(schema))
    raise SchemaMismatch(
        f"checking the database: its schema is {schema.current or 'empty'}, this version needs {schema.needed}; "
        "run `python -m bot db upgrade`"
    )


def _upgrade(connection: Connection) -> None:
    MIGRATIONS.wait(connection)
    schema = MIGRATIONS.revisions(connection)
    if schema.is_unknown:
        raise SchemaMismatch(_too_new(schema))
    MIGRATIONS.upgrade(connection)


def _too_new(schema: Revisions) -> str:
    return (
        f"checking the database: its schema {schema.current} is not known to this version, which needs "
        f"{schema.needed}; install the configbot that made it, or give this one a database of its own and run "
        "`python -m bot db upgrade`"
    )
