"""Applying a change: claim it, look again, record the intent, send, read back. Exactly one effect, whatever happens.

Each step is logged as ``change.step`` after it is done, so that the log of a crash shows how far it got:
claimed, looked, intent recorded, sent, read back, applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.clients.base import NotDone, ProviderClient, ProviderError, ServedNow, Unsure
from bot.context import LEASE, Context, entry
from bot.domain.actors import Actor
from bot.domain.base import Outcome
from bot.domain.changes import Attempt, Change, Event, Move, State, after
from bot.domain.drift import is_live
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy, StoreUnavailable
from bot.domain.facts import Denied, NeedsApproval, Settlement
from bot.domain.live_state import Nothing
from bot.domain.notices import NoticeKind
from bot.domain.outcomes import AtProvider, NotFound, Refused, Unknown
from bot.domain.policies import decide
from bot.domain.provider_approvals import Gate, GateState
from bot.features.changes import provider_approvals
from bot.features.changes.completion import finish, step
from bot.features.changes.recheck import check_again
from bot.logs import get_logger

log = get_logger(__name__)


async def apply(ctx: Context, change_id: str) -> Outcome:
    """Apply an approved change now. Only the process that claims it does so; others get a refusal with its state."""
    claimed = await _claim(ctx, change_id)
    if not isinstance(claimed, Change):
        return claimed
    step(claimed, "claimed")
    return await _check_and_send(ctx, claimed)


async def _claim(ctx: Context, change_id: str, attempt: Attempt = Attempt.LOOKING) -> Change | Outcome:
    now = ctx.clock.now()
    async with ctx.store.write() as tx:
        change = await tx.change(change_id)
        if change is None:
            return NotFound("change", change_id)
        state = after(change.state, Move.BEGIN)
        if state is None:
            return Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY, {"state": change.state.value}),), change)
        begun = replace(
            change, state=state, attempt=attempt, lease_by=ctx.owner, lease_until=now + LEASE, updated_at=now
        )
        saved = await tx.save(begun, change.state, [entry(Event.APPLYING, change.id, now)])
    return saved or Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY, {"state": change.state.value}),), change)


async def settle(ctx: Context, change: Change) -> Outcome | None:
    """Resume a change that a crash interrupted: read first, repeat only what has not taken effect.

    Returns None when another process was faster.
    """
    if change.state is State.APPROVED:
        return await apply(ctx, change.id)
    now = ctx.clock.now()
    async with ctx.store.write() as tx:
        claimed = await tx.save(
            replace(change, lease_by=ctx.owner, lease_until=now + LEASE, updated_at=now), change.state, []
        )
    if claimed is None:
        return None
    log.info("change.settling", change=change.id, number=change.number, attempt=change.attempt.value)
    if claimed.attempt is Attempt.SENDING:
        return await _determine_result(ctx, claimed, resend=True)
    return await _check_and_send(ctx, claimed)


async def settle_interrupted(ctx: Context) -> int:
    """Settle all changes that a crash interrupted. Returns how many there were."""
    async with ctx.store.read() as tx:
        unsettled = await tx.unsettled(ctx.clock.now())
        begun, _ = await tx.changes(states={State.APPROVED, State.APPLYING}, limit=200, offset=0)
    orphaned = [change for change in begun if ctx.alone and change.lease_by != ctx.owner]
    interrupted = list({change.id: change for change in (*unsettled, *orphaned)}.values())
    for change in interrupted:
        try:
            await settle(ctx, change)
        except StoreUnavailable:
            raise
        except Exception:  # such as a provider that is no longer set up: the others have to be settled all the same
            log.exception("change.not_settled", change=change.id, number=change.number)
    return len(interrupted)


async def look_again(ctx: Context, change_id: str, actor: Actor) -> Outcome:
    """Check a change whose outcome is unknown: read, send nothing."""
    async with ctx.store.read() as tx:
        change = await tx.change(change_id)
    if change is None:
        return NotFound("change", change_id)
    answer = decide(Settlement(actor, change.state))
    if isinstance(answer, Denied):
        return Refused(answer.reasons, change)
    return await _determine_result(ctx, change, resend=False)


async def close_as_failed(ctx: Context, change_id: str, actor: Actor) -> Outcome:
    """Close a change whose outcome is unknown as failed, because a person decided so."""
    async with ctx.store.read() as tx:
        change = await tx.change(change_id)
    if change is None:
        return NotFound("change", change_id)
    answer = decide(Settlement(actor, change.state))
    if isinstance(answer, Denied):
        return Refused(answer.reasons, change)
    problem = Problem(Fault.NEVER_KNOWN, change.project.provider, "finding out what became of it")
    return await finish(ctx, change, Move.FAIL, Event.SETTLED, problem=problem, actor=actor)


async def _check_and_send(ctx: Context, change: Change) -> Outcome:
    """Check everything again, then send."""
    try:
        check = await check_again(ctx, change)
    except ProviderError as error:
        if change.gate is not None:  # its approval there stays valid: the next sweep checks again
            return await _return_to_provider(ctx, change)
        return await finish(ctx, change, Move.FAIL, Event.FAILED, problem=error.problem)
    step(change, "looked")
    answer = decide(check.facts)
    if isinstance(answer, Denied | NeedsApproval):
        reasons = await _refer_to_drift(ctx, change, _reasons_of(answer))
        await provider_approvals.drop(ctx, change)
        return await finish(ctx, change, Move.VOID, Event.VOIDED, reasons=reasons)
    if change.gate is None and change.environment.id in check.served.gated:
        return await _ask_the_provider(ctx, change)
    now = ctx.clock.now()
    async with ctx.store.write() as tx:
        sending = replace(change, attempt=Attempt.SENDING, lease_until=now + LEASE, updated_at=now)
        saved = await tx.save(sending, State.APPLYING, [entry(Event.SENDING, change.id, now)])
    if saved is None:
        return Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY, {"state": change.state.value}),), change)
    step(saved, "intent recorded")
    return await _send(ctx, saved, check.served)


async def _ask_the_provider(ctx: Context, change: Change) -> Outcome:
    """Request the provider's own approval and wait: the environment requires it, even if our key could bypass it."""
    now = ctx.clock.now()
    waiting = replace(change, state=_after(change, Move.WAIT_AT_PROVIDER), lease_until=now + LEASE, updated_at=now)
    async with ctx.store.write() as tx:
        saved = await tx.save(waiting, change.state, [])
    return await provider_approvals.ask(ctx, saved) if saved is not None else _overtaken(change)


