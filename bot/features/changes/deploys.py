"""Asking for a change: look, weigh, decide, remember what was seen; apply at once where no approval is needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

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
from bot.features.drafts import confirmed, first_time
from bot.features.provider_reads import ProviderSnapshot, evidence_for, look, undone_facts
from bot.logs import current_request_id, get_logger
from bot.outbox.delivery import deliver_card
from bot.outbox.notices import card_at, history_of
from bot.store import ReadTransaction, WriteTransaction

log = get_logger(__name__)

USED = timedelta(days=8)
"""How long a button that was pressed is remembered: longer than it can be pressed."""


async def request(ctx: Context, change_request: ChangeRequest, actor: Actor, place: Place) -> Outcome:
    """Ask for a change; where the policy needs no approval it is applied at once, or scheduled if it has a time.

    Answers `AwaitingApproval`, `Applied`, `Scheduled`, `Refused`, `Failed`, `Unknown`, `Void` or `NotFound`.
    """
    card_place = await place_for_card(ctx, place)
    if card_place is None:
        return Refused((Reason(Code.CANNOT_POST, ResolvableBy.REQUESTER, {"channel": place.channel}),))
    asked = await _ask(ctx, change_request, actor)
    if not isinstance(asked, _Asked):
        return asked
    question = await _asks_first(ctx, asked, actor)
    if question is not None:
        return question
    change, answer, entries, gave_way = await _remember(ctx, asked, actor, card_place)
    if change is None or isinstance(answer, Denied):
        return Refused(answer.reasons if isinstance(answer, Denied) else (), change)
    log.info("change.step", step="requested", change=change.id, number=change.number, entries=len(entries))
    came: Outcome
    if isinstance(answer, NeedsApproval):
        await deliver_card(ctx, change.id)
        posted = await card_at(ctx, change.id) is not None
        came = AwaitingApproval(change, answer.have, answer.need, posted)
    elif change.state is State.SCHEDULED:
        await deliver_card(ctx, change.id)
        came = Scheduled(change)
    else:
        came = await apply(ctx, change.id)
    if gave_way is not None:
        await deliver_card(ctx, gave_way)
    return came


async def _asks_first(ctx: Context, asked: _Asked, actor: Actor) -> ConfirmReplacesRollout | None:
    """A question, where all that stands in the way is that weights would be given up."""
    if not isinstance(asked.base.live, Split):
        return None
    async with ctx.store.read() as tx:
        answer = await _decide(ctx, tx, asked, actor)
    if not isinstance(answer, Denied) or any(each.code is not Code.SPLIT_LIVE for each in answer.reasons):
        return None
    change_request = asked.change_request
    target = change_request.target if isinstance(change_request.target, LiveIn) else asked.target
    knowing = replace(
        change_request, kind=asked.kind, environment=asked.environment, target=target, drops=asked.base.fingerprint()
    )
    return ConfirmReplacesRollout(asked.kind, change_request.project, asked.environment, asked.base, knowing)


async def replace_split(ctx: Context, draft_id: str, actor: Actor, place: Place) -> Outcome:
    """Ask for what was shown, knowing which weights it gives up; once, and only for whom it was shown to."""
    change_request = await confirmed(ctx, draft_id, actor, ChangeRequest)
    if not isinstance(change_request, ChangeRequest):
        return change_request
    if not await first_time(ctx, f"split:{draft_id}", USED):
        return Refused((Reason(Code.BUTTON_USED),))
    return await request(ctx, change_request, actor, place)


async def explain(ctx: Context, change_request: ChangeRequest, actor: Actor, line: str) -> Outcome:
    """What would happen to a wish, and which rule decides. Changes nothing."""
    asked = await _ask(ctx, change_request, actor)
    if not isinstance(asked, _Asked):
        return asked
    async with ctx.store.read() as tx:
        answer = await _decide(ctx, tx, asked, actor)
    return Explanation(
        line, asked.kind, change_request.project, asked.environment, asked.target, asked.base, answer, asked.due
    )


async def undo(ctx: Context, change_id: str, actor: Actor, place: Place) -> Outcome:
    """Take an applied change back: what it replaced becomes live again."""
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
    """What a change replaced, as a target; None where it cannot be made live again."""
    match change.seen.base.live:
        case One(config_id, version, name):
            return change.seen.base_config or Config(*change.project.key, config_id, name, version)
        case Split() as split if takes_splits(ctx, change.project.provider):
            return split
        case Nothing() as nothing:
            return nothing
    return None


async def place_for_card(ctx: Context, place: Place) -> Place | None:
    """Where a card is posted: where it was asked, else the default channel, else nowhere."""
    here = replace(place, thread_ts=None)
    if await ctx.people.can_post(here):
        return here
    if ctx.default_channel is None:
        return None
    default = replace(here, channel=ctx.default_channel)
    return default if await ctx.people.can_post(default) else None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A wish with everything that was looked up for it, its kind and its target as they turned out."""

    change_request: ChangeRequest
    kind: Kind
    target: Target
    look: ProviderSnapshot
    environment: Environment
    base: LiveState
    evidence: Evidence
    due: Due | None


