"""How the bot itself is: what a look at it finds, and what of it needs somebody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.base import Outcome
from bot.domain.errors import Problem
from bot.domain.jobs import JobPlan, JobRun
from bot.domain.notices import Backlog
from bot.domain.rate_limits import RateLimitBucket

PATIENCE = timedelta(minutes=3)
"""How late a job may be, and how long a message may wait, before somebody should look."""


@dataclass(frozen=True, slots=True)
class About:
    """Which bot this is: its version, the workspace that it serves, and its user id there."""

    version: str = ""
    workspace: str = ""
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """Whether a provider answers. `names` projects are known of it, as read at `read_at`."""

    name: str
    problem: Problem | None
    since: datetime | None
    """Since when it does not answer, as far as was seen."""
    read_at: datetime | None
    names: int


@dataclass(frozen=True, slots=True)
class JobHealth:
    """How a job fares: its newest run, when it is due next, and whether that is long ago."""

    plan: JobPlan
    run: JobRun | None
    next: datetime
    late: bool

    @property
    def wrong(self) -> bool:
        """Whether somebody should look."""
        ended_badly = self.run is not None and self.run.ended_at is not None and not self.run.fine
        return self.late or ended_badly


def job_health(plan: JobPlan, runs: Iterable[JobRun], now: datetime) -> JobHealth:
    """How a job fares, by the newest of its runs in any process. One that never ran is due at once."""
    run = max((each for each in runs if each.job == plan.name), key=lambda each: each.started_at, default=None)
    if run is None:
        return JobHealth(plan, None, now, late=False)
    following = run.due + plan.every
    return JobHealth(plan, run, following, late=now > following + plan.limit + PATIENCE)


def is_wrong(waiting: Backlog, now: datetime) -> bool:
    """Whether somebody should look why a channel was not told something."""
    return waiting.given_up or now - waiting.since > PATIENCE


@dataclass(frozen=True, slots=True)
class CheckUp(Outcome):
    """What a look at the bot found."""

    about: About
    providers: tuple[ProviderHealth, ...]
    jobs: tuple[JobHealth, ...]
    backlog: tuple[Backlog, ...]
    buckets: tuple[RateLimitBucket, ...]
    now: datetime

    @property
    def wrong(self) -> int:
        """How many things need somebody."""
        problems = [each.problem is not None for each in self.providers]
        problems += [job.wrong for job in self.jobs]
        problems += [is_wrong(each, self.now) for each in self.backlog]
        return sum(problems)
