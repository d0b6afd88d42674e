"""Two providers at once: one that fails stops nothing of the other, and what is missing because of it is said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.clients.base import NotDone
from bot.domain.changes import Kind
from bot.domain.errors import Fault, Problem
from bot.domain.outcomes import Ambiguous, Applied, AwaitingApproval, Failed, NotFound
from bot.domain.views import Board, ConfigDetail, ProjectDetail, ProjectList
from tests.bot.features.configs.test_config_queries import typed
from tests.bot.features.projects.test_ai_config_edits import ABLE
from tests.bot.features.steps import the
from tests.builders import NOON, STAGING, MemoryProvider, World, make_world


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[World]:
    """`main` and `shop`; both have a project `triage` with a config `v1`."""
    main, shop = MemoryProvider(), MemoryProvider("shop", replace(ABLE, evaluations=True))
    main.add("triage", "v1", "config_x")
    shop.add("triage", "v1")
    shop.add("support-reply", "warm", "terse")
    world = await make_world(tmp_path, main, shop)
    yield world
    await world.store.close()


def shop_of(world: World) -> MemoryProvider:
    found = world.ctx.providers["shop"]
    assert isinstance(found, MemoryProvider)
    return found


async def silenced(world: World) -> None:
    """The shop refuses our key from now on."""
    refusal = NotDone(Problem(Fault.UNAUTHORIZED, "shop", "listing", 401))
    shop_of(world).fail("projects", refusal, times=100)
    await world.ctx.index.refresh()


async def test_lines_about_the_healthy_provider_go_on_working(both: World) -> None:
    await silenced(both)

    assert isinstance(await typed(both, "deploy config_x to production"), AwaitingApproval)
    assert isinstance(await typed(both, "project show main:triage"), ProjectDetail)


@pytest.mark.parametrize(
    "line", ["deploy config_q to production", "project show qqqq", "project list qqqq", "changes qqqq"]
)
async def test_a_name_that_is_missed_may_be_the_silent_provider_s(both: World, line: str) -> None:
    await silenced(both)

    missed = the(NotFound, await typed(both, line))

    assert [(each.problem.provider, each.problem.fault, each.since) for each in missed.unread] == [
        ("shop", Fault.UNAUTHORIZED, NOON)
    ]


async def test_where_no_provider_answers_that_is_the_answer(both: World) -> None:
    await silenced(both)
    both.provider.fail("projects", NotDone(Problem(Fault.TIMED_OUT, "main", "listing")), times=100)
    await both.ctx.index.refresh()

    assert the(Failed, await typed(both, "project show qqqq")).problem.fault is Fault.TIMED_OUT


async def test_lists_and_the_board_say_what_may_be_missing(both: World) -> None:
    assert the(Board, await typed(both, "deployments")).unread == ()
    await silenced(both)

    board = the(Board, await typed(both, "deployments"))
    listed = the(ProjectList, await typed(both, "project list"))
    assert [each.problem.provider for each in (*board.unread, *listed.unread)] == ["shop", "shop"]


async def test_one_name_in_two_providers_is_a_question_that_names_them(both: World) -> None:
    asked = the(Ambiguous, await typed(both, "deploy v1 of triage to staging"))
    assert [each.label for each in asked.choices] == ["v1 · triage · main → staging", "v1 · triage · shop → staging"]

    applied = the(Applied, await typed(both, asked.choices[1].line))
    assert applied.change.project.provider == "shop"
    assert both.provider.live_name("triage", STAGING) is None

    named = the(Applied, await typed(both, "deploy v1 of main:triage to staging"))
    assert named.change.project.provider == "main"


async def test_an_environment_of_both_is_no_question(both: World) -> None:
    assert the(AwaitingApproval, await typed(both, "deploy config_x to production")).change.project.provider == "main"
    warm = the(AwaitingApproval, await typed(both, "deploy warm to prod")).change
    assert (warm.project.provider, warm.environment.provider, warm.kind) == ("shop", "shop", Kind.DEPLOY)


async def test_what_a_provider_calls_things_is_handed_on(both: World) -> None:
    assert the(ProjectDetail, await typed(both, "project show support-reply")).noun == "AI Config"
    assert the(ConfigDetail, await typed(both, "config show warm")).noun == "AI Config"
    rows = the(Board, await typed(both, "deployments")).rows
    assert {(row.project.provider, row.noun) for row in rows} == {("main", "project"), ("shop", "AI Config")}
    assert both.ctx.noun("gone") == "project"


async def test_a_key_that_is_nearly_right_is_offered_where_no_name_is(both: World) -> None:
    shop = shop_of(both)
    (found,) = [each for each in shop.configs_["pr_support-reply"] if each.config.name == "warm"]
    renamed = replace(found, config=replace(found.config, id="greets-warmly-v1", name="Hearty"))
    shop.configs_["pr_support-reply"] = [renamed]
    await both.ctx.index.refresh()

    missed = the(NotFound, await typed(both, "deploy greets-warmly-v2 of support-reply to staging"))

    assert [each.label for each in missed.near] == ["greets-warmly-v1"]
    assert the(Applied, await typed(both, missed.near[0].line)).change.target == renamed.config
