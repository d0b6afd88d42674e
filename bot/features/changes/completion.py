"""Writing down what came of a change, with everything that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.context import Context, entry
from bot.domain.actors import Actor
from bot.domain.base import Outcome
from bot.domain.changes import RESTORES, AuditEntry, Change, Event, Move, State, after
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy
from bot.domain.notices import NoticeKind
from bot.domain.outcomes import Applied, Failed, Refused, Rejected, Unknown, Void
from bot.features.changes.baselines import now_right
from bot.logs import current_request_id, get_logger
from bot.outbox.delivery import deliver_about, deliver_card
from bot.outbox.notices import history_of, take_undo_away, tell_missed
from bot.store import WriteTransaction

log = get_logger(__name__)


def step(change: Change, name: str) -> None:
    """Tell the log that a step of a change is done: the log of a crash shows how far it came."""
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
    """Write down what came of it, and bring the card up to date."""
    now = ctx.clock.now()
    state = after(change.state, move)
    assert state is not None  # noqa: S101 - every caller makes a move of the table
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
    done = replace(
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
    said = entry(event, change.id, now, actor, **facts)
    saved, others, drift = await _write_down(ctx, done, change.state, said)
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


async def _write_down(
    ctx: Context, change: Change, expected: State, said: AuditEntry
) -> tuple[Change | None, list[str], str | None]:
    """Save where a change ended, with its history.

    Answers it as it stands, the changes whose cards that changes as well, and the drift that it ends.
    """
    async with ctx.store.write() as tx:
        saved = await tx.save(change, expected, [said])
        if saved is None:
            return None, [], None
        await history_of(tx, saved, [said])
        await tell_missed(tx, saved)
        if saved.state is not State.APPLIED:
            return saved, [], None
        below = await take_undo_away(tx, saved)
        others = [*filter(None, [below]), *await _supersede_scheduled(ctx, tx, saved)]
        return saved, others, await now_right(tx, saved)


async def _supersede_scheduled(ctx: Context, tx: WriteTransaction, applied: Change) -> list[str]:
    """What was taken back is not to come again by itself: what is scheduled there was meant for what is live no more.

    Answers the ids of the changes that gave way.
    """
    if applied.kind not in RESTORES:
        return []
    gave_way: list[str] = []
    for change in await tx.scheduled(applied.project.provider, applied.project.id, applied.environment.id):
        state = after(change.state, Move.SUPERSEDE)
        assert state is not None  # noqa: S101 - the table has it for what is scheduled
        said = entry(Event.SUPERSEDED, change.id, ctx.clock.now(), applied.requester, by=applied.label)
        saved = await tx.save(replace(change, state=state), change.state, [said])
        done = [said] if saved else []  # none: another process was faster
        await history_of(tx, change, done)
        gave_way += [each.subject for each in done]
    return gave_way


def _outcome_of(change: Change) -> Outcome:
    """The outcome for each state in which applying ends."""
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
