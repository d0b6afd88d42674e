"""The bot is killed at every step between *Approve* and the final card: one effect and a true card are left."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import pytest

from bot.demo import CHANNELS, PEOPLE, TEAM
from bot.services.slack import Workspace, create_app
from bot.slack.health import serving
from tests.scenarios.bot_process import KEY, bot
from tests.scenarios.chat import ADA, RAVI, Chat, Line
from tests.scenarios.processes import process
from tests.scenarios.registry_process import registry

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


async def live(address: str) -> str | None:
    """The name of the config that the registry serves in production."""
    async with httpx.AsyncClient(base_url=address, headers={"X-API-KEY": KEY}) as client:
        projects = (await client.get("/projects", params={"filter": "Support reply"})).json()["records"]
        rows = (await client.get(f"/projects/{projects[0]['id']}/deployed-configs")).json()
    names: dict[str, str | None] = {row["environment_name"]: row["model_config_name"] for row in rows}
    return names["production"]


def is_live(line: Line) -> bool:
    return "live" in line.text.partition(".")[0] and "Undo" in line.buttons()


@pytest.mark.parametrize("step", STEPS)
async def test_a_kill_at_this_step_leaves_one_effect_and_a_true_card(step: str, tmp_path: Path) -> None:
    workspace = Workspace(TEAM, PEOPLE, CHANNELS, ())
    database = f"sqlite+aiosqlite:///{tmp_path / 'configbot.db'}"
    writes = tmp_path / "writes"
    service = f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}"
    try:
        async with (
            serving(create_app(workspace), host="127.0.0.1", port=0) as port,
            process(registry, service, str(writes)) as registry_process,
            httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{port}", headers={"Origin": f"http://127.0.0.1:{port}"}
            ) as http,
        ):
            chat = Chat(http)
            address = await registry_process.says()
            place = (f"http://127.0.0.1:{port}", address, database)
            async with process(bot, *place, step) as doomed:
                await doomed.says()
                await chat.say(ADA, "@configbot deploy config_x to production")
                card = await chat.hears(ADA, "config_x", "waiting for approval", private=False)
                await chat.press(RAVI, card, "Approve")
                assert await doomed.ended() == -signal.SIGKILL
            async with process(bot, *place) as second:
                await second.says()
                await chat.wait_for(RAVI, is_live)

            assert await live(address) == "config_x"
            assert len(writes.read_text().splitlines()) <= 2, "sent once, and once more only when it was not known"
            public = [line for line in await chat.messages(RAVI) if line.by_bot and not line.private]
            assert len(public) == 1, "one card"
            workspace.audience.end()
    finally:
        workspace.close()
