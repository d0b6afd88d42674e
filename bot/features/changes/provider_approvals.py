"""Requests a provider's own approval of a change: once, with the intent stored before anything is sent."""

from __future__ import annotations

from dataclasses import replace

from bot.clients.base import NotDone, ProviderError
from bot.context import LEASE, Context, entry
from bot.domain.base import Outcome
from bot.domain.changes import Change, Event, Move, Say, State
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.live_state import Nothing
from bot.domain.names import Config
from bot.domain.outcomes import AtProvider, Refused
from bot.domain.provider_approvals import Gate
from bot.domain.targets import Target
from bot.features.changes.completion import finish
from bot.logs import get_logger
from bot.outbox.delivery import deliver_card
from bot.outbox.notices import history_of

log = get_logger(__name__)


async def comment_on(ctx: Context, change: Change) -> str:
    """Who asked for a change and who approved it here, for the provider's own log."""
    async with ctx.store.read() as tx:
        approvals = [each for each in await tx.decisions(change.id) if each.say is Say.APPROVE]
    names = ", ".join(each.actor.name for each in approvals)
    return f"{change.label}, asked for by {change.requester.name}" + (f", approved by {names}" if names else "")


async def ask(ctx: Context, change: Change) -> Outcome:
    """Request the approval of a change that is marked as waiting for it; repeating it requests the same approval.

    When there is no answer the next sweep repeats it. A refusal ends the change: nothing was done.
    """
    client = ctx.provider(change.project.provider)
    target = _target_name(change.target)
    place = f"{change.project.name} in {change.environment.name}"
    description = f"{change.kind.value}: {target}, {place} ({await comment_on(ctx, change)})"
    try:
        approval = await client.ask_approval(change.project, change.environment, change.target, description=description)
    except NotDone as error:
        return await finish(ctx, change, Move.FAIL, Event.FAILED, problem=error.problem)
    except ProviderError as error:
        log.warning("gate.unsure", change=change.id, fault=error.problem.fault)
        return AtProvider(await release(ctx, change) or change, error.problem)
    except Exception:  # a defect of ours: the next sweep need not wait for the lease
        await release(ctx, change)
        raise
    now = ctx.clock.now()
    opened = replace(change, gate=Gate(approval.id, approval.link), lease_by=None, lease_until=None, updated_at=now)
    async with ctx.store.write() as tx:
        record = entry(Event.AT_PROVIDER, change.id, now, None, request=approval.id)
        saved = await tx.save(opened, State.AT_PROVIDER, [record])
        if saved is not None:
            await history_of(tx, saved, [record])
    if saved is None:
        return await _overtaken(ctx, opened)
    log.info("change.step", step="asked the provider", change=saved.id, number=saved.number, request=approval.id)
    await deliver_card(ctx, saved.id)
    return AtProvider(saved)


def _target_name(target: Target) -> str:
    if isinstance(target, Config):
        return target.name
    return "nothing live" if isinstance(target, Nothing) else "weights put back"


async def _overtaken(ctx: Context, opened: Change) -> Outcome:
    """Somebody saved the change while we asked: withdraw our request, unless it is the one that the change waits for.

    Asking twice finds the same request, so the change may carry it already, or a sweep that asks now will save it.
    """
    async with ctx.store.read() as tx:
        current = await tx.change(opened.id)
    waits = current is not None and current.state is State.AT_PROVIDER
    gate = current.gate if current is not None else None
    is_needed = waits if gate is None or opened.gate is None else gate.id == opened.gate.id
    if not is_needed:
        await drop(ctx, opened)
    if current is not None and waits:
        return AtProvider(current)
    return Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY),), current)


async def release(ctx: Context, change: Change) -> Change | None:
    """Release the lease, so that the next sweep repeats the request."""
    async with ctx.store.write() as tx:
        released = await tx.save(replace(change, lease_by=None, lease_until=None), State.AT_PROVIDER, [])
    await deliver_card(ctx, change.id)
    return released


async def drop(ctx: Context, change: Change) -> bool:
    """Withdraw the approval request at the provider. Returns whether it no longer exists there."""
    if change.gate is None:
        return True
    try:
        await ctx.provider(change.project.provider).drop_approval(change.gate.id)
    except ProviderError as error:
        log.warning("gate.not_dropped", change=change.id, request=change.gate.id, fault=error.problem.fault)
        return False
    return True


async def claim(ctx: Context, change: Change) -> Change | None:
    """Take the lease for requesting the approval. Returns None while it is taken, also by another task of ours."""
    now = ctx.clock.now()
    if change.lease_until is not None and change.lease_until > now:
        return None
    async with ctx.store.write() as tx:
        claimed = replace(change, lease_by=ctx.owner, lease_until=now + LEASE, updated_at=now)
        return await tx.save(claimed, State.AT_PROVIDER, [])
