"""Clicks on the message about something that was changed outside configbot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.features.drift.silences import PATIENCE
from bot.features.drift.watch import watch
from handlers.ids import value
from tests.bot.features.drift.test_watch import down
from tests.builders import PRODUCTION
from tests.handlers.conversation import GUS, SHARED, STRAY, Talk, talking
from tests.scenarios.chat import ADA, DEPLOYS, MIRA, RAVI, Line


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talking(tmp_path, default_channel=DEPLOYS) as made:
        yield made


async def told(talk: Talk, config: str = "baseline", channel: str = DEPLOYS) -> Line:
    """Somebody makes another config live; the message about it."""
    await watch(talk.world.ctx)
    talk.world.provider.put("support", PRODUCTION, config)
    talk.world.clock.move(timedelta(minutes=5))
    await watch(talk.world.ctx)
    return (await talk.cards(channel))[-1]


async def test_look_shows_everything_to_whoever_pressed(talk: Talk) -> None:
    message = await told(talk)
    assert "`config_w` → `baseline`" in message.text
    await talk.presses(MIRA, message, "Look")
    view = await talk.open(MIRA)
    assert view["title"]["text"] == "What was changed"
    assert "model-config_w" in str(view["blocks"])
    assert await talk.on_screen(RAVI) is None


async def test_a_look_that_slack_does_not_open_is_answered_in_words(talk: Talk) -> None:
    message = await told(talk)
    talk.fault("views.open", "expired_trigger_id")
    await talk.presses(MIRA, message, "Look")
    assert "`config_w` → `baseline`" in (await talk.last(MIRA)).text


async def test_adopt_ends_the_message_for_everybody(talk: Talk) -> None:
    message = await told(talk)
    await talk.presses(RAVI, message, "Adopt")
    assert "From now on I accept" in (await talk.last(RAVI)).text
    over = await talk.card()
    assert "<@U0RAVI> adopted it" in over.text
    assert list(over.buttons()) == ["Look"]
    await talk.presses(MIRA, message, "Adopt")
    assert "This is already over: <@U0RAVI> adopted it." in (await talk.last(MIRA)).text
    await talk.presses(MIRA, message, "Restore")
    assert "This is already over" in (await talk.last(MIRA)).text
    await talk.presses(MIRA, message, "Look")
    assert await talk.on_screen(MIRA) is not None


async def test_restore_brings_a_card_and_its_approval_the_end(talk: Talk) -> None:
    message = await told(talk)
    await talk.presses(ADA, message, "Restore")
    card = (await talk.cards())[-1]
    assert "`baseline` → `config_w`" in card.body()
    await talk.presses(MIRA, message, "Restore")
    assert "`ch-1` is open" in (await talk.last(MIRA)).text
    await talk.presses(RAVI, card, "Approve")
    assert talk.world.provider.live_name("support", PRODUCTION) == "config_w"
    assert "`ch-1` was applied after that" in (await talk.cards())[0].text


@pytest.mark.parametrize("button", ["Adopt", "Restore"])
async def test_a_guest_is_told_why_not(talk: Talk, button: str) -> None:
    message = await told(talk)
    await talk.presses(GUS, message, button)
    assert "guest" in (await talk.last(GUS)).text
    assert list((await talk.card()).buttons()) == ["Adopt", "Restore", "Look"]


async def test_a_stranger_of_a_shared_channel_sees_nothing_and_does_nothing(tmp_path: Path) -> None:
    async with talking(tmp_path, default_channel=SHARED) as talk:
        message = await told(talk, channel=SHARED)
        for button in ("Adopt", "Restore", "Look"):
            await talk.presses(STRAY, message, button, SHARED)
            assert "another organisation" in (await talk.last(STRAY, SHARED)).text
        assert await talk.on_screen(STRAY) is None


async def test_a_button_shown_before_it_moved_on_is_answered_and_does_nothing(talk: Talk) -> None:
    message = await told(talk)
    talk.world.provider.put("support", PRODUCTION, "config_x")
    await talk.presses(RAVI, message, "Adopt")
    assert "changed again after you saw this message" in (await talk.last(RAVI)).text
    now = await talk.card()
    assert "`config_w` → `config_x`" in now.text
    await talk.presses(RAVI, now, "Adopt")
    assert "<@U0RAVI> adopted it" in (await talk.card()).text


async def test_a_look_at_what_is_kept_no_more_is_answered(talk: Talk) -> None:
    message = await told(talk)
    element = message.buttons()["Look"]
    await talk.presses(RAVI, message, "Look")
    payload = talk.delivery.sent[-1]
    action = {**payload["actions"][0], "value": value("gone@1")}
    assert action["action_id"] == element["action_id"]
    await talk.again(actions=[action])
    assert "This is already over" in (await talk.last(RAVI)).text


async def test_a_silent_provider_is_told_in_the_default_channel(talk: Talk) -> None:
    await watch(talk.world.ctx)
    down(talk.world)
    await watch(talk.world.ctx)
    talk.world.clock.move(PATIENCE)
    await watch(talk.world.ctx)
    assert "I haven't been able to read `main` since" in (await talk.card()).text
    talk.world.provider.failing.clear()
    await watch(talk.world.ctx)
    assert "`main` answers again" in (await talk.card()).text
