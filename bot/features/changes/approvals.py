"""Approving, rejecting, withdrawing and expiring changes that wait."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.context import LEASE, Context, entry
from bot.domain.actors import Actor
from bot.domain.base import Outcome
from bot.domain.changes import Change, Decision, Event, Move, Say, State, after
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.facts import Allowed, Answer, Denied, NeedsApproval, Vote, Withdrawal
from bot.domain.outcomes import AwaitingApproval, NotFound, Refused, Rejected, Scheduled, Withdrawn
from bot.domain.policies import decide
from bot.domain.reminder_hours import Stage, stage_of
from bot.features.changes import provider_followup
from bot.features.changes.due import scheduled
from bot.features.changes.execution import apply
from bot.logs import get_logger
from bot.outbox.delivery import deliver_card
from bot.outbox.notices import card_at, history_of, tell_missed

if TYPE_CHECKING:
    from bot.store import ReadTransaction, WriteTransaction

log = get_logger(__name__)


async def approve(ctx: Context, change_id: str, actor: Actor) -> Outcome:
    """Approve a change. The approval that completes the quorum applies it, or schedules it if it has a time."""
    async with ctx.store.write() as tx:
        change = await tx.change(change_id)
        if change is None:
            return NotFound("change", change_id)
        answer = await _vote(ctx, tx, change, actor, Say.APPROVE)
        if isinstance(answer, Denied):
            return Refused(answer.reasons, change)
        now = ctx.clock.now()
        if not await tx.add_decision(Decision(change.id, actor, Say.APPROVE, now)):
            return Refused((Reason(Code.ALREADY_VOTED, ResolvableBy.APPROVER),), change)
        is_complete = isinstance(answer, Allowed)
        state = after(change.state, Move.APPROVE) if is_complete else change.state
        assert state is not None  # noqa: S101 - a vote is only allowed on a change that waits
        entries = [entry(Event.APPROVED, change.id, now, actor)]
        voted = replace(change, state=state, updated_at=now)
        if is_complete and change.due is not None:
            voted = replace(voted, state=_scheduled(state))
            entries.append(scheduled(change, now))
        elif is_complete:  # this process applies it; sweeps leave it alone while the lease lasts
            voted = replace(voted, lease_by=ctx.owner, lease_until=now + LEASE)
        saved = await tx.save(voted, change.state, entries)
        if saved is None:
            return Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY),), change)
        await history_of(tx, saved, entries)
    log.info("change.step", step="approved", change=saved.id, number=saved.number, final=is_complete)
    if isinstance(answer, NeedsApproval):
        await deliver_card(ctx, saved.id)
        return AwaitingApproval(saved, answer.have, answer.need, await card_at(ctx, saved.id) is not None)
    if saved.state is State.SCHEDULED:
        await deliver_card(ctx, saved.id)
        return Scheduled(saved)
    return await apply(ctx, saved.id)


def _scheduled(state: State) -> State:
    """The state after scheduling, which happens in the same step: a change with a time is never just approved."""
    next_state = after(state, Move.SCHEDULE)
    assert next_state is not None  # noqa: S101 - the table has this move for approved changes
    return next_state


async def reject(ctx: Context, change_id: str, actor: Actor, comment: str = "") -> Outcome:
    """Reject a change: one rejection ends it."""
    async with ctx.store.write() as tx:
        change = await tx.change(change_id)
        if change is None:
            return NotFound("change", change_id)
        answer = await _vote(ctx, tx, change, actor, Say.REJECT)
        if isinstance(answer, Denied):
            return Refused(answer.reasons, change)
        now = ctx.clock.now()
        await tx.add_decision(Decision(change.id, actor, Say.REJECT, now, comment))
        saved = await _end(ctx, tx, change, Move.REJECT, Event.REJECTED, actor, comment)
    if saved is None:
        return Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY),), change)
    await deliver_card(ctx, saved.id)
    return Rejected(saved)


async def withdraw(ctx: Context, change_id: str, actor: Actor) -> Outcome:
    """Withdraw a change: its requester may, and the approvers of a scheduled one.

    An approval request at the provider is withdrawn there first, unless the provider is no longer configured.
    """
    async with ctx.store.read() as tx:
        change = await tx.change(change_id)
    waits = change if change is not None and change.state is State.AT_PROVIDER else None
    left = waits is not None and waits.project.provider not in ctx.providers
    if waits is not None and not left:
        answer = decide(Withdrawal(actor, waits.requester, waits.state))
        failure = None if isinstance(answer, Denied) else await provider_followup.withdraw_at_provider(ctx, waits)
        if failure is not None:
            return failure
    async with ctx.store.write() as tx:
        change = await tx.change(change_id)
        if change is None:
            return NotFound("change", change_id)
        answer = decide(await withdrawal(tx, change, actor))
        if isinstance(answer, Denied):
            return Refused(answer.reasons, change)
        saved = await _end(ctx, tx, change, Move.WITHDRAW, Event.WITHDRAWN, actor)
    if saved is None:
        return Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY),), change)
    await deliver_card(ctx, saved.id)
    return Withdrawn(saved, left)


async def withdrawal(tx: ReadTransaction, change: Change, actor: Actor) -> Withdrawal:
    """The facts for deciding whether this person may withdraw the change."""
    approvers = (decision.actor.key for decision in await tx.decisions(change.id) if decision.say is Say.APPROVE)
    return Withdrawal(actor, change.requester, change.state, frozenset(approvers))


async def expire(ctx: Context) -> int:
    """End changes that waited too long. Returns how many expired."""
    async with ctx.store.read() as tx:
        waiting = await tx.expired(ctx.clock.now())
    ended = 0
    for change in waiting:
        async with ctx.store.write() as tx:
            saved = await _end(ctx, tx, _with_reason(ctx, change), Move.EXPIRE, Event.EXPIRED, None)
            if saved is not None:
                await tell_missed(tx, saved)
        if saved is not None:
            ended += 1
            await deliver_card(ctx, saved.id)
    return ended


def _with_reason(ctx: Context, change: Change) -> Change:
    """The change, with the reason if it expired because its own time has come."""
    if change.due is None or change.due.at > ctx.clock.now():
        return change
    return replace(change, reasons=(Reason(Code.DUE_UNAPPROVED),))


async def remind(ctx: Context) -> int:
    """Remind in the threads of cards that wait for approval: after half of the time, and once before it runs out.

    Nobody is mentioned: the built-in policy names nobody, and waiting changes are on everybody's Home. Returns how many
    changes were due.
    """
    async with ctx.store.read() as tx:
        waiting, _ = await tx.changes(states={State.WAITING}, limit=500)
        due = [change.id for change in waiting if await _due_stage(ctx, tx, change) is not None]
    for change_id in due:
        async with ctx.store.write() as tx:
            change = await tx.change(change_id)
            stage = await _due_stage(ctx, tx, change) if change is not None else None
            if change is None or stage is None:
                continue  # decided meanwhile, or reminded by another process
            have = sum(decision.say is Say.APPROVE for decision in await tx.decisions(change_id))
            facts = {"stage": stage.value, "have": str(have), "need": str(change.seen.rule.approvals)}
            reminder = entry(Event.REMINDED, change_id, ctx.clock.now(), None, **facts)
            await tx.record(reminder)
            await history_of(tx, change, [reminder])
        await deliver_card(ctx, change_id)
    return len(due)


async def _due_stage(ctx: Context, tx: ReadTransaction, change: Change) -> Stage | None:
    """The reminder that is due for a change now. Returns None when there is none, or it was posted already."""
    ends = change.expires_at if change.state is State.WAITING else None
    stage = stage_of(change.created_at, ends, ctx.clock.now(), ctx.reminding.hours) if ends else None
    if stage is None:
        return None
    stages = {record.facts.get("stage") for record in await tx.audit(change.id) if record.event is Event.REMINDED}
    return None if stages & {stage.value, Stage.LAST.value} else stage


async def _vote(ctx: Context, tx: ReadTransaction, change: Change, actor: Actor, say: Say) -> Answer:
    return decide(
        Vote(
            say=say,
            actor=actor,
            requester=change.requester,
            state=change.state,
            rule=change.seen.rule,
            decisions=await tx.decisions(change.id),
            expires_at=change.expires_at,
            now=ctx.clock.now(),
        )
    )


async def _end(
    ctx: Context, tx: WriteTransaction, change: Change, move: Move, event: Event, actor: Actor | None, comment: str = ""
) -> Change | None:
    """Move a change to a final state. Returns None when another process was faster."""
    now = ctx.clock.now()
    state = after(change.state, move)
    assert state is not None  # noqa: S101 - callers check that the change can end from its state
    facts = {"comment": comment} if comment else {}
    record = entry(event, change.id, now, actor, **facts)
    saved = await tx.save(replace(change, state=state, updated_at=now), change.state, [record])
    if saved is not None:
        await history_of(tx, saved, [record])
    return saved


@dataclass(frozen=True, slots=True)
class VoteCheck:
    """Whether a person may vote, checked before they are asked for a comment."""

    change: Change | None
    refused: Refused | None = None


async def may_vote(ctx: Context, change_id: str, actor: Actor, say: Say) -> VoteCheck:
    """Ask the policy about this vote; changes nothing."""
    async with ctx.store.read() as tx:
        change = await tx.change(change_id)
        answer = await _vote(ctx, tx, change, actor, say) if change else None
    return VoteCheck(change, Refused(answer.reasons, change) if isinstance(answer, Denied) else None)


async def channel_of(ctx: Context, change_id: str) -> str | None:
    """The channel of a change's card. Returns None when there is no such change."""
    async with ctx.store.read() as tx:
        change = await tx.change(change_id)
    return change.origin.channel if change else None
