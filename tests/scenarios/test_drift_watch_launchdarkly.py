"""Somebody works in LaunchDarkly itself: the message says who and what, and is adopted or restored from Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.services.launchdarkly import PROJECT, ExternalActor, World, demo_world
from bot.services.launchdarkly.records import Member
from tests.scenarios.chat import ADA, MIRA, RAVI, Line
from tests.scenarios.stage import RunningClock, Stage, staged
from tests.scenarios.test_launchdarkly import SUPPORT, served


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def world(clock: RunningClock) -> Iterator[World]:
    made = demo_world("api-0000", "api-1111", now=clock.now)
    yield made
    made.close()


@pytest.fixture
async def both(tmp_path: Path, world: World, clock: RunningClock) -> AsyncIterator[Stage]:
    async with staged(tmp_path, world=world, clock=clock) as made:
        await made.time_passes(minutes=5)
        yield made


@pytest.fixture
def mira(world: World) -> ExternalActor:
    """Mira, in her browser."""
    (member,) = [each for each in world.all(Member) if each.email == "mira@acorn.example"]
    return ExternalActor(world, PROJECT, member.id)


async def told(stage: Stage, *words: str) -> Line:
    await stage.time_passes(minutes=5)
    return await stage.chat.hears(ADA, "Changed outside configbot", *words, private=False)


async def test_who_did_it_is_told_and_what_was_live_is_restored(both: Stage, world: World, mira: ExternalActor) -> None:
    before = served(world, "staging")
    mira.serve(SUPPORT, "staging", "terse", comment="customers want it short")
    message = await told(both, "`Support assistant` in `Staging`")
    assert "`mira@acorn.example`" in message.text
    assert "customers want it short" in message.body()
    assert "`launchdarkly`" in message.body()
    await both.chat.press(RAVI, message, "Restore")
    await both.chat.card_says(message, "was applied after that")
    assert served(world, "staging") == before
    await both.time_passes(minutes=5)
    assert len([line for line in await both.chat.said(ADA) if "outside configbot" in line.text]) == 1


async def test_an_edit_of_what_is_live_is_told_with_its_diff_and_adopted(
    both: Stage, world: World, mira: ExternalActor
) -> None:
    live = served(world, "production")
    mira.edit(SUPPORT, live, instructions="Answer in one word.", comment="shorter")
    message = await told(both, "was edited in place")
    assert "`mira@acorn.example`" in message.text
    assert "Answer in one word." in message.body()
    assert "Restore" not in message.buttons()
    await both.chat.press(MIRA, message, "Adopt")
    await both.chat.card_says(message, "<@U0MIRA> adopted it")
    await both.time_passes(minutes=5)
    assert len([line for line in await both.chat.said(ADA) if "outside configbot" in line.text]) == 1


async def test_a_deploy_from_here_is_no_drift_there(both: Stage, world: World) -> None:
    await both.chat.say(ADA, "/deploy support-assistant@terse to staging")
    await both.chat.hears(ADA, "I read it back, and it took effect", private=False)
    assert served(world, "staging") == "terse"
    await both.time_passes(seconds=1)
    await both.time_passes(minutes=5)
    assert len(await both.chat.said(ADA)) == 1


async def test_where_the_service_wants_its_own_approval_the_message_stands_until_that_is_given(
    both: Stage, world: World, mira: ExternalActor
) -> None:
    before = served(world, "production")
    mira.serve(SUPPORT, "production", "terse", comment="hotfix")
    message = await told(both, "`Support assistant` in `Production`")
    await both.chat.press(ADA, message, "Restore")
    card = await both.chat.hears(ADA, "`ch-1`", "Waiting for approval", private=False)
    await both.chat.press(RAVI, card, "Approve")
    await both.chat.card_says(card, "Waiting for approval at the provider")
    await both.time_passes(minutes=5)
    assert "Adopt" in (await told(both, "`Support assistant` in `Production`")).buttons()
    assert served(world, "production") == "terse"
    assert before != "terse"
