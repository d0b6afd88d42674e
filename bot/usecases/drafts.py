"""Lines behind buttons: kept here, so that only an id goes over the wire; and things that may happen only once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.domain.actors import Actor
from bot.usecases.context import Context, new_id

ONCE_LIFE = timedelta(days=2)
"""How long a redelivered event is recognised; Slack gives up within minutes."""


async def keep_drafts(ctx: Context, lines: Sequence[str], actor: Actor, life: timedelta) -> Mapping[str, str]:
    """Store lines for one person's buttons; answers each line's draft id."""
    drafts = {line: new_id() for line in lines}
    until = ctx.clock.now() + life
    async with ctx.store.write() as tx:
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
