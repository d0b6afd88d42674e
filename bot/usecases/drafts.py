"""Lines behind buttons: kept here, so that only an id goes over the wire; and things that may happen only once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.domain.actors import Actor
from bot.logs import get_logger
from bot.usecases.context import Context, new_id
from bot.usecases.guard import StoreUnavailable

log = get_logger(__name__)

ONCE_LIFE = timedelta(days=2)
"""How long a redelivered event is recognised; Slack gives up within minutes."""


MOST_DRAFTS = 600
"""Buttons that are made for one person within `DRAFT_SPAN`, so that nobody fills the database by looking."""

DRAFT_SPAN = timedelta(minutes=1)


async def keep_drafts(ctx: Context, lines: Sequence[str], actor: Actor, life: timedelta) -> Mapping[str, str]:
    """Store lines for one person's buttons; answers each line's draft id, none beyond `MOST_DRAFTS`."""
    drafts = {line: new_id() for line in lines}
    until = ctx.clock.now() + life
    async with ctx.store.write() as tx:
        if await tx.count_drafts(actor.org, actor.user_id, until - DRAFT_SPAN) + len(drafts) > MOST_DRAFTS:
            log.warning("drafts.too_many", user=actor.user_id)
            return {}
        for line, draft in drafts.items():
            await tx.save_draft(draft, actor.org, actor.user_id, line, until)
    return drafts


async def draft(ctx: Context, draft_id: str, actor: Actor) -> str | None:
    """The line behind a button; None when it ran out or is somebody else's."""
    async with ctx.store.read() as tx:
        return await tx.draft(draft_id, actor.org, actor.user_id, ctx.clock.now())


async def first_time(ctx: Context, occasion: str, life: timedelta = ONCE_LIFE) -> bool:
    """Whether this occasion (an event id) is new; two processes get one *yes* between them."""
    async with ctx.store.write() as tx:
        return await tx.claim_once(occasion, ctx.clock.now() + life)


async def first_delivery(ctx: Context, occasion: str) -> bool:
    """Whether a command or a form is new. Without our database it counts as new: nothing is changed without it."""
    try:
        return await first_time(ctx, occasion)
    except StoreUnavailable as error:
        log.warning("delivery.not_claimed", cause=str(error))
        return True
