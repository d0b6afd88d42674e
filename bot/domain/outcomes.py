"""The results of change requests and edits. Use cases return these; `handlers.messages` renders each."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.base import Outcome
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Change, Event, Kind
from bot.domain.drift import Drift
from bot.domain.errors import Problem, Reason
from bot.domain.evaluations import Evaluation
from bot.domain.facts import Answer
from bot.domain.live_state import LiveState
from bot.domain.names import Environment, Project
from bot.domain.notices import EvaluationsView
from bot.domain.project_edits import PlannedEdit
from bot.domain.project_fields import ProjectFields
from bot.domain.targets import Target
from bot.domain.times import Due
from bot.domain.views import (
    Suggestion,
    Unread,
)


@dataclass(frozen=True, slots=True)
class Applied(Outcome):
    """The change is applied; reading back confirmed it."""

    change: Change


@dataclass(frozen=True, slots=True)
class AwaitingApproval(Outcome):
    """The change waits for approval by `need - have` more people."""

    change: Change
    have: int
    need: int
    posted: bool
    """Whether its card has been posted in Slack."""


@dataclass(frozen=True, slots=True)
class AtProvider(Outcome):
    """The change waits for the provider's own approval, which has been requested there."""

    change: Change
    problem: Problem | None = None
    """Why the approval could not be read, or requested, just now."""


@dataclass(frozen=True, slots=True)
class ConfirmReplacesRollout(Outcome):
    """The change would replace a rollout's weights; nothing is requested until that is confirmed."""

    kind: Kind
    project: Project
    environment: Environment
    live: LiveState
    kept: ChangeRequest
    """The request that the confirm button makes, to be stored as a draft."""


@dataclass(frozen=True, slots=True)
class Refused(Outcome):
    """An expected refusal. `change` is set if it ended, or concerns, an existing change."""

    reasons: tuple[Reason, ...]
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Failed(Outcome):
    """The provider refused or did not answer; as far as we know, what is live is unchanged."""

    problem: Problem
    change: Change | None = None
    look: str | None = None
    """A write was sent and may have happened: the line that shows whether it did. None when nothing was written."""


@dataclass(frozen=True, slots=True)
class Unknown(Outcome):
    """The change was sent, and reading back cannot tell whether it took effect. A person has to decide."""

    change: Change


@dataclass(frozen=True, slots=True)
class Void(Outcome):
    """What approvers saw changed before the change was applied, so its approvals are void."""

    change: Change


@dataclass(frozen=True, slots=True)
class Rejected(Outcome):
    """A reviewer rejected the change."""

    change: Change


@dataclass(frozen=True, slots=True)
class Withdrawn(Outcome):
    """The change was withdrawn."""

    change: Change
    request_left: bool = False
    """An approval request may still stand at its provider, which is no longer configured."""


@dataclass(frozen=True, slots=True)
class NotWithdrawn(Outcome):
    """The change still waits at the provider: its approval request could not be withdrawn there."""

    change: Change
    problem: Problem


@dataclass(frozen=True, slots=True)
class Scheduled(Outcome):
    """The change will be applied at its scheduled time."""

    change: Change


@dataclass(frozen=True, slots=True)
class Rescheduled(Outcome):
    """The change was moved to another time; `was` is the earlier one."""

    change: Change
    was: Due


@dataclass(frozen=True, slots=True)
class Ambiguous(Outcome):
    """Several readings of a line resolve; the person picks one with a button. `word` is the ambiguous word."""

    word: str
    choices: tuple[Suggestion, ...]
    only_looked: bool = False
    """Whether the line would have changed nothing anyway."""


@dataclass(frozen=True, slots=True)
class NotFound(Outcome):
    """Nothing has this name. `noun` is project, config, environment, change, evaluation or provider."""

    noun: str
    word: str
    near: tuple[Suggestion, ...] = ()
    known: tuple[str, ...] = ()
    """A few names that exist."""
    unread: tuple[Unread, ...] = ()
    """Providers that could not be read and may have it."""
    only_looked: bool = False
    """Whether the line would have changed nothing anyway."""


@dataclass(frozen=True, slots=True)
class EnvironmentMissing(Outcome):
    """No environment was named. The bot asks which one, and never assumes production."""

    choices: tuple[Suggestion, ...]
    only_looked: bool = False
    """Whether the line would have changed nothing anyway."""


@dataclass(frozen=True, slots=True)
class Explanation(Outcome):
    """What a line would do, and which rule decided. Nothing was changed."""

    line: str
    kind: Kind
    project: Project
    environment: Environment
    target: Target
    served: LiveState | None
    answer: Answer
    due: Due | None = None


@dataclass(frozen=True, slots=True)
class Permission(Outcome):
    """Whether a line that does not change what is live would be allowed. Nothing was changed."""

    line: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class ProjectPreview(Outcome):
    """What creating or changing a project would do. Nothing is done until it is confirmed."""

    provider: str
    project: Project | None
    """None if a new project would be created."""
    old: ProjectFields
    new: ProjectFields
    """The new values of the fields that change; `old` has their current values."""
    kept: PlannedEdit | None
    """The edit that the confirm button makes, to be stored as a draft; None if there is no button."""
    noun: str = "project"
    """The provider's word for a project."""


@dataclass(frozen=True, slots=True)
class ProjectSaved(Outcome):
    """A project was created or changed, and reading back confirmed it."""

    project: Project
    old: ProjectFields
    new: ProjectFields
    made: bool
    line: str
    """The command line that shows it."""
    noun: str = "project"


@dataclass(frozen=True, slots=True)
class ProjectEditable(Outcome):
    """The editable fields of a project, with current values; `fields` are those that its provider has, in order."""

    project: Project
    now: ProjectFields
    fields: tuple[str, ...]
    line: str
    """The beginning of a command line that changes it."""
    noun: str = "project"


@dataclass(frozen=True, slots=True)
class EvaluationUpdated(Outcome):
    """An evaluation's status was set and read back."""

    evaluation: Evaluation
    project_name: str


@dataclass(frozen=True, slots=True)
class Snoozed(Outcome):
    """Reminders about an evaluation are snoozed."""

    evaluation_id: str
    until_iso: str
    comes_iso: str
    """When the next reminder is due, which is in working hours."""
    count: int = 1
    """The number of snoozed evaluations; `evaluation_id` is one of them."""


@dataclass(frozen=True, slots=True)
class RemindersSwitched(Outcome):
    """Reminders about evaluations or a project were stopped or started again; `event` says which."""

    event: Event
    word: str
    """An evaluation's id, or a project's name."""
    count: int = 1
    """The number of running evaluations affected."""
    already: bool = False
    """Nothing changed, because it was already so."""
    line: str | None = None
    """The command line that reverses it."""


@dataclass(frozen=True, slots=True)
class SampleSent(Outcome):
    """A sample reminder was sent to the person who asked, or is still to be posted."""

    delivered: bool


@dataclass(frozen=True, slots=True)
class EvaluationReports(Outcome):
    """Another page of a list of evaluations left running."""

    view: EvaluationsView


@dataclass(frozen=True, slots=True)
class Adopted(Outcome):
    """What was changed outside configbot is now the baseline."""

    drift: Drift


@dataclass(frozen=True, slots=True)
class NotYet(Outcome):
    """The line is understood, but the feature does not exist yet."""

    line: str


@dataclass(frozen=True, slots=True)
class Harmless(Outcome):
    """The line changes nothing, so anybody may use it."""

    line: str
