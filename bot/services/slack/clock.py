"""The clock of a playground: the machine's clock plus the time by which it was moved forward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.services.slack.workspace import wall_clock

MORNING = time(9)
"""The start of a working day."""

MONDAY = 0


class MovableClock:
    """The clock that everything in one playground uses.

    It only moves forward. Times recorded under a moved clock must not be in the future after a restart, so with a
    `path` the file stores how far it was moved.
    """

    def __init__(self, path: Path | None = None, machine: Callable[[], datetime] = wall_clock) -> None:
        self._path = path
        self._machine = machine
        self._ahead = timedelta(seconds=_stored_seconds(path))

    def now(self) -> datetime:
        """The current time in UTC."""
        return self._machine() + self._ahead

    def move(self, seconds: float) -> None:
        """Move the clock forward by `seconds`."""
        self._ahead += timedelta(seconds=seconds)
        if self._path is not None:
            self._path.write_text(f"{self._ahead.total_seconds()}\n")


def _stored_seconds(path: Path | None) -> float:
    """The seconds by which the clock was moved; 0 when the file is missing or malformed."""
    try:
        return float(path.read_text()) if path is not None else 0.0
    except (OSError, ValueError):
        return 0.0


def next_morning(now: datetime, zone: str, weekday: int | None = None) -> datetime:
    """Nine o'clock tomorrow, or on the next `weekday` (0 is Monday), in this IANA zone. Returned in UTC."""
    local = now.astimezone(ZoneInfo(zone))
    days = 1 if weekday is None else (weekday - local.weekday() - 1) % 7 + 1
    return datetime.combine(local.date() + timedelta(days=days), MORNING, local.tzinfo).astimezone(UTC)
