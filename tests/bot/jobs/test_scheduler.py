"""The table of jobs, and what happens when one takes too long, fails, or comes due while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import timedelta
from typing import Any

from bot.domain.changes import State
from bot.jobs.scheduler import Job, Scheduler, table
from bot.usecases.context import Context
from bot.usecases.tasks import Tasks
from tests.bot.usecases.steps import asked, killed, state
from tests.builders import World

SECOND = timedelta(seconds=1)


class Count:
    """A sweep that counts its runs and does what it is told."""

    def __init__(self, does: Callable[[], Awaitable[object]] | None = None) -> None:
        self.runs = 0
        self._does = does

    async def __call__(self, ctx: Context) -> str:
        self.runs += 1
        if self._does is not None:
            await self._does()
        return f"run {self.runs}"

    def job(self, name: str = "count", *, every: timedelta = SECOND, limit: timedelta = SECOND) -> Job:
        return Job(name, "counts", every, limit, self)


async def wrong() -> None:
    raise ZeroDivisionError


async def finished(scheduler: Scheduler) -> None:
    while len(scheduler.tasks):
        await asyncio.sleep(0)


def scheduler(world: World, *jobs: Job) -> Scheduler:
    return Scheduler(world.ctx, Tasks(), jobs)


# The table


def test_every_job_of_the_table_is_limited_and_named_once() -> None:
    jobs = table()
    assert len({job.name for job in jobs}) == len(jobs)
    assert all(job.limit > timedelta(0) and job.does and job.every >= timedelta(seconds=5) for job in jobs)


def test_names_are_read_before_anything_needs_them() -> None:
    assert [job.name for job in table()][:2] == ["index refresh", "interrupted changes"]


def test_how_often_names_are_read_can_be_set() -> None:
    assert table(timedelta(seconds=30))[0].every == timedelta(seconds=30)


# Running


async def test_the_first_round_runs_every_job_in_order(world: World) -> None:
    order: list[str] = []

    def noting(name: str) -> Callable[[], Awaitable[object]]:
        async def note() -> None:
            order.append(name)

        return note

    jobs = [Count(noting(name)).job(name) for name in ("b", "a", "c")]
    await scheduler(world, *jobs).first_round()
    assert order == ["b", "a", "c"]


async def test_the_first_round_settles_what_a_crash_left_behind(world: World) -> None:
    change = await asked(world)
    await killed(world, change, "serve")
    later = world.again()
    every = Scheduler(later.ctx, Tasks())
    await every.first_round()
    assert await state(world, change) is State.APPLIED
    assert set(every.last_runs) == {job.name for job in table()}
    assert all(run.fine for run in every.last_runs.values())


async def test_the_newest_run_of_each_job_is_known(world: World) -> None:
    count = Count()
    jobs = scheduler(world, count.job())
    assert jobs.last_runs == {}
    await jobs.first_round()
    world.clock.move(SECOND)
    await jobs.first_round()
    last = jobs.last_runs["count"]
    assert (last.at, last.result, last.fine) == (world.clock.now(), "run 2", True)


async def test_a_job_that_fails_does_not_stop_the_others_and_is_said(
    world: World, logged: list[MutableMapping[str, Any]]
) -> None:
    fine = Count()
    jobs = scheduler(world, Count(wrong).job("broken"), fine.job())
    await jobs.first_round()
    assert fine.runs == 1
    assert (jobs.last_runs["broken"].fine, jobs.last_runs["broken"].result) == (False, "ZeroDivisionError")
    assert [(one["event"], one["job"]) for one in logged if one["log_level"] == "error"] == [("job.failed", "broken")]


async def test_a_job_that_failed_is_run_again(world: World) -> None:
    count = Count(wrong)
    jobs = scheduler(world, count.job())
    await jobs.first_round()
    await jobs.first_round()
    assert count.runs == 2


async def test_a_job_that_takes_too_long_is_ended_and_said(
    world: World, logged: list[MutableMapping[str, Any]]
) -> None:
    jobs = scheduler(world, Count(lambda: asyncio.sleep(60)).job("slow", limit=timedelta(milliseconds=10)))
    await jobs.first_round()
    assert (jobs.last_runs["slow"].fine, jobs.last_runs["slow"].result) == (False, "timed out")
    assert [one["event"] for one in logged if one["log_level"] == "warning"] == ["job.timed_out"]


async def test_a_job_that_is_due_while_it_runs_is_not_started_twice(world: World) -> None:
    go_on = asyncio.Event()
    count = Count(go_on.wait)
    job = count.job()
    jobs = scheduler(world, job)
    await jobs._hand_off(job)
    await jobs._hand_off(job)
    await asyncio.sleep(0)
    await jobs._hand_off(job)
    assert len(jobs.tasks) == 1
    go_on.set()
    await finished(jobs)
    assert count.runs == 1

    await jobs._hand_off(job)
    await finished(jobs)
    assert count.runs == 2


async def test_jobs_run_beside_each_other(world: World) -> None:
    go_on = asyncio.Event()
    slow, fast = Count(go_on.wait).job("slow"), Count().job("fast")
    jobs = scheduler(world, slow, fast)
    await jobs._hand_off(slow)
    await jobs._hand_off(fast)
    for _ in range(10):
        await asyncio.sleep(0)
    assert "fast" in jobs.last_runs
    assert "slow" not in jobs.last_runs
    go_on.set()
    await finished(jobs)


async def test_nothing_is_started_once_the_end_has_begun(world: World) -> None:
    count = Count()
    job = count.job()
    jobs = scheduler(world, job)
    await jobs.tasks.drain(0)
    await jobs._hand_off(job)
    assert count.runs == 0
    assert jobs._running == set()


async def test_the_clock_starts_jobs_until_it_is_stopped(world: World) -> None:
    count = Count()
    jobs = scheduler(world, count.job(every=SECOND))
    jobs.stop()
    jobs.start()
    async with asyncio.timeout(10):
        while not count.runs:
            await asyncio.sleep(0.05)
    jobs.stop()
    jobs.stop()
    runs = count.runs
    await asyncio.sleep(1.2)
    assert count.runs == runs


async def test_what_runs_when_the_clock_stops_is_finished(world: World) -> None:
    go_on, ended = asyncio.Event(), []

    async def work() -> None:
        await go_on.wait()
        ended.append(1)

    job = Count(work).job()
    jobs = scheduler(world, job)
    jobs.start()
    await jobs._hand_off(job)
    jobs.stop()
    go_on.set()
    assert await jobs.tasks.drain(1)
    assert ended == [1]
