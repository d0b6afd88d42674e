"""Asking for changes: what is seen, what is decided, what is applied."""

from __future__ import annotations

import asyncio

from bot.domain.changes import State
from bot.domain.errors import Code
from bot.domain.outcomes import Applied, AwaitingApproval, Refused
from bot.usecases import approvals, deploys
from tests.bot.usecases.steps import asked, codes, deploy
from tests.builders import ADA, DEPLOYS, MIRA, PRODUCTION, RAVI, STAGING, World


async def test_a_deploy_to_production_waits_for_one_approval_and_changes_nothing(world: World) -> None:
    outcome = await deploys.request(world.ctx, deploy(world), ADA, DEPLOYS)

    assert isinstance(outcome, AwaitingApproval)
    assert (outcome.have, outcome.need) == (0, 1)
    assert world.provider.live_name("support", PRODUCTION) == "config_w"
    assert [view.change.state for view in world.memo.cards()] == [State.WAITING]


async def test_a_deploy_to_staging_is_applied_at_once(world: World) -> None:
    outcome = await deploys.request(world.ctx, deploy(world, environment=STAGING), ADA, DEPLOYS)

    assert isinstance(outcome, Applied)
    assert world.provider.live_name("support", STAGING) == "config_x"


async def test_the_card_costs_three_reads_and_applying_two_reads_a_write_and_a_read_back(world: World) -> None:
    change = await asked(world)
    assert sorted(world.provider.calls) == ["configs", "evaluations", "served"]

    world.provider.calls.clear()
    await approvals.approve(world.ctx, change, RAVI)
    assert sorted(world.provider.calls[:2]) == ["evaluations", "served"]
    assert world.provider.calls[2:] == ["serve", "served"]


async def test_the_approval_applies_and_the_card_says_so(world: World) -> None:
    change = await asked(world)
    outcome = await approvals.approve(world.ctx, change, RAVI)

    assert isinstance(outcome, Applied)
    assert world.provider.live_name("support", PRODUCTION) == "config_x"
    assert world.memo.cards()[-1].change.state is State.APPLIED
    assert world.memo.cards()[-1].undoable
    assert world.memo.told() == ["change.approved", "change.applied"]


async def test_what_is_live_already_is_refused(world: World) -> None:
    assert codes(await deploys.request(world.ctx, deploy(world, "config_w"), ADA, DEPLOYS)) == [Code.ALREADY_LIVE]


async def test_a_second_deploy_is_refused_while_one_is_open(world: World) -> None:
    await asked(world)
    assert codes(await deploys.request(world.ctx, deploy(world, "baseline"), MIRA, DEPLOYS)) == [Code.OPEN_CHANGE]


async def test_a_hundred_approvals_at_once_give_one_effect_and_a_hundred_answers(world: World) -> None:
    change = await asked(world)
    answers = await asyncio.gather(*(approvals.approve(world.ctx, change, RAVI if n % 2 else MIRA) for n in range(100)))

    assert len(answers) == 100
    assert sum(isinstance(answer, Applied) for answer in answers) == 1
    assert all(isinstance(answer, Applied | Refused) for answer in answers)
    assert world.provider.writes() == 1


async def test_the_requester_cannot_approve(world: World) -> None:
    change = await asked(world)
    assert codes(await approvals.approve(world.ctx, change, ADA)) == [Code.OWN_CHANGE]
    assert world.provider.writes() == 0


async def test_an_undo_by_the_requester_within_ten_minutes_needs_no_approval(world: World) -> None:
    change = await asked(world)
    await approvals.approve(world.ctx, change, RAVI)
    outcome = await deploys.undo(world.ctx, change, ADA, DEPLOYS)

    assert isinstance(outcome, Applied)
    assert world.provider.live_name("support", PRODUCTION) == "config_w"
