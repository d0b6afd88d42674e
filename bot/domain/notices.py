"""Notices: messages that the bot posts by itself. Each is stored first, then posted, and later edited in place."""

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
    """What a notice is about; `Notice.subject` is its id."""

    CARD = "card"
    """The one message of a change, edited for its whole life; subject: the change id."""
    HISTORY = "history"
    """A line in the card's thread; subject: the audit entry's id."""
    MISSED = "missed"
    """A message in the channel that a scheduled change did not take effect on time; subject: the change id."""
    EVALUATION = "evaluation"
    """An evaluation left running; subject: ``provider:evaluation id@first seen``, then ``#n`` from the second time."""
    EVALUATION_LIST = "evaluation list"
    """Several evaluations that were due at once; subject: ``LIST:id``."""
    OWNER_EVALUATION = "evaluation to its owner"
    """The same as `EVALUATION`, as a direct message."""
    OWNER_LIST = "evaluation list to its owner"
    """The same as `EVALUATION_LIST`, as a direct message."""
    SAMPLE = "sample"
    """A sample reminder that somebody sent to themselves; subject: an id."""
    DRIFT = "drift"
    """What is live was changed outside configbot; subject: the drift's id."""
    SILENCE = "silence"
    """A provider does not answer; subject: the silence's id."""
    TROUBLE = "trouble"
    """The bot cannot post to a channel; subject: ``channel:Slack's error code@since``."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message in Slack. `wanted` and `shown` are revisions; if they are equal, the message is up to date."""

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
    """Since when the message is out of date; None while it is up to date."""
    posting: str = ""
    """The id of a post that may have been sent although no answer arrived; empty if there is none."""
    posting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """Notices that are delivered one after the other: a channel's new posts, or the edits of its existing messages."""

    channel: str
    posts: bool


NOTHING_LEFT = "nothing is left to say"
"""The last error of a notice whose subject no longer exists: giving it up is harmless."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Messages for a channel that are not posted yet, or, if `given_up`, will not be."""

    channel: str
    given_up: bool
    count: int
    since: datetime
    """Since when the oldest of them waits."""
    last_error: str
    """The last error; empty if nothing was tried yet."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A channel, or a thread in it, to post to."""

    channel: str
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """Everything that a change's card shows."""

    change: Change
    decisions: tuple[Decision, ...] = ()
    undoable: bool = False
    """Whether it is applied and nothing was deployed after it."""
    noun: str = "project"
    """The provider's word for a project."""


@dataclass(frozen=True, slots=True)
class TroubleView:
    """A channel that the bot cannot post to, or could not until now."""

    channel: str
    """Id of the channel, or of a person for a direct message."""
    cause: str
    """Slack's error code."""
    since: datetime
    over: bool = False


@dataclass(frozen=True, slots=True)
class HistoryView:
    """One history line in a change's thread."""

    entry: AuditEntry
    change: Change


TO_THE_OWNER = {
    NoticeKind.EVALUATION: NoticeKind.OWNER_EVALUATION,
    NoticeKind.EVALUATION_LIST: NoticeKind.OWNER_LIST,
}
"""Kind of notice in a channel → the same as a direct message to the owner."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is stored about an evaluation that was seen running."""

    provider: str
    project_id: str
    project_name: str
    evaluation_id: str
    first_seen: datetime
    """When the bot first saw it running."""
    snoozed_until: datetime | None = None
    ended_at: datetime | None = None
    """When the bot saw that it no longer runs; None while it runs."""
    ended_as: str = ""
    """The status it ended in; empty while it runs, ``gone`` if it no longer exists."""
    ended_by: str = ""
    """User id of the person who completed it through the bot; empty if it ended otherwise."""
    times: int = 0
    """How often it was reported."""
    said_at: datetime | None = None
    """When it was last reported."""
    said_in: str = ""
    """Subject of the notice that currently reports it: its own, or that of a list."""
    stopped_by: str = ""
    """User id of the person who stopped reminders about it; empty if nobody did."""

    @property
    def key(self) -> tuple[str, str]:
        """Its identity: the provider's name and the evaluation id."""
        return (self.provider, self.evaluation_id)


@dataclass(frozen=True, slots=True)
class Watch:
    """The progress of watching one provider's evaluations."""

    provider: str
    resume_after: str = ""
    """Id of the project after which the next sweep continues; empty: it starts from the first."""
    down_since: datetime | None = None
    """When the provider last stopped answering."""
    down_until: datetime | None = None
    """When the provider answered again."""
    fault: str = ""

    @property
    def is_down(self) -> bool:
        """Whether the provider does not answer at present."""
        return self.down_since is not None and self.down_until is None


@dataclass(frozen=True, slots=True)
class Muted:
    """A project whose reminders are muted. Its name is a snapshot."""

    provider: str
    project_id: str
    project_name: str
    by: str
    """User id of the person who muted it."""
    at: datetime


@dataclass(frozen=True, slots=True)
class EvaluationView:
    """Everything that a report about a running evaluation shows."""

    evaluation: Evaluation
    project_name: str
    reminder: Reminder
    since: datetime
    """Since when it has been running, at least."""
    exact: bool
    """Whether the bot itself saw it start at `since`; otherwise the message says "at least"."""
    now: datetime
    may_complete: bool = False
    progress: Progress | None = None
    """How far it is; None if that could not be read."""
    changes: tuple[Change, ...] = ()
    """Open changes that would make its config live."""
    muted: bool = False
    next_at: datetime | None = None
    """When it is reported again automatically."""
    replaced: bool = False
    """A newer message reports it."""
    meant_for: str | None = None
    """Id of the channel where it should have been posted, if it is in another one."""


@dataclass(frozen=True, slots=True)
class ListedEvaluation:
    """One row of a list of evaluations left running; `view` is None if the evaluation could not be read."""

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
    """How many of them have ended."""
    now: datetime
    meant_for: str | None = None
    """As in `EvaluationView`."""


@dataclass(frozen=True, slots=True)
class SampleView:
    """A sample reminder about an invented evaluation."""

    now: datetime


ReminderView = EvaluationView | EvaluationsView | SampleView


@dataclass(frozen=True, slots=True)
class DriftView:
    """Everything that the message about a drift shows."""

    drift: Drift
    change: Change | None = None
    """The change that made the baseline live."""
    beside: tuple[Environment, ...] = ()
    """Other environments where the same edit is live."""
