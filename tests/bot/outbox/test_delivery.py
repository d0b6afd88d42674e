"""Notices: claimed, said, said again, put off, given up; the last word is always the present state."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.clients.base import NotDone
from bot.context import Context
from bot.domain.actors import MessageAt, Place
from bot.domain.changes import State
from bot.domain.errors import Cause, Fault
from bot.domain.evaluations import RUNNING
from bot.domain.notices import ChangeView, HistoryView, Notice, NoticeKind
from bot.features.changes import approvals, deploys
from bot.features.reminders import left_running
from bot.outbox import delivery, notices
from bot.ports import NotDelivered
from bot.store import Store, StoreUnavailable
from bot.store.write import WriteTransaction
from tests.bot.features.steps import applied, asked, deactivate, deploy, needs, stored, the
from tests.builders import ADA, DEPLOYS, MIRA, RAVI, Memo, World, problem


async def card(world: World, change: str) -> Notice:
    async with world.store.read() as tx:
        found = await tx.notice_for(NoticeKind.CARD, change)
    assert found is not None
    return found


def states(world: World) -> list[State]:
    return [view.change.state for view in world.memo.cards()]


class Slow(Memo):
    """A notifier that takes its time; what happens meanwhile is decided by the test."""

    def __init__(self, meanwhile: Any) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    async def card(self, view: ChangeView, place: Place, at: MessageAt | None) -> MessageAt:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return await Memo.card(self, view, place, at)

    async def history(self, view: HistoryView, card: MessageAt) -> MessageAt:
        return await Memo.history(self, view, card)


# Saying


async def test_a_card_is_posted_once_and_edited_from_then_on(world: World) -> None:
    change = await applied(world)
    cards = [said for said in world.memo.said if isinstance(said.view, ChangeView)]
    assert [said.edited for said in cards] == [False] + [True] * (len(cards) - 1)
    assert len({said.at for said in cards}) == 1
    assert await notices.card_at(world.ctx, change.id) == cards[0].at


async def test_a_card_that_is_current_is_not_said_again(world: World) -> None:
    change = await asked(world)
    before = len(world.memo.said)
    await delivery.deliver_card(world.ctx, change)
    world.clock.move(timedelta(hours=1))
    assert await delivery.deliver_due(world.ctx) == 0
    assert len(world.memo.said) == before


async def test_a_card_that_is_said_by_two_processes_at_once_is_posted_once(world: World) -> None:
    world.memo.failing = [NotDelivered("timeout")]
    await asked(world)
    world.clock.move(timedelta(minutes=1))
    await asyncio.gather(*(delivery.deliver_due(world.again(owner).ctx) for owner in ("two", "three")))
    assert states(world) == [State.WAITING]


async def test_what_moves_while_it_is_being_said_is_said_again(world: World) -> None:
    slow = Slow(None)
    world = world.again("one", notifier=slow)
    change = await asked(world)

    async def rejected() -> None:
        await approvals.reject(world.again("two").ctx, change, RAVI)

    slow.meanwhile = rejected
    async with world.store.write() as tx:
        await tx.touch_notice(NoticeKind.CARD, change)
    await delivery.deliver_card(world.ctx, change)
    assert slow.cards()[-1].change.state is State.REJECTED
    now = await card(world, change)
    assert now.wanted == now.shown


async def test_a_card_stays_with_who_claimed_it_until_the_claim_runs_out(world: World) -> None:
    world.memo.failing = [NotDelivered("timeout")]
    change = await asked(world)
    world.clock.move(timedelta(minutes=1))
    now = world.clock.now()
    async with world.store.write() as tx:
        await tx.claim_notice((await card(world, change)).id, "dead", now + delivery.CLAIM, now)
    shared = world.again("two", alone=False)
    await delivery.deliver_due(shared.ctx)
    assert states(world) == []
    world.clock.move(delivery.CLAIM)
    await delivery.deliver_due(shared.ctx)
    assert states(world) == [State.WAITING]


async def test_a_card_in_the_hands_of_the_dead_is_said_at_once_by_whoever_is_alone(world: World) -> None:
    world.memo.failing = [NotDelivered("timeout")]
    change = await asked(world)
    world.clock.move(timedelta(minutes=1))
    now = world.clock.now()
    async with world.store.write() as tx:
        await tx.claim_notice((await card(world, change)).id, "dead", now + delivery.CLAIM, now)
    await delivery.deliver_due(world.ctx)
    assert states(world) == [State.WAITING]


async def test_what_is_brand_new_is_left_to_whoever_wrote_it(world: World) -> None:
    now = world.clock.now()
    async with world.store.write() as tx:
        await tx.add_notice(Notice("n1", NoticeKind.CARD, "nothing", DEPLOYS, now))
    assert await delivery.deliver_due(world.ctx) == 0
    world.clock.move(delivery.FRESH + timedelta(seconds=1))
    assert await delivery.deliver_due(world.ctx) == 1


async def test_where_there_is_no_card_there_is_nothing_to_deliver(world: World) -> None:
    await delivery.deliver_card(world.ctx, "nothing")
    assert await notices.card_at(world.ctx, "nothing") is None
    assert world.memo.said == []


@pytest.mark.parametrize("kind", set(NoticeKind) - {NoticeKind.SAMPLE})
async def test_a_notice_about_what_is_gone_is_given_up_without_a_word(world: World, kind: NoticeKind) -> None:
    notice = Notice("n1", kind, "main:nothing@2026", DEPLOYS, world.clock.now())
    async with world.store.write() as tx:
        await tx.add_notice(notice)
    await delivery.deliver(world.ctx, notice)
    async with world.store.read() as tx:
        found = await tx.notice("n1")
    assert found is not None
    assert (found.given_up, found.last_error) == (True, "nothing is left to say")
    assert world.memo.said == []


# History


async def test_the_thread_tells_decisions_and_outcomes_and_nothing_else(world: World) -> None:
    world = world.again(rule_for=needs(2))
    change = await asked(world)
    await approvals.approve(world.ctx, change, RAVI)
    await approvals.approve(world.ctx, change, MIRA)
    assert world.memo.told() == ["change.approved", "change.approved", "change.applied"]
    threads = {said.at.channel for said in world.memo.said}
    assert threads == {DEPLOYS.channel}


async def test_history_waits_for_its_card(world: World) -> None:
    world.memo.failing = [NotDelivered("ratelimited", retry_after=60)]
    change = await asked(world)
    await approvals.approve(world.ctx, change, RAVI)
    assert world.memo.said == []

    world.clock.move(timedelta(seconds=61))
    for _ in range(4):
        await delivery.deliver_due(world.ctx)
        world.clock.move(timedelta(seconds=1))
    assert states(world) == [State.APPLIED]
    assert world.memo.told() == ["change.approved", "change.applied"]


async def test_what_happens_inside_is_not_told_in_the_thread(world: World) -> None:
    change = await stored(world, await asked(world))
    async with world.store.write() as tx:
        await notices.history_of(tx, change, await tx.audit(change.id))
    world.clock.move(timedelta(minutes=1))
    assert await delivery.deliver_due(world.ctx) == 0


async def test_a_line_of_history_is_said_once(world: World) -> None:
    change = await applied(world)
    await delivery.deliver_card(world.ctx, change.id)
    world.clock.move(timedelta(hours=1))
    await delivery.deliver_due(world.ctx)
    assert world.memo.told() == ["change.approved", "change.applied"]


async def test_what_was_superseded_has_its_card_at_once(world: World) -> None:
    change = await asked(world)
    await deploys.request(world.ctx, deactivate(world), MIRA, DEPLOYS)
    last = {view.change.id: view.change.state for view in world.memo.cards()}
    assert last[change] is State.SUPERSEDED
    assert "change.superseded" in world.memo.told()


async def test_a_card_loses_its_undo_when_something_is_applied_on_top(world: World) -> None:
    first = await applied(world)
    assert world.memo.cards()[-1].undoable
    world.clock.move(timedelta(minutes=1))
    await applied(world, deploy(world, "baseline"))
    last = {view.change.id: view for view in world.memo.cards()}
    assert not last[first.id].undoable


# Slack does not take it


async def test_a_refused_message_is_tried_again_and_the_change_goes_on(world: World) -> None:
    world.memo.failing = [NotDelivered("internal_error")] * 20
    change = await applied(world)
    assert change.state is State.APPLIED
    world.memo.failing.clear()
    world.clock.move(timedelta(minutes=10))
    await delivery.deliver_due(world.ctx)
    assert states(world) == [State.APPLIED]


async def test_pauses_double_up_to_the_longest(world: World) -> None:
    change = await _failing_card(world)
    pauses = []
    for _ in range(12):
        now = await card(world, change)
        assert now.not_before is not None
        pauses.append(now.not_before - world.clock.now())
        world.clock.instant = now.not_before
        await delivery.deliver_due(world.ctx)
    assert [pause.total_seconds() for pause in pauses] == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600]


async def _failing_card(world: World) -> str:
    world.memo.failing = [NotDelivered("internal_error") for _ in range(10_000)]
    return await asked(world)


async def test_slack_is_given_the_time_that_it_asks_for(world: World) -> None:
    world.memo.failing = [NotDelivered("ratelimited", retry_after=90)]
    change = await asked(world)
    assert (await card(world, change)).not_before == world.clock.now() + timedelta(seconds=90)
    world.clock.move(timedelta(seconds=89))
    await delivery.deliver_due(world.ctx)
    assert states(world) == []
    world.clock.move(timedelta(seconds=1))
    await delivery.deliver_due(world.ctx)
    assert states(world) == [State.WAITING]


async def test_a_channel_that_is_gone_is_given_up_at_once_and_loudly(
    world: World, logged: list[MutableMapping[str, Any]]
) -> None:
    world.memo.failing = [NotDelivered("channel_not_found", final=True)]
    change = await asked(world)
    assert (await card(world, change)).given_up
    assert [one["log_level"] for one in logged if one["event"] == "notice.not_delivered"] == ["error"]
    world.clock.move(timedelta(hours=1))
    assert await delivery.deliver_due(world.ctx) == 0


async def test_a_card_that_its_channel_does_not_take_stands_in_the_default_channel(world: World) -> None:
    world.memo.failing = [NotDelivered("channel_not_found", final=True)]
    change = await asked(world.again("one", default_channel="C0MAIN"))
    at = await notices.card_at(world.ctx, change)
    assert at is not None
    assert at.channel == "C0MAIN"


async def test_a_card_that_no_channel_takes_is_given_up(world: World) -> None:
    world.memo.failing = [NotDelivered("channel_not_found", final=True)] * 2
    change = await asked(world.again("one", default_channel="C0MAIN"))
    assert (await card(world, change)).given_up


async def test_a_card_that_cannot_be_moved_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(*arguments: object) -> None:
        raise StoreUnavailable("writing", Cause.LOST)

    world = world.again("one", default_channel="C0MAIN")
    world.memo.failing = [NotDelivered("channel_not_found", final=True)]
    with monkeypatch.context() as patch:
        patch.setattr(WriteTransaction, "move_notice", gone)
        change = await asked(world)
    assert not (await card(world, change)).given_up
    world.clock.move(delivery.CLAIM + timedelta(seconds=1))
    await delivery.deliver_due(world.ctx)
    assert states(world) == [State.WAITING]


async def test_a_database_that_is_gone_before_something_is_said_breaks_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_store: Store) -> None:
        raise StoreUnavailable("reading", Cause.LOST)

    change = await asked(world)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "read", gone)
        await delivery.deliver_about(world.ctx, NoticeKind.CARD, change)
        await delivery.deliver_card(world.ctx, change)
    await delivery.deliver_about(world.ctx, NoticeKind.CARD, "nothing of this id")
    assert states(world) == [State.WAITING]


async def test_after_a_day_a_notice_is_given_up(world: World) -> None:
    change = await _failing_card(world)
    began = world.clock.now()
    while not (now := await card(world, change)).given_up:
        assert now.not_before is not None
        assert world.clock.now() - began < timedelta(hours=25)
        world.clock.instant = now.not_before
        await delivery.deliver_due(world.ctx)
    assert timedelta(hours=23) < world.clock.now() - began < timedelta(hours=25)


async def test_what_is_new_about_an_old_change_is_not_given_up_at_the_first_failure(world: World) -> None:
    change = await asked(world)
    world.clock.move(timedelta(hours=25))
    world.memo.failing = [NotDelivered("internal_error")]
    await approvals.expire(world.ctx)
    assert not (await card(world, change)).given_up
    world.clock.move(timedelta(minutes=1))
    await delivery.deliver_due(world.ctx)
    assert states(world)[-1] is State.EXPIRED


async def test_an_expired_card_that_was_never_posted_is_not_given_up_at_the_first_failure(world: World) -> None:
    world.memo.failing = [NotDelivered("internal_error")] * 2
    change = await asked(world)
    world.clock.move(timedelta(hours=25))
    await approvals.expire(world.ctx)
    assert not (await card(world, change)).given_up
    world.clock.move(timedelta(minutes=1))
    await delivery.deliver_due(world.ctx)
    assert states(world) == [State.EXPIRED]


async def test_a_card_that_nobody_tried_to_post_for_a_day_is_given_up_only_after_many_tries(world: World) -> None:
    change = await _failing_card(world)
    world.clock.move(timedelta(days=2))
    tries = 1
    while not (now := await card(world, change)).given_up:
        world.clock.instant = max(world.clock.now(), now.not_before or world.clock.now())
        await delivery.deliver_due(world.ctx)
        tries += 1
        assert tries <= delivery.FEWEST_TRIES
    assert tries == delivery.FEWEST_TRIES


async def test_what_was_given_up_is_tried_again_when_there_is_something_new_to_say(world: World) -> None:
    world.memo.failing = [NotDelivered("is_archived", final=True)]
    change = await asked(world)
    world.clock.move(timedelta(minutes=1))
    await approvals.reject(world.ctx, change, RAVI)
    assert states(world) == [State.REJECTED]


async def test_what_changes_while_it_is_given_up_is_said_in_the_end(world: World) -> None:
    slow = Slow(None)
    world = world.again("one", notifier=slow)
    change = await asked(world)

    async def rejected() -> None:
        await approvals.reject(world.again("two").ctx, change, RAVI)
        raise NotDelivered("is_archived", final=True)

    slow.meanwhile = rejected
    await said_in_the_end(world, slow, change)


async def test_what_changes_while_nothing_is_left_to_say_is_said_in_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(None)
    world = world.again("one", notifier=slow)
    change = await asked(world)

    async def gone(ctx: Context, notice: Notice) -> None:
        patch.undo()
        await approvals.reject(world.again("two").ctx, change, RAVI)

    with monkeypatch.context() as patch:
        patch.setattr(notices, "say", gone)
        await said_in_the_end(world, slow, change)


async def said_in_the_end(world: World, memo: Memo, change: str) -> None:
    """The card is touched, cannot be said, and shows the newest state a minute later."""
    async with world.store.write() as tx:
        await tx.touch_notice(NoticeKind.CARD, change)
    await delivery.deliver_card(world.ctx, change)
    world.clock.move(timedelta(minutes=1))
    await delivery.deliver_due(world.ctx)
    assert memo.cards()[-1].change.state is State.REJECTED
    now = await card(world, change)
    assert (now.wanted, now.given_up) == (now.shown, False)


async def test_a_message_that_cannot_be_made_hides_nothing_and_is_tried_again(
    world: World, logged: list[MutableMapping[str, Any]]
) -> None:
    change = await asked(world)
    world.memo.failing = [ZeroDivisionError("a bug")] * 4  # type: ignore[list-item]  # an exception that nobody declared
    outcome = await approvals.approve(world.ctx, change, RAVI)
    assert outcome.change.state is State.APPLIED  # type: ignore[attr-defined]  # another outcome fails the test
    assert (await card(world, change)).last_error == "ZeroDivisionError"
    assert "notice.not_made" in [one["event"] for one in logged]
    world.memo.failing.clear()
    world.clock.move(timedelta(minutes=1))
    await delivery.deliver_due(world.ctx)
    assert states(world)[-1] is State.APPLIED


async def test_one_notice_that_cannot_be_made_does_not_stop_the_others(world: World) -> None:
    world.memo.failing = [NotDelivered("timeout")] * 2
    await asked(world)
    await asked(world, _search(world))
    world.clock.move(timedelta(minutes=1))
    world.memo.failing = [ZeroDivisionError()]  # type: ignore[list-item]  # an exception that nobody declared
    assert await delivery.deliver_due(world.ctx) == 2
    assert states(world) == [State.WAITING]


async def test_a_database_that_is_gone_while_saying_undoes_nothing_that_was_asked_for(world: World) -> None:
    world.memo.failing = [StoreUnavailable("reading", Cause.LOST)]  # type: ignore[list-item]  # an exception that nobody declared
    await asked(world)
    assert world.memo.said == []
    world.clock.move(timedelta(minutes=2))
    assert await delivery.deliver_due(world.ctx) == 1
    assert states(world) == [State.WAITING]


async def test_a_database_that_is_gone_while_putting_off_leaves_it_to_the_claim(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*arguments: object, **more: object) -> None:
        raise StoreUnavailable("writing", Cause.LOST)

    world.memo.failing = [NotDelivered("timeout")]
    with monkeypatch.context() as patch:
        patch.setattr(WriteTransaction, "failed", gone)
        await asked(world)
    assert states(world) == []
    world.clock.move(delivery.CLAIM + timedelta(seconds=1))
    await delivery.deliver_due(world.ctx)
    assert states(world) == [State.WAITING]


def _search(world: World) -> Any:
    project = world.provider.projects_["pr_search"]
    return replace(deploy(world), project=project, target=world.provider.config("search", "baseline"))


# Answers that are lost


LOST = NotDelivered("ServerDisconnectedError", unsure=True)


async def test_a_card_whose_answer_was_lost_is_found_and_not_posted_again(world: World) -> None:
    world.memo.lost = [LOST]
    change = await asked(world)
    assert (await card(world, change)).at is None
    world.clock.move(timedelta(seconds=2))
    await delivery.deliver_due(world.ctx)
    cards = [said for said in world.memo.said if isinstance(said.view, ChangeView)]
    assert [said.edited for said in cards] == [False, True]
    now = await card(world, change)
    assert (now.at, now.shown, now.posting) == (cards[0].at, now.wanted, "")


async def test_a_line_of_history_whose_answer_was_lost_is_found_and_not_posted_again(world: World) -> None:
    change = await asked(world)
    lost = world.memo

    class Lossy(Memo):
        async def history(self, view: HistoryView, card: MessageAt) -> MessageAt:
            lost.lost = [LOST]
            return await lost.history(view, card)

        async def card(self, view: ChangeView, place: Place, at: MessageAt | None) -> MessageAt:
            return await lost.card(view, place, at)

        def posting(self, post: str) -> Memo:
            lost.posting(post)
            return self

    await approvals.reject(world.again("one", notifier=Lossy()).ctx, change, RAVI)
    world.clock.move(timedelta(seconds=10))
    await delivery.deliver_due(world.ctx)
    await delivery.deliver_due(world.ctx)
    assert world.memo.told() == ["change.rejected"]
    world.clock.move(timedelta(hours=1))
    assert await delivery.deliver_due(world.ctx) == 0


async def test_a_line_whose_answer_was_lost_is_found_though_a_card_was_posted_meanwhile(world: World) -> None:
    class Busy(Memo):
        async def history(self, view: HistoryView, card: MessageAt) -> MessageAt:
            if not self.told():
                await asyncio.create_task(asked(world, _search(world)))
                self.lost = [LOST]
            return await Memo.history(self, view, card)

    memo = Busy()
    world = replace(world.again("one", notifier=memo), memo=memo)
    change = await asked(world)
    await approvals.reject(world.ctx, change, RAVI)
    world.clock.move(timedelta(seconds=10))
    await delivery.deliver_due(world.ctx)
    assert memo.told() == ["change.rejected"]


async def test_a_card_that_did_not_arrive_is_posted_after_looking(world: World) -> None:
    world.memo.failing = [LOST]
    change = await asked(world)
    assert (await card(world, change)).posting
    world.clock.move(timedelta(seconds=2))
    await delivery.deliver_due(world.ctx)
    assert states(world) == [State.WAITING]
    assert (await card(world, change)).posting == ""


async def test_as_long_as_nobody_can_tell_nothing_is_posted_again_for_a_while(world: World) -> None:
    world.memo.lost = [LOST]
    change = await asked(world)
    world.memo.blind = [NotDelivered("missing_scope", unsure=True) for _ in range(100)]
    began = world.clock.now()
    while len(world.memo.said) == 1:
        world.clock.move(timedelta(seconds=1))
        await delivery.deliver_due(world.ctx)
    assert delivery.LOOKING <= world.clock.now() - began <= 2 * delivery.LOOKING
    now = await card(world, change)
    assert now.at == world.memo.said[1].at
    assert not world.memo.said[1].edited


async def test_who_died_before_hearing_the_answer_has_its_post_found_by_the_next(world: World) -> None:
    world.memo.lost = [KeyboardInterrupt()]  # type: ignore[list-item]  # an exception that nobody declared
    with pytest.raises(KeyboardInterrupt):
        await asked(world)
    async with world.store.read() as tx:
        ((change,), _) = await tx.changes(limit=1)
    world.clock.move(delivery.CLAIM)
    await delivery.deliver_due(world.again("two", alone=False).ctx)
    now = await card(world, change.id)
    assert now.at == world.memo.said[0].at
    assert [said.edited for said in world.memo.said] == [False, True]


# Many at once


async def cards_of(world: World, place: Place, count: int) -> list[str]:
    """Cards that wait in a channel, oldest first; each of a change of its own."""
    async with world.store.read() as tx:
        there, _ = await tx.changes(limit=1)
    change = there[0] if there else await stored(world, await asked(world))
    made = []
    async with world.store.write() as tx:
        for number in range(count):
            subject = f"{place.channel}-{number:04d}"
            number_ = await tx.next_number()
            other = replace(
                change, id=subject, number=number_, environment=replace(change.environment, id=subject), origin=place
            )
            assert await tx.insert_change(other, [])
            since = world.clock.now() + timedelta(microseconds=number)
            await tx.add_notice(Notice(subject, NoticeKind.CARD, subject, place, since))
            made.append(subject)
    world.clock.move(timedelta(seconds=10))
    world.memo.said.clear()
    return made


def subjects(world: World, channel: str) -> list[str]:
    return [said.view.change.id for said in world.memo.said if said.at.channel == channel]  # type: ignore[union-attr]  # another view, or none, fails the test


async def test_a_channel_is_told_one_message_a_second_in_order_after_a_burst(world: World) -> None:
    waiting = await cards_of(world, DEPLOYS, 30)
    told = []
    for _ in range(25):
        await delivery.deliver_due(world.ctx)
        told.append(len(subjects(world, DEPLOYS.channel)))
        world.clock.move(timedelta(seconds=1))
    assert told == [min(8 + second, 30) for second in range(25)]
    assert subjects(world, DEPLOYS.channel) == waiting


async def test_a_channel_that_slack_holds_back_holds_back_no_other(world: World) -> None:
    held, healthy = replace(DEPLOYS, channel="C0HELD"), replace(DEPLOYS, channel="C0HEALTHY")
    waiting = [await cards_of(world, held, 5), await cards_of(world, healthy, 5)]
    world.memo.failing = [NotDelivered("ratelimited", retry_after=300)]
    await delivery.deliver_due(world.ctx)
    assert subjects(world, "C0HELD") == []
    assert subjects(world, "C0HEALTHY") == waiting[1]
    world.clock.move(timedelta(seconds=299))
    await delivery.deliver_due(world.ctx)
    assert subjects(world, "C0HELD") == []
    for _ in range(5):
        world.clock.move(timedelta(seconds=1))
        await delivery.deliver_due(world.ctx)
    assert subjects(world, "C0HELD") == waiting[0]


async def test_of_many_edits_that_wait_only_the_newest_is_shown(world: World) -> None:
    change = await asked(world)
    world.memo.failing = [NotDelivered("ratelimited", retry_after=60)]
    for _ in range(20):
        async with world.store.write() as tx:
            await tx.touch_notice(NoticeKind.CARD, change)
        await delivery.deliver_card(world.ctx, change)
    assert len(world.memo.said) == 1
    world.clock.move(timedelta(seconds=60))
    await delivery.deliver_due(world.ctx)
    assert len(world.memo.said) == 2
    now = await card(world, change)
    assert now.shown == now.wanted == 21


async def test_a_channel_that_hangs_holds_up_no_other(world: World) -> None:
    hanging, healthy = replace(DEPLOYS, channel="C0HANGING"), replace(DEPLOYS, channel="C0HEALTHY")
    await cards_of(world, hanging, 1)
    await cards_of(world, healthy, 3)
    go_on = asyncio.Event()
    memo = world.memo

    class Hanging(Memo):
        async def card(self, view: ChangeView, place: Place, at: MessageAt | None) -> MessageAt:
            if place.channel == "C0HANGING":
                await go_on.wait()
            return await memo.card(view, place, at)

    sweep = asyncio.create_task(delivery.deliver_due(world.again("one", notifier=Hanging()).ctx))
    async with asyncio.timeout(30):
        while len(subjects(world, "C0HEALTHY")) < 3:
            await asyncio.sleep(0.01)
        assert not sweep.done()
        late = replace(DEPLOYS, channel="C0LATE")
        async with world.store.write() as tx:
            first = await tx.change("C0HEALTHY-0000")
            assert first is not None
            await tx.insert_change(replace(first, id="late", number=9_999, project=replace(first.project, id="l")), [])
            since = world.clock.now() - timedelta(minutes=1)
            await tx.add_notice(Notice("late", NoticeKind.CARD, "late", late, since))
        while not subjects(world, "C0LATE"):
            await asyncio.sleep(0.01)
        go_on.set()
        assert await sweep == 5


async def test_a_sweep_that_is_cut_leaves_what_it_was_saying_to_its_claim(world: World) -> None:
    await cards_of(world, DEPLOYS, 1)

    async def for_ever() -> None:
        await asyncio.Event().wait()

    world = world.again("one", notifier=Slow(for_ever))
    sweep = asyncio.create_task(delivery.deliver_due(world.ctx))
    async with asyncio.timeout(30):
        while not (await card(world, "C0DEPLOYS-0000")).posting:
            await asyncio.sleep(0.01)
    sweep.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sweep
    assert (await card(world, "C0DEPLOYS-0000")).posting


async def test_what_takes_longer_than_a_claim_allows_is_given_up_for_now(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "PATIENCE", 0.01)

    async def for_ever() -> None:
        await asyncio.Event().wait()

    change = await asked(world.again("one", notifier=Slow(for_ever)))
    found = await card(world, change)
    assert (found.last_error, bool(found.posting)) == ("timed out", True)


async def test_a_notice_that_was_cleaned_up_is_not_said(world: World) -> None:
    gone = Notice("gone", NoticeKind.CARD, "gone", DEPLOYS, world.clock.now())
    assert await delivery.deliver(world.ctx, gone) is delivery.DeliveryResult.DONE


async def test_a_message_that_is_gone_is_said_anew(world: World) -> None:
    change = await asked(world)
    world.memo.failing = [NotDelivered("message_not_found", gone=True)]
    await approvals.reject(world.ctx, change, RAVI)
    cards = [said for said in world.memo.said if isinstance(said.view, ChangeView)]
    assert [(said.view.change.state, said.edited) for said in cards] == [  # type: ignore[union-attr]  # another view, or none, fails the test
        (State.WAITING, False),
        (State.REJECTED, False),
    ]
    assert (await card(world, change)).at == cards[-1].at


async def test_who_lost_the_claim_meanwhile_writes_nothing(world: World) -> None:
    slow = Slow(None)
    world = world.again("one", notifier=slow)

    async def taken_over() -> None:
        world.clock.move(delivery.CLAIM)
        async with world.store.write() as tx:
            now = world.clock.now()
            (found,) = await tx.due_notices(now)
            assert await tx.claim_notice(found.id, "two", now + delivery.CLAIM, now)

    slow.meanwhile = taken_over
    change = await asked(world)
    assert (await card(world, change)).at is None


# Reports


async def test_a_report_waits_for_a_service_that_does_not_answer(world: World) -> None:
    world = world.again("one", evaluations_channel="C0EVALS")
    run = world.provider.evaluated("support", "config_x", 0.5, status=RUNNING)
    world.provider.fail("evaluation", NotDone(problem(Fault.UNAVAILABLE, 503)))
    await left_running.sweep(world.ctx)
    assert world.memo.reports() == []
    world.clock.move(timedelta(minutes=1))
    assert await delivery.deliver_due(world.ctx) == 1
    assert the(type(world.memo.reports()[0].view), world.memo.reports()[0].view).evaluation.id == run.id  # type: ignore[union-attr]  # another view, or none, fails the test


async def test_a_report_of_a_provider_that_is_not_configured_any_more_is_given_up(world: World) -> None:
    world = world.again("one", evaluations_channel="C0EVALS")
    world.provider.evaluated("support", "config_x", 0.5, status=RUNNING)
    world.memo.failing = [NotDelivered("timeout")]
    await left_running.sweep(world.ctx)
    world.clock.move(timedelta(minutes=1))
    await delivery.deliver_due(world.again("one", providers={}).ctx)
    world.clock.move(timedelta(minutes=1))
    assert await delivery.deliver_due(world.ctx) == 0


async def test_an_undo_of_nothing_is_not_offered(world: World) -> None:
    change = await asked(world)
    assert not world.memo.cards()[-1].undoable
    await approvals.withdraw(world.ctx, change, ADA)
    assert not world.memo.cards()[-1].undoable
