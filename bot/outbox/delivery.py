"""Delivery of notices: claim a row, render the current state, post or edit the message, store its place.

A notice whose `wanted` grew during delivery is delivered again, so the last version is always the current state, and a
waiting message is edited once, to the newest state. Calls that Slack counts together share one rate-limit bucket;
buckets do not wait for each other.

Slack's posts have no idempotency key. If the answer to a post was lost, the post is searched for by the id in its
metadata before it is sent again. Only if searching fails for a while is it sent again blindly (at least once).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from prometheus_client import Counter

from bot.context import Context, new_id
from bot.domain.actors import MessageAt
from bot.domain.errors import StoreUnavailable
from bot.domain.notices import NOTHING_LEFT, Notice, NoticeKind, Queue, Spot
from bot.domain.rate_limits import EDITING, EDITS, POSTS, Pace
from bot.logs import get_logger
from bot.outbox import notices, outages
from bot.ports import NotDelivered

if TYPE_CHECKING:
    from bot.store import ReadTransaction, WriteTransaction

log = get_logger(__name__)

FRESH = timedelta(seconds=3)
"""The sweep leaves notices younger than this to the process that inserted them."""

CLAIM = timedelta(seconds=60)
"""How long a process may take to deliver a notice before another one tries."""

PATIENCE = 50.0
"""Time limit of one delivery, in seconds: less than `CLAIM`, so that a live claim never runs out."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=10)
"""Pauses between tries double, from the first to the longest."""

LONGEST_HOLD = timedelta(minutes=1)
"""Longest pause of a bucket if Slack was not reached, or did not say how long to wait."""

GIVE_UP = timedelta(days=1)
"""A notice that is out of date for this long despite retries is given up, with an error in the log."""

FEWEST_TRIES = 20
"""A notice is not given up for its age alone after fewer tries: for most of that time, nobody may have tried."""

LOOKING = timedelta(minutes=2)
"""How long to search for a post whose answer was lost before it is sent again blindly."""

UNEDITABLE = frozenset({"channel_not_found"})
CERTAIN = 2
"""Tries after which one of these errors on an edit counts as final: the channel was deleted with the message."""

ROUND = 1.0
"""Seconds after which a sweep looks for new queues while others are still in progress."""

DECIDED_ON = frozenset(
    {NoticeKind.CARD, NoticeKind.DRIFT, NoticeKind.EVALUATION, NoticeKind.EVALUATION_LIST, NoticeKind.MISSED}
)
"""Messages that people act on."""

OUTCOMES = Counter("configbot_notices", "messages to be said, by outcome", ["outcome"])


class DeliveryResult(Enum):
    """The result of one delivery attempt."""

    DONE = auto()
    """Nothing is left to deliver now, or another process does it."""
    LATER = auto()
    """This notice is tried again later."""
    HELD = auto()
    """The whole bucket has to wait."""


async def deliver_card(ctx: Context, change_id: str) -> None:
    """Bring one card and its thread up to date now. Never raises: the sweep tries failed deliveries again."""
    try:
        await _deliver_card(ctx, change_id)
    except StoreUnavailable as error:
        log.warning("card.not_delivered", change=change_id, cause=str(error))


async def _deliver_card(ctx: Context, change_id: str) -> None:
    async with ctx.store.read() as tx:
        card = await tx.notice_for(NoticeKind.CARD, change_id)
    if card is None:
        return
    await deliver(ctx, card)
    async with ctx.store.read() as tx:
        lines = [await tx.notice_for(NoticeKind.HISTORY, entry.id) for entry in await tx.audit(change_id)]
        missed = await tx.notice_for(NoticeKind.MISSED, change_id)
    for line in (*lines, missed):
        if line is not None and line.wanted > line.shown:
            await deliver(ctx, line)


async def deliver_about(ctx: Context, kind: NoticeKind, subject: str) -> None:
    """Bring the message about a subject up to date now, if there is one. Never raises, like `deliver_card`."""
    try:
        async with ctx.store.read() as tx:
            notice = await tx.notice_for(kind, subject)
        if notice is not None:
            await deliver(ctx, notice)
    except StoreUnavailable as error:
        log.warning("notice.not_delivered_now", kind=kind.value, subject=subject, cause=str(error))


