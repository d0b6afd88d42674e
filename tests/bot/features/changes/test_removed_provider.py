"""A change that waits at a provider which was removed from the settings: it is withdrawn here, and sweeps stay calm."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot.clients.base import Capabilities
from bot.context import LEASE
from bot.domain.changes import State
from bot.domain.errors import Code, Fault
from bot.domain.outcomes import AtProvider, Withdrawn
from bot.features.changes import approvals, provider_followup
from tests.bot.features.steps import asked, codes, killed, state, stored, the
from tests.builders import ADA, PRODUCTION, RAVI, World


@pytest.fixture
def gated(world: World) -> World:
    """Production demands the provider's own approval."""
    world.provider.capabilities = Capabilities(approvals=True, answers_state=True)
    world.provider.gated = {PRODUCTION.id}
    return world


async def left(world: World, *, requested: bool) -> str:
    """A change that waits at the provider, whose request was stored or whose process died while asking."""
    change = await asked(world)
    if requested:
        the(AtProvider, await approvals.approve(world.ctx, change, RAVI))
    else:
        await killed(world, change, "ask_approval")
        world.clock.move(LEASE)
    return change


@pytest.mark.parametrize("requested", [True, False])
async def test_it_is_withdrawn_here_and_a_request_may_be_left_there(requested: bool, gated: World) -> None:
    change = await left(gated, requested=requested)

    withdrawn = the(Withdrawn, await approvals.withdraw(gated.again(providers={}).ctx, change, ADA))

    assert withdrawn.request_left
    assert await state(gated, change) is State.WITHDRAWN
    assert "drop_approval" not in gated.provider.calls


async def test_nobody_else_withdraws_it(gated: World) -> None:
    change = await left(gated, requested=True)

    assert codes(await approvals.withdraw(gated.again(providers={}).ctx, change, RAVI)) == [Code.NOT_REQUESTER]
    assert await state(gated, change) is State.AT_PROVIDER


async def test_no_request_is_left_where_the_provider_is_there(gated: World) -> None:
    change = await left(gated, requested=True)

    assert not the(Withdrawn, await approvals.withdraw(gated.ctx, change, ADA)).request_left


@pytest.mark.parametrize("requested", [True, False])
async def test_the_sweep_says_so_in_one_line(requested: bool, gated: World) -> None:
    change = await left(gated, requested=requested)

    with capture_logs() as logs:
        assert await provider_followup.follow_all(gated.again(providers={}).ctx) == 0

    assert [(line["event"], line["log_level"]) for line in logs] == [("gate.no_provider", "warning")]
    assert await state(gated, change) is State.AT_PROVIDER


async def test_whoever_asks_is_told_that_it_waits_and_why_it_is_not_looked_at(gated: World) -> None:
    change = await left(gated, requested=False)

    told = the(AtProvider, await provider_followup.check_now(gated.again(providers={}).ctx, change, ADA))

    assert told.problem is not None
    assert (told.problem.fault, told.problem.provider) == (Fault.UNREACHABLE, "main")


@pytest.mark.parametrize("requested", [True, False])
async def test_it_goes_on_when_the_provider_is_back(requested: bool, gated: World) -> None:
    change = await left(gated, requested=requested)
    await provider_followup.follow_all(gated.again(providers={}).ctx)

    assert await provider_followup.follow_all(gated.ctx) == 0

    gate = (await stored(gated, change)).gate
    assert gate is not None
    assert list(gated.provider.asked) == [gate.id]
