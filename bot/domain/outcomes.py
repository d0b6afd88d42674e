"""What a wish came to. A use case answers with one of these; `handlers.messages` gives each its words."""

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
    """It is live; read back and found true."""

    change: Change


@dataclass(frozen=True, slots=True)
class AwaitingApproval(Outcome):
    """It waits for `need - have` more people."""

    change: Change
    have: int
    need: int
    posted: bool
    """Its card stands in Slack."""


@dataclass(frozen=True, slots=True)
class AtProvider(Outcome):
    """It waits for the provider's own approval, which is asked for there."""

    change: Change
    problem: Problem | None = None
    """Why it could not be looked at just now."""


@dataclass(frozen=True, slots=True)
class ConfirmReplacesRollout(Outcome):
    """It would give up weights that somebody set by hand; nothing is asked for before that is confirmed."""

    kind: Kind
    project: Project
    environment: Environment
    live: LiveState
    kept: ChangeRequest
    """What the button that confirms it asks for, to be stored."""


@dataclass(frozen=True, slots=True)
class Refused(Outcome):
    """An expected no. `change` is set when the no ended, or concerns, a change that exists."""

    reasons: tuple[Reason, ...]
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Failed(Outcome):
    """The provider did not do it, or did not answer; nothing is live that was not live before, as far as we saw."""

    problem: Problem
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Unknown(Outcome):
    """It was sent, and looking cannot tell whether it took effect. A person decides."""

    change: Change


@dataclass(frozen=True, slots=True)
class Void(Outcome):
    """What was seen moved before it was applied; the approvals no longer hold."""

    change: Change


@dataclass(frozen=True, slots=True)
class Rejected(Outcome):
    """A reviewer said no."""

    change: Change


@dataclass(frozen=True, slots=True)
class Withdrawn(Outcome):
    """The requester took it back."""

    change: Change


@dataclass(frozen=True, slots=True)
class Scheduled(Outcome):
    """Nothing is missing but its time."""

    change: Change


@dataclass(frozen=True, slots=True)
class Rescheduled(Outcome):
    """It was moved to another time; `was` is the one before."""

    change: Change
    was: Due


@dataclass(frozen=True, slots=True)
class Ambiguous(Outcome):
    """Several readings resolve; one is chosen by button. `word` is what was ambiguous."""

    word: str
    choices: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class NotFound(Outcome):
    """A name that nothing has. `noun` is project, config, environment, change, evaluation or provider."""

    noun: str
    word: str
    near: tuple[Suggestion, ...] = ()
    known: tuple[str, ...] = ()
    """Names that would have been right, a few of them."""
    unread: tuple[Unread, ...] = ()
    """Providers that may have it."""


@dataclass(frozen=True, slots=True)
class EnvironmentMissing(Outcome):
    """No environment was named. It is a question, never production."""

    choices: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class Explanation(Outcome):
    """What would happen to a line, and which rule decided. Nothing was changed."""

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
    """Whether a line that changes something else than what is live would be done. Nothing was changed."""

    line: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class ProjectPreview(Outcome):
    """What making or changing a project would do. Nothing is done before it is confirmed."""

    provider: str
    project: Project | None
    """None: a new one is made."""
    old: ProjectFields
    new: ProjectFields
    """Those that change, and what `old` has for them."""
    kept: PlannedEdit | None
    """What the button that confirms it does, to be stored; None where there is none."""
    noun: str = "project"
    """What the provider calls it."""


@dataclass(frozen=True, slots=True)
class ProjectSaved(Outcome):
    """A project was made or changed, and is read back as it was asked for."""

    project: Project
    old: ProjectFields
    new: ProjectFields
    made: bool
    line: str
    """The line that shows it."""
    noun: str = "project"


@dataclass(frozen=True, slots=True)
class ProjectEditable(Outcome):
    """What can be changed of a project, as it is now; `fields` are those that its provider has, in order."""

    project: Project
    now: ProjectFields
    fields: tuple[str, ...]
    line: str
    """The beginning of a line that changes something of it."""
    noun: str = "project"


@dataclass(frozen=True, slots=True)
class EvaluationUpdated(Outcome):
    """The status was set and read back."""

    evaluation: Evaluation
    project_name: str


@dataclass(frozen=True, slots=True)
class Snoozed(Outcome):
    """The report about an evaluation is quiet until then."""

    evaluation_id: str
    until_iso: str
    comes_iso: str
    """When it comes again, which is in working hours."""
    count: int = 1
    """How many evaluations it is about; `evaluation_id` is one of them."""


@dataclass(frozen=True, slots=True)
class RemindersSwitched(Outcome):
    """Reminders of evaluations, or about a project, were stopped or begin again; `event` says which."""

    event: Event
    word: str
    """An evaluation's id, or a project's name."""
    count: int = 1
    """How many evaluations that run are concerned."""
    already: bool = False
    """It was so before."""
    line: str | None = None
    """The line that takes it back."""


@dataclass(frozen=True, slots=True)
class SampleSent(Outcome):
    """A sample of a reminder went to whoever asked, or Slack did not take it yet."""

    delivered: bool


@dataclass(frozen=True, slots=True)
class EvaluationReports(Outcome):
    """Another page of a list of evaluations left running."""

    view: EvaluationsView


@dataclass(frozen=True, slots=True)
class Adopted(Outcome):
    """What moved outside is right from now on."""

    drift: Drift


@dataclass(frozen=True, slots=True)
class NotYet(Outcome):
    """The line is understood, and its use case is not built yet."""

    line: str


@dataclass(frozen=True, slots=True)
class Harmless(Outcome):
    """The line changes nothing, so anybody may type it."""

    line: str
