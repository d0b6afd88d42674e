"""Each sweep does what is due and says how much it was."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import REGISTRY

from bot.domain.changes import State
from bot.domain.evaluations import RUNNING
from bot.features.drafts import DRAFT_LIFE, keep_drafts
from bot.jobs import sweeps
from bot.ports import NotDelivered
from tests.bot.features.steps import asked, killed, state
from tests.builders import ADA, World


async def test_what_a_crash_left_behind_is_settled(world: World) -> None:
    change = await asked(world)
    await killed(world, change, "serve")
    assert await sweeps.interrupted_changes(world.again().ctx) == "1 settled"
    assert await state(world, change) is State.APPLIED


async def test_what_waited_too_long_expires(world: World) -> None:
    change = await asked(world)
    assert await sweeps.approvals_that_wait(world.ctx) == "0 reminded, 0 expired"
    world.clock.move(timedelta(days=2))
    assert await sweeps.approvals_that_wait(world.ctx) == "0 reminded, 1 expired"
    assert await state(world, change) is State.EXPIRED


async def test_evaluations_that_run_for_too_long_are_reported(world: World) -> None:
    world = world.again(evaluations_channel="C0EVALS")
    world.provider.evaluated("support", "config_x", 0.5, status=RUNNING)
    result = await sweeps.evaluations_left_running(world.ctx)
    assert result == "1 running in 2 projects, 1 reported, 0 unreadable"
    assert len(world.memo.reports()) == 1


async def test_what_slack_did_not_take_is_said(world: World) -> None:
    world.memo.failing = [NotDelivered("timeout")]
    await asked(world)
    assert await sweeps.notices_to_say(world.ctx) == "0 tried"
    world.clock.move(timedelta(seconds=1))
    assert await sweeps.notices_to_say(world.ctx) == "0 tried"
    sample = REGISTRY.get_sample_value
    assert (sample("configbot_notices_waiting"), sample("configbot_notices_oldest_seconds")) == (1, 1)
    world.clock.move(timedelta(minutes=1))
    assert await sweeps.notices_to_say(world.ctx) == "1 tried"
    assert (sample("configbot_notices_waiting"), sample("configbot_notices_oldest_seconds")) == (0, 0)
    assert len(world.memo.cards()) == 1


async def test_names_are_read_anew(world: World) -> None:
    world.provider.add("billing")
    assert await sweeps.index_refresh(world.ctx) == "3 projects"


async def test_what_nobody_will_ask_for_again_is_removed(world: World) -> None:
    await keep_drafts(world.ctx, ["help", "deployments"], ADA)
    assert await sweeps.clean_up(world.ctx) == "0 removed"
    world.clock.move(DRAFT_LIFE)
    assert await sweeps.clean_up(world.ctx) == "2 removed"
