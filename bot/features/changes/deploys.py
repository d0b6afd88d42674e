"""Requesting a change: read, weigh, decide, save what was seen; apply at once if no approval is needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.clients.base import ProviderError
from bot.context import LEASE, Context, entry, new_id
from bot.domain.actors import Actor, Place
from bot.domain.base import Outcome
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import RESTORES, ApprovalSnapshot, Attempt, AuditEntry, Change, Event, Kind, Move, State, after
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.evaluations import Evidence
from bot.domain.facts import REFUSAL_SPAN, Allowed, Answer, Denied, NeedsApproval, OpenChange, Request
from bot.domain.live_state import LiveState, Nothing, One, Split
from bot.domain.names import Config, Environment
from bot.domain.notices import Notice, NoticeKind
from bot.domain.outcomes import (
    AwaitingApproval,
    ConfirmReplacesRollout,
    Explanation,
    Failed,
    NotFound,
    Refused,
    Scheduled,
)
from bot.domain.policies import decide
from bot.domain.targets import LiveIn, Target
from bot.domain.times import Due
from bot.features.changes.due import due_of, expiry, scheduled
from bot.features.changes.execution import apply
from bot.features.changes.requested_target import kind_of, takes_splits, target_of
from bot.features.drafts import USED, confirmed, was_claimed
from bot.features.provider_reads import ProviderSnapshot, evidence_for, look, undone_facts
from bot.logs import current_request_id, get_logger
from bot.outbox.delivery import deliver_card
from bot.outbox.notices import card_at, history_of

if TYPE_CHECKING:
    from bot.store import ReadTransaction, WriteTransaction

log = get_logger(__name__)


async def request(
    ctx: Context, change_request: ChangeRequest, actor: Actor, place: Place, *, once: str | None = None
) -> Outcome:
    """Request a change; if the policy needs no approval it is applied at once, or scheduled if it has a time.

    With the key `once` it is requested only once; a refusal does not count.

    Returns `AwaitingApproval`, `Applied`, `Scheduled`, `Refused`, `Failed`, `Unknown`, `Void` or `NotFound`.
    """
    card_place = await place_for_card(ctx, place)
    if card_place is None:
        code = Code.CANNOT_POST if place.channel else Code.NO_CHANNEL
        return Refused((Reason(code, ResolvableBy.REQUESTER, {"channel": place.channel}),))
    plan = await _plan(ctx, change_request, actor)
    if not isinstance(plan, _Plan):
        return plan
    question = await _confirmation(ctx, plan, actor)
    if question is not None:
        return question
    change, answer, entries, superseded = await _save(ctx, plan, actor, card_place, once)
    if change is None or isinstance(answer, Denied):
        return Refused(answer.reasons if isinstance(answer, Denied) else (), change)
    log.info("change.step", step="requested", change=change.id, number=change.number, entries=len(entries))
    outcome: Outcome
    if isinstance(answer, NeedsApproval):
        await deliver_card(ctx, change.id)
        posted = await card_at(ctx, change.id) is not None
        outcome = AwaitingApproval(change, answer.have, answer.need, posted)
    elif change.state is State.SCHEDULED:
        await deliver_card(ctx, change.id)
        outcome = Scheduled(change)
    else:
        outcome = await apply(ctx, change.id)
    if superseded is not None:
        await deliver_card(ctx, superseded)
    return outcome


async def _confirmation(ctx: Context, plan: _Plan, actor: Actor) -> ConfirmReplacesRollout | None:
    """The question whether to replace rollout weights, if that is the only thing that prevents the change."""
    if not isinstance(plan.base.live, Split):
        return None
    async with ctx.store.read() as tx:
        answer = await _decide(ctx, tx, plan, actor)
    if not isinstance(answer, Denied) or any(each.code is not Code.SPLIT_LIVE for each in answer.reasons):
        return None
    change_request = plan.change_request
    target = change_request.target if isinstance(change_request.target, LiveIn) else plan.target
    confirmed_request = replace(
        change_request, kind=plan.kind, environment=plan.environment, target=target, drops=plan.base.fingerprint()
    )
    return ConfirmReplacesRollout(plan.kind, change_request.project, plan.environment, plan.base, confirmed_request)


async def replace_split(ctx: Context, draft_id: str, actor: Actor, place: Place) -> Outcome:
    """Request the change that was confirmed, which replaces rollout weights; once, and only for that person."""
    change_request = await confirmed(ctx, draft_id, actor, ChangeRequest)
    if not isinstance(change_request, ChangeRequest):
        return change_request
    once = f"split:{draft_id}"
    if await was_claimed(ctx, once):
        return Refused((Reason(Code.BUTTON_USED),))
    return await request(ctx, change_request, actor, place, once=once)


async def explain(ctx: Context, change_request: ChangeRequest, actor: Actor, line: str) -> Outcome:
    """What a change request would lead to, and which rule decides. Changes nothing."""
    plan = await _plan(ctx, change_request, actor)
    if not isinstance(plan, _Plan):
        return plan
    async with ctx.store.read() as tx:
        answer = await _decide(ctx, tx, plan, actor)
    return Explanation(
        line, plan.kind, change_request.project, plan.environment, plan.target, plan.base, answer, plan.due
    )


async def undo(ctx: Context, change_id: str, actor: Actor, place: Place) -> Outcome:
    """Undo an applied change: what it replaced becomes live again."""
    async with ctx.store.read() as tx:
        change = await tx.change(change_id)
    if change is None:
        return NotFound("change", change_id)
    if change.state is not State.APPLIED:
        return Refused((Reason(Code.TOO_LATE, ResolvableBy.NOBODY, {"state": change.state.value}),), change)
    target = _replaced(ctx, change)
    if target is None:
        return Refused(
            (Reason(Code.NOT_ONE_LIVE, ResolvableBy.REQUESTER, {"environment": change.environment.name}),), change
        )
    change_request = ChangeRequest(Kind.UNDO, change.project, change.environment, target, undoes=change.id)
    return await request(ctx, change_request, actor, place)


def _replaced(ctx: Context, change: Change) -> Target | None:
    """What a change replaced, as a target. Returns None when it cannot be made live again."""
    match change.seen.base.live:
        case One(config_id, version, name):
            return change.seen.base_config or Config(*change.project.key, config_id, name, version)
        case Split() as split if takes_splits(ctx, change.project.provider):
            return split
        case Nothing() as nothing:
            return nothing
    return None


async def place_for_card(ctx: Context, place: Place) -> Place | None:
    """Where to post a card: where the change was requested, else the default channel, else None."""
    requested = replace(place, thread_ts=None)
    if await ctx.people.can_post(requested):
        return requested
    if ctx.default_channel is None:
        return None
    default = replace(requested, channel=ctx.default_channel)
    return default if await ctx.people.can_post(default) else None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A change request with everything that was read for it, and its resolved kind and target."""

    change_request: ChangeRequest
    kind: Kind
    target: Target
    look: ProviderSnapshot
    environment: Environment
    base: LiveState
    evidence: Evidence
    due: Due | None


