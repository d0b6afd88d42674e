"""A process that stalls for longer than its lease: another one carries on, and the late one sends nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clients.base import ServedNow, Unsure
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Change, Kind, State
from bot.domain.errors import Fault
from bot.domain.names import Project
from bot.domain.outcomes import Applied, AwaitingApproval, Refused
from bot.features.changes import approvals, completion, deploys, execution
from tests.builders import ADA, DEPLOYS, PRODUCTION, RAVI, MemoryProvider, World, problem


async def asked(world: World) -> str:
    project = world.provider.projects_["pr_support"]
    change_request = ChangeRequest(Kind.DEPLOY, project, PRODUCTION, world.provider.config("support", "config_x"))
    outcome = await deploys.request(world.ctx, change_request, ADA, DEPLOYS)
    assert isinstance(outcome, AwaitingApproval), outcome
    return outcome.change.id


async def overtaken(world: World, change: str) -> None:
    """The lease runs out, another process applies the change, and its requester takes it back."""
    world.clock.move(timedelta(minutes=3))
    other = world.again("other")
    assert await execution.settle_interrupted(other.ctx) == 1
    assert isinstance(await deploys.undo(other.ctx, change, ADA, DEPLOYS), Applied)


async def test_who_looked_for_a_lost_write_and_then_stalled_does_not_send_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = await asked(world)
    world.provider.lands = False
    world.provider.fail("serve", Unsure(problem(Fault.CUT_AFTER_WRITE)))
    look, looks = MemoryProvider.served, 0

    async def stalls_after_its_second_look(self: MemoryProvider, project: Project) -> ServedNow:
        nonlocal looks
        looks += 1
        mine = looks
        seen = await look(self, project)
        if mine == 2:
            await overtaken(world, change)
        return seen

    monkeypatch.setattr(MemoryProvider, "served", stalls_after_its_second_look)
    outcome = await approvals.approve(world.ctx, change, RAVI)

    assert world.provider.live_name("support", PRODUCTION) == "config_w"
    assert isinstance(outcome, Refused)


async def test_who_stalls_between_the_intent_and_the_write_does_not_send(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = await asked(world)
    record = completion.step

    def stalls(found: Change, step: str) -> None:
        record(found, step)
        if step == "intent recorded":
            world.clock.move(timedelta(minutes=3))

    monkeypatch.setattr(execution, "step", stalls)
    outcome = await approvals.approve(world.ctx, change, RAVI)
    assert isinstance(outcome, Refused)
    assert world.provider.writes() == 0

    assert await execution.settle_interrupted(world.again("other").ctx) == 1
    async with world.store.read() as tx:
        settled = await tx.change(change)
    assert settled is not None
    assert settled.state is State.APPLIED
    assert world.provider.writes() == 1
