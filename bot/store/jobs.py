"""What is written down about jobs: who has an occasion in hand, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select, update

from bot.domain.jobs import JobRun, may_start
from bot.store.outbox import Delivering
from bot.store.rows import from_run, to_run
from bot.store.tables import job_runs

FORGOTTEN = timedelta(days=1)
"""A process that has run nothing for so long is none any more."""


class Running(Delivering):
    """One transaction, as far as it is about jobs."""

    async def claim_run(self, run: JobRun, *, alone: bool = False) -> JobRun | None:
        """Take an occasion in hand. None when it is ours; else what stands in the way.

        `alone`: no other process shares the database, so another one that has it in hand has died.
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
        """Note how it ended, if it is still in our hands; a good end is when the job last succeeded."""
        values = {"ended_at": run.ended_at, "fine": run.fine, "result": run.result}
        if run.fine:
            values["succeeded_at"] = run.ended_at
        return await self._hits(update(job_runs).where(_ours(run)).values(**values).returning(job_runs.c.job))

    async def note_run(self, run: JobRun) -> None:
        """Note the newest run of a job that every process has for itself."""
        row = from_run(run)
        statement = self._insert(job_runs).values(**row)
        changed = {name: statement.excluded[name] for name in row if name not in ("job", "process")}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["job", "process"], set_=changed))

    async def give_back(self, run: JobRun, now: datetime) -> None:
        """Let somebody else do what we cannot finish."""
        await self._connection.execute(update(job_runs).where(_ours(run)).values(claimed_until=now))

    async def forget_processes(self, now: datetime) -> int:
        """Remove the runs of processes that are gone; answers how many."""
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
