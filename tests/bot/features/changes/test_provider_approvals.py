"""Environments where the provider demands its own approval: asked for once, followed to its end, applied once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.clients.base import Capabilities, NotDone, Unsure
from bot.context import LEASE
from bot.domain.actors import Standing
from bot.domain.changes import Change, Event, State
from bot.domain.errors import Cause, Code, Fault
from bot.domain.live_state import LiveState, Split
from bot.domain.outcomes import (
    Applied,
    AtProvider,
    Failed,
    NotFound,
    NotWithdrawn,
    Refused,
    Rejected,
    Scheduled,
    Unknown,
    Void,
    Withdrawn,
)
from bot.domain.provider_approvals import GateState, Review
from bot.domain.times import In
from bot.features.changes import approvals, deploys, provider_followup, schedules
from bot.store import StoreUnavailable
from tests.bot.features.steps import (
    applied,
    asked,
    codes,
    deactivate,
    deploy,
    killed,
    rollback,
    settled,
    state,
    stored,
    the,
)
from tests.builders import ADA, DEPLOYS, PRODUCTION, RAVI, World, actor, problem

LOST = Unsure(problem(Fault.CUT_AFTER_WRITE))
BUSY = NotDone(problem(Fault.UNAVAILABLE, 503))


@pytest.fixture
def gated(world: World) -> World:
    """Production demands the provider's own approval."""
    world.provider.capabilities = Capabilities(approvals=True, answers_state=True)
    world.provider.gated = {PRODUCTION.id}
    return world


async def waiting(world: World) -> Change:
    """A change that was approved here and waits at the provider."""
    change = await asked(world)
    return the(AtProvider, await approvals.approve(world.ctx, change, RAVI)).change


def request_of(change: Change) -> str:
    assert change.gate is not None
    return change.gate.id


async def events(world: World, change: Change) -> list[Event]:
    async with world.store.read() as tx:
        return [each.event for each in await tx.audit(change.id)]


async def test_what_is_approved_here_waits_for_the_approval_that_the_provider_demands(gated: World) -> None:
    change = await waiting(gated)

    assert await state(gated, change.id) is State.AT_PROVIDER
    assert gated.provider.live_name("support", PRODUCTION) == "config_w"
    (gate,) = gated.provider.asked.values()
    project, environment, wanted = gate.wanted
    assert (project.id, environment.id) == ("pr_support", PRODUCTION.id)
    assert wanted == gated.provider.config("support", "config_x")
    assert gate.description == ("deploy: config_x, support in production (ch-1, asked for by Ada, approved by Ravi)")
    shown = gated.memo.cards()[-1].change
    assert shown.gate is not None
    assert shown.gate.link == gate.now.link
    assert "serve" not in gated.provider.calls


async def test_a_key_that_could_pass_the_gate_waits_all_the_same(gated: World) -> None:
    """The service here takes every write: that the environment demands an approval is enough."""
    await waiting(gated)
    assert gated.provider.writes() == 0


async def test_other_environments_are_deployed_to_directly(gated: World) -> None:
    gated.provider.gated = {"env_other"}
    change = await asked(gated)
    the(Applied, await approvals.approve(gated.ctx, change, RAVI))
    assert gated.provider.asked == {}


async def test_nothing_happens_while_nobody_has_decided_there(gated: World) -> None:
    change = await waiting(gated)
    assert await provider_followup.follow_all(gated.ctx) == 0
    the(AtProvider, await provider_followup.check_now(gated.ctx, change.id, ADA))
    assert await state(gated, change.id) is State.AT_PROVIDER


