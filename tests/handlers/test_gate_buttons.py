"""Clicks about a provider's own approvals, and about weights that would be given up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clients.base import Capabilities, NotDone
from bot.domain.errors import Fault
from bot.domain.live_state import LiveState, Split
from bot.domain.provider_approvals import GateState
from tests.builders import PRODUCTION, problem
from tests.handlers.conversation import Talk, talking
from tests.scenarios.chat import ADA, DEPLOYS, RAVI


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talking(tmp_path, default_channel=DEPLOYS) as made:
        made.world.provider.capabilities = Capabilities(approvals=True, splits=True, answers_state=True)
        yield made


async def test_what_waits_at_the_provider_is_followed_from_its_card(talk: Talk) -> None:
    talk.world.provider.gated = {PRODUCTION.id}
    await talk.presses(RAVI, await talk.asked(), "Approve")
    waiting = await talk.card()
    assert "waiting for approval at the provider" in waiting.text
    assert {"Check now", "Withdraw"} <= set(waiting.buttons())

    await talk.presses(ADA, waiting, "Check now")
    assert "is waiting for an approval at" in (await talk.last(ADA)).text

    (request,) = talk.world.provider.asked
    talk.world.provider.say(request, GateState.APPROVED)
    await talk.presses(ADA, await talk.card(), "Check now")
    assert "Undo" in (await talk.card()).buttons()
    assert talk.world.provider.live_name("support", PRODUCTION) == "config_x"


async def test_a_change_that_cannot_be_withdrawn_at_the_provider_is_answered_by_line_and_by_button(talk: Talk) -> None:
    talk.world.provider.gated = {PRODUCTION.id}
    await talk.presses(RAVI, await talk.asked(), "Approve")
    talk.world.provider.lands = False
    talk.world.provider.fail("drop_approval", NotDone(problem(Fault.UNAVAILABLE, 503)), times=2)

    await talk.types(ADA, "/configbot withdraw ch-1")
    assert "`ch-1` is not withdrawn" in (await talk.last(ADA)).text
    await talk.presses(ADA, await talk.card(), "Withdraw")

    assert ["`ch-1` is not withdrawn" in line.text for line in await talk.heard(ADA)] == [True, True]
    assert "waiting for approval at the provider" in (await talk.card()).text


async def test_a_split_is_replaced_when_that_is_confirmed(talk: Talk) -> None:
    weights = Split((("config_support_config_w", 90_000), ("config_support_baseline", 10_000)))
    talk.world.provider.live["pr_support", PRODUCTION.id] = LiveState(weights)
    await talk.types(ADA, "/deploy config_x to production")
    question = await talk.last(ADA)
    assert "This would replace those weights." in question.text
    assert await talk.cards() == []

    await talk.presses(ADA, question, "Replace the split")
    assert "waiting for approval" in (await talk.card()).text
    await talk.presses(ADA, question, "Replace the split")
    assert "no longer works" in (await talk.last(ADA)).text
