"""Scheduled changes: applied at their time, or ended with a reason; moved to another time.

Nothing is applied early, or late by more than `GRACE`. Facts are not taken from the time of the request: when its time
has come, a change counts as just approved, and goes through the same checks as any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.context import LEASE, Context, entry
from bot.domain.actors import Actor
from bot.domain.base import Outcome
from bot.domain.changes import Change, Event, Move, Say, State, after
from bot.domain.errors import Code, Reason, ResolvableBy, StoreUnavailable
from bot.domain.facts import Answer, Denied, Rescheduling, Timing
from bot.domain.outcomes import NotFound, Refused, Rescheduled
from bot.domain.policies import decide
from bot.domain.times import GRACE, Due, WantedTime
from bot.features.changes.deploys import supersede
from bot.features.changes.due import due_facts, due_of, expiry
from bot.features.changes.execution import apply
from bot.features.forms import FieldProblem
from bot.grammar import parse_time
from bot.grammar.commands import Misunderstood
from bot.logs import get_logger
from bot.outbox.delivery import deliver_card
from bot.outbox.notices import history_of, tell_missed

if TYPE_CHECKING:
    from bot.store import ReadTransaction, WriteTransaction

log = get_logger(__name__)

AT_ONCE = 8
"""How many changes that are due at the same time are applied side by side."""


async def apply_due(ctx: Context) -> int:
    """Process every change whose time has come. Returns how many there were."""
    async with ctx.store.read() as tx:
        due = await tx.due_changes(ctx.clock.now())
    room = asyncio.Semaphore(AT_ONCE)

    async def limited(change: Change) -> None:
        async with room:
            await _process_due(ctx, change.id)

    results = await asyncio.gather(*(limited(change) for change in due), return_exceptions=True)
    for change, result in zip(due, results, strict=True):
        if isinstance(result, BaseException) and not isinstance(result, Exception):
            raise result
        if isinstance(result, StoreUnavailable):
            raise result
        if result is not None:  # the others are processed all the same
            log.error("change.not_taken_on", change=change.id, number=change.number, exc_info=result)
    return len(due)


@dataclass(frozen=True, slots=True)
class _DueResult:
    """A change whose time has come, after its transition, and the id of the change that it superseded."""

    change: Change
    gave_way: str | None = None


async def _process_due(ctx: Context, change_id: str) -> None:
    """Mark a due change as approved and apply it; void it if it is too late, or another change is open."""
    async with ctx.store.write() as tx:
        change = await tx.change(change_id)
        if change is None or not _is_due(ctx, change):
            return  # another process was faster, or it was moved or withdrawn
        result = await _come_due(ctx, tx, change)
    log.info("change.step", step="came due", change=result.change.id, number=result.change.number)
    if result.change.state is State.APPROVED:
        await apply(ctx, result.change.id)
    else:
        await deliver_card(ctx, result.change.id)
    if result.gave_way is not None:
        await deliver_card(ctx, result.gave_way)


def _is_due(ctx: Context, change: Change) -> bool:
    return change.state is State.SCHEDULED and change.due is not None and change.due.at <= ctx.clock.now()


async def _come_due(ctx: Context, tx: WriteTransaction, change: Change) -> _DueResult:
    now = ctx.clock.now()
    assert change.due is not None  # noqa: S101 - the caller has checked
    if now - change.due.at > GRACE:
        minutes = int(GRACE.total_seconds() // 60)
        missed = Reason(Code.DUE_MISSED, ResolvableBy.REQUESTER, {"minutes": minutes})
        return _DueResult(await _void(ctx, tx, change, missed))
    superseded = await supersede(ctx, tx, change)
    begun = replace(
        change,
        state=_after(change, Move.COME_DUE),
        lease_by=ctx.owner,
        lease_until=now + LEASE,
    )
    saved = await tx.save(begun, change.state, [entry(Event.CAME_DUE, change.id, now)])
    if saved is not None:
        return _DueResult(saved, superseded)
    open_change = await tx.open_change(change.project.provider, change.project.id, change.environment.id)
    facts = {"change": open_change.id, "number": open_change.number} if open_change else {}
    return _DueResult(await _void(ctx, tx, change, Reason(Code.OPEN_CHANGE, ResolvableBy.REQUESTER, facts)))


async def _void(ctx: Context, tx: WriteTransaction, change: Change, reason: Reason) -> Change:
    """End a change that can no longer be applied. The row is locked, so nobody else has changed it."""
    record = entry(Event.VOIDED, change.id, ctx.clock.now())
    ended = replace(change, state=_after(change, Move.VOID), reasons=(reason,))
    saved = await tx.save(ended, change.state, [record])
    assert saved is not None  # noqa: S101 - the row is locked
    await history_of(tx, saved, [record])
    await tell_missed(tx, saved)
    return saved


def _after(change: Change, move: Move) -> State:
    state = after(change.state, move)
    assert state is not None  # noqa: S101 - the table has the move for every state that gets here
    return state


async def move(ctx: Context, change_id: str, when: WantedTime, actor: Actor) -> Outcome:
    """Move a change to another time. Approvals stay valid: they apply to what is deployed, not to when."""
    async with ctx.store.write() as tx:
        change = await tx.change(change_id)
        if change is None:
            return NotFound("change", change_id)
        now = ctx.clock.now()
        due = due_of(when, actor, now)
        answer = await _may_move(ctx, tx, change, due, actor)
        if isinstance(answer, Denied):
            return Refused(answer.reasons, change)
        was = change.due
        assert was is not None  # noqa: S101 - a change without a time cannot be moved
        rule = ctx.rule_for(change.project, change.environment)
        is_waiting = change.state is State.WAITING
        moved = replace(
            change,
            state=_after(change, Move.RESCHEDULE),
            due=due,
            expires_at=expiry(change.created_at, rule, due) if is_waiting else change.expires_at,
        )
        record = entry(Event.RESCHEDULED, change.id, now, actor, was=was.at.isoformat(), **due_facts(due))
        saved = await tx.save(moved, change.state, [record])
        assert saved is not None  # noqa: S101 - the row is locked
        await history_of(tx, saved, [record])
    log.info("change.step", step="moved", change=saved.id, number=saved.number)
    await deliver_card(ctx, saved.id)
    return Rescheduled(saved, was)


async def _may_move(ctx: Context, tx: ReadTransaction, change: Change, to: Due, actor: Actor) -> Answer:
    approvers = frozenset(
        decision.actor.key for decision in await tx.decisions(change.id) if decision.say is Say.APPROVE
    )
    return decide(
        Rescheduling(
            actor=actor,
            requester=change.requester,
            approvers=approvers,
            state=change.state,
            due=change.due,
            to=to,
            expires_at=change.expires_at,
            now=ctx.clock.now(),
        )
    )


def picked(ctx: Context, values: Mapping[str, str]) -> WantedTime | FieldProblem | None:
    """The time in a form, in words (`time`) or picked (`when`, seconds since 1970). Returns None when there is none.

    In memory only. An invalid time is returned as a `FieldProblem`.
    """
    when: WantedTime
    if "time" in values:
        parsed = parse_time(values["time"])
        if isinstance(parsed, Misunderstood):
            return FieldProblem("time", parsed.problem, detail=parsed.detail)
        when = parsed
    elif "when" in values:
        try:
            when = datetime.fromtimestamp(int(values["when"]), UTC)
        except (ValueError, OverflowError, OSError):
            return FieldProblem("when", "bad_time", detail=values["when"])
        answer = decide(Timing(Due(when, "", "UTC"), ctx.clock.now()))
        if isinstance(answer, Denied):
            return FieldProblem("when", "refused", answer.reasons[0])
    else:
        return None
    return when


async def may_move(ctx: Context, change: Change, actor: Actor, when: WantedTime | None = None) -> Answer:
    """Ask the policy whether this person may move the change; without a time, to any valid one. Changes nothing."""
    now = ctx.clock.now()
    async with ctx.store.read() as tx:
        return await _may_move(ctx, tx, change, due_of(when or now + GRACE, actor, now), actor)
