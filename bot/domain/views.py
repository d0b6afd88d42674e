"""What a look shows: boards, lists, details, each as it was found. They are outcomes too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.base import Outcome
from bot.domain.changes import AuditEntry, Change, Decision
from bot.domain.contents import Content, ContentDiff
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
    """A line that could have been meant, as it can be typed, and a short label for a button."""

    label: str
    line: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A provider whose names could not be read: what it has may be missing, or old."""

    problem: Problem
    since: datetime


@dataclass(frozen=True, slots=True)
class BoardCell:
    """One project in one environment."""

    environment: Environment
    served: LiveState | None
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
class Board(Outcome):
    """What is live where. `page` counts from 1."""

    rows: tuple[BoardRow, ...]
    page: int
    pages: int
    line: str
    """The line that shows this board again, for the page buttons."""
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeDetail(Outcome):
    """One change whole."""

    change: Change
    decisions: tuple[Decision, ...]
    history: tuple[AuditEntry, ...]
    diff: ContentDiff
    undoable: bool = False
    drift: Drift | None = None
    """What is live moved away from what this change had made live."""


@dataclass(frozen=True, slots=True)
class ChangeList(Outcome):
    """Changes, newest first. `title` is approvals or changes."""

    title: str
    changes: tuple[Change, ...]
    page: int
    pages: int
    line: str


@dataclass(frozen=True, slots=True)
class LiveIn:
    """An environment where a config is live; not `whole` when other configs share the traffic."""

    environment: Environment
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Against:
    """What evaluations prove about something against what is live, for environments that have the same live."""

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
class ConfigList(Outcome):
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
class ConfigComparison(Outcome):
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
class ProjectList(Outcome):
    """The projects whose name holds `words`, by name; some of providers that are `unread` may be missing."""

    rows: tuple[ProjectRow, ...]
    words: str | None
    total: int
    page: int
    pages: int
    line: str
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectDetail(Outcome):
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
class EvaluationRow:
    """One evaluation in a list; `line` shows it."""

    evaluation: Evaluation
    project: Project
    line: str


@dataclass(frozen=True, slots=True)
class EvaluationList(Outcome):
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
class EvaluationDetail(Outcome):
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
class ReminderRow:
    """One evaluation that runs: the next times that it is said, and where; `line` shows it."""

    reminder: Reminder
    channel: str | None
    times: tuple[datetime, ...]
    muted: bool
    line: str


@dataclass(frozen=True, slots=True)
class ReminderList(Outcome):
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
class DriftDetail(Outcome):
    """What was right and what is live, whole."""

    drift: Drift
