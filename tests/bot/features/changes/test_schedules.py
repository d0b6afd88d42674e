"""Changes with a time of their own: scheduled, applied when it has come, moved, taken back, and what stops them."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.clients.base import Capabilities, NotDone, Unsure
from bot.domain.actors import MessageAt, Place, Standing
from bot.domain.base import Outcome
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Change, Event, Kind, State
from bot.domain.errors import Code, Fault
from bot.domain.facts import Allowed, Denied, NeedsApproval
from bot.domain.live_state import LiveState, Split
from bot.domain.notices import NoticeKind
from bot.domain.outcomes import (
    Applied,
    AwaitingApproval,
    ConfirmReplacesRollout,
    Explanation,
    NotFound,
    Permission,
    Rescheduled,
    Scheduled,
    Withdrawn,
)
from bot.domain.times import GRACE, At, Due, In
from bot.features import dispatch
from bot.features.changes import approvals, deploys, execution, history, schedules
from bot.features.changes.due import due_of
from bot.features.dispatch import Speaker
from bot.features.drafts import keep_drafts
from bot.features.forms import FieldProblem
from bot.grammar import parse, parse_time
from bot.grammar.commands import Understood
from bot.outbox.delivery import deliver_due
from bot.ports import NotDelivered
from bot.store import Cause, StoreUnavailable
from tests.bot.features.steps import (
    Killed,
    applied,
    asked,
    codes,
    deactivate,
    deploy,
    die,
    needs,
    rollback,
    settled,
    state,
    stored,
    the,
)
from tests.builders import ADA, DEPLOYS, MIRA, NOON, PRODUCTION, RAVI, STAGING, Memo, World, problem

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def at(text: str) -> At | In:
    when = parse_time(text)
    assert isinstance(when, At | In)
    return when


def later(world: World, text: str = "in 2h", **where: Any) -> ChangeRequest:
    return replace(deploy(world, **where), when=at(text))


async def waiting(world: World, text: str = "in 2h") -> str:
    """A deploy to production, for later, that waits for an approval."""
    return await asked(world, later(world, text))


async def scheduled(world: World, text: str = "in 2h") -> str:
    """The same, approved by Ravi."""
    change = await waiting(world, text)
    the(Scheduled, await approvals.approve(world.ctx, change, RAVI))
    return change


async def events(world: World, change: str) -> list[Event]:
    async with world.store.read() as tx:
        return [entry.event for entry in await tx.audit(change)]


async def passes(world: World, span: timedelta) -> int:
    """Time goes by, and what is due is taken on."""
    world.clock.move(span)
    return await schedules.apply_due(world.ctx)


async def all_said(world: World) -> None:
    """Everything that is to be said is, at Slack's pace."""
    for _ in range(20):
        world.clock.move(timedelta(seconds=4))
        await deliver_due(world.ctx)


def why(change: Change) -> list[Code]:
    return [reason.code for reason in change.reasons]


# asking


async def test_a_deploy_for_later_waits_for_approval_and_then_for_its_time(world: World) -> None:
    change = await waiting(world)
    assert await state(world, change) is State.WAITING
    the(Scheduled, await approvals.approve(world.ctx, change, RAVI))
    found = await stored(world, change)
    assert (found.state, found.is_open, found.lease_by) == (State.SCHEDULED, False, None)
    assert found.due == Due(NOON + 2 * HOUR, "in 2h", "Europe/Madrid")
    assert await events(world, change) == [Event.REQUESTED, Event.APPROVED, Event.SCHEDULED]
    await all_said(world)
    assert world.memo.told() == ["change.approved", "change.scheduled"]
    assert world.provider.writes() == 0


