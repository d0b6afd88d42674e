"""Production is changed in the service itself, behind the bot's back: one message, which ends by itself."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store import migrate
from tests.scenarios.chat import ADA, DEPLOYS, MIRA, RAVI, Line
from tests.scenarios.stage import RunningClock, Stage, a_write, any_request, cut_after_arrival, down, staged

CHANGED = "Changed outside configbot"


async def changed_outside(stage: Stage, config: str = "config_v") -> Line:
    """Somebody deploys with the service's own API; the message about it."""
    await stage.time_passes(minutes=5)
    await stage.registry.deploy("Support reply", config)
    await stage.time_passes(minutes=5)
    return await stage.chat.hears(ADA, CHANGED, "`Support reply` in `production`", private=False)


async def about_drift(stage: Stage) -> list[Line]:
    return [line for line in await stage.chat.said(ADA) if "outside configbot" in line.text]


async def test_what_was_there_before_the_bot_came_is_not_told(stage: Stage) -> None:
    await stage.time_passes(minutes=5)
    await stage.time_passes(minutes=5)
    assert await stage.chat.said(ADA) == []


async def test_a_change_in_the_service_itself_is_told_once_and_adopted(stage: Stage) -> None:
    live = await stage.chat.makes_live()
    message = await changed_outside(stage)
    assert "`config_x` → `config_v`" in message.text
    assert "requested by <@U0ADA> (`ch-1`)" in message.body()
    assert "`registry` doesn't say. I first saw it" in message.body()
    assert "What differs" in message.body()
    await stage.time_passes(minutes=5)
    assert len(await about_drift(stage)) == 1

    await stage.chat.say(ADA, "/deployments Support reply")
    await stage.chat.is_told(ADA, "`production`: `config_v`", "changed outside configbot: it was `config_x`")
    await stage.chat.say(ADA, "/configbot change ch-1")
    await stage.chat.is_told(ADA, CHANGED, "`config_v` is live")

    await stage.chat.press(RAVI, message, "Look")
    await stage.chat.modal(RAVI, "`config_x` → `config_v`")
    await stage.chat.press(RAVI, message, "Adopt")
    over = await stage.chat.card_says(message, "<@U0RAVI> adopted it")
    assert list(over.buttons()) == ["Look"]
    await stage.time_passes(minutes=5)
    assert len(await about_drift(stage)) == 1
    assert await stage.registry.live("Support reply") == "config_v"
    await stage.chat.press(MIRA, message, "Adopt")
    await stage.chat.is_told(MIRA, "This is already over: <@U0RAVI> adopted it")
    await stage.chat.say(MIRA, "/deployments Support reply")
    await stage.chat.is_told(MIRA, "`production`: `config_v`, adopted", "by <@U0RAVI>")
    assert live.raw["ts"] != message.raw["ts"]


async def test_restore_is_a_change_that_somebody_else_approves(stage: Stage) -> None:
    await stage.chat.makes_live()
    message = await changed_outside(stage)
    await stage.chat.press(ADA, message, "Restore")
    card = await stage.chat.hears(ADA, "`ch-2`", "Waiting for approval", "`config_v` → `config_x`", private=False)
    await stage.chat.press(ADA, card, "Approve")
    await stage.chat.is_told(ADA, "You can't approve or reject your own change")
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.card_says(card, "Live", "I read it back, and it took effect")
    await stage.chat.card_says(message, "`ch-2` was applied after that")
    assert await stage.registry.live("Support reply") == "config_x"
    await stage.time_passes(minutes=5)
    assert len(await about_drift(stage)) == 1


async def test_it_ends_by_itself_when_somebody_puts_it_back(stage: Stage) -> None:
    await stage.chat.makes_live()
    message = await changed_outside(stage)
    await stage.registry.deploy("Support reply", "config_x")
    await stage.time_passes(minutes=5)
    over = await stage.chat.card_says(message, "What was live before is live again")
    assert list(over.buttons()) == ["Look"]
    await stage.chat.press(RAVI, message, "Restore")
    await stage.chat.is_told(RAVI, "This is already over: what was live before is live again")


