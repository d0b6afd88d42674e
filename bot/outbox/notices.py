"""Rendering of each kind of notice: the current state of its subject is posted or edited.

When and how often is decided in `delivery`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.context import Context, new_id
from bot.domain.actors import MessageAt
from bot.domain.changes import AuditEntry, Change, Event, State
from bot.domain.notices import ChangeView, DriftView, HistoryView, Notice, NoticeKind, Spot
from bot.outbox import outages
from bot.outbox.evaluation_reports import reminder_view
from bot.ports import NotDelivered

if TYPE_CHECKING:
    from bot.store import ReadTransaction, WriteTransaction

THREAD_EVENTS = frozenset(
    {
        Event.APPROVED, Event.REJECTED, Event.WITHDRAWN, Event.EXPIRED, Event.SUPERSEDED, Event.VOIDED, Event.APPLIED,
        Event.FAILED, Event.LOST, Event.SETTLED, Event.SCHEDULED, Event.RESCHEDULED, Event.REMINDED,
        Event.AT_PROVIDER, Event.DECLINED,
    }
)  # fmt: skip
"""Audit events that are posted in the card's thread."""


async def history_of(tx: WriteTransaction, change: Change, entries: Sequence[AuditEntry]) -> None:
    """Add notices for the history entries that are posted in the card's thread."""
    for entry in entries:
        if entry.event in THREAD_EVENTS:
            await tx.add_notice(Notice(new_id(), NoticeKind.HISTORY, entry.id, change.origin, entry.at))


MISSED = frozenset({State.VOID, State.EXPIRED, State.REJECTED, State.FAILED, State.UNKNOWN})
"""States of a scheduled change that did not, or may not, have taken effect on time."""


async def tell_missed(tx: WriteTransaction, change: Change) -> None:
    """Report a missed scheduled change in the channel, because nobody is watching it, and keep that message current."""
    if change.due is None:
        return
    if change.state not in MISSED:
        await tx.touch_notice(NoticeKind.MISSED, change.id)
        return
    card = await tx.notice_for(NoticeKind.CARD, change.id)
    place = card.place if card else change.origin
    if not await tx.add_notice(Notice(new_id(), NoticeKind.MISSED, change.id, place, change.updated_at)):
        await tx.touch_notice(NoticeKind.MISSED, change.id)


async def take_undo_away(tx: WriteTransaction, applied: Change) -> str | None:
    """Remove *Undo* from the card of the previously applied change. Returns that change's id, if there is one."""
    below = await tx.last_applied(
        applied.project.provider, applied.project.id, applied.environment.id, before=applied.applied_at
    )
    if below is None:
        return None
    await tx.touch_notice(NoticeKind.CARD, below.id)
    return below.id


async def is_undoable(tx: ReadTransaction, change: Change) -> bool:
    """Whether the change is applied and we deployed nothing after it."""
    if change.state is not State.APPLIED:
        return False
    last = await tx.last_applied(change.project.provider, change.project.id, change.environment.id)
    return last is not None and last.id == change.id


async def say(ctx: Context, notice: Notice) -> MessageAt | None:
    """Render the current state of the notice's subject, and post or edit it. None if there is nothing to show."""
    kinds = {
        NoticeKind.CARD: _say_card,
        NoticeKind.HISTORY: _say_history,
        NoticeKind.MISSED: _say_missed,
        NoticeKind.DRIFT: _say_drift,
        NoticeKind.SILENCE: _say_silence,
        NoticeKind.TROUBLE: _say_trouble,
    }
    return await kinds.get(notice.kind, _say_reminder)(ctx, notice)


async def where(tx: ReadTransaction, notice: Notice) -> Spot:
    """The channel or thread for a notice that has not been posted yet."""
    if notice.kind is not NoticeKind.HISTORY:
        return Spot(notice.place.channel)
    entry = await tx.audit_entry(notice.subject)
    card = await tx.notice_for(NoticeKind.CARD, entry.subject) if entry else None
    return Spot(card.at.channel, card.at.ts) if card and card.at else Spot(notice.place.channel)


def shown_by_first_post(notice: Notice) -> int:
    """The revision to assume for a post found after a lost answer: an older one, so that an edit updates it.

    A history line never changes, so its post is always current.
    """
    return notice.wanted if notice.kind is NoticeKind.HISTORY else notice.wanted - 1


async def _say_missed(ctx: Context, notice: Notice) -> MessageAt | None:
    async with ctx.store.read() as tx:
        change = await tx.change(notice.subject)
    return notice.at if change is None else await ctx.notifier.missed(change, notice.place, notice.at)


async def _say_card(ctx: Context, notice: Notice) -> MessageAt | None:
    async with ctx.store.read() as tx:
        change = await tx.change(notice.subject)
        if change is None:
            return notice.at
        view = ChangeView(
            change,
            await tx.decisions(change.id),
            await is_undoable(tx, change),
            ctx.noun(change.project.provider),
        )
    return await ctx.notifier.card(view, notice.place, notice.at)


async def _say_reminder(ctx: Context, notice: Notice) -> MessageAt | None:
    view = await reminder_view(ctx, notice)
    return await ctx.notifier.reminder(view, notice.place, notice.at) if view else notice.at


async def _say_drift(ctx: Context, notice: Notice) -> MessageAt | None:
    async with ctx.store.read() as tx:
        drift = await tx.drift(notice.subject)
        if drift is None:
            return notice.at
        change = await tx.change(drift.was.change_id) if drift.was.change_id else None
        beside = tuple(each.environment for each in await tx.led_by(drift))
    return await ctx.notifier.drift(DriftView(drift, change, beside), notice.place, notice.at)


async def _say_silence(ctx: Context, notice: Notice) -> MessageAt | None:
    async with ctx.store.read() as tx:
        silence = await tx.silence(notice.subject)
    return await ctx.notifier.silence(silence, notice.place, notice.at) if silence else notice.at


async def _say_trouble(ctx: Context, notice: Notice) -> MessageAt | None:
    async with ctx.store.read() as tx:
        trouble = await outages.view(tx, notice)
    return await ctx.notifier.trouble(trouble, notice.place, notice.at) if trouble else notice.at


async def _say_history(ctx: Context, notice: Notice) -> MessageAt | None:
    async with ctx.store.read() as tx:
        entry = await tx.audit_entry(notice.subject)
        change = await tx.change(entry.subject) if entry else None
        card = await tx.notice_for(NoticeKind.CARD, entry.subject) if entry else None
        waits = entry is not None and await _has_unsent_before(tx, entry)
    if entry is None or change is None or card is None:
        return notice.at
    if card.at is None:
        raise NotDelivered("the card is not posted yet")
    if waits:
        raise NotDelivered("the line before it is not said yet")
    return await ctx.notifier.history(HistoryView(entry, change), card.at)


async def _has_unsent_before(tx: ReadTransaction, entry: AuditEntry) -> bool:
    """Whether an earlier history line of the thread has not been posted yet."""
    entries = await tx.audit(entry.subject)
    for earlier in entries[: [each.id for each in entries].index(entry.id)]:
        line = await tx.notice_for(NoticeKind.HISTORY, earlier.id)
        if line is not None and line.wanted > line.shown and not line.given_up:
            return True
    return False


async def card_at(ctx: Context, change_id: str) -> MessageAt | None:
    """The message of a change's card; None if it has not been posted yet."""
    async with ctx.store.read() as tx:
        card = await tx.notice_for(NoticeKind.CARD, change_id)
    return card.at if card else None
