"""The results of queries: boards, lists and details, as read at one time. They are outcomes, too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.base import Outcome
from bot.domain.changes import AuditEntry, Change, Decision
from bot.domain.contents import Content, ContentDiff
from bot.domain.drafts import ListPage
from bot.domain.drift import Baseline, Drift
from bot.domain.errors import Problem
from bot.domain.evaluations import Evaluation, Evidence, Progress
from bot.domain.live_state import LiveState
from bot.domain.names import Config, Environment, Project
from bot.domain.notices import Muted, Reminder, Watch
from bot.domain.project_fields import ProjectFields
from bot.domain.reminder_hours import Reminding


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A command line that may have been meant, with a short label for a button."""

    label: str
    line: str
    page: int = 1
    """Of the list that the line shows."""

    @property
    def draft(self) -> str | ListPage:
        """What is stored for the button."""
        return self.line if self.page == 1 else ListPage(self.line, self.page)


@dataclass(frozen=True, slots=True)
class Unread:
    """A provider whose names could not be read: its entries may be missing or out of date."""

    problem: Problem
    since: datetime


@dataclass(frozen=True, slots=True)
class BoardCell:
    """One project in one environment."""

    environment: Environment
    served: LiveState | None
    """None if it could not be read."""
    last: Change | None = None
    """The change that made it live, if that is still what is live."""
    pending: Change | None = None
    known: Baseline | None = None
    """The baseline here, if there is one."""
    drifted: bool = False
    """Whether what is live differs from the baseline, and no change made here is the reason."""
    scheduled: tuple[Change, ...] = ()
    """Scheduled changes, the next one first."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One project with its environments; `problem` is set if the provider did not answer."""

    project: Project
    cells: tuple[BoardCell, ...]
    problem: Problem | None = None
    noun: str = "project"
    """The provider's word for a project."""


@dataclass(frozen=True, slots=True)
class Board(Outcome):
    """What is live where. `page` counts from 1."""

    rows: tuple[BoardRow, ...]
    page: int
    pages: int
    line: str
    """The command line that shows this board again, for the page buttons."""
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeDetail(Outcome):
    """One change in full."""

    change: Change
    decisions: tuple[Decision, ...]
    history: tuple[AuditEntry, ...]
    diff: ContentDiff
    undoable: bool = False
    drift: Drift | None = None
    """The drift away from what this change had made live, if there is one."""


@dataclass(frozen=True, slots=True)
class ChangeList(Outcome):
    """A page of changes, newest first. `title` is approvals or changes."""

    title: str
    changes: tuple[Change, ...]
    page: int
    pages: int
    line: str


@dataclass(frozen=True, slots=True)
class LiveIn:
    """An environment where a config is live; `whole` is false if other configs share the traffic."""

    environment: Environment
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Against:
    """A comparison by evaluations with what is live, for all environments where the same is live."""

    environments: tuple[Environment, ...]
    live: LiveState
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ConfigDetail(Outcome):
    """A config with its content, where it is live, and its scores."""

    project: Project
    config: Config
    content: Content
    live_in: tuple[LiveIn, ...]
    scores: Evidence
    """Its own scores, without comparison."""
    against: tuple[Against, ...]
    """Its scores compared with those of other live configs, the default environment first."""
    line: str
    """The command line that lists the configs of its project."""
    noun: str = "project"
    """The provider's word for a project."""


@dataclass(frozen=True, slots=True)
class ConfigRow:
    """One config in a list; `line` is the command line that shows it."""

    config: Config
    model: str
    live_in: tuple[LiveIn, ...]
    scores: Evidence
    line: str


@dataclass(frozen=True, slots=True)
class ConfigList(Outcome):
    """The configs of a project, live ones first."""

    project: Project
    rows: tuple[ConfigRow, ...]
    total: int
    page: int
    pages: int
    line: str
    noun: str = "project"
    """The provider's word for a project."""


@dataclass(frozen=True, slots=True)
class ConfigComparison(Outcome):
    """How the second config differs from the first, each with its project."""

    old: tuple[Project, Config]
    new: tuple[Project, Config]
    diff: ContentDiff
    scores: Evidence
    """The scores of the second compared with those of the first."""
    line: str
    """The command line that compares exactly these two."""


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project in a list; `line` is the command line that shows it."""

    project: Project
    configs: int
    line: str
    noun: str = "project"
    """The provider's word for a project."""


@dataclass(frozen=True, slots=True)
class ProjectList(Outcome):
    """The projects whose name contains `words`, by name; projects of `unread` providers may be missing."""

    rows: tuple[ProjectRow, ...]
    words: str | None
    total: int
    page: int
    pages: int
    line: str
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectDetail(Outcome):
    """A project: what is live in each environment, its configs, and running evaluations."""

    project: Project
    cells: tuple[BoardCell, ...]
    configs: tuple[ConfigRow, ...]
    """The first few of `total`, live ones first."""
    total: int
    running: tuple[Evaluation, ...] | None
    """Running evaluations, newest first; None if they could not be read, or the provider has none."""
    keeps_evaluations: bool
    configs_line: str
    evaluations_line: str
    fields: ProjectFields = field(default_factory=ProjectFields)
    """The current values of the fields that the provider stores."""
    mode: str = ""
    noun: str = "project"
    """The provider's word for a project."""


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """One evaluation in a list; `line` is the command line that shows it."""

    evaluation: Evaluation
    project: Project
    line: str


@dataclass(frozen=True, slots=True)
class EvaluationList(Outcome):
    """Evaluations, newest first, of one project or of all, with one status or with any."""

    rows: tuple[EvaluationRow, ...]
    project: Project | None
    status: str | None
    total: int
    page: int
    pages: int
    line: str
    unreadable: int = 0
    """The number of projects that could not be read."""
    without: tuple[str, ...] = ()
    """Requested providers that have no evaluations."""
    unlooked: int = 0
    """Number of projects, if too many to read and so only evaluations known to run are listed; 0 if all were read."""


@dataclass(frozen=True, slots=True)
class EvaluationDetail(Outcome):
    """One evaluation. `project` is None if it is not known to which project its config belongs."""

    evaluation: Evaluation
    project: Project | None
    live_in: tuple[LiveIn, ...]
    against: tuple[Against, ...]
    """Its scores compared with those of other live configs."""
    since: datetime
    """Since when it has been running; "at least" if not `exact`."""
    exact: bool
    now: datetime
    may_complete: bool
    reopen_line: str | None
    """The command line that reopens it; None if the reader may not."""
    list_line: str | None
    problem: Problem | None = None
    """Why what is live could not be read, if so."""
    progress: Progress | None = None
    """How far it is; None if it is not running, or that could not be read."""
    reminder: Reminder | None = None
    """Its reminder while it runs; None means that there are no reminders about it."""


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """One running evaluation: the next times and the channel of its reminders; `line` shows it."""

    reminder: Reminder
    channel: str | None
    times: tuple[datetime, ...]
    muted: bool
    line: str


@dataclass(frozen=True, slots=True)
class ReminderList(Outcome):
    """The reminders, with their times and channels."""

    reminding: Reminding
    threshold: timedelta
    channel: str | None
    rows: tuple[ReminderRow, ...]
    """Those due next come first: the first few of `total`."""
    total: int
    muted: tuple[Muted, ...]
    down: tuple[Watch, ...]
    """Providers that do not answer at present."""
    project: Project | None
    page: int
    pages: int
    line: str


@dataclass(frozen=True, slots=True)
class DriftDetail(Outcome):
    """A drift in full: the baseline and what is live."""

    drift: Drift
