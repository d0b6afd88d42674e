"""Applying a change: claim it, look again, record the intent, send, read back. Exactly one effect, whatever happens.

Each step is logged as ``change.step`` after it is done, so that the log of a crash shows how far it came:
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
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy
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
from bot.store import StoreUnavailable

log = get_logger(__name__)


async def apply(ctx: Context, change_id: str) -> Outcome:
    """Apply an approved change now; the one who claims it does it, everybody else is told what came of it."""
    claimed = await _claim(ctx, change_id)
    if not isinstance(claimed, Change):
        return claimed
    step(claimed, "claimed")
    return await _carry_on(ctx, claimed)


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
    """Carry on with a change that a crash left behind: look first, repeat only what is absent.

    None when another process was faster.
    """
    if change.state is State.APPROVED:
        return await apply(ctx, change.id)
    now = ctx.clock.now()
    async with ctx.store.write() as tx:
        taken = await tx.save(
            replace(change, lease_by=ctx.owner, lease_until=now + LEASE, updated_at=now), change.state, []
        )
    if taken is None:
        return None
    log.info("change.settling", change=change.id, number=change.number, attempt=change.attempt.value)
    if taken.attempt is Attempt.SENDING:
        return await _find_out(ctx, taken, resend=True)
    return await _carry_on(ctx, taken)


async def settle_interrupted(ctx: Context) -> int:
    """Settle everything that a crash left behind. Answers how many changes were taken on."""
    async with ctx.store.read() as tx:
        unsettled = await tx.unsettled(ctx.clock.now())
        begun, _ = await tx.changes(states={State.APPROVED, State.APPLYING}, limit=200, offset=0)
    left = [change for change in begun if ctx.alone and change.lease_by != ctx.owner]
    found = list({change.id: change for change in (*unsettled, *left)}.values())
    for change in found:
        try:
            await settle(ctx, change)
        except StoreUnavailable:
            raise
        except Exception:  # such as a provider that is no longer set up: the others have to be settled all the same
            log.exception("change.not_settled", change=change.id, number=change.number)
    return len(found)


async def look_again(ctx: Context, change_id: str, actor: Actor) -> Outcome:
    """Somebody wants to know what became of an *outcome unknown*: look, send nothing."""
    async with ctx.store.read() as tx:
        change = await tx.change(change_id)
    if change is None:
        return NotFound("change", change_id)
    answer = decide(Settlement(actor, change.state))
    if isinstance(answer, Denied):
        return Refused(answer.reasons, change)
    return await _find_out(ctx, change, resend=False)


async def close_as_failed(ctx: Context, change_id: str, actor: Actor) -> Outcome:
    """A person decides that an *outcome unknown* counts as failed."""
    async with ctx.store.read() as tx:
        change = await tx.change(change_id)
    if change is None:
        return NotFound("change", change_id)
    answer = decide(Settlement(actor, change.state))
    if isinstance(answer, Denied):
        return Refused(answer.reasons, change)
    problem = Problem(Fault.NEVER_KNOWN, change.project.provider, "finding out what became of it")
    return await finish(ctx, change, Move.FAIL, Event.SETTLED, problem=problem, actor=actor)


async def _carry_on(ctx: Context, change: Change) -> Outcome:
    """Look at everything again, then send."""
    try:
        looked = await check_again(ctx, change)
    except ProviderError as error:
        if change.gate is not None:  # what was approved there stands: the next sweep looks again
            return await _back_to_the_provider(ctx, change)
        return await finish(ctx, change, Move.FAIL, Event.FAILED, problem=error.problem)
    step(change, "looked")
    answer = decide(looked.facts)
    if isinstance(answer, Denied | NeedsApproval):
        reasons = await _told_already(ctx, change, _why_not(answer))
        await provider_approvals.drop(ctx, change)
        return await finish(ctx, change, Move.VOID, Event.VOIDED, reasons=reasons)
    if change.gate is None and change.environment.id in looked.served.gated:
        return await _ask_the_provider(ctx, change)
    now = ctx.clock.now()
    async with ctx.store.write() as tx:
        sending = replace(change, attempt=Attempt.SENDING, lease_until=now + LEASE, updated_at=now)
        saved = await tx.save(sending, State.APPLYING, [entry(Event.SENDING, change.id, now)])
    if saved is None:
        return Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY, {"state": change.state.value}),), change)
    step(saved, "intent recorded")
    return await _send(ctx, saved, looked.served)


async def _ask_the_provider(ctx: Context, change: Change) -> Outcome:
    """The environment demands the provider's own approval: it is asked for, and waited for, whatever our key may."""
    now = ctx.clock.now()
    waiting = replace(change, state=_after(change, Move.WAIT_AT_PROVIDER), lease_until=now + LEASE, updated_at=now)
    async with ctx.store.write() as tx:
        saved = await tx.save(waiting, change.state, [])
    return await provider_approvals.ask(ctx, saved) if saved is not None else _overtaken(change)


