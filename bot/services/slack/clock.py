"""The clock of a playground: the machine's, and as much further as somebody moved it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.services.slack.workspace import wall_clock

MORNING = time(9)
"""When a day at work begins here."""

MONDAY = 0


class MovableClock:
    """Tells the time of everything in one playground.

    It only goes on: what was written down under a moved clock must not lie in the future after a restart, so with a
    `path` the file remembers how far it was moved.
    """

    def __init__(self, path: Path | None = None, machine: Callable[[], datetime] = wall_clock) -> None:
        self._path = path
        self._machine = machine
        self._ahead = timedelta(seconds=_remembered(path))

    def now(self) -> datetime:
        """The instant, in UTC."""
        return self._machine() + self._ahead

    def move(self, seconds: float) -> None:
        """Move on by so many seconds."""
        self._ahead += timedelta(seconds=seconds)
        if self._path is not None:
            self._path.write_text(f"{self._ahead.total_seconds()}\n")


def _remembered(path: Path | None) -> float:
    """Seconds that the clock was moved; none when the file is missing or holds something else."""
    try:
        return float(path.read_text()) if path is not None else 0.0
    except (OSError, ValueError):
        return 0.0


def next_morning(now: datetime, zone: str, weekday: int | None = None) -> datetime:
    """The next nine o'clock of another day in this IANA zone; `weekday` 0 is Monday. In UTC."""
    local = now.astimezone(ZoneInfo(zone))
    days = 1 if weekday is None else (weekday - local.weekday() - 1) % 7 + 1
    return datetime.combine(local.date() + timedelta(days=days), MORNING, local.tzinfo).astimezone(UTC)
