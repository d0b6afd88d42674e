"""Following what was asked for at a provider: until it is applied, declined, failed or gone there."""

from __future__ import annotations

from bot.clients.base import ProviderError
from bot.context import Context
from bot.domain.actors import Actor
from bot.domain.base import Outcome
from bot.domain.changes import Change, Event, Move, State
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy
from bot.domain.facts import Denied, Lookup
from bot.domain.outcomes import AtProvider, Failed, NotFound, Refused
from bot.domain.policies import decide
from bot.domain.provider_approvals import GateState, ProviderApproval
from bot.features.changes import execution, provider_approvals
from bot.features.changes.completion import finish
from bot.logs import get_logger
from bot.store import StoreUnavailable

log = get_logger(__name__)


async def follow_all(ctx: Context) -> int:
    """Look after everything that waits at a provider. Answers how many changes moved on."""
    async with ctx.store.read() as tx:
        waiting, _ = await tx.changes(states={State.AT_PROVIDER}, limit=200)
    moved = 0
    for change in waiting:
        try:
            moved += not isinstance(await follow(ctx, change), AtProvider)
        except StoreUnavailable:
            raise
        except Exception:  # the others have to be followed all the same
            log.exception("gate.not_followed", change=change.id, number=change.number)
    return moved


async def check_now(ctx: Context, change_id: str, actor: Actor) -> Outcome:
    """Somebody wants to know now how the provider's approval stands; they decide nothing by that."""
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
    """Look how it stands there, and go on accordingly; `AtProvider` while it waits."""
    if change.gate is None:  # we died before its answer was written down
        claimed = await provider_approvals.claim(ctx, change)
        return await provider_approvals.ask(ctx, claimed) if claimed is not None else AtProvider(change)
    try:
        found = await ctx.provider(change.project.provider).approval(change.gate.id)
    except ProviderError as error:
        log.warning("gate.unread", change=change.id, request=change.gate.id, fault=error.problem.fault)
        return AtProvider(change, error.problem)
    match found.state:
        case GateState.PENDING:
            return AtProvider(change)
        case GateState.APPROVED:
            return await execution.apply(ctx, change.id)
        case GateState.APPLIED:
            return await execution.settle_applied(ctx, change.id)
        case _:
            return await _ended(ctx, change, found)


async def _ended(ctx: Context, change: Change, found: ProviderApproval) -> Outcome:
    """Declined, failed or deleted there: nothing was changed."""
    if found.state is GateState.DECLINED:
        said = next((each for each in reversed(found.reviewers) if not each.approves), None)
        facts = {"reviewer": said.by, "wrote": said.comment} if said is not None else {}
        why = Reason(Code.GATE_DECLINED, ResolvableBy.NOBODY, facts)
        return await finish(ctx, change, Move.REJECT, Event.DECLINED, reasons=[why])
    if found.state is GateState.FAILED:
        operation = f"applying what was approved for {change.project.name}"
        problem = Problem(Fault.CONFLICT, change.project.provider, operation, detail="; ".join(found.conflicts))
        return await finish(ctx, change, Move.FAIL, Event.FAILED, problem=problem)
    gone = Reason(Code.GATE_GONE, ResolvableBy.REQUESTER)
    return await finish(ctx, change, Move.VOID, Event.VOIDED, reasons=[gone])


async def take_back(ctx: Context, change: Change) -> Outcome | None:
    """Take back what was asked for at the provider, before its change is withdrawn. None: it is gone there.

    What was applied there by then is settled instead; what cannot be taken back stays, and the change with it.
    """
    claimed = await provider_approvals.claim(ctx, change)
    if claimed is None:
        return Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY),), change)
    if claimed.gate is None:  # it may have been asked for: asking again finds it
        came = await provider_approvals.ask(ctx, claimed)
        if not isinstance(came, AtProvider):
            return came
        claimed = came.change
    if claimed.gate is None:
        return AtProvider(claimed)
    client = ctx.provider(change.project.provider)
    try:
        found = await client.approval(claimed.gate.id)
        if found.state is GateState.APPLIED:
            return await execution.settle_applied(ctx, change.id)
        await client.drop_approval(claimed.gate.id)
    except ProviderError as error:
        return Failed(error.problem, change)
    return None