async def test_it_is_applied_when_its_time_has_come_and_not_before(world: World) -> None:
    change = await scheduled(world)
    assert await passes(world, 2 * HOUR - timedelta(seconds=1)) == 0
    assert world.provider.writes() == 0
    assert await passes(world, timedelta(seconds=1)) == 1
    assert await state(world, change) is State.APPLIED
    assert world.provider.live_name("support", PRODUCTION) == "config_x"
    assert (await events(world, change))[-4:] == [Event.CAME_DUE, Event.APPLYING, Event.SENDING, Event.APPLIED]
    assert await passes(world, HOUR) == 0
    assert world.provider.writes() == 1


async def test_where_no_approval_is_needed_it_is_scheduled_at_once(world: World) -> None:
    came = the(Scheduled, await deploys.request(world.ctx, later(world, environment=STAGING), ADA, DEPLOYS))
    assert came.change.state is State.SCHEDULED
    assert await events(world, came.change.id) == [Event.REQUESTED, Event.SCHEDULED]
    assert [view.change.state for view in world.memo.cards()] == [State.SCHEDULED]
    assert await passes(world, 2 * HOUR) == 1
    assert world.provider.live_name("support", STAGING) == "config_x"


async def test_with_two_approvers_it_is_scheduled_by_the_second(world: World) -> None:
    two = world.again("one", rule_for=needs(2))
    change = await asked(two, later(two))
    the(AwaitingApproval, await approvals.approve(two.ctx, change, RAVI))
    assert await state(two, change) is State.WAITING
    the(Scheduled, await approvals.approve(two.ctx, change, MIRA))
    assert await passes(two, 2 * HOUR) == 1
    assert await state(two, change) is State.APPLIED


async def test_a_time_is_read_in_the_zone_of_whoever_typed_it(world: World) -> None:
    change = await stored(world, await waiting(world, "9:00"))
    assert change.due == Due(datetime(2026, 3, 3, 8, 0, tzinfo=UTC), "at 9:00", "Europe/Madrid")
    assert change.due is not None
    assert change.due.local == datetime(2026, 3, 3, 9, 0, tzinfo=ZoneInfo("Europe/Madrid"))


async def test_a_time_counts_from_when_it_was_said_however_long_the_look_takes(world: World) -> None:
    async def slow() -> None:
        world.clock.move(MINUTE)

    world.provider.first["served"] = slow
    change = await waiting(world, "in 2h")
    assert (await stored(world, change)).due == Due(NOON + 2 * HOUR, "in 2h", "Europe/Madrid")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("today 9:00", Code.TIME_PASSED),
        ("2026-03-01 9:00", Code.TIME_PASSED),
        ("in 91 days", Code.TIME_TOO_FAR),
        ("29 february 9:00", Code.TIME_TOO_FAR),
    ],
)
async def test_a_time_that_is_over_or_too_far_away_is_refused(world: World, text: str, code: Code) -> None:
    assert codes(await deploys.request(world.ctx, later(world, text), ADA, DEPLOYS)) == [code]


async def test_other_kinds_are_scheduled_as_well(world: World) -> None:
    await applied(world)
    for change_request, live in ((rollback(world), "config_w"), (deactivate(world), None)):
        change = await asked(world, replace(change_request, when=at("in 2h")))
        the(Scheduled, await approvals.approve(world.ctx, change, RAVI))
        assert await passes(world, 2 * HOUR) == 1
        assert world.provider.live_name("support", PRODUCTION) == live
    assert (await stored(world, change)).kind is Kind.DEACTIVATE


async def test_explaining_says_when(world: World) -> None:
    speaker = Speaker(ADA, DEPLOYS)

    async def explained(line: str) -> Outcome:
        parsed = parse(f"explain {line}")
        assert isinstance(parsed, Understood)
        return await dispatch.run(world.ctx, parsed.readings, speaker)

    came = the(Explanation, await explained("deploy config_x to production at 9:00 tomorrow UTC"))
    assert came.due == Due(datetime(2026, 3, 3, 9, 0, tzinfo=UTC), "at 9:00 tomorrow UTC", "UTC")
    assert isinstance(came.answer, NeedsApproval)
    change = await stored(world, await scheduled(world))
    assert isinstance(the(Permission, await explained(f"move {change.label} to 9:00")).answer, Allowed)
    assert isinstance(the(Permission, await explained(f"withdraw {change.label}")).answer, Allowed)
    the(NotFound, await explained("move ch-99 to 9:00"))


