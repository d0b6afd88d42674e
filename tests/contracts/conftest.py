"""Fixtures for the suites that run over every implementation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.store import Store, migrate
from tests.bot.store.builders import FixedClock
from tests.databases import KINDS, migrated


@pytest.fixture
def clock() -> FixedClock:
    """It is noon until a test says otherwise."""
    return FixedClock()


@pytest.fixture(params=KINDS)
def migrated_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the bot's as the migrations leave it, once of each kind."""
    with migrated(request, request.param, migrate) as url:
        yield url


@pytest.fixture
async def store(migrated_url: str, clock: FixedClock) -> AsyncIterator[Store]:
    """An empty store, once on each database."""
    opened = await Store.open(migrated_url, clock=clock)
    yield opened
    await opened.close()
