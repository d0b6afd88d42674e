"""Changes with a time of their own: applied when it has come, or said why not; moved to another time.

Nothing is applied early, nothing late by more than `GRACE`, and nothing on what was true when it was asked for: when
its time has come a change is approved as if it had just been, and goes through the same looks as any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.context import LEASE, Context, entry
from bot.domain.actors import Actor
from bot.domain.base import Outcome
from bot.domain.changes import Change, Event, Move, Say, State, after
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.facts import Answer, Denied, Rescheduling, Timing
from bot.domain.outcomes import NotFound, Refused, Rescheduled
from bot.domain.policies import decide
from bot.domain.times import GRACE, Due, WantedTime
from bot.features.changes.deploys import supersede
from bot.features.changes.due import due_of, expiry, told
from bot.features.changes.execution import apply
from bot.features.forms import FieldProblem
from bot.grammar import parse_time
from bot.grammar.commands import Misunderstood
from bot.logs import get_logger
from bot.outbox.delivery import deliver_card
from bot.outbox.notices import history_of, tell_missed
from bot.store import ReadTransaction, StoreUnavailable, WriteTransaction

log = get_logger(__name__)

AT_ONCE = 8
"""How many changes that are due at the same time are applied side by side."""


async def apply_due(ctx: Context) -> int:
    """Take on every change whose time has come. Answers how many there were."""
    async with ctx.store.read() as tx:
        due = await tx.due_changes(ctx.clock.now())
    room = asyncio.Semaphore(AT_ONCE)

    async def take_on(change: Change) -> None:
        async with room:
            await _take_on(ctx, change.id)

    came = await asyncio.gather(*(take_on(change) for change in due), return_exceptions=True)
    for change, failure in zip(due, came, strict=True):
        if isinstance(failure, BaseException) and not isinstance(failure, Exception):
            raise failure
        if isinstance(failure, StoreUnavailable):
            raise failure
        if failure is not None:  # the others are applied all the same
            log.error("change.not_taken_on", change=change.id, number=change.number, exc_info=failure)
    return len(due)


@dataclass(frozen=True, slots=True)
class _Came:
    """What became of a change whose time has come, and which one gave way to it."""

    change: Change
    gave_way: str | None = None


async def _take_on(ctx: Context, change_id: str) -> None:
    """Approved from now on, and ours to apply; void where it comes too late, or where another one is open."""
    async with ctx.store.write() as tx:
        change = await tx.change(change_id)
        if change is None or not _is_due(ctx, change):
            return  # another process was faster, or it was moved or taken back
        came = await _come_due(ctx, tx, change)
    log.info("change.step", step="came due", change=came.change.id, number=came.change.number)
    if came.change.state is State.APPROVED:
        await apply(ctx, came.change.id)
    else:
        await deliver_card(ctx, came.change.id)
    if came.gave_way is not None:
        await deliver_card(ctx, came.gave_way)


def _is_due(ctx: Context, change: Change) -> bool:
    return change.state is State.SCHEDULED and change.due is not None and change.due.at <= ctx.clock.now()


async def _come_due(ctx: Context, tx: WriteTransaction, change: Change) -> _Came:
    now = ctx.clock.now()
    assert change.due is not None  # noqa: S101 - the caller looked
    if now - change.due.at > GRACE:
        minutes = int(GRACE.total_seconds() // 60)
        missed = Reason(Code.DUE_MISSED, ResolvableBy.REQUESTER, {"minutes": minutes})
        return _Came(await _void(ctx, tx, change, missed))
    gave_way = await supersede(ctx, tx, change)
    begun = replace(
        change,
        state=_after(change, Move.COME_DUE),
        lease_by=ctx.owner,
        lease_until=now + LEASE,
    )
    saved = await tx.save(begun, change.state, [entry(Event.CAME_DUE, change.id, now)])
    if saved is not None:
        return _Came(saved, gave_way)
    standing = await tx.open_change(change.project.provider, change.project.id, change.environment.id)
    facts = {"change": standing.id, "number": standing.number} if standing else {}
    return _Came(await _void(ctx, tx, change, Reason(Code.OPEN_CHANGE, ResolvableBy.REQUESTER, facts)))


async def _void(ctx: Context, tx: WriteTransaction, change: Change, reason: Reason) -> Change:
    """It cannot be applied any more. The row is locked, so nobody else has moved it."""
    said = entry(Event.VOIDED, change.id, ctx.clock.now())
    ended = replace(change, state=_after(change, Move.VOID), reasons=(reason,))
    saved = await tx.save(ended, change.state, [said])
    assert saved is not None  # noqa: S101 - the row is locked
    await history_of(tx, saved, [said])
    await tell_missed(tx, saved)
    return saved


def _after(change: Change, move: Move) -> State:
    state = after(change.state, move)
    assert state is not None  # noqa: S101 - the table has it for every state that gets here
    return state


async def move(ctx: Context, change_id: str, wanted: WantedTime, actor: Actor) -> Outcome:
    """Let it be applied at another time. Approvals stay: they are given to what is deployed, not to when."""
    async with ctx.store.write() as tx:
        change = await tx.change(change_id)
        if change is None:
            return NotFound("change", change_id)
        now = ctx.clock.now()
        to = due_of(wanted, actor, now)
        answer = await _may_move(ctx, tx, change, to, actor)
        if isinstance(answer, Denied):
            return Refused(answer.reasons, change)
        was = change.due
        assert was is not None  # noqa: S101 - a change without a time is not moved
        rule = ctx.rule_for(change.project, change.environment)
        waits = change.state is State.WAITING
        moved = replace(
            change,
            state=_after(change, Move.RESCHEDULE),
            due=to,
            expires_at=expiry(change.created_at, rule, to) if waits else change.expires_at,
        )
        said = entry(Event.RESCHEDULED, change.id, now, actor, was=was.at.isoformat(), **told(to))
        saved = await tx.save(moved, change.state, [said])
        assert saved is not None  # noqa: S101 - the row is locked
        await history_of(tx, saved, [said])
    log.info("change.step", step="moved", change=saved.id, number=saved.number)
    await deliver_card(ctx, saved.id)
    return Rescheduled(saved, was)


async def _may_move(ctx: Context, tx: ReadTransaction, change: Change, to: Due, actor: Actor) -> Answer:
    approvers = frozenset(said.actor.key for said in await tx.decisions(change.id) if said.say is Say.APPROVE)
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
    """The time that a form holds, in words (`time`) or picked (`when`, seconds since 1970); None where it holds none.

    In memory only. What is wrong with it is said beside its field.
    """
    wanted: WantedTime
    if "time" in values:
        read = parse_time(values["time"])
        if isinstance(read, Misunderstood):
            return FieldProblem("time", read.problem, detail=read.detail)
        wanted = read
    elif "when" in values:
        try:
            wanted = datetime.fromtimestamp(int(values["when"]), UTC)
        except (ValueError, OverflowError, OSError):
            return FieldProblem("when", "bad_time", detail=values["when"])
        answer = decide(Timing(Due(wanted, "", "UTC"), ctx.clock.now()))
        if isinstance(answer, Denied):
            return FieldProblem("when", "refused", answer.reasons[0])
    else:
        return None
    return wanted


async def may_move(ctx: Context, change: Change, actor: Actor, wanted: WantedTime | None = None) -> Answer:
    """Ask the policy what it would say; changes nothing. Without a time: to one that is always possible."""
    now = ctx.clock.now()
    async with ctx.store.read() as tx:
        return await _may_move(ctx, tx, change, due_of(wanted or now + GRACE, actor, now), actor)
