"""Slack does not take what it is told: what was applied stays applied, and what is shown catches up."""

from __future__ import annotations

import asyncio

import pytest

from tests.scenarios.chat import ADA, DEPLOYS, EVALS, MIRA, RAVI
from tests.scenarios.stage import Stage


async def test_a_card_that_slack_asks_us_to_post_later_is_posted_later(stage: Stage) -> None:
    chat = stage.chat
    await chat.breaks("chat.postMessage", "ratelimited", retry_after=60)
    await chat.say(ADA, "/deploy config_x to production")
    await chat.is_told(ADA, "`ch-1` is waiting for 1 approval")
    assert await chat.said(ADA) == []
    await stage.time_passes(seconds=59)
    assert await chat.said(ADA) == []
    await stage.time_passes(seconds=2)
    card = await chat.hears(RAVI, "waiting for approval", private=False)
    await chat.press(RAVI, card, "Approve")
    await chat.card_says(card, "I read it back, and it took effect")
    assert len(await chat.said(ADA)) == 1


async def test_a_card_that_its_channel_does_not_take_stands_in_the_default_channel(stage: Stage) -> None:
    chat = stage.chat
    await chat.breaks("chat.postMessage", "channel_not_found")
    await chat.say(ADA, "/deploy config_x to production", channel=EVALS)
    await chat.is_told(ADA, "`ch-1` is waiting for 1 approval", channel=EVALS)
    card = await chat.hears(RAVI, "waiting for approval", private=False, channel=DEPLOYS)
    await chat.press(RAVI, card, "Approve")
    await chat.card_says(card, "I read it back, and it took effect")
    assert await stage.registry.live("Support reply") == "config_x"


@pytest.mark.parametrize(
    ("error", "times"),
    [("ratelimited", 1), ("server_error", 2), ("answer_lost", 2), ("internal_error", 1), ("channel_not_found", 1)],
)
async def test_an_applied_change_stays_applied_when_its_card_cannot_be_edited(
    stage: Stage, error: str, times: int
) -> None:
    chat = stage.chat
    card = await chat.asks()
    await chat.breaks("chat.update", error, retry_after=60, times=times)
    await chat.press(RAVI, card, "Approve")
    told = await chat.is_told(RAVI, "`config_x` of `Support reply` is live in `production`")
    assert "read it back to make sure" in told.text
    assert await stage.registry.live("Support reply") == "config_x"
    await stage.time_passes(seconds=61)
    live = await chat.card_says(card, "I read it back, and it took effect")
    assert "Undo" in live.buttons()
    assert len(stage.line.writes) == 1
    assert len(await chat.said(ADA)) == 1


async def test_a_click_on_a_card_that_lags_behind_is_answered(stage: Stage) -> None:
    card = await stage.chat.asks()
    await stage.chat.breaks("chat.update", "internal_error", times=3)
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.is_told(RAVI, "is live in `production`")
    await stage.chat.press(MIRA, card, "Reject")
    await stage.chat.is_told(MIRA, "The change is now: live", "<@U0RAVI>")
    assert len(stage.line.writes) == 1


async def test_a_line_of_the_thread_that_is_not_taken_is_said_later(stage: Stage) -> None:
    chat = stage.chat
    card = await chat.asks()
    await chat.breaks("chat.postMessage", "internal_error")
    await chat.press(RAVI, card, "Approve")
    await chat.card_says(card, "I read it back, and it took effect")
    await stage.rests()
    await stage.time_passes(seconds=5)
    await chat.hears(RAVI, "<@U0RAVI> approved", thread_ts=card.raw["ts"])
    await chat.hears(RAVI, "Live. I read it back, and it took effect", thread_ts=card.raw["ts"])
    assert len(await chat.said(RAVI, thread_ts=card.raw["ts"])) == 2


async def test_a_form_that_slack_does_not_open_is_said_in_words(stage: Stage) -> None:
    chat = stage.chat
    await chat.breaks("views.open", "trigger_expired")
    offer = await chat.answered(ADA, "/deploy")
    assert "type `help deploy` to see how to type it" in offer.text
    await chat.press(ADA, offer, "Open form")
    await chat.modal(ADA, "Deploy")


async def test_a_review_that_slack_does_not_open_is_a_message(stage: Stage) -> None:
    chat = stage.chat
    card = await chat.asks()
    await chat.breaks("views.open", "trigger_expired", times=2)
    await chat.press(RAVI, card, "Review")
    await chat.is_told(RAVI, "`ch-1`: waiting for approval", "History")
    await chat.press(RAVI, card, "Reject")
    await chat.is_told(RAVI, "Press the button again")
    await chat.press(RAVI, card, "Reject")
    await chat.submit(RAVI, await chat.modal(RAVI, "Why?"))
    await chat.card_says(card, "Rejected")


async def test_an_answer_that_its_address_does_not_take_arrives_another_way(stage: Stage) -> None:
    await stage.chat.breaks("response_url", "server_error")
    await stage.chat.say(ADA, "/approvals")
    await stage.chat.is_told(ADA, "Nothing is waiting for you")


async def test_who_cannot_be_read_has_no_say(stage: Stage) -> None:
    chat = stage.chat
    card = await chat.asks()
    await chat.breaks("users.info", "internal_error", times=3)
    await chat.press(RAVI, card, "Approve")
    await chat.is_told(RAVI, "I couldn't look you up in Slack", "users:read")
    assert not stage.line.writes
    assert "Approve" in (await chat.card_says(card, "waiting for approval")).buttons()


async def test_a_connection_that_drops_comes_back(stage: Stage) -> None:
    card = await stage.chat.asks()
    await stage.chat.breaks("socket", "drop")
    async with asyncio.timeout(60):
        while not await stage.chat.connected():
            await asyncio.sleep(0.02)
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.card_says(card, "I read it back, and it took effect")
    assert len(stage.line.writes) == 1