# while it waits for its time


async def test_another_deploy_may_happen_meanwhile(world: World) -> None:
    change = await scheduled(world)
    other = await applied(world, deploy(world, "baseline"))
    assert await state(world, change) is State.SCHEDULED
    assert await passes(world, 2 * HOUR) == 1
    found = await stored(world, change)
    assert (found.state, why(found)) == (State.VOID, [Code.TARGET_CHANGED])
    assert world.provider.live_name("support", PRODUCTION) == "baseline"
    assert await state(world, other.id) is State.APPLIED


async def test_the_board_the_lists_and_the_home_show_it(world: World) -> None:
    first, second = await scheduled(world, "in 3h"), await scheduled(world, "in 2h")
    project = world.provider.projects_["pr_support"]
    board = await history.board(world.ctx, [project], "deployments")
    cell = next(each for each in board.rows[0].cells if each.environment.id == PRODUCTION.id)
    assert [change.id for change in cell.scheduled] == [second, first]
    assert cell.pending is None
    listed = await history.history(world.ctx, None, None, "changes")
    assert {change.id for change in listed.changes} == {first, second}


async def test_what_is_taken_back_does_not_come_again_by_itself(world: World) -> None:
    """A rollback that is applied takes the place of what is scheduled there."""
    await applied(world)
    change = await asked(world, later(world, config="baseline"))
    the(Scheduled, await approvals.approve(world.ctx, change, RAVI))
    elsewhere = the(Scheduled, await deploys.request(world.ctx, later(world, environment=STAGING), ADA, DEPLOYS))
    back = await applied(world, rollback(world))
    assert back.kind is Kind.ROLLBACK
    assert await state(world, change) is State.SUPERSEDED
    await all_said(world)
    assert "change.superseded" in world.memo.told()
    assert {view.change.id: view.change.state for view in world.memo.cards()}[change] is State.SUPERSEDED
    assert await state(world, elsewhere.change.id) is State.SCHEDULED


async def test_a_rollback_that_is_only_asked_for_takes_nothing_away(world: World) -> None:
    await applied(world)
    change = await asked(world, later(world, config="baseline"))
    await approvals.approve(world.ctx, change, RAVI)
    await asked(world, rollback(world))
    assert await state(world, change) is State.SCHEDULED


# when its time has come


async def test_an_open_change_in_the_way_ends_it_and_is_named(world: World) -> None:
    change = await scheduled(world)
    other = await stored(world, await asked(world, deploy(world, "baseline")))
    assert await passes(world, 2 * HOUR) == 1
    found = await stored(world, change)
    assert (found.state, why(found)) == (State.VOID, [Code.OPEN_CHANGE])
    assert found.reasons[0].facts["number"] == other.number
    assert await state(world, other.id) is State.WAITING
    assert world.provider.writes() == 0
    await all_said(world)
    assert [each.id for each in world.memo.missed_ones()] == [change]


async def test_a_scheduled_rollback_takes_the_place_of_what_waits(world: World) -> None:
    await applied(world)
    back = await asked(world, replace(rollback(world), when=at("in 2h")))
    the(Scheduled, await approvals.approve(world.ctx, back, RAVI))
    other = await asked(world, deploy(world, "baseline"))
    assert await passes(world, 2 * HOUR) == 1
    assert await state(world, other) is State.SUPERSEDED
    assert await state(world, back) is State.APPLIED
    assert world.provider.live_name("support", PRODUCTION) == "config_w"