async def _back_to_the_provider(ctx: Context, change: Change) -> Outcome:
    state = _after(change, Move.WAIT_AT_PROVIDER)
    rested = replace(change, state=state, lease_by=None, lease_until=None, updated_at=ctx.clock.now())
    async with ctx.store.write() as tx:
        saved = await tx.save(rested, change.state, [])
    return AtProvider(saved) if saved is not None else _overtaken(change)


def _after(change: Change, move: Move) -> State:
    state = after(change.state, move)
    assert state is not None  # noqa: S101 - every caller makes a move of the table
    return state


def _why_not(answer: Denied | NeedsApproval) -> tuple[Reason, ...]:
    if isinstance(answer, Denied):
        return answer.reasons
    return (Reason(Code.APPROVER_LOST, ResolvableBy.APPROVER, {"have": answer.have, "need": answer.need}),)


async def _told_already(ctx: Context, change: Change, reasons: Sequence[Reason]) -> Sequence[Reason]:
    """What moved behind our back, and is told already, has a message of its own to go to."""
    if not any(reason.code is Code.TARGET_CHANGED for reason in reasons):
        return reasons
    async with ctx.store.read() as tx:
        drift = await tx.open_drift(*change.project.key, change.environment.id)
        told = await tx.notice_for(NoticeKind.DRIFT, drift.id) if drift is not None else None
    if told is None or told.at is None:
        return reasons
    return [
        replace(reason, facts={**reason.facts, "drift": told.subject}) if reason.code is Code.TARGET_CHANGED else reason
        for reason in reasons
    ]


async def _write(ctx: Context, change: Change) -> ServedNow | None:
    """The one write. Answers what is live then, where the provider's answer says so."""
    client = ctx.provider(change.project.provider)
    comment = await provider_approvals.comment_on(ctx, change)
    if change.gate is not None:
        await _through_the_gate(client, change, change.gate, comment)
        return None
    if isinstance(change.target, Nothing):
        return await client.clear(change.project, change.environment, comment=comment)
    return await client.serve(change.project, change.environment, change.target, comment=comment)


async def _through_the_gate(client: ProviderClient, change: Change, gate: Gate, comment: str) -> None:
    """Do what was approved at the provider. Raises `NotDone` where it can no longer be done."""
    came = await client.apply_approval(gate.id, comment=comment)
    if came.state is not GateState.APPLIED:
        detail = "; ".join(came.conflicts) or f"the approval is {came.state.value} there"
        fault = Fault.CONFLICT if came.state is GateState.FAILED else Fault.GATED
        operation = f"applying what was approved for {change.project.name}"
        raise NotDone(Problem(fault, client.name, operation, detail=detail))


async def _send(ctx: Context, change: Change, before: ServedNow | None) -> Outcome:
    """One write, then the read-back. A write whose answer is lost is looked for before anything else."""
    if _is_late(ctx, change):
        return _overtaken(change)
    try:
        answered = await _write(ctx, change)
    except Unsure as error:
        log.warning("change.unsure", change=change.id, fault=error.problem.fault, status=error.problem.status)
        return await _find_out(ctx, change, resend=True, problem=error.problem, before=before)
    except ProviderError as error:
        return await _not_done(ctx, change, error.problem)
    step(change, "sent")
    return await _read_back(ctx, change, before, answered)


async def _not_done(ctx: Context, change: Change, problem: Problem) -> Outcome:
    """The provider refused. What is in the way of a write that conflicts is read again, and told with it."""
    reasons: tuple[Reason, ...] = ()
    if problem.fault is Fault.CONFLICT:
        try:
            now = await ctx.provider(change.project.provider).served(change.project)
        except ProviderError as error:
            log.warning("conflict.unread", change=change.id, fault=error.problem.fault)
        else:
            reasons = tuple(now.blockers.get(change.environment.id, ()))
    return await finish(ctx, change, Move.FAIL, Event.FAILED, problem=problem, reasons=reasons)


