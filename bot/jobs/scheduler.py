"""The table of jobs, and APScheduler to start them.

Jobs hand off to our tracked tasks under a time limit of their own: APScheduler has none, and its shutdown would cancel
what runs. Jobs are stateless; what must last is in the database.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from prometheus_client import Histogram

from bot.jobs import sweeps
from bot.logs import get_logger, new_request_id
from bot.usecases.context import Context
from bot.usecases.tasks import Tasks

log = get_logger(__name__)

SECONDS = Histogram("configbot_job_seconds", "Length of a job.", ["job", "result"])


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the table."""

    name: str
    does: str
    every: timedelta
    limit: timedelta
    """The job is cancelled after this long; the next run goes on where it stood."""
    sweep: Callable[[Context], Awaitable[str]]
    jitter: int = 0
    """Seconds, at random, so that processes do not all ask at once."""


def table(
    index_refresh: timedelta = timedelta(minutes=5), drift_watch: timedelta = timedelta(minutes=5)
) -> tuple[Job, ...]:
    """All jobs. The order is that of the first round at the start: names before what needs them."""
    minute = timedelta(minutes=1)
    return (
        Job("index refresh", "reads names anew, so that lines resolve and selects search without waiting",
            index_refresh, 5 * minute, sweeps.index_refresh, jitter=10),
        Job("interrupted changes", "settles what a crash left behind",
            timedelta(seconds=15), 3 * minute, sweeps.interrupted_changes),
        Job("notices", "says what Slack did not take before",
            timedelta(seconds=5), 2 * minute, sweeps.notices_to_say),
        Job("approvals that wait", "ends approvals that waited too long",
            minute, minute, sweeps.approvals_that_wait),
        Job("evaluations left running", "reports evaluations that run for longer than the threshold",
            5 * minute, 4 * minute, sweeps.evaluations_left_running, jitter=10),
        Job("drift watch", "tells once when something live was changed outside configbot",
            drift_watch, 4 * minute, sweeps.drift_watch, jitter=min(10, int(drift_watch.total_seconds() / 3))),
        Job("clean-up", "removes drafts and notices that nobody will ask for again",
            60 * minute, minute, sweeps.clean_up, jitter=60),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LastRun:
    """What became of the newest run of a job."""

    at: datetime
    seconds: float
    result: str
    fine: bool


@dataclass(slots=True)
class Scheduler:
    """Starts jobs when they are due; each runs at most once at a time in this process."""

    ctx: Context
    tasks: Tasks
    jobs: tuple[Job, ...] = field(default_factory=table)
    _last: dict[str, LastRun] = field(default_factory=dict)
    _running: set[str] = field(default_factory=set)
    _clock: AsyncIOScheduler | None = None

    @property
    def last_runs(self) -> Mapping[str, LastRun]:
        """The newest run of each job that ran."""
        return self._last

    async def first_round(self) -> None:
        """Every job once, in order: what a crash left behind is settled before anybody asks for more."""
        for job in self.jobs:
            await self._run(job)

    def start(self) -> None:
        """Run the jobs by the clock, inside the running loop."""
        self._clock = AsyncIOScheduler(timezone=UTC)
        for job in self.jobs:
            self._clock.add_job(
                self._hand_off,
                IntervalTrigger(seconds=int(job.every.total_seconds()), jitter=job.jitter or None, timezone=UTC),
                args=[job],
                id=job.name,
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )
        self._clock.start()

    def stop(self) -> None:
        """Start nothing more. What runs goes on as a tracked task."""
        if self._clock is not None:
            self._clock.shutdown(wait=False)
            self._clock = None

    async def _hand_off(self, job: Job) -> None:
        if job.name in self._running:
            return
        self._running.add(job.name)
        if not self.tasks.spawn(self._run(job), f"job {job.name}"):
            self._running.discard(job.name)

    async def _run(self, job: Job) -> None:
        self._running.add(job.name)
        new_request_id()
        started, at = time.perf_counter(), self.ctx.clock.now()
        fine, result = False, "timed out"
        try:
            async with asyncio.timeout(job.limit.total_seconds()):
                result = await job.sweep(self.ctx)
            fine = True
        except TimeoutError:
            log.warning("job.timed_out", job=job.name, limit=job.limit.total_seconds())
        except Exception as error:
            result = type(error).__name__
            log.exception("job.failed", job=job.name)
        finally:
            self._running.discard(job.name)
        seconds = time.perf_counter() - started
        self._last[job.name] = LastRun(at, seconds, result, fine)
        SECONDS.labels(job.name, "ok" if fine else "failed").observe(seconds)
        log.debug("job.done", job=job.name, seconds=round(seconds, 3), result=result)
