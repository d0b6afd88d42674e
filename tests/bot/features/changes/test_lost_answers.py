"""A write whose answer is lost: what else it moved is told, and what may still be under way has not failed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.clients.base import ServedNow, Unsure
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Kind
from bot.domain.errors import Fault
from bot.domain.outcomes import Applied, AwaitingApproval, Failed, Unknown
from bot.features.changes import approvals, deploys
from tests.builders import ADA, DEPLOYS, PRODUCTION, RAVI, STAGING, MemoryProvider, World, problem


async def asked(world: World) -> str:
    project = world.provider.projects_["pr_support"]
    change_request = ChangeRequest(Kind.DEPLOY, project, PRODUCTION, world.provider.config("support", "config_x"))
    outcome = await deploys.request(world.ctx, change_request, ADA, DEPLOYS)
    assert isinstance(outcome, AwaitingApproval), outcome
    return outcome.change.id


async def test_another_environment_that_moved_is_told_also_when_the_answer_was_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = await asked(world)
    world.provider.fail("serve", Unsure(problem(Fault.CUT_AFTER_WRITE)))
    serve = MemoryProvider.serve

    async def moves_two(self: MemoryProvider, *wanted: Any, comment: str) -> ServedNow | None:
        self.put("support", STAGING, "baseline")
        return await serve(self, *wanted, comment=comment)

    monkeypatch.setattr(MemoryProvider, "serve", moves_two)
    outcome = await approvals.approve(world.ctx, change, RAVI)

    assert isinstance(outcome, Applied)
    assert outcome.change.problem is not None
    assert (outcome.change.problem.fault, outcome.change.problem.detail) == (Fault.OTHER_MOVED, "staging")


@pytest.mark.parametrize(("fault", "came"), [(Fault.TIMED_OUT, Unknown), (Fault.UNAVAILABLE, Failed)])
async def test_a_write_that_may_still_be_under_way_has_not_failed(world: World, fault: Fault, came: type) -> None:
    change = await asked(world)
    world.provider.lands = False
    world.provider.fail("serve", Unsure(problem(fault)), times=2)

    assert isinstance(await approvals.approve(world.ctx, change, RAVI), came)