async def _read_back(
    ctx: Context, change: Change, before: ServedNow | None, answered: ServedNow | None = None
) -> Outcome:
    """A success answer with an unchanged service is a failure; what else moved is told.

    Where the write was answered with what is live, that is the read-back: reads could lag behind it.
    """
    try:
        now = answered or await ctx.provider(change.project.provider).served(change.project)
    except ProviderError as error:
        return await finish(ctx, change, Move.LOSE, Event.LOST, problem=error.problem)
    step(change, "read back")
    if not is_live(change, now.served.get(change.environment.id)):
        problem = Problem(Fault.NO_EFFECT, change.project.provider, "reading back what is live")
        return await finish(ctx, change, Move.FAIL, Event.FAILED, problem=problem)
    return await finish(ctx, change, Move.SUCCEED, Event.APPLIED, problem=_moved_beside(change, before, now))


def _moved_beside(change: Change, before: ServedNow | None, now: ServedNow) -> Problem | None:
    """The other environments that moved between the two looks, as something to tell."""
    if before is None:
        return None
    moved = [
        environment.name
        for environment in now.environments
        if environment.id != change.environment.id
        and environment.id in before.served
        and not before.served[environment.id].same_as(now.served[environment.id])
    ]
    if _moved_twice(change.environment.id, before, now):
        moved.append(change.environment.name)
    if not moved:
        return None
    return Problem(Fault.OTHER_MOVED, change.project.provider, "reading back", detail=", ".join(moved))


def _moved_twice(environment_id: str, before: ServedNow, now: ServedNow) -> bool:
    """Whether somebody else moved the same environment between our look and our write, where the provider counts."""
    was, now_is = before.revisions.get(environment_id), now.revisions.get(environment_id)
    return was is not None and now_is is not None and now_is > was + 1


async def settle_applied(ctx: Context, change_id: str) -> Outcome:
    """Somebody applied at the provider what was asked for there: look whether it is live, send nothing."""
    claimed = await _claim(ctx, change_id, Attempt.SENDING)
    if not isinstance(claimed, Change):
        return claimed
    unseen = Problem(Fault.NO_EFFECT, claimed.project.provider, "looking for what was applied there")
    return await _find_out(ctx, claimed, resend=False, problem=unseen)


async def _find_out(
    ctx: Context, change: Change, *, resend: bool, problem: Problem | None = None, before: ServedNow | None = None
) -> Outcome:
    """It was sent, or it may have been: look. Present is applied; absent may be sent again; else a person decides."""
    try:
        now = await ctx.provider(change.project.provider).served(change.project)
    except ProviderError as error:
        return await _lose(ctx, change, problem or error.problem)
    served = now.served.get(change.environment.id)
    if is_live(change, served):
        event = Event.SETTLED if change.state is State.UNKNOWN else Event.APPLIED
        return await finish(ctx, change, Move.SUCCEED, event, problem=_moved_beside(change, before, now))
    lost = problem or change.problem or Problem(Fault.CUT_AFTER_WRITE, change.project.provider, "making it live")
    if served is None or not served.same_as(change.seen.base):
        return await _lose(ctx, change, lost)
    if not resend or not change.is_fit:
        may_land = lost.fault in (Fault.TIMED_OUT, Fault.NO_EFFECT)
        if change.state is State.APPLYING and may_land:  # it may land a moment from now
            return await _lose(ctx, change, lost)
        return await finish(ctx, change, Move.FAIL, Event.SETTLED, problem=lost)
    step(change, "effect absent")
    kept = await _keep(ctx, change)
    if kept is None or _is_late(ctx, kept):
        return _overtaken(change)
    try:
        answered = await _write(ctx, kept)
    except Unsure as error:
        return await _find_out(ctx, kept, resend=False, problem=error.problem, before=before or now)
    except ProviderError as error:
        return await _not_done(ctx, kept, error.problem)
    return await _read_back(ctx, kept, before or now, answered)


async def _keep(ctx: Context, change: Change) -> Change | None:
    """Our lease for longer, before a write is sent again. None: we stalled, and somebody else carried on."""
    now = ctx.clock.now()
    async with ctx.store.write() as tx:
        return await tx.save(replace(change, lease_until=now + LEASE, updated_at=now), change.state, [])


def _is_late(ctx: Context, change: Change) -> bool:
    """Whether too little of our lease is left for a write to land within it; what we hold back, a sweep carries on."""
    return change.lease_until is None or ctx.clock.now() > change.lease_until - LEASE / 2


def _overtaken(change: Change) -> Refused:
    log.warning("change.overtaken", change=change.id, number=change.number)
    return Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY, {"state": change.state.value}),), change)


async def _lose(ctx: Context, change: Change, problem: Problem) -> Outcome:
    """Looking cannot tell. A change that is already *outcome unknown* stays what it is."""
    if after(change.state, Move.LOSE) is None:
        return Unknown(change)
    return await finish(ctx, change, Move.LOSE, Event.LOST, problem=problem)
