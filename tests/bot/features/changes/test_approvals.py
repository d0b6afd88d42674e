"""Yes, no, never mind, and too late."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.actors import Standing
from bot.domain.changes import Event, Say, State
from bot.domain.errors import Code
from bot.domain.outcomes import Applied, AwaitingApproval, NotFound, Rejected, Withdrawn
from bot.domain.reminder_hours import Reminding
from bot.domain.workhours import ALWAYS
from bot.features.changes import approvals, deploys
from bot.store.write import WriteTransaction
from tests.bot.features.steps import applied, asked, codes, deploy, needs, state, stored, the
from tests.builders import ADA, DEPLOYS, MIRA, PRODUCTION, RAVI, World, actor

DAY = timedelta(hours=24)


async def test_with_a_quorum_of_two_the_first_yes_waits_and_the_second_applies(world: World) -> None:
    world = world.again(rule_for=needs(2))
    change = await asked(world)
    first = the(AwaitingApproval, await approvals.approve(world.ctx, change, RAVI))
    assert (first.have, first.need) == (1, 2)
    assert world.provider.writes() == 0
    assert [said.actor for said in world.memo.cards()[-1].decisions] == [RAVI]

    the(Applied, await approvals.approve(world.ctx, change, MIRA))
    assert world.provider.writes() == 1
    assert world.memo.told() == ["change.approved", "change.approved", "change.applied"]


async def test_one_person_is_one_vote(world: World) -> None:
    world = world.again(rule_for=needs(2))
    change = await asked(world)
    await approvals.approve(world.ctx, change, RAVI)
    assert codes(await approvals.approve(world.ctx, change, RAVI)) == [Code.ALREADY_VOTED]
    assert world.provider.writes() == 0


async def test_two_last_votes_at_once_apply_once(world: World) -> None:
    change = await asked(world)
    answers = await asyncio.gather(*(approvals.approve(world.ctx, change, who) for who in (RAVI, MIRA)))
    assert sorted(type(answer).__name__ for answer in answers) == ["Applied", "Refused"]
    assert world.provider.writes() == 1


async def test_the_requester_does_not_count_however_many_are_needed(world: World) -> None:
    world = world.again(rule_for=needs(2))
    change = await asked(world)
    await approvals.approve(world.ctx, change, RAVI)
    assert codes(await approvals.approve(world.ctx, change, ADA)) == [Code.OWN_CHANGE]
    assert await state(world, change) is State.WAITING


async def test_the_requester_may_approve_where_the_rule_says_so(world: World) -> None:
    world = world.again(rule_for=needs(1, requester_may_approve=True))
    change = await asked(world)
    the(Applied, await approvals.approve(world.ctx, change, ADA))


@pytest.mark.parametrize("quorum", [0, -1])
async def test_a_quorum_that_makes_no_sense_is_refused(world: World, quorum: int) -> None:
    world = world.again(rule_for=needs(quorum))
    assert codes(await deploys.request(world.ctx, deploy(world), ADA, DEPLOYS)) == [Code.QUORUM_INVALID]
    assert world.provider.writes() == 0


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing.GUEST, Code.GUEST),
        (Standing.BOT, Code.BOT),
        (Standing.DEACTIVATED, Code.DEACTIVATED),
        (Standing.STRANGER, Code.STRANGER),
        (Standing.UNKNOWN, Code.PERSON_UNREADABLE),
    ],
)
async def test_only_full_members_have_a_say(world: World, standing: Standing, code: Code) -> None:
    change = await asked(world)
    other = actor("olga", standing)
    assert codes(await approvals.approve(world.ctx, change, other)) == [code]
    assert codes(await approvals.reject(world.ctx, change, other)) == [code]
    assert await state(world, change) is State.WAITING


async def test_one_no_ends_it_with_its_comment(world: World) -> None:
    change = await asked(world)
    outcome = the(Rejected, await approvals.reject(world.ctx, change, RAVI, "the tone is off"))
    assert outcome.change.state is State.REJECTED
    card = world.memo.cards()[-1]
    assert [(said.say, said.comment) for said in card.decisions] == [(Say.REJECT, "the tone is off")]
    async with world.store.read() as tx:
        assert (await tx.audit(change))[-1].facts == {"comment": "the tone is off"}
    assert codes(await approvals.approve(world.ctx, change, MIRA)) == [Code.TOO_LATE]
    assert world.provider.writes() == 0


async def test_a_no_after_a_yes_ends_it_all_the_same(world: World) -> None:
    world = world.again(rule_for=needs(2))
    change = await asked(world)
    await approvals.approve(world.ctx, change, RAVI)
    the(Rejected, await approvals.reject(world.ctx, change, MIRA))
    assert world.memo.told() == ["change.approved", "change.rejected"]


async def test_who_approved_cannot_reject_as_well(world: World) -> None:
    world = world.again(rule_for=needs(2))
    change = await asked(world)
    await approvals.approve(world.ctx, change, RAVI)
    assert codes(await approvals.reject(world.ctx, change, RAVI)) == [Code.ALREADY_VOTED]


async def test_the_requester_withdraws_and_makes_way(world: World) -> None:
    change = await asked(world)
    assert the(Withdrawn, await approvals.withdraw(world.ctx, change, ADA)).change.state is State.WITHDRAWN
    assert world.memo.cards()[-1].change.state is State.WITHDRAWN
    await asked(world, deploy(world, "baseline"))


async def test_nobody_else_withdraws(world: World) -> None:
    change = await asked(world)
    assert codes(await approvals.withdraw(world.ctx, change, RAVI)) == [Code.NOT_REQUESTER]
    assert await state(world, change) is State.WAITING


async def test_what_is_applied_cannot_be_withdrawn_or_rejected(world: World) -> None:
    change = await applied(world)
    assert codes(await approvals.withdraw(world.ctx, change.id, ADA)) == [Code.TOO_LATE]
    assert codes(await approvals.reject(world.ctx, change.id, MIRA)) == [Code.TOO_LATE]


@pytest.mark.parametrize("act", [approvals.approve, approvals.reject, approvals.withdraw])
async def test_a_change_that_nobody_knows_is_said_so(world: World, act: Any) -> None:
    assert the(NotFound, await act(world.ctx, "nothing", RAVI)).noun == "change"


async def test_what_waited_too_long_expires_once_and_its_card_says_so(world: World) -> None:
    change = await asked(world)
    world.clock.move(DAY - timedelta(seconds=1))
    assert await approvals.expire(world.ctx) == 0
    world.clock.move(timedelta(seconds=1))
    assert await approvals.expire(world.ctx) == 1
    assert await approvals.expire(world.ctx) == 0
    assert (await stored(world, change)).state is State.EXPIRED
    assert world.memo.cards()[-1].change.state is State.EXPIRED
    assert world.memo.told() == ["change.expired"]


async def test_an_approval_after_the_expiry_is_refused_even_before_the_sweep(world: World) -> None:
    change = await asked(world)
    world.clock.move(DAY)
    assert codes(await approvals.approve(world.ctx, change, RAVI)) == [Code.EXPIRED]


async def test_two_sweeps_at_once_expire_it_once(world: World) -> None:
    await asked(world)
    world.clock.move(DAY)
    assert sum(await asyncio.gather(*(approvals.expire(world.ctx) for _ in range(2)))) == 1
    assert world.memo.told() == ["change.expired"]


async def test_an_expiry_that_comes_second_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    change = await asked(world)
    world.clock.move(DAY)
    monkeypatch.setattr(WriteTransaction, "save", _nobody_can_save)
    assert await approvals.expire(world.ctx) == 0
    assert await state(world, change) is State.WAITING


async def _nobody_can_save(*arguments: object) -> None:
    """What the store answers when somebody was faster."""


@pytest.mark.parametrize(("act", "who"), [("approve", RAVI), ("reject", RAVI), ("withdraw", ADA)])
async def test_who_is_overtaken_in_the_same_moment_is_told_so(
    world: World, monkeypatch: pytest.MonkeyPatch, act: str, who: Any
) -> None:
    change = await asked(world)
    monkeypatch.setattr(WriteTransaction, "save", _nobody_can_save)
    assert Code.STATE_MOVED in codes(await getattr(approvals, act)(world.ctx, change, who))
    assert world.provider.writes() == 0


async def test_a_vote_that_another_process_wrote_down_first_is_the_one_that_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = await asked(world)

    async def known(*arguments: object) -> bool:
        return False

    monkeypatch.setattr(WriteTransaction, "add_decision", known)
    assert codes(await approvals.approve(world.ctx, change, RAVI)) == [Code.ALREADY_VOTED]
    assert await state(world, change) is State.WAITING


async def test_whoever_may_not_reject_is_told_before_writing_a_comment(world: World) -> None:
    change = await asked(world)
    allowed = await approvals.may_vote(world.ctx, change, RAVI, Say.REJECT)
    assert allowed.refused is None
    assert allowed.change is not None
    checked = await approvals.may_vote(world.ctx, change, ADA, Say.REJECT)
    assert checked.refused is not None
    assert codes(checked.refused) == [Code.OWN_CHANGE]
    assert (await approvals.may_vote(world.ctx, "nothing", RAVI, Say.REJECT)).change is None
    async with world.store.read() as tx:
        assert await tx.decisions(change) == ()


async def test_the_channel_of_a_card_is_known(world: World) -> None:
    assert await approvals.channel_of(world.ctx, await asked(world)) == DEPLOYS.channel
    assert await approvals.channel_of(world.ctx, "nothing") is None


async def test_people_of_another_organisation_with_the_same_id_are_other_people(world: World) -> None:
    change = await asked(world)
    namesake = actor("ada", org="T0OTHER")
    assert namesake.user_id == ADA.user_id
    assert codes(await approvals.withdraw(world.ctx, change, namesake)) == [Code.NOT_REQUESTER]


async def test_an_approval_given_once_does_not_count_for_the_next_change(world: World) -> None:
    first = await asked(world)
    await approvals.approve(world.ctx, first, RAVI)
    second = await asked(world, deploy(world, "baseline"))
    assert await state(world, second) is State.WAITING
    assert world.provider.live_name("support", PRODUCTION) == "config_x"
    the(Applied, await approvals.approve(world.ctx, second, MIRA))


# Approvals that wait


async def reminded(world: World, change: str) -> list[str]:
    """The stages of which the card's thread was told."""
    async with world.store.read() as tx:
        return [said.facts["stage"] for said in await tx.audit(change) if said.event is Event.REMINDED]


