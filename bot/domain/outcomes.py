"""What a wish came to. A use case answers with one of these; `handlers.messages` gives each its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.changes import AuditEntry, Change, Decision, Event, Kind
from bot.domain.checkups import CheckUp
from bot.domain.contents import Content, ContentDiff
from bot.domain.drift import Baseline, Drift
from bot.domain.errors import Problem, Reason
from bot.domain.evaluations import Evaluation, Evidence, Progress
from bot.domain.fields import ProjectFields
from bot.domain.names import Config, Environment, Project
from bot.domain.notices import EvaluationsView, Muted, Reminder, Watch
from bot.domain.policies import Answer
from bot.domain.reminding import Reminding
from bot.domain.served import Served
from bot.domain.times import Due


@dataclass(frozen=True, slots=True)
class Applied:
    """It is live; read back and found true."""

    change: Change


@dataclass(frozen=True, slots=True)
class AwaitingApproval:
    """It waits for `need - have` more people."""

    change: Change
    have: int
    need: int
    posted: bool
    """Its card stands in Slack."""


@dataclass(frozen=True, slots=True)
class AtProvider:
    """It waits for the provider's own approval, which is asked for there."""

    change: Change
    problem: Problem | None = None
    """Why it could not be looked at just now."""


@dataclass(frozen=True, slots=True)
class DropsSplit:
    """It would give up weights that somebody set by hand; nothing is asked for before that is confirmed."""

    kind: Kind
    project: Project
    environment: Environment
    live: Served
    kept: str
    """What the button that confirms it needs, to be stored."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An expected no. `change` is set when the no ended, or concerns, a change that exists."""

    reasons: tuple[Reason, ...]
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The provider did not do it, or did not answer; nothing is live that was not live before, as far as we saw."""

    problem: Problem
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was sent, and looking cannot tell whether it took effect. A person decides."""

    change: Change


@dataclass(frozen=True, slots=True)
class Void:
    """What was seen moved before it was applied; the approvals no longer hold."""

    change: Change


@dataclass(frozen=True, slots=True)
class Rejected:
    """A reviewer said no."""

    change: Change


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The requester took it back."""

    change: Change


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Nothing is missing but its time."""

    change: Change


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """It was moved to another time; `was` is the one before."""

    change: Change
    was: Due


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line that could have been meant, as it can be typed, and a short label for a button."""

    label: str
    line: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several readings resolve; one is chosen by button. `word` is what was ambiguous."""

    word: str
    choices: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A provider whose names could not be read: what it has may be missing, or old."""

    problem: Problem
    since: datetime


@dataclass(frozen=True, slots=True)
class NotFound:
    """A name that nothing has. `noun` is project, config, environment, change, evaluation or provider."""

    noun: str
    word: str
    near: tuple[Suggestion, ...] = ()
    known: tuple[str, ...] = ()
    """Names that would have been right, a few of them."""
    unread: tuple[Unread, ...] = ()
    """Providers that may have it."""


@dataclass(frozen=True, slots=True)
class EnvironmentMissing:
    """No environment was named. It is a question, never production."""

    choices: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class BoardCell:
    """One project in one environment."""

    environment: Environment
    served: Served | None
    """None: it could not be read."""
    last: Change | None = None
    """The change by which it became live here, if it still is what that change made live."""
    pending: Change | None = None
    known: Baseline | None = None
    """What was last right here."""
    drifted: bool = False
    """What is live is something else, and no change made here is the reason."""
    scheduled: tuple[Change, ...] = ()
    """What is to be applied at a time of its own, the next one first."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One project over its environments; `problem` when the provider did not answer."""

    project: Project
    cells: tuple[BoardCell, ...]
    problem: Problem | None = None
    noun: str = "project"
    """What the provider calls a project."""


@dataclass(frozen=True, slots=True)
class Board:
    """What is live where. `page` counts from 1."""

    rows: tuple[BoardRow, ...]
    page: int
    pages: int
    line: str
    """The line that shows this board again, for the page buttons."""
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeDetail:
    """One change whole."""

    change: Change
    decisions: tuple[Decision, ...]
    history: tuple[AuditEntry, ...]
    diff: ContentDiff
    undoable: bool = False
    drift: Drift | None = None
    """What is live moved away from what this change had made live."""


