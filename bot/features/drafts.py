"""What stands behind buttons, so that only an id goes over the wire; and things that may happen only once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from bot.context import Context, new_id
from bot.domain.actors import Actor
from bot.domain.change_requests import ChangeRequest
from bot.domain.drafts import Draft, Drafts, UnreadableDraft
from bot.domain.errors import Code, Reason
from bot.domain.outcomes import Refused
from bot.domain.project_edits import PlannedEdit
from bot.features.guard import StoreUnavailable
from bot.logs import get_logger

log = get_logger(__name__)

AnyDraft = TypeVar("AnyDraft", str, ChangeRequest, PlannedEdit)

UNREADABLE = Refused((Reason(Code.DRAFT_UNREADABLE),))
"""The answer to a button whose draft another version wrote, or that is damaged."""

ONCE_LIFE = timedelta(days=2)
"""How long a redelivered event is recognised; Slack gives up within minutes."""


MOST_DRAFTS = 600
"""Buttons that are made for one person within `DRAFT_SPAN`, so that nobody fills the database by looking."""

DRAFT_SPAN = timedelta(minutes=1)


async def keep_drafts(ctx: Context, drafts: Sequence[Draft], actor: Actor, life: timedelta) -> Drafts:
    """Store what stands behind one person's buttons; answers the id of each draft, none beyond `MOST_DRAFTS`."""
    ids = {each: new_id() for each in drafts}
    until = ctx.clock.now() + life
    async with ctx.store.write() as tx:
        if await tx.count_drafts(actor.org, actor.user_id, until - DRAFT_SPAN) + len(ids) > MOST_DRAFTS:
            log.warning("drafts.too_many", user=actor.user_id)
            return {}
        for each, draft_id in ids.items():
            await tx.save_draft(draft_id, actor.org, actor.user_id, each, until)
    return ids


async def draft(ctx: Context, draft_id: str, actor: Actor, kind: type[AnyDraft]) -> AnyDraft | UnreadableDraft | None:
    """What stands behind a button, if it is of this kind; None when it ran out or is somebody else's."""
    async with ctx.store.read() as tx:
        found = await tx.draft(draft_id, actor.org, actor.user_id, ctx.clock.now())
    if found is not None and not isinstance(found, (kind, UnreadableDraft)):
        found = UnreadableDraft(f"it is a {type(found).__name__}, not a {kind.__name__}")
    if isinstance(found, UnreadableDraft):
        log.warning("draft.unreadable", draft=draft_id, why=found.why)
    return found


async def confirmed(ctx: Context, draft_id: str, actor: Actor, kind: type[AnyDraft]) -> AnyDraft | Refused:
    """What a button that confirms something stands for, or why it stands for nothing that can be done."""
    found = await draft(ctx, draft_id, actor, kind)
    if found is None:
        return Refused((Reason(Code.BUTTON_USED),))
    return UNREADABLE if isinstance(found, UnreadableDraft) else found


async def first_time(ctx: Context, idempotency_key: str, life: timedelta = ONCE_LIFE) -> bool:
    """Whether this occasion (an event id) is new; two processes get one *yes* between them."""
    async with ctx.store.write() as tx:
        return await tx.claim_once(idempotency_key, ctx.clock.now() + life)


async def first_delivery(ctx: Context, idempotency_key: str) -> bool:
    """Whether a command or a form is new. Without our database it counts as new: nothing is changed without it."""
    try:
        return await first_time(ctx, idempotency_key)
    except StoreUnavailable as error:
        log.warning("delivery.not_claimed", cause=str(error))
        return True
