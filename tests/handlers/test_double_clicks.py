"""A button that runs a line is pressed twice: what the line changes is changed once."""

from __future__ import annotations

from datetime import timedelta

from tests.builders import STAGING
from tests.handlers.conversation import Talk
from tests.scenarios.chat import ADA


async def test_a_rollback_pressed_twice_does_not_roll_back_the_rollback(talk: Talk) -> None:
    await talk.types(ADA, "/deploy config_w to staging")
    await talk.types(ADA, "/deploy config_x to staging")
    await talk.types(ADA, "/rollback support in stagin")

    await talk.presses(ADA, await talk.last(ADA), "staging")
    await talk.again()

    assert talk.world.provider.live_name("support", STAGING) == "config_w"
    assert "already acted on" in (await talk.last(ADA)).text

    talk.world.clock.move(timedelta(minutes=1))  # no double click any more, but the same wish again
    await talk.again()
    assert talk.world.provider.live_name("support", STAGING) == "config_x"
