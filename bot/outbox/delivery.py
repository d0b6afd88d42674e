"""Saying what stands in the notices table: claim a row, render the present state, post or edit, write down where.

A notice whose `wanted` moved on while it was being said is said again, so the last word is always the present state,
and a message that waits is edited once, to the newest. What Slack counts together goes through one lane at its pace;
lanes do not wait for each other.

A post has no idempotency key. One whose answer was lost is looked for by the id that it carries before it is made
again; only where looking is not possible for a while is it made again without knowing (said at least once).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto

from prometheus_client import Counter

from bot.context import Context, new_id
from bot.domain.actors import MessageAt
from bot.domain.notices import Notice, NoticeKind, Spot
from bot.domain.rate_limits import EDITING, EDITS, POSTS, Pace
from bot.logs import get_logger
from bot.outbox import notices, outages
from bot.ports import NotDelivered
from bot.store import NOTHING_LEFT, Queue, ReadTransaction, StoreUnavailable, WriteTransaction

log = get_logger(__name__)

FRESH = timedelta(seconds=3)
"""The sweep leaves a notice of this age to the process that wrote it."""

CLAIM = timedelta(seconds=60)
"""How long one process may take to say a notice before another one tries."""

PATIENCE = 50.0
"""Seconds that saying one notice may take: less than its claim, which so never runs out in living hands."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=10)
"""Pauses between tries double from the first to the longest."""

LONGEST_HOLD = timedelta(minutes=1)
"""How long a lane waits at most when Slack was not reached, or did not say for how long."""

GIVE_UP = timedelta(days=1)
"""A notice that could not be said for so long is given up, loudly. It counts from when there was something to say."""

FEWEST_TRIES = 20
"""A notice is not given up for its age alone after fewer tries: for most of that time, nobody may have tried."""

LOOKING = timedelta(minutes=2)
"""How long we try to find out what became of a post before it is made again without knowing."""

UNEDITABLE = frozenset({"channel_not_found"})
CERTAIN = 2
"""An edit that met one of these is believed after so many tries: the channel was deleted, and the message with it."""

ROUND = 1.0
"""Seconds after which a sweep looks again for queues, while others are still being worked on."""

DECIDED_ON = frozenset(
    {NoticeKind.CARD, NoticeKind.DRIFT, NoticeKind.EVALUATION, NoticeKind.EVALUATION_LIST, NoticeKind.MISSED}
)
"""Messages after which people do something."""

OUTCOMES = Counter("configbot_notices", "messages to be said, by outcome", ["outcome"])


class Came(Enum):
    """What one try came to."""

    DONE = auto()
    """Nothing is left to say now, or somebody else says it."""
    LATER = auto()
    """This one is tried later."""
    HELD = auto()
    """Nothing goes this way for now."""


async def deliver_card(ctx: Context, change_id: str) -> None:
    """Bring one card and its thread up to date now. Never raises: what does not work is tried again by the sweep."""
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
        lines = [await tx.notice_for(NoticeKind.HISTORY, said.id) for said in await tx.audit(change_id)]
        missed = await tx.notice_for(NoticeKind.MISSED, change_id)
    for line in (*lines, missed):
        if line is not None and line.wanted > line.shown:
            await deliver(ctx, line)


async def deliver_about(ctx: Context, kind: NoticeKind, subject: str) -> None:
    """Bring the one message about something up to date now, if there is one. Never raises, as for a card."""
    try:
        async with ctx.store.read() as tx:
            notice = await tx.notice_for(kind, subject)
        if notice is not None:
            await deliver(ctx, notice)
    except StoreUnavailable as error:
        log.warning("notice.not_delivered_now", kind=kind.value, subject=subject, cause=str(error))


async def deliver_due(ctx: Context, *, limit: int = 50) -> int:
    """Say everything that is due and that Slack takes now. Answers how many notices were tried.

    Queues are worked on side by side, at most `limit` notices of each: one that hangs holds up no other.
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
    """Whoever is alone takes over at once what another process had in hand."""
    if not ctx.alone:
        return
    async with ctx.store.read() as tx:
        if not await tx.held_by_others(ctx.owner):
            return
    async with ctx.store.write() as tx:
        await tx.release_claims(ctx.owner)


async def _queues(ctx: Context) -> tuple[Queue, ...]:
    # what is brand new is being said by whoever caused it
    now = ctx.clock.now()
    async with ctx.store.read() as tx:
        return await tx.due_queues(now, now - FRESH)


async def _work(ctx: Context, queue: Queue, limit: int) -> int:
    """Say what is due in one queue, in order, until nothing more goes this way. Answers how many were tried."""
    now, tried = ctx.clock.now(), 0
    async with ctx.store.read() as tx:
        due = await tx.due_notices(now, limit, queue=queue, older_than=now - FRESH)
    for notice in due:
        came = await deliver(ctx, notice)
        if came is Came.HELD:
            break
        tried += 1
    return tried


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice in our hands, as it was found, and the id that its post carries."""

    notice: Notice
    post: str
    troubled: bool
    """Whether the channel has taken no message lately."""


