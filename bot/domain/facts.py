"""What a decision is asked with and what it answers: rules, facts, answers. `policies.decide` puts them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.actors import Actor
from bot.domain.changes import ApprovalSnapshot, Decision, Kind, RuleMark, Say, State
from bot.domain.drift import Drift
from bot.domain.errors import Reason
from bot.domain.evaluations import Evaluation, Evidence
from bot.domain.live_state import LiveState
from bot.domain.names import Environment, Project
from bot.domain.project_edits import Sought
from bot.domain.targets import Target
from bot.domain.times import Due

OPEN_BY_NATURE = frozenset({"development", "dev", "test", "staging", "sandbox"})
"""Environments of these names need no approval, unless the provider marks them default or critical."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a change to one environment needs."""

    id: str
    approvals: int
    requester_may_approve: bool = False
    expiry: timedelta = timedelta(hours=24)
    """How long an approval is waited for."""
    undo_grace: timedelta = timedelta(minutes=10)
    """How long requester and approvers may undo without a new approval."""
    reason_required: bool = False
    open: bool = False
    """The rule says on purpose that no approval is needed; without it a quorum of 0 is a mistake."""

    def mark(self) -> RuleMark:
        """What an approval under this rule is bound to."""
        return RuleMark(self.id, self.approvals, self.requester_may_approve)


RuleFor = Callable[[Project, Environment], Rule]
"""Finds the rule for a project in an environment."""


def built_in_rule(project: Project, environment: Environment) -> Rule:
    """The policy without a file: one approval everywhere, except in environments that are open by nature."""
    del project
    free = environment.name.strip().casefold() in OPEN_BY_NATURE
    if free and not environment.is_default and not environment.is_critical:
        return Rule("built-in/open-environment", approvals=0, open=True)
    return Rule("built-in/one-approval", approvals=1)


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may happen now."""

    rule: RuleMark


@dataclass(frozen=True, slots=True)
class NeedsApproval:
    """It may happen once enough people approved."""

    rule: RuleMark
    have: int
    need: int


@dataclass(frozen=True, slots=True)
class Denied:
    """It may not happen; `reasons` holds every one of them, never none."""

    reasons: tuple[Reason, ...]


Answer = Allowed | NeedsApproval | Denied


@dataclass(frozen=True, slots=True)
class OpenChange:
    """Another change that is open for the same project and environment."""

    id: str
    number: int
    kind: Kind
    state: State


@dataclass(frozen=True, slots=True)
class Undone:
    """The applied change that an undo takes back. `on_top` says that something was deployed after it.

    `is_undo`: it is an undo itself, so that taking it back makes live again what was taken away.
    """

    requester: tuple[str, str]
    approvers: frozenset[tuple[str, str]]
    applied_at: datetime
    on_top: bool
    is_undo: bool = False


MOST_REFUSED = 20
"""Refusals within `REFUSAL_SPAN` after which nothing more is taken from a person, so that nobody fills the history."""

REFUSAL_SPAN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Request:
    """Facts for the question: may this be asked for, and what does it need."""

    kind: Kind
    actor: Actor
    project: Project
    environment: Environment
    target: Target
    served: LiveState | None
    """What is live now; None when it could not be read."""
    rule: Rule | None
    now: datetime
    open_change: OpenChange | None = None
    undone: Undone | None = None
    because: str | None = None
    refused_lately: int = 0
    """How often this person was refused within `REFUSAL_SPAN`."""
    blockers: tuple[Reason, ...] = ()
    """Why nothing can be made live there by us, as the provider shows it."""
    drops: str | None = None
    """Fingerprint of the weights that the requester was shown and gives up."""
    due: Due | None = None
    """When it is to be applied; None as soon as it may be."""


@dataclass(frozen=True, slots=True)
class Vote:
    """Facts for the question: may this person approve, or reject."""

    say: Say
    actor: Actor
    requester: Actor
    state: State
    rule: RuleMark
    decisions: tuple[Decision, ...]
    expires_at: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Facts for the question: may this person take the change back."""

    actor: Actor
    requester: Actor
    state: State
    approvers: frozenset[tuple[str, str]] = frozenset()
    """Who approved it: one who did may take a scheduled one back as well, for it rests on that word."""


