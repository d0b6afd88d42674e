"""The bot is killed at every step between *Approve* and the final card: one effect and a true card are left."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from bot.demo import CHANNELS, PEOPLE, TEAM
from bot.playground import Workspace, create_app
from bot.slack.health import serving
from tests.scenarios.bot_process import KEY
from tests.scenarios.chat import ADA, RAVI, Chat, Line

STEPS = (
    "approved",
    "claimed",
    "looked",
    "intent recorded",
    "sent",
    "read back",
    "applied",
    "notice.said",
)


@asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", *arguments, stdout=asyncio.subprocess.PIPE)
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        await running.communicate()


async def first_line(running: asyncio.subprocess.Process) -> str:
    assert running.stdout is not None
    while line := (await asyncio.wait_for(running.stdout.readline(), 30)).decode().strip():
        if line == "ready" or line.startswith("http://"):
            return line
    raise AssertionError("the process ended before it was ready")


async def live(registry: str) -> str | None:
    """The name of the config that the registry serves in production."""
    async with httpx.AsyncClient(base_url=registry, headers={"X-API-KEY": KEY}) as client:
        projects = (await client.get("/projects", params={"filter": "Support reply"})).json()["records"]
        rows = (await client.get(f"/projects/{projects[0]['id']}/deployed-configs")).json()
    return next(row["model_config_name"] for row in rows if row["environment_name"] == "production")


def is_live(line: Line) -> bool:
    return "live" in line.text.partition(".")[0] and "Undo" in line.buttons()


@pytest.mark.parametrize("step", STEPS)
async def test_a_kill_at_this_step_leaves_one_effect_and_a_true_card(step: str, tmp_path: Path) -> None:
    workspace = Workspace(TEAM, PEOPLE, CHANNELS, ())
    database = f"sqlite+aiosqlite:///{tmp_path / 'configbot.db'}"
    writes = tmp_path / "writes"
    service = ("tests.scenarios.registry_process", f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}", str(writes))
    try:
        async with (
            serving(create_app(workspace), host="127.0.0.1", port=0) as port,
            process(*service) as registry_process,
            httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{port}", headers={"Origin": f"http://127.0.0.1:{port}"}
            ) as http,
        ):
            chat = Chat(http)
            registry = await first_line(registry_process)
            bot = ("tests.scenarios.bot_process", f"http://127.0.0.1:{port}", registry, database)
            async with process(*bot, step) as doomed:
                await first_line(doomed)
                await chat.say(ADA, "@configbot deploy config_x to production")
                card = await chat.hears(ADA, "config_x", "waiting for approval", private=False)
                await chat.press(RAVI, card, "Approve")
                assert await asyncio.wait_for(doomed.wait(), 30) == -9
            async with process(*bot) as second:
                await first_line(second)
                await chat.wait_for(RAVI, is_live)

            assert await live(registry) == "config_x"
            assert len(writes.read_text().splitlines()) <= 2, "sent once, and once more only when it was not known"
            public = [line for line in await chat.messages(RAVI) if line.by_bot and not line.private]
            assert len(public) == 1, "one card"
            workspace.audience.end()
    finally:
        workspace.close()
