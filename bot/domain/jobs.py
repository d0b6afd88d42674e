"""When jobs are due (their occasions), and which process may run them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SET_BACK = timedelta(hours=1)
"""An occasion further in the future than this was recorded before the clock was set back, and is ignored."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """The newest run of a job: of all processes together, or of one process if each has its own."""

    job: str
    process: str
    """The process that the run belongs to; empty for a job that runs once for all processes."""
    due: datetime
    """The occasion: the time at which the run was due."""
    owner: str
    """The process that claimed it."""
    claimed_until: datetime
    """When the claim runs out: a run that has not ended by then counts as dead."""
    started_at: datetime
    ended_at: datetime | None = None
    fine: bool = False
    result: str = ""
    succeeded_at: datetime | None = None
    """When a run of this job last succeeded."""

    def is_running(self, now: datetime) -> bool:
        """Whether it has not ended and its claim is still valid."""
        return self.ended_at is None and self.claimed_until > now


@dataclass(frozen=True, slots=True)
class JobPlan:
    """When a job is due, and how long it may take; `each`: it runs in every process, else once for all of them."""

    name: str
    every: timedelta
    limit: timedelta
    each: bool = False


def occasion(every: timedelta, now: datetime, phase: timedelta = timedelta(0)) -> datetime:
    """The latest due time up to `now`. All processes compute the same ones, because they count from the same epoch."""
    begin = _EPOCH + phase
    return begin + (now - begin) // every * every


def may_start(newest: JobRun, due: datetime, now: datetime, *, dead: bool = False) -> bool:
    """Whether an occasion may be claimed, given the `newest` run. `dead`: the process that claimed that is gone.

    A late occasion replaces those that were missed. A dead run is repeated.
    """
    if newest.due > now + SET_BACK:
        return True
    if newest.ended_at is not None:
        return due > newest.due
    return due >= newest.due and (dead or not newest.is_running(now))