async def _plan(ctx: Context, change_request: ChangeRequest, actor: Actor) -> _Plan | Refused | Failed | NotFound:
    if not change_request.is_fit:
        return Refused((Reason(Code.TARGET_UNFIT),))
    # before the read, which takes time
    due = None if change_request.when is None else due_of(change_request.when, actor, ctx.clock.now())
    try:
        snapshot = await look(ctx, change_request.project)
    except ProviderError as error:
        return Failed(replace(error.problem, reference=current_request_id()))
    environment = next(
        (each for each in snapshot.served.environments if each.id == change_request.environment.id), None
    )
    if environment is None:
        known_names = tuple(each.name for each in snapshot.served.environments)
        return NotFound("environment", change_request.environment.name, known=known_names)
    # the name that was typed means another environment now
    if environment.name != change_request.environment.name and change_request.undoes is None:
        return Refused((Reason(Code.ENVIRONMENT_CHANGED),))
    base = snapshot.in_environment(environment)
    if base is None:
        return Refused((Reason(Code.SERVED_UNREADABLE, ResolvableBy.OPERATOR),))
    target = await target_of(ctx, change_request, snapshot, base)
    if isinstance(target, Reason):
        return Refused((target,))
    evidence = evidence_for(ctx, snapshot.evaluations, change_request.project, target, base)
    return _Plan(change_request, await kind_of(ctx, change_request), target, snapshot, environment, base, evidence, due)


async def _decide(ctx: Context, tx: ReadTransaction, plan: _Plan, actor: Actor) -> Answer:
    change_request = plan.change_request
    other = await tx.open_change(change_request.project.provider, change_request.project.id, plan.environment.id)
    return decide(
        Request(
            kind=plan.kind,
            actor=actor,
            project=change_request.project,
            environment=plan.environment,
            target=plan.target,
            served=plan.base,
            rule=ctx.rule_for(change_request.project, plan.environment),
            now=ctx.clock.now(),
            open_change=OpenChange(other.id, other.number, other.kind, other.state) if other else None,
            undone=await undone_facts(tx, change_request.undoes, plan.base),
            because=change_request.because,
            refused_lately=await tx.refusals(actor.key, ctx.clock.now() - REFUSAL_SPAN),
            blockers=tuple(plan.look.served.blockers.get(plan.environment.id, ())),
            drops=change_request.drops,
            due=plan.due,
        )
    )