async def _return_to_provider(ctx: Context, change: Change) -> Outcome:
    state = _after(change, Move.WAIT_AT_PROVIDER)
    released = replace(change, state=state, lease_by=None, lease_until=None, updated_at=ctx.clock.now())
    async with ctx.store.write() as tx:
        saved = await tx.save(released, change.state, [])
    return AtProvider(saved) if saved is not None else _overtaken(change)


def _after(change: Change, move: Move) -> State:
    state = after(change.state, move)
    assert state is not None  # noqa: S101 - callers only make moves of the table
    return state


def _reasons_of(answer: Denied | NeedsApproval) -> tuple[Reason, ...]:
    if isinstance(answer, Denied):
        return answer.reasons
    return (Reason(Code.APPROVER_LOST, ResolvableBy.APPROVER, {"have": answer.have, "need": answer.need}),)


async def _refer_to_drift(ctx: Context, change: Change, reasons: Sequence[Reason]) -> Sequence[Reason]:
    """Add the drift to the reasons, if the change of the target was reported already: its message says more."""
    if not any(reason.code is Code.TARGET_CHANGED for reason in reasons):
        return reasons
    async with ctx.store.read() as tx:
        drift = await tx.open_drift(*change.project.key, change.environment.id)
        notice = await tx.notice_for(NoticeKind.DRIFT, drift.id) if drift is not None else None
    if notice is None or notice.at is None:
        return reasons
    return [
        replace(reason, facts={**reason.facts, "drift": notice.subject})
        if reason.code is Code.TARGET_CHANGED
        else reason
        for reason in reasons
    ]