async def deliver_due(ctx: Context, *, limit: int = 50) -> int:
    """Deliver everything that is due and that the rate limits allow now. Returns the number of notices tried.

    Queues are processed concurrently, at most `limit` notices of each, so a slow one does not delay the others.
    """
    await _release_the_dead(ctx)
    tried, ended, working = 0, dict[Queue, float](), dict[asyncio.Task[int], Queue]()
    now = asyncio.get_running_loop().time
    try:
        while True:
            for queue in await _queues(ctx):
                if queue not in working.values() and now() - ended.get(queue, -ROUND) >= ROUND:
                    working[asyncio.create_task(_work(ctx, queue, limit), name=f"queue {queue.channel}")] = queue
            if not working:
                return tried
            done, _ = await asyncio.wait(working, timeout=ROUND)
            for task in done:
                ended[working.pop(task)] = now()
                tried += task.result()
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)


async def _release_the_dead(ctx: Context) -> None:
    """Release the claims of other processes if this one is alone, because then they are dead."""
    if not ctx.alone:
        return
    async with ctx.store.read() as tx:
        if not await tx.held_by_others(ctx.owner):
            return
    async with ctx.store.write() as tx:
        await tx.release_claims(ctx.owner)


async def _queues(ctx: Context) -> tuple[Queue, ...]:
    # a new notice is being delivered by the process that inserted it
    now = ctx.clock.now()
    async with ctx.store.read() as tx:
        return await tx.due_queues(now, now - FRESH)


async def _work(ctx: Context, queue: Queue, limit: int) -> int:
    """Deliver the due notices of one queue, in order, until the bucket has to wait. Returns how many were tried."""
    now, tried = ctx.clock.now(), 0
    async with ctx.store.read() as tx:
        due = await tx.due_notices(now, limit, queue=queue, older_than=now - FRESH)
    for notice in due:
        result = await deliver(ctx, notice)
        if result is DeliveryResult.HELD:
            break
        tried += 1
    return tried


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice that we have claimed, and the id in its post's metadata."""

    notice: Notice
    post: str
    troubled: bool
    """Whether the channel has been rejecting messages."""


async def deliver(ctx: Context, notice: Notice) -> DeliveryResult:
    """Deliver one notice until it is up to date. Never raises because of Slack."""
    while True:
        claimed = await _claim(ctx, notice.id)
        if isinstance(claimed, DeliveryResult):
            return claimed
        try:
            say_again = await _say(ctx, claimed)
        except NotDelivered as error:
            if not error.gone:
                return await _postpone(ctx, claimed.notice, error)
            async with ctx.store.write() as tx:
                say_again = await tx.message_gone(notice.id, ctx.owner)
        except StoreUnavailable:
            raise
        except Exception as error:  # a message that cannot be rendered must not affect its subject
            log.exception("notice.not_made", notice=notice.id, kind=notice.kind.value)
            return await _postpone(ctx, claimed.notice, NotDelivered(type(error).__name__))
        if not say_again:
            return DeliveryResult.DONE


async def _claim(ctx: Context, notice_id: str) -> Claimed | DeliveryResult:
    """Claim a notice and a turn in its rate-limit bucket."""
    now, post = ctx.clock.now(), new_id()
    async with ctx.store.write() as tx:
        notice = await tx.notice(notice_id)
        if notice is None:
            return DeliveryResult.DONE
        name, pace = await _bucket(tx, notice)
        bucket = await tx.bucket(name)
        if bucket.opens_at(pace, now) > now:
            return DeliveryResult.HELD
        claimed = await tx.claim_notice(notice.id, ctx.owner, now + CLAIM, now, posting=post)
        if claimed is None:
            return DeliveryResult.DONE
        await tx.save_lane(bucket.sent(pace, now))
        return Claimed(claimed, claimed.posting or post, bool(bucket.trouble))


async def _bucket(tx: ReadTransaction, notice: Notice) -> tuple[str, Pace]:
    """The name of the rate-limit bucket for a notice, and its pace."""
    if notice.at is not None:
        return EDITING, EDITS
    return (await notices.where(tx, notice)).channel, POSTS