@dataclass(frozen=True, slots=True)
class Rescheduling:
    """Facts for the question: may this person move the change to another time. Its approvals stay as they are."""

    actor: Actor
    requester: Actor
    approvers: frozenset[tuple[str, str]]
    state: State
    due: Due | None
    """When it is to be applied so far."""
    to: Due
    expires_at: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Application:
    """Facts for the question: may this change be applied now, with everything looked at again.

    `environment` is as the provider names it now, None when it is gone; `target_version` is the content version of the
    target now, where that is a config; `approvers` are the people who approved, with their standing now.
    """

    kind: Kind
    requester: Actor
    seen: ApprovalSnapshot
    target: Target
    target_version: str | None
    environment: Environment | None
    served: LiveState | None
    rule: Rule | None
    evidence: Evidence
    approvers: tuple[Actor, ...]
    asked_at: datetime
    undone: Undone | None = None
    blockers: tuple[Reason, ...] = ()
    """Why nothing can be made live there by us, as the provider shows it."""
    late: timedelta = timedelta(0)
    """For how long its time is over, where it has one."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Facts for the question: is this a time for which anything may be scheduled."""

    to: Due
    now: datetime


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """Facts for the question: may this person set the status of an evaluation (v4 reference, *Update Status*)."""

    actor: Actor
    evaluation: Evaluation
    status: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """Facts for the question: may this person say what became of a change whose outcome is unknown."""

    actor: Actor
    state: State


@dataclass(frozen=True, slots=True)
class ReminderChange:
    """Facts for the question: may this person put reminders off, stop them, mute a project, or try one."""

    actor: Actor
    over: bool = False
    """What would be reminded of has ended."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Facts for: may this person see what is live, and talk to the bot at all? Guests may, strangers may not."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class Inspection:
    """Facts for: may this person see how the bot itself is? Full members may."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class ProjectEdit:
    """Facts for the question: may this person make a project, or change its fields.

    `name`, `directory`, `tags` and `metric` are the new values, None where they are not asked for; the flags say what
    was looked up.
    """

    actor: Actor
    provider: str
    able: bool
    """Whether the provider lets projects be made and changed."""
    name: str | None = None
    directory: str | None = None
    taken: bool = False
    """Another project has the name."""
    idle: bool = False
    """Everything asked for is so already."""
    foreign: tuple[str, ...] = ()
    """Fields that the provider's projects do not have."""
    known: tuple[str, ...] = ()
    """Those that they have."""
    tags: tuple[str, ...] | None = None
    mixed_tags: bool = False
    """Tags were typed both as a whole and as what comes and goes."""
    metric: str | None = None
    sought: tuple[Sought, ...] = ()
    """Everybody who was named as maintainer."""
    exists: bool = True
    """It is to be changed, not made."""
    noun: str = "project"
    """What the provider calls it."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """Facts for the question: may this person say that what moved outside is right.

    `moved_on`: what is live is no longer what the message showed that was pressed.
    """

    actor: Actor
    drift: Drift
    moved_on: bool = False


@dataclass(frozen=True, slots=True)
class Restoration:
    """Facts for the question: may what was live before a drift be asked for; the change itself is asked for anew.

    `lost`: the config that was live holds other content by now.
    """

    actor: Actor
    drift: Drift
    moved_on: bool = False
    lost: bool = False
    open_change: OpenChange | None = None


Facts = (
    Request
    | Vote
    | Withdrawal
    | Rescheduling
    | Timing
    | Application
    | StatusUpdate
    | Settlement
    | ProjectEdit
    | Adoption
    | Restoration
    | ReminderChange
    | Lookup
    | Inspection
)
