"""Providers that do not answer the drift watch: one message after a while, edited when they answer again."""

from __future__ import annotations

from datetime import timedelta

from bot.context import Context, new_id
from bot.domain.actors import Place
from bot.domain.drift import Silence
from bot.domain.errors import Problem
from bot.domain.notices import Notice, NoticeKind
from bot.outbox.delivery import deliver_about

PATIENCE = timedelta(minutes=30)
"""How long a provider may be silent before a message says so: nobody would see a drift meanwhile."""


async def is_silent(ctx: Context, provider: str, problem: Problem) -> None:
    """Nothing of a provider could be read: post one message about it after `PATIENCE`, not one per project."""
    now = ctx.clock.now()
    async with ctx.store.write() as tx:
        await tx.add_silence(Silence(new_id(), provider, now, problem.fault.value))
        silence = await tx.open_silence(provider)
        channel = ctx.default_channel
        if silence is None or channel is None or now - silence.since < PATIENCE:
            return
        place = Place(ctx.org, ctx.team, channel)
        if not await tx.add_notice(Notice(new_id(), NoticeKind.SILENCE, silence.id, place, now)):
            return
    await deliver_about(ctx, NoticeKind.SILENCE, silence.id)


async def answers_again(ctx: Context, provider: str) -> None:
    """Something of a provider was read, if only that it has no projects: end its silence, if there is one."""
    async with ctx.store.read() as tx:
        silence = await tx.open_silence(provider)
    if silence is None:
        return
    async with ctx.store.write() as tx:
        if await tx.end_silence(silence.id, ctx.clock.now()):
            await tx.touch_notice(NoticeKind.SILENCE, silence.id)
    await deliver_about(ctx, NoticeKind.SILENCE, silence.id)
