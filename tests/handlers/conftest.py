"""Conversations with the listeners, for those tests that ask for one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.slack import bolt
from tests.handlers.conversation import Talk, talking


@pytest.fixture
def _no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's SDK sends calls through the shell's proxies; a busy machine makes everything slow enough to say so."""
    for name in (*bolt.PROXIES, *bolt.BOLT_READS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("handlers.listen.PATIENCE", 60)


@pytest.fixture
async def talk(tmp_path: Path, _no_surroundings: None) -> AsyncIterator[Talk]:
    """A conversation over the demo world: config_w is live in production, config_x is not."""
    async with talking(tmp_path) as made:
        yield made
