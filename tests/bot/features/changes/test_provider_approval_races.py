"""A provider's approval that is requested, checked and withdrawn at the same moment: the one request survives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.clients.base import Capabilities, Unsure
from bot.context import LEASE
from bot.domain.changes import Change, State
from bot.domain.errors import Code, Fault
from bot.domain.outcomes import AtProvider
from bot.domain.provider_approvals import Gate, GateState
from bot.features.changes import approvals, provider_followup
from tests.bot.features.steps import asked, codes, killed, state, stored, the
from tests.builders import ADA, PRODUCTION, RAVI, World, problem


@pytest.fixture
def gated(world: World) -> World:
    """Production demands the provider's own approval."""
    world.provider.capabilities = Capabilities(approvals=True, answers_state=True)
    world.provider.gated = {PRODUCTION.id}
    return world


async def meanwhile(world: World, change_id: str, **fields: object) -> None:
    """Somebody else saves the change with these fields."""
    async with world.store.write() as tx:
        now = await tx.change(change_id)
        assert now is not None
        await tx.save(replace(now, **fields), now.state, [])  # type: ignore[arg-type]  # whatever a test names


async def test_the_sweep_leaves_a_change_alone_whose_approval_this_process_is_requesting(gated: World) -> None:
    change = await asked(gated)

    async def sweep() -> None:
        assert await provider_followup.follow_all(gated.ctx) == 0

    gated.provider.then["ask_approval"] = sweep
    saved = the(AtProvider, await approvals.approve(gated.ctx, change, RAVI)).change

    assert gated.provider.calls.count("ask_approval") == 1
    assert saved.gate is not None
    assert list(gated.provider.asked) == [saved.gate.id]


async def test_a_request_that_the_sweep_saved_first_is_kept(gated: World) -> None:
    """Whoever requests so slowly that the lease runs out is answered with the very request that the sweep saved."""
    change = await asked(gated)

    async def sweep() -> None:
        gated.clock.move(LEASE)
        assert await provider_followup.follow_all(gated.ctx) == 0

    gated.provider.then["ask_approval"] = sweep
    told = the(AtProvider, await approvals.approve(gated.ctx, change, RAVI)).change

    found = await stored(gated, change)
    assert found.gate is not None
    assert told == found
    assert list(gated.provider.asked) == [found.gate.id]
    assert await provider_followup.follow_all(gated.ctx) == 0
    assert await state(gated, change) is State.AT_PROVIDER


async def test_a_request_that_another_process_is_about_to_save_is_kept(gated: World) -> None:
    change = await asked(gated)

    async def taken_over() -> None:
        await meanwhile(gated, change, lease_by="another", lease_until=gated.clock.now() + LEASE)

    gated.provider.then["ask_approval"] = taken_over
    told = the(AtProvider, await approvals.approve(gated.ctx, change, RAVI)).change

    assert (told.gate, told.lease_by) == (None, "another")
    assert len(gated.provider.asked) == 1


async def test_a_request_that_is_being_applied_by_then_is_kept(gated: World) -> None:
    change = await asked(gated)

    async def applying() -> None:
        (request,) = gated.provider.asked.values()
        await meanwhile(gated, change, state=State.APPLYING, gate=Gate(request.now.id, request.now.link))

    gated.provider.then["ask_approval"] = applying
    assert codes(await approvals.approve(gated.ctx, change, RAVI)) == [Code.STATE_MOVED]

    assert len(gated.provider.asked) == 1


async def test_a_second_request_is_withdrawn_where_the_change_has_another_one(gated: World) -> None:
    change = await asked(gated)

    async def another() -> None:
        await meanwhile(gated, change, gate=Gate("apr_other", "https://service.invalid/approvals/apr_other"))

    gated.provider.then["ask_approval"] = another
    told = the(AtProvider, await approvals.approve(gated.ctx, change, RAVI)).change

    assert told.gate is not None
    assert told.gate.id == "apr_other"
    assert gated.provider.asked == {}


async def test_a_change_that_is_being_requested_here_is_not_withdrawn_at_the_same_moment(gated: World) -> None:
    change = await asked(gated)

    async def withdraws() -> None:
        assert codes(await approvals.withdraw(gated.ctx, change, ADA)) == [Code.STATE_MOVED]

    gated.provider.then["ask_approval"] = withdraws
    the(AtProvider, await approvals.approve(gated.ctx, change, RAVI))

    assert len(gated.provider.asked) == 1


async def test_a_change_that_another_process_begins_to_request_is_not_withdrawn_at_the_same_moment(
    gated: World,
) -> None:
    change = await killed(gated, await asked(gated), "ask_approval")
    gated.clock.move(LEASE)

    async def taken_over() -> None:
        await meanwhile(gated, change.id, lease_by="another", lease_until=gated.clock.now() + LEASE)

    gated.provider.then["ask_approval"] = taken_over
    assert codes(await approvals.withdraw(gated.ctx, change.id, ADA)) == [Code.STATE_MOVED]

    assert len(gated.provider.asked) == 1
    assert await state(gated, change.id) is State.AT_PROVIDER


async def test_a_request_whose_answer_was_lost_is_repeated_without_waiting_for_the_lease(gated: World) -> None:
    gated.provider.fail("ask_approval", Unsure(problem(Fault.CUT_AFTER_WRITE)))
    change = await asked(gated)
    waits: Change = the(AtProvider, await approvals.approve(gated.ctx, change, RAVI)).change
    assert waits.lease_until is None

    assert await provider_followup.follow_all(gated.ctx) == 0

    found = await stored(gated, change)
    assert found.gate is not None
    gated.provider.say(found.gate.id, GateState.APPROVED)
    assert await provider_followup.follow_all(gated.ctx) == 1
    assert await state(gated, change) is State.APPLIED


async def test_a_request_that_ends_in_a_defect_of_ours_is_repeated_without_waiting_for_the_lease(gated: World) -> None:
    change = await asked(gated)

    async def broken() -> None:
        raise ZeroDivisionError

    gated.provider.then["ask_approval"] = broken
    with pytest.raises(ZeroDivisionError):
        await approvals.approve(gated.ctx, change, RAVI)

    assert await provider_followup.follow_all(gated.ctx) == 0

    assert (await stored(gated, change)).gate is not None
    assert len(gated.provider.asked) == 1
