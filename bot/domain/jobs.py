"""Occasions of jobs: when one is due, and who may take it in hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SET_BACK = timedelta(hours=1)
"""An occasion that lies further ahead than this was noted by a clock that has been set back since."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """The newest run of a job: of all processes together, or of one where each has its own."""

    job: str
    process: str
    """Whose it is; empty for a job that runs once for all processes."""
    due: datetime
    """The occasion."""
    owner: str
    """The process that took it in hand."""
    claimed_until: datetime
    """When it counts as died unless it ended before."""
    started_at: datetime
    ended_at: datetime | None = None
    fine: bool = False
    result: str = ""
    succeeded_at: datetime | None = None
    """When a run of this job last ended well."""

    def is_running(self, now: datetime) -> bool:
        """Whether somebody alive works on it."""
        return self.ended_at is None and self.claimed_until > now


@dataclass(frozen=True, slots=True)
class JobPlan:
    """When a job is due, and how long it may take; `each`: in every process, else once for all of them."""

    name: str
    every: timedelta
    limit: timedelta
    each: bool = False


def occasion(every: timedelta, now: datetime, phase: timedelta = timedelta(0)) -> datetime:
    """The newest occasion that has come: all processes count the same ones, from the same beginning."""
    begin = _EPOCH + phase
    return begin + (now - begin) // every * every


def may_start(newest: JobRun, due: datetime, now: datetime, *, dead: bool = False) -> bool:
    """Whether an occasion may be taken in hand, after the `newest` run. `dead`: whoever has it is known to have died.

    One that is late swallows those that were missed. A run that died is done again.
    """
    if newest.due > now + SET_BACK:
        return True
    if newest.ended_at is not None:
        return due > newest.due
    return due >= newest.due and (dead or not newest.is_running(now))
