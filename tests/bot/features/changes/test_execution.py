"""Applying a change: looked at again, sent once, read back; and what a crash or a lost answer leaves behind."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.clients.base import Capabilities, NotDone, Unsure
from bot.context import LEASE
from bot.domain.actors import Standing
from bot.domain.base import Outcome
from bot.domain.changes import Attempt, Change, State
from bot.domain.errors import Cause, Code, Fault
from bot.domain.evaluations import RUNNING
from bot.domain.facts import Rule, built_in_rule
from bot.domain.live_state import LiveState, Nothing, One
from bot.domain.names import Environment, Project
from bot.domain.outcomes import Applied, Failed, NotFound, Refused, Unknown, Void
from bot.features.changes import approvals, deploys, execution
from bot.store import StoreUnavailable
from tests.bot.features.steps import (
    Killed,
    applied,
    asked,
    codes,
    deactivate,
    deploy,
    die,
    killed,
    needs,
    settled,
    state,
    stored,
    the,
)
from tests.builders import ADA, DEPLOYS, MIRA, PRODUCTION, RAVI, STAGING, World, actor, problem


async def approved(world: World, change: str | None = None) -> Outcome:
    return await approvals.approve(world.ctx, change or await asked(world), RAVI)


async def voided(world: World, change: str) -> list[Code]:
    outcome = the(Void, await approved(world, change))
    assert world.provider.writes() == 0
    assert world.memo.cards()[-1].change.state is State.VOID
    return [reason.code for reason in outcome.change.reasons]


async def left_unknown(world: World) -> str:
    """A change that was sent and whose outcome nobody can tell: something else is live now."""
    change = await asked(world)

    async def overwritten() -> None:
        world.provider.put("support", PRODUCTION, "baseline")
        raise Unsure(problem(Fault.CUT_AFTER_WRITE))

    world.provider.then["serve"] = overwritten
    the(Unknown, await approved(world, change))
    return change


# What was seen moved


async def test_a_change_of_what_is_live_voids_the_approvals(world: World) -> None:
    change = await asked(world)
    world.provider.put("support", PRODUCTION, "baseline")
    assert await voided(world, change) == [Code.TARGET_CHANGED]
    assert world.provider.live_name("support", PRODUCTION) == "baseline"


async def test_another_content_under_the_same_id_voids_the_approvals(world: World) -> None:
    world.provider.capabilities = Capabilities(immutable_configs=False)
    change = await asked(world)
    configs = world.provider.configs_["pr_support"]
    configs[1] = replace(configs[1], config=replace(configs[1].config, content_version="edited"))
    assert await voided(world, change) == [Code.CONTENT_CHANGED]


async def test_a_config_that_is_gone_voids_the_approvals(world: World) -> None:
    world.provider.capabilities = Capabilities(immutable_configs=False)
    change = await asked(world)
    del world.provider.configs_["pr_support"][1]
    assert await voided(world, change) == [Code.CONTENT_CHANGED]


async def test_contents_that_stay_are_applied_where_they_could_have_changed(world: World) -> None:
    world.provider.capabilities = Capabilities(immutable_configs=False)
    the(Applied, await approved(world))


async def test_a_deactivate_has_no_content_to_look_at(world: World) -> None:
    world.provider.capabilities = Capabilities(immutable_configs=False)
    the(Applied, await approved(world, await asked(world, deactivate(world))))
    assert world.provider.live_name("support", PRODUCTION) is None


async def test_an_environment_that_is_gone_voids_the_approvals(world: World) -> None:
    change = await asked(world)
    world.provider.environments = [STAGING]
    assert Code.ENVIRONMENT_CHANGED in await voided(world, change)


async def test_another_rule_voids_the_approvals(world: World) -> None:
    change = await asked(world)
    world = world.again(rule_for=needs(1))
    assert await voided(world, change) == [Code.RULE_CHANGED]


async def test_a_verdict_that_got_worse_voids_the_approvals(world: World) -> None:
    world.provider.evaluated("support", "config_w", 0.5)
    world.provider.evaluated("support", "config_x", 0.9)
    change = await asked(world)
    world.provider.evaluated("support", "config_x", 0.1, created_at=world.clock.now())
    assert await voided(world, change) == [Code.VERDICT_CHANGED]


async def test_an_evaluation_that_began_to_run_again_voids_the_approvals(world: World) -> None:
    world.provider.evaluated("support", "config_w", 0.5)
    run = world.provider.evaluated("support", "config_x", 0.9)
    change = await asked(world)
    runs = world.provider.runs["pr_support"]
    runs[runs.index(run)] = replace(run, status=RUNNING)
    assert Code.VERDICT_CHANGED in await voided(world, change)


async def test_a_requester_who_lost_the_right_voids_the_approvals(world: World) -> None:
    change = await asked(world)
    world.people.known[ADA.user_id] = actor("ada", Standing.DEACTIVATED)
    assert await voided(world, change) == [Code.DEACTIVATED]


async def test_an_approver_who_lost_the_right_in_between_is_not_counted(world: World) -> None:
    world = world.again(rule_for=needs(2))
    change = await asked(world)
    await approvals.approve(world.ctx, change, MIRA)
    world.people.known[MIRA.user_id] = actor("mira", Standing.GUEST)
    assert await voided(world, change) == [Code.APPROVER_LOST]


async def test_everything_that_moved_is_told_at_once(world: World) -> None:
    change = await asked(world)
    world.provider.put("support", PRODUCTION, "baseline")
    world.people.known[ADA.user_id] = actor("ada", Standing.GUEST)
    assert await voided(world, change) == [Code.GUEST, Code.TARGET_CHANGED]


async def test_a_void_change_gives_way_to_a_new_one(world: World) -> None:
    change = await asked(world)
    world.provider.put("support", PRODUCTION, "baseline")
    await voided(world, change)
    await asked(world)


async def test_a_rename_of_what_is_live_voids_nothing(world: World) -> None:
    change = await asked(world)
    live = world.provider.live["pr_support", "env_prd"].live
    assert isinstance(live, One)
    world.provider.live["pr_support", "env_prd"] = LiveState(replace(live, name="renamed"))
    the(Applied, await approved(world, change))


# Success and failure


async def test_a_service_that_does_not_answer_before_the_write_fails_the_change(world: World) -> None:
    change = await asked(world)
    world.provider.fail("served", NotDone(problem(Fault.UNAVAILABLE, 503)))
    outcome = the(Failed, await approved(world, change))
    assert (outcome.problem.fault, outcome.problem.status) == (Fault.UNAVAILABLE, 503)
    assert world.provider.writes() == 0
    assert world.memo.told()[-1] == "change.failed"


async def test_a_write_that_is_refused_fails_the_change_and_is_not_repeated(world: World) -> None:
    world.provider.lands = False
    world.provider.fail("serve", NotDone(problem(Fault.FORBIDDEN, 403)))
    outcome = the(Failed, await approved(world))
    assert outcome.change is not None
    assert (outcome.problem.fault, outcome.change.state) == (Fault.FORBIDDEN, State.FAILED)
    assert world.provider.writes() == 1


async def test_success_without_effect_is_a_failure(world: World) -> None:
    world.provider.deaf = True
    outcome = the(Failed, await approved(world))
    assert outcome.problem.fault is Fault.NO_EFFECT
    assert world.provider.writes() == 1


async def test_a_deactivate_without_effect_is_a_failure(world: World) -> None:
    change = await asked(world, deactivate(world))
    world.provider.deaf = True
    assert the(Failed, await approved(world, change)).problem.fault is Fault.NO_EFFECT


async def test_an_environment_that_is_gone_after_the_write_is_no_success(world: World) -> None:
    change = await asked(world)

    async def removed() -> None:
        world.provider.environments = [STAGING]

    world.provider.then["serve"] = removed
    assert the(Failed, await approved(world, change)).problem.fault is Fault.NO_EFFECT


async def test_another_environment_that_moved_with_the_write_is_told_beside_the_success(world: World) -> None:
    change = await asked(world)

    async def staging_moves() -> None:
        world.provider.put("support", STAGING, "config_x")

    world.provider.then["serve"] = staging_moves
    beside = the(Applied, await approved(world, change)).change.problem
    assert beside is not None
    assert (beside.fault, beside.detail) == (Fault.OTHER_MOVED, "staging")


async def test_a_success_that_cannot_be_read_back_is_unknown(world: World) -> None:
    change = await asked(world)

    async def silence() -> None:
        world.provider.fail("served", NotDone(problem(Fault.TIMED_OUT)))

    world.provider.then["serve"] = silence
    outcome = the(Unknown, await approved(world, change))
    assert outcome.change.problem is not None
    assert outcome.change.problem.fault is Fault.TIMED_OUT
    assert world.memo.told()[-1] == "change.outcome_unknown"


# An answer that is lost


async def test_a_lost_answer_to_a_write_that_landed_is_applied_without_a_second_write(world: World) -> None:
    change = await asked(world)
    world.provider.fail("serve", Unsure(problem(Fault.CUT_AFTER_WRITE)))
    the(Applied, await approved(world, change))
    assert world.provider.writes() == 1


async def test_a_write_that_did_not_land_is_sent_once_more(world: World) -> None:
    change = await asked(world)
    world.provider.lands = False
    world.provider.fail("serve", Unsure(problem(Fault.CUT_AFTER_WRITE)))
    the(Applied, await approved(world, change))
    assert world.provider.writes() == 2


async def test_a_write_that_never_lands_is_sent_twice_and_no_more(world: World) -> None:
    change = await asked(world)
    world.provider.lands = False
    world.provider.fail("serve", Unsure(problem(Fault.CUT_AFTER_WRITE)), times=5)
    outcome = the(Failed, await approved(world, change))
    assert outcome.problem.fault is Fault.CUT_AFTER_WRITE
    assert world.provider.writes() == 2


async def test_a_write_that_timed_out_twice_may_still_land_and_is_unknown(world: World) -> None:
    change = await asked(world)
    world.provider.lands = False
    world.provider.fail("serve", Unsure(problem(Fault.TIMED_OUT)), times=2)
    the(Unknown, await approved(world, change))
    assert world.provider.writes() == 2


async def test_a_second_try_that_is_refused_fails_the_change(world: World) -> None:
    change = await asked(world)
    world.provider.lands = False
    world.provider.fail("serve", Unsure(problem(Fault.CUT_AFTER_WRITE)))
    world.provider.fail("serve", NotDone(problem(Fault.CONFLICT, 409)))
    assert the(Failed, await approved(world, change)).problem.fault is Fault.CONFLICT


async def test_a_lost_answer_and_no_way_to_look_is_unknown(world: World) -> None:
    change = await asked(world)

    async def silence() -> None:
        world.provider.fail("served", NotDone(problem(Fault.UNREACHABLE)))
        raise Unsure(problem(Fault.CUT_AFTER_WRITE))

    world.provider.then["serve"] = silence
    outcome = the(Unknown, await approved(world, change))
    assert outcome.change.problem is not None
    assert outcome.change.problem.fault is Fault.CUT_AFTER_WRITE
    assert world.provider.writes() == 1


async def test_a_lost_answer_while_something_else_became_live_is_unknown_and_sends_nothing_more(world: World) -> None:
    change = await left_unknown(world)
    assert await state(world, change) is State.UNKNOWN
    assert world.provider.writes() == 1


async def test_an_unknown_outcome_stands_in_the_way_of_the_next_change(world: World) -> None:
    await left_unknown(world)
    assert codes(await deploys.request(world.ctx, deploy(world), MIRA, DEPLOYS)) == [Code.OPEN_CHANGE]
    assert codes(await deploys.request(world.ctx, deactivate(world), MIRA, DEPLOYS)) == [Code.OPEN_CHANGE]


# Somebody looks again, or decides


async def test_looking_again_finds_the_effect(world: World) -> None:
    change = await left_unknown(world)
    world.provider.put("support", PRODUCTION, "config_x")
    assert the(Applied, await execution.look_again(world.ctx, change, MIRA)).change.state is State.APPLIED
    assert world.memo.told()[-1] == "change.settled"


async def test_looking_again_finds_that_nothing_happened_and_sends_nothing(world: World) -> None:
    change = await left_unknown(world)
    world.provider.put("support", PRODUCTION, "config_w")
    the(Failed, await execution.look_again(world.ctx, change, MIRA))
    assert await state(world, change) is State.FAILED
    assert world.provider.writes() == 1


async def test_looking_again_cannot_tell_while_something_else_is_live(world: World) -> None:
    change = await left_unknown(world)
    the(Unknown, await execution.look_again(world.ctx, change, MIRA))
    assert await state(world, change) is State.UNKNOWN


async def test_looking_again_at_a_service_that_does_not_answer_changes_nothing(world: World) -> None:
    change = await left_unknown(world)
    world.provider.fail("served", NotDone(problem(Fault.UNREACHABLE)))
    the(Unknown, await execution.look_again(world.ctx, change, MIRA))
    assert await state(world, change) is State.UNKNOWN


async def test_a_person_can_close_an_unknown_outcome_as_failed(world: World) -> None:
    change = await left_unknown(world)
    outcome = the(Failed, await execution.close_as_failed(world.ctx, change, MIRA))
    assert outcome.problem.fault is Fault.NEVER_KNOWN
    async with world.store.read() as tx:
        last = (await tx.audit(change))[-1]
    assert (last.event.value, last.actor) == ("change.settled", MIRA)


async def test_two_people_who_close_it_at_once_close_it_once(world: World) -> None:
    change = await left_unknown(world)
    answers = await asyncio.gather(*(execution.close_as_failed(world.ctx, change, who) for who in (MIRA, RAVI)))
    assert sorted(type(answer).__name__ for answer in answers) == ["Failed", "Refused"]
    async with world.store.read() as tx:
        assert [said.event.value for said in await tx.audit(change)].count("change.settled") == 1


@pytest.mark.parametrize("act", [execution.look_again, execution.close_as_failed])
async def test_only_members_settle_and_only_what_is_unknown(world: World, act: Any) -> None:
    assert the(NotFound, await act(world.ctx, "nothing", MIRA)).noun == "change"
    change = await left_unknown(world)
    assert codes(await act(world.ctx, change, actor("gil", Standing.GUEST))) == [Code.GUEST]
    await execution.close_as_failed(world.ctx, change, MIRA)
    assert codes(await act(world.ctx, change, MIRA)) == [Code.TOO_LATE]


# Claims


async def test_what_does_not_exist_cannot_be_applied(world: World) -> None:
    assert the(NotFound, await execution.apply(world.ctx, "nothing")).word == "nothing"


async def test_what_waits_for_approval_cannot_be_applied(world: World) -> None:
    change = await asked(world)
    assert codes(await execution.apply(world.ctx, change)) == [Code.STATE_MOVED]
    assert world.provider.writes() == 0


async def test_what_is_applied_is_not_applied_again(world: World) -> None:
    change = await applied(world)
    assert codes(await execution.apply(world.ctx, change.id)) == [Code.STATE_MOVED]
    assert world.provider.writes() == 1


async def test_a_lease_is_taken_while_it_is_applied_and_given_back(world: World) -> None:
    change = await asked(world)
    held: list[Change] = []

    async def look() -> None:
        held.append(await stored(world, change))

    world.provider.first["serve"] = look
    done = the(Applied, await approved(world, change)).change
    assert [(one.lease_by, one.lease_until, one.attempt) for one in held] == [
        ("one", world.clock.now() + LEASE, Attempt.SENDING)
    ]
    assert (done.lease_by, done.lease_until) == (None, None)


async def overtaken(world: World) -> None:
    """This takes longer than the lease, and another process carries on."""
    world.clock.move(LEASE + timedelta(seconds=1))
    await settled(world.again("another"))


# What a crash leaves behind


async def test_a_crash_after_the_approval_is_carried_on(world: World) -> None:
    change = await asked(world)
    crash = await killed(world, change, "served")
    assert (crash.state, crash.attempt) == (State.APPLYING, Attempt.LOOKING)

    later = world.again()
    assert await settled(later) == 1
    assert await state(world, change) is State.APPLIED
    assert world.provider.writes() == 1


async def test_a_crash_before_the_claim_is_carried_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    change = await asked(world)
    with monkeypatch.context() as patch:
        patch.setattr(approvals, "apply", lambda ctx, change_id: die())
        with pytest.raises(Killed):
            await approved(world, change)
    assert await state(world, change) is State.APPROVED

    assert await settled(world.again()) == 1
    assert await state(world, change) is State.APPLIED


async def test_a_crash_before_the_write_sends_it(world: World) -> None:
    change = await asked(world)
    crash = await killed(world, change, "serve")
    assert (crash.state, crash.attempt) == (State.APPLYING, Attempt.SENDING)

    await settled(world.again())
    assert await state(world, change) is State.APPLIED
    assert world.provider.writes() == 1


async def test_a_crash_after_the_write_sends_nothing_more(world: World) -> None:
    change = await asked(world)
    await killed(world, change, "serve", after=True)
    assert world.provider.live_name("support", PRODUCTION) == "config_x"

    await settled(world.again())
    assert await state(world, change) is State.APPLIED
    assert world.provider.writes() == 1
    assert world.memo.cards()[-1].change.state is State.APPLIED


async def test_a_crash_after_the_write_to_a_deactivate_sends_nothing_more(world: World) -> None:
    change = await asked(world, deactivate(world))
    await killed(world, change, "clear", after=True)
    await settled(world.again())
    assert await state(world, change) is State.APPLIED
    assert world.provider.writes() == 1


async def test_a_crash_and_a_foreign_write_leave_it_to_a_person(world: World) -> None:
    change = await asked(world)
    await killed(world, change, "serve")
    world.provider.put("support", PRODUCTION, "baseline")

    await settled(world.again())
    left = await stored(world, change)
    assert left.state is State.UNKNOWN
    assert left.problem is not None
    assert left.problem.fault is Fault.CUT_AFTER_WRITE
    assert world.provider.writes() == 0


async def test_a_crash_while_looking_and_a_foreign_write_void_it(world: World) -> None:
    change = await asked(world)
    await killed(world, change, "served")
    world.provider.put("support", PRODUCTION, "baseline")

    await settled(world.again())
    assert await state(world, change) is State.VOID


async def test_alone_what_another_process_left_is_settled_at_once(world: World) -> None:
    change = await asked(world)
    await killed(world, change, "serve")
    assert await settled(world.again(alone=True)) == 1


async def test_not_alone_a_lease_is_waited_for(world: World) -> None:
    change = await asked(world)
    await killed(world, change, "serve")
    other = world.again(alone=False)
    assert await settled(other) == 0
    assert await state(world, change) is State.APPLYING

    world.clock.move(LEASE + timedelta(seconds=1))
    assert await settled(other) == 1
    assert await state(world, change) is State.APPLIED


async def test_what_this_process_is_applying_is_left_to_it(world: World) -> None:
    change = await asked(world)
    await killed(world, change, "serve")
    assert await settled(world) == 0


async def test_what_is_found_twice_is_settled_once(world: World) -> None:
    change = await asked(world)
    await killed(world, change, "serve")
    world.clock.move(LEASE + timedelta(seconds=1))
    assert await settled(world.again(alone=True)) == 1
    assert world.provider.writes() == 1


async def test_two_processes_that_settle_at_once_write_once(world: World) -> None:
    change = await asked(world)
    crash = await killed(world, change, "serve")
    others = [world.again(f"process {number}") for number in range(2)]
    answers = await asyncio.gather(*(execution.settle(other.ctx, crash) for other in others))
    assert sorted(type(answer).__name__ for answer in answers) == ["Applied", "NoneType"]
    assert world.provider.writes() == 1


async def test_who_lost_the_lease_while_looking_sends_nothing(world: World) -> None:
    change = await asked(world)
    world.provider.first["evaluations"] = lambda: overtaken(world)
    the(Refused, await approved(world, change))
    assert await state(world, change) is State.APPLIED
    assert world.provider.writes() == 1


async def test_who_lost_the_lease_while_writing_says_what_the_other_found(world: World) -> None:
    change = await asked(world)
    world.provider.then["serve"] = lambda: overtaken(world)
    outcome = the(Refused, await approved(world, change))
    assert codes(outcome) == [Code.STATE_MOVED]
    assert outcome.change is not None
    assert outcome.change.state is State.APPLIED
    assert world.provider.writes() == 1


async def test_who_stalled_before_the_write_holds_it_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    change = await asked(world)
    real = execution._send

    async def stalled(*arguments: Any) -> Outcome:
        world.clock.move(LEASE)
        return await real(*arguments)

    monkeypatch.setattr(execution, "_send", stalled)
    assert codes(await approved(world, change)) == [Code.STATE_MOVED]
    assert world.provider.writes() == 0
    assert await settled(world.again()) == 1
    assert world.provider.writes() == 1


async def test_who_was_overtaken_before_the_second_try_sends_nothing_more(world: World) -> None:
    change = await asked(world)
    world.provider.lands = False

    async def slow_look() -> None:
        world.provider.then["served"] = lambda: overtaken(world)
        raise Unsure(problem(Fault.CUT_AFTER_WRITE))

    world.provider.first["serve"] = slow_look
    assert codes(await approved(world, change)) == [Code.STATE_MOVED]
    assert await state(world, change) is State.APPLIED
    assert world.provider.writes() == 1


async def test_a_change_whose_provider_is_not_configured_any_more_fails_and_the_others_are_settled(
    world: World,
) -> None:
    first = await asked(world)
    await killed(world, first, "served")
    second = await asked(world, _search(world))
    await killed(world, second, "serve")
    later = world.again(providers={})

    assert await settled(later) == 2
    assert [await state(world, change) for change in (first, second)] == [State.FAILED, State.UNKNOWN]


async def test_a_change_that_cannot_be_settled_does_not_stop_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await asked(world)
    await killed(world, first, "serve")
    second = await asked(world, _search(world))
    await killed(world, second, "serve")
    real = execution.settle

    async def settle(ctx: Any, change: Any) -> Outcome | None:
        if change.id == first:
            raise ZeroDivisionError
        return await real(ctx, change)

    monkeypatch.setattr(execution, "settle", settle)
    await settled(world.again())
    assert [await state(world, change) for change in (first, second)] == [State.APPLYING, State.APPLIED]


async def test_settling_stops_when_the_database_is_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await killed(world, await asked(world), "serve")

    async def settle(ctx: Any, change: Any) -> Outcome | None:
        raise StoreUnavailable("settling", Cause.LOST)

    monkeypatch.setattr(execution, "settle", settle)
    with pytest.raises(StoreUnavailable):
        await settled(world.again())


def _search(world: World) -> Any:
    project = world.provider.projects_["pr_search"]
    return replace(deploy(world), project=project, target=world.provider.config("search", "baseline"))


async def test_nothing_to_settle_is_no_work(world: World) -> None:
    await applied(world)
    assert await settled(world.again()) == 0


async def test_a_rule_that_is_stricter_for_critical_environments_is_looked_up_with_the_environment_of_now(
    world: World,
) -> None:
    seen: list[Environment] = []

    def rule_for(project: Project, environment: Environment) -> Rule:
        seen.append(environment)
        return built_in_rule(project, environment)

    world = world.again(rule_for=rule_for)
    change = await asked(world)
    world.provider.environments = [STAGING, replace(PRODUCTION, name="live")]
    seen.clear()
    the(Applied, await approved(world, change))
    assert {environment.name for environment in seen} == {"live"}


# A stored change that does not state what its kind can make live


async def emptied(world: World, change_id: str) -> Change:
    """An earlier version wrote this deploy down as one of nothing."""
    change = await stored(world, change_id)
    async with world.store.write() as tx:
        saved = await tx.save(replace(change, target=Nothing()), change.state, [])
    assert saved is not None
    return saved


async def test_a_stored_deploy_of_nothing_is_void_once_it_is_approved(world: World) -> None:
    """Promise: a deploy that names nothing is refused, from whatever draft."""
    change = await asked(world)
    await emptied(world, change)
    void = the(Void, await approved(world, change)).change
    assert [reason.code for reason in void.reasons] == [Code.TARGET_UNFIT]
    assert world.provider.writes() == 0
    assert world.provider.live_name("support", PRODUCTION) == "config_w"


async def test_a_deploy_of_nothing_that_a_crash_left_behind_is_looked_for_and_not_sent(world: World) -> None:
    change = await asked(world)
    await killed(world, change, "serve")
    await emptied(world, change)
    later = world.again()
    assert await settled(later) == 1
    assert await state(later, change) is State.FAILED
    assert world.provider.writes() == 0
    assert world.provider.live_name("support", PRODUCTION) == "config_w"
