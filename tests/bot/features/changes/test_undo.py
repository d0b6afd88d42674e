"""What needs no approval, and for how long."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Kind
from bot.domain.outcomes import Applied, AwaitingApproval
from bot.features.changes import approvals, deploys
from tests.builders import ADA, DEPLOYS, PRODUCTION, RAVI, World


async def test_undoing_an_undo_does_not_make_the_grace_longer(world: World) -> None:
    project = world.provider.projects_["pr_support"]
    change_request = ChangeRequest(Kind.DEPLOY, project, PRODUCTION, world.provider.config("support", "config_x"))
    asked = await deploys.request(world.ctx, change_request, ADA, DEPLOYS)
    assert isinstance(asked, AwaitingApproval)
    await approvals.approve(world.ctx, asked.change.id, RAVI)
    world.clock.move(timedelta(minutes=9))
    undone = await deploys.undo(world.ctx, asked.change.id, ADA, DEPLOYS)
    assert isinstance(undone, Applied)

    world.clock.move(timedelta(minutes=9))
    assert isinstance(await deploys.undo(world.ctx, undone.change.id, ADA, DEPLOYS), AwaitingApproval)
    assert world.provider.live_name("support", PRODUCTION) == "config_w"