@dataclass(frozen=True, slots=True)
class ChangeList:
    """Changes, newest first. `title` is approvals or changes."""

    title: str
    changes: tuple[Change, ...]
    page: int
    pages: int
    line: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would happen to a line, and which rule decided. Nothing was changed."""

    line: str
    kind: Kind
    project: Project
    environment: Environment
    target: Config | None
    served: Served | None
    answer: Answer
    due: Due | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a line that changes something else than what is live would be done. Nothing was changed."""

    line: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class LiveIn:
    """An environment where a config is live; not `whole` when other configs share the traffic."""

    environment: Environment
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Against:
    """What evaluations prove about something against what is live, for environments that have the same live."""

    environments: tuple[Environment, ...]
    live: Served
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ConfigDetail:
    """A config with its content, where it is live, and its scores."""

    project: Project
    config: Config
    content: Content
    live_in: tuple[LiveIn, ...]
    scores: Evidence
    """Its own scores; nothing in them is compared."""
    against: tuple[Against, ...]
    """Its scores beside those of other configs that are live, the default environment first."""
    line: str
    """The line that lists the configs of its project."""
    noun: str = "project"
    """What the provider calls a project."""


@dataclass(frozen=True, slots=True)
class ConfigRow:
    """One config in a list; `line` shows it."""

    config: Config
    model: str
    live_in: tuple[LiveIn, ...]
    scores: Evidence
    line: str


@dataclass(frozen=True, slots=True)
class ConfigList:
    """The configs of a project, those that are live first."""

    project: Project
    rows: tuple[ConfigRow, ...]
    total: int
    page: int
    pages: int
    line: str
    noun: str = "project"
    """What the provider calls a project."""