async def _ask(ctx: Context, change_request: ChangeRequest, actor: Actor) -> _Asked | Refused | Failed | NotFound:
    if not change_request.is_fit:
        return Refused((Reason(Code.TARGET_UNFIT),))
    due = (
        None if change_request.when is None else due_of(change_request.when, actor, ctx.clock.now())
    )  # before a look takes its time
    try:
        seen = await look(ctx, change_request.project)
    except ProviderError as error:
        return Failed(replace(error.problem, reference=current_request_id()))
    environment = next((found for found in seen.served.environments if found.id == change_request.environment.id), None)
    if environment is None:
        known = tuple(found.name for found in seen.served.environments)
        return NotFound("environment", change_request.environment.name, known=known)
    if (
        environment.name != change_request.environment.name and change_request.undoes is None
    ):  # what was typed names another one now
        return Refused((Reason(Code.ENVIRONMENT_CHANGED),))
    base = seen.in_environment(environment)
    if base is None:
        return Refused((Reason(Code.SERVED_UNREADABLE, ResolvableBy.OPERATOR),))
    target = await target_of(ctx, change_request, seen, base)
    if isinstance(target, Reason):
        return Refused((target,))
    evidence = evidence_for(ctx, seen.evaluations, change_request.project, target, base)
    return _Asked(change_request, await kind_of(ctx, change_request), target, seen, environment, base, evidence, due)


async def _decide(ctx: Context, tx: ReadTransaction, asked: _Asked, actor: Actor) -> Answer:
    change_request = asked.change_request
    standing = await tx.open_change(change_request.project.provider, change_request.project.id, asked.environment.id)
    return decide(
        Request(
            kind=asked.kind,
            actor=actor,
            project=change_request.project,
            environment=asked.environment,
            target=asked.target,
            served=asked.base,
            rule=ctx.rule_for(change_request.project, asked.environment),
            now=ctx.clock.now(),
            open_change=OpenChange(standing.id, standing.number, standing.kind, standing.state) if standing else None,
            undone=await undone_facts(tx, change_request.undoes, asked.base),
            because=change_request.because,
            refused_lately=await tx.refusals(actor.key, ctx.clock.now() - REFUSAL_SPAN),
            blockers=tuple(asked.look.served.blockers.get(asked.environment.id, ())),
            drops=change_request.drops,
            due=asked.due,
        )
    )