async def test_what_is_approved_there_is_applied_through_that_approval_and_read_back(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.say(request_of(change), GateState.APPROVED)

    assert await provider_followup.follow_all(gated.ctx) == 1

    assert await state(gated, change.id) is State.APPLIED
    assert gated.provider.live_name("support", PRODUCTION) == "config_x"
    assert gated.provider.calls.count("apply_approval") == 1
    assert gated.provider.writes() == 0
    assert await events(gated, change) == [
        Event.REQUESTED,
        Event.APPROVED,
        Event.APPLYING,
        Event.AT_PROVIDER,
        Event.APPLYING,
        Event.SENDING,
        Event.APPLIED,
    ]


async def test_a_deactivate_goes_the_same_way(gated: World) -> None:
    change = await asked(gated, deactivate(gated))
    waits = the(AtProvider, await approvals.approve(gated.ctx, change, RAVI)).change
    gated.provider.say(request_of(waits), GateState.APPROVED)
    the(Applied, await provider_followup.check_now(gated.ctx, change, ADA))
    assert gated.provider.live_name("support", PRODUCTION) is None


async def test_what_moved_while_it_waited_voids_it_and_takes_the_request_back(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.put("support", PRODUCTION, "baseline")
    gated.provider.say(request_of(change), GateState.APPROVED)

    void = the(Void, await provider_followup.check_now(gated.ctx, change.id, ADA)).change

    assert [each.code for each in void.reasons] == [Code.TARGET_CHANGED]
    assert gated.provider.live_name("support", PRODUCTION) == "baseline"
    assert gated.provider.asked == {}


async def test_what_is_declined_there_is_rejected_with_who_and_why(gated: World) -> None:
    change = await waiting(gated)
    said = (Review("mia@shop.example", approves=True), Review("ravi@shop.example", approves=False, comment="no"))
    gated.provider.say(request_of(change), GateState.DECLINED, reviewers=said, comment="no")

    rejected = the(Rejected, await provider_followup.check_now(gated.ctx, change.id, ADA)).change

    (why,) = rejected.reasons
    assert why.code is Code.GATE_DECLINED
    assert dict(why.facts) == {"reviewer": "ravi@shop.example", "wrote": "no"}
    assert (await events(gated, change))[-1] is Event.DECLINED
    assert request_of(change) in gated.provider.asked


async def test_waiting_there_and_being_declined_there_are_lines_in_the_thread(gated: World) -> None:
    change = await waiting(gated)
    assert gated.memo.told() == ["change.approved", "change.at_provider"]
    gated.provider.say(request_of(change), GateState.DECLINED)
    the(Rejected, await provider_followup.check_now(gated.ctx, change.id, ADA))
    assert gated.memo.told() == ["change.approved", "change.at_provider", "change.declined"]
    assert gated.memo.missed_ones() == []


async def test_a_scheduled_change_that_is_declined_there_is_reported_in_the_channel(gated: World) -> None:
    later = await asked(gated, replace(deploy(gated), when=In(timedelta(hours=2), "in 2h")))
    the(Scheduled, await approvals.approve(gated.ctx, later, RAVI))
    gated.clock.move(timedelta(hours=2))
    await schedules.apply_due(gated.ctx)
    gated.provider.say(request_of(await stored(gated, later)), GateState.DECLINED)

    assert await provider_followup.follow_all(gated.ctx) == 1

    (told,) = gated.memo.missed_ones()
    assert (told.id, told.state) == (later, State.REJECTED)


async def test_who_declined_may_be_unknown(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.say(request_of(change), GateState.DECLINED)
    rejected = the(Rejected, await provider_followup.check_now(gated.ctx, change.id, ADA)).change
    assert [dict(why.facts) for why in rejected.reasons] == [{}]


async def test_a_request_that_was_deleted_there_voids_the_change(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.asked.clear()
    void = the(Void, await provider_followup.check_now(gated.ctx, change.id, ADA)).change
    assert [each.code for each in void.reasons] == [Code.GATE_GONE]


async def test_conflicts_there_are_a_failure_and_are_told(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.say(request_of(change), GateState.FAILED, conflicts=("it moved", "twice"))
    failed = the(Failed, await provider_followup.check_now(gated.ctx, change.id, ADA))
    assert (failed.problem.fault, failed.problem.detail) == (Fault.CONFLICT, "it moved; twice")
    assert await state(gated, change.id) is State.FAILED


@pytest.mark.parametrize(
    ("comes", "fault", "told"),
    [
        (GateState.FAILED, Fault.CONFLICT, "it moved"),
        (GateState.DECLINED, Fault.GATED, "the approval is declined there"),
    ],
)
async def test_what_can_no_longer_be_applied_at_the_last_moment_failed(
    comes: GateState, fault: Fault, told: str, gated: World
) -> None:
    change = await waiting(gated)
    gated.provider.say(request_of(change), GateState.APPROVED)
    conflicts = ("it moved",) if comes is GateState.FAILED else ()

    async def meanwhile() -> None:
        gated.provider.say(request_of(change), comes, conflicts=conflicts)

    gated.provider.first["apply_approval"] = meanwhile
    failed = the(Failed, await provider_followup.check_now(gated.ctx, change.id, ADA))
    assert (failed.problem.fault, failed.problem.detail) == (fault, told)
    assert gated.provider.live_name("support", PRODUCTION) == "config_w"


async def test_what_somebody_applied_there_is_applied(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.say(request_of(change), GateState.APPLIED)
    gated.provider.put("support", PRODUCTION, "config_x")
    the(Applied, await provider_followup.check_now(gated.ctx, change.id, ADA))
    assert gated.provider.calls.count("apply_approval") == 0


async def test_what_is_said_to_be_applied_there_and_is_not_seen_is_unknown(gated: World) -> None:
    """Reads can lag: *Look again* settles it a moment later."""
    change = await waiting(gated)
    gated.provider.say(request_of(change), GateState.APPLIED)
    the(Unknown, await provider_followup.check_now(gated.ctx, change.id, ADA))


async def test_a_request_that_cannot_be_looked_at_is_looked_at_again(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.fail("approval", BUSY)
    came = the(AtProvider, await provider_followup.check_now(gated.ctx, change.id, ADA))
    assert came.problem == BUSY.problem
    gated.provider.say(request_of(change), GateState.APPROVED)
    assert await provider_followup.follow_all(gated.ctx) == 1
    assert await state(gated, change.id) is State.APPLIED


async def test_what_cannot_be_looked_at_again_goes_back_to_waiting_there(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.say(request_of(change), GateState.APPROVED)
    gated.provider.fail("served", BUSY)
    the(AtProvider, await provider_followup.check_now(gated.ctx, change.id, ADA))
    assert await state(gated, change.id) is State.AT_PROVIDER
    the(Applied, await provider_followup.check_now(gated.ctx, change.id, ADA))


@pytest.mark.parametrize("lands", [True, False])
async def test_an_asking_whose_answer_is_lost_is_asked_again_and_there_is_one_request(
    lands: bool, gated: World
) -> None:
    gated.provider.lands = lands
    gated.provider.fail("ask_approval", LOST)
    change = await waiting(gated)
    assert change.gate is None

    assert await provider_followup.follow_all(gated.ctx) == 0

    assert (await stored(gated, change.id)).gate is not None
    assert len(gated.provider.asked) == 1


async def test_an_asking_that_is_refused_ends_the_change(gated: World) -> None:
    gated.provider.lands = False
    gated.provider.fail("ask_approval", NotDone(problem(Fault.FORBIDDEN, 403)))
    change = await asked(gated)
    failed = the(Failed, await approvals.approve(gated.ctx, change, RAVI))
    assert failed.problem.fault is Fault.FORBIDDEN
    assert await state(gated, change) is State.FAILED


@pytest.mark.parametrize("lands", [True, False])
async def test_an_applying_whose_answer_is_lost_is_looked_for_and_done_once(lands: bool, gated: World) -> None:
    change = await waiting(gated)
    gated.provider.say(request_of(change), GateState.APPROVED)
    gated.provider.lands = lands
    gated.provider.fail("apply_approval", LOST)
    the(Applied, await provider_followup.check_now(gated.ctx, change.id, ADA))
    assert gated.provider.live_name("support", PRODUCTION) == "config_x"


# a kill at every step


@pytest.mark.parametrize(("method", "after"), [("served", True), ("ask_approval", False), ("ask_approval", True)])
async def test_a_kill_while_asking_leaves_one_request(method: str, after: bool, gated: World) -> None:
    change = await killed(gated, await asked(gated), method, after=after)
    gated.clock.move(LEASE)
    again = gated.again()

    await settled(again)
    await provider_followup.follow_all(again.ctx)

    found = await stored(gated, change.id)
    assert found.state is State.AT_PROVIDER
    assert list(gated.provider.asked) == [request_of(found)]


@pytest.mark.parametrize(
    ("method", "after"),
    [("approval", False), ("served", False), ("served", True), ("apply_approval", False), ("apply_approval", True)],
)
async def test_a_kill_while_applying_leaves_one_effect(method: str, after: bool, gated: World) -> None:
    change = await waiting(gated)
    gated.provider.say(request_of(change), GateState.APPROVED)
    (gated.provider.then if after else gated.provider.first)[method] = _die
    try:
        await provider_followup.check_now(gated.ctx, change.id, ADA)
    except* _Killed:
        pass
    gated.clock.move(LEASE)
    again = gated.again()

    await settled(again)
    await provider_followup.follow_all(again.ctx)

    assert await state(gated, change.id) is State.APPLIED
    assert gated.provider.live_name("support", PRODUCTION) == "config_x"
    assert len(gated.provider.asked) == 1


class _Killed(BaseException):
    pass


async def _die() -> None:
    raise _Killed


async def test_who_asks_already_is_not_disturbed(gated: World) -> None:
    change = await killed(gated, await asked(gated), "ask_approval")
    assert await provider_followup.follow_all(gated.again().ctx) == 0
    assert gated.provider.asked == {}
    assert (await stored(gated, change.id)).lease_by == gated.ctx.owner


async def test_two_processes_that_follow_at_once_apply_once(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.say(request_of(change), GateState.APPROVED)
    stale = await stored(gated, change.id)

    the(Applied, await provider_followup.follow(gated.ctx, stale))
    assert codes(await provider_followup.follow(gated.again().ctx, stale)) in ([Code.STATE_MOVED], [])

    assert gated.provider.calls.count("apply_approval") == 1


async def test_one_that_cannot_be_followed_does_not_stop_the_others(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.say(request_of(change), GateState.APPROVED)

    async def broken() -> None:
        raise ZeroDivisionError

    gated.provider.first["approval"] = broken
    assert await provider_followup.follow_all(gated.ctx) == 0
    assert await provider_followup.follow_all(gated.ctx) == 1


# taking it back


async def test_the_requester_takes_it_back_here_and_there(gated: World) -> None:
    change = await waiting(gated)
    the(Withdrawn, await approvals.withdraw(gated.ctx, change.id, ADA))
    assert await state(gated, change.id) is State.WITHDRAWN
    assert gated.provider.asked == {}


async def test_nobody_else_takes_it_back(gated: World) -> None:
    change = await waiting(gated)
    assert codes(await approvals.withdraw(gated.ctx, change.id, RAVI)) == [Code.NOT_REQUESTER]
    assert request_of(change) in gated.provider.asked


async def test_what_cannot_be_taken_back_there_stays(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.lands = False
    gated.provider.fail("drop_approval", BUSY)
    told = the(NotWithdrawn, await approvals.withdraw(gated.ctx, change.id, ADA))
    assert told.problem == BUSY.problem
    assert told.change == await stored(gated, change.id)
    assert await state(gated, change.id) is State.AT_PROVIDER

    the(Withdrawn, await approvals.withdraw(gated.ctx, change.id, ADA))
    assert gated.provider.asked == {}


async def test_what_was_applied_there_before_it_was_taken_back_is_applied(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.say(request_of(change), GateState.APPLIED)
    gated.provider.put("support", PRODUCTION, "config_x")
    the(Applied, await approvals.withdraw(gated.ctx, change.id, ADA))


async def test_one_whose_asking_was_interrupted_is_taken_back_with_the_request_that_may_be_there(gated: World) -> None:
    change = await killed(gated, await asked(gated), "ask_approval", after=True)
    gated.clock.move(LEASE)
    the(Withdrawn, await approvals.withdraw(gated.again().ctx, change.id, ADA))
    assert gated.provider.asked == {}


@pytest.mark.parametrize(
    ("error", "kind"), [(LOST, NotWithdrawn), (NotDone(problem(Fault.FORBIDDEN)), Failed)], ids=["lost", "refused"]
)
async def test_one_whose_request_cannot_be_found_is_not_taken_back_yet(
    error: Any, kind: type[NotWithdrawn | Failed], gated: World
) -> None:
    change = await killed(gated, await asked(gated), "ask_approval")
    gated.clock.move(LEASE)
    gated.provider.lands = False
    gated.provider.fail("ask_approval", error)
    the(kind, await approvals.withdraw(gated.again().ctx, change.id, ADA))


async def test_one_that_is_being_asked_for_is_not_taken_back_by_another_process(gated: World) -> None:
    change = await killed(gated, await asked(gated), "ask_approval")
    assert codes(await approvals.withdraw(gated.again().ctx, change.id, ADA)) == [Code.STATE_MOVED]


async def test_what_was_taken_back_while_we_asked_is_taken_back_there_too(gated: World) -> None:
    change = await asked(gated)

    async def withdrawn() -> None:
        async with gated.store.write() as tx:
            now = await tx.change(change)
            assert now is not None
            await tx.save(replace(now, state=State.WITHDRAWN, lease_by=None), State.AT_PROVIDER, [])

    gated.provider.then["ask_approval"] = withdrawn
    assert codes(await approvals.approve(gated.ctx, change, RAVI)) == [Code.STATE_MOVED]
    assert await state(gated, change) is State.WITHDRAWN
    assert gated.provider.asked == {}


async def test_a_request_that_stays_there_stops_no_ending_here(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.put("support", PRODUCTION, "baseline")
    gated.provider.say(request_of(change), GateState.APPROVED)
    gated.provider.lands = False
    gated.provider.fail("drop_approval", BUSY)
    the(Void, await provider_followup.check_now(gated.ctx, change.id, ADA))
    assert request_of(change) in gated.provider.asked


@pytest.mark.parametrize(
    "moved",
    [
        lambda change: replace(change, state=State.WITHDRAWN),
        lambda change: replace(change, lease_by="another"),
    ],
    ids=["withdrawn", "taken over"],
)
async def test_whoever_is_overtaken_while_looking_asks_nobody(moved: Callable[[Change], Change], gated: World) -> None:
    change = await asked(gated)

    async def meanwhile() -> None:
        async with gated.store.write() as tx:
            now = await tx.change(change)
            assert now is not None
            await tx.save(moved(now), now.state, [])

    gated.provider.then["served"] = meanwhile
    the(Refused, await approvals.approve(gated.ctx, change, RAVI))
    assert gated.provider.asked == {}


async def test_whoever_is_overtaken_on_the_way_back_leaves_it(gated: World) -> None:
    change = await waiting(gated)
    gated.provider.say(request_of(change), GateState.APPROVED)
    gated.provider.fail("served", BUSY)

    async def meanwhile() -> None:
        async with gated.store.write() as tx:
            now = await tx.change(change.id)
            assert now is not None
            await tx.save(replace(now, lease_by="another"), now.state, [])

    gated.provider.first["served"] = meanwhile
    the(Refused, await provider_followup.check_now(gated.ctx, change.id, ADA))


# asking how it stands


async def test_everybody_of_the_workspace_may_look_and_strangers_may_not(gated: World) -> None:
    change = await waiting(gated)
    the(AtProvider, await provider_followup.check_now(gated.ctx, change.id, actor("gus", Standing.GUEST)))
    assert codes(await provider_followup.check_now(gated.ctx, change.id, actor("zoe", Standing.STRANGER))) == [
        Code.STRANGER
    ]


async def test_what_no_longer_waits_there_says_so(gated: World) -> None:
    the(NotFound, await provider_followup.check_now(gated.ctx, "nothing", ADA))
    assert codes(await provider_followup.check_now(gated.ctx, await asked(gated), ADA)) == [Code.TOO_LATE]


async def test_waits_for_days_if_need_be(gated: World) -> None:
    change = await waiting(gated)
    gated.clock.move(timedelta(days=9))
    assert await settled(gated) == 0
    assert await approvals.expire(gated.ctx) == 0
    assert await state(gated, change.id) is State.AT_PROVIDER


async def test_a_database_that_does_not_answer_is_told_to_whoever_follows(gated: World) -> None:
    await waiting(gated)

    async def gone() -> None:
        raise StoreUnavailable("following", Cause.LOST)

    gated.provider.first["approval"] = gone
    with pytest.raises(StoreUnavailable):
        await provider_followup.follow_all(gated.ctx)


async def test_a_rollback_to_weights_that_are_live_again_looks_further_back(gated: World) -> None:
    gated.provider.gated = set()
    gated.provider.capabilities = Capabilities(splits=True, answers_state=True)
    weights = LiveState(Split((("config_support_config_w", 90_000), ("config_support_baseline", 10_000))))
    gated.provider.live["pr_support", PRODUCTION.id] = weights
    await applied(gated, replace(deploy(gated), drops=weights.fingerprint()))
    gated.provider.live["pr_support", PRODUCTION.id] = weights
    back = replace(rollback(gated), drops=weights.fingerprint())
    assert codes(await deploys.request(gated.ctx, back, ADA, DEPLOYS)) == [Code.NO_HISTORY]
