"""Storage of job runs: which process has claimed an occasion, and the result."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select, update

from bot.domain.jobs import JobRun, may_start
from bot.store.outbox import Delivering
from bot.store.rows import from_run, to_run
from bot.store.tables import job_runs

FORGOTTEN = timedelta(days=1)
"""A process that has not run a job for this long is considered gone."""


class Running(Delivering):
    """The part of a transaction about jobs."""

    async def claim_run(self, run: JobRun, *, alone: bool = False) -> JobRun | None:
        """Claim an occasion. Returns None on success, otherwise the run that prevents it.

        `alone`: no other process shares the database, so a claim by another process is dead.
        """
        statement = self._insert(job_runs).values(**from_run(run)).on_conflict_do_nothing()
        if await self._hits(statement.returning(job_runs.c.job)):
            return None
        here = and_(job_runs.c.job == run.job, job_runs.c.process == run.process)
        row = (await self._connection.execute(select(job_runs).where(here).with_for_update())).mappings().one()
        newest = to_run(row)
        if not may_start(newest, run.due, run.started_at, dead=alone and newest.owner != run.owner):
            return newest
        values = from_run(replace(run, succeeded_at=newest.succeeded_at))
        await self._connection.execute(update(job_runs).where(here).values(**values))
        return None

    async def end_run(self, run: JobRun) -> bool:
        """Store how a run ended, if we still have the claim (else returns False); a success sets `succeeded_at`."""
        values = {"ended_at": run.ended_at, "fine": run.fine, "result": run.result}
        if run.fine:
            values["succeeded_at"] = run.ended_at
        return await self._hits(update(job_runs).where(_ours(run)).values(**values).returning(job_runs.c.job))

    async def note_run(self, run: JobRun) -> None:
        """Store the newest run of a job that every process runs for itself."""
        row = from_run(run)
        statement = self._insert(job_runs).values(**row)
        changed = {name: statement.excluded[name] for name in row if name not in ("job", "process")}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["job", "process"], set_=changed))

    async def give_back(self, run: JobRun, now: datetime) -> None:
        """Release the claim on a run that we cannot finish."""
        await self._connection.execute(update(job_runs).where(_ours(run)).values(claimed_until=now))

    async def forget_processes(self, now: datetime) -> int:
        """Delete the runs of processes that are gone. Returns how many."""
        gone = and_(job_runs.c.process != "", job_runs.c.started_at < now - FORGOTTEN)
        return (await self._connection.execute(delete(job_runs).where(gone))).rowcount


def _ours(run: JobRun) -> ColumnElement[bool]:
    return and_(
        job_runs.c.job == run.job,
        job_runs.c.process == run.process,
        job_runs.c.due == run.due,
        job_runs.c.owner == run.owner,
        job_runs.c.ended_at.is_(None),
    )
