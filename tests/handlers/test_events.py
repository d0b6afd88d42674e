"""Mentions and direct messages: the same lines, once however often they are delivered."""

from __future__ import annotations

import asyncio
import copy

import pytest

from bot.services.slack.delivery import NotAcknowledged
from tests.handlers.conversation import Talk
from tests.scenarios.chat import ADA, RAVI


async def test_a_mention_asks_for_a_change(talk: Talk) -> None:
    await talk.types(ADA, "@configbot deploy config_x to production")

    assert "waiting for approval" in (await talk.card()).text
    assert await talk.heard(ADA) == []


async def test_a_mention_is_answered_where_it_is_seen(talk: Talk) -> None:
    """Slack shows an ephemeral message in a thread only if somebody has begun that thread."""
    await talk.types(ADA, "@configbot deployments")

    assert "support" in (await talk.last(ADA)).body()
    assert talk.calls("chat.postEphemeral")[-1].get("thread_ts") is None


async def test_a_mention_in_a_thread_is_answered_in_the_thread(talk: Talk) -> None:
    card = await talk.asked()

    await talk.types(RAVI, "@configbot approvals", thread_ts=card.raw["ts"])

    assert "config_x" in (await talk.last(RAVI, thread_ts=card.raw["ts"])).body()
    assert await talk.heard(RAVI) == []


async def test_a_change_asked_for_in_a_thread_has_its_card_in_the_channel_and_an_answer_in_the_thread(
    talk: Talk,
) -> None:
    first = await talk.asked("/deploy rewrite to staging")

    await talk.types(ADA, "@configbot deploy config_x to production", thread_ts=first.raw["ts"])

    assert len(await talk.cards()) == 2
    assert "ch-2" in (await talk.last(ADA, thread_ts=first.raw["ts"])).text


async def test_a_bare_mention_is_help_with_a_form(talk: Talk) -> None:
    await talk.types(ADA, "@configbot")
    await talk.presses(ADA, await talk.last(ADA), "Deploy with a form")

    assert (await talk.open(ADA))["callback_id"] == "form.deploy"


@pytest.mark.parametrize(("words", "says"), [("deploy", "Press the button"), ("project", "Press the button")])
async def test_a_mention_that_names_only_a_verb_offers_its_form(talk: Talk, words: str, says: str) -> None:
    await talk.types(ADA, f"@configbot {words}")

    assert says in (await talk.last(ADA)).text


async def test_a_mention_that_is_no_line_is_answered(talk: Talk) -> None:
    await talk.types(ADA, "@configbot make it so")

    assert "I don't know" in (await talk.last(ADA)).text


async def test_a_direct_message_is_answered_as_a_message(talk: Talk) -> None:
    channel = talk.workspace.im_of(ADA)
    assert channel is not None

    await talk.types(ADA, "deployments", channel)

    assert len(await talk.direct(ADA)) == 1
    assert talk.calls("chat.postMessage")[-1]["channel"] == channel


async def test_a_direct_message_in_a_thread_is_answered_there(talk: Talk) -> None:
    channel = talk.workspace.im_of(ADA)
    assert channel is not None
    await talk.types(ADA, "help", channel)
    (first,) = [line for line in await talk.messages(ADA, channel) if line.by_bot]

    await talk.types(ADA, "deployments", channel, thread_ts=first.raw["ts"])

    assert talk.calls("chat.postMessage")[-1]["thread_ts"] == first.raw["ts"]


async def test_an_event_that_comes_again_is_carried_out_once(talk: Talk) -> None:
    await talk.types(ADA, "@configbot deploy config_x to staging")

    await asyncio.gather(*(talk.again() for _ in range(5)))

    assert talk.world.provider.writes() == 1
    assert len(await talk.cards()) == 1
    assert await talk.heard(ADA) == []


async def test_what_nobody_said_to_the_bot_is_acknowledged_and_left_alone(talk: Talk) -> None:
    await talk.types(ADA, "@configbot help")
    payload = copy.deepcopy(talk.delivery.sent[-1])
    heard = len(await talk.heard(ADA))
    said = payload["event"]
    for event in (
        {**said, "bot_id": "B0OTHER"},
        {**said, "type": "message", "channel_type": "channel"},
        {**said, "type": "message", "subtype": "message_changed", "channel_type": "im"},
        {"type": "reaction_added", "user": ADA, "item": {}},
        {"type": "app_home_opened", "user": ADA, "tab": "messages", "channel": "D1"},
    ):
        await talk.again(event=event, event_id=f"Ev{len(talk.delivery.sent)}{event['type']}")

    assert len(await talk.heard(ADA)) == heard


async def test_an_event_that_is_not_what_slack_documents_is_acknowledged(talk: Talk) -> None:
    await talk.types(ADA, "@configbot help")
    heard = len(await talk.heard(ADA))

    await talk.again(event_id="")

    assert len(await talk.heard(ADA)) == heard


async def test_what_the_bot_says_itself_is_no_line(talk: Talk) -> None:
    await talk.types(ADA, "@configbot help")

    try:
        await talk.again(event={**talk.delivery.sent[-1]["event"], "user": "U0BOT"}, event_id="EvOwn")
    except NotAcknowledged:
        pytest.fail("an event of our own was not acknowledged")

    assert len(await talk.heard(ADA)) == 1
