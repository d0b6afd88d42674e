"""What one person sees when they open the app: what needs them, what they asked for, what is live, what runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.changes import Change
from bot.domain.notices import Reminder
from bot.domain.views import Board, ChangeList


@dataclass(frozen=True, slots=True)
class RunningEvaluation:
    """An evaluation that runs as far as we remember; `line` shows it."""

    reminder: Reminder
    line: str


@dataclass(frozen=True, slots=True)
class Home:
    """The App Home of one person at one instant."""

    waiting: ChangeList
    """The first page of what waits for this person's word."""
    mine: tuple[Change, ...]
    """Changes that this person asked for and that are under way, newest first: some of `mine_total`."""
    mine_total: int
    board: Board
    """What is live in a few projects, those of the changes above first; `pages` tells that there are more."""
    running: tuple[RunningEvaluation, ...]
    """The longest running first: some of `running_total`."""
    running_total: int
    running_line: str
    """The line that lists every evaluation that runs."""
    at: datetime