@dataclass(frozen=True, slots=True)
class ConfigComparison:
    """How the second config differs from the first, each with its project."""

    old: tuple[Project, Config]
    new: tuple[Project, Config]
    diff: ContentDiff
    scores: Evidence
    """Those of the second beside those of the first."""
    line: str
    """The line that compares exactly these two."""


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project in a list; `line` shows it."""

    project: Project
    configs: int
    line: str
    noun: str = "project"
    """What the provider calls a project."""


@dataclass(frozen=True, slots=True)
class ProjectList:
    """The projects whose name holds `words`, by name; some of providers that are `unread` may be missing."""

    rows: tuple[ProjectRow, ...]
    words: str | None
    total: int
    page: int
    pages: int
    line: str
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectDetail:
    """A project: what is live where, its configs, what is being evaluated."""

    project: Project
    cells: tuple[BoardCell, ...]
    configs: tuple[ConfigRow, ...]
    """Some of `total`, those that are live first."""
    total: int
    running: tuple[Evaluation, ...] | None
    """The newest first; None when the evaluations could not be read, or the provider keeps none."""
    keeps_evaluations: bool
    configs_line: str
    evaluations_line: str
    fields: ProjectFields = field(default_factory=ProjectFields)
    """As they are now, those that the provider keeps and that have a value."""
    mode: str = ""
    noun: str = "project"
    """What the provider calls a project."""


@dataclass(frozen=True, slots=True)
class ProjectPreview:
    """What making or changing a project would do. Nothing is done before it is confirmed."""

    provider: str
    project: Project | None
    """None: a new one is made."""
    old: ProjectFields
    new: ProjectFields
    """Those that change, and what `old` has for them."""
    kept: str | None
    """What the button that confirms it needs, to be stored; None where there is none."""
    noun: str = "project"
    """What the provider calls it."""


@dataclass(frozen=True, slots=True)
class ProjectSaved:
    """A project was made or changed, and is read back as it was asked for."""

    project: Project
    old: ProjectFields
    new: ProjectFields
    made: bool
    line: str
    """The line that shows it."""
    noun: str = "project"


@dataclass(frozen=True, slots=True)
class ProjectEditable:
    """What can be changed of a project, as it is now; `fields` are those that its provider has, in order."""

    project: Project
    now: ProjectFields
    fields: tuple[str, ...]
    line: str
    """The beginning of a line that changes something of it."""
    noun: str = "project"


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """One evaluation in a list; `line` shows it."""

    evaluation: Evaluation
    project: Project
    line: str


@dataclass(frozen=True, slots=True)
class EvaluationList:
    """Evaluations, newest first, of one project or of all, in one status or in any."""

    rows: tuple[EvaluationRow, ...]
    project: Project | None
    status: str | None
    total: int
    page: int
    pages: int
    line: str
    unreadable: int = 0
    """How many projects could not be read."""
    without: tuple[str, ...] = ()
    """Providers that were asked for and keep no evaluations."""
    unlooked: int = 0
    """So many projects that only what is known to run was looked at; 0 when everything was."""


@dataclass(frozen=True, slots=True)
class EvaluationDetail:
    """One evaluation. `project` is None when nobody knows of which project its config is."""

    evaluation: Evaluation
    project: Project | None
    live_in: tuple[LiveIn, ...]
    against: tuple[Against, ...]
    """Its scores beside those of other configs that are live."""
    since: datetime
    """Since when it runs; at least, if not `exact`."""
    exact: bool
    now: datetime
    may_complete: bool
    reopen_line: str | None
    """The line that reopens it, where the reader may."""
    list_line: str | None
    problem: Problem | None = None
    """Why what is live could not be read."""
    progress: Progress | None = None
    """How far it is; None when it does not run, or the service does not tell."""
    reminder: Reminder | None = None
    """What is remembered of it while it runs; without that nobody is reminded of it."""


@dataclass(frozen=True, slots=True)
class EvaluationUpdated:
    """The status was set and read back."""

    evaluation: Evaluation
    project_name: str


@dataclass(frozen=True, slots=True)
class Snoozed:
    """The report about an evaluation is quiet until then."""

    evaluation_id: str
    until_iso: str
    comes_iso: str
    """When it comes again, which is in working hours."""
    count: int = 1
    """How many evaluations it is about; `evaluation_id` is one of them."""


@dataclass(frozen=True, slots=True)
class RemindersSwitched:
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
class SampleSent:
    """A sample of a reminder went to whoever asked, or Slack did not take it yet."""

    delivered: bool


@dataclass(frozen=True, slots=True)
class EvaluationReports:
    """Another page of a list of evaluations left running."""

    view: EvaluationsView


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """One evaluation that runs: the next times that it is said, and where; `line` shows it."""

    reminder: Reminder
    channel: str | None
    times: tuple[datetime, ...]
    muted: bool
    line: str


@dataclass(frozen=True, slots=True)
class ReminderList:
    """What is reminded of, where and when."""

    reminding: Reminding
    threshold: timedelta
    channel: str | None
    rows: tuple[ReminderRow, ...]
    """Those that are said next come first: some of `total`."""
    total: int
    muted: tuple[Muted, ...]
    down: tuple[Watch, ...]
    """Providers that cannot be watched now."""
    project: Project | None
    page: int
    pages: int
    line: str


@dataclass(frozen=True, slots=True)
class DriftDetail:
    """What was right and what is live, whole."""

    drift: Drift


@dataclass(frozen=True, slots=True)
class Adopted:
    """What moved outside is right from now on."""

    drift: Drift


@dataclass(frozen=True, slots=True)
class NotYet:
    """The line is understood, and its use case is not built yet."""

    line: str


@dataclass(frozen=True, slots=True)
class Harmless:
    """The line changes nothing, so anybody may type it."""

    line: str


Outcome = (
    Applied
    | AwaitingApproval
    | AtProvider
    | DropsSplit
    | Refused
    | Failed
    | Unknown
    | Void
    | Rejected
    | Withdrawn
    | Scheduled
    | Rescheduled
    | Ambiguous
    | NotFound
    | EnvironmentMissing
    | Board
    | ChangeDetail
    | ChangeList
    | Explanation
    | Permission
    | ConfigDetail
    | ConfigList
    | ConfigComparison
    | ProjectList
    | ProjectDetail
    | ProjectPreview
    | ProjectSaved
    | ProjectEditable
    | EvaluationList
    | EvaluationDetail
    | EvaluationUpdated
    | Snoozed
    | DriftDetail
    | Adopted
    | RemindersSwitched
    | SampleSent
    | EvaluationReports
    | ReminderList
    | CheckUp
    | NotYet
    | Harmless
)
