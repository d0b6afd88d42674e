"""The playground as `python -m bot playground` starts it: a first visit, and one after a restart on the same folder."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from bot.demo import running
from tests.scenarios.chat import ADA, EVALS, MIRA, RAVI, Chat, Line

RUNNING = re.compile("has been running for at least [34] days")


@asynccontextmanager
async def visited(data: Path) -> AsyncIterator[Chat]:
    async with (
        running(data, 0) as it,
        httpx.AsyncClient(base_url=it.address, headers={"Origin": it.address}) as page,
    ):
        yield Chat(page)


async def test_a_first_visit_from_the_first_line_to_the_undo_and_a_second_one(tmp_path: Path) -> None:
    async with visited(tmp_path) as chat:
        card = await chat.asks("/deploy config_x to production")
        await chat.press(RAVI, card, "Approve")
        live = await chat.card_says(card, "Live", "I read it back, and it took effect")
        await chat.say(MIRA, "/deployments Support reply")
        await chat.is_told(MIRA, "`production`: `config_x`, since")
        await chat.hears(ADA, "has been running for at least 3 days", channel=EVALS, private=False)
        question = await chat.answered(ADA, "/deploy config_v to prodction")
        assert list(question.buttons()) == ["production"]
        log = (await chat.http.get("/playground/log")).json()["entries"]
        calls = [entry["name"] for entry in log if entry["direction"] == "bot→service"]
        assert sum(name.startswith("PATCH ") for name in calls) == 1
        assert "xoxb-playground" not in str(log)
    async with visited(tmp_path) as chat:
        await chat.press(ADA, live, "Undo")
        await chat.hears(ADA, "ch-2", "I read it back, and it took effect", private=False)
        await chat.say(MIRA, "/deployments Support reply")
        await chat.is_told(MIRA, "`production`: `config_w`, since")
        reports = await chat.said(ADA, EVALS)
        assert sum("Meeting notes" in line.text for line in reports) == 1, "said once, over the restart too"


async def test_a_report_is_put_off_until_tomorrow_comes_again_when_the_clock_is_moved_and_ends(tmp_path: Path) -> None:
    async with visited(tmp_path) as chat:
        session = (await chat.http.get("/playground/session", params={"as": ADA})).json()
        direct = next(channel["id"] for channel in session["channels"] if channel["is_im"])
        await chat.hears(ADA, "Meeting notes", "has been running for at least 3 days", channel=direct)
        report = await chat.hears(ADA, "Meeting notes", "has been running for at least 3 days", channel=EVALS)
        await chat.choose(ADA, report, "Until tomorrow 9:00", channel=EVALS)
        told = await chat.is_told(ADA, "I won't remind anyone about evaluation", channel=EVALS)
        until = int(told.text.split("<!date^")[1].split("^")[0])
        now = (await chat.http.get("/playground/clock")).json()["now"]
        await chat.http.post("/playground/clock", json={"seconds": until - now + 60}, timeout=60)
        await chat.card_says(report, "A newer message has its current state")

        def comes_again(line: Line) -> bool:  # soon after midnight tomorrow is so late that it runs for a day more
            words = f"{line.text} {line.body()}"
            return line.raw["ts"] != report.raw["ts"] and "Meeting notes" in words and RUNNING.search(words) is not None

        again = await chat.wait_for(ADA, comes_again, EVALS)
        await chat.press(ADA, again, "Mark completed", channel=EVALS)
        await chat.card_says(again, "completed after at least", "by <@U0ADA>")
        await chat.hears(ADA, "Meeting notes", "completed after at least", channel=direct)