async def test_an_approver_who_lost_the_right_stops_it(world: World) -> None:
    change = await scheduled(world)
    world.people.known[RAVI.user_id] = replace(RAVI, standing=Standing.GUEST)
    await passes(world, 2 * HOUR)
    found = await stored(world, change)
    assert (found.state, why(found)) == (State.VOID, [Code.APPROVER_LOST])
    assert world.provider.writes() == 0
    await all_said(world)
    assert [each.id for each in world.memo.missed_ones()] == [change]
    await all_said(world)
    assert "change.voided" in world.memo.told()


async def test_a_requester_who_left_stops_it(world: World) -> None:
    change = await scheduled(world)
    world.people.known[ADA.user_id] = replace(ADA, standing=Standing.DEACTIVATED)
    await passes(world, 2 * HOUR)
    assert why(await stored(world, change)) == [Code.DEACTIVATED]


async def test_a_rule_that_changed_stops_it(world: World) -> None:
    change = await scheduled(world)
    stricter = world.again("one", rule_for=needs(2))
    await passes(stricter, 2 * HOUR)
    assert why(await stored(world, change)) == [Code.RULE_CHANGED]


async def test_evaluations_that_got_worse_stop_it(world: World) -> None:
    world.provider.evaluated("support", "config_w", 0.8)
    world.provider.evaluated("support", "config_x", 0.9)
    change = await scheduled(world)
    world.provider.runs["pr_support"].clear()
    await passes(world, 2 * HOUR)
    assert why(await stored(world, change)) == [Code.VERDICT_CHANGED]


async def test_a_provider_that_does_not_answer_is_a_failure_that_is_told(world: World) -> None:
    change = await scheduled(world)
    world.provider.fail("served", NotDone(problem(Fault.UNAVAILABLE, 503)))
    await passes(world, 2 * HOUR)
    found = await stored(world, change)
    assert found.state is State.FAILED
    await all_said(world)
    assert [each.state for each in world.memo.missed_ones()] == [State.FAILED]


async def test_what_is_told_about_an_unknown_outcome_is_kept_current(world: World) -> None:
    change = await scheduled(world)
    world.provider.fail("serve", Unsure(problem(Fault.TIMED_OUT)))

    async def silent() -> None:
        world.provider.fail("served", NotDone(problem(Fault.UNAVAILABLE, 503)))

    world.provider.then["serve"] = silent
    await passes(world, 2 * HOUR)
    assert await state(world, change) is State.UNKNOWN
    await all_said(world)
    the(Applied, await execution.look_again(world.ctx, change, ADA))
    await all_said(world)
    assert [each.state for each in world.memo.missed_ones()] == [State.UNKNOWN, State.APPLIED]


async def test_what_a_person_closes_as_failed_is_told_as_well(world: World) -> None:
    change = await scheduled(world)

    async def silent() -> None:
        world.provider.fail("served", NotDone(problem(Fault.UNAVAILABLE, 503)))

    world.provider.then["serve"] = silent
    await passes(world, 2 * HOUR)
    await execution.close_as_failed(world.ctx, change, ADA)
    await all_said(world)
    assert [each.state for each in world.memo.missed_ones()][-1] is State.FAILED


async def test_a_little_late_it_is_still_applied(world: World) -> None:
    change = await scheduled(world)
    assert await passes(world, 2 * HOUR + GRACE) == 1
    assert await state(world, change) is State.APPLIED


async def test_too_late_it_is_not_applied_any_more(world: World) -> None:
    change = await scheduled(world)
    assert await passes(world, 2 * HOUR + GRACE + timedelta(seconds=1)) == 1
    found = await stored(world, change)
    assert (found.state, why(found)) == (State.VOID, [Code.DUE_MISSED])
    assert world.provider.writes() == 0
    await all_said(world)
    assert [each.id for each in world.memo.missed_ones()] == [change]


