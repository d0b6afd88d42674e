"""Our own database is locked or read-only at the worst moment: a clear sentence, nothing half-written."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.scenarios.chat import ADA, RAVI
from tests.scenarios.stage import Stage, a_write, staged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A transaction waits for a moment here, not for ten seconds."""
    async with staged(tmp_path, busy_seconds=0.2) as made:
        yield made


@asynccontextmanager
async def locked(data: Path) -> AsyncIterator[None]:
    """Somebody else writes, and does not come to an end."""
    other = sqlite3.connect(data / "configbot.db", isolation_level=None, timeout=0)
    async with asyncio.timeout(60):
        while not other.in_transaction:
            with suppress(sqlite3.OperationalError):  # the bot is just writing
                other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(0.01)
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@asynccontextmanager
async def read_only(stage: Stage) -> AsyncIterator[None]:
    """The file can only be read, as on a disk that was mounted so after an error."""
    pool = stage.bot.ctx.store._database._engine.sync_engine.pool
    switch = "ON"

    def turn(connection: Any, _record: Any, _proxy: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA query_only = {switch}")
        cursor.close()

    event.listen(pool, "checkout", turn)
    try:
        yield
    finally:
        switch = "OFF"


def either(kind: str, stage: Stage, data: Path) -> AbstractAsyncContextManager[None]:
    return locked(data) if kind == "locked" else read_only(stage)


@pytest.mark.parametrize("kind", ["locked", "read-only"])
async def test_an_approval_that_cannot_be_written_down_is_none(stage: Stage, tmp_path: Path, kind: str) -> None:
    card = await stage.chat.asks()
    await stage.rests()
    async with either(kind, stage, tmp_path):
        await stage.chat.press(RAVI, card, "Approve")
        told = await stage.chat.is_told(
            RAVI, "I couldn't save that: my database is locked or unavailable", "Try again in a minute"
        )
    reference = told.body().rpartition("Log reference: `")[2].partition("`")[0]
    cause = "it is locked by somebody else" if kind == "locked" else "it can only be read"
    assert cause in stage.log.of(reference)
    assert not stage.line.writes
    still = await stage.chat.card_says(card, "waiting for approval", "0 of 1")
    await stage.chat.press(RAVI, still, "Approve")
    await stage.chat.card_says(card, "I read it back, and it took effect")
    assert len(stage.line.writes) == 1


@pytest.mark.parametrize("kind", ["locked", "read-only"])
async def test_a_deploy_that_cannot_be_written_down_was_not_asked_for(stage: Stage, tmp_path: Path, kind: str) -> None:
    async with either(kind, stage, tmp_path):
        await stage.chat.say(ADA, "/deploy config_x to production")
        await stage.chat.is_told(
            ADA, "I couldn't save that: my database is locked or unavailable", "If I had already started"
        )
    assert await stage.chat.said(ADA) == []
    await stage.chat.makes_live()


@pytest.mark.parametrize("kind", ["locked", "read-only"])
async def test_what_was_sent_before_the_database_was_lost_is_settled_once(
    stage: Stage, tmp_path: Path, kind: str
) -> None:
    card = await stage.chat.asks()
    await stage.rests()
    lost = either(kind, stage, tmp_path)

    async def arrives_as_the_database_goes(_request: object, go_on: Any) -> Any:
        await lost.__aenter__()
        return await go_on()

    stage.goes_wrong(a_write, arrives_as_the_database_goes, times=1)
    await stage.chat.press(RAVI, card, "Approve")
    told = await stage.chat.is_told(
        RAVI, "I couldn't save that: my database is locked or unavailable", "I'll finish by myself"
    )
    assert "Nothing was changed" not in f"{told.text} {told.body()}", "it was"
    await stage.rests()
    assert await stage.registry.live("Support reply") == "config_x"
    await lost.__aexit__(None, None, None)
    await stage.time_passes(minutes=5)
    live = await stage.chat.card_says(card, "Live", "I read it back, and it took effect")
    assert "Undo" in live.buttons()
    assert len(stage.line.writes) == 1


@pytest.mark.parametrize("kind", ["locked", "read-only"])
async def test_every_other_click_and_line_is_answered_too(stage: Stage, tmp_path: Path, kind: str) -> None:
    card = await stage.chat.asks()
    await stage.rests()
    async with either(kind, stage, tmp_path):
        for number, button in enumerate(("Withdraw", "Approve"), start=1):
            await stage.chat.press(ADA, card, button)
            await stage.rests()
            assert len(await stage.chat.answers(ADA)) == number
        await stage.chat.press(RAVI, card, "Reject")
        form = await stage.chat.modal(RAVI, "Why?")
        assert (await stage.chat.submit(RAVI, form, type_comment="no"))["ok"]
        await stage.chat.is_told(RAVI, "I couldn't save that: my database is locked or unavailable")
        question = await stage.chat.answered(ADA, "/deploy config_x to prodction")
        assert "`deploy config_x to production`" in question.body()
        assert not question.buttons(), "what is behind a button cannot be kept"
        mentioned = await stage.chat.answered(ADA, "@configbot deployments")
        assert "I couldn't save that: my database is locked or unavailable" in mentioned.text
    await stage.chat.card_says(card, "waiting for approval")
    assert not stage.line.writes