async def _say(ctx: Context, claimed: Claimed) -> bool:
    """Post or edit, and store the delivery. Returns whether the notice is already out of date again.

    Raises `NotDelivered`, `StoreUnavailable`.
    """
    notice, revision = claimed.notice, claimed.notice.wanted
    try:
        async with asyncio.timeout(PATIENCE):
            at = await _find_post(ctx, notice)
            if at is None:
                ctx_of_post = replace(ctx, notifier=ctx.notifier.posting(claimed.post))
                at = await notices.say(ctx_of_post, notice)
                outcome = "edited" if notice.at is not None else "posted"
            else:
                revision, outcome = notices.shown_by_first_post(notice), "found"
    except TimeoutError:
        raise NotDelivered("timed out", unsure=True) from None
    async with ctx.store.write() as tx:
        if at is None:
            await tx.failed(notice.id, revision, NOTHING_LEFT, None, True, ctx.owner)
            return False
        if claimed.troubled:
            await outages.mended(tx, at.channel)
        newest = await tx.delivered(notice.id, revision, at, ctx.owner)
    if newest is None:
        log.warning("notice.claim_lost", notice=notice.id, kind=notice.kind.value)
        return False
    OUTCOMES.labels(outcome).inc()
    log.info("notice.said", kind=notice.kind.value, subject=notice.subject, edited=notice.at is not None)
    return newest > revision


async def _find_post(ctx: Context, notice: Notice) -> MessageAt | None:
    """Find a post whose answer was lost. None if it was not posted, or if it is to be sent again blindly.

    Raises `NotDelivered` if that cannot be determined yet.
    """
    since = notice.posting_since
    if since is None or notice.at is not None:
        return None
    async with ctx.store.read() as tx:
        spot = await notices.where(tx, notice)
    try:
        at = await ctx.notifier.find(notice.posting, spot, since)
    except NotDelivered as error:
        if ctx.clock.now() - since < LOOKING:
            raise
        log.warning("notice.said_perhaps_twice", notice=notice.id, kind=notice.kind.value, cause=error.error)
        at = None
    if at is None:
        async with ctx.store.write() as tx:
            await tx.posts_again(notice.id, ctx.owner, ctx.clock.now())
    return at


async def _postpone(ctx: Context, notice: Notice, error: NotDelivered) -> DeliveryResult:
    if notice.at is not None and error.error in UNEDITABLE and notice.attempts >= CERTAIN:
        error.final = True
    if await _moved_to_default_channel(ctx, notice, error):
        return DeliveryResult.DONE
    now = ctx.clock.now()
    pause = min(FIRST_PAUSE * 2 ** min(notice.attempts, 12), LONGEST_PAUSE)
    if error.everywhere:
        pause = min(pause, LONGEST_HOLD)
    if error.retry_after is not None:
        pause = timedelta(seconds=error.retry_after)
    is_too_old = now - (notice.behind_since or now) >= GIVE_UP
    give_up = error.final or (is_too_old and notice.attempts + 1 >= FEWEST_TRIES)
    say = log.error if give_up else log.warning
    say("notice.not_delivered", notice=notice.id, kind=notice.kind, error=error.error, given_up=give_up)
    OUTCOMES.labels("given_up" if give_up else "put_off").inc()
    try:
        async with ctx.store.write() as tx:
            if error.everywhere:  # everything in the same bucket has to wait as well
                name, pace = await _bucket(tx, notice)
                await tx.save_lane((await tx.bucket(name)).held(pace, now + pause))
            if give_up:
                await _report_trouble(ctx, tx, notice, error)
            await tx.failed(notice.id, notice.wanted, error.error, now + pause, give_up, ctx.owner, unsure=error.unsure)
    except StoreUnavailable as unavailable:
        log.warning("notice.not_postponed", notice=notice.id, cause=str(unavailable))
    return DeliveryResult.HELD if error.everywhere else DeliveryResult.LATER


async def _report_trouble(ctx: Context, tx: WriteTransaction, notice: Notice, error: NotDelivered) -> None:
    """Report once in the default channel that another channel rejects messages."""
    spot = Spot(notice.at.channel) if notice.at else await notices.where(tx, notice)
    await outages.note(ctx, tx, spot.channel, error.error)


async def _moved_to_default_channel(ctx: Context, notice: Notice, error: NotDelivered) -> bool:
    """Move a notice that people act on to the default channel if its own channel rejects it. Returns whether it did."""
    other = ctx.default_channel
    if not error.final or notice.kind not in DECIDED_ON or other is None or other == notice.place.channel:
        return False
    log.warning("notice.moved", notice=notice.id, error=error.error, channel=other)
    try:
        async with ctx.store.write() as tx:
            await _report_trouble(ctx, tx, notice, error)
            await tx.move_notice(notice.id, other, ctx.owner)
    except StoreUnavailable as unavailable:
        log.warning("notice.not_moved", notice=notice.id, cause=str(unavailable))
        return True  # the claim will run out, and then it is tried again
    await deliver(ctx, notice)
    return True
