"""The bot's own health: the result of a check, and which parts need attention."""

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
"""How late a job may be, and how long a message may wait, before it needs attention."""


@dataclass(frozen=True, slots=True)
class About:
    """The bot's identity: its version, its workspace, and its user id there."""

    version: str = ""
    workspace: str = ""
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """Whether a provider answers. `names` is the number of its projects in the index, read at `read_at`."""

    name: str
    problem: Problem | None
    since: datetime | None
    """Since when it does not answer, as far as observed."""
    read_at: datetime | None
    names: int


@dataclass(frozen=True, slots=True)
class JobHealth:
    """The state of a job: its newest run, when it is due next, and whether it is late."""

    plan: JobPlan
    run: JobRun | None
    next: datetime
    late: bool

    @property
    def wrong(self) -> bool:
        """Whether it needs attention."""
        ended_badly = self.run is not None and self.run.ended_at is not None and not self.run.fine
        return self.late or ended_badly


def job_health(plan: JobPlan, runs: Iterable[JobRun], now: datetime) -> JobHealth:
    """The state of a job, from its newest run in any process. A job that never ran is due at once."""
    run = max((each for each in runs if each.job == plan.name), key=lambda each: each.started_at, default=None)
    if run is None:
        return JobHealth(plan, None, now, late=False)
    following = run.due + plan.every
    return JobHealth(plan, run, following, late=now > following + plan.limit + PATIENCE)


def is_wrong(waiting: Backlog, now: datetime) -> bool:
    """Whether undelivered messages of a channel need attention."""
    return waiting.given_up or now - waiting.since > PATIENCE


@dataclass(frozen=True, slots=True)
class CheckUp(Outcome):
    """The result of a health check of the bot."""

    about: About
    providers: tuple[ProviderHealth, ...]
    jobs: tuple[JobHealth, ...]
    backlog: tuple[Backlog, ...]
    buckets: tuple[RateLimitBucket, ...]
    now: datetime

    @property
    def wrong(self) -> int:
        """The number of things that need attention."""
        problems = [each.problem is not None for each in self.providers]
        problems += [job.wrong for job in self.jobs]
        problems += [is_wrong(each, self.now) for each in self.backlog]
        return sum(problems)
