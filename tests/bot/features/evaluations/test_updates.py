"""Setting the status of an evaluation, from its report or by a line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.clients.base import NotDone, Unsure
from bot.domain.actors import Standing
from bot.domain.errors import Code, Fault
from bot.domain.evaluations import CANCELLED, COMPLETED, PENDING, RUNNING
from bot.domain.outcomes import EvaluationUpdated, Failed, NotFound, Refused
from bot.features.evaluations import updates
from bot.outbox.evaluation_reports import GONE
from tests.bot.features.reminders.left_running import becomes, reminder, runs, swept, views
from tests.bot.features.steps import codes, the
from tests.builders import ADA, NOON, MemoryProvider, World, actor, make_world, problem


@pytest.fixture
def world(world: World) -> World:
    """Reports have a channel here."""
    return world.again("one", evaluations_channel="C0EVALS")


async def test_a_running_evaluation_is_completed_and_its_report_ends_with_the_name(world: World) -> None:
    run = runs(world)
    await swept(world)
    outcome = the(EvaluationUpdated, await updates.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert (outcome.evaluation.status, outcome.project_name) == (COMPLETED, "support")
    assert world.memo.reports()[-1].edited
    assert views(world)[-1].reminder.ended_by == ADA.user_id
    async with world.store.read() as tx:
        assert [said.event.value for said in await tx.audit(f"main:{run.id}")] == ["evaluation.completed"]


async def test_one_that_was_never_reported_is_completed_as_well(world: World) -> None:
    run = runs(world)
    outcome = the(EvaluationUpdated, await updates.set_status(world.ctx, f"main:{run.id}", COMPLETED, ADA))
    assert outcome.project_name == "support"
    assert world.memo.reports() == []


async def test_a_completed_one_is_reopened(world: World) -> None:
    run = runs(world, status=COMPLETED)
    outcome = the(EvaluationUpdated, await updates.set_status(world.ctx, run.id, RUNNING, ADA))
    assert outcome.evaluation.status == RUNNING
    async with world.store.read() as tx:
        assert [said.event.value for said in await tx.audit(f"main:{run.id}")] == ["evaluation.reopened"]


@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.MEMBER])
async def test_only_members_set_a_status(world: World, standing: Standing) -> None:
    run = runs(world)
    the(Refused, await updates.set_status(world.ctx, run.id, COMPLETED, actor("olga", standing)))
    assert "set_evaluation_status" not in world.provider.calls


async def test_a_status_is_only_set_where_somebody_outside_judges(world: World) -> None:
    run = runs(world, evaluators=())
    assert codes(await updates.set_status(world.ctx, run.id, COMPLETED, ADA)) == [Code.NO_CALLER_EVALUATOR]


@pytest.mark.parametrize(("was", "wanted"), [(PENDING, COMPLETED), (COMPLETED, COMPLETED), (CANCELLED, RUNNING)])
async def test_a_status_moves_only_between_running_and_completed(world: World, was: str, wanted: str) -> None:
    run = runs(world, status=was)
    assert codes(await updates.set_status(world.ctx, run.id, wanted, ADA)) == [Code.STATUS_FORBIDS]


async def test_an_answer_with_another_status_is_a_failure(world: World) -> None:
    run = runs(world)
    world.provider.deaf = True
    outcome = the(Failed, await updates.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert outcome.problem.fault is Fault.NO_EFFECT
    async with world.store.read() as tx:
        assert await tx.audit(f"main:{run.id}") == ()


async def test_a_service_that_refuses_is_a_failure(world: World) -> None:
    run = runs(world)
    world.provider.fail("set_evaluation_status", NotDone(problem(Fault.CONFLICT, 409)))
    outcome = the(Failed, await updates.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert (outcome.problem.fault, outcome.look) == (Fault.CONFLICT, None)


async def test_a_lost_answer_is_looked_for(world: World) -> None:
    run = runs(world)

    async def lost() -> None:
        raise Unsure(problem(Fault.CUT_AFTER_WRITE))

    world.provider.then["set_evaluation_status"] = lost
    the(EvaluationUpdated, await updates.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert world.provider.calls.count("set_evaluation_status") == 1


async def test_a_lost_answer_without_effect_is_a_failure(world: World) -> None:
    run = runs(world)
    world.provider.fail("set_evaluation_status", Unsure(problem(Fault.CUT_AFTER_WRITE)))
    outcome = the(Failed, await updates.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert (outcome.problem.fault, outcome.look) == (Fault.CUT_AFTER_WRITE, f"evaluation show {run.id}")


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER_WRITE, Fault.TIMED_OUT, Fault.UNAVAILABLE], ids=str)
async def test_a_lost_answer_that_cannot_be_looked_for_may_have_had_its_effect(world: World, fault: Fault) -> None:
    run = runs(world)

    async def lost() -> None:
        world.provider.fail("evaluation", NotDone(problem(Fault.UNREACHABLE)))
        raise Unsure(problem(fault))

    world.provider.then["set_evaluation_status"] = lost
    outcome = the(Failed, await updates.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert (outcome.problem.fault, outcome.look) == (fault, f"evaluation show {run.id}")


@pytest.mark.parametrize("word", ["ev_nothing", "main:ev_nothing", "other:ev_1", "", ":"])
async def test_an_evaluation_that_nobody_has_is_not_found(world: World, word: str) -> None:
    outcome = the(NotFound, await updates.set_status(world.ctx, word, COMPLETED, ADA))
    assert (outcome.noun, outcome.word) == ("evaluation", word)


async def test_it_is_looked_for_at_every_provider_or_at_the_one_that_is_named(tmp_path: Any) -> None:
    other = MemoryProvider("other")
    other.add("billing", "v1")
    run = other.evaluated("billing", "v1", 0.5, status=RUNNING, created_at=NOON)
    world = await make_world(tmp_path, None, other)
    try:
        the(NotFound, await updates.set_status(world.ctx, f"main:{run.id}", COMPLETED, ADA))
        found = the(EvaluationUpdated, await updates.set_status(world.ctx, run.id, COMPLETED, ADA))
        assert found.evaluation.provider == "other"
        the(EvaluationUpdated, await updates.set_status(world.ctx, f"other:{run.id}", RUNNING, ADA))
    finally:
        await world.store.close()


async def test_a_provider_that_does_not_answer_is_said_rather_than_that_there_is_none(world: World) -> None:
    world.provider.fail("evaluation", NotDone(problem(Fault.UNREACHABLE)))
    outcome = the(Failed, await updates.set_status(world.ctx, "ev_nothing", COMPLETED, ADA))
    assert outcome.problem.fault is Fault.UNREACHABLE


async def test_the_project_of_a_config_that_is_new_is_looked_for(world: World) -> None:
    world.provider.add("fresh", "first")
    run = world.provider.evaluated("fresh", "first", 0.5, status=RUNNING)
    world.clock.move(timedelta(minutes=1))
    outcome = the(EvaluationUpdated, await updates.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert outcome.project_name == "fresh"


async def test_one_whose_project_nobody_knows_is_completed_all_the_same(world: World) -> None:
    run = runs(world, config_id="config_gone", project_id="pr_gone")
    world.provider.runs["pr_gone"] = world.provider.runs.pop("pr_support")
    outcome = the(EvaluationUpdated, await updates.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert outcome.project_name == ""


async def test_what_vanished_between_its_report_and_the_click_is_said_and_ends_the_report(world: World) -> None:
    run = runs(world)
    await swept(world)
    becomes(world, run, None)
    the(NotFound, await updates.set_status(world.ctx, f"main:{run.id}", COMPLETED, ADA))
    assert views(world)[-1].reminder.ended_as == GONE
    assert (await reminder(world, run)).ended_as == GONE


async def test_what_was_completed_elsewhere_between_its_report_and_the_click_ends_the_report(world: World) -> None:
    run = runs(world)
    await swept(world)
    becomes(world, run, COMPLETED)
    outcome = await updates.set_status(world.ctx, f"main:{run.id}", COMPLETED, ADA)
    assert codes(outcome) == [Code.STATUS_FORBIDS]
    assert views(world)[-1].reminder.ended_as == COMPLETED
    assert (await reminder(world, run)).ended_by == ""


async def test_a_click_without_the_right_ends_no_report(world: World) -> None:
    run = runs(world)
    await swept(world)
    the(Refused, await updates.set_status(world.ctx, f"main:{run.id}", COMPLETED, actor("gail", Standing.GUEST)))
    assert (await reminder(world, run)).ended_at is None
