"""Lines of a card's thread stand in the order in which things happened, also when Slack does not take one of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.actors import MessageAt
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Kind
from bot.domain.notices import HistoryView
from bot.domain.outcomes import AwaitingApproval
from bot.features.changes import approvals, deploys
from bot.outbox import delivery
from bot.ports import NotDelivered
from tests.builders import ADA, DEPLOYS, PRODUCTION, RAVI, Memo, World


async def test_a_line_waits_for_the_one_before_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    project = world.provider.projects_["pr_support"]
    change_request = ChangeRequest(Kind.DEPLOY, project, PRODUCTION, world.provider.config("support", "config_x"))
    outcome = await deploys.request(world.ctx, change_request, ADA, DEPLOYS)
    assert isinstance(outcome, AwaitingApproval)
    say, refused = Memo.history, False

    async def refuses_once(self: Memo, view: HistoryView, card: MessageAt) -> MessageAt:
        nonlocal refused
        if not refused:
            refused = True
            raise NotDelivered("ratelimited", retry_after=30)
        return await say(self, view, card)

    monkeypatch.setattr(Memo, "history", refuses_once)
    await approvals.approve(world.ctx, outcome.change.id, RAVI)
    for _ in range(8):
        world.clock.move(timedelta(seconds=15))
        await delivery.deliver_due(world.ctx)

    assert world.memo.told() == ["change.approved", "change.applied"]
