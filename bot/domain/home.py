"""A person's App Home: what needs their decision, what they requested, what is live, and running evaluations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.changes import Change
from bot.domain.notices import Reminder
from bot.domain.views import Board, ChangeList


@dataclass(frozen=True, slots=True)
class RunningEvaluation:
    """An evaluation that was running when last checked; `line` is the command that shows it."""

    reminder: Reminder
    line: str


@dataclass(frozen=True, slots=True)
class Home:
    """The App Home of one person at one time."""

    waiting: ChangeList
    """The first page of changes waiting for this person's decision."""
    mine: tuple[Change, ...]
    """This person's own open changes, newest first: the first few of `mine_total`."""
    mine_total: int
    board: Board
    """What is live in a few projects, those of the changes above first; `pages` > 1 means there are more."""
    running: tuple[RunningEvaluation, ...]
    """Running evaluations, longest first: the first few of `running_total`."""
    running_total: int
    running_line: str
    """The command line that lists all running evaluations."""
    at: datetime
