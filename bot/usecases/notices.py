"""Saying what stands in the notices table: claim a row, render the present state, post or edit, write down where.

A notice whose `wanted` moved on while it was being said is said again, so the last word is always the present state.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.actors import MessageAt
from bot.domain.changes import AuditEntry, Change, Event, State
from bot.domain.notices import ChangeView, HistoryView, Notice, NoticeKind
from bot.logs import get_logger
from bot.store import Reading, StoreUnavailable, Writing
from bot.usecases.context import Context, new_id
from bot.usecases.ports import NotDelivered
from bot.usecases.reports import evaluation_view

log = get_logger(__name__)

TOLD_IN_THREAD = frozenset(
    {
        Event.APPROVED, Event.REJECTED, Event.WITHDRAWN, Event.EXPIRED, Event.SUPERSEDED, Event.VOIDED, Event.APPLIED,
        Event.FAILED, Event.LOST, Event.SETTLED,
    }
)  # fmt: skip
"""Audit events that get a line in the card's thread."""

FRESH = timedelta(seconds=10)
"""The sweep leaves a notice of this age to the process that wrote it."""

CLAIM = timedelta(seconds=60)
"""How long one process may take to say a notice before another one tries."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=10)
"""Pauses between tries double from the first to the longest."""

TRIES = 150
"""After so many tries in a row, about a day of them, a notice is given up, loudly. Its age says nothing: what is new
about a change of yesterday deserves as many."""


async def history_of(tx: Writing, change: Change, entries: Sequence[AuditEntry]) -> None:
    """Put the entries that people should read into the card's thread."""
    for told in entries:
        if told.event in TOLD_IN_THREAD:
            await tx.add_notice(Notice(new_id(), NoticeKind.HISTORY, told.id, change.origin, told.at))


async def take_undo_away(tx: Writing, applied: Change) -> str | None:
    """Something was applied on top: the card below it loses its *Undo*. Answers the id of the change below."""
    below = await tx.last_applied(
        applied.project.provider, applied.project.id, applied.environment.id, before=applied.applied_at
    )
    if below is None:
        return None
    await tx.touch_notice(NoticeKind.CARD, below.id)
    return below.id


async def is_undoable(tx: Reading, change: Change) -> bool:
    """Applied, and nothing was deployed on top through us."""
    if change.state is not State.APPLIED:
        return False
    last = await tx.last_applied(change.project.provider, change.project.id, change.environment.id)
    return last is not None and last.id == change.id


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
    for line in lines:
        if line is not None and line.wanted > line.shown:
            await deliver(ctx, line)


async def deliver_due(ctx: Context, *, limit: int = 50) -> int:
    """Say everything that is due. Answers how many notices were tried."""
    now = ctx.clock.now()
    if ctx.alone:
        async with ctx.store.write() as tx:
            await tx.release_claims(ctx.owner)
    async with ctx.store.read() as tx:
        due = await tx.due_notices(now, limit)
    # what is brand new is being said by whoever caused it
    left = [notice for notice in due if notice.attempts or notice.shown or now - notice.created_at > FRESH]
    for notice in left:
        await deliver(ctx, notice)
    return len(left)


async def deliver(ctx: Context, notice: Notice) -> None:
    """Say one notice until what is shown is what is wanted. Never raises for Slack."""
    while True:
        now = ctx.clock.now()
        async with ctx.store.write() as tx:
            claimed = await tx.claim_notice(notice.id, ctx.owner, now + CLAIM, now)
        if claimed is None or claimed.wanted <= claimed.shown:
            return
        try:
            at = await _say(ctx, claimed)
        except NotDelivered as error:
            await _postpone(ctx, claimed, error)
            return
        except StoreUnavailable:
            raise
        except Exception as error:  # a message that cannot be made neither hides nor undoes what it is about
            log.exception("notice.not_made", notice=claimed.id, kind=claimed.kind.value)
            await _postpone(ctx, claimed, NotDelivered(type(error).__name__))
            return
        log.info("notice.said", kind=claimed.kind.value, subject=claimed.subject, edited=claimed.at is not None)
        async with ctx.store.write() as tx:
            if at is None:
                await tx.failed(claimed.id, "nothing is left to say", None, given_up=True)
                return
            await tx.delivered(claimed.id, claimed.wanted, at)


