"""The transactions of the bot's database; here a database that does not answer gets a name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot import sql
from bot.domain.errors import Cause, StoreUnavailable


class Database:
    """An engine with transactions that begin as they must: writing ones take their lock at once on SQLite."""

    def __init__(
        self,
        url: str,
        *,
        create: bool = False,
        busy_seconds: float = sql.BUSY_SECONDS,
        lock_seconds: float | None = None,
    ) -> None:
        """`create` lets SQLite make the file, `lock_seconds` PostgreSQL work longer (`sql.postgresql_engine`).

        Raises `ValueError` as `sql.async_url` does, and `StoreUnavailable`.
        """
        parsed = sql.async_url(url)
        self._busy_seconds = busy_seconds
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._where = str(parsed.database) if self.is_sqlite else f"{parsed.host or 'localhost'}/{parsed.database}"
        if self.is_sqlite and not _is_there(Path(str(parsed.database)), create):
            raise StoreUnavailable(f"opening {self._where}", Cause.MISSING)
        # Writers of this process wait in line here instead of polling the file's lock.
        self._turn: asyncio.Lock | None = asyncio.Lock() if self.is_sqlite else None
        self._engine = (
            sql.sqlite_engine(parsed, create=create, busy_seconds=busy_seconds, pool_seconds=busy_seconds)
            if self.is_sqlite
            else sql.postgresql_engine(parsed, name="configbot", busy_seconds=busy_seconds, lock_seconds=lock_seconds)
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads, and sees one moment throughout. Raises `StoreUnavailable`."""
        async with self._transaction(f"reading {self._where}", writes=False) as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes: kept whole at the end, undone whole by any exception. Raises `StoreUnavailable`.

        On SQLite it is the only one that writes; on PostgreSQL rows that are read for update are locked.
        """
        operation = f"writing to {self._where}"
        if self._turn is None:
            async with self._transaction(operation, writes=True) as connection:
                yield connection
            return
        try:
            async with asyncio.timeout(self._busy_seconds):
                await self._turn.acquire()
        except TimeoutError as error:
            raise StoreUnavailable(operation, Cause.LOCKED) from error
        try:
            async with self._transaction(operation, writes=True) as connection:
                yield connection
        finally:
            self._turn.release()

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _transaction(self, operation: str, *, writes: bool) -> AsyncIterator[AsyncConnection]:
        with _named(operation):
            connection = await _connect(self._engine, operation)
            try:
                async with sql.transaction(connection, writes=writes):
                    yield connection
            finally:
                await connection.close()


async def _connect(engine: AsyncEngine, operation: str) -> AsyncConnection:
    """A connection of the pool. Here, and only here, an `OSError` is the database's."""
    try:
        return await engine.connect()
    except FileNotFoundError as error:
        raise StoreUnavailable(operation, Cause.MISSING) from error
    except OSError as error:  # asyncpg's own time-out is one, too
        raise StoreUnavailable(operation, Cause.LOST) from error


def _is_there(path: Path, create: bool) -> bool:
    """Asked before a connection is: aiosqlite leaves a thread behind for each one that cannot be made."""
    return path.parent.is_dir() if create else path.is_file()


@contextmanager
def _named(operation: str) -> Iterator[None]:
    """Turn what drivers say about a database that does not answer into `StoreUnavailable`; bugs pass."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable(operation, Cause.LOCKED) from error
    except TimeoutError as error:  # asyncpg waited for an answer in vain
        raise StoreUnavailable(operation, Cause.LOST) from error
    except DBAPIError as error:
        cause = _cause(error)
        if cause is None:
            raise
        raise StoreUnavailable(operation, cause) from error


_SQLITE_CAUSES = {
    3: Cause.DENIED,  # PERM
    5: Cause.LOCKED,  # BUSY
    6: Cause.LOCKED,  # LOCKED
    8: Cause.READ_ONLY,  # READONLY
    10: Cause.BROKEN,  # IOERR
    11: Cause.BROKEN,  # CORRUPT
    13: Cause.BROKEN,  # FULL
    14: Cause.MISSING,  # CANTOPEN
    26: Cause.BROKEN,  # NOTADB
}
"""By SQLite's primary result code."""

_POSTGRESQL_CAUSES = {
    "08": Cause.LOST,  # connection exception
    "25006": Cause.READ_ONLY,  # read only sql transaction
    "28": Cause.DENIED,  # invalid authorization specification
    "3D": Cause.MISSING,  # invalid catalog name: no such database
    "40": Cause.LOCKED,  # transaction rollback: deadlock, serialization
    "42501": Cause.DENIED,  # insufficient privilege
    "53300": Cause.LOCKED,  # too many connections
    "53": Cause.BROKEN,  # insufficient resources
    "55P03": Cause.LOCKED,  # lock not available
    "57": Cause.LOST,  # operator intervention: shut down, starting up
    "58": Cause.BROKEN,  # system error
}
"""By SQLSTATE, or by its first two characters, its class."""


def _cause(error: DBAPIError) -> Cause | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _SQLITE_CAUSES.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return _POSTGRESQL_CAUSES.get(state, _POSTGRESQL_CAUSES.get(state[:2]))
    return Cause.LOST if error.connection_invalidated else None
