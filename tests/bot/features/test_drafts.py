"""Lines behind buttons, and things that may happen only once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Never

import pytest

from bot.domain.drafts import ListPage
from bot.domain.errors import Cause
from bot.features.drafts import (
    DRAFT_LIFE,
    DRAFT_SPAN,
    MOST_DRAFTS,
    ONCE_LIFE,
    draft,
    first_delivery,
    first_time,
    keep_drafts,
)
from bot.store import Store, StoreUnavailable
from tests.builders import ADA, RAVI, World, actor

HOUR = timedelta(hours=1)


async def test_a_line_comes_back_for_the_person_whose_button_it_is(world: World) -> None:
    kept = await keep_drafts(world.ctx, ["deploy a to b", "help"], ADA)
    assert set(kept) == {"deploy a to b", "help"}
    assert await draft(world.ctx, kept["help"], ADA, ListPage) == ListPage("help")


async def test_nobody_else_runs_it(world: World) -> None:
    kept = await keep_drafts(world.ctx, ["help"], ADA)
    assert await draft(world.ctx, kept["help"], RAVI, ListPage) is None
    assert await draft(world.ctx, kept["help"], actor("ada", org="T0OTHER"), ListPage) is None


async def test_a_line_runs_out(world: World) -> None:
    kept = await keep_drafts(world.ctx, ["help"], ADA)
    world.clock.move(DRAFT_LIFE)
    assert await draft(world.ctx, kept["help"], ADA, ListPage) is None


async def test_an_unknown_button_has_no_line(world: World) -> None:
    assert await draft(world.ctx, "nothing", ADA, ListPage) is None


async def test_the_same_line_twice_is_one_draft_and_none_is_none(world: World) -> None:
    assert len(await keep_drafts(world.ctx, ["help", "help"], ADA)) == 1
    assert await keep_drafts(world.ctx, [], ADA) == {}


async def test_an_occasion_is_new_once_however_many_ask(world: World) -> None:
    answers = await asyncio.gather(*(first_time(world.ctx, "Ev1") for _ in range(10)))
    assert answers.count(True) == 1
    assert await first_time(world.ctx, "Ev2")


async def test_an_occasion_is_forgotten_after_a_while(world: World) -> None:
    assert await first_time(world.ctx, "Ev1")
    world.clock.move(ONCE_LIFE + HOUR)
    assert await first_time(world.ctx, "Ev1")


async def test_no_more_buttons_are_made_for_one_person_within_a_minute_than_anybody_presses(world: World) -> None:
    lines = [f"help {number}" for number in range(MOST_DRAFTS)]
    assert len(await keep_drafts(world.ctx, lines, ADA)) == MOST_DRAFTS

    assert await keep_drafts(world.ctx, ["help"], ADA) == {}
    assert len(await keep_drafts(world.ctx, ["help"], RAVI)) == 1

    world.clock.move(DRAFT_SPAN)
    assert len(await keep_drafts(world.ctx, ["help"], ADA)) == 1


async def test_a_command_or_a_form_is_taken_once_and_without_a_database_once_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await first_delivery(world.ctx, "command:1")
    assert not await first_delivery(world.ctx, "command:1")

    def locked(_store: Store) -> Never:
        raise StoreUnavailable("using the database", Cause.LOCKED)

    monkeypatch.setattr(Store, "write", locked)
    assert await first_delivery(world.ctx, "command:1"), "nothing is changed without it"
