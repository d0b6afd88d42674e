"""Bringing a database to the schema of this version, and seeing whether it has it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.store.database import Database

VERSION_TABLE = "store_version"
"""Our own, so that a database can be shared with something else that Alembic migrates."""

_MIGRATION_LOCK = 0x63_66_67_62
"""Any number will do, as long as every process that migrates takes the same one."""


class SchemaMismatch(Exception):
    """The database has another schema than this version of configbot needs. The message says what to run."""


async def migrate(url: str) -> None:
    """Bring the database to the newest schema; one that has it stays as it is. Two at once wait for each other.

    All or nothing, on both databases. SQLite's file is made if it is not there. Raises `ValueError` for a URL that
    cannot be used, `StoreUnavailable`, and `SchemaMismatch` when the schema is newer than this version knows.
    """
    database = Database(url, create=True)
    try:
        async with database.write() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await database.close()


def check(connection: Connection) -> None:
    """Raise `SchemaMismatch` unless the database has exactly the schema of this version."""
    found, needed, known = _revisions(connection)
    if found == needed:
        return
    if found is not None and found not in known:
        raise SchemaMismatch(_too_new(found, needed))
    raise SchemaMismatch(
        f"checking the database: its schema is {found or 'empty'}, this version needs {needed}; "
        "run `python -m bot db upgrade`"
    )


def alembic_config(connection: Connection) -> Config:
    """What Alembic's commands need to work on this connection, inside its transaction."""
    config = Config()
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
    found, needed, known = _revisions(connection)
    if found is not None and found not in known:
        raise SchemaMismatch(_too_new(found, needed))
    command.upgrade(alembic_config(connection), "head")


def _revisions(connection: Connection) -> tuple[str | None, str | None, frozenset[str]]:
    """The revision that the database has, the one it needs, and all that this version knows."""
    scripts = ScriptDirectory.from_config(alembic_config(connection))
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    known = frozenset(script.revision for script in scripts.walk_revisions())
    return context.get_current_revision(), scripts.get_current_head(), known


def _too_new(found: str, needed: str | None) -> str:
    return (
        f"checking the database: its schema {found} is not known to this version, which needs {needed}; install the "
        "configbot that made it, or give this one a database of its own and run `python -m bot db upgrade`"
    )
