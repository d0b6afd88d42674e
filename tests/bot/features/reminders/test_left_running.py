"""Evaluations left running: found cheaply, said once, kept current, ended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.clients.base import Capabilities, NotDone
from bot.domain.actors import MessageAt
from bot.domain.errors import Fault
from bot.domain.evaluations import CANCELLED, COMPLETED, PENDING, RUNNING, Evaluation
from bot.domain.names import Project
from bot.domain.notices import EvaluationsView, EvaluationView, Muted, Reminder
from bot.domain.outcomes import EvaluationUpdated
from bot.domain.reminder_hours import Reminding, Snooze
from bot.features.changes import approvals
from bot.features.evaluations import updates
from bot.features.reminders import left_running, switches
from bot.outbox import evaluation_reports
from bot.outbox.evaluation_reports import GONE
from bot.ports import NotDelivered
from bot.resolve.index import Index
from bot.store import Cause, StoreUnavailable, WriteTransaction
from tests.bot.features.reminders.left_running import HOUR, MINUTE, becomes, reminder, runs, swept, views
from tests.bot.features.steps import asked, deploy, the
from tests.builders import ADA, NOON, RAVI, MemoryProvider, World, problem


@pytest.fixture
def world(world: World) -> World:
    """Reports have a channel here."""
    return world.again("one", evaluations_channel="C0EVALS")


async def test_an_evaluation_that_runs_for_too_long_is_reported_where_reports_belong(world: World) -> None:
    run = runs(world)
    assert await left_running.sweep(world.ctx) == left_running.Sweep(projects=2, running=1, reported=1, unreadable=0)
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
    await asyncio.gather(*(left_running.sweep(world.again(owner).ctx) for owner in ("one", "two")))
    assert len(world.memo.reports()) == 1


async def test_nothing_is_said_outside_of_the_working_hours(world: World) -> None:
    runs(world)
    assert await swept(world, after=timedelta(hours=5)) == 0  # 17:00 on a Monday
    assert await swept(world, after=timedelta(hours=15, minutes=59)) == 0
    assert await swept(world) == 1


async def test_a_snooze_that_ends_at_night_is_over_in_the_morning(world: World) -> None:
    run = runs(world)
    await swept(world)
    world.clock.move(timedelta(hours=4, minutes=30))
    await switches.snooze(world.ctx, f"main:{run.id}", ADA, Snooze.HOUR)
    assert await swept(world, after=HOUR) == 0  # 17:32 on a Monday
    assert (await reminder(world, run)).snoozed_until is not None
    assert await swept(world, after=timedelta(hours=15, minutes=28)) == 0
    assert await swept(world) == 1


async def test_a_project_that_vanishes_from_the_index_while_it_is_read_is_left_out(world: World) -> None:
    runs(world)

    async def vanishes() -> None:
        cache = world.ctx.index.caches["main"]
        cache.fill(entry for entry in cache.entries.values() if entry.project.id != "pr_support")

    world.provider.then["evaluations"] = vanishes
    one_by_one = left_running.Pace(calls=1)
    assert await left_running.sweep(world.ctx, one_by_one) == left_running.Sweep(2, 0, 0, 0)


async def test_what_does_not_run_is_not_reported(world: World) -> None:
    for status in (COMPLETED, PENDING, CANCELLED, "new status"):
        runs(world, status=status)
    assert (await left_running.sweep(world.ctx)).running == 0
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
    assert await left_running.sweep(world.ctx) == left_running.Sweep(0, 0, 0, 0)
    assert world.provider.calls == []


async def test_a_project_that_cannot_be_read_ends_nothing_and_stops_no_other(world: World) -> None:
    run = runs(world)
    await swept(world)
    world.provider.fail("evaluations", NotDone(problem(Fault.TIMED_OUT)), times=2)
    assert (await left_running.sweep(world.ctx)).unreadable == 2
    assert (await reminder(world, run)).ended_at is None

    world.provider.fail("evaluations", NotDone(problem(Fault.TIMED_OUT)))
    assert (await left_running.sweep(world.ctx)).unreadable == 1


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
        the(EvaluationUpdated, await updates.set_status(world.ctx, run.id, COMPLETED, ADA))

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


# What a report shows


async def test_a_report_shows_how_far_it_is_for_one_call_more(world: World) -> None:
    run = runs(world)
    world.provider.judged[run.id] = 12
    await swept(world)
    view = views(world)[0]
    assert view.progress is not None
    assert (view.progress.done, view.progress.total) == (12, 40)
    assert world.provider.calls == ["evaluations", "evaluations", "evaluation", "progress"]


async def test_a_report_goes_out_where_the_service_does_not_tell_how_far_it_is(world: World) -> None:
    runs(world)
    world.provider.fail("progress", NotDone(problem(Fault.INVALID, 501)))
    assert await swept(world) == 1
    assert views(world)[0].progress is None


async def test_a_report_names_the_open_change_that_concerns_its_config(world: World) -> None:
    await asked(world, deploy(world, "baseline"))
    runs(world)
    await swept(world)
    assert views(world)[-1].changes == ()
    await applied_by_nobody(world)
    other = await asked(world)
    world.clock.move(HOUR)
    await swept(world)
    current = [view for view in views(world) if not view.replaced]
    assert [change.id for change in current[-1].changes] == [other]


async def applied_by_nobody(world: World) -> None:
    """What is open expires."""
    world.clock.move(timedelta(days=1))
    await approvals.expire(world.ctx)


async def test_a_report_says_when_it_is_said_again(world: World) -> None:
    runs(world)
    await swept(world)
    assert views(world)[-1].next_at == NOON + timedelta(hours=21)  # Tuesday at nine


# Again, and not too often


async def test_it_is_said_once_on_a_working_day_and_so_often_at_most(world: World) -> None:
    run = runs(world)
    hours = [f"{world.clock.now():%a %H}" for _ in range(8 * 24) if await swept(world, after=HOUR)]
    assert hours == ["Mon 13", "Tue 09", "Wed 09"]
    assert (await reminder(world, run)).times == 3
    assert views(world)[-1].next_at is None


async def test_the_older_message_points_to_the_newer_one_which_ends_by_itself(world: World) -> None:
    run = runs(world)
    await swept(world)
    await swept(world, after=timedelta(days=1))
    first, second = (said.at for said in world.memo.reports() if not said.edited)
    assert shown_at(world, first).replaced
    assert not shown_at(world, second).replaced
    becomes(world, run, COMPLETED)
    edits = len(world.memo.reports())
    await swept(world)
    assert [said.at for said in world.memo.reports()[edits:]] == [second]
    assert shown_at(world, second).reminder.ended_as == COMPLETED


def shown_at(world: World, at: MessageAt) -> EvaluationView:
    """What a message shows now."""
    return next(
        view for said, view in zip(reversed(world.memo.reports()), reversed(views(world)), strict=True) if said.at == at
    )


async def test_a_report_is_kept_current_in_place_once_an_hour(world: World) -> None:
    run = runs(world)
    await swept(world)
    for _ in range(3):
        await swept(world)
    assert len(world.memo.reports()) == 1
    world.provider.judged[run.id] = 30
    await swept(world, after=HOUR)
    last = world.memo.reports()[-1]
    assert last.edited
    assert views(world)[-1].progress is not None
    assert views(world)[-1].progress.done == 30  # type: ignore[union-attr]  # another view, or none, fails the test
    await swept(world)
    assert len(world.memo.reports()) == 2
    await swept(world, after=4 * HOUR)  # in the evening
    assert len(world.memo.reports()) == 2


async def test_a_snooze_is_answered_also_after_the_last_time(world: World) -> None:
    run = runs(world)
    world = world.again("one", reminding=Reminding(at_most=1))
    await swept(world)
    assert await swept(world, after=timedelta(days=1)) == 0
    await switches.snooze(world.ctx, f"main:{run.id}", ADA, Snooze.HOUR)
    assert await swept(world, after=HOUR) == 1
    assert await swept(world, after=timedelta(days=1)) == 0


# To its owner


@pytest.fixture
def owned(world: World) -> World:
    """Ravi hears of every evaluation left running."""
    return world.again("one", reminding=Reminding(owner=RAVI.user_id))


async def test_its_owner_is_told_in_a_direct_message_as_well(owned: World) -> None:
    run = runs(owned)
    await swept(owned)
    assert [said.at.channel for said in owned.memo.reports()] == ["C0EVALS", RAVI.user_id]
    becomes(owned, run, COMPLETED)
    await swept(owned)
    assert [said.edited for said in owned.memo.reports()] == [False, False, True, True]
    assert views(owned)[-1].reminder.ended_as == COMPLETED


async def test_a_direct_message_is_nothing_that_belongs_elsewhere(owned: World) -> None:
    runs(owned)
    await swept(owned.again("one", default_channel=RAVI.user_id))
    assert [view.meant_for for view in views(owned)] == [None, None]


# Several at once


async def test_five_at_once_are_a_message_each_and_six_are_a_list(world: World) -> None:
    five = [runs(world) for _ in range(5)]
    assert await swept(world) == 5
    assert len(views(world)) == 5
    six = [runs(world, since=timedelta(hours=6)) for _ in range(6)]
    assert await swept(world) == 6
    shown = lists(world)[-1]
    assert (shown.total, shown.page, shown.pages, len(shown.rows)) == (6, 1, 2, 5)
    assert {row.reminder.evaluation_id for row in shown.rows} < {run.id for run in six}
    assert not {run.id for run in five} & {run.id for run in six}


def lists(world: World) -> list[EvaluationsView]:
    return [said.view for said in world.memo.reports() if isinstance(said.view, EvaluationsView)]


async def test_a_list_is_said_once_by_two_sweeps_at_once(world: World) -> None:
    for _ in range(7):
        runs(world)
    await asyncio.gather(*(left_running.sweep(world.again(owner).ctx) for owner in ("one", "two")))
    posted = [said for said in world.memo.reports() if not said.edited]
    assert len(posted) == 1


async def test_what_ends_in_a_list_is_said_there_and_the_list_ends_with_the_last(owned: World) -> None:
    every = [runs(owned) for _ in range(6)]
    await swept(owned)
    assert [said.at.channel for said in owned.memo.reports()] == ["C0EVALS", RAVI.user_id]
    becomes(owned, every[0], COMPLETED)
    await swept(owned)
    assert (lists(owned)[-1].total, lists(owned)[-1].ended) == (6, 1)
    assert all(row.reminder.ended_at is None for row in lists(owned)[-1].rows), "those that run stand first"
    for run in every[1:]:
        becomes(owned, run, None)
    await swept(owned)
    assert lists(owned)[-1].ended == 6


async def test_a_list_that_is_said_anew_leaves_the_old_one_pointing_there(world: World) -> None:
    for _ in range(6):
        runs(world)
    await swept(world)
    await swept(world, after=timedelta(days=1))
    (old, new) = (said.at for said in world.memo.reports() if not said.edited)
    last = {said.at: said.view for said in world.memo.reports()}
    assert isinstance(gone := last[old], EvaluationsView)
    assert gone.total == 0
    assert isinstance(stands := last[new], EvaluationsView)
    assert stands.total == 6


async def test_a_row_that_cannot_be_read_hides_no_other(world: World) -> None:
    for _ in range(6):
        runs(world)
    world.provider.fail("evaluation", NotDone(problem(Fault.TIMED_OUT)))
    await swept(world)
    assert sum(row.view is None for row in lists(world)[-1].rows) == 1


async def test_a_list_of_a_provider_that_is_not_configured_any_more_still_says_what_is_known(world: World) -> None:
    for _ in range(6):
        runs(world)
    await swept(world)
    subject = lists(world)[-1].subject
    view = await evaluation_reports.evaluations_view(world.again("one", providers={}).ctx, subject)
    assert view is not None
    assert [row.view for row in view.rows] == [None] * 5


# Where


async def test_a_project_can_have_a_channel_of_its_own(world: World) -> None:
    runs(world)
    world.provider.evaluated("search", "rewrite", 0.5, status=RUNNING, created_at=NOON - HOUR * 5)
    own = Reminding(channel_for=lambda project: "C0SEARCH" if project.name == "search" else None)
    await swept(world.again("one", reminding=own))
    assert sorted(said.at.channel for said in world.memo.reports()) == ["C0EVALS", "C0SEARCH"]


async def test_a_channel_that_takes_nothing_is_told_of_in_the_default_channel(world: World) -> None:
    runs(world)
    world.memo.failing = [NotDelivered("not_in_channel", final=True)]
    await swept(world.again("one", default_channel="C0MAIN"))
    (said,) = world.memo.reports()
    assert said.at.channel == "C0MAIN"
    assert views(world)[0].meant_for == "C0EVALS"


async def test_a_report_that_no_channel_takes_is_not_asked_for_again_and_again(world: World) -> None:
    runs(world)
    world.memo.failing = [NotDelivered("channel_not_found", final=True)] * 9
    await swept(world)
    for _ in range(20):
        await swept(world, after=MINUTE)
    assert len(world.memo.failing) == 8


# Muted projects


async def test_a_muted_project_is_watched_and_not_said(world: World) -> None:
    run = runs(world)
    async with world.store.write() as tx:
        await tx.mute(Muted("main", "pr_support", "support", ADA.user_id, NOON))
    assert await swept(world) == 0
    assert (await reminder(world, run)).times == 0
    async with world.store.write() as tx:
        assert await tx.unmute("main", "pr_support")
    assert await swept(world) == 1


# Providers that do not answer


async def test_a_provider_that_does_not_answer_is_not_asked_for_every_project(world: World) -> None:
    await many_projects(world, 30)
    world.provider.fail("evaluations", NotDone(problem(Fault.UNREACHABLE)), times=99)
    swept = await left_running.sweep(world.ctx)
    assert swept.unreadable == swept.projects == 32
    assert world.provider.calls.count("evaluations") <= left_running.PACE.calls + left_running.PACE.give_up_after


async def many_projects(world: World, count: int) -> None:
    for number in range(count):
        world.provider.add(f"project {number:03}", "baseline")
    await world.ctx.index.refresh()
    world.provider.calls.clear()


async def test_projects_that_alone_cannot_be_read_do_not_stop_the_others(world: World) -> None:
    await many_projects(world, 30)
    world.provider.fail("evaluations", NotDone(problem(Fault.FORBIDDEN, 403)), times=10)
    swept = await left_running.sweep(world.ctx)
    assert (swept.projects, swept.unreadable) == (32, 10)


async def test_after_an_outage_of_hours_what_was_missed_is_said_once(world: World) -> None:
    run = runs(world)
    world.provider.fail("evaluations", NotDone(problem(Fault.UNREACHABLE)), times=999)
    for _ in range(40):
        await swept(world, after=5 * MINUTE)
    async with world.store.read() as tx:
        watch = await tx.watch("main")
    assert (watch.is_down, watch.down_since, watch.fault) == (True, NOON + 5 * MINUTE, "unreachable")
    assert world.memo.said == []
    world.provider.failing.clear()
    assert await swept(world) == 1
    assert (await reminder(world, run)).times == 1
    async with world.store.read() as tx:
        watch = await tx.watch("main")
    assert (watch.is_down, watch.down_until) == (False, world.clock.now())


async def test_a_provider_whose_projects_were_never_read_is_down_as_well(world: World) -> None:
    world.provider.fail("projects", NotDone(problem(Fault.UNREACHABLE)), times=99)
    fresh = world.again("one", index=Index({"main": world.provider}, world.clock))
    await fresh.ctx.index.refresh()
    await left_running.sweep(fresh.ctx)
    async with world.store.read() as tx:
        assert (await tx.watch("main")).is_down


async def test_a_database_that_fails_ends_the_sweep(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await many_projects(world, 30)
    runs(world)

    async def locked(*_: object) -> None:
        raise StoreUnavailable("writing", Cause.LOCKED)

    monkeypatch.setattr(WriteTransaction, "save_reminder", locked)
    with pytest.raises(StoreUnavailable):
        await left_running.sweep(world.ctx)


# Projects that come and go


async def test_a_report_on_a_project_that_was_deleted_ends_by_itself(world: World) -> None:
    run = runs(world)
    await swept(world)
    del world.provider.projects_["pr_support"]
    world.provider.gone.add("pr_support")
    await world.ctx.index.refresh()
    world.provider.fail("evaluation", NotDone(problem(Fault.NOT_FOUND, 404)))
    await swept(world)
    assert views(world)[-1].reminder.ended_as == GONE
    assert (await reminder(world, run)).ended_as == GONE
    assert (await left_running.sweep(world.ctx)).projects == 1


# Large organisations


async def test_a_sweep_that_runs_out_of_time_goes_on_where_it_stopped(world: World) -> None:
    await many_projects(world, 20)
    hurried = left_running.Pace(calls=1, seconds=0)
    asked = set()
    for _ in range(22):
        world.provider.calls.clear()
        swept = await left_running.sweep(world.ctx, hurried)
        assert swept.unreadable == 0
        assert world.provider.calls.count("evaluations") == 1
        async with world.store.read() as tx:
            asked.add((await tx.watch("main")).resume_after)
    assert len(asked) == 22, "every project was read once"


async def test_a_long_sweep_says_in_the_log_how_far_it_is(world: World) -> None:
    await many_projects(world, 5)
    with capture_logs() as logged:
        await left_running.sweep(world.ctx, left_running.Pace(tell_after=0))
    told = [line for line in logged if line["event"] == "evaluations.sweep"]
    assert told[-1] == {"event": "evaluations.sweep", "log_level": "info", "provider": "main", "read": 7, "of": 7}


async def test_only_a_few_calls_of_a_sweep_are_under_way_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await many_projects(world, 40)
    world.provider.pause = 0.001
    under_way = most = 0
    called = world.provider.evaluations

    async def counted(_: MemoryProvider, project: Project, *, scores: bool = True) -> Sequence[Evaluation]:
        nonlocal under_way, most
        assert not scores, "nobody needs them"
        under_way += 1
        most = max(most, under_way)
        try:
            return await called(project)
        finally:
            under_way -= 1

    monkeypatch.setattr(MemoryProvider, "evaluations", counted)
    await left_running.sweep(world.ctx)
    assert most == left_running.PACE.calls


# Clocks that jump


async def test_a_clock_that_was_ahead_silences_nothing_for_long(world: World) -> None:
    run = runs(world)
    world.clock.move(timedelta(days=700))
    await swept(world)
    await switches.snooze(world.ctx, f"main:{run.id}", ADA, Snooze.MONDAY)
    world.clock.move(timedelta(days=-700))
    assert await swept(world) == 0
    said = 0
    for _ in range(12):
        said += await swept(world, after=timedelta(days=1))
    assert said == 2, "the snooze of at most eight days, and one time more"


async def test_what_another_process_saw_end_while_this_one_looked_is_not_taken_for_a_new_run(world: World) -> None:
    run = runs(world)

    async def seen_and_ended() -> None:
        ended = Reminder("main", "pr_support", "support", run.id, run.created_at, ended_at=world.clock.now())
        async with world.store.write() as tx:
            await tx.save_reminder(ended)

    world.provider.then["evaluations"] = seen_and_ended
    assert await swept(world) == 0
    assert (await reminder(world, run)).ended_at is not None