async def _save(
    ctx: Context, plan: _Plan, actor: Actor, place: Place, once: str | None
) -> tuple[Change | None, Answer, tuple[AuditEntry, ...], str | None]:
    """Decide and save in one transaction: the change, its audit entries, its card, and what it supersedes.

    The last item returned is the id of the superseded change.
    """
    superseded = None
    async with ctx.store.write() as tx:
        answer = await _decide(ctx, tx, plan, actor)
        if isinstance(answer, Denied) and any(each.code is Code.TOO_MANY_REFUSED for each in answer.reasons):
            return None, answer, (), None  # and not saved
        if once is not None and await _is_used(ctx, tx, once, answer):
            return None, Denied((Reason(Code.BUTTON_USED),)), (), None
        change = _new_change(ctx, plan, actor, place, await tx.next_number(), answer)
        entries = [entry(Event.REQUESTED, change.id, change.created_at, actor, line=plan.kind.value)]
        if isinstance(answer, Denied):
            codes = ",".join(reason.code.value for reason in answer.reasons)
            entries.append(entry(Event.REFUSED, change.id, change.created_at, None, reasons=codes))
        else:
            superseded = await supersede(ctx, tx, change)
        if change.state is State.SCHEDULED:
            entries.append(scheduled(change, change.created_at))
        inserted = await tx.insert_change(change, entries)
        if inserted is None:
            open_change = await tx.open_change(change.project.provider, change.project.id, change.environment.id)
            facts = {"change": open_change.id, "number": open_change.number} if open_change else {}
            return None, Denied((Reason(Code.OPEN_CHANGE, ResolvableBy.REQUESTER, facts),)), (), None
        if not isinstance(answer, Denied):
            card = Notice(new_id(), NoticeKind.CARD, inserted.id, place, change.created_at, wanted=inserted.revision)
            await tx.add_notice(card)
    return inserted, answer, tuple(entries), superseded


async def _is_used(ctx: Context, tx: WriteTransaction, once: str, answer: Answer) -> bool:
    """Whether the key was claimed before; a decision that is no refusal claims it."""
    now = ctx.clock.now()
    return await tx.is_claimed(once, now) if isinstance(answer, Denied) else not await tx.claim_once(once, now + USED)


async def supersede(ctx: Context, tx: WriteTransaction, change: Change) -> str | None:
    """Supersede a waiting or approved change by a rollback or an undo, which `decide` has allowed.

    Returns the id of the superseded change, if any.
    """
    open_change = await tx.open_change(change.project.provider, change.project.id, change.environment.id)
    next_state = after(open_change.state, Move.SUPERSEDE) if open_change and change.kind in RESTORES else None
    if open_change is None or next_state is None:
        return None
    record = entry(Event.SUPERSEDED, open_change.id, ctx.clock.now(), change.requester, by=change.label)
    if not await tx.save(replace(open_change, state=next_state), open_change.state, [record]):
        return None
    await history_of(tx, open_change, [record])
    return open_change.id


def _new_change(ctx: Context, plan: _Plan, actor: Actor, place: Place, number: int, answer: Answer) -> Change:
    """The new change in the state that the decision leads to: refused, waiting, approved or scheduled."""
    change_request, now = plan.change_request, ctx.clock.now()
    rule = ctx.rule_for(change_request.project, plan.environment)
    target = plan.look.find(plan.target.id) if isinstance(plan.target, Config) else None
    base = plan.look.find(plan.base.live.config_id) if isinstance(plan.base.live, One) else None
    move = {Denied: Move.REFUSE, NeedsApproval: Move.ASK, Allowed: Move.ALLOW}[type(answer)]
    state = after(State.REQUESTED, move)
    if state is State.APPROVED and plan.due is not None:
        state = after(state, Move.SCHEDULE)
    assert state is not None  # noqa: S101 - the table has these moves
    at_once = state is State.APPROVED
    return Change(
        id=new_id(),
        number=number,
        kind=plan.kind,
        state=state,
        project=change_request.project,
        environment=plan.environment,
        target=plan.target,
        requester=actor,
        origin=place,
        seen=ApprovalSnapshot(
            base=plan.base,
            rule=rule.mark() if isinstance(answer, Denied) else answer.rule,
            evidence=plan.evidence,
            base_config=base.config if base else None,
            base_content=base.content if base else None,
            target_content=target.content if target else None,
        ),
        created_at=now,
        updated_at=now,
        because=change_request.because,
        source=change_request.source,
        undoes=change_request.undoes,
        due=plan.due,
        expires_at=expiry(now, rule, plan.due) if isinstance(answer, NeedsApproval) else None,
        attempt=Attempt.NONE,
        lease_by=ctx.owner if at_once else None,
        lease_until=now + LEASE if at_once else None,
        reasons=answer.reasons if isinstance(answer, Denied) else (),
    )