async def _say(ctx: Context, notice: Notice) -> MessageAt | None:
    """Render the present state of what the notice is about, and post or edit it. None: nothing is left to say."""
    say = {NoticeKind.CARD: _say_card, NoticeKind.HISTORY: _say_history, NoticeKind.EVALUATION: _say_report}
    return await say[notice.kind](ctx, notice)


async def _say_card(ctx: Context, notice: Notice) -> MessageAt | None:
    async with ctx.store.read() as tx:
        change = await tx.change(notice.subject)
        if change is None:
            return notice.at
        view = ChangeView(change, await tx.decisions(change.id), await is_undoable(tx, change))
    return await ctx.notifier.card(view, notice.place, notice.at)


async def _say_report(ctx: Context, notice: Notice) -> MessageAt | None:
    report = await evaluation_view(ctx, notice)
    return await ctx.notifier.evaluation(report, notice.place, notice.at) if report else notice.at


async def _say_history(ctx: Context, notice: Notice) -> MessageAt | None:
    async with ctx.store.read() as tx:
        told = await tx.audit_entry(notice.subject)
        change = await tx.change(told.subject) if told else None
        card = await tx.notice_for(NoticeKind.CARD, told.subject) if told else None
        waits = told is not None and await _has_one_before(tx, told)
    if told is None or change is None or card is None:
        return notice.at
    if card.at is None:
        raise NotDelivered("the card is not posted yet")
    if waits:
        raise NotDelivered("the line before it is not said yet")
    return await ctx.notifier.history(HistoryView(told, change), card.at)


async def _said_elsewhere(ctx: Context, notice: Notice, error: NotDelivered) -> bool:
    """A card that its channel does not take stands in the default channel: nobody decides on what nobody sees."""
    other = ctx.default_channel
    if not error.final or notice.kind is not NoticeKind.CARD or notice.at is not None or other is None:
        return False
    if other == notice.place.channel:
        return False
    log.warning("notice.moved", notice=notice.id, error=error.error, channel=other)
    try:
        async with ctx.store.write() as tx:
            await tx.move_notice(notice.id, other)
    except StoreUnavailable as unavailable:
        log.warning("notice.not_moved", notice=notice.id, cause=str(unavailable))
        return True  # the claim runs out, and it is tried again
    await deliver(ctx, notice)
    return True


async def _has_one_before(tx: Reading, told: AuditEntry) -> bool:
    """Whether a line that stands before this one in the thread is still to be said."""
    entries = await tx.audit(told.subject)
    for earlier in entries[: [each.id for each in entries].index(told.id)]:
        line = await tx.notice_for(NoticeKind.HISTORY, earlier.id)
        if line is not None and line.wanted > line.shown and not line.given_up:
            return True
    return False


async def _postpone(ctx: Context, notice: Notice, error: NotDelivered) -> None:
    if await _said_elsewhere(ctx, notice, error):
        return
    now = ctx.clock.now()
    pause = min(FIRST_PAUSE * 2 ** min(notice.attempts, 12), LONGEST_PAUSE)
    if error.retry_after is not None:
        pause = timedelta(seconds=error.retry_after)
    give_up = error.final or notice.attempts >= TRIES
    say = log.error if give_up else log.warning
    say("notice.not_delivered", notice=notice.id, kind=notice.kind, error=error.error, given_up=give_up)
    try:
        async with ctx.store.write() as tx:
            await tx.failed(notice.id, error.error, now + pause, given_up=give_up)
    except StoreUnavailable as unavailable:
        log.warning("notice.not_postponed", notice=notice.id, cause=str(unavailable))


async def card_at(ctx: Context, change_id: str) -> MessageAt | None:
    """Where a change's card stands; None as long as Slack has not taken it."""
    async with ctx.store.read() as tx:
        card = await tx.notice_for(NoticeKind.CARD, change_id)
    return card.at if card else None