async def test_its_time_without_an_approval_ends_it(world: World) -> None:
    change = await waiting(world)
    assert (await stored(world, change)).expires_at == NOON + 2 * HOUR
    world.clock.move(2 * HOUR)
    assert codes(await approvals.approve(world.ctx, change, RAVI)) == [Code.EXPIRED]
    assert await approvals.expire(world.ctx) == 1
    found = await stored(world, change)
    assert (found.state, why(found)) == (State.EXPIRED, [Code.DUE_UNAPPROVED])
    await all_said(world)
    assert [each.id for each in world.memo.missed_ones()] == [change]
    assert await passes(world, MINUTE) == 0
    assert world.provider.writes() == 0


async def test_approvals_are_waited_for_as_long_as_the_rule_says_and_no_longer(world: World) -> None:
    change = await waiting(world, "in 3 days")
    assert (await stored(world, change)).expires_at == NOON + timedelta(days=1)
    world.clock.move(timedelta(days=1))
    assert await approvals.expire(world.ctx) == 1
    assert why(await stored(world, change)) == []


# moving and taking back


async def test_moving_keeps_approvals_and_is_written_down(world: World) -> None:
    change = await scheduled(world)
    came = the(Rescheduled, await schedules.move(world.ctx, change, at("in 4h"), RAVI))
    assert came.was.at == NOON + 2 * HOUR
    assert came.change.due == Due(NOON + 4 * HOUR, "in 4h", "Europe/Madrid")
    async with world.store.read() as tx:
        said = (await tx.audit(change))[-1]
    assert (said.event, said.actor and said.actor.user_id) == (Event.RESCHEDULED, RAVI.user_id)
    assert said.facts == {
        "was": (NOON + 2 * HOUR).isoformat(),
        "due": (NOON + 4 * HOUR).isoformat(),
        "zone": "Europe/Madrid",
    }
    assert await passes(world, 3 * HOUR) == 0
    assert await passes(world, HOUR) == 1
    assert await state(world, change) is State.APPLIED


async def test_moving_what_waits_moves_the_end_of_its_waiting(world: World) -> None:
    change = await waiting(world)
    the(Rescheduled, await schedules.move(world.ctx, change, at("in 10 minutes"), ADA))
    assert (await stored(world, change)).expires_at == NOON + 10 * MINUTE
    the(Rescheduled, await schedules.move(world.ctx, change, at("in 3 days"), ADA))
    found = await stored(world, change)
    assert (found.state, found.expires_at) == (State.WAITING, NOON + timedelta(days=1))


async def test_others_do_not_move_it(world: World) -> None:
    change = await scheduled(world)
    assert codes(await schedules.move(world.ctx, change, at("in 4h"), MIRA)) == [Code.NOT_INVOLVED]
    assert codes(await schedules.move(world.ctx, await applied_one(world), at("in 4h"), ADA)) == [Code.NOT_SCHEDULED]
    the(NotFound, await schedules.move(world.ctx, "nobody", at("in 4h"), ADA))


async def applied_one(world: World) -> str:
    return (await applied(world)).id


async def test_who_comes_second_does_not_move_it(world: World) -> None:
    """The move is saved only on what it was decided about."""
    change = await scheduled(world)
    came = await asyncio.gather(
        schedules.move(world.ctx, change, at("in 4h"), ADA), schedules.move(world.ctx, change, at("in 5h"), RAVI)
    )
    assert all(isinstance(each, Rescheduled) for each in came), "one after the other, both are allowed"
    assert (await events(world, change)).count(Event.RESCHEDULED) == 2


@pytest.mark.parametrize("who", [ADA, RAVI])
async def test_who_asked_and_who_approved_take_it_back(world: World, who: Any) -> None:
    change = await scheduled(world)
    assert codes(await approvals.withdraw(world.ctx, change, MIRA)) == [Code.NOT_INVOLVED]
    the(Withdrawn, await approvals.withdraw(world.ctx, change, who))
    assert await passes(world, 2 * HOUR) == 0
    assert world.provider.writes() == 0


