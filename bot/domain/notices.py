"""A notice is something the bot says unasked: a row first, then said, kept current in place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.actors import MessageAt, Place
from bot.domain.changes import AuditEntry, Change, Decision
from bot.domain.drift import Drift
from bot.domain.evaluations import Evaluation, Progress
from bot.domain.names import Environment


class NoticeKind(StrEnum):
    """What a notice is about; `Notice.subject` is an id of that."""

    CARD = "card"
    """The one message of a change, edited for its whole life; subject: the change id."""
    HISTORY = "history"
    """A line in the card's thread; subject: the audit entry's id."""
    MISSED = "missed"
    """A scheduled change that did not take effect at its time, said in the channel; subject: the change id."""
    EVALUATION = "evaluation"
    """An evaluation left running; subject: ``provider:evaluation id@first seen``, from the second time on ``#n``."""
    EVALUATION_LIST = "evaluation list"
    """Several that were due at once; subject: ``LIST:id``."""
    OWNER_EVALUATION = "evaluation to its owner"
    """The same as `EVALUATION`, as a direct message."""
    OWNER_LIST = "evaluation list to its owner"
    """The same as `EVALUATION_LIST`, as a direct message."""
    SAMPLE = "sample"
    """A reminder that somebody sent to themselves to see one; subject: an id."""
    DRIFT = "drift"
    """What is live moved behind our back; subject: the drift's id."""
    SILENCE = "silence"
    """A provider does not answer; subject: the silence's id."""
    TROUBLE = "trouble"
    """A channel takes no message; subject: ``channel:Slack's word@since``."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message that should stand in Slack. `wanted` and `shown` are revisions: equal means it is current."""

    id: str
    kind: NoticeKind
    subject: str
    place: Place
    created_at: datetime
    wanted: int = 1
    shown: int = 0
    at: MessageAt | None = None
    attempts: int = 0
    not_before: datetime | None = None
    last_error: str = ""
    given_up: bool = False
    behind_since: datetime | None = None
    """Since when there is something to say that is not said; None while it is current."""
    posting: str = ""
    """The id of a post that may have gone out although nobody heard so; empty when there is none."""
    posting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a channel was not told yet, or will not be: `given_up`."""

    channel: str
    given_up: bool
    count: int
    since: datetime
    """Since when the longest waiting one waits."""
    last_error: str
    """What was in the way; empty when nothing was tried yet."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A channel, or a thread in it, where something is to be said."""

    channel: str
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """Everything that a card shows."""

    change: Change
    decisions: tuple[Decision, ...] = ()
    undoable: bool = False
    """Applied, and nothing was deployed on top."""
    noun: str = "project"
    """What the provider calls a project."""


@dataclass(frozen=True, slots=True)
class TroubleView:
    """A channel that takes no message, or took none until now."""

    channel: str
    """Or the id of a person who was to be told."""
    cause: str
    """Slack's word for it."""
    since: datetime
    over: bool = False


@dataclass(frozen=True, slots=True)
class HistoryView:
    """One line of a change's thread."""

    entry: AuditEntry
    change: Change


TO_THE_OWNER = {
    NoticeKind.EVALUATION: NoticeKind.OWNER_EVALUATION,
    NoticeKind.EVALUATION_LIST: NoticeKind.OWNER_LIST,
}
"""What is said in a channel → the same as a direct message."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """What we remember about an evaluation that was seen running."""

    provider: str
    project_id: str
    project_name: str
    evaluation_id: str
    first_seen: datetime
    """When this process family first saw it running."""
    snoozed_until: datetime | None = None
    ended_at: datetime | None = None
    """When we saw that it no longer runs."""
    ended_as: str = ""
    """The status it ended in; empty while it runs, ``gone`` when it vanished."""
    ended_by: str = ""
    """User id of the person who completed it here; empty when it ended by itself."""
    times: int = 0
    """How often it was said."""
    said_at: datetime | None = None
    """When it was said last."""
    said_in: str = ""
    """Subject of the notice that says it now: its own, or that of a list."""
    stopped_by: str = ""
    """User id of the person who wants nobody to be reminded of it; empty while it is reminded of."""

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it: provider name and evaluation id."""
        return (self.provider, self.evaluation_id)


@dataclass(frozen=True, slots=True)
class Watch:
    """How far the watching of one provider's evaluations is."""

    provider: str
    resume_after: str = ""
    """Id of the project after which the next sweep goes on; empty: from the first."""
    down_since: datetime | None = None
    """When it was found that it does not answer, the last time that happened."""
    down_until: datetime | None = None
    """When it answered again."""
    fault: str = ""

    @property
    def is_down(self) -> bool:
        """Whether it does not answer."""
        return self.down_since is not None and self.down_until is None


@dataclass(frozen=True, slots=True)
class Muted:
    """A project that nobody is reminded about. Its name is a snapshot."""

    provider: str
    project_id: str
    project_name: str
    by: str
    """User id."""
    at: datetime


@dataclass(frozen=True, slots=True)
class EvaluationView:
    """Everything that a report about a running evaluation shows."""

    evaluation: Evaluation
    project_name: str
    reminder: Reminder
    since: datetime
    """Since when it runs, at least."""
    exact: bool
    """Whether `since` was seen by us; otherwise it is the creation time, worded "at least"."""
    now: datetime
    may_complete: bool = False
    progress: Progress | None = None
    """How far it is; None where the service does not tell."""
    changes: tuple[Change, ...] = ()
    """Changes under way that would make its config live."""
    muted: bool = False
    next_at: datetime | None = None
    """When it is said again by itself."""
    replaced: bool = False
    """A newer message says it."""
    meant_for: str | None = None
    """Id of the channel that it belongs into, where it stands in another one."""


@dataclass(frozen=True, slots=True)
class ListedEvaluation:
    """One row of a list of evaluations left running; `view` is None where it could not be read."""

    reminder: Reminder
    view: EvaluationView | None = None


@dataclass(frozen=True, slots=True)
class EvaluationsView:
    """One page of several evaluations left running, reported together."""

    subject: str
    rows: tuple[ListedEvaluation, ...]
    page: int
    pages: int
    total: int
    ended: int
    """How many of them run no longer."""
    now: datetime
    meant_for: str | None = None
    """As in `EvaluationView`."""


@dataclass(frozen=True, slots=True)
class SampleView:
    """A reminder of something invented."""

    now: datetime


ReminderView = EvaluationView | EvaluationsView | SampleView


@dataclass(frozen=True, slots=True)
class DriftView:
    """Everything that the message about a drift shows."""

    drift: Drift
    change: Change | None = None
    """The change by which it was right before."""
    beside: tuple[Environment, ...] = ()
    """Where else the same edit is live."""
