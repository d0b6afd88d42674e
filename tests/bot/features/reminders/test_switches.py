"""What people want of reminders: later, never again, none of a project, when they come, to try one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clients.base import NotDone
from bot.domain.actors import Actor, Standing
from bot.domain.base import Outcome
from bot.domain.changes import Event
from bot.domain.errors import Code, Fault
from bot.domain.evaluations import COMPLETED
from bot.domain.facts import Allowed, Denied
from bot.domain.notices import EvaluationsView, SampleView
from bot.domain.outcomes import (
    Ambiguous,
    EvaluationReports,
    Harmless,
    NotFound,
    Permission,
    RemindersSwitched,
    SampleSent,
    Snoozed,
)
from bot.domain.reminder_hours import Reminding, Snooze
from bot.domain.views import ReminderList
from bot.features import dispatch
from bot.features.dispatch import Speaker
from bot.features.reminders import left_running, switches
from bot.grammar import parse
from bot.grammar.commands import Name, Reminders, Understood
from bot.ports import NotDelivered
from tests.bot.features.reminders.left_running import EVALS, HOUR, MINUTE, becomes, reminder, runs, swept, views
from tests.bot.features.steps import codes, the
from tests.builders import ADA, DEPLOYS, NOON, RAVI, MemoryProvider, World, actor, make_world, problem


@pytest.fixture
def world(world: World) -> World:
    """Reports have a channel here."""
    return world.again("one", evaluations_channel=EVALS)


async def typed(world: World, line: str, who: Actor = ADA, *, page: int = 1) -> Outcome:
    parsed = parse(line)
    assert isinstance(parsed, Understood), parsed
    return await dispatch.run(world.ctx, parsed.readings, Speaker(who, DEPLOYS), page=page)


async def events(world: World, subject: str) -> list[tuple[str, Actor | None]]:
    async with world.store.read() as tx:
        return [(said.event.value, said.actor) for said in await tx.audit(subject)]


@pytest.mark.parametrize("command", [Reminders("mute", Name("support")), Reminders("test")])
async def test_what_changes_reminders_asks_who_may_by_itself_as_well(world: World, command: Reminders) -> None:
    """The line that is typed first may be one that everybody may type."""
    guest = actor("gus", Standing.GUEST)
    assert codes(await switches.answer(world.ctx, [command], guest)) == [Code.GUEST]


# Snooze


@pytest.mark.parametrize(
    ("choice", "until"),
    [
        (Snooze.HOUR, NOON + HOUR + MINUTE),
        # Ada is in Madrid, an hour east of Greenwich in winter
        (Snooze.TOMORROW, NOON + timedelta(hours=20)),
        (Snooze.MONDAY, NOON + timedelta(days=6, hours=20)),
    ],
)
async def test_a_snoozed_report_says_so_and_comes_back_as_a_new_message(
    world: World, choice: Snooze, until: object
) -> None:
    run = runs(world)
    await swept(world)
    outcome = the(Snoozed, await switches.snooze(world.ctx, f"main:{run.id}", ADA, choice))
    assert (await reminder(world, run)).snoozed_until == until
    assert world.memo.reports()[-1].edited
    comes = views(world)[-1].next_at
    assert comes is not None
    assert (outcome.comes_iso, outcome.count) == (comes.isoformat(), 1)

    assert await swept(world, after=comes - world.clock.now() - MINUTE) == 0
    assert await swept(world) == 1
    assert (await reminder(world, run)).snoozed_until is None
    assert await swept(world) == 0


async def test_a_morning_before_work_begins_is_said_with_the_time_when_it_comes_again(world: World) -> None:
    run = runs(world)
    await swept(world)
    outcome = the(Snoozed, await switches.snooze(world.ctx, f"main:{run.id}", ADA, Snooze.TOMORROW))
    assert outcome.until_iso == "2026-03-03T08:00:00+00:00"
    assert outcome.comes_iso == "2026-03-03T09:00:00+00:00"


async def test_a_snooze_can_name_the_report_as_older_buttons_did(world: World) -> None:
    run = runs(world)
    await swept(world)
    word = f"main:{run.id}@{run.created_at.isoformat()}"
    the(Snoozed, await switches.snooze(world.ctx, word, ADA, Snooze.HOUR))


async def test_a_snooze_is_written_down_with_the_person(world: World) -> None:
    run = runs(world)
    await swept(world)
    await switches.snooze(world.ctx, f"main:{run.id}", RAVI, Snooze.HOUR)
    assert await events(world, f"main:{run.id}") == [("reminder.snoozed", RAVI)]


async def test_a_snoozed_evaluation_that_ends_says_so_and_stays_quiet(world: World) -> None:
    run = runs(world)
    await swept(world)
    await switches.snooze(world.ctx, f"main:{run.id}", ADA, Snooze.HOUR)
    becomes(world, run, COMPLETED)
    await swept(world)
    said = len(world.memo.reports())
    await swept(world, after=2 * HOUR)
    assert len(world.memo.reports()) == said


# Who may, and what about


SWITCHES = {
    "snooze": lambda world, word, who: switches.snooze(world.ctx, word, who, Snooze.HOUR),
    "stop": lambda world, word, who: switches.stop(world.ctx, word, who),
    "resume": lambda world, word, who: switches.resume(world.ctx, word, who),
}


@pytest.mark.parametrize("switch", SWITCHES)
async def test_what_is_not_remembered_is_not_found_and_what_ended_is_over(world: World, switch: str) -> None:
    run = runs(world)
    the(NotFound, await SWITCHES[switch](world, f"main:{run.id}", ADA))
    await swept(world)
    becomes(world, run, COMPLETED)
    await swept(world)
    assert codes(await SWITCHES[switch](world, f"main:{run.id}", ADA)) == [Code.EVALUATION_OVER]
    assert await events(world, f"main:{run.id}") == []


@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.MEMBER])
@pytest.mark.parametrize("switch", SWITCHES)
async def test_only_members_decide_on_reminders(world: World, switch: str, standing: Standing) -> None:
    run = runs(world)
    await swept(world)
    before = await reminder(world, run)
    assert len(codes(await SWITCHES[switch](world, f"main:{run.id}", actor("olga", standing)))) == 1
    assert await reminder(world, run) == before


@pytest.mark.parametrize("line", ["reminders mute support", "reminders unmute support", "reminders test"])
async def test_guests_change_nothing_by_a_line_either(world: World, line: str) -> None:
    assert codes(await typed(world, line, actor("gail", Standing.GUEST))) == [Code.GUEST]
    assert world.memo.said == []


# Stop, and remind again


async def test_what_was_stopped_is_said_no_more_and_still_ends_by_itself(world: World) -> None:
    run = runs(world)
    await swept(world)
    outcome = the(RemindersSwitched, await switches.stop(world.ctx, f"main:{run.id}", RAVI))
    assert (outcome.event, outcome.word, outcome.count) == (Event.REMINDER_STOPPED, run.id, 1)
    assert views(world)[-1].reminder.stopped_by == RAVI.user_id
    for _ in range(3):
        assert await swept(world, after=timedelta(days=1)) == 0
    becomes(world, run, COMPLETED)
    await swept(world)
    assert views(world)[-1].reminder.ended_as == COMPLETED
    assert await events(world, f"main:{run.id}") == [("reminder.stopped", RAVI)]


async def test_stopping_twice_is_written_down_once(world: World) -> None:
    run = runs(world)
    await swept(world)
    for _ in range(2):
        the(RemindersSwitched, await switches.stop(world.ctx, f"main:{run.id}", RAVI))
    assert await events(world, f"main:{run.id}") == [("reminder.stopped", RAVI)]


@pytest.mark.parametrize("switch", ["resume", "snooze"])
async def test_what_was_stopped_can_be_reminded_of_again(world: World, switch: str) -> None:
    run = runs(world)
    await swept(world)
    await switches.stop(world.ctx, f"main:{run.id}", RAVI)
    await SWITCHES[switch](world, f"main:{run.id}", ADA)
    assert (await reminder(world, run)).stopped_by == ""
    assert await swept(world, after=timedelta(days=1)) == 1


async def test_a_whole_list_is_snoozed_and_stopped_at_once(world: World) -> None:
    every = [runs(world) for _ in range(7)]
    await swept(world)
    shown = world.memo.reports()[-1].view
    assert isinstance(shown, EvaluationsView)
    becomes(world, every[0], COMPLETED)
    await swept(world)
    assert the(Snoozed, await switches.snooze(world.ctx, shown.subject, ADA, Snooze.HOUR)).count == 6
    assert the(RemindersSwitched, await switches.stop(world.ctx, shown.subject, ADA)).count == 6
    assert await swept(world, after=2 * HOUR) == 0


async def test_another_page_of_a_list_is_shown_as_it_is_now(world: World) -> None:
    for _ in range(7):
        runs(world)
    await swept(world)
    shown = world.memo.reports()[-1].view
    assert isinstance(shown, EvaluationsView)
    second = the(EvaluationReports, await switches.page(world.ctx, shown.subject, 2)).view
    assert (second.page, second.pages, len(second.rows)) == (2, 2, 2)
    assert the(EvaluationReports, await switches.page(world.ctx, shown.subject, 99)).view.page == 2
    the(NotFound, await switches.page(world.ctx, "LIST:none", 1))


# Muting


async def test_a_project_is_muted_and_unmuted_by_name(world: World) -> None:
    run = runs(world)
    await swept(world)
    muted = the(RemindersSwitched, await typed(world, "reminders mute support"))
    assert (muted.event, muted.word, muted.already, muted.line) == (
        Event.REMINDER_MUTED,
        "support",
        False,
        "reminders unmute support",
    )
    assert views(world)[-1].muted
    assert await swept(world, after=timedelta(days=1)) == 0
    assert the(RemindersSwitched, await typed(world, "reminders mute support", RAVI)).already
    unmuted = the(RemindersSwitched, await typed(world, "reminders unmute support", RAVI))
    assert (unmuted.event, unmuted.line) == (Event.REMINDER_UNMUTED, "reminders mute support")
    assert not views(world)[-1].muted
    assert await swept(world) == 1
    assert the(RemindersSwitched, await typed(world, "reminders unmute support")).already
    assert await events(world, "main:pr_support") == [("reminder.muted", ADA), ("reminder.unmuted", RAVI)]
    assert (await reminder(world, run)).times == 2


async def test_a_project_that_was_deleted_can_be_unmuted_by_the_name_that_it_had(world: World) -> None:
    await typed(world, "reminders mute support")
    del world.provider.projects_["pr_support"]
    world.clock.move(MINUTE)
    await world.ctx.index.refresh()
    the(NotFound, await typed(world, "reminders unmute other"))
    unmuted = the(RemindersSwitched, await typed(world, "reminders unmute Support"))
    assert (unmuted.word, unmuted.already, unmuted.line) == ("support", False, None)


async def test_a_project_that_nobody_has_is_not_found_and_near_names_are_offered(world: World) -> None:
    answer = the(NotFound, await typed(world, "reminders mute suport"))
    assert [each.line for each in answer.near] == ["reminders mute support"]


async def test_two_projects_of_a_name_are_a_question(tmp_path: object) -> None:
    other = MemoryProvider("other")
    other.add("support", "v1")
    world = await make_world(tmp_path, None, other)  # type: ignore[arg-type]  # as much of a provider as is used
    try:
        question = the(Ambiguous, await typed(world, "reminders mute support"))
        assert [each.line for each in question.choices] == [
            "reminders mute main:support",
            "reminders mute other:support",
        ]
    finally:
        await world.store.close()


# The list


async def test_the_list_says_the_next_three_times_of_each_evaluation(world: World) -> None:
    run = runs(world)
    young = runs(world, since=HOUR)
    await swept(world)
    shown = the(ReminderList, await typed(world, "reminders"))
    times = {row.reminder.evaluation_id: [f"{at:%a %H:%M}" for at in row.times] for row in shown.rows}
    assert times == {run.id: ["Tue 09:00", "Wed 09:00"], young.id: ["Mon 15:00", "Tue 09:00", "Wed 09:00"]}
    assert [row.reminder.evaluation_id for row in shown.rows] == [young.id, run.id], "what comes next stands first"
    assert [row.channel for row in shown.rows] == [EVALS, EVALS]
    assert shown.rows[0].line == f"evaluation show {young.id}"


async def test_the_list_can_be_of_one_project(world: World) -> None:
    runs(world)
    other = world.provider.evaluated("search", "rewrite", 0.5, status="running")
    await swept(world)
    await typed(world, "reminders mute search")
    shown = the(ReminderList, await typed(world, "reminders search"))
    assert [row.reminder.evaluation_id for row in shown.rows] == [other.id]
    assert [each.project_name for each in shown.muted] == ["search"]
    assert shown.rows[0].muted
    assert the(ReminderList, await typed(world, "reminders support")).muted == ()


async def test_a_long_list_has_pages(world: World) -> None:
    for _ in range(10):
        runs(world)
    await swept(world)
    shown = the(ReminderList, await typed(world, "reminders", page=9))
    assert (shown.page, shown.pages, shown.total, len(shown.rows)) == (2, 2, 10, 2)


async def test_the_list_says_which_providers_cannot_be_watched(tmp_path: object) -> None:
    other = MemoryProvider("other")
    world = await make_world(tmp_path, None, other)  # type: ignore[arg-type]  # as much of a provider as is used
    try:
        runs(world)
        await left_running.sweep(world.ctx)
        world.provider.fail("evaluations", NotDone(problem(Fault.UNREACHABLE)), times=9)
        await left_running.sweep(world.ctx)
        shown = the(ReminderList, await typed(world, "reminders"))
        assert [watch.provider for watch in shown.down] == ["main"]
        assert shown.rows[0].line.startswith("evaluation show main:")
        gone = world.again("one", providers={"other": other})
        assert the(ReminderList, await typed(gone, "reminders")).rows == ()
    finally:
        await world.store.close()


# A sample


async def test_a_sample_goes_to_whoever_asks_for_one(world: World) -> None:
    assert the(SampleSent, await typed(world, "reminders test", RAVI)).delivered
    (said,) = world.memo.said
    assert isinstance(said.view, SampleView)
    assert said.at.channel == RAVI.user_id
    assert the(SampleSent, await typed(world, "reminders test", RAVI)).delivered
    assert len(world.memo.said) == 2


async def test_a_sample_that_slack_does_not_take_is_said(world: World) -> None:
    world.memo.failing = [NotDelivered("ratelimited", retry_after=30)]
    assert not the(SampleSent, await typed(world, "reminders test")).delivered


# Explained


@pytest.mark.parametrize("line", ["reminders mute support", "reminders unmute support", "reminders test"])
async def test_what_changes_something_is_explained_without_doing_it(world: World, line: str) -> None:
    assert isinstance(the(Permission, await typed(world, f"explain {line}")).answer, Allowed)
    guest = actor("gail", Standing.GUEST)
    assert isinstance(the(Permission, await typed(world, f"explain {line}", guest)).answer, Denied)
    assert world.memo.said == []


async def test_the_list_alone_is_harmless(world: World) -> None:
    the(Harmless, await typed(world, "explain reminders"))


# Notices that nobody can say any more


async def test_a_reminder_that_ended_meanwhile_is_not_ended_twice(world: World) -> None:
    run = runs(world)
    await swept(world)
    seen = await reminder(world, run)
    await switches.end(world.ctx, seen, COMPLETED)
    said = len(world.memo.said)
    await switches.end(world.ctx, seen, "gone")
    await switches.end(world.ctx, replace(seen, evaluation_id="ev_unknown"), "gone")
    assert (await reminder(world, run)).ended_as == COMPLETED
    assert len(world.memo.said) == said


def test_nobody_needs_to_own_evaluations() -> None:
    assert Reminding().owner is None
