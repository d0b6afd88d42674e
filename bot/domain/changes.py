"""A change, its states, and the table of transitions between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.actors import Actor, Place
from bot.domain.contents import Content
from bot.domain.errors import Problem, Reason
from bot.domain.evaluations import Evidence
from bot.domain.live_state import LiveState, Nothing, Split
from bot.domain.names import Config, Environment, Project, change_label
from bot.domain.provider_approvals import Gate
from bot.domain.targets import LiveIn, PreviouslyLive, Target, UnresolvedTarget
from bot.domain.times import Due


class State(StrEnum):
    """The state of a change."""

    REQUESTED = "requested"
    REFUSED = "refused"
    WAITING = "waiting for approval"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    VOID = "void"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    AT_PROVIDER = "waiting at provider"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"
    UNKNOWN = "outcome unknown"


class Move(StrEnum):
    """A transition of a change."""

    REFUSE = "refuse"
    ASK = "ask for approval"
    ALLOW = "allow"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    SUPERSEDE = "supersede"
    VOID = "void"
    SCHEDULE = "schedule"
    COME_DUE = "come due"
    RESCHEDULE = "move to another time"
    WAIT_AT_PROVIDER = "wait at provider"
    BEGIN = "begin"
    SUCCEED = "succeed"
    FAIL = "fail"
    LOSE = "lose sight"


MOVES: dict[tuple[State, Move], State] = {
    (State.REQUESTED, Move.REFUSE): State.REFUSED,
    (State.REQUESTED, Move.ASK): State.WAITING,
    (State.REQUESTED, Move.ALLOW): State.APPROVED,
    (State.WAITING, Move.APPROVE): State.APPROVED,
    (State.WAITING, Move.REJECT): State.REJECTED,
    (State.WAITING, Move.WITHDRAW): State.WITHDRAWN,
    (State.WAITING, Move.EXPIRE): State.EXPIRED,
    (State.WAITING, Move.SUPERSEDE): State.SUPERSEDED,
    (State.WAITING, Move.VOID): State.VOID,
    (State.WAITING, Move.RESCHEDULE): State.WAITING,
    (State.APPROVED, Move.SCHEDULE): State.SCHEDULED,
    (State.APPROVED, Move.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Move.SUPERSEDE): State.SUPERSEDED,
    (State.APPROVED, Move.VOID): State.VOID,
    (State.APPROVED, Move.BEGIN): State.APPLYING,
    (State.SCHEDULED, Move.COME_DUE): State.APPROVED,
    (State.SCHEDULED, Move.RESCHEDULE): State.SCHEDULED,
    (State.SCHEDULED, Move.WITHDRAW): State.WITHDRAWN,
    (State.SCHEDULED, Move.SUPERSEDE): State.SUPERSEDED,
    (State.SCHEDULED, Move.VOID): State.VOID,
    (State.AT_PROVIDER, Move.BEGIN): State.APPLYING,
    (State.AT_PROVIDER, Move.REJECT): State.REJECTED,
    (State.AT_PROVIDER, Move.WITHDRAW): State.WITHDRAWN,
    (State.AT_PROVIDER, Move.EXPIRE): State.EXPIRED,
    (State.AT_PROVIDER, Move.VOID): State.VOID,
    (State.AT_PROVIDER, Move.FAIL): State.FAILED,
    (State.APPLYING, Move.WAIT_AT_PROVIDER): State.AT_PROVIDER,
    (State.APPLYING, Move.SUCCEED): State.APPLIED,
    (State.APPLYING, Move.FAIL): State.FAILED,
    (State.APPLYING, Move.VOID): State.VOID,
    (State.APPLYING, Move.LOSE): State.UNKNOWN,
    (State.UNKNOWN, Move.SUCCEED): State.APPLIED,
    (State.UNKNOWN, Move.FAIL): State.FAILED,
}
"""All allowed transitions of a change: (state, move) → new state. Anything not listed cannot happen."""

OPEN = frozenset({State.WAITING, State.APPROVED, State.AT_PROVIDER, State.APPLYING, State.UNKNOWN})
"""Open states: at most one change per provider, project id and environment id is in one of these."""

FINAL = frozenset(State) - {state for state, _ in MOVES}
"""Final states, with no transition out of them."""


def after(state: State, move: Move) -> State | None:
    """The state after `move` from `state`, or None if the move is not allowed."""
    return MOVES.get((state, move))


class Kind(StrEnum):
    """The kind of change that was requested."""

    DEPLOY = "deploy"
    PROMOTE = "promote"
    ROLLBACK = "rollback"
    UNDO = "undo"
    DEACTIVATE = "deactivate"


RESTORES = frozenset({Kind.ROLLBACK, Kind.UNDO, Kind.DEACTIVATE})
"""Kinds that need no order check and no evaluation gate, and that supersede a waiting or approved change."""

_FITTING: dict[Kind, tuple[type[Target], ...]] = {
    Kind.DEPLOY: (Config,),
    Kind.PROMOTE: (Config,),
    Kind.ROLLBACK: (Config, Split),
    Kind.UNDO: (Config, Split, Nothing),
    Kind.DEACTIVATE: (Nothing,),
}
"""The types of target that each kind can make live."""

_ASKABLE: dict[Kind, tuple[type[Target | UnresolvedTarget], ...]] = {
    **_FITTING,
    Kind.PROMOTE: (LiveIn,),
    Kind.ROLLBACK: (Config, Split, PreviouslyLive),
}
"""The types of target that each kind can be requested with, including those that are looked up later."""


def fits(kind: Kind, target: Target) -> bool:
    """Whether a change of this kind can make this target live."""
    return isinstance(target, _FITTING[kind])


def can_ask_for(kind: Kind, target: Target | UnresolvedTarget) -> bool:
    """Whether a change of this kind can be requested with this target, resolved or not."""
    return isinstance(target, _ASKABLE[kind])


class Attempt(StrEnum):
    """How far the execution of a change got; recorded before each step."""

    NONE = "none"
    LOOKING = "looking"
    SENDING = "sending"


@dataclass(frozen=True, slots=True)
class RuleMark:
    """The parts of a policy rule that an approval is bound to."""

    id: str
    approvals: int
    requester_may_approve: bool = False


@dataclass(frozen=True, slots=True)
class ApprovalSnapshot:
    """What requester and approvers saw; an approval is valid only while this is unchanged."""

    base: LiveState
    rule: RuleMark
    evidence: Evidence
    base_config: Config | None = None
    base_content: Content | None = None
    target_content: Content | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One requested change of what is live.

    `target` is what to make live. `revision` grows by one with every save; a card shows one revision.
    """

    id: str
    number: int
    kind: Kind
    state: State
    project: Project
    environment: Environment
    target: Target
    requester: Actor
    origin: Place
    seen: ApprovalSnapshot
    created_at: datetime
    updated_at: datetime
    because: str | None = None
    source: Environment | None = None
    """The environment that a promote takes its config from."""
    undoes: str | None = None
    """Id of the change that this one undoes."""
    gate: Gate | None = None
    """The provider's own approval for it, once it was requested there."""
    due: Due | None = None
    """When to apply it; None means as soon as allowed."""
    expires_at: datetime | None = None
    applied_at: datetime | None = None
    attempt: Attempt = Attempt.NONE
    lease_by: str | None = None
    """The process that is executing it."""
    lease_until: datetime | None = None
    reasons: tuple[Reason, ...] = ()
    """Why it was refused, rejected or void."""
    problem: Problem | None = None
    """Why it failed, or why its outcome is unknown."""
    revision: int = 1

    @property
    def is_fit(self) -> bool:
        """Whether its kind can make its target live. If not, it is never executed."""
        return fits(self.kind, self.target)

    @property
    def label(self) -> str:
        """The short name for people, such as ``ch-142``."""
        return change_label(self.number)

    @property
    def is_open(self) -> bool:
        """Whether it blocks another change to the same project and environment."""
        return self.state in OPEN