async def _write(ctx: Context, change: Change) -> ServedNow | None:
    """The one write. Returns what is live afterwards, if the provider's answer contains it."""
    client = ctx.provider(change.project.provider)
    comment = await provider_approvals.comment_on(ctx, change)
    if change.gate is not None:
        await _apply_approval(client, change, change.gate, comment)
        return None
    if isinstance(change.target, Nothing):
        return await client.clear(change.project, change.environment, comment=comment)
    return await client.serve(change.project, change.environment, change.target, comment=comment)


async def _apply_approval(client: ProviderClient, change: Change, gate: Gate, comment: str) -> None:
    """Apply what was approved at the provider. Raises `NotDone` when that is no longer possible."""
    approval = await client.apply_approval(gate.id, comment=comment)
    if approval.state is not GateState.APPLIED:
        detail = "; ".join(approval.conflicts) or f"the approval is {approval.state.value} there"
        fault = Fault.CONFLICT if approval.state is GateState.FAILED else Fault.GATED
        operation = f"applying what was approved for {change.project.name}"
        raise NotDone(Problem(fault, client.name, operation, detail=detail))


async def _send(ctx: Context, change: Change, before: ServedNow | None) -> Outcome:
    """One write, then the read-back. After a write whose answer is lost, read first whether it took effect."""
    if _is_late(ctx, change):
        return _overtaken(change)
    try:
        written = await _write(ctx, change)
    except Unsure as error:
        log.warning("change.unsure", change=change.id, fault=error.problem.fault, status=error.problem.status)
        return await _determine_result(ctx, change, resend=True, problem=error.problem, before=before)
    except ProviderError as error:
        return await _not_done(ctx, change, error.problem)
    step(change, "sent")
    return await _read_back(ctx, change, before, written)


async def _not_done(ctx: Context, change: Change, problem: Problem) -> Outcome:
    """The provider refused the write. On a conflict, read the blockers again and add them as reasons."""
    reasons: tuple[Reason, ...] = ()
    if problem.fault is Fault.CONFLICT:
        try:
            current = await ctx.provider(change.project.provider).served(change.project)
        except ProviderError as error:
            log.warning("conflict.unread", change=change.id, fault=error.problem.fault)
        else:
            reasons = tuple(current.blockers.get(change.environment.id, ()))
    return await finish(ctx, change, Move.FAIL, Event.FAILED, problem=problem, reasons=reasons)


async def _read_back(
    ctx: Context, change: Change, before: ServedNow | None, written: ServedNow | None = None
) -> Outcome:
    """Compare what is live with the change: no effect is a failure; other environments that changed are reported.

    If the answer to the write contained what is live, that is used instead of a read, which could lag behind it.
    """
    try:
        current = written or await ctx.provider(change.project.provider).served(change.project)
    except ProviderError as error:
        return await finish(ctx, change, Move.LOSE, Event.LOST, problem=error.problem)
    step(change, "read back")
    if not is_live(change, current.served.get(change.environment.id)):
        problem = Problem(Fault.NO_EFFECT, change.project.provider, "reading back what is live")
        return await finish(ctx, change, Move.FAIL, Event.FAILED, problem=problem)
    return await finish(ctx, change, Move.SUCCEED, Event.APPLIED, problem=_other_changes(change, before, current))


