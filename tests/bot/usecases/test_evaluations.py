"""Evaluations left running: found, said once, kept current, ended, snoozed and completed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.clients.base import Capabilities, NotDone, Unsure
from bot.domain.actors import Standing
from bot.domain.errors import Code, Fault
from bot.domain.evaluations import CANCELLED, COMPLETED, PENDING, RUNNING, Evaluation
from bot.domain.notices import EvaluationView, Reminder
from bot.domain.outcomes import EvaluationUpdated, Failed, NotFound, Refused, Snoozed
from bot.usecases import evaluations
from bot.usecases.ports import NotDelivered
from bot.usecases.reports import GONE
from tests.bot.usecases.steps import codes, the
from tests.builders import ADA, NOON, RAVI, MemoryProvider, World, actor, make_world, problem

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def world(world: World) -> World:
    """Reports have a channel here."""
    return world.again("one", evaluations_channel="C0EVALS")


def runs(world: World, *, since: timedelta = timedelta(hours=5), **changes: Any) -> Evaluation:
    """An evaluation of config_x that runs and has been there for so long."""
    more = {"status": RUNNING, "created_at": world.clock.now() - since} | changes
    return world.provider.evaluated("support", "config_x", 0.5, **more)


def becomes(world: World, run: Evaluation, status: str | None) -> None:
    """What an evaluation comes to behind our back; None removes it."""
    every = world.provider.runs["pr_support"]
    at = next(number for number, one in enumerate(every) if one.id == run.id)
    every[at : at + 1] = [] if status is None else [replace(every[at], status=status)]


def views(world: World) -> list[EvaluationView]:
    return [said.view for said in world.memo.reports() if isinstance(said.view, EvaluationView)]


async def reminder(world: World, run: Evaluation) -> Reminder:
    async with world.store.read() as tx:
        found = await tx.reminder("main", run.id)
    assert found is not None
    return found


async def swept(world: World, *, after: timedelta = MINUTE) -> int:
    world.clock.move(after)
    return (await evaluations.sweep(world.ctx)).reported


# The sweep


async def test_an_evaluation_that_runs_for_too_long_is_reported_where_reports_belong(world: World) -> None:
    run = runs(world)
    assert await evaluations.sweep(world.ctx) == evaluations.Sweep(projects=2, running=1, reported=1, unreadable=0)
    said = world.memo.reports()
    assert [(one.at.channel, one.edited) for one in said] == [("C0EVALS", False)]
    view = views(world)[0]
    assert (view.evaluation.id, view.project_name, view.since, view.exact) == (run.id, "support", run.created_at, False)
    assert view.may_complete


async def test_it_is_not_reported_before_the_threshold(world: World) -> None:
    runs(world, since=world.ctx.running_threshold - MINUTE)
    assert await swept(world, after=timedelta(seconds=59)) == 0
    assert await swept(world, after=timedelta(seconds=1)) == 1


async def test_it_is_reported_once_however_often_is_looked(world: World) -> None:
    runs(world)
    assert [await swept(world) for _ in range(3)] == [1, 0, 0]
    assert len(world.memo.reports()) == 1


async def test_it_is_reported_once_after_a_restart(world: World) -> None:
    runs(world)
    await swept(world)
    assert await swept(world.again()) == 0


async def test_it_is_reported_once_by_two_sweeps_at_once(world: World) -> None:
    runs(world)
    await asyncio.gather(*(evaluations.sweep(world.again(owner).ctx) for owner in ("one", "two")))
    assert len(world.memo.reports()) == 1


async def test_nothing_is_said_outside_of_the_working_hours(world: World) -> None:
    runs(world)
    assert await swept(world, after=timedelta(hours=5)) == 0  # 17:00 on a Monday
    assert await swept(world, after=timedelta(hours=15, minutes=59)) == 0
    assert await swept(world) == 1


async def test_a_snooze_that_ends_at_night_is_over_in_the_morning(world: World) -> None:
    run = runs(world)
    await swept(world)
    await evaluations.snooze(world.ctx, f"main:{run.id}", ADA, 6 * HOUR)
    assert await swept(world, after=7 * HOUR) == 0
    assert (await reminder(world, run)).snoozed_until is not None
    assert await swept(world, after=14 * HOUR) == 1


async def test_what_does_not_run_is_not_reported(world: World) -> None:
    for status in (COMPLETED, PENDING, CANCELLED, "new status"):
        runs(world, status=status)
    assert (await evaluations.sweep(world.ctx)).running == 0
    assert world.memo.reports() == []


async def test_the_default_channel_takes_reports_that_have_none(world: World) -> None:
    runs(world)
    await swept(world.again("one", evaluations_channel=None, default_channel="C0MAIN"))
    assert world.memo.reports()[0].at.channel == "C0MAIN"


async def test_without_a_channel_it_is_remembered_and_said_once_there_is_one(world: World) -> None:
    run = runs(world)
    silent = world.again("one", evaluations_channel=None)
    assert await swept(silent) == 0
    assert (await reminder(world, run)).first_seen == run.created_at
    assert await swept(world) == 1


async def test_a_provider_that_keeps_no_evaluations_is_not_asked(world: World) -> None:
    world.provider.capabilities = Capabilities(evaluations=False)
    assert await evaluations.sweep(world.ctx) == evaluations.Sweep(0, 0, 0, 0)
    assert world.provider.calls == []


async def test_a_project_that_cannot_be_read_ends_nothing_and_stops_no_other(world: World) -> None:
    run = runs(world)
    await swept(world)
    world.provider.fail("evaluations", NotDone(problem(Fault.TIMED_OUT)), times=2)
    assert (await evaluations.sweep(world.ctx)).unreadable == 2
    assert (await reminder(world, run)).ended_at is None

    world.provider.fail("evaluations", NotDone(problem(Fault.TIMED_OUT)))
    assert (await evaluations.sweep(world.ctx)).unreadable == 1


@pytest.mark.parametrize("status", [COMPLETED, CANCELLED, "failed"])
async def test_a_report_ends_by_itself_when_the_evaluation_does(world: World, status: str) -> None:
    run = runs(world)
    await swept(world)
    becomes(world, run, status)
    await swept(world)
    last = world.memo.reports()[-1]
    assert last.edited
    assert views(world)[-1].reminder.ended_as == status
    assert not views(world)[-1].may_complete
    await swept(world)
    assert len(world.memo.reports()) == 2


async def test_a_report_ends_when_the_evaluation_vanished(world: World) -> None:
    run = runs(world)
    await swept(world)
    becomes(world, run, None)
    await swept(world)
    view = views(world)[-1]
    assert (view.evaluation.id, view.evaluation.status, view.reminder.ended_as) == (run.id, GONE, GONE)


async def test_an_evaluation_that_ends_before_the_threshold_is_never_reported(world: World) -> None:
    run = runs(world, since=HOUR)
    await swept(world)
    becomes(world, run, COMPLETED)
    await swept(world, after=5 * HOUR)
    assert world.memo.reports() == []


async def test_an_evaluation_that_runs_again_counts_from_when_it_was_seen(world: World) -> None:
    run = runs(world)
    await swept(world)
    becomes(world, run, COMPLETED)
    await swept(world)
    becomes(world, run, RUNNING)
    assert await swept(world) == 0
    again = world.clock.now()
    assert await swept(world, after=world.ctx.running_threshold) == 1
    last = world.memo.reports()[-1]
    assert not last.edited
    assert (views(world)[-1].since, views(world)[-1].exact) == (again, True)


async def test_what_was_completed_while_the_sweep_read_is_not_taken_for_a_new_run(world: World) -> None:
    run = runs(world)
    await swept(world)

    async def completed() -> None:
        world.clock.move(MINUTE)
        the(EvaluationUpdated, await evaluations.set_status(world.ctx, run.id, COMPLETED, ADA))

    world.provider.then["evaluations"] = completed
    await swept(world)
    assert (await reminder(world, run)).ended_by == ADA.user_id


async def test_a_report_that_slack_does_not_take_is_left_to_the_next_try(world: World) -> None:
    runs(world)
    world.memo.failing = [NotDelivered("ratelimited", retry_after=30)]
    await swept(world)
    assert world.memo.reports() == []
    async with world.store.read() as tx:
        assert len(await tx.due_notices(world.clock.now() + timedelta(seconds=30))) == 1


# Snooze


async def test_a_snoozed_report_says_so_and_comes_back_as_a_new_message(world: World) -> None:
    run = runs(world)
    await swept(world)
    outcome = the(Snoozed, await evaluations.snooze(world.ctx, f"main:{run.id}", ADA, HOUR))
    assert outcome.until_iso == (world.clock.now() + HOUR).isoformat()
    assert world.memo.reports()[-1].edited
    assert views(world)[-1].reminder.snoozed_until == world.clock.now() + HOUR

    assert await swept(world, after=HOUR - MINUTE) == 0
    assert await swept(world) == 1
    assert not world.memo.reports()[-1].edited
    assert views(world)[-1].reminder.snoozed_until is None
    assert await swept(world) == 0


async def test_a_snooze_can_name_the_report_as_its_button_does(world: World) -> None:
    run = runs(world)
    await swept(world)
    word = f"main:{run.id}@{run.created_at.isoformat()}"
    the(Snoozed, await evaluations.snooze(world.ctx, word, ADA, HOUR))


async def test_a_snooze_is_written_down_with_the_person(world: World) -> None:
    run = runs(world)
    await swept(world)
    await evaluations.snooze(world.ctx, f"main:{run.id}", RAVI, HOUR)
    async with world.store.read() as tx:
        assert [(said.event.value, said.actor) for said in await tx.audit(f"main:{run.id}")] == [
            ("reminder.snoozed", RAVI)
        ]


async def test_what_is_not_reported_or_has_ended_cannot_be_snoozed(world: World) -> None:
    run = runs(world)
    the(NotFound, await evaluations.snooze(world.ctx, f"main:{run.id}", ADA, HOUR))
    await swept(world)
    becomes(world, run, COMPLETED)
    await swept(world)
    the(NotFound, await evaluations.snooze(world.ctx, f"main:{run.id}", ADA, HOUR))


async def test_a_stranger_cannot_snooze(world: World) -> None:
    run = runs(world)
    await swept(world)
    stranger = actor("eve", Standing.STRANGER)
    assert codes(await evaluations.snooze(world.ctx, f"main:{run.id}", stranger, HOUR)) == [Code.STRANGER]
    assert (await reminder(world, run)).snoozed_until is None


async def test_a_snoozed_evaluation_that_ends_says_so_and_stays_quiet(world: World) -> None:
    run = runs(world)
    await swept(world)
    await evaluations.snooze(world.ctx, f"main:{run.id}", ADA, HOUR)
    becomes(world, run, COMPLETED)
    await swept(world)
    said = len(world.memo.reports())
    await swept(world, after=2 * HOUR)
    assert len(world.memo.reports()) == said


# Setting a status


async def test_a_running_evaluation_is_completed_and_its_report_ends_with_the_name(world: World) -> None:
    run = runs(world)
    await swept(world)
    outcome = the(EvaluationUpdated, await evaluations.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert (outcome.evaluation.status, outcome.project_name) == (COMPLETED, "support")
    assert world.memo.reports()[-1].edited
    assert views(world)[-1].reminder.ended_by == ADA.user_id
    async with world.store.read() as tx:
        assert [said.event.value for said in await tx.audit(f"main:{run.id}")] == ["evaluation.completed"]


async def test_one_that_was_never_reported_is_completed_as_well(world: World) -> None:
    run = runs(world)
    outcome = the(EvaluationUpdated, await evaluations.set_status(world.ctx, f"main:{run.id}", COMPLETED, ADA))
    assert outcome.project_name == "support"
    assert world.memo.reports() == []


async def test_a_completed_one_is_reopened(world: World) -> None:
    run = runs(world, status=COMPLETED)
    outcome = the(EvaluationUpdated, await evaluations.set_status(world.ctx, run.id, RUNNING, ADA))
    assert outcome.evaluation.status == RUNNING
    async with world.store.read() as tx:
        assert [said.event.value for said in await tx.audit(f"main:{run.id}")] == ["evaluation.reopened"]


@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.MEMBER])
async def test_only_members_set_a_status(world: World, standing: Standing) -> None:
    run = runs(world)
    the(Refused, await evaluations.set_status(world.ctx, run.id, COMPLETED, actor("olga", standing)))
    assert "set_evaluation_status" not in world.provider.calls


async def test_a_status_is_only_set_where_somebody_outside_judges(world: World) -> None:
    run = runs(world, evaluators=())
    assert codes(await evaluations.set_status(world.ctx, run.id, COMPLETED, ADA)) == [Code.NO_CALLER_EVALUATOR]


@pytest.mark.parametrize(("was", "wanted"), [(PENDING, COMPLETED), (COMPLETED, COMPLETED), (CANCELLED, RUNNING)])
async def test_a_status_moves_only_between_running_and_completed(world: World, was: str, wanted: str) -> None:
    run = runs(world, status=was)
    assert codes(await evaluations.set_status(world.ctx, run.id, wanted, ADA)) == [Code.STATUS_FORBIDS]


async def test_an_answer_with_another_status_is_a_failure(world: World) -> None:
    run = runs(world)
    world.provider.deaf = True
    outcome = the(Failed, await evaluations.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert outcome.problem.fault is Fault.NO_EFFECT
    async with world.store.read() as tx:
        assert await tx.audit(f"main:{run.id}") == ()


async def test_a_service_that_refuses_is_a_failure(world: World) -> None:
    run = runs(world)
    world.provider.fail("set_evaluation_status", NotDone(problem(Fault.CONFLICT, 409)))
    outcome = the(Failed, await evaluations.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert outcome.problem.fault is Fault.CONFLICT


async def test_a_lost_answer_is_looked_for(world: World) -> None:
    run = runs(world)

    async def lost() -> None:
        raise Unsure(problem(Fault.CUT_AFTER_WRITE))

    world.provider.then["set_evaluation_status"] = lost
    the(EvaluationUpdated, await evaluations.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert world.provider.calls.count("set_evaluation_status") == 1


async def test_a_lost_answer_without_effect_is_a_failure(world: World) -> None:
    run = runs(world)
    world.provider.fail("set_evaluation_status", Unsure(problem(Fault.CUT_AFTER_WRITE)))
    outcome = the(Failed, await evaluations.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert outcome.problem.fault is Fault.CUT_AFTER_WRITE


@pytest.mark.parametrize("word", ["ev_nothing", "main:ev_nothing", "other:ev_1", "", ":"])
async def test_an_evaluation_that_nobody_has_is_not_found(world: World, word: str) -> None:
    outcome = the(NotFound, await evaluations.set_status(world.ctx, word, COMPLETED, ADA))
    assert (outcome.noun, outcome.word) == ("evaluation", word)


async def test_it_is_looked_for_at_every_provider_or_at_the_one_that_is_named(tmp_path: Any) -> None:
    other = MemoryProvider("other")
    other.add("billing", "v1")
    run = other.evaluated("billing", "v1", 0.5, status=RUNNING, created_at=NOON)
    world = await make_world(tmp_path, None, other)
    try:
        the(NotFound, await evaluations.set_status(world.ctx, f"main:{run.id}", COMPLETED, ADA))
        found = the(EvaluationUpdated, await evaluations.set_status(world.ctx, run.id, COMPLETED, ADA))
        assert found.evaluation.provider == "other"
        the(EvaluationUpdated, await evaluations.set_status(world.ctx, f"other:{run.id}", RUNNING, ADA))
    finally:
        await world.store.close()


async def test_a_provider_that_does_not_answer_is_said_rather_than_that_there_is_none(world: World) -> None:
    world.provider.fail("evaluation", NotDone(problem(Fault.UNREACHABLE)))
    outcome = the(Failed, await evaluations.set_status(world.ctx, "ev_nothing", COMPLETED, ADA))
    assert outcome.problem.fault is Fault.UNREACHABLE


async def test_the_project_of_a_config_that_is_new_is_looked_for(world: World) -> None:
    world.provider.add("fresh", "first")
    run = world.provider.evaluated("fresh", "first", 0.5, status=RUNNING)
    world.clock.move(timedelta(minutes=1))
    outcome = the(EvaluationUpdated, await evaluations.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert outcome.project_name == "fresh"


async def test_one_whose_project_nobody_knows_is_completed_all_the_same(world: World) -> None:
    run = runs(world, config_id="config_gone", project_id="pr_gone")
    world.provider.runs["pr_gone"] = world.provider.runs.pop("pr_support")
    outcome = the(EvaluationUpdated, await evaluations.set_status(world.ctx, run.id, COMPLETED, ADA))
    assert outcome.project_name == ""
