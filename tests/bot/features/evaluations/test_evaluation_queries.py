"""Looking at evaluations: lists of one project or of all, and one beside what is live; reopening one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clients.base import Capabilities, NotDone
from bot.domain.actors import Actor, Standing
from bot.domain.base import Outcome
from bot.domain.changes import Event
from bot.domain.errors import Code, Fault
from bot.domain.evaluations import COMPLETED, RUNNING, Evaluator, Verdict
from bot.domain.notices import Reminder
from bot.domain.outcomes import EvaluationUpdated, Failed, NotFound
from bot.domain.views import EvaluationDetail, EvaluationList
from bot.features.dispatch import Speaker, run
from bot.features.evaluations import evaluation_queries
from bot.features.evaluations.evaluation_queries import MOST_PROJECTS, PAGE
from bot.features.reminders import left_running
from bot.grammar import parse
from bot.grammar.commands import Understood
from tests.bot.features.configs.test_config_queries import typed
from tests.bot.features.steps import codes, the
from tests.builders import (
    ADA,
    DEPLOYS,
    NOON,
    PRODUCTION,
    STAGING,
    MemoryProvider,
    World,
    actor,
    make_world,
    problem,
)

GUS = actor("gus", Standing.GUEST)
PYTHON = (Evaluator("evfn_match", "Answer matches", "python", "boolean"),)


async def typed_by(world: World, who: Actor, line: str) -> Outcome:
    return await run(world.ctx, the(Understood, parse(line)).readings, Speaker(who, DEPLOYS))


def some_runs(world: World) -> list[str]:
    """Three evaluations, the oldest first: of support twice, of search once."""
    made = [
        world.provider.evaluated("support", "config_w", 0.8, created_at=NOON - timedelta(days=3)),
        world.provider.evaluated("search", "rewrite", 0.5, created_at=NOON - timedelta(days=2), status="cancelled"),
        world.provider.evaluated("support", "config_x", 0.9, created_at=NOON - timedelta(days=1), status=RUNNING),
    ]
    return [each.id for each in made]


async def test_evaluations_of_all_projects_are_listed_newest_first(world: World) -> None:
    first, second, third = some_runs(world)

    shown = the(EvaluationList, await typed(world, "evaluations"))

    assert [row.evaluation.id for row in shown.rows] == [third, second, first]
    assert [row.project.name for row in shown.rows] == ["support", "search", "support"]
    assert (shown.project, shown.status, shown.total, shown.line) == (None, None, 3, "evaluations list")
    assert shown.rows[0].line == f"evaluation show {third}"
    assert world.provider.calls == ["evaluations", "evaluations"]


@pytest.mark.parametrize(
    ("line", "status", "count"),
    [
        ("evaluations support", None, 2),
        ("evaluations support running", "running", 1),
        ("evaluations running support", "running", 1),
        ("evaluations of support", None, 2),
        ("evaluations running", "running", 1),
        ("evaluations canceled", "cancelled", 1),
        ("evaluations search pending", "pending", 0),
    ],
)
async def test_a_list_is_narrowed_by_project_and_status(
    world: World, line: str, status: str | None, count: int
) -> None:
    some_runs(world)
    shown = the(EvaluationList, await typed(world, line))
    assert (shown.status, shown.total, len(shown.rows)) == (status, count, count)


async def test_evaluations_come_in_pages_that_exist(world: World) -> None:
    for number in range(PAGE + 1):
        world.provider.evaluated("support", "config_x", 0.1, created_at=NOON - timedelta(hours=number))

    last = the(EvaluationList, await typed(world, "evaluations support", page=7))

    assert (last.total, last.page, last.pages, len(last.rows)) == (PAGE + 1, 2, 2, 1)


async def test_a_project_that_cannot_be_read_is_counted(world: World) -> None:
    some_runs(world)
    world.provider.fail("evaluations", NotDone(problem(Fault.UNAVAILABLE, 503)))

    shown = the(EvaluationList, await typed(world, "evaluations"))

    assert shown.unreadable == 1
    assert shown.rows


async def test_where_nothing_can_be_read_the_fault_is_said(world: World) -> None:
    world.provider.fail("evaluations", NotDone(problem(Fault.UNAVAILABLE, 503)), times=2)
    assert the(Failed, await typed(world, "evaluations")).problem.fault is Fault.UNAVAILABLE


async def test_a_provider_without_evaluations_is_not_asked(world: World) -> None:
    world.provider.capabilities = Capabilities(evaluations=False)
    for line in ("evaluations", "evaluations support running"):
        shown = the(EvaluationList, await typed(world, line))
        assert (shown.rows, shown.without) == ((), ("main",))
    for line in (
        "evaluation ev_1",
        "evaluation complete ev_1",
        "evaluation reopen main:ev_1",
        "explain evaluation complete ev_1",
    ):
        assert codes(await typed(world, line)) == [Code.KEEPS_NO_EVALUATIONS]
    assert world.provider.calls == []


async def many_projects(world: World) -> None:
    for number in range(MOST_PROJECTS):
        world.provider.add(f"project {number}", "baseline")
    await world.ctx.index.refresh()


async def test_of_many_projects_those_known_to_run_are_listed_without_asking_each(world: World) -> None:
    _, _, running = some_runs(world)
    gone = world.provider.evaluated("search", "rewrite", 0.5, created_at=NOON, status=RUNNING)
    await left_running.sweep(world.ctx)
    del world.provider.runs["pr_search"]
    await many_projects(world)
    world.provider.calls.clear()

    for line in ("evaluations", "evaluations running"):
        shown = the(EvaluationList, await typed(world, line))
        assert [row.evaluation.id for row in shown.rows] == [running]
        assert (shown.total, shown.unreadable, shown.status) == (2, 1, RUNNING)
        assert shown.unlooked == MOST_PROJECTS + 2
    assert world.provider.calls == ["evaluation"] * 4, gone


async def test_of_many_projects_only_what_runs_is_known(world: World) -> None:
    await many_projects(world)
    world.provider.calls.clear()
    shown = the(EvaluationList, await typed(world, "evaluations completed"))
    assert (shown.rows, shown.status, shown.unlooked) == ((), "completed", MOST_PROJECTS + 2)
    assert world.provider.calls == []


@pytest.mark.parametrize(("line", "noun"), [("evaluations suport", "project"), ("evaluation list suport", "project")])
async def test_an_unknown_project_has_near_ones(world: World, line: str, noun: str) -> None:
    said = the(NotFound, await typed(world, line))
    assert (said.noun, [each.line for each in said.near]) == (noun, ["evaluations list support"])


@pytest.mark.parametrize("line", ["evaluation ev_zzzzzzzzzz", "evaluation show ev_zzzzzzzzzz"])
async def test_an_unknown_evaluation_is_said_to_be_one(world: World, line: str) -> None:
    said = the(NotFound, await typed(world, line))
    assert (said.noun, said.word) == ("evaluation", "ev_zzzzzzzzzz")


async def test_an_evaluation_is_shown_beside_what_is_live(world: World) -> None:
    world.provider.evaluated("support", "config_w", 0.8)
    older = world.provider.evaluated("support", "config_x", 0.7, created_at=NOON - timedelta(days=9))
    world.provider.evaluated("support", "config_x", 0.9)
    world.provider.put("support", STAGING, "config_x")

    shown = the(EvaluationDetail, await typed(world, f"evaluation {older.id}"))

    assert shown.project is not None
    assert shown.project.name == "support"
    assert [each.environment.name for each in shown.live_in] == ["staging"]
    (against,) = shown.against
    assert [each.name for each in against.environments] == [PRODUCTION.name]
    assert against.evidence.verdict is Verdict.FAIL, "this run counts, not the newer one"
    assert (shown.may_complete, shown.reopen_line) == (False, f"evaluation reopen {older.id}")
    assert shown.list_line == "evaluations list support"
    assert sorted(world.provider.calls) == ["configs", "evaluation", "evaluations", "served"]


async def test_a_running_evaluation_says_since_when_and_may_be_completed(world: World) -> None:
    one = world.provider.evaluated("support", "config_x", 0.9, status=RUNNING)

    unseen = the(EvaluationDetail, await typed(world, f"evaluation {one.id}"))
    assert (unseen.since, unseen.exact) == (one.created_at, False)
    assert (unseen.may_complete, unseen.reopen_line) == (True, None)

    reminder = Reminder("main", "pr_support", "support", one.id, NOON - timedelta(hours=5))
    async with world.store.write() as tx:
        await tx.save_reminder(reminder)
    seen = the(EvaluationDetail, await typed(world, f"evaluation {one.id}"))
    assert (seen.since, seen.exact) == (reminder.first_seen, True)


async def test_who_may_not_set_a_status_is_offered_none(world: World) -> None:
    one = world.provider.evaluated("support", "config_x", 0.9, status=RUNNING)
    assert not the(EvaluationDetail, await typed_by(world, GUS, f"evaluation {one.id}")).may_complete

    alone = world.provider.evaluated("support", "config_x", 0.9, status=RUNNING, evaluators=PYTHON)
    assert not the(EvaluationDetail, await typed(world, f"evaluation {alone.id}")).may_complete


async def test_what_is_live_cannot_be_read_and_the_evaluation_is_shown_all_the_same(world: World) -> None:
    one = world.provider.evaluated("support", "config_x", 0.9)
    world.provider.fail("served", NotDone(problem(Fault.TIMED_OUT)))

    shown = the(EvaluationDetail, await typed(world, f"evaluation {one.id}"))

    assert shown.problem is not None
    assert shown.against == ()


async def test_other_evaluations_cannot_be_read_and_nothing_is_proven(world: World) -> None:
    one = world.provider.evaluated("support", "config_x", 0.9)
    world.provider.fail("evaluations", NotDone(problem(Fault.TIMED_OUT)))

    shown = the(EvaluationDetail, await typed(world, f"evaluation {one.id}"))

    assert [each.evidence.verdict for each in shown.against] == [Verdict.NOT_PROVEN]


async def test_an_evaluation_of_a_config_that_nobody_knows_has_no_project(world: World) -> None:
    one = world.provider.evaluated("support", "config_x", 0.9, config_id="config_gone", project_id="")

    shown = the(EvaluationDetail, await typed(world, f"evaluation {one.id}"))

    assert (shown.project, shown.list_line, shown.against) == (None, None, ())


async def test_a_provider_that_does_not_answer_is_said(world: World) -> None:
    world.provider.fail("evaluation", NotDone(problem(Fault.TIMED_OUT)))
    assert the(Failed, await typed(world, "evaluation show ev_1")).problem.fault is Fault.TIMED_OUT


async def test_a_word_that_is_no_id_at_all_is_not_found(world: World) -> None:
    world.provider.fail("evaluation", NotDone(problem(Fault.INVALID, 422)))
    assert the(NotFound, await typed(world, "evaluation show nope")).noun == "evaluation"


async def test_among_several_providers_an_evaluation_is_named_with_its_own(tmp_path: Path) -> None:
    here, there = MemoryProvider(), MemoryProvider("other")
    here.add("support", "one")
    there.add("search", "two")
    one = there.evaluated("search", "two", 0.5, status=RUNNING)
    world = await make_world(tmp_path, here, there)

    (row,) = the(EvaluationList, await typed(world, "evaluations")).rows
    shown = the(EvaluationDetail, await typed(world, row.line))

    assert row.line == f"evaluation show other:{one.id}"
    assert shown.evaluation.provider == "other"
    assert shown.project is not None
    await world.store.close()


async def test_a_completed_evaluation_is_reopened_by_whoever_may(world: World) -> None:
    one = world.provider.evaluated("support", "config_x", 0.9)

    assert codes(await typed_by(world, GUS, f"evaluation reopen {one.id}")) == [Code.GUEST]
    updated = the(EvaluationUpdated, await typed(world, f"evaluation reopen {one.id}"))

    assert (updated.evaluation.status, updated.project_name) == (RUNNING, "support")
    async with world.store.read() as tx:
        (entry,) = await tx.audit(f"main:{one.id}")
    assert (entry.event, entry.actor) == (Event.EVALUATION_REOPENED, ADA)


async def test_an_evaluation_of_an_unknown_project_is_reopened_all_the_same(world: World) -> None:
    one = world.provider.evaluated("support", "config_x", 0.9, config_id="config_gone")
    world.provider.runs["pr_support"][0] = one

    shown = the(EvaluationUpdated, await typed(world, f"evaluation reopen {one.id}"))

    assert shown.evaluation.status == RUNNING


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"status": RUNNING}, Code.STATUS_FORBIDS), ({"evaluators": PYTHON}, Code.NO_CALLER_EVALUATOR)],
)
async def test_what_the_rules_forbid_is_not_reopened(world: World, changes: dict[str, object], code: Code) -> None:
    one = world.provider.evaluated("support", "config_x", 0.9, **{"status": COMPLETED, **changes})

    assert codes(await typed(world, f"evaluation reopen {one.id}")) == [code]
    assert "set_evaluation_status" not in world.provider.calls


async def test_a_button_opens_an_evaluation_as_its_line_does(world: World) -> None:
    _, _, running = some_runs(world)
    shown = the(EvaluationDetail, await evaluation_queries.opened(world.ctx, f"main:{running}", ADA))
    assert shown == the(EvaluationDetail, await typed(world, f"evaluation {running}"))
    assert shown.progress is not None
    the(NotFound, await evaluation_queries.opened(world.ctx, "main:ev_nothing", ADA))
