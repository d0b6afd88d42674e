"""The store: open a database, and read or write in transactions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from bot.sql import BUSY_SECONDS
from bot.store import schema
from bot.store.database import Database
from bot.store.outbox import Clock
from bot.store.read import ReadTransaction
from bot.store.write import WriteTransaction


class Store:
    """The bot's database. A transaction must not be held open while awaiting anything but the store itself."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @classmethod
    async def open(cls, url: str, *, clock: Clock, busy_seconds: float = BUSY_SECONDS) -> Self:
        """Open a store on an existing database, without migrating it.

        `busy_seconds` is how long a transaction waits for another one. Raises `ValueError` for an unusable URL, and
        `StoreUnavailable`.
        """
        store = cls(Database(url, busy_seconds=busy_seconds), clock)
        try:
            async with store.read():
                pass
        except BaseException:
            await store.close()
            raise
        return store

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadTransaction]:
        """A read transaction with a consistent snapshot. Raises `StoreUnavailable`."""
        async with self._database.read() as connection:
            yield ReadTransaction(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteTransaction]:
        """A write transaction: committed at the end, rolled back on any exception. Raises `StoreUnavailable`."""
        async with self._database.write() as connection:
            yield WriteTransaction(connection, self._clock)

    async def check_schema(self) -> None:
        """Raises `schema.SchemaMismatch`, which says what to run, if the schema is not the one of this version."""
        async with self._database.read() as connection:
            await connection.run_sync(schema.check)

    async def close(self) -> None:
        """Close all connections."""
        await self._database.close()
