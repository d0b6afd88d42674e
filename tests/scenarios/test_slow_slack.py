"""Slack is slow, refuses for the rate, loses answers: all is said, once, and nobody waits for another channel."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.domain.notices import Notice, NoticeKind
from bot.outbox import delivery
from bot.services.slack import Bot as SlackBot
from bot.store import migrate
from tests.scenarios.chat import ADA, DEPLOYS, EVALS, RAVI
from tests.scenarios.stage import Stage, staged


async def test_a_card_whose_answer_was_lost_stands_once(stage: Stage) -> None:
    chat = stage.chat
    await chat.breaks("chat.postMessage", "answer_lost")
    await chat.say(ADA, "/deploy config_x to production")
    await chat.is_told(ADA, "`ch-1` is waiting for 1 approval")
    assert len(await chat.said(ADA)) == 1
    await stage.time_passes(seconds=5)
    (card,) = await chat.said(ADA)
    await chat.press(RAVI, card, "Approve")
    await chat.card_says(card, "I read it back, and it took effect")
    await stage.time_passes(minutes=5)
    assert len(await chat.said(ADA)) == 1


async def test_a_line_of_the_thread_whose_answer_was_lost_stands_once(stage: Stage) -> None:
    chat = stage.chat
    card = await chat.asks()
    await chat.breaks("chat.postMessage", "answer_lost")
    await chat.press(RAVI, card, "Approve")
    await chat.card_says(card, "I read it back, and it took effect")
    await stage.rests()
    for _ in range(3):
        await stage.time_passes(seconds=10)
    thread = [line.text for line in await chat.said(RAVI, thread_ts=card.raw["ts"])]
    assert len(thread) == 2
    assert "<@U0RAVI> approved" in thread[0]
    assert "Live" in thread[1]


async def test_where_it_cannot_be_looked_a_card_is_said_again_after_a_while(stage: Stage) -> None:
    """Said at least once: without the scope nobody can tell whether the first post arrived."""
    chat, granted = stage.chat, SlackBot().scopes
    stage.workspace.bot = replace(stage.workspace.bot, scopes=tuple(each for each in granted if "history" not in each))
    await chat.breaks("chat.postMessage", "answer_lost")
    await chat.say(ADA, "/deploy config_x to production")
    await chat.is_told(ADA, "`ch-1` is waiting for 1 approval")
    await stage.time_passes(seconds=30)
    assert len(await chat.said(ADA)) == 1
    await stage.time_passes(minutes=3)
    _, card = await chat.said(ADA)
    await chat.press(RAVI, card, "Approve")
    await chat.card_says(card, "I read it back, and it took effect")


async def test_a_storm_in_one_channel_does_not_touch_another(stage: Stage) -> None:
    chat = stage.chat
    await chat.breaks("chat.postMessage", "ratelimited", retry_after=300, times=3, channel=DEPLOYS)
    await chat.say(ADA, "/deploy config_x to production")
    await chat.is_told(ADA, "`ch-1` is waiting for 1 approval")
    assert await chat.said(ADA) == []
    card = await chat.asks('/deploy "rewrite many" of "Search rewrite" to production', channel=EVALS)
    await chat.press(RAVI, card, "Approve", channel=EVALS)
    await chat.card_says(card, "I read it back, and it took effect")
    await stage.rests()
    for _ in range(3):
        assert await chat.said(ADA) == []
        await stage.time_passes(seconds=301)
    (late,) = await chat.said(ADA)
    assert "waiting for approval" in late.text


async def test_a_channel_that_is_archived_mid_way_is_told_once_and_its_cards_go_on(stage: Stage) -> None:
    chat, workspace = stage.chat, stage.workspace
    lines = ['/deploy "rewrite many" of "Search rewrite" to production', "/deploy config_x to production"]
    for line in lines:
        await chat.asks(line, channel=EVALS)
    workspace.set_channel(replace(workspace.channels[EVALS], is_archived=True))
    for number in (1, 2):
        await chat.say(ADA, f"/configbot withdraw ch-{number}")
        await chat.is_told(ADA, f"`ch-{number}`")
    await stage.rests()
    for _ in range(3):
        await stage.time_passes(seconds=30)
    said = [line.text for line in await chat.said(RAVI)]
    assert len([text for text in said if "I couldn't post to <#C0EVALS>: it is archived" in text]) == 1
    assert len([text for text in said if "withdrawn" in text.lower()]) == 2


async def test_two_bots_say_each_of_many_messages_once(tmp_path: Path, postgres_url: str) -> None:
    await asyncio.to_thread(asyncio.run, migrate(postgres_url))
    async with staged(tmp_path, database_url=postgres_url) as stage, stage.second_bot() as second:
        card = await stage.chat.asks()
        await _cards(stage, 40)
        stage.clock.move(minutes=1)
        for _ in range(40):
            await asyncio.gather(*(delivery.deliver_due(bot.ctx) for bot in (stage.bot, second)))
            stage.clock.move(seconds=1)
        said = await stage.chat.said(ADA)
        assert len(said) == 41
        assert len({line.raw["ts"] for line in said}) == 41
        assert said[0].raw["ts"] == card.raw["ts"]


async def _cards(stage: Stage, count: int) -> None:
    """More cards that wait, each of a change like the first."""
    ctx = stage.bot.ctx
    async with ctx.store.write() as tx:
        ((first,), _) = await tx.changes(limit=1)
        for number in range(count):
            there = replace(first.environment, id=f"env-{number}")
            other = replace(first, id=f"ch-{number}", number=await tx.next_number(), environment=there)
            assert await tx.insert_change(other, [])
            now = ctx.clock.now()
            await tx.add_notice(Notice(f"no-{number}", NoticeKind.CARD, other.id, first.origin, now))
