"""A channel that takes nothing is told once for each cause, and once more when it takes something again."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.notices import NoticeKind, TroubleView
from bot.domain.rate_limits import RateLimitBucket
from bot.features.changes import approvals
from bot.outbox import delivery, outages
from bot.ports import NotDelivered
from tests.bot.features.steps import asked
from tests.bot.outbox.test_delivery import card, cards_of
from tests.builders import ADA, DEPLOYS, RAVI, World

MAIN = "C0MAIN"


def gone(error: str = "is_archived") -> NotDelivered:
    return NotDelivered(error, final=True)


def told(world: World) -> list[TroubleView]:
    return [said.view for said in world.memo.said if isinstance(said.view, TroubleView)]


async def sweeps(world: World, times: int = 3) -> None:
    for _ in range(times):
        world.clock.move(timedelta(seconds=20))
        await delivery.deliver_due(world.ctx)


async def test_many_messages_for_an_archived_channel_are_one_message_in_the_default_channel(world: World) -> None:
    waiting = await cards_of(world, DEPLOYS, 4)
    world = world.again("one", default_channel=MAIN)
    world.memo.refusing[DEPLOYS.channel] = gone()
    await sweeps(world)
    assert [(view.channel, view.cause, view.over) for view in told(world)] == [(DEPLOYS.channel, "is_archived", False)]
    for subject in waiting:
        at = (await card(world, subject)).at
        assert at is not None
        assert at.channel == MAIN, "nobody decides on what nobody sees"


async def test_another_cause_is_told_as_well_and_the_end_of_each_once(world: World) -> None:
    world = world.again("one", default_channel=MAIN)
    (first, second) = await cards_of(world, DEPLOYS, 2)
    world.memo.refusing[DEPLOYS.channel] = gone()
    await delivery.deliver_due(world.ctx, limit=1)
    world.memo.refusing[DEPLOYS.channel] = gone("not_in_channel")
    await sweeps(world)
    assert [view.cause for view in told(world)] == ["is_archived", "not_in_channel"]
    world.memo.refusing.clear()
    assert first != second
    await moved_back(world, first)
    await sweeps(world)
    assert [(view.cause, view.over) for view in told(world)][2:] == [("not_in_channel", True)]


async def moved_back(world: World, change: str) -> None:
    """Its card is wanted anew in the channel where it was at first."""
    found, now = await card(world, change), world.clock.now()
    async with world.store.write() as tx:
        await tx.touch_notice(NoticeKind.CARD, change)
        await tx.claim_notice(found.id, "one", now + delivery.CLAIM, now)
        await tx.move_notice(found.id, DEPLOYS.channel, "one")


async def test_when_it_happens_again_it_is_told_again(world: World) -> None:
    world = world.again("one", default_channel=MAIN)
    change = await asked(world)
    for _ in range(2):
        world.memo.refusing[DEPLOYS.channel] = gone()
        await moved_back(world, change)
        await sweeps(world)
        world.memo.refusing.clear()
        await moved_back(world, change)
        await sweeps(world)
    assert [view.over for view in told(world)] == [False, True, False, True]


async def test_a_card_whose_channel_is_archived_mid_way_goes_on_in_the_default_channel(world: World) -> None:
    world = world.again("one", default_channel=MAIN)
    change = await asked(world)
    world.memo.refusing[DEPLOYS.channel] = gone()
    await approvals.reject(world.ctx, change, RAVI)
    await sweeps(world)
    at = (await card(world, change)).at
    assert at is not None
    assert at.channel == MAIN
    assert [view.cause for view in told(world)] == ["is_archived"]


async def test_a_channel_that_was_deleted_is_believed_after_a_few_edits(world: World) -> None:
    world = world.again("one", default_channel=MAIN)
    change = await asked(world)
    world.memo.refusing[DEPLOYS.channel] = NotDelivered("channel_not_found")
    await approvals.withdraw(world.ctx, change, ADA)
    await sweeps(world, 6)
    at = (await card(world, change)).at
    assert at is not None
    assert at.channel == MAIN


async def test_trouble_in_the_default_channel_is_told_to_nobody_but_the_log(world: World) -> None:
    world = world.again("one", default_channel=DEPLOYS.channel)
    world.memo.failing = [gone()]
    await asked(world)
    await sweeps(world)
    assert told(world) == []


async def test_what_is_given_up_after_a_day_is_told_once(world: World) -> None:
    world = world.again("one", default_channel=MAIN)
    world.memo.failing = [NotDelivered("msg_too_long")] * delivery.FEWEST_TRIES
    await asked(world)
    world.clock.move(timedelta(hours=25))
    while world.memo.failing:
        assert told(world) == []
        world.clock.move(delivery.LONGEST_PAUSE)
        await delivery.deliver_due(world.ctx)
    await sweeps(world)
    assert [(view.cause, view.over) for view in told(world)] == [("msg_too_long", False)]


async def test_what_waits_and_what_was_given_up_is_known_by_channel(world: World) -> None:
    waiting = await cards_of(world, DEPLOYS, 3)
    began = world.clock.now()
    world.memo.failing = [NotDelivered("msg_too_long"), gone()]
    await delivery.deliver_due(world.ctx, limit=2)
    async with world.store.read() as tx:
        found = await tx.backlog(began - timedelta(days=7))
        held = await tx.lanes_held(world.clock.now())
    assert [(each.channel, each.given_up, each.count, each.last_error) for each in found] == [
        (DEPLOYS.channel, False, 2, "msg_too_long"),
        (DEPLOYS.channel, True, 1, "is_archived"),
    ]
    assert [(bucket.name, bucket.trouble) for bucket in held] == [(DEPLOYS.channel, "is_archived")]
    assert waiting
    async with world.store.read() as tx:
        assert [each.given_up for each in await tx.backlog(began + timedelta(days=7))] == [False]


async def test_a_channel_without_trouble_needs_no_mending(world: World) -> None:
    async with world.store.write() as tx:
        await outages.mended(tx, DEPLOYS.channel)
        assert await tx.lane_now(DEPLOYS.channel) == RateLimitBucket(DEPLOYS.channel)
