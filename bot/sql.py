"""What every database of ours shares: addresses, engines, transactions, column types, migrations.

SQLite in a file, or PostgreSQL. What a database that does not answer is called, its owner says.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, DateTime, Dialect, MetaData, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction, create_async_engine
from sqlalchemy.types import TypeDecorator

BUSY_SECONDS = 10.0
"""How long a transaction waits for another one before it fails because the database is locked."""

POOL_SECONDS = 30.0
"""How long a transaction waits for a free connection, unless the owner of the database says otherwise."""

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_NO_ADDRESS = "is not the address of a SQLite file or a PostgreSQL database"
_WRITES = "configbot_writes"
"""The execution option of a connection whose transaction takes SQLite's write lock when it begins."""


def async_url(url: str, *, of: str = "the database URL") -> URL:
    """The URL with the driver that we use, as `database_address` makes it. `of` names it in errors.

    Raises `ValueError`, which does not repeat the URL, for one that cannot be used.
    """
    try:
        return database_address(url)
    except ValueError as error:
        example = "sqlite:///path/to/file.db or postgresql://user:password@host/name"
        raise ValueError(f"{of} {error}; write {example}") from None


def database_address(url: str) -> URL:
    """The URL with the driver that we use: what an address of a database is, for everybody who is handed one.

    Raises `ValueError` that goes on after the name of the URL and does not repeat it, for one that cannot be read and
    for a database that is neither SQLite in a file nor PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError(_NO_ADDRESS) from None
    kind = parsed.drivername.partition("+")[0]
    if kind not in _DRIVERS:
        raise ValueError(_NO_ADDRESS)
    if kind == "sqlite":
        in_memory = parsed.database in (None, "", ":memory:") or parsed.query.get("mode") == "memory"
        if in_memory or parsed.host or parsed.username:
            raise ValueError("must be a file, so that the data survives a restart")
    elif parsed.port is not None and not 0 < parsed.port < 65_536:
        raise ValueError("must have a port from 1 to 65535")
    elif not parsed.database:
        raise ValueError("must end in the name of a database")
    parsed = parsed.set(drivername=_DRIVERS[kind])
    if kind != "sqlite" and "sslmode" in parsed.query:  # libpq's word; asyncpg calls it ssl
        query = dict(parsed.query)
        parsed = parsed.set(
            query={**{name: query[name] for name in query if name != "sslmode"}, "ssl": query["sslmode"]}
        )
    return parsed


def sqlite_file(url: str | URL) -> Path | None:
    """The file of a SQLite database; None for another kind."""
    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def sqlite_engine(
    url: URL, *, create: bool, busy_seconds: float = BUSY_SECONDS, pool_seconds: float = POOL_SECONDS
) -> AsyncEngine:
    """An engine for SQLite, for transactions of `transaction`. `create` lets SQLite make the file."""
    mode = str(url.query.get("mode", "rwc" if create else "rw"))
    path = quote(str(Path(str(url.database)).absolute()))
    engine = create_async_engine(
        url.set(database=f"file:{path}", query={"uri": "true", "mode": mode}),
        connect_args={"timeout": busy_seconds},
        hide_parameters=True,  # prompts have no place in a log
        pool_timeout=pool_seconds,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, below
        try:
            cursor = connection.cursor()
            if mode != "ro":
                cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA foreign_keys = ON")
            # What is committed must survive a power cut as well.
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.close()
        except BaseException:
            connection.close()
            raise

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def postgresql_engine(
    url: URL, *, name: str, busy_seconds: float | None = None, lock_seconds: float | None = None
) -> AsyncEngine:
    """An engine for PostgreSQL. `name` is what its server lists the connections under.

    `busy_seconds` limits the wait for a connection and for a lock, and three times as much for a command; without it,
    only the server's limits hold. `lock_seconds` is another limit for locks; with it, a command has none of ours.
    """
    settings: dict[str, str] = {"application_name": name}
    limits: dict[str, float] = {}
    if busy_seconds is not None:
        limits["timeout"] = busy_seconds
        if lock_seconds is None:
            limits["command_timeout"] = 3 * busy_seconds
        settings["lock_timeout"] = str(round((lock_seconds or busy_seconds) * 1000))
    return create_async_engine(
        url,
        connect_args={**limits, "server_settings": settings},
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=POOL_SECONDS if busy_seconds is None else busy_seconds,
    )


@asynccontextmanager
async def transaction(connection: AsyncConnection, *, writes: bool) -> AsyncIterator[AsyncTransaction]:
    """A transaction on a new connection, which sees one moment throughout where it only reads.

    Committed at the end, undone whole by any exception. One that writes takes SQLite's write lock when it begins, so
    that nothing read inside it can move; on PostgreSQL, rows that are read for update are locked.
    """
    options: dict[str, Any] = {_WRITES: writes}
    if connection.dialect.name == "postgresql" and not writes:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    await connection.execution_options(**options)
    async with connection.begin() as begun:
        yield begun


def insert_into(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can be told what to do about a conflict; both databases write it alike."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. SQLite forgets time zones, so everything is stored in UTC and read back with it.

    A naive time is a mistake and raises `ValueError`.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database, in UTC."""
        del dialect
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"storing the time {value.isoformat()}: it has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database, in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Revisions:
    """Which schema a database has and which it needs."""

    current: str | None
    """None for a database without a schema."""
    needed: str | None
    known: frozenset[str]
    """All that this version knows."""

    @property
    def is_unknown(self) -> bool:
        """Whether another version made the schema that the database has."""
        return self.current is not None and self.current not in self.known


@dataclass(frozen=True, slots=True)
class Migrations:
    """The migrations of one database, run on a connection that is handed in, inside its transaction."""

    folder: Path
    version_table: str
    """A table of our own, so that a database can be shared with something else that Alembic migrates."""
    lock: int
    """Any number will do, as long as every process that migrates this kind of database takes the same one."""

    def config(self, connection: Connection) -> Config:
        """What Alembic's commands need to work on this connection."""
        config = Config()
        config.set_main_option("path_separator", "os")
        config.set_main_option("script_location", str(self.folder))
        config.attributes["connection"] = connection
        return config

    def wait(self, connection: Connection) -> None:
        """Wait for another process that migrates. SQLite's write lock has done it already."""
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({self.lock})"))

    def upgrade(self, connection: Connection) -> None:
        """Bring the database to the newest schema; one that has it stays as it is."""
        command.upgrade(self.config(connection), "head")

    def revisions(self, connection: Connection) -> Revisions:
        """Which schema the database has and which it needs."""
        scripts = ScriptDirectory.from_config(self.config(connection))
        migration = MigrationContext.configure(connection, opts={"version_table": self.version_table})
        known = frozenset(script.revision for script in scripts.walk_revisions())
        return Revisions(migration.get_current_revision(), scripts.get_current_head(), known)

    def run(self, metadata: MetaData) -> None:
        """What Alembic's `env.py` does: run the migrations on the connection of the configuration."""
        context.configure(
            connection=context.config.attributes["connection"],
            target_metadata=metadata,
            version_table=self.version_table,
        )
        with context.begin_transaction():
            context.run_migrations()
