"""Stored drafts behind buttons, which carry only an id; and claims for things that may happen only once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from bot.context import Context, new_id
from bot.domain.actors import Actor
from bot.domain.change_requests import ChangeRequest
from bot.domain.drafts import Draft, Drafts, ListPage, UnreadableDraft
from bot.domain.errors import Code, Reason, StoreUnavailable
from bot.domain.outcomes import Refused
from bot.domain.project_edits import PlannedEdit
from bot.logs import get_logger

log = get_logger(__name__)

AnyDraft = TypeVar("AnyDraft", ListPage, ChangeRequest, PlannedEdit)

UNREADABLE = Refused((Reason(Code.DRAFT_UNREADABLE),))
"""The answer to a button whose draft another version wrote, or that is damaged."""

ONCE_LIFE = timedelta(days=2)
"""How long a redelivered event is recognised; Slack stops redelivering within minutes."""

DRAFT_LIFE = timedelta(days=7)
"""How long a button can be pressed. One life for all: when a draft was stored is known from when it ends."""

USED = DRAFT_LIFE + timedelta(days=1)
"""How long a pressed button is remembered: longer than it can be pressed."""

MOST_DRAFTS = 600
"""Most drafts stored for one person within `DRAFT_SPAN`, so that nobody can fill the database by looking things up."""

DRAFT_SPAN = timedelta(minutes=1)


async def keep_drafts(ctx: Context, drafts: Sequence[Draft], actor: Actor) -> Drafts:
    """Store the drafts behind one person's buttons; returns their ids, or nothing beyond `MOST_DRAFTS`."""
    ids = {each: new_id() for each in drafts}
    until = ctx.clock.now() + DRAFT_LIFE
    async with ctx.store.write() as tx:
        if await tx.count_drafts(actor.org, actor.user_id, until - DRAFT_SPAN) + len(ids) > MOST_DRAFTS:
            log.warning("drafts.too_many", user=actor.user_id)
            return {}
        for each, draft_id in ids.items():
            await tx.save_draft(draft_id, actor.org, actor.user_id, each, until)
    return ids


async def draft(ctx: Context, draft_id: str, actor: Actor, kind: type[AnyDraft]) -> AnyDraft | UnreadableDraft | None:
    """The draft behind a button, if it is of this kind. Returns None when it expired or is somebody else's.

    A line is the first page of what it lists.
    """
    async with ctx.store.read() as tx:
        stored = await tx.draft(draft_id, actor.org, actor.user_id, ctx.clock.now())
    if isinstance(stored, str):
        stored = ListPage(stored)
    if stored is not None and not isinstance(stored, (kind, UnreadableDraft)):
        stored = UnreadableDraft(f"it is a {type(stored).__name__}, not a {kind.__name__}")
    if isinstance(stored, UnreadableDraft):
        log.warning("draft.unreadable", draft=draft_id, why=stored.why)
    return stored


async def confirmed(ctx: Context, draft_id: str, actor: Actor, kind: type[AnyDraft]) -> AnyDraft | Refused:
    """The draft behind a confirming button, or the refusal when it cannot be used."""
    stored = await draft(ctx, draft_id, actor, kind)
    if stored is None:
        return Refused((Reason(Code.BUTTON_USED),))
    return UNREADABLE if isinstance(stored, UnreadableDraft) else stored


async def first_time(ctx: Context, idempotency_key: str, life: timedelta = ONCE_LIFE) -> bool:
    """Whether this key (such as an event id) is new; of several processes only one gets True."""
    async with ctx.store.write() as tx:
        return await tx.claim_once(idempotency_key, ctx.clock.now() + life)


async def was_claimed(ctx: Context, idempotency_key: str) -> bool:
    """Whether this key is known, such as that of a button that was pressed."""
    async with ctx.store.read() as tx:
        return await tx.is_claimed(idempotency_key, ctx.clock.now())


async def not_done(ctx: Context, idempotency_key: str) -> None:
    """Let this key be new again, because what it was claimed for did not happen."""
    async with ctx.store.write() as tx:
        await tx.release(idempotency_key)


async def first_delivery(ctx: Context, idempotency_key: str) -> bool:
    """Whether a command or a form is new. When our database fails it counts as new: nothing can be changed then."""
    try:
        return await first_time(ctx, idempotency_key)
    except StoreUnavailable as error:
        log.warning("delivery.not_claimed", cause=str(error))
        return True
