"""Saves the result of a change, with everything that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.context import Context, entry
from bot.domain.actors import Actor
from bot.domain.base import Outcome
from bot.domain.changes import RESTORES, AuditEntry, Change, Event, Move, State, after
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy
from bot.domain.notices import NoticeKind
from bot.domain.outcomes import Applied, Failed, Refused, Rejected, Unknown, Void
from bot.features.changes.baselines import save_baseline
from bot.logs import current_request_id, get_logger
from bot.outbox.delivery import deliver_about, deliver_card
from bot.outbox.notices import history_of, take_undo_away, tell_missed

if TYPE_CHECKING:
    from bot.store import WriteTransaction

log = get_logger(__name__)


def step(change: Change, name: str) -> None:
    """Log that a step of a change is done, so that the log of a crash shows how far it got."""
    log.info("change.step", step=name, change=change.id, number=change.number, attempt=change.attempt.value)


async def finish(
    ctx: Context,
    change: Change,
    move: Move,
    event: Event,
    *,
    problem: Problem | None = None,
    reasons: Sequence[Reason] = (),
    actor: Actor | None = None,
) -> Outcome:
    """Save the result of a change, update its card, and return its outcome."""
    now = ctx.clock.now()
    state = after(change.state, move)
    assert state is not None  # noqa: S101 - callers only make moves of the table
    if problem is not None:
        problem = replace(problem, reference=problem.reference or current_request_id())
        log.warning(
            "change.problem",
            change=change.id,
            fault=problem.fault,
            status=problem.status,
            operation=problem.operation,
            detail=problem.detail,
        )
    finished = replace(
        change,
        state=state,
        problem=problem,
        reasons=tuple(reasons),
        lease_by=None,
        lease_until=None,
        updated_at=now,
        applied_at=now if state is State.APPLIED else change.applied_at,
    )
    facts = {"state": state.value} | ({"fault": problem.fault.value} if problem else {})
    record = entry(event, change.id, now, actor, **facts)
    saved, others, drift = await _save(ctx, finished, change.state, record)
    if saved is None:
        async with ctx.store.read() as tx:
            current = await tx.change(change.id)
        return Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY, {"state": change.state.value}),), current)
    step(saved, state.value)
    await deliver_card(ctx, saved.id)
    for other in others:
        await deliver_card(ctx, other)
    if drift is not None:
        await deliver_about(ctx, NoticeKind.DRIFT, drift)
    return _outcome_of(saved)


async def _save(
    ctx: Context, change: Change, expected: State, record: AuditEntry
) -> tuple[Change | None, list[str], str | None]:
    """Save the final state of a change, with its audit entry.

    Returns the saved change (None when another process was faster), the ids of other changes whose cards have to be
    updated, and the id of the drift that it ends.
    """
    async with ctx.store.write() as tx:
        saved = await tx.save(change, expected, [record])
        if saved is None:
            return None, [], None
        await history_of(tx, saved, [record])
        await tell_missed(tx, saved)
        if saved.state is not State.APPLIED:
            return saved, [], None
        former = await take_undo_away(tx, saved)
        others = [*filter(None, [former]), *await _supersede_scheduled(ctx, tx, saved)]
        return saved, others, await save_baseline(tx, saved)


async def _supersede_scheduled(ctx: Context, tx: WriteTransaction, applied: Change) -> list[str]:
    """After a rollback or an undo, supersede changes that are scheduled there: they were meant for another state.

    Returns the ids of the superseded changes.
    """
    if applied.kind not in RESTORES:
        return []
    superseded: list[str] = []
    for change in await tx.scheduled(applied.project.provider, applied.project.id, applied.environment.id):
        state = after(change.state, Move.SUPERSEDE)
        assert state is not None  # noqa: S101 - the table has this move for scheduled changes
        record = entry(Event.SUPERSEDED, change.id, ctx.clock.now(), applied.requester, by=applied.label)
        saved = await tx.save(replace(change, state=state), change.state, [record])
        records = [record] if saved else []  # not saved: another process was faster
        await history_of(tx, change, records)
        superseded += [each.subject for each in records]
    return superseded


def _outcome_of(change: Change) -> Outcome:
    """The outcome for each state that applying can end in."""
    match change.state:
        case State.APPLIED:
            return Applied(change)
        case State.VOID:
            return Void(change)
        case State.REJECTED:
            return Rejected(change)
        case State.FAILED:
            return Failed(change.problem or _NO_PROBLEM, change)
        case _:
            return Unknown(change)


_NO_PROBLEM = Problem(Fault.NO_EFFECT, "", "applying")
