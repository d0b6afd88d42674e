"""Two bots on one PostgreSQL act as one; a second one on a SQLite file does not start."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from bot.app import NotAlone
from bot.store import migrate
from tests.scenarios.chat import ADA, MIRA, RAVI
from tests.scenarios.stage import Stage, staged


async def test_forty_clicks_spread_over_two_bots_have_one_effect(tmp_path: Path, postgres_url: str) -> None:
    await asyncio.to_thread(asyncio.run, migrate(postgres_url))
    async with staged(tmp_path, database_url=postgres_url) as stage, stage.second_bot() as second:
        card = await stage.chat.asks()
        await asyncio.gather(*(stage.chat.press(who, card, "Approve") for who in (RAVI, MIRA) * 20))
        await stage.chat.card_says(card, "Live", "I read it back, and it took effect")
        async with asyncio.timeout(120):
            while len(second.tasks):
                await asyncio.sleep(0.02)
        await stage.rests()
        assert len(stage.line.writes) == 1
        assert len(await stage.chat.answers(RAVI)) + len(await stage.chat.answers(MIRA)) == 40
        assert len(await stage.chat.said(ADA)) == 1
        thread = await stage.chat.said(ADA, thread_ts=card.raw["ts"])
        assert len(thread) == 2, "approved, live"

        for bot in (stage.bot, second):
            await bot.scheduler.first_round()
        assert len(stage.line.writes) == 1
        assert len(await stage.chat.said(ADA)) == 1


async def test_a_second_bot_on_the_same_file_is_refused(stage: Stage) -> None:
    with pytest.raises(NotAlone, match=r"CONFIGBOT_DATABASE_URL=postgresql\+asyncpg://"):
        async with stage.second_bot():
            raise AssertionError("two bots on one file")


async def test_a_second_process_ends_with_the_line_that_sets_postgresql(stage: Stage, tmp_path: Path) -> None:
    slack = str(stage.parts.slack_api_url)
    settings = {
        "CONFIGBOT_SLACK_BOT_TOKEN": "xoxb-playground",
        "CONFIGBOT_SLACK_APP_TOKEN": "xapp-playground",
        "CONFIGBOT_SLACK_API_URL": slack,
        "CONFIGBOT_DATABASE_URL": stage.parts.database_url,
        "CONFIGBOT_PROVIDERS__MAIN__URL": "http://127.0.0.1:9/v4",
        "CONFIGBOT_PROVIDERS__MAIN__KEY": "hl_sk_scenario",
    }
    second = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(second.communicate(), 60)
    said = (out + errors).decode()
    assert second.returncode not in (0, None)
    assert "is in use by another configbot" in said
    assert "CONFIGBOT_DATABASE_URL=postgresql+asyncpg://" in said
    assert "Traceback" not in said
    await stage.chat.makes_live()
