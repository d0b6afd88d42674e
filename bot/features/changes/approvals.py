"""Saying yes, no, or never mind to a change that waits."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
from bot.store import ReadTransaction, WriteTransaction

log = get_logger(__name__)


async def approve(ctx: Context, change_id: str, actor: Actor) -> Outcome:
    """One person's yes. The one that completes the quorum applies the change, or schedules it if it has a time."""
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
        done = isinstance(answer, Allowed)
        state = after(change.state, Move.APPROVE) if done else change.state
        assert state is not None  # noqa: S101 - a vote is only allowed on a change that waits
        said = [entry(Event.APPROVED, change.id, now, actor)]
        voted = replace(change, state=state, updated_at=now)
        if done and change.due is not None:
            voted = replace(voted, state=_scheduled(state))
            said.append(scheduled(change, now))
        elif done:  # ours to apply: a sweep leaves it alone as long as we live
            voted = replace(voted, lease_by=ctx.owner, lease_until=now + LEASE)
        saved = await tx.save(voted, change.state, said)
        if saved is None:
            return Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY),), change)
        await history_of(tx, saved, said)
    log.info("change.step", step="approved", change=saved.id, number=saved.number, final=done)
    if isinstance(answer, NeedsApproval):
        await deliver_card(ctx, saved.id)
        return AwaitingApproval(saved, answer.have, answer.need, await card_at(ctx, saved.id) is not None)
    if saved.state is State.SCHEDULED:
        await deliver_card(ctx, saved.id)
        return Scheduled(saved)
    return await apply(ctx, saved.id)


def _scheduled(state: State) -> State:
    """Approved and scheduled in one: nothing that has a time of its own is ever left standing as merely approved."""
    next_state = after(state, Move.SCHEDULE)
    assert next_state is not None  # noqa: S101 - the table has it for what is approved
    return next_state


async def reject(ctx: Context, change_id: str, actor: Actor, comment: str = "") -> Outcome:
    """One person's no ends it."""
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
    """The requester takes it back; a scheduled one also whoever approved it.

    What was asked for at the provider is taken back there first.
    """
    async with ctx.store.read() as tx:
        change = await tx.change(change_id)
    if change is not None and change.state is State.AT_PROVIDER:
        answer = decide(Withdrawal(actor, change.requester, change.state))
        left = None if isinstance(answer, Denied) else await provider_followup.take_back(ctx, change)
        if left is not None:
            return left
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
    return Withdrawn(saved)


async def withdrawal(tx: ReadTransaction, change: Change, actor: Actor) -> Withdrawal:
    """The facts for: may this person take it back."""
    approvers = (said.actor.key for said in await tx.decisions(change.id) if said.say is Say.APPROVE)
    return Withdrawal(actor, change.requester, change.state, frozenset(approvers))


async def expire(ctx: Context) -> int:
    """End what waited too long. Answers how many changes expired."""
    async with ctx.store.read() as tx:
        waiting = await tx.expired(ctx.clock.now())
    ended = 0
    for change in waiting:
        async with ctx.store.write() as tx:
            saved = await _end(ctx, tx, _over(ctx, change), Move.EXPIRE, Event.EXPIRED, None)
            if saved is not None:
                await tell_missed(tx, saved)
        if saved is not None:
            ended += 1
            await deliver_card(ctx, saved.id)
    return ended


def _over(ctx: Context, change: Change) -> Change:
    """Why it expired, where it is not only the time to approve that has run out."""
    if change.due is None or change.due.at > ctx.clock.now():
        return change
    return replace(change, reasons=(Reason(Code.DUE_UNAPPROVED),))


async def remind(ctx: Context) -> int:
    """Tell the threads of cards that wait for approval: after half of the time, and once before it runs out.

    Nobody is mentioned: the built-in policy names nobody, and what waits stands on everybody's Home. Answers how many
    were told.
    """
    async with ctx.store.read() as tx:
        waiting, _ = await tx.changes(states={State.WAITING}, limit=500)
        due = [change.id for change in waiting if await _due_stage(ctx, tx, change) is not None]
    for change_id in due:
        async with ctx.store.write() as tx:
            change = await tx.change(change_id)
            stage = await _due_stage(ctx, tx, change) if change is not None else None
            if change is None or stage is None:
                continue  # decided meanwhile, or told by another process
            have = sum(said.say is Say.APPROVE for said in await tx.decisions(change_id))
            facts = {"stage": stage.value, "have": str(have), "need": str(change.seen.rule.approvals)}
            told = entry(Event.REMINDED, change_id, ctx.clock.now(), None, **facts)
            await tx.record(told)
            await history_of(tx, change, [told])
        await deliver_card(ctx, change_id)
    return len(due)


async def _due_stage(ctx: Context, tx: ReadTransaction, change: Change) -> Stage | None:
    """Of what the approvers of a change should be told now, and were not told yet."""
    ends = change.expires_at if change.state is State.WAITING else None
    stage = stage_of(change.created_at, ends, ctx.clock.now(), ctx.reminding.hours) if ends else None
    if stage is None:
        return None
    told = {said.facts.get("stage") for said in await tx.audit(change.id) if said.event is Event.REMINDED}
    return None if told & {stage.value, Stage.LAST.value} else stage


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
    """Move a change to an end; None when somebody was faster."""
    now = ctx.clock.now()
    state = after(change.state, move)
    assert state is not None  # noqa: S101 - whoever asks has seen that the change is in a state to end from
    facts = {"comment": comment} if comment else {}
    said = entry(event, change.id, now, actor, **facts)
    saved = await tx.save(replace(change, state=state, updated_at=now), change.state, [said])
    if saved is not None:
        await history_of(tx, saved, [said])
    return saved


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether somebody may vote, before they are asked for a comment."""

    change: Change | None
    refused: Refused | None = None


async def may_vote(ctx: Context, change_id: str, actor: Actor, say: Say) -> Checked:
    """Ask the policy what it would say to this vote; changes nothing."""
    async with ctx.store.read() as tx:
        change = await tx.change(change_id)
        answer = await _vote(ctx, tx, change, actor, say) if change else None
    return Checked(change, Refused(answer.reasons, change) if isinstance(answer, Denied) else None)


async def channel_of(ctx: Context, change_id: str) -> str | None:
    """The channel in which a change's card stands."""
    async with ctx.store.read() as tx:
        change = await tx.change(change_id)
    return change.origin.channel if change else None
