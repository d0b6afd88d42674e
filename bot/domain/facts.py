"""Input and output of decisions: rules, facts and answers. `policies.decide` combines them."""

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
"""Environments with these names need no approval, unless the provider marks them as default or critical."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The policy for changes to one environment."""

    id: str
    approvals: int
    requester_may_approve: bool = False
    expiry: timedelta = timedelta(hours=24)
    """How long a change waits for approval before it expires."""
    undo_grace: timedelta = timedelta(minutes=10)
    """How long the requester and approvers may undo a change without a new approval."""
    reason_required: bool = False
    open: bool = False
    """The rule says explicitly that no approval is needed; otherwise a quorum of 0 is a mistake."""

    def mark(self) -> RuleMark:
        """The parts of this rule that an approval is bound to."""
        return RuleMark(self.id, self.approvals, self.requester_may_approve)


RuleFor = Callable[[Project, Environment], Rule]
"""Finds the rule for a project in an environment."""


def built_in_rule(project: Project, environment: Environment) -> Rule:
    """The policy without a policy file: one approval everywhere, except in `OPEN_BY_NATURE` environments."""
    del project
    free = environment.name.strip().casefold() in OPEN_BY_NATURE
    if free and not environment.is_default and not environment.is_critical:
        return Rule("built-in/open-environment", approvals=0, open=True)
    return Rule("built-in/one-approval", approvals=1)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Allowed now."""

    rule: RuleMark


@dataclass(frozen=True, slots=True)
class NeedsApproval:
    """Allowed once enough people have approved."""

    rule: RuleMark
    have: int
    need: int


@dataclass(frozen=True, slots=True)
class Denied:
    """Not allowed; `reasons` has every reason, at least one."""

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
    """The applied change that an undo reverts. `on_top`: something was deployed after it.

    `is_undo`: it is an undo itself, so reverting it makes the undone change live again.
    """

    requester: tuple[str, str]
    approvers: frozenset[tuple[str, str]]
    applied_at: datetime
    on_top: bool
    is_undo: bool = False


MOST_REFUSED = 20
"""Refusals within `REFUSAL_SPAN` after which a person's requests are no longer accepted, to protect the history."""

REFUSAL_SPAN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Request:
    """Facts for the decision whether a change may be requested, and what it needs."""

    kind: Kind
    actor: Actor
    project: Project
    environment: Environment
    target: Target
    served: LiveState | None
    """What is live now; None if it could not be read."""
    rule: Rule | None
    now: datetime
    open_change: OpenChange | None = None
    undone: Undone | None = None
    because: str | None = None
    refused_lately: int = 0
    """How often this person was refused within `REFUSAL_SPAN`."""
    blockers: tuple[Reason, ...] = ()
    """The provider's reasons why we cannot change what is live there."""
    drops: str | None = None
    """Fingerprint of the rollout weights that the requester saw and confirmed to replace."""
    due: Due | None = None
    """When to apply it; None means as soon as allowed."""


@dataclass(frozen=True, slots=True)
class Vote:
    """Facts for the decision whether this person may approve or reject."""

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
    """Facts for the decision whether this person may withdraw the change."""

    actor: Actor
    requester: Actor
    state: State
    approvers: frozenset[tuple[str, str]] = frozenset()
    """Keys of the people who approved it: they may also withdraw a scheduled change, which rests on their approval."""


@dataclass(frozen=True, slots=True)
class Rescheduling:
    """Facts for the decision whether this person may reschedule the change. Its approvals are kept."""

    actor: Actor
    requester: Actor
    approvers: frozenset[tuple[str, str]]
    state: State
    due: Due | None
    """The current scheduled time."""
    to: Due
    expires_at: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Application:
    """Facts for the decision whether this change may be applied now, with everything read again.

    `environment` is as the provider names it now, None if it is gone; `target_version` is the content version of the
    target now, if that is a config; `approvers` are the people who approved, with their current standing.
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
    """The provider's reasons why we cannot change what is live there."""
    late: timedelta = timedelta(0)
    """How long its scheduled time has passed, if it has one."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Facts for the decision whether a change may be scheduled for this time."""

    to: Due
    now: datetime


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """Facts for the decision whether this person may set an evaluation's status (v4 reference, *Update Status*)."""

    actor: Actor
    evaluation: Evaluation
    status: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """Facts for the decision whether this person may settle a change whose outcome is unknown."""

    actor: Actor
    state: State


@dataclass(frozen=True, slots=True)
class ReminderChange:
    """Facts for the decision whether this person may snooze or stop reminders, mute a project, or send a sample."""

    actor: Actor
    over: bool = False
    """The evaluation has ended."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Facts for the decision whether this person may read and use the bot at all. Guests may, strangers may not."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class Inspection:
    """Facts for the decision whether this person may see the bot's own health. Full members may."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class ProjectEdit:
    """Facts for the decision whether this person may create a project or change its fields.

    `name`, `directory`, `tags` and `metric` are the new values, None if they are not requested; the flags are what
    was looked up.
    """

    actor: Actor
    provider: str
    able: bool
    """Whether the provider allows projects to be created and changed."""
    name: str | None = None
    directory: str | None = None
    taken: bool = False
    """Another project already has the name."""
    idle: bool = False
    """The request would change nothing."""
    foreign: tuple[str, ...] = ()
    """Requested fields that the provider's projects do not have."""
    known: tuple[str, ...] = ()
    """Fields that the provider's projects have."""
    tags: tuple[str, ...] | None = None
    mixed_tags: bool = False
    """Tags were typed both as a complete list and as additions or removals."""
    metric: str | None = None
    sought: tuple[Sought, ...] = ()
    """Everybody named as maintainer, with the matches at the provider."""
    exists: bool = True
    """Whether the project exists and is changed; otherwise it is created."""
    noun: str = "project"
    """The provider's word for a project."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """Facts for the decision whether this person may adopt what was changed outside configbot.

    `moved_on`: what is live is no longer what the message with the button showed.
    """

    actor: Actor
    drift: Drift
    moved_on: bool = False


@dataclass(frozen=True, slots=True)
class Restoration:
    """Facts for the decision whether the state before a drift may be restored; that is then requested as a new change.

    `lost`: the config that was live has other content by now.
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
