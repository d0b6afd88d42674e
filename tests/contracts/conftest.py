"""Fixtures for the suites that run over every implementation."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.store import Store, migrate
from tests.bot.store.builders import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    """It is noon until a test says otherwise."""
    return FixedClock()


@pytest.fixture
async def store(database_url: str, clock: FixedClock) -> AsyncIterator[Store]:
    """An empty store, once on each database."""
    await migrate(database_url)
    opened = await Store.open(database_url, clock=clock)
    yield opened
    await opened.close()
