"""API keys in the database, which operators create by name and revoke.

Only the plain SHA-256 of each key is stored. Keys are 192 random bits: they cannot be guessed, so a slow hash is not
needed, and no two are the same, so a salt is not needed.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.services.registry.database import Database
from bot.services.registry.errors import Unable
from bot.services.registry.tables import api_keys

PREFIX = "hl_sk_"
FRESH_SECONDS = 1.0
"""How long the keys of the database are cached: a revoked key is accepted at most this long."""

_LONGEST_NAME = 100


def digests_of(keys: Sequence[str]) -> list[bytes]:
    """The digests of keys that are given at the start. Raises `ValueError` when one of them is empty."""
    if not all(key.strip() for key in keys):
        raise ValueError("starting the registry: an API key must not be empty")
    return [hashlib.sha256(key.encode()).digest() for key in keys]


class Keys:
    """The keys that the registry accepts: those given at the start, and those in the database."""

    def __init__(self, keys: Sequence[str], database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        """Raise `ValueError` when one of `keys` is empty."""
        self._given = digests_of(keys)
        self._database = database
        self._clock = clock
        self._stored: list[bytes] = []
        self._read_at = float("-inf")

    async def knows(self, key: bytes) -> bool:
        """Return whether the key is accepted. Raises `DatabaseUnavailable`."""
        digest = hashlib.sha256(key).digest()
        return _is_among(digest, self._given) or _is_among(digest, await self._in_database())

    async def _in_database(self) -> list[bytes]:
        if self._clock() - self._read_at > FRESH_SECONDS:
            async with self._database.read() as connection:
                result = await connection.execute(select(api_keys.c.digest).where(api_keys.c.revoked_at.is_(None)))
                self._stored = [bytes.fromhex(digest) for digest in result.scalars()]
            self._read_at = self._clock()
        return self._stored


def _is_among(digest: bytes, digests: list[bytes]) -> bool:
    matches = [hmac.compare_digest(digest, each) for each in digests]
    return any(matches)  # compares all of them, so that the time taken reveals nothing


async def create(database: Database, name: str, now: datetime) -> str:
    """Create a key and store its hash. Returns the key itself, which is not stored anywhere.

    Raises `Unable` for an invalid name, or one that an active key has.
    """
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Unable(f"the name of a key must have 1 to {_LONGEST_NAME} printable characters")
    key = PREFIX + secrets.token_hex(24)
    row = {"digest": hashlib.sha256(key.encode()).hexdigest(), "name": name, "created_at": now}
    try:
        async with database.write() as connection:
            await connection.execute(insert(api_keys), [row])
    except IntegrityError:
        raise Unable(f'there is already a key "{name}": revoke it first, or choose another name') from None
    return key


async def listed(database: Database) -> Sequence[Row[Any]]:
    """All keys, including revoked ones, oldest first: `name`, `created_at`, `revoked_at`."""
    async with database.read() as connection:
        return (await connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.digest))).all()


async def any_key(url: str) -> bool:
    """Return whether the database has an active key. Raises `DatabaseUnavailable`."""
    database = Database(url)
    try:
        return any(key.revoked_at is None for key in await listed(database))
    finally:
        await database.close()


async def revoke(database: Database, name: str, now: datetime) -> None:
    """Revoke the key with this name. Raises `Unable` when no active key has it."""
    conditions = (api_keys.c.name == name.strip(), api_keys.c.revoked_at.is_(None))
    async with database.write() as connection:
        result = await connection.execute(update(api_keys).where(*conditions).values(revoked_at=now))
    if not result.rowcount:
        raise Unable(f'there is no active key "{name.strip()}"')
