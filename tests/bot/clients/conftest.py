"""A server that does what it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.faulty import FaultyServer


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server
