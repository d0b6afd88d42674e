"""Strangers of a shared channel get no form, for its selects offer the name of everything there is."""

from __future__ import annotations

from tests.handlers.conversation import SHARED, STRAY, Talk
from tests.scenarios.chat import ADA


async def test_a_stranger_gets_no_form_by_a_command(talk: Talk) -> None:
    await talk.types(ADA, "/deploy", SHARED)
    await talk.again(user_id=STRAY)

    assert len(talk.calls("views.open")) == 1
    assert "another organisation" in (await talk.last(ADA, SHARED)).text  # where the copied response_url leads


async def test_a_stranger_gets_no_form_by_a_button(talk: Talk) -> None:
    await talk.types(ADA, "@configbot deploy", SHARED)
    await talk.presses(ADA, await talk.last(ADA, SHARED), "Open form", SHARED)
    mine = talk.delivery.sent[-1]
    await talk.again(user={**mine["user"], "id": STRAY, "team_id": "T0OTHER"})

    assert len(talk.calls("views.open")) == 1
    assert "another organisation" in (await talk.last(ADA, SHARED)).text


async def test_a_form_that_a_stranger_sends_asks_for_nothing(talk: Talk) -> None:
    await talk.types(ADA, "/deploy", SHARED)
    await talk.submits(ADA, config="config_x", environment="production")
    mine = talk.delivery.sent[-1]
    before = len(talk.world.provider.calls)

    await talk.again(user={**mine["user"], "id": STRAY, "team_id": "T0OTHER"})

    assert len(talk.world.provider.calls) == before
    async with talk.world.store.read() as tx:
        assert (await tx.changes(limit=9, offset=0))[1] == 1
