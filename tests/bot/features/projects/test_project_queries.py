"""Looking at projects: lists by a part of the name, one with what is live, tried and asked for in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.clients.base import Capabilities, NotDone
from bot.domain.errors import Fault
from bot.domain.evaluations import RUNNING
from bot.domain.outcomes import Ambiguous, Failed, NotFound
from bot.domain.views import ProjectDetail, ProjectList
from bot.features.projects.project_queries import PAGE
from tests.bot.features.configs.test_config_queries import typed, unquoted
from tests.bot.features.steps import asked, the
from tests.builders import MemoryProvider, World, make_world, problem


async def test_projects_are_listed_from_memory(world: World) -> None:
    shown = the(ProjectList, await typed(world, "project list"))

    assert [(row.project.name, row.configs, row.line) for row in shown.rows] == [
        ("search", 2, "project show search"),
        ("support", 3, "project show support"),
    ]
    assert (shown.total, shown.pages, shown.line, shown.unread) == (2, 1, "project list", ())
    assert world.provider.calls == []


@pytest.mark.parametrize("line", ["project list UPP", "projects upp", "project list pr_support"])
async def test_projects_are_found_by_a_part_of_their_name_or_by_their_id(world: World, line: str) -> None:
    shown = the(ProjectList, await typed(world, line))
    assert [row.project.name for row in shown.rows] == ["support"]


async def test_projects_come_in_pages_that_exist(world: World) -> None:
    for number in range(PAGE):
        world.provider.add(f"p{number}")
    await world.ctx.index.refresh()

    first = the(ProjectList, await typed(world, "project list"))
    last = the(ProjectList, await typed(world, "project list", page=9))

    assert (first.total, first.pages, len(first.rows)) == (PAGE + 2, 2, PAGE)
    assert (last.page, [row.project.name for row in last.rows]) == (2, ["search", "support"])


async def test_a_project_made_elsewhere_is_found_by_one_refresh(world: World) -> None:
    world.provider.add("brand new", "one")
    world.clock.move(world.ctx.running_threshold)

    shown = the(ProjectList, await typed(world, "project list brand"))

    assert [row.project.name for row in shown.rows] == ["brand new"]
    assert world.provider.calls.count("projects") == 1


async def test_words_that_no_project_holds_have_near_ones(world: World) -> None:
    said = the(NotFound, await typed(world, "project list suport"))

    assert (said.noun, said.word, said.known) == ("project", "suport", ("search", "support"))
    assert [each.line for each in said.near] == ["project show support"]


async def test_no_projects_at_all_is_an_empty_list(tmp_path: Path) -> None:
    world = await make_world(tmp_path, MemoryProvider())
    assert the(ProjectList, await typed(world, "project list")).rows == ()
    await world.store.close()


async def test_a_provider_that_does_not_answer_is_told(world: World) -> None:
    world.provider.fail("projects", NotDone(problem(Fault.TIMED_OUT)), times=2)
    await world.ctx.index.refresh()
    world.clock.move(world.ctx.running_threshold)

    shown = the(ProjectList, await typed(world, "project list"))
    assert [each.problem.fault for each in shown.unread] == [Fault.TIMED_OUT], "names may be missing"
    assert the(Failed, await typed(world, "project list qqqq")).problem.fault is Fault.TIMED_OUT


async def test_projects_of_names_like_it_are_offered_even_while_the_provider_does_not_answer(world: World) -> None:
    world.provider.fail("projects", NotDone(problem(Fault.TIMED_OUT)), times=2)
    await world.ctx.index.refresh()

    assert [each.label for each in the(NotFound, await typed(world, "project list suport")).near] == ["support"]


async def test_a_project_is_shown_with_what_is_live_tried_and_asked_for(world: World) -> None:
    await asked(world)
    world.provider.calls.clear()
    early = world.provider.evaluated("support", "config_x", 0.9, status=RUNNING)
    late = world.provider.evaluated("support", "config_w", 0.8, status=RUNNING)
    world.provider.evaluated("support", "baseline", 0.8)

    shown = the(ProjectDetail, await typed(world, "project show support"))

    cells = {cell.environment.name: cell for cell in shown.cells}
    assert list(cells) == ["development", "staging", "production"]
    pending = cells["production"].pending
    assert pending is not None
    assert pending.label == "ch-1"
    assert [row.config.name for row in shown.configs] == ["config_w", "baseline", "config_x"]
    assert shown.total == 3
    assert shown.running is not None
    assert {run.id for run in shown.running} == {early.id, late.id}
    assert (shown.configs_line, shown.evaluations_line) == ("config list support", "evaluations list support")
    assert sorted(world.provider.calls) == ["configs", "evaluations", "project", "served"]


async def test_a_project_without_evaluations_says_why(world: World, tmp_path: Path) -> None:
    world.provider.fail("evaluations", NotDone(problem(Fault.UNAVAILABLE, 503)))
    unread = the(ProjectDetail, await typed(world, "project show support"))
    assert (unread.running, unread.keeps_evaluations) == (None, True)

    world.provider.capabilities = Capabilities(evaluations=False)
    none = the(ProjectDetail, await typed(world, "project show support"))
    assert (none.running, none.keeps_evaluations) == (None, False)


async def test_a_project_that_cannot_be_read_says_so(world: World) -> None:
    world.provider.fail("configs", NotDone(problem(Fault.UNAVAILABLE, 503)))
    assert the(Failed, await typed(world, "project show support")).problem.fault is Fault.UNAVAILABLE


async def test_an_unknown_project_has_near_ones(world: World) -> None:
    said = the(NotFound, await typed(world, "project show suport"))
    assert [each.line for each in said.near] == ["project show support"]


async def test_a_project_of_two_providers_is_a_question(tmp_path: Path) -> None:
    here, there = MemoryProvider(), MemoryProvider("other")
    here.add("support", "one")
    there.add("support", "one")
    world = await make_world(tmp_path, here, there)

    question = the(Ambiguous, await typed(world, "project show support"))

    assert question.word == "support"
    assert [each.label for each in question.choices] == ["support · main", "support · other"]
    shown = the(ProjectDetail, await typed(world, question.choices[1].line))
    assert shown.project.provider == "other"
    assert unquoted(question.choices[1].line) == "project show other:support"
    await world.store.close()
