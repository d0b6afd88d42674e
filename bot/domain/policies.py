"""Permission decisions. `decide` is the only place that makes them: a pure function that returns all reasons at once.

Anything unknown or unreadable, or a quorum that makes no sense, is denied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.actors import Actor, Standing
from bot.domain.changes import RESTORES, Kind, RuleMark, Say, State, fits
from bot.domain.drift import restorable
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.evaluations import COMPLETED, RUNNING, moved
from bot.domain.facts import (
    MOST_REFUSED,
    Adoption,
    Allowed,
    Answer,
    Application,
    Denied,
    Facts,
    Inspection,
    Lookup,
    NeedsApproval,
    OpenChange,
    ProjectEdit,
    ReminderChange,
    Request,
    Rescheduling,
    Restoration,
    Rule,
    Settlement,
    StatusUpdate,
    Timing,
    Undone,
    Vote,
    Withdrawal,
)
from bot.domain.live_state import LiveState, Nothing, Off, One, Split
from bot.domain.names import Config
from bot.domain.project_edits import is_directory, is_name, is_word
from bot.domain.times import FARTHEST, GRACE, Due


def decide(facts: Facts) -> Answer:
    """Whether an action is allowed, and what is missing. Never raises, whatever the facts."""
    match facts:
        case Request():
            return _decide_request(facts)
        case Vote():
            return _decide_vote(facts)
        case Application():
            return _decide_application(facts)
        case ReminderChange() | Lookup() | Inspection():
            return _decide_small(facts)
        case _:
            return _decide_plainly(facts)


Plain = Withdrawal | Rescheduling | Timing | StatusUpdate | Settlement | ProjectEdit | Adoption | Restoration


def _decide_plainly(facts: Plain) -> Answer:
    """Decide an action that never needs approval: allowed or denied."""
    match facts:
        case Withdrawal():
            return _verdict(_withdrawal_reasons(facts), RuleMark("requester-withdraws", 0))
        case Rescheduling() | Timing():
            return _verdict(_rescheduling_reasons(facts), RuleMark("insider-reschedules", 0))
        case StatusUpdate():
            return _verdict(_status_reasons(facts), RuleMark("update-status", 0))
        case Settlement():
            return _verdict(_settlement_reasons(facts), RuleMark("member-settles", 0))
        case ProjectEdit():
            return _verdict(_edit_reasons(facts), RuleMark("member-edits-projects", 0))
        case Adoption() | Restoration():
            return _verdict(_drift_reasons(facts), RuleMark("member-answers-drift", 0))
        case _:
            assert_never(facts)


_STANDINGS = {
    Standing.GUEST: Reason(Code.GUEST, ResolvableBy.WORKSPACE_ADMIN),
    Standing.BOT: Reason(Code.BOT, ResolvableBy.NOBODY),
    Standing.DEACTIVATED: Reason(Code.DEACTIVATED, ResolvableBy.WORKSPACE_ADMIN),
    Standing.STRANGER: Reason(Code.STRANGER, ResolvableBy.NOBODY),
    Standing.UNKNOWN: Reason(Code.PERSON_UNREADABLE, ResolvableBy.OPERATOR),
}


def _who(actor: Actor) -> Iterator[Reason]:
    """Only a full member of the workspace has permissions."""
    if actor.standing is not Standing.MEMBER:
        yield _STANDINGS[actor.standing]


def _verdict(reasons: Iterable[Reason], rule: RuleMark) -> Answer:
    denials = tuple(reasons)
    return Denied(denials) if denials else Allowed(rule)


def _decide_small(facts: ReminderChange | Lookup | Inspection) -> Answer:
    """Decide an action that changes nothing at a provider."""
    if isinstance(facts, ReminderChange):
        return _verdict(_reminder_reasons(facts), RuleMark("member-reminds", 0))
    if isinstance(facts, Inspection):
        return _verdict(_who(facts.actor), RuleMark("member-inspects", 0))
    guest = facts.actor.standing is Standing.GUEST
    return _verdict(() if guest else _who(facts.actor), RuleMark("look-up", 0))


def _decide_request(facts: Request) -> Answer:
    reasons = [*_who(facts.actor), *_target_reasons(facts), *_rule_reasons(facts.rule)]
    reasons += _time_reasons(facts.due, facts.now)
    open_change = facts.open_change
    if open_change is not None and (facts.due is not None or not _gives_way(open_change, facts.kind)):
        reasons.append(
            Reason(Code.OPEN_CHANGE, ResolvableBy.REQUESTER, {"change": open_change.id, "number": open_change.number})
        )
    if facts.undone is not None and facts.undone.on_top:
        reasons.append(Reason(Code.NOT_LAST))
    if facts.rule is not None and facts.rule.reason_required and not (facts.because or "").strip():
        reasons.append(Reason(Code.REASON_REQUIRED))
    if facts.refused_lately >= MOST_REFUSED:
        reasons.append(Reason(Code.TOO_MANY_REFUSED, ResolvableBy.NOBODY, {"count": facts.refused_lately}))
    if facts.rule is None or reasons:
        return Denied(tuple(reasons))
    rule = effective_rule(facts.rule, facts.kind, facts.actor, facts.undone, facts.now)
    return Allowed(rule) if rule.approvals == 0 else NeedsApproval(rule, have=0, need=rule.approvals)


def effective_rule(rule: Rule, kind: Kind, requester: Actor, undone: Undone | None, asked_at: datetime) -> RuleMark:
    """The rule that applies: an undo by the requester or an approver within the grace period needs no new approval.

    An undo of an undo does need one, or one person could go back and forth forever on a single approval.
    """
    mark = rule.mark()
    if kind is not Kind.UNDO or undone is None or undone.on_top or undone.is_undo:
        return mark
    insider = requester.key == undone.requester or requester.key in undone.approvers
    in_time = timedelta(0) <= asked_at - undone.applied_at <= rule.undo_grace
    return RuleMark(f"{rule.id}/undo-grace", 0) if insider and in_time else mark


def _gives_way(open_change: OpenChange, kind: Kind) -> bool:
    """A rollback, an undo or a deactivate supersedes a waiting or approved change."""
    return kind in RESTORES and open_change.state in (State.WAITING, State.APPROVED)


def _time_reasons(due: Due | None, now: datetime) -> Iterator[Reason]:
    if due is None:
        return
    facts = {"due": due.at.isoformat(), "zone": due.zone}
    if due.at <= now:
        yield Reason(Code.TIME_PASSED, facts=facts)
    elif due.at - now > FARTHEST:
        yield Reason(Code.TIME_TOO_FAR, facts=facts | {"days": FARTHEST.days})


def _rule_reasons(rule: Rule | None) -> Iterator[Reason]:
    if rule is None:
        yield Reason(Code.RULE_UNREADABLE, ResolvableBy.OPERATOR)
    elif rule.approvals < 0 or (rule.approvals == 0 and not rule.open):
        yield Reason(Code.QUORUM_INVALID, ResolvableBy.OPERATOR, {"rule": rule.id, "approvals": rule.approvals})


def _target_reasons(facts: Request) -> Iterator[Reason]:
    target, served = facts.target, facts.served
    yield from facts.blockers
    if served is None:
        yield Reason(Code.SERVED_UNREADABLE, ResolvableBy.OPERATOR)
    elif _drops_weights(facts, served):
        yield Reason(Code.SPLIT_LIVE)
    if not fits(facts.kind, target):
        yield Reason(Code.TARGET_UNFIT)
        return
    match target:
        case Nothing():
            if served is not None and isinstance(served.live, Nothing | Off):
                yield Reason(Code.NOTHING_LIVE)
        case Split():
            if served is not None and served.live == target:
                yield Reason(Code.ALREADY_LIVE)
        case _:
            yield from _config_reasons(target, facts)


def _config_reasons(config: Config, facts: Request) -> Iterator[Reason]:
    served = facts.served
    if config.is_archived:
        yield Reason(Code.ARCHIVED, facts={"config": config.name})
    if (config.provider, config.project_id) != facts.project.key:
        yield Reason(Code.OTHER_PROJECT, facts={"config": config.name, "project": facts.project.name})
    elif served is not None and served.serves(config.id, config.content_version):
        yield Reason(Code.ALREADY_LIVE)


def _drops_weights(facts: Request, served: LiveState) -> bool:
    """Whether confirmation to replace weights is missing: the requester must have confirmed exactly the current ones.

    An undo needs none, because it states what it reverts; nor does a request that is blocked anyway.
    """
    by_hand = isinstance(served.live, Split) and not facts.blockers and facts.kind is not Kind.UNDO
    return by_hand and facts.drops != served.fingerprint()


def _decide_vote(facts: Vote) -> Answer:
    reasons = list(_who(facts.actor))
    if facts.state is not State.WAITING:
        reasons.append(Reason(Code.TOO_LATE, ResolvableBy.NOBODY, {"state": facts.state.value} | _by(facts)))
    elif facts.expires_at is not None and facts.now >= facts.expires_at:
        reasons.append(Reason(Code.EXPIRED, ResolvableBy.REQUESTER))
    if facts.actor.key == facts.requester.key and not facts.rule.requester_may_approve:
        reasons.append(Reason(Code.OWN_CHANGE, ResolvableBy.APPROVER))
    if any(decision.actor.key == facts.actor.key for decision in facts.decisions):
        reasons.append(Reason(Code.ALREADY_VOTED, ResolvableBy.APPROVER))
    if facts.rule.approvals < 1:
        reasons.append(Reason(Code.QUORUM_INVALID, ResolvableBy.OPERATOR, {"rule": facts.rule.id}))
    if reasons:
        return Denied(tuple(reasons))
    if facts.say is Say.REJECT:
        return Allowed(facts.rule)
    voters = {decision.actor.key for decision in facts.decisions if decision.say is Say.APPROVE}
    if not facts.rule.requester_may_approve:
        voters.discard(facts.requester.key)
    have = 1 + len(voters)
    return (
        Allowed(facts.rule) if have >= facts.rule.approvals else NeedsApproval(facts.rule, have, facts.rule.approvals)
    )


def _by(facts: Vote) -> dict[str, str]:
    """Facts about who was faster, for a vote that is too late: the last reviewer, or the requester who withdrew.

    Empty if the change's state is not the result of a review.
    """
    if facts.state is State.WITHDRAWN:
        return {"by": facts.requester.user_id}
    if facts.state in (State.EXPIRED, State.SUPERSEDED, State.VOID):
        return {}
    return {"by": facts.decisions[-1].actor.user_id} if facts.decisions else {}


def _withdrawal_reasons(facts: Withdrawal) -> Iterator[Reason]:
    yield from _who(facts.actor)
    insiders = {facts.requester.key}
    if facts.state is State.SCHEDULED:
        insiders |= facts.approvers
    if facts.actor.key not in insiders:
        code = Code.NOT_INVOLVED if facts.state is State.SCHEDULED else Code.NOT_REQUESTER
        yield Reason(code, ResolvableBy.REQUESTER)
    if facts.state not in (State.WAITING, State.APPROVED, State.SCHEDULED, State.AT_PROVIDER):
        yield Reason(Code.TOO_LATE, ResolvableBy.NOBODY, {"state": facts.state.value})


def _rescheduling_reasons(facts: Rescheduling | Timing) -> Iterator[Reason]:
    yield from _time_reasons(facts.to, facts.now)
    if isinstance(facts, Timing):
        return
    yield from _who(facts.actor)
    if facts.actor.key != facts.requester.key and facts.actor.key not in facts.approvers:
        yield Reason(Code.NOT_INVOLVED, ResolvableBy.REQUESTER)
    if facts.due is None:
        yield Reason(Code.NOT_SCHEDULED)
    elif facts.state not in (State.WAITING, State.SCHEDULED):
        yield Reason(Code.TOO_LATE, ResolvableBy.NOBODY, {"state": facts.state.value})
    elif facts.state is State.WAITING and facts.expires_at is not None and facts.now >= facts.expires_at:
        yield Reason(Code.EXPIRED)


def _settlement_reasons(facts: Settlement) -> Iterator[Reason]:
    yield from _who(facts.actor)
    if facts.state is not State.UNKNOWN:
        yield Reason(Code.TOO_LATE, ResolvableBy.NOBODY, {"state": facts.state.value})


def _decide_application(facts: Application) -> Answer:
    reasons = [*_who(facts.requester), *_moved_reasons(facts), *_rule_reasons(facts.rule)]
    if facts.late > GRACE:
        reasons.append(Reason(Code.DUE_MISSED, ResolvableBy.REQUESTER, {"minutes": int(GRACE.total_seconds() // 60)}))
    if facts.rule is None or reasons:
        return Denied(tuple(reasons))
    rule = effective_rule(facts.rule, facts.kind, facts.requester, facts.undone, facts.asked_at)
    if rule != facts.seen.rule:
        return Denied((Reason(Code.RULE_CHANGED, ResolvableBy.REQUESTER, {"was": facts.seen.rule.id, "is": rule.id}),))
    able = {actor.key for actor in facts.approvers if actor.standing is Standing.MEMBER}
    if not rule.requester_may_approve:
        able.discard(facts.requester.key)
    if len(able) < rule.approvals:
        return NeedsApproval(rule, have=len(able), need=rule.approvals)
    return Allowed(rule)


def _moved_reasons(facts: Application) -> Iterator[Reason]:
    """Reasons because something that the approvers saw has changed, or because the target never fits the kind."""
    if not fits(facts.kind, facts.target):
        yield Reason(Code.TARGET_UNFIT)
    yield from facts.blockers
    if facts.environment is None:
        yield Reason(Code.ENVIRONMENT_CHANGED)
    if facts.served is None:
        yield Reason(Code.SERVED_UNREADABLE, ResolvableBy.OPERATOR)
    elif not facts.served.same_as(facts.seen.base):
        live = facts.served.live
        yield Reason(Code.TARGET_CHANGED, facts={"now": live.name or live.config_id} if isinstance(live, One) else {})
    if isinstance(facts.target, Config) and facts.target_version != facts.target.content_version:
        yield Reason(Code.CONTENT_CHANGED)
    if facts.kind not in RESTORES and moved(facts.seen.evidence, facts.evidence):
        yield Reason(
            Code.VERDICT_CHANGED,
            facts={"was": facts.seen.evidence.verdict.value, "is": facts.evidence.verdict.value},
        )


def _edit_reasons(facts: ProjectEdit) -> Iterator[Reason]:
    yield from _who(facts.actor)
    of = {"provider": facts.provider, "noun": facts.noun}
    if not facts.able:
        done = "changed" if facts.exists else "made"
        yield Reason(Code.PROVIDER_CANNOT, ResolvableBy.NOBODY, {**of, "done": done})
    for field in facts.foreign:
        yield Reason(Code.FIELD_MISSING, facts={**of, "field": field, "fields": list(facts.known)})
    if facts.name is not None and not is_name(facts.name):
        yield Reason(Code.NAME_INVALID)
    if facts.directory is not None and not is_directory(facts.directory):
        yield Reason(Code.DIRECTORY_INVALID, facts={"directory": facts.directory})
    if facts.taken:
        yield Reason(Code.NAME_TAKEN, facts={"name": facts.name})
    if facts.mixed_tags:
        yield Reason(Code.TAGS_MIXED)
    else:
        yield from (Reason(Code.TAG_INVALID, facts={"tag": tag}) for tag in facts.tags or () if not is_word(tag))
    if facts.metric is not None and not is_word(facts.metric):
        yield Reason(Code.METRIC_INVALID, facts={"metric": facts.metric})
    yield from _maintainer_reasons(facts)
    if facts.idle:
        yield Reason(Code.NOTHING_TO_CHANGE)


def _maintainer_reasons(facts: ProjectEdit) -> Iterator[Reason]:
    """A maintainer must be exactly one person or team that the provider knows."""
    if len(facts.sought) > 1:
        yield Reason(Code.MAINTAINER_TWICE)
    for sought in facts.sought:
        named = {"provider": facts.provider} | (
            {"person": sought.person} if sought.person else {sought.kind: sought.words}
        )
        if sought.nameless:
            yield Reason(Code.ADDRESS_UNREADABLE, facts=named)
        elif not sought.found:
            yield Reason(Code.TEAM_UNKNOWN if sought.kind == "team" else Code.MEMBER_UNKNOWN, facts=named)
        elif len(sought.found) > 1:
            names = [each.email or each.name or each.id for each in sought.found]
            yield Reason(Code.MAINTAINER_UNCLEAR, facts=named | {"names": names})


def _drift_reasons(facts: Adoption | Restoration) -> Iterator[Reason]:
    yield from _who(facts.actor)
    drift = facts.drift
    if drift.ended_as is not None:
        yield Reason(Code.DRIFT_OVER, ResolvableBy.NOBODY, {"ended": drift.ended_as.value, "whom": drift.ended_by})
    elif facts.moved_on:
        yield Reason(Code.DRIFT_MOVED_ON)
    if isinstance(facts, Restoration):
        yield from _restoration_reasons(facts)


def _restoration_reasons(facts: Restoration) -> Iterator[Reason]:
    if facts.lost or not restorable(facts.drift.was.served, facts.drift.now):
        yield Reason(Code.CANNOT_RESTORE, ResolvableBy.OPERATOR)
    standing = facts.open_change
    if standing is not None:
        yield Reason(Code.OPEN_CHANGE, facts={"change": standing.id, "number": standing.number})


_STATUS_MOVES = frozenset({(RUNNING, COMPLETED), (COMPLETED, RUNNING)})
"""The two status changes that the reference's *Update Status* page allows."""


def _status_reasons(facts: StatusUpdate) -> Iterator[Reason]:
    yield from _who(facts.actor)
    if not facts.evaluation.takes_status_from_caller:
        yield Reason(Code.NO_CALLER_EVALUATOR, ResolvableBy.NOBODY)
    if (facts.evaluation.status, facts.status) not in _STATUS_MOVES:
        yield Reason(
            Code.STATUS_FORBIDS, ResolvableBy.NOBODY, {"status": facts.evaluation.status, "wanted": facts.status}
        )


def _reminder_reasons(facts: ReminderChange) -> Iterator[Reason]:
    yield from _who(facts.actor)
    if facts.over:
        yield Reason(Code.EVALUATION_OVER, ResolvableBy.NOBODY)