def _other_changes(change: Change, before: ServedNow | None, current: ServedNow) -> Problem | None:
    """A problem that lists other environments that changed between the two reads. Returns None when there are none."""
    if before is None:
        return None
    changed = [
        environment.name
        for environment in current.environments
        if environment.id != change.environment.id
        and environment.id in before.served
        and not before.served[environment.id].same_as(current.served[environment.id])
    ]
    if _changed_twice(change.environment.id, before, current):
        changed.append(change.environment.name)
    if not changed:
        return None
    return Problem(Fault.OTHER_MOVED, change.project.provider, "reading back", detail=", ".join(changed))


def _changed_twice(environment_id: str, before: ServedNow, current: ServedNow) -> bool:
    """Whether somebody else changed the environment between our read and our write, if the provider has revisions."""
    revision_before, revision = before.revisions.get(environment_id), current.revisions.get(environment_id)
    return revision_before is not None and revision is not None and revision > revision_before + 1


async def settle_applied(ctx: Context, change_id: str) -> Outcome:
    """Somebody applied the approval at the provider: check whether it is live, send nothing."""
    claimed = await _claim(ctx, change_id, Attempt.SENDING)
    if not isinstance(claimed, Change):
        return claimed
    problem = Problem(Fault.NO_EFFECT, claimed.project.provider, "looking for what was applied there")
    return await _determine_result(ctx, claimed, resend=False, problem=problem)


async def _determine_result(
    ctx: Context, change: Change, *, resend: bool, problem: Problem | None = None, before: ServedNow | None = None
) -> Outcome:
    """The write may have been sent: read. If live, it is applied; if absent, send it again; else a person decides."""
    try:
        current = await ctx.provider(change.project.provider).served(change.project)
    except ProviderError as error:
        return await _lose(ctx, change, problem or error.problem)
    served = current.served.get(change.environment.id)
    if is_live(change, served):
        event = Event.SETTLED if change.state is State.UNKNOWN else Event.APPLIED
        return await finish(ctx, change, Move.SUCCEED, event, problem=_other_changes(change, before, current))
    cause = problem or change.problem or Problem(Fault.CUT_AFTER_WRITE, change.project.provider, "making it live")
    if served is None or not served.same_as(change.seen.base):
        return await _lose(ctx, change, cause)
    if not resend or not change.is_fit:
        may_land = cause.fault in (Fault.TIMED_OUT, Fault.NO_EFFECT)
        if change.state is State.APPLYING and may_land:  # it may still take effect
            return await _lose(ctx, change, cause)
        return await finish(ctx, change, Move.FAIL, Event.SETTLED, problem=cause)
    step(change, "effect absent")
    extended = await _extend_lease(ctx, change)
    if extended is None or _is_late(ctx, extended):
        return _overtaken(change)
    try:
        written = await _write(ctx, extended)
    except Unsure as error:
        return await _determine_result(ctx, extended, resend=False, problem=error.problem, before=before or current)
    except ProviderError as error:
        return await _not_done(ctx, extended, error.problem)
    return await _read_back(ctx, extended, before or current, written)


async def _extend_lease(ctx: Context, change: Change) -> Change | None:
    """Extend our lease before a write is sent again. Returns None when another process has taken over."""
    now = ctx.clock.now()
    async with ctx.store.write() as tx:
        return await tx.save(replace(change, lease_until=now + LEASE, updated_at=now), change.state, [])


def _is_late(ctx: Context, change: Change) -> bool:
    """Whether too little of our lease is left for a write; a sweep then resumes the change."""
    return change.lease_until is None or ctx.clock.now() > change.lease_until - LEASE / 2


def _overtaken(change: Change) -> Refused:
    log.warning("change.overtaken", change=change.id, number=change.number)
    return Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY, {"state": change.state.value}),), change)


async def _lose(ctx: Context, change: Change, problem: Problem) -> Outcome:
    """The result cannot be determined: mark the outcome as unknown, if it is not already."""
    if after(change.state, Move.LOSE) is None:
        return Unknown(change)
    return await finish(ctx, change, Move.LOSE, Event.LOST, problem=problem)
