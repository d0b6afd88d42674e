"""Answering a drift: adopt, restore, look; each click answered, late ones as well."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clients.base import NotDone
from bot.domain.actors import Standing
from bot.domain.base import Outcome
from bot.domain.changes import Event, Kind, State
from bot.domain.drift import Drift, Ending, Source
from bot.domain.errors import Code, Fault
from bot.domain.live_state import LiveState, Nothing, One, Split
from bot.domain.outcomes import Adopted, Applied, AwaitingApproval, Failed, Refused
from bot.domain.views import ChangeDetail, DriftDetail
from bot.features.changes import approvals
from bot.features.changes import history as changes
from bot.features.drift import answers
from bot.features.drift.watch import watch
from bot.features.projects import project_queries
from bot.store.write import WriteTransaction
from tests.bot.features.drift.test_watch import MINUTE, looks, one
from tests.bot.features.steps import applied, asked, codes, deploy, stored, the
from tests.builders import ADA, DEPLOYS, MIRA, PRODUCTION, RAVI, STAGING, World, actor, problem


@pytest.fixture
def world(world: World) -> World:
    return world.again(default_channel="C0DEPLOYS")


async def drifted(world: World, config: str | None = "baseline") -> Drift:
    """Somebody makes another config live in production; the watch has told it."""
    await looks(world)
    world.provider.put("support", PRODUCTION, config)
    await looks(world)
    return world.memo.drifts()[-1]


def shown(drift: Drift) -> str:
    return f"{drift.id}@{drift.version}"


async def restored(world: World, drift: Drift) -> Outcome:
    return await answers.restore(world.ctx, shown(drift), ADA, DEPLOYS)


# Adopt


async def test_what_is_adopted_is_right_from_then_on(world: World) -> None:
    drift = await drifted(world)
    the(Adopted, await answers.adopt(world.ctx, shown(drift), RAVI))
    over = world.memo.drifts()[-1]
    assert (over.ended_as, over.ended_by) == (Ending.ADOPTED, RAVI.user_id)
    async with world.store.read() as tx:
        known = await tx.baseline(*drift.was.place)
        history = await tx.audit("main:pr_support")
    assert known is not None
    assert (known.source, known.by, known.served) == (Source.ADOPTED, RAVI.user_id, drift.now)
    assert [(each.event, each.actor and each.actor.user_id) for each in history] == [
        (Event.DRIFT_FOUND, None),
        (Event.DRIFT_ADOPTED, RAVI.user_id),
    ]
    assert world.provider.writes() == 0
    assert (await looks(world)).found == 0
    world.provider.put("support", PRODUCTION, "config_w")
    await looks(world)
    assert world.memo.drifts()[-1].was.source is Source.ADOPTED, "back to what was right before is drift now"


async def test_a_second_adoption_is_told_who_was_first(world: World) -> None:
    drift = await drifted(world)
    await answers.adopt(world.ctx, shown(drift), RAVI)
    refused = the(Refused, await answers.adopt(world.ctx, shown(drift), MIRA))
    (reason,) = refused.reasons
    assert (reason.code, reason.facts) == (Code.DRIFT_OVER, {"ended": "adopted", "whom": RAVI.user_id})


async def test_two_adoptions_at_once_count_once(world: World) -> None:
    drift = await drifted(world)
    came = await asyncio.gather(*(answers.adopt(world.ctx, shown(drift), who) for who in (RAVI, MIRA)))
    assert sorted(type(each).__name__ for each in came) == ["Adopted", "Refused"]
    (late,) = [each for each in came if isinstance(each, Refused)]
    assert codes(late) == [Code.DRIFT_OVER]


async def test_an_adoption_that_comes_second_in_the_last_moment_hears_how_it_stands(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    drift = await drifted(world)

    async def too_late(*_: object) -> bool:
        return False

    monkeypatch.setattr(WriteTransaction, "save_drift", too_late)
    assert codes(await answers.adopt(world.ctx, shown(drift), RAVI)) == [Code.DRIFT_MOVED_ON]


async def test_who_has_no_say_adopts_nothing(world: World) -> None:
    drift = await drifted(world)
    assert codes(await answers.adopt(world.ctx, shown(drift), actor("gus", Standing.GUEST))) == [Code.GUEST]
    assert world.memo.drifts()[-1].ended_as is None


async def test_what_moved_again_since_the_message_is_not_adopted_and_the_message_catches_up(world: World) -> None:
    drift = await drifted(world)
    world.provider.put("support", PRODUCTION, "config_x")
    assert codes(await answers.adopt(world.ctx, shown(drift), RAVI)) == [Code.DRIFT_MOVED_ON]
    now = world.memo.drifts()[-1]
    assert (now.version, now.now.live) == (2, one("config_x"))
    assert codes(await answers.adopt(world.ctx, shown(drift), RAVI)) == [Code.DRIFT_MOVED_ON], "an old button"
    the(Adopted, await answers.adopt(world.ctx, shown(now), RAVI))


async def test_what_was_put_back_meanwhile_is_over(world: World) -> None:
    drift = await drifted(world)
    world.provider.put("support", PRODUCTION, "config_w")
    assert codes(await answers.adopt(world.ctx, shown(drift), RAVI)) == [Code.DRIFT_MOVED_ON]
    assert world.memo.drifts()[-1].ended_as is Ending.BACK
    assert codes(await answers.adopt(world.ctx, shown(drift), RAVI)) == [Code.DRIFT_OVER]


async def test_an_environment_that_vanished_meanwhile_is_over(world: World) -> None:
    drift = await drifted(world)
    world.provider.environments.remove(PRODUCTION)
    assert codes(await restored(world, drift)) == [Code.DRIFT_MOVED_ON]
    assert world.memo.drifts()[-1].ended_as is Ending.GONE


@pytest.mark.parametrize("value", ["gone@1", "gone", "gone@", "gone@-1", "gone@99999999999"])
async def test_a_button_of_which_nothing_is_kept_is_answered(world: World, value: str) -> None:
    assert codes(await answers.adopt(world.ctx, value, RAVI)) == [Code.DRIFT_OVER]
    assert codes(await answers.look(world.ctx, value, RAVI)) == [Code.DRIFT_OVER]
    assert codes(await answers.restore(world.ctx, value, RAVI, DEPLOYS)) == [Code.DRIFT_OVER]


async def test_a_service_that_does_not_answer_is_told(world: World) -> None:
    drift = await drifted(world)
    for answer in (answers.adopt(world.ctx, shown(drift), RAVI), restored(world, drift)):
        world.provider.fail("served", NotDone(problem(Fault.TIMED_OUT)))
        assert the(Failed, await answer).problem.fault is Fault.TIMED_OUT
    assert world.memo.drifts()[-1].ended_as is None


# Restore


async def test_restore_asks_for_what_was_live_under_the_same_policy(world: World) -> None:
    before = await applied(world)
    drift = await drifted(world)
    waiting = the(AwaitingApproval, await restored(world, drift)).change
    assert (waiting.kind, waiting.target, waiting.seen.base) == (Kind.ROLLBACK, before.target, drift.now)
    assert world.provider.live_name("support", PRODUCTION) == "baseline"
    the(Applied, await approvals.approve(world.ctx, waiting.id, RAVI))
    assert world.provider.live_name("support", PRODUCTION) == "config_x"
    over = world.memo.drifts()[-1]
    assert (over.ended_as, over.ended_by) == (Ending.CHANGED, waiting.label)
    assert (await looks(world)).found == 0


async def test_what_was_never_applied_here_is_restored_as_a_deploy(world: World) -> None:
    drift = await drifted(world)
    assert the(AwaitingApproval, await restored(world, drift)).change.kind is Kind.DEPLOY


async def test_nothing_is_restored_by_a_deactivate(world: World) -> None:
    await looks(world)
    world.provider.put("support", STAGING, "config_x")
    await looks(world)
    done = the(Applied, await restored(world, world.memo.drifts()[-1])).change
    assert (done.kind, done.target) == (Kind.DEACTIVATE, Nothing())
    assert world.provider.live_name("support", STAGING) is None
    assert world.memo.drifts()[-1].ended_as is Ending.CHANGED


async def test_what_is_asked_for_already_is_not_asked_for_again(world: World) -> None:
    await applied(world)
    drift = await drifted(world)
    waiting = the(AwaitingApproval, await restored(world, drift)).change
    refused = the(Refused, await answers.restore(world.ctx, shown(drift), MIRA, DEPLOYS))
    assert [(each.code, each.facts["change"]) for each in refused.reasons] == [(Code.OPEN_CHANGE, waiting.id)]
    assert (await stored(world, waiting.id)).state is State.WAITING


async def test_another_change_that_waits_gives_way(world: World) -> None:
    await applied(world)
    drift = await drifted(world)
    waiting = await asked(world, deploy(world, "config_w"))
    the(AwaitingApproval, await restored(world, drift))
    assert (await stored(world, waiting)).state is State.SUPERSEDED


async def test_what_was_edited_in_place_cannot_be_restored(world: World) -> None:
    world.provider.capabilities = replace(world.provider.capabilities, immutable_configs=False)
    await looks(world)
    world.provider.live["pr_support", PRODUCTION.id] = LiveState(One("config_support_config_w", "2", "config_w"))
    await looks(world)
    assert codes(await restored(world, world.memo.drifts()[-1])) == [Code.CANNOT_RESTORE]


async def test_what_holds_other_content_by_now_cannot_be_restored(world: World) -> None:
    world.provider.capabilities = replace(world.provider.capabilities, immutable_configs=False)
    drift = await drifted(world)
    the(AwaitingApproval, await restored(world, drift))
    (before,) = [each for each in world.provider.configs_["pr_support"] if each.config.name == "config_w"]
    edited = replace(before, config=replace(before.config, content_version="2"))
    world.provider.configs_["pr_support"][0] = edited
    world.clock.move(timedelta(days=2))
    await approvals.expire(world.ctx)
    assert codes(await restored(world, drift)) == [Code.CANNOT_RESTORE]


async def test_weights_are_restored(world: World) -> None:
    world.provider.capabilities = replace(world.provider.capabilities, splits=True)
    names = ("config_support_config_w", "config_support_config_x")
    weights = Split(tuple((name, 50_000) for name in names))
    world.provider.live["pr_support", PRODUCTION.id] = LiveState(weights)
    waiting = the(AwaitingApproval, await restored(world, await drifted(world))).change
    the(Applied, await approvals.approve(world.ctx, waiting.id, RAVI))
    assert world.provider.live["pr_support", PRODUCTION.id].live == weights
    assert world.memo.drifts()[-1].ended_as is Ending.CHANGED
    assert (await looks(world)).found == 0


async def test_weights_that_came_from_outside_are_given_up_by_whoever_restores(world: World) -> None:
    await looks(world)
    names = ("config_support_config_w", "config_support_config_x")
    world.provider.live["pr_support", PRODUCTION.id] = LiveState(Split(tuple((name, 50_000) for name in names)))
    await looks(world)
    the(AwaitingApproval, await restored(world, world.memo.drifts()[-1]))


# Look


async def test_everybody_of_the_workspace_may_look_at_it_whole_also_when_it_is_over(world: World) -> None:
    drift = await drifted(world)
    await answers.adopt(world.ctx, shown(drift), RAVI)
    seen = the(DriftDetail, await answers.look(world.ctx, shown(drift), actor("gus", Standing.GUEST)))
    assert seen.drift.ended_as is Ending.ADOPTED


async def test_a_stranger_sees_nothing(world: World) -> None:
    drift = await drifted(world)
    assert codes(await answers.look(world.ctx, shown(drift), actor("stray", Standing.STRANGER))) == [Code.STRANGER]


# Where else it is seen


async def test_the_board_and_the_project_mark_it_at_once(world: World) -> None:
    change = await applied(world)
    await looks(world)
    world.provider.put("support", PRODUCTION, "baseline")
    project = world.provider.projects_["pr_support"]
    cache = await changes.board(world.ctx, [project], "deployments")
    detail = await project_queries.show(world.ctx, project)
    for cells in (cache.rows[0].cells, detail.cells):
        marked = {cell.environment.name: cell.drifted for cell in cells}
        assert marked == {"development": False, "staging": False, "production": True}
        assert [cell.known.change_id for cell in cells if cell.drifted and cell.known] == [change.id]


async def test_what_is_not_compared_is_not_marked(world: World) -> None:
    project = world.provider.projects_["pr_support"]
    board = await changes.board(world.ctx, [project], "deployments")
    assert not any(cell.drifted for cell in board.rows[0].cells)


async def test_the_change_says_that_it_is_no_longer_so(world: World) -> None:
    change = await applied(world)
    drift = await drifted(world)
    seen = the(ChangeDetail, await changes.detail(world.ctx, change.label))
    assert seen.drift is not None
    assert seen.drift.id == drift.id
    world.provider.put("support", PRODUCTION, "config_x")
    world.clock.move(5 * MINUTE)
    await watch(world.ctx)
    assert the(ChangeDetail, await changes.detail(world.ctx, change.label)).drift is None
