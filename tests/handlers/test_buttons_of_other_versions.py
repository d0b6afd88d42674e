"""Buttons whose draft another version wrote: nothing is done, and that is said."""

from __future__ import annotations

import json

import pytest

from bot.clients.base import Capabilities
from bot.domain.live_state import LiveState, Split
from bot.features.drafts import DRAFT_LIFE
from tests.bot.features.steps import rewritten
from tests.builders import PRODUCTION, STAGING
from tests.handlers.conversation import Talk
from tests.scenarios.chat import ADA

SAID = "That button is from another version of me, so I didn't do anything."
WEIGHTS = Split((("config_support_config_w", 90_000), ("config_support_baseline", 10_000)))


def of_another_version(text: str) -> str:
    return json.dumps(json.loads(text) | {"v": 3})


async def test_a_line_of_another_version_is_not_run(talk: Talk) -> None:
    await talk.types(ADA, "/deploy config_x to stagin")
    await rewritten(talk.world.store, of_another_version)
    await talk.presses(ADA, await talk.last(ADA), "staging")
    said = (await talk.last(ADA)).body()
    assert SAID in said
    assert "Type the line again." in said
    assert talk.world.provider.live_name("support", STAGING) is None


async def test_a_comparison_of_another_version_is_not_shown(talk: Talk) -> None:
    await talk.types(ADA, "/config diff config_w with config_x")
    await rewritten(talk.world.store, of_another_version)
    await talk.presses(ADA, await talk.last(ADA), "Full diff")
    assert SAID in (await talk.last(ADA)).body()


async def test_a_comparison_whose_line_is_no_longer_of_the_language_is_not_shown(talk: Talk) -> None:
    await talk.types(ADA, "/config diff config_w with config_x")
    await rewritten(talk.world.store, lambda stored: stored.replace("config diff", "sing diff"))
    await talk.presses(ADA, await talk.last(ADA), "Full diff")
    assert "too old" in (await talk.last(ADA)).text


async def test_a_comparison_that_ran_out_is_not_shown(talk: Talk) -> None:
    await talk.types(ADA, "/config diff config_w with config_x")
    talk.world.clock.move(DRAFT_LIFE)
    await talk.presses(ADA, await talk.last(ADA), "Full diff")
    assert "too old" in (await talk.last(ADA)).text


async def test_an_edit_of_another_version_is_not_made(talk: Talk) -> None:
    await talk.types(ADA, "/project create Refunds")
    await rewritten(talk.world.store, of_another_version)
    await talk.presses(ADA, await talk.last(ADA), "Make it")
    assert SAID in (await talk.last(ADA)).body()
    assert "create_project" not in talk.world.provider.calls


@pytest.mark.parametrize("was", ["target", "change", "environment"])
async def test_a_change_whose_field_has_another_name_is_not_asked_for(talk: Talk, was: str) -> None:
    talk.world.provider.capabilities = Capabilities(splits=True)
    talk.world.provider.live["pr_support", PRODUCTION.id] = LiveState(WEIGHTS)
    await talk.types(ADA, "/deploy config_x to production")

    def renamed(text: str) -> str:
        document = json.loads(text)
        return json.dumps({f"{name}_" if name == was else name: value for name, value in document.items()})

    await rewritten(talk.world.store, renamed)
    await talk.presses(ADA, await talk.last(ADA), "Replace the split")
    assert SAID in (await talk.last(ADA)).body()
    assert await talk.cards() == []
    assert talk.world.provider.live["pr_support", PRODUCTION.id] == LiveState(WEIGHTS)
