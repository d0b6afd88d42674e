"""What the store promises about messages that are to be said, on every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.domain.actors import MessageAt
from bot.domain.notices import Notice, NoticeKind, Queue
from bot.domain.rate_limits import RateLimitBucket
from bot.store import Store
from tests.bot.store.builders import DAY, DEPLOYS, MINUTE, NOON, POSTED, FixedClock, card, say

EVALS = replace(DEPLOYS, channel="C0EVALS")


def the(found: Notice | None) -> Notice:
    assert found is not None
    return found


async def test_what_is_no_longer_in_ones_hands_is_left_alone(store: Store) -> None:
    """A claim that ran out belongs to whoever took it over: the late one changes nothing."""
    later = NOON + MINUTE
    async with store.write() as tx:
        await tx.add_notice(card())
        await tx.claim_notice("no-card", "worker-1", later, NOON)
        await tx.claim_notice("no-card", "worker-2", later + MINUTE, later)
        assert not await tx.delivered("no-card", 1, POSTED, "worker-1")
        assert not await tx.failed("no-card", 1, "timeout", None, given_up=True, owner="worker-1")
        assert not await tx.move_notice("no-card", "C0OTHER", "worker-1")
        assert not await tx.message_gone("no-card", "worker-1")
        assert not await tx.posts_again("no-card", "worker-1", later)
        assert await tx.notice("no-card") == card()
        assert await tx.delivered("no-card", 1, POSTED, "worker-2")


async def test_a_post_that_may_have_gone_out_is_remembered_until_something_is_known_of_it(store: Store) -> None:
    posted: dict[str, Any] = {"posting": "post-1", "posting_since": NOON}
    async with store.write() as tx:
        await tx.add_notice(card())
        assert await tx.claim_notice("no-card", "dead", NOON + MINUTE, NOON, posting="post-1") == card()
        again = NOON + MINUTE
        assert await tx.claim_notice("no-card", "worker-1", NOON + DAY, again, posting="post-2") == card(**posted)
        await tx.failed("no-card", 1, "timeout", None, given_up=False, owner="worker-1", unsure=True)
        found = await tx.claim_notice("no-card", "worker-1", NOON + DAY, again, posting="post-3")
        assert found == card(attempts=1, last_error="timeout", **posted)
        assert await tx.posts_again("no-card", "worker-1", again)
        assert the(await tx.notice("no-card")).posting_since == again
        await tx.failed("no-card", 1, "ratelimited", None, given_up=False, owner="worker-1")
        assert the(await tx.notice("no-card")).posting == ""
        await tx.claim_notice("no-card", "worker-1", NOON + DAY, again, posting="post-4")
        await tx.delivered("no-card", 1, POSTED, "worker-1")
        assert await tx.notice("no-card") == card(shown=1, at=POSTED)


async def test_an_edit_is_no_post(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_notice(card(wanted=2, shown=1, at=POSTED))
        await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON, posting="post-1")
        assert the(await tx.notice("no-card")).posting == ""


async def test_it_is_known_since_when_something_is_to_be_said(store: Store, clock: FixedClock) -> None:
    async with store.write() as tx:
        await tx.add_notice(card())
        await say(tx, 1)
        clock.time = NOON + MINUTE
        await tx.touch_notice(NoticeKind.CARD, "ch-a")
        clock.time = NOON + DAY
        await tx.touch_notice(NoticeKind.CARD, "ch-a")
        assert the(await tx.notice("no-card")).behind_since == NOON + MINUTE
        await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON)
        await tx.failed("no-card", 3, "timeout", None, given_up=True, owner="worker-1")
        await tx.touch_notice(NoticeKind.CARD, "ch-a")
        assert the(await tx.notice("no-card")).behind_since == NOON + DAY


@pytest.mark.parametrize("not_before", [None, NOON + DAY])
async def test_what_changed_while_it_was_given_up_is_tried_again_as_if_for_the_first_time(
    store: Store, clock: FixedClock, not_before: datetime | None
) -> None:
    async with store.write() as tx:
        await tx.add_notice(card(attempts=20))
        await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON)
        await tx.touch_notice(NoticeKind.CARD, "ch-a")
        clock.time = NOON + DAY
        assert await tx.failed("no-card", 1, "is_archived", not_before, given_up=True, owner="worker-1")
        (due,) = await tx.due_notices(NOON + DAY)
    assert (due.wanted, due.attempts, due.behind_since, due.not_before) == (2, 0, NOON + DAY, not_before)


async def test_a_failure_that_gives_nothing_up_counts_whatever_changed_meanwhile(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_notice(card(attempts=3))
        await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON)
        await tx.touch_notice(NoticeKind.CARD, "ch-a")
        await tx.failed("no-card", 1, "timeout", None, given_up=False, owner="worker-1")
        (due,) = await tx.due_notices(NOON)
    assert (due.wanted, due.attempts, due.behind_since) == (2, 4, NOON)


async def test_queues_are_posts_and_edits_of_a_channel_the_longest_waiting_first(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_notice(card("a", "a", wanted=2, shown=1, at=POSTED))
        await tx.add_notice(card("b", "b", created_at=NOON - MINUTE))
        await tx.add_notice(card("c", "c", place=EVALS, created_at=NOON - 2 * MINUTE))
        await tx.add_notice(card("d", "d"))
    async with store.read() as tx:
        posts, edits, other = Queue("C0DEPLOYS", True), Queue("C0DEPLOYS", False), Queue("C0EVALS", True)
        assert await tx.due_queues(NOON, NOON + MINUTE) == (other, posts, edits)
        assert await tx.due_queues(NOON, NOON) == (other, posts, edits)
        assert await tx.due_queues(NOON, NOON - MINUTE) == (other, edits)
        assert [due.id for due in await tx.due_notices(NOON, queue=posts)] == ["b", "d"]
        assert [due.id for due in await tx.due_notices(NOON, queue=posts, older_than=NOON)] == ["b"]
        assert [due.id for due in await tx.due_notices(NOON, queue=edits)] == ["a"]


async def test_a_lane_is_there_once_it_is_asked_for_and_kept_as_it_was_saved(store: Store) -> None:
    full = RateLimitBucket("C0DEPLOYS", NOON, NOON + MINUTE, "is_archived", NOON - MINUTE)
    async with store.write() as tx:
        assert await tx.bucket("C0DEPLOYS") == RateLimitBucket("C0DEPLOYS")
        await tx.save_lane(full)
    async with store.write() as tx:
        assert await tx.bucket("C0DEPLOYS") == full
        assert await tx.bucket("C0EVALS") == RateLimitBucket("C0EVALS")


async def test_a_card_can_be_moved_to_another_channel_and_be_said_anew(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_notice(card(wanted=2, shown=1, at=POSTED))
        await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON)
        assert await tx.move_notice("no-card", "C0EVALS", "worker-1")
        (due,) = await tx.due_notices(NOON)
        assert (due.place, due.at, due.attempts) == (EVALS, None, 1)
        await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON)
        await tx.delivered("no-card", 1, MessageAt("C0EVALS", "1.1"), "worker-1")
        await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON)
        assert await tx.message_gone("no-card", "worker-1")
        (due,) = await tx.due_notices(NOON)
        assert due.at is None
