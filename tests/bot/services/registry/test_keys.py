from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from bot.services.registry import keys
from bot.services.registry.app import close, create_app
from bot.services.registry.database import Database
from bot.services.registry.errors import Unable
from bot.services.registry.keys import FRESH_SECONDS, Keys
from tests.bot.services.registry.conftest import KEY, START, Api, StandingClock


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_key_opens_from_its_making_to_its_revoking(url: str, clock: StandingClock) -> None:
    database, seconds = Database(url), Seconds()
    gate = Keys(["given"], database, seconds)
    key = await keys.create(database, " Ines's scripts ", START)
    assert re.fullmatch(r"hl_sk_[0-9a-f]{48}", key)
    assert await gate.knows(key.encode())
    assert await gate.knows(b"given")
    assert not await gate.knows(key[:-1].encode())
    clock.move(hours=1)
    await keys.revoke(database, "Ines's scripts", clock())
    seconds.now += FRESH_SECONDS + 0.1
    assert not await gate.knows(key.encode())
    again = await keys.create(database, "Ines's scripts", clock())
    assert again != key
    seconds.now += FRESH_SECONDS + 0.1
    assert await gate.knows(again.encode())
    assert [(row.name, row.revoked_at) for row in await keys.listed(database)] == [
        ("Ines's scripts", clock()),
        ("Ines's scripts", None),
    ]
    await database.close()


async def test_the_database_is_asked_once_a_second_at_most(sqlite_url: str, lite: Api) -> None:
    database, seconds = Database(sqlite_url), Seconds()
    gate = Keys([], database, seconds)
    assert not await gate.knows(b"x")
    key = await keys.create(database, "new", START)
    assert not await gate.knows(key.encode())
    seconds.now += FRESH_SECONDS + 0.1
    assert await gate.knows(key.encode())
    await database.close()


async def test_the_key_itself_is_kept_nowhere(tmp_path: Path, lite: Api, sqlite_url: str) -> None:
    database = Database(sqlite_url)
    key = await keys.create(database, "secret", START)
    await database.close()
    files = [path.read_bytes() for path in tmp_path.glob("test.db*")]
    assert files
    assert not any(key.removeprefix("hl_sk_").encode() in content for content in files)


async def test_refuses_keys_that_cannot_be_made_or_revoked(url: str) -> None:
    database = Database(url)
    for name in ("", "  ", "a\nb", "a" * 101):
        with pytest.raises(Unable, match="1 to 100 printable characters"):
            await keys.create(database, name, START)
    await keys.create(database, "taken", START)
    with pytest.raises(Unable, match='there is already a key "taken"'):
        await keys.create(database, "taken", START)
    with pytest.raises(Unable, match='there is no active key "other"'):
        await keys.revoke(database, "other", START)
    assert await keys.any_key(url)
    await keys.revoke(database, "taken", START)
    with pytest.raises(Unable, match='there is no active key "taken"'):
        await keys.revoke(database, "taken", START)
    assert not await keys.any_key(url)
    await database.close()


async def test_the_registry_takes_keys_of_its_database(url: str) -> None:
    database = Database(url)
    key = await keys.create(database, "scripts", START)
    await database.close()
    app = create_app(url, api_keys=[])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x/v4") as client:
        for header, status in ((key, 200), (KEY, 401), ("", 401)):
            assert (await client.get("/projects", headers={"X-API-KEY": header})).status_code == status
    await close(app)


async def test_a_key_that_cannot_be_looked_up_is_not_said_to_be_wrong(tmp_path: Path) -> None:
    app = create_app(f"sqlite:///{tmp_path}/nowhere/x.db", api_keys=[KEY])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x/v4") as client:
        response = await client.get("/projects", headers={"X-API-KEY": "another"})
    assert (response.status_code, response.json()["detail"][:12]) == (503, "The database")
    await close(app)


def test_given_keys_must_not_be_empty(sqlite_url: str) -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        Keys(["good", " "], Database(sqlite_url))