async def deliver(ctx: Context, notice: Notice) -> Came:
    """Say one notice until what is shown is what is wanted. Never raises for Slack."""
    while True:
        claimed = await _claim(ctx, notice.id)
        if isinstance(claimed, Came):
            return claimed
        try:
            came = await _say(ctx, claimed)
        except NotDelivered as error:
            if not error.gone:
                return await _postpone(ctx, claimed.notice, error)
            async with ctx.store.write() as tx:
                came = await tx.message_gone(notice.id, ctx.owner)
        except StoreUnavailable:
            raise
        except Exception as error:  # a message that cannot be made neither hides nor undoes what it is about
            log.exception("notice.not_made", notice=notice.id, kind=notice.kind.value)
            return await _postpone(ctx, claimed.notice, NotDelivered(type(error).__name__))
        if not came:
            return Came.DONE


async def _claim(ctx: Context, notice_id: str) -> Claimed | Came:
    """Take a notice in hand, and its turn in the lane."""
    now, post = ctx.clock.now(), new_id()
    async with ctx.store.write() as tx:
        found = await tx.notice(notice_id)
        if found is None:
            return Came.DONE
        name, pace = await _bucket(tx, found)
        bucket = await tx.bucket(name)
        if bucket.opens_at(pace, now) > now:
            return Came.HELD
        claimed = await tx.claim_notice(found.id, ctx.owner, now + CLAIM, now, posting=post)
        if claimed is None:
            return Came.DONE
        await tx.save_lane(bucket.sent(pace, now))
        return Claimed(claimed, claimed.posting or post, bool(bucket.trouble))


async def _bucket(tx: ReadTransaction, notice: Notice) -> tuple[str, Pace]:
    """The lane in which a notice is said, and its pace."""
    if notice.at is not None:
        return EDITING, EDITS
    return (await notices.where(tx, notice)).channel, POSTS


async def _say(ctx: Context, claimed: Claimed) -> bool:
    """Post or edit, and write it down. Answers whether there is more to say by now.

    Raises `NotDelivered`, `StoreUnavailable`.
    """
    notice, shown = claimed.notice, claimed.notice.wanted
    try:
        async with asyncio.timeout(PATIENCE):
            at = await _found(ctx, notice)
            if at is None:
                ctx_of_post = replace(ctx, notifier=ctx.notifier.posting(claimed.post))
                at = await notices.say(ctx_of_post, notice)
                outcome = "edited" if notice.at is not None else "posted"
            else:
                shown, outcome = notices.shown_by_first_post(notice), "found"
    except TimeoutError:
        raise NotDelivered("timed out", unsure=True) from None
    async with ctx.store.write() as tx:
        if at is None:
            await tx.failed(notice.id, NOTHING_LEFT, None, True, ctx.owner)
            return False
        if claimed.troubled:
            await outages.mended(tx, at.channel)
        wanted = await tx.delivered(notice.id, shown, at, ctx.owner)
    if wanted is None:
        log.warning("notice.claim_lost", notice=notice.id, kind=notice.kind.value)
        return False
    OUTCOMES.labels(outcome).inc()
    log.info("notice.said", kind=notice.kind.value, subject=notice.subject, edited=notice.at is not None)
    return wanted > shown


async def _found(ctx: Context, notice: Notice) -> MessageAt | None:
    """Where a post stands whose answer was lost. None: there is no such post, or it is made again without knowing.

    Raises `NotDelivered` when it cannot be told yet.
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


async def _postpone(ctx: Context, notice: Notice, error: NotDelivered) -> Came:
    if notice.at is not None and error.error in UNEDITABLE and notice.attempts >= CERTAIN:
        error.final = True
    if await _said_elsewhere(ctx, notice, error):
        return Came.DONE
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
            if error.everywhere:  # whatever else goes the same way waits as well
                name, pace = await _bucket(tx, notice)
                await tx.save_lane((await tx.bucket(name)).held(pace, now + pause))
            if give_up:
                await _tell(ctx, tx, notice, error)
            await tx.failed(notice.id, error.error, now + pause, give_up, ctx.owner, unsure=error.unsure)
    except StoreUnavailable as unavailable:
        log.warning("notice.not_postponed", notice=notice.id, cause=str(unavailable))
    return Came.HELD if error.everywhere else Came.LATER


async def _tell(ctx: Context, tx: WriteTransaction, notice: Notice, error: NotDelivered) -> None:
    """Tell the default channel, once, that another channel takes nothing."""
    spot = Spot(notice.at.channel) if notice.at else await notices.where(tx, notice)
    await outages.note(ctx, tx, spot.channel, error.error)


async def _said_elsewhere(ctx: Context, notice: Notice, error: NotDelivered) -> bool:
    """What its channel does not take stands in the default channel: nobody decides on what nobody sees."""
    other = ctx.default_channel
    if not error.final or notice.kind not in DECIDED_ON or other is None or other == notice.place.channel:
        return False
    log.warning("notice.moved", notice=notice.id, error=error.error, channel=other)
    try:
        async with ctx.store.write() as tx:
            await _tell(ctx, tx, notice, error)
            await tx.move_notice(notice.id, other, ctx.owner)
    except StoreUnavailable as unavailable:
        log.warning("notice.not_moved", notice=notice.id, cause=str(unavailable))
        return True  # the claim runs out, and it is tried again
    await deliver(ctx, notice)
    return True