async def test_a_line_moves_it(world: World) -> None:
    change = await stored(world, await scheduled(world))
    for line, kind in ((f"move {change.label} to tomorrow 9:00", Rescheduled), ("move ch-99 to 9:00", NotFound)):
        parsed = parse(line)
        assert isinstance(parsed, Understood)
        the(kind, await dispatch.run(world.ctx, parsed.readings, Speaker(ADA, DEPLOYS)))


async def test_whether_somebody_may_move_it_is_known_before_they_say_when(world: World) -> None:
    change = await stored(world, await scheduled(world))
    assert isinstance(await schedules.may_move(world.ctx, change, ADA), Allowed)
    assert isinstance(await schedules.may_move(world.ctx, change, MIRA), Denied)


# forms


async def test_a_form_holds_a_time_in_words_or_picked(world: World) -> None:
    assert schedules.picked(world.ctx, {}) is None
    assert schedules.picked(world.ctx, {"time": " tomorrow 9:00 "}) == at("at tomorrow 9:00")
    assert schedules.picked(world.ctx, {"time": "2h", "when": "1"}) == at("in 2h")
    soon = NOON + HOUR
    assert schedules.picked(world.ctx, {"when": str(int(soon.timestamp()))}) == soon


@pytest.mark.parametrize(
    ("values", "field", "problem"),
    [
        ({"time": "25:00"}, "time", "bad_time"),
        ({"time": "tomorrow"}, "time", "no_time"),
        ({"time": "30 february 9:00"}, "time", "bad_date"),
        ({"time": "0h"}, "time", "bad_duration"),
        ({"time": "after lunch"}, "time", "bad_time"),
        ({"time": "9:00 because it is time"}, "time", "bad_time"),
        ({"when": "1"}, "when", "refused"),
        ({"when": "soon"}, "when", "bad_time"),
        ({"when": "9" * 40}, "when", "bad_time"),
    ],
)
async def test_a_form_with_a_wrong_time_says_so_at_once(
    world: World, values: dict[str, str], field: str, problem: str
) -> None:
    found = schedules.picked(world.ctx, values)
    assert isinstance(found, FieldProblem)
    assert (found.field, found.problem) == (field, problem)


async def test_a_picked_instant_is_told_in_the_zone_of_who_picked_it(world: World) -> None:
    change = await asked(world, replace(deploy(world), when=NOON + HOUR))
    assert (await stored(world, change)).due == Due(NOON + HOUR, "", "Europe/Madrid")


async def test_a_time_outlives_the_question_about_weights_that_are_given_up(world: World) -> None:
    world.provider.capabilities = Capabilities(splits=True)
    weights = Split((("config_support_config_w", 90_000), ("config_support_baseline", 10_000)), "user", "key")
    world.provider.live["pr_support", PRODUCTION.id] = LiveState(weights)
    for when in (at("in 2h"), at("tomorrow 9:00 UTC"), NOON + 2 * HOUR):
        shown = the(
            ConfirmReplacesRollout, await deploys.request(world.ctx, replace(deploy(world), when=when), ADA, DEPLOYS)
        )
        (draft,) = (await keep_drafts(world.ctx, [shown.kept], ADA)).values()
        asked_for = the(AwaitingApproval, await deploys.replace_split(world.ctx, draft, ADA, DEPLOYS)).change
        assert asked_for.due == due_of(when, ADA, world.clock.now())
        await approvals.withdraw(world.ctx, asked_for.id, ADA)


# crashes, and two at once


async def dies(world: World) -> None:
    """Its time comes, and the process with it to its end."""
    try:
        await passes(world, 2 * HOUR)
    except* Killed:
        pass


@pytest.mark.parametrize(("method", "after", "writes"), [("served", False, 1), ("serve", False, 1), ("serve", True, 1)])
async def test_a_crash_when_its_time_has_come_loses_nothing(
    world: World, method: str, after: bool, writes: int
) -> None:
    change = await scheduled(world)
    (world.provider.then if after else world.provider.first)[method] = die
    await dies(world)
    assert await state(world, change) is State.APPLYING
    assert await settled(world.again()) == 1
    assert await state(world, change) is State.APPLIED
    assert world.provider.writes() == writes