async def _remember(
    ctx: Context, asked: _Asked, actor: Actor, place: Place
) -> tuple[Change | None, Answer, tuple[AuditEntry, ...], str | None]:
    """Decide and write down in one transaction: the change, its history, its card; what it supersedes.

    The last of the answer is the id of the change that gave way.
    """
    gave_way = None
    async with ctx.store.write() as tx:
        answer = await _decide(ctx, tx, asked, actor)
        if isinstance(answer, Denied) and any(each.code is Code.TOO_MANY_REFUSED for each in answer.reasons):
            return None, answer, (), None  # not written down either
        change = _draft(ctx, asked, actor, place, await tx.next_number(), answer)
        entries = [entry(Event.REQUESTED, change.id, change.created_at, actor, line=asked.kind.value)]
        if isinstance(answer, Denied):
            codes = ",".join(reason.code.value for reason in answer.reasons)
            entries.append(entry(Event.REFUSED, change.id, change.created_at, None, reasons=codes))
        else:
            gave_way = await supersede(ctx, tx, change)
        if change.state is State.SCHEDULED:
            entries.append(scheduled(change, change.created_at))
        inserted = await tx.insert_change(change, entries)
        if inserted is None:
            standing = await tx.open_change(change.project.provider, change.project.id, change.environment.id)
            facts = {"change": standing.id, "number": standing.number} if standing else {}
            return None, Denied((Reason(Code.OPEN_CHANGE, ResolvableBy.REQUESTER, facts),)), (), None
        if not isinstance(answer, Denied):
            card = Notice(new_id(), NoticeKind.CARD, inserted.id, place, change.created_at, wanted=inserted.revision)
            await tx.add_notice(card)
    return inserted, answer, tuple(entries), gave_way


async def supersede(ctx: Context, tx: WriteTransaction, change: Change) -> str | None:
    """What waits or is approved gives way to a change that restores; `decide` has allowed it.

    Answers the id of the change that gave way.
    """
    standing = await tx.open_change(change.project.provider, change.project.id, change.environment.id)
    next_state = after(standing.state, Move.SUPERSEDE) if standing and change.kind in RESTORES else None
    if standing is None or next_state is None:
        return None
    said = entry(Event.SUPERSEDED, standing.id, ctx.clock.now(), change.requester, by=change.label)
    if not await tx.save(replace(standing, state=next_state), standing.state, [said]):
        return None
    await history_of(tx, standing, [said])
    return standing.id


def _draft(ctx: Context, asked: _Asked, actor: Actor, place: Place, number: int, answer: Answer) -> Change:
    """The change that the answer leads to: refused, waiting, or approved from the start."""
    change_request, now = asked.change_request, ctx.clock.now()
    rule = ctx.rule_for(change_request.project, asked.environment)
    target = asked.look.find(asked.target.id) if isinstance(asked.target, Config) else None
    base = asked.look.find(asked.base.live.config_id) if isinstance(asked.base.live, One) else None
    move = {Denied: Move.REFUSE, NeedsApproval: Move.ASK, Allowed: Move.ALLOW}[type(answer)]
    state = after(State.REQUESTED, move)
    if state is State.APPROVED and asked.due is not None:
        state = after(state, Move.SCHEDULE)
    assert state is not None  # noqa: S101 - the table has these moves
    at_once = state is State.APPROVED
    return Change(
        id=new_id(),
        number=number,
        kind=asked.kind,
        state=state,
        project=change_request.project,
        environment=asked.environment,
        target=asked.target,
        requester=actor,
        origin=place,
        seen=ApprovalSnapshot(
            base=asked.base,
            rule=rule.mark() if isinstance(answer, Denied) else answer.rule,
            evidence=asked.evidence,
            base_config=base.config if base else None,
            base_content=base.content if base else None,
            target_content=target.content if target else None,
        ),
        created_at=now,
        updated_at=now,
        because=change_request.because,
        source=change_request.source,
        undoes=change_request.undoes,
        due=asked.due,
        expires_at=expiry(now, rule, asked.due) if isinstance(answer, NeedsApproval) else None,
        attempt=Attempt.NONE,
        lease_by=ctx.owner if at_once else None,
        lease_until=now + LEASE if at_once else None,
        reasons=answer.reasons if isinstance(answer, Denied) else (),
    )