class Say(StrEnum):
    """A reviewer's decision."""

    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's decision on one change; each person has at most one."""

    change_id: str
    actor: Actor
    say: Say
    at: datetime
    comment: str = ""


class Event(StrEnum):
    """All kinds of audit events."""

    REQUESTED = "change.requested"
    REFUSED = "change.refused"
    APPROVED = "change.approved"
    """One person approved; the state changes when the quorum is reached."""
    REJECTED = "change.rejected"
    WITHDRAWN = "change.withdrawn"
    EXPIRED = "change.expired"
    SUPERSEDED = "change.superseded"
    VOIDED = "change.voided"
    AT_PROVIDER = "change.at_provider"
    """The provider's own approval was requested."""
    DECLINED = "change.declined"
    """The provider's own approval was declined."""
    SCHEDULED = "change.scheduled"
    RESCHEDULED = "change.moved"
    """A scheduled change was moved to another time."""
    CAME_DUE = "change.came_due"
    APPLYING = "change.applying"
    SENDING = "change.sending"
    APPLIED = "change.applied"
    FAILED = "change.failed"
    LOST = "change.outcome_unknown"
    SETTLED = "change.settled"
    """A person or a job determined the outcome of an interrupted change."""
    EVALUATION_COMPLETED = "evaluation.completed"
    EVALUATION_REOPENED = "evaluation.reopened"
    REMINDER_SNOOZED = "reminder.snoozed"
    REMINDER_STOPPED = "reminder.stopped"
    """Reminders about an evaluation were stopped."""
    REMINDER_RESUMED = "reminder.resumed"
    REMINDER_MUTED = "reminder.muted"
    """Reminders about a project were muted."""
    REMINDER_UNMUTED = "reminder.unmuted"
    REMINDER_TESTED = "reminder.tested"
    """Somebody sent a sample reminder to themselves."""
    REMINDED = "change.reminded"
    """A reminder about the waiting approval was posted in the change's thread."""
    PROJECT_CREATED = "project.created"
    PROJECT_UPDATED = "project.updated"
    DRIFT_FOUND = "drift.found"
    """What is live differs, and no change made here is the reason."""
    DRIFT_ADOPTED = "drift.adopted"
    DRIFT_ENDED = "drift.ended"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One history entry. `actor` None means the bot itself; `subject` is a change id or ``provider:id``."""

    id: str
    at: datetime
    event: Event
    subject: str
    actor: Actor | None = None
    facts: dict[str, str] = field(default_factory=dict)
