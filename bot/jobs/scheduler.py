"""The table of jobs, and the scheduler that starts them when they are due.

A job has occasions (due times), which are the same in all processes. The first process claims one in the database; the
run counts as dead when its limit is over, and a late run replaces those that were missed. APScheduler checks every
second what is due, by the clock and not by timers, so a long job, a suspended machine or a changed clock delays nothing
by more than that.

Jobs run as our tracked tasks with a time limit: APScheduler has none, and its shutdown would cancel running jobs. Jobs
are stateless; what must last is in the database.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from prometheus_client import Gauge, Histogram

from bot.context import Context
from bot.domain.errors import StoreUnavailable
from bot.domain.jobs import JobPlan, JobRun, occasion
from bot.jobs import sweeps
from bot.logs import get_logger, new_request_id
from bot.tasks import Tasks

log = get_logger(__name__)

SECONDS = Histogram("configbot_job_seconds", "Length of a job.", ["job", "result"])
SUCCEEDED = Gauge("configbot_job_last_success_timestamp_seconds", "When a job last ended well.", ["job"])
NEXT = Gauge("configbot_job_next_run_timestamp_seconds", "When a job is due next.", ["job"])

LOOK = 1
"""Seconds between two checks for due jobs."""

GRACE = timedelta(seconds=10)
"""How much longer than a run's limit its claim lasts, so that a run is ended before it counts as dead."""

LATER = timedelta(seconds=5)
"""How long to wait before checking again if the database did not answer or another process has claimed the job."""

NOTED = timedelta(minutes=1)
"""Minimum time between database records of a job that runs in every process, unless its result changes."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job of the table."""

    name: str
    does: str
    every: timedelta
    limit: timedelta
    """The job is cancelled after this long; the next run continues the work."""
    sweep: Callable[[Context], Awaitable[str]]
    jitter: int = 0
    """Random delay up to this many seconds, so that jobs and processes do not all start at once."""
    each: bool = False
    """Run in every process, because each has work of its own; otherwise once for all of them."""
    cut: bool = False
    """A shutdown does not wait for it."""

    @property
    def plan(self) -> JobPlan:
        """When it is due, for the health check."""
        return JobPlan(self.name, self.every, self.limit, self.each)


