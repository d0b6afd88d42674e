"""Follows approval requests at a provider until they are applied, declined, failed or deleted there."""

from __future__ import annotations

from bot.clients.base import NotDone, ProviderError
from bot.context import Context
from bot.domain.actors import Actor
from bot.domain.base import Outcome
from bot.domain.changes import Change, Event, Move, State
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy, StoreUnavailable
from bot.domain.facts import Denied, Lookup
from bot.domain.outcomes import AtProvider, NotFound, NotWithdrawn, Refused
from bot.domain.policies import decide
from bot.domain.provider_approvals import GateState, ProviderApproval
from bot.features.changes import execution, provider_approvals
from bot.features.changes.completion import finish
from bot.logs import get_logger

log = get_logger(__name__)


async def follow_all(ctx: Context) -> int:
    """Check all changes that wait at a provider. Returns how many no longer wait."""
    async with ctx.store.read() as tx:
        waiting, _ = await tx.changes(states={State.AT_PROVIDER}, limit=200)
    moved = 0
    for change in waiting:
        try:
            moved += not isinstance(await follow(ctx, change), AtProvider)
        except StoreUnavailable:
            raise
        except Exception:  # the others have to be checked all the same
            log.exception("gate.not_followed", change=change.id, number=change.number)
    return moved


async def check_now(ctx: Context, change_id: str, actor: Actor) -> Outcome:
    """Check the provider's approval now, because a person asked; this decides nothing."""
    answer = decide(Lookup(actor))
    if isinstance(answer, Denied):
        return Refused(answer.reasons)
    async with ctx.store.read() as tx:
        change = await tx.change(change_id)
    if change is None:
        return NotFound("change", change_id)
    if change.state is not State.AT_PROVIDER:
        return Refused((Reason(Code.TOO_LATE, ResolvableBy.NOBODY, {"state": change.state.value}),), change)
    return await follow(ctx, change)


async def follow(ctx: Context, change: Change) -> Outcome:
    """Read the state of the approval and act on it. Returns `AtProvider` while it is pending."""
    try:
        client = ctx.provider(change.project.provider)
    except NotDone as error:
        log.warning("gate.no_provider", change=change.id, number=change.number, provider=change.project.provider)
        return AtProvider(change, error.problem)
    if change.gate is None:  # the process ended before the answer was stored
        claimed = await provider_approvals.claim(ctx, change)
        return await provider_approvals.ask(ctx, claimed) if claimed is not None else AtProvider(change)
    try:
        approval = await client.approval(change.gate.id)
    except ProviderError as error:
        log.warning("gate.unread", change=change.id, request=change.gate.id, fault=error.problem.fault)
        return AtProvider(change, error.problem)
    match approval.state:
        case GateState.PENDING:
            return AtProvider(change)
        case GateState.APPROVED:
            return await execution.apply(ctx, change.id)
        case GateState.APPLIED:
            return await execution.settle_applied(ctx, change.id)
        case _:
            return await _ended(ctx, change, approval)


async def _ended(ctx: Context, change: Change, approval: ProviderApproval) -> Outcome:
    """End the change: its approval was declined, failed or deleted there. Nothing was changed."""
    if approval.state is GateState.DECLINED:
        decliner = next((each for each in reversed(approval.reviewers) if not each.approves), None)
        facts = {"reviewer": decliner.by, "wrote": decliner.comment} if decliner is not None else {}
        reason = Reason(Code.GATE_DECLINED, ResolvableBy.NOBODY, facts)
        return await finish(ctx, change, Move.REJECT, Event.DECLINED, reasons=[reason])
    if approval.state is GateState.FAILED:
        operation = f"applying what was approved for {change.project.name}"
        problem = Problem(Fault.CONFLICT, change.project.provider, operation, detail="; ".join(approval.conflicts))
        return await finish(ctx, change, Move.FAIL, Event.FAILED, problem=problem)
    gone = Reason(Code.GATE_GONE, ResolvableBy.REQUESTER)
    return await finish(ctx, change, Move.VOID, Event.VOIDED, reasons=[gone])


async def withdraw_at_provider(ctx: Context, change: Change) -> Outcome | None:
    """Withdraw the approval request at the provider, before its change is withdrawn. Returns None when that is done.

    A request that was applied by then is settled instead; if it cannot be withdrawn, the change stays as it is.
    """
    claimed = await provider_approvals.claim(ctx, change)
    if claimed is None:
        return _busy(change)
    if claimed.gate is None:  # it may have been requested: repeating the request finds it
        outcome = await provider_approvals.ask(ctx, claimed)
        if not isinstance(outcome, AtProvider):
            return outcome
        claimed = outcome.change
        if claimed.gate is None:
            return NotWithdrawn(claimed, outcome.problem) if outcome.problem is not None else _busy(claimed)
    client = ctx.provider(change.project.provider)
    try:
        approval = await client.approval(claimed.gate.id)
        if approval.state is GateState.APPLIED:
            return await execution.settle_applied(ctx, change.id)
        await client.drop_approval(claimed.gate.id)
    except ProviderError as error:
        released = await provider_approvals.release(ctx, claimed)
        return NotWithdrawn(released or claimed, error.problem)
    return None


def _busy(change: Change) -> Refused:
    return Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY),), change)
