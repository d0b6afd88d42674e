"""The registry's own database: connections, transactions, migrations. SQLite in a file, or PostgreSQL."""

from __future__ import annotations

import asyncio
import errno
import os
import unicodedata
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot import sql

MIGRATIONS = sql.Migrations(Path(__file__).parent / "migrations", version_table="registry_version", lock=0x636F6E66)


class DatabaseUnavailable(Exception):
    """The database did not do its work: lost, locked, read-only, not migrated.

    `reason` is for operators. It tells no statement and no value, for those can hold prompts.
    """

    def __init__(self, cause: DBAPIError | PoolTimeout | OSError) -> None:
        self.reason = type(cause).__name__
        if isinstance(cause, OperationalError | OSError):
            said = str(cause.orig if isinstance(cause, OperationalError) else cause)
            self.reason = said.partition("\n")[0] or self.reason
        super().__init__(f"the registry's database is not available ({self.reason})")


def async_url(url: str) -> URL:
    """The URL with the driver we use. Raises `ValueError`, without the URL's password, for what cannot be used."""
    return sql.async_url(url, of="the registry's database URL")


class Database:
    """Transactions on one database. The engine is made at the first use, inside the event loop that uses it."""

    def __init__(self, url: str) -> None:
        self._url = async_url(url)
        self._engine: AsyncEngine | None = None
        self._inode: int | None = None
        """Of SQLite's file, when it was opened."""

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads. Raises `DatabaseUnavailable`."""
        async with self._transaction(writes=False) as connection:
            yield connection

    @asynccontextmanager
    async def write(self, *, keep: bool = True) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes: committed at the end, undone by an exception and where `keep` is false.

        On SQLite it takes the write lock when it begins, so that nothing read inside it can move. Raises
        `DatabaseUnavailable`; an `IntegrityError` passes, for it is an answer.
        """
        async with self._transaction(writes=True, keep=keep) as connection:
            yield connection

    async def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()

    @asynccontextmanager
    async def _transaction(self, *, writes: bool, keep: bool = True) -> AsyncIterator[AsyncConnection]:
        try:
            async with (
                self._connected().connect() as connection,
                sql.transaction(connection, writes=writes) as transaction,
            ):
                yield connection
                if not keep:
                    await transaction.rollback()
        except IntegrityError:
            raise
        except (DBAPIError, PoolTimeout, OSError) as error:
            raise DatabaseUnavailable(error) from error

    def _connected(self) -> AsyncEngine:
        if self._engine is None:
            _check_file(self._url)
            self._inode = _inode(self._url)
            self._engine = _engine(self._url)
        elif _inode(self._url) != self._inode:  # writes into a file that was taken away would be lost
            raise FileNotFoundError(f"{self._url.database} was taken away, or replaced, while it was in use")
        return self._engine


def _inode(url: URL) -> int | None:
    """What tells SQLite's file from another one of its name; None for another kind of database, or no file."""
    file = sql.sqlite_file(url)
    try:
        return None if file is None else file.stat().st_ino
    except FileNotFoundError:
        return None


def _check_file(url: URL) -> None:
    """Raise an `OSError` when SQLite's file cannot be opened or made.

    Asked before connecting, because a connection that cannot be opened leaves a thread behind for a moment.
    """
    file = sql.sqlite_file(url)
    if file is None:
        return
    if not file.parent.is_dir():
        raise FileNotFoundError(f"there is no folder for {file}")
    try:
        with file.open("rb" if file.exists() else "ab"):
            if not os.access(file.parent, os.W_OK):  # its journal stands beside it
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise type(error)(f"{file} cannot be opened: {error.strerror}") from None


def _engine(url: URL) -> AsyncEngine:
    if sql.sqlite_file(url) is not None:
        return sql.sqlite_engine(url, create=True)
    return sql.postgresql_engine(url, name="configbot registry")


async def migrate(url: str) -> None:
    """Bring the database to the newest schema; nothing happens to one that has it. Two at once wait for each other.

    Raises `ValueError` for a URL that cannot be used, `DatabaseUnavailable` when the database is not there.
    """
    database = Database(url)
    try:
        async with database.write() as connection:
            await upgrade(connection)
    finally:
        await database.close()


def migrate_blocking(url: str) -> None:
    """`migrate` for callers without an event loop."""
    asyncio.run(migrate(url))


async def upgrade(connection: AsyncConnection) -> None:
    """Bring the database to the newest schema inside a transaction that may still be undone."""
    await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    MIGRATIONS.wait(connection)
    MIGRATIONS.upgrade(connection)


async def put(
    connection: AsyncConnection, table: Table, row: Mapping[str, Any], *, keys: Sequence[str], update: Sequence[str]
) -> None:
    """Insert `row`, or set the columns of `update` on the row that has the same `keys`."""
    statement = sql.insert_into(connection, table).values(**row)
    changes = {name: statement.excluded[name] for name in update}
    await connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changes))


def fold(words: str) -> str:
    """The form in which texts are searched and sorted: the same for all writings of a letter."""
    return unicodedata.normalize("NFKC", words).casefold()