async def test_a_deploy_by_the_bot_is_no_drift(stage: Stage) -> None:
    await stage.time_passes(minutes=5)
    await stage.chat.makes_live()
    await stage.time_passes(seconds=1)
    await stage.time_passes(minutes=5)
    undone = await stage.chat.makes_live("/deploy config_v to production")
    await stage.time_passes(minutes=5)
    await stage.chat.press(ADA, undone, "Undo")
    await stage.time_passes(minutes=5)
    assert await about_drift(stage) == []


async def test_an_answer_that_is_lost_is_no_drift(stage: Stage) -> None:
    await stage.time_passes(minutes=5)
    card = await stage.chat.asks()
    stage.goes_wrong(a_write, cut_after_arrival, 1)
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.card_says(card, "Live")
    await stage.time_passes(minutes=5)
    assert await about_drift(stage) == []


async def test_an_approval_of_what_moved_points_to_the_message(stage: Stage) -> None:
    card = await stage.chat.asks()
    await changed_outside(stage)
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.card_says(
        card, "Void", "Somebody changed it outside configbot: my message about that says what and how"
    )


async def test_a_restart_does_not_repeat_it(tmp_path: Path) -> None:
    clock = RunningClock()
    async with staged(tmp_path, clock=clock) as stage:
        message = await changed_outside(stage)
    async with staged(tmp_path, clock=clock) as again:
        await again.time_passes(minutes=5)
        assert [line.raw["ts"] for line in await about_drift(again)] == [message.raw["ts"]]
        await again.chat.press(RAVI, message, "Adopt")
        await again.chat.card_says(message, "<@U0RAVI> adopted it")


async def test_a_bot_that_is_new_to_its_job_knows_what_it_applied_before(tmp_path: Path) -> None:
    clock = RunningClock()
    async with staged(tmp_path, clock=clock) as stage:
        await stage.chat.makes_live()
    with closing(sqlite3.connect(tmp_path / "configbot.db")) as database, database:
        database.execute("delete from baselines")
    async with staged(tmp_path, clock=clock) as again:
        message = await changed_outside(again)
        assert "`config_x` → `config_v`" in message.text


async def test_a_service_that_is_down_is_told_once_and_caught_up_with(stage: Stage) -> None:
    await stage.time_passes(minutes=5)
    stage.goes_wrong(any_request, down)
    await stage.time_passes(minutes=5)
    await stage.time_passes(minutes=40)
    message = await stage.chat.hears(ADA, "I haven't been able to read `registry` since", private=False)
    await stage.time_passes(minutes=40)
    stage.line.repaired()
    await stage.registry.deploy("Support reply", "config_v")
    await stage.time_passes(minutes=5)
    await stage.chat.card_says(message, "`registry` answers again")
    await stage.chat.hears(ADA, CHANGED, "`config_v`")
    assert len(await stage.chat.said(ADA, DEPLOYS)) == 2


async def test_two_bots_tell_it_once(tmp_path: Path, postgres_url: str) -> None:
    await asyncio.to_thread(asyncio.run, migrate(postgres_url))
    async with staged(tmp_path, database_url=postgres_url) as stage, stage.second_bot() as second:
        await stage.time_passes(minutes=5)
        await stage.registry.deploy("Support reply", "config_v")
        stage.clock.move(minutes=5)
        await asyncio.gather(*(bot.scheduler.first_round() for bot in (stage.bot, second)))
        message = await stage.chat.hears(ADA, CHANGED)
        assert len(await about_drift(stage)) == 1
        await asyncio.gather(*(stage.chat.press(who, message, "Adopt") for who in (RAVI, MIRA)))
        await stage.chat.card_says(message, "adopted it")
        async with asyncio.timeout(120):
            while len(second.tasks):
                await asyncio.sleep(0.02)
        await stage.rests()
        told = [*await stage.chat.answers(RAVI), *await stage.chat.answers(MIRA)]
        assert sum("From now on I accept" in line.text for line in told) == 1
        assert sum("This is already over" in line.text for line in told) == 1