async def test_a_change_that_waits_is_told_of_after_half_of_the_time_and_before_it_expires(world: World) -> None:
    world = world.again("one", reminding=Reminding(ALWAYS))
    change = await asked(world)
    counts = []
    for _ in range(26):
        world.clock.move(timedelta(hours=1))
        await approvals.expire(world.ctx)
        counts.append(await approvals.remind(world.ctx))
    assert [hour for hour, count in enumerate(counts, start=1) if count] == [12, 23]
    assert await reminded(world, change) == ["half", "last"]
    assert world.memo.told() == ["change.reminded", "change.reminded", "change.expired"]


async def test_the_half_waits_for_working_hours_and_the_last_hour_does_not(world: World) -> None:
    change = await asked(world)  # on a Monday at noon, for a day
    for hour in range(24):
        world.clock.move(timedelta(hours=1))
        if await approvals.remind(world.ctx):
            assert (hour + 1) in (21, 23), "Tuesday at nine, and an hour before it ends"
    assert await reminded(world, change) == ["half", "last"]


async def test_only_the_last_is_told_where_the_half_was_missed(world: World) -> None:
    change = await asked(world)
    world.clock.move(timedelta(hours=23, minutes=30))
    assert await approvals.remind(world.ctx) == 1
    world.clock.move(timedelta(hours=-1))  # a clock that is set right
    assert await approvals.remind(world.ctx) == 0
    assert await reminded(world, change) == ["last"]


async def test_what_is_decided_is_not_told_of(world: World) -> None:
    change = await asked(world)
    the(Applied, await approvals.approve(world.ctx, change, RAVI))
    world.clock.move(timedelta(hours=23))
    assert await approvals.remind(world.ctx) == 0


async def test_two_processes_tell_it_once(world: World) -> None:
    change = await asked(world)
    world.clock.move(timedelta(hours=23))
    await asyncio.gather(*(approvals.remind(world.again(owner).ctx) for owner in ("one", "two")))
    assert await reminded(world, change) == ["last"]


async def test_a_reminder_says_how_many_approved(world: World) -> None:
    world = world.again("one", rule_for=needs(2))
    change = await asked(world)
    the(AwaitingApproval, await approvals.approve(world.ctx, change, RAVI))
    world.clock.move(timedelta(hours=23))
    await approvals.remind(world.ctx)
    async with world.store.read() as tx:
        (said,) = [each for each in await tx.audit(change) if each.event is Event.REMINDED]
    assert (said.facts["have"], said.facts["need"]) == ("1", "2")