async def test_after_a_crash_and_a_long_night_it_is_not_applied(world: World) -> None:
    change = await scheduled(world)
    world.provider.first["served"] = die
    await dies(world)
    world.clock.move(HOUR)
    assert await settled(world.again()) == 1
    found = await stored(world, change)
    assert (found.state, why(found)) == (State.VOID, [Code.DUE_MISSED])
    assert world.provider.writes() == 0


async def test_two_processes_apply_it_once(world: World) -> None:
    change = await scheduled(world)
    world.clock.move(2 * HOUR)
    other = world.again("two", alone=False)
    await asyncio.gather(schedules.apply_due(world.ctx), schedules.apply_due(other.ctx))
    assert await state(world, change) is State.APPLIED
    assert world.provider.writes() == 1
    assert (await events(world, change)).count(Event.CAME_DUE) == 1


async def test_what_was_moved_while_the_sweep_looked_is_left_alone(world: World) -> None:
    change = await scheduled(world)
    world.clock.move(2 * HOUR)
    await schedules.move(world.ctx, change, at("in 1h"), ADA)
    await schedules._process_due(world.ctx, change)
    assert await state(world, change) is State.SCHEDULED
    await schedules._process_due(world.ctx, "nobody")


async def test_many_at_the_same_time_are_all_applied_whatever_becomes_of_one(
    world: World, logged: list[MutableMapping[str, Any]]
) -> None:
    mine = await scheduled(world)
    other = the(Scheduled, await deploys.request(world.ctx, later(world, environment=STAGING), ADA, DEPLOYS)).change
    gone = replace(deploy(world, environment=STAGING), project=world.provider.projects_["pr_search"])
    gone = replace(gone, target=world.provider.config("search", "baseline"), when=at("in 2h"))
    third = the(Scheduled, await deploys.request(world.ctx, gone, ADA, DEPLOYS)).change

    async def broken() -> None:
        raise RuntimeError("a bug")

    world.provider.first["served"] = broken
    assert await passes(world, 2 * HOUR) == 3
    found = [await state(world, each) for each in (mine, other.id, third.id)]
    assert sorted(found) == [State.APPLIED, State.APPLIED, State.APPLYING]
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["change.not_taken_on"]


async def test_a_database_that_is_gone_is_told_to_the_scheduler(world: World) -> None:
    await scheduled(world)

    async def gone() -> None:
        raise StoreUnavailable("reading a change", Cause.DENIED)

    world.provider.first["served"] = gone
    with pytest.raises(StoreUnavailable):
        await passes(world, 2 * HOUR)


@dataclass(slots=True)
class Closed(Memo):
    """A notifier whose messages about a missed change are refused, each once."""

    refusals: list[NotDelivered] = field(default_factory=list)

    async def missed(self, change: Change, place: Place, at: MessageAt | None) -> MessageAt:
        if self.refusals:
            raise self.refusals.pop()
        return self._say(change, place.channel, at)


async def test_what_its_channel_does_not_take_is_said_in_the_default_one(world: World) -> None:
    elsewhere = world.again("one", default_channel="C0DEFAULT")
    change = await scheduled(elsewhere)
    world.people.known[RAVI.user_id] = replace(RAVI, standing=Standing.GUEST)
    world.clock.move(2 * HOUR)
    closed = world.again(
        "one", default_channel="C0DEFAULT", notifier=Closed(refusals=[NotDelivered("is_archived", final=True)])
    )
    await schedules.apply_due(closed.ctx)
    await all_said(closed)
    async with world.store.read() as tx:
        notice = await tx.notice_for(NoticeKind.MISSED, change)
    assert notice is not None
    assert (notice.place.channel, notice.shown) == ("C0DEFAULT", notice.wanted)