def table(
    index_refresh: timedelta = timedelta(minutes=5), drift_watch: timedelta = timedelta(minutes=5)
) -> tuple[Job, ...]:
    """All jobs, in the order of the first round at startup: the index before jobs that need it."""
    minute = timedelta(minutes=1)
    return (
        Job("index refresh", "reads names anew, so that lines resolve and selects search without waiting",
            index_refresh, 5 * minute, sweeps.index_refresh, jitter=10, each=True, cut=True),
        Job("interrupted changes", "settles what a crash left behind",
            timedelta(seconds=15), 3 * minute, sweeps.interrupted_changes),
        Job("scheduled changes", "applies what is due, after looking at everything again",
            timedelta(seconds=15), 3 * minute, sweeps.scheduled_changes, each=True),
        Job("notices", "says what Slack did not take before",
            timedelta(seconds=1), 2 * minute, sweeps.notices_to_say, each=True),
        Job("approvals that wait", "reminds of approvals in their threads, and ends those that waited too long",
            minute, minute, sweeps.approvals_that_wait),
        Job("approvals at providers", "follows approvals that a provider demands itself, and applies what was approved",
            minute / 2, 2 * minute, sweeps.approvals_at_providers, jitter=3),
        Job("evaluations left running", "reports evaluations that run for longer than the threshold",
            5 * minute, 4 * minute, sweeps.evaluations_left_running, jitter=10),
        Job(sweeps.DRIFT_WATCH, "tells once when something live was changed outside configbot",
            drift_watch, 4 * minute, sweeps.drift_watch, jitter=min(10, int(drift_watch.total_seconds() / 3))),
        Job("clean-up", "removes drafts and notices that nobody will ask for again",
            60 * minute, minute, sweeps.clean_up, jitter=60),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LastRun:
    """The result of a job's newest run in this process."""

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
    _running: dict[str, asyncio.Event] = field(default_factory=dict)
    """By job that runs in this process: what is set when the run ends."""
    _done: dict[str, datetime] = field(default_factory=dict)
    """The latest occasion of each job that is known to be done or claimed."""
    _look_again: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """By job: when to check again after another process claimed an occasion, and that occasion."""
    _noted: dict[str, JobRun] = field(default_factory=dict)
    _clock: AsyncIOScheduler | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def last_runs(self) -> Mapping[str, LastRun]:
        """The newest run of each job that ran here."""
        return self._last

    async def first_round(self) -> None:
        """Run every job once, in order, so that what a crash interrupted is settled before new requests.

        A job that runs in this process already is run again when that has ended: it may have begun too early to see
        what is due now. A job that another process is running at the moment is skipped.
        """
        for job in self.jobs:
            while (ended := self._running.get(job.name)) is not None:
                await ended.wait()
            if not self._stopping.is_set():
                self._running[job.name] = asyncio.Event()
                await self._run(job, self.ctx.clock.now())

    def start(self) -> None:
        """Start checking for due jobs, inside the running event loop."""
        self._stopping.clear()
        self._clock = AsyncIOScheduler(timezone=UTC)
        self._clock.add_job(
            self.look, IntervalTrigger(seconds=LOOK, timezone=UTC), misfire_grace_time=None, coalesce=True
        )
        self._clock.start()

    def stop(self) -> None:
        """Start no more jobs. Running ones continue as tracked tasks, except those with `cut`."""
        self._stopping.set()
        if self._clock is not None:
            self._clock.shutdown(wait=False)
            self._clock = None

    async def look(self) -> None:
        """Start the jobs that are due."""
        now = self.ctx.clock.now()
        for job in self.jobs:
            due = occasion(job.every, now, self._phase(job))
            NEXT.labels(job.name).set((due + job.every).timestamp())
            again_at, open_since = self._look_again.get(job.name, (now, due))
            if job.name in self._running or now < again_at:
                continue
            if due > self._done.get(job.name, now - job.every) or job.name in self._look_again:
                self._hand_off(job, max(due, open_since))

    def _phase(self, job: Job) -> timedelta:
        """The job's delay within its jitter: random but stable, and the same in all processes unless it is `each`."""
        chance = random.Random(f"{job.name} {self.ctx.owner if job.each else ''}")  # noqa: S311 - nothing to guess
        return timedelta(seconds=chance.uniform(0, job.jitter))

    def _hand_off(self, job: Job, due: datetime) -> None:
        self._running[job.name] = asyncio.Event()
        if not self.tasks.spawn(self._run(job, due), f"job {job.name}"):
            self._running.pop(job.name).set()

    async def _run(self, job: Job, due: datetime) -> None:
        """Run a job that the caller has put into `_running`, if this process gets the occasion."""
        new_request_id()
        now = self.ctx.clock.now()
        process = self.ctx.owner if job.each else ""
        run = JobRun(job.name, process, due, self.ctx.owner, now + job.limit + GRACE, now)
        try:
            if job.each or await self._claim(run):
                await self._note(job, await self._run_limited(job, run))
        finally:
            self._running.pop(job.name).set()

    async def _claim(self, run: JobRun) -> bool:
        """Claim the occasion in the database. Returns False if another process has it, or the database failed."""
        now = run.started_at
        try:
            async with self.ctx.store.write() as tx:
                newest = await tx.claim_run(run, alone=self.ctx.alone)
        except StoreUnavailable as error:
            log.warning("job.not_claimed", job=run.job, cause=str(error))
            self._look_again[run.job] = (now + LATER, run.due)
            return False
        self._look_again.pop(run.job, None)
        self._done[run.job] = run.due
        if newest is None:
            return True
        if newest.succeeded_at is not None:
            SUCCEEDED.labels(run.job).set(newest.succeeded_at.timestamp())
        if newest.is_running(now):  # that run may still die, so check again later
            self._look_again[run.job] = (now + LATER, newest.due)
        return False

    async def _run_limited(self, job: Job, run: JobRun) -> JobRun:
        """Run the job with its time limit and return the completed run."""
        started = time.perf_counter()
        fine, result = False, "timed out"
        try:
            async with asyncio.timeout(job.limit.total_seconds()):
                result = await (self._unless_stopped(job) if job.cut else job.sweep(self.ctx))
            fine = True
        except TimeoutError:
            log.warning("job.timed_out", job=job.name, limit=job.limit.total_seconds())
        except asyncio.CancelledError:
            await self._give_back(job, run)
            raise
        except Exception as error:
            result = type(error).__name__
            log.exception("job.failed", job=job.name)
        seconds = time.perf_counter() - started
        self._last[job.name] = LastRun(run.started_at, seconds, result, fine)
        SECONDS.labels(job.name, "ok" if fine else "failed").observe(seconds)
        log.debug("job.done", job=job.name, seconds=round(seconds, 3), result=result)
        return replace(run, ended_at=self.ctx.clock.now(), fine=fine, result=result)

    async def _unless_stopped(self, job: Job) -> str:
        """Run the sweep, cancelling it when a shutdown begins."""
        sweep = asyncio.ensure_future(job.sweep(self.ctx))
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({sweep, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return sweep.result() if sweep.done() else "cut short by the shutdown"
        finally:
            sweep.cancel()
            stopping.cancel()

    async def _give_back(self, job: Job, run: JobRun) -> None:
        """Release the claim of a run that cannot be finished, so that another process can start at once."""
        if job.each:
            return
        try:
            async with self.ctx.store.write() as tx:
                await tx.give_back(run, self.ctx.clock.now())
        except StoreUnavailable as error:
            log.warning("job.not_given_back", job=job.name, cause=str(error))

    async def _note(self, job: Job, run: JobRun) -> None:
        """Store how a run ended."""
        self._done[job.name] = run.due
        ended, before = run.ended_at or run.started_at, self._noted.get(job.name)
        if run.fine:
            SUCCEEDED.labels(job.name).set(ended.timestamp())
        if job.each and before is not None and before.fine == run.fine and ended - before.started_at < NOTED:
            return
        last_success = ended if run.fine else before.succeeded_at if before else None
        self._noted[job.name] = run = replace(run, succeeded_at=last_success)
        try:
            async with self.ctx.store.write() as tx:
                if job.each:
                    await tx.note_run(run)
                elif not await tx.end_run(run):
                    log.warning("job.claim_lost", job=job.name)
        except StoreUnavailable as error:
            log.warning("job.not_noted", job=job.name, cause=str(error))
