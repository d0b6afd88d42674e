"""Who has no say hears so in words; what has no place stands where others see it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.services.slack import Channel, Person
from tests.scenarios.chat import ADA, DEPLOYS, RAVI
from tests.scenarios.stage import Stage, staged

STRANGER, GUEST, GONE = "U0BIRCH", "U0GUEST", "U0GONE"
SHARED, LEADS = "C0SHARED", "G0LEADS"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    people = (
        Person(STRANGER, "Bo Birch", "From another company", team_id="T0BIRCH", is_stranger=True),
        Person(GUEST, "Gil Guest", "Helps for a month", is_restricted=True),
    )
    async with staged(tmp_path, people=people, channels=(Channel(SHARED, "with-birch", is_ext_shared=True),)) as made:
        yield made


async def test_a_stranger_of_a_shared_channel_is_refused_in_words(stage: Stage) -> None:
    card = await stage.chat.asks(channel=SHARED)
    for number, button in enumerate(("Approve", "Reject", "Withdraw", "Review"), start=1):
        await stage.chat.press(STRANGER, card, button, channel=SHARED)
        await stage.rests()
        answers = await stage.chat.answers(STRANGER, SHARED)
        assert len(answers) == number
        assert "Your account belongs to another organisation" in answers[-1].text
    await stage.chat.say(STRANGER, "@configbot deploy config_v to staging", channel=SHARED)
    await stage.rests()
    assert not stage.line.writes
    assert len(await stage.chat.said(ADA, SHARED)) == 1
    await stage.chat.press(RAVI, card, "Approve", channel=SHARED)
    await stage.chat.card_says(card, "I read it back, and it took effect")


async def test_a_guest_may_look_and_has_no_say(stage: Stage) -> None:
    card = await stage.chat.asks()
    for button in ("Approve", "Reject"):
        await stage.chat.press(GUEST, card, button)
    await stage.chat.is_told(GUEST, "You have a guest account", "workspace admin")
    await stage.chat.say(GUEST, "/deploy config_x to staging")
    await stage.rests()
    assert sum("guest account" in answer.text for answer in await stage.chat.answers(GUEST)) == 3
    await stage.chat.say(GUEST, "/deployments Support reply")
    await stage.chat.is_told(GUEST, "What is live")
    assert not stage.line.writes


async def test_what_is_asked_where_the_bot_cannot_post_stands_in_the_default_channel(stage: Stage) -> None:
    await stage.chat.say(ADA, "/deploy config_x to production", channel=LEADS)
    await stage.chat.is_told(ADA, "`ch-1` is waiting for 1 approval", channel=LEADS)
    card = await stage.chat.hears(RAVI, "waiting for approval", channel=DEPLOYS, private=False)
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.card_says(card, "I read it back, and it took effect")
    assert await stage.chat.said(ADA, LEADS) == []


async def test_without_a_default_channel_the_line_is_refused_with_the_invitation_to_type(tmp_path: Path) -> None:
    async with staged(tmp_path, default_channel=None) as stage:
        await stage.chat.say(ADA, "/deploy config_x to production", channel=LEADS)
        await stage.chat.is_told(ADA, "I can't post in this channel", "`/invite @configbot`", channel=LEADS)
        await stage.chat.say(ADA, "/configbot changes", channel=LEADS)
        await stage.chat.is_told(ADA, "There are no changes here yet", channel=LEADS)
        await stage.chat.say(ADA, "deploy config_x to production", channel=stage.workspace.im_of(ADA))
        await stage.chat.hears(ADA, "I can't post in this channel", channel=stage.workspace.im_of(ADA))
