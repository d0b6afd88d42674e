"""The table of jobs, and what happens when one takes too long, fails, or comes due while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from bot.context import Context
from bot.domain.changes import State
from bot.domain.jobs import JobRun
from bot.jobs.scheduler import Job, Scheduler, table
from bot.store import Cause, StoreUnavailable, WriteTransaction
from bot.tasks import Tasks
from tests.bot.features.steps import asked, killed, state
from tests.builders import World
from tests.waiting import happens

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


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
    async with asyncio.timeout(60):
        while len(scheduler.tasks):
            await asyncio.sleep(0)


def scheduler(world: World, *jobs: Job) -> Scheduler:
    return Scheduler(world.ctx, Tasks(), jobs)


# The table


def test_every_job_of_the_table_is_limited_and_named_once() -> None:
    jobs = table()
    assert len({job.name for job in jobs}) == len(jobs)
    assert all(job.limit > timedelta(0) and job.does and job.every >= SECOND for job in jobs)


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
    world.clock.move(SECOND)
    await jobs.first_round()
    assert count.runs == 2


async def test_a_job_that_takes_too_long_is_ended_and_said(
    world: World, logged: list[MutableMapping[str, Any]]
) -> None:
    jobs = scheduler(world, Count(lambda: asyncio.sleep(60)).job("slow", limit=timedelta(milliseconds=10)))
    await jobs.first_round()
    assert (jobs.last_runs["slow"].fine, jobs.last_runs["slow"].result) == (False, "timed out")
    assert [one["event"] for one in logged if one["log_level"] == "warning"] == ["job.timed_out"]


async def looked(jobs: Scheduler, world: World, **span: float) -> None:
    """Time passes, and the scheduler looks."""
    world.clock.move(timedelta(**span))
    await jobs.look()
    await asyncio.sleep(0)


async def looked_and_done(jobs: Scheduler, world: World, **span: float) -> None:
    await looked(jobs, world, **span)
    await finished(jobs)


async def test_a_job_that_is_due_while_it_runs_is_not_started_twice_and_runs_at_once_afterwards(world: World) -> None:
    go_on = asyncio.Event()
    count = Count(go_on.wait)
    jobs = scheduler(world, count.job(every=MINUTE, limit=5 * MINUTE))
    for _ in range(4):
        await looked(jobs, world, minutes=1)
    assert len(jobs.tasks) == 1
    go_on.set()
    await finished(jobs)
    assert count.runs == 1
    await looked_and_done(jobs, world, seconds=1)
    assert count.runs == 2
    await looked_and_done(jobs, world, seconds=1)
    assert count.runs == 2


async def test_the_first_round_waits_for_a_job_that_runs_already_and_then_runs_it(world: World) -> None:
    go_on, at_once, most = asyncio.Event(), 0, 0

    async def work() -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await go_on.wait()
        await asyncio.sleep(0)
        at_once -= 1

    count = Count(work)
    jobs = scheduler(world, Job("names", "reads", SECOND, MINUTE, count, each=True))
    await looked(jobs, world)
    rounds = [asyncio.create_task(jobs.first_round()) for _ in range(2)]
    await looked(jobs, world, seconds=1)
    assert (count.runs, [each.done() for each in rounds]) == (1, [False, False])
    go_on.set()
    await asyncio.gather(*rounds)
    assert (count.runs, most) == (3, 1)


async def test_a_job_that_the_first_round_runs_is_not_started_beside_it(world: World) -> None:
    go_on = asyncio.Event()
    count = Count(go_on.wait)
    jobs = scheduler(world, Job("names", "reads", SECOND, MINUTE, count, each=True))
    first = asyncio.create_task(jobs.first_round())
    await asyncio.sleep(0)
    for _ in range(3):
        await looked(jobs, world, seconds=1)
    assert count.runs == 1
    go_on.set()
    await first
    await finished(jobs)


async def test_the_first_round_starts_nothing_that_ran_when_the_end_began(world: World) -> None:
    begun = asyncio.Event()

    async def for_ever() -> None:
        begun.set()
        await asyncio.Event().wait()

    count = Count(for_ever)
    jobs = scheduler(world, Job("names", "reads", SECOND, 5 * MINUTE, count, each=True, cut=True))
    await jobs.look()
    await begun.wait()
    first = asyncio.create_task(jobs.first_round())
    await asyncio.sleep(0)
    jobs.stop()
    async with asyncio.timeout(30):
        await first
    assert count.runs == 1
    await finished(jobs)


async def test_jobs_run_beside_each_other(world: World) -> None:
    go_on = asyncio.Event()
    jobs = scheduler(world, Count(go_on.wait).job("slow", limit=MINUTE), Count().job("fast"))
    await jobs.look()
    async with asyncio.timeout(30):
        while "fast" not in jobs.last_runs:
            await asyncio.sleep(0.01)
    assert "slow" not in jobs.last_runs
    go_on.set()
    await finished(jobs)


async def test_nothing_is_started_once_the_end_has_begun(world: World) -> None:
    count = Count()
    jobs = scheduler(world, count.job())
    await jobs.tasks.drain(0)
    await jobs.look()
    assert count.runs == 0
    jobs.stop()
    await jobs.first_round()
    assert count.runs == 0


async def test_the_clock_starts_jobs_until_it_is_stopped(world: World) -> None:
    count = Count()
    jobs = scheduler(world, count.job())
    jobs.stop()
    jobs.start()
    async with asyncio.timeout(30):
        while count.runs < 2:
            world.clock.move(SECOND)
            await asyncio.sleep(0.05)
    jobs.stop()
    jobs.stop()
    await finished(jobs)
    runs = count.runs
    world.clock.move(MINUTE)
    await asyncio.sleep(1.2)
    assert count.runs == runs


async def test_what_runs_when_the_clock_stops_is_finished(world: World) -> None:
    go_on, ended = asyncio.Event(), []

    async def work() -> None:
        await go_on.wait()
        ended.append(1)

    jobs = scheduler(world, Count(work).job(limit=MINUTE))
    await jobs.look()
    jobs.stop()
    go_on.set()
    assert await jobs.tasks.drain(30)
    assert ended == [1]


async def test_what_may_be_cut_does_not_hold_up_a_shutdown(world: World) -> None:
    begun = asyncio.Event()

    async def for_ever() -> None:
        begun.set()
        await asyncio.Event().wait()

    jobs = scheduler(world, Job("names", "reads", SECOND, 5 * MINUTE, Count(for_ever), each=True, cut=True))
    await jobs.look()
    await happens(begun)
    jobs.stop()
    assert await jobs.tasks.drain(30)
    assert jobs.last_runs["names"].result == "cut short by the shutdown"


# Occasions


async def test_after_a_long_sleep_of_the_machine_a_job_runs_once_and_at_once(world: World) -> None:
    count = Count()
    jobs = scheduler(world, count.job(every=MINUTE))
    await looked_and_done(jobs, world)
    await looked_and_done(jobs, world, hours=9)
    assert count.runs == 2
    await looked_and_done(jobs, world, seconds=1)
    assert count.runs == 2
    await looked_and_done(jobs, world, minutes=1)
    assert count.runs == 3


async def test_two_processes_do_each_occasion_once(world: World) -> None:
    count = Count()
    job = count.job(every=MINUTE)
    two = world.again("two", alone=False)
    both = [scheduler(world.again("one", alone=False), job), scheduler(two, job)]
    for occasion in range(1, 6):
        for jobs in both:
            await looked(jobs, world)
        for jobs in both:
            await finished(jobs)
        assert count.runs == occasion
        world.clock.move(MINUTE)


async def test_what_every_process_does_for_itself_is_done_by_each(world: World) -> None:
    count = Count()
    job = Job("names", "reads", MINUTE, MINUTE, count, each=True)
    for owner in ("one", "two"):
        await looked_and_done(scheduler(world.again(owner, alone=False), job), world)
    assert count.runs == 2
    async with world.store.read() as tx:
        assert {run.process for run in await tx.job_runs()} == {"one", "two"}


async def test_a_run_of_a_process_that_died_is_done_by_another_after_its_limit(world: World) -> None:
    """Whatever the next occasion is: a job of every hour is not an hour late because somebody died."""
    job = Count(lambda: asyncio.Event().wait()).job(every=60 * MINUTE, limit=5 * MINUTE)
    dying = scheduler(world.again("dying", alone=False), job)
    world.clock.move(7 * MINUTE)
    task = asyncio.create_task(dying.first_round())
    async with asyncio.timeout(30):
        while not await runs_of(world):
            await asyncio.sleep(0.01)
    count = Count()
    other = scheduler(world.again("other", alone=False), count.job(every=60 * MINUTE, limit=5 * MINUTE))
    await looked_and_done(other, world, minutes=1)
    assert count.runs == 0
    await looked_and_done(other, world, minutes=4)
    assert count.runs == 0
    await looked_and_done(other, world, seconds=15)
    assert count.runs == 1
    (run,) = await runs_of(world)
    assert (run.owner, run.fine, run.result) == ("other", True, "run 1")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await runs_of(world) == (run,)


async def runs_of(world: World) -> tuple[JobRun, ...]:
    async with world.store.read() as tx:
        return await tx.job_runs()


async def test_whoever_is_alone_takes_over_at_once_what_a_crash_left_behind(world: World) -> None:
    now = world.clock.now()
    async with world.store.write() as tx:
        await tx.claim_run(JobRun("count", "", now, "dead", now + MINUTE, now))
    count = Count()
    world.clock.move(SECOND)
    await scheduler(world, count.job()).first_round()
    assert count.runs == 1


async def test_a_process_that_is_told_to_stop_gives_back_what_it_cannot_finish(world: World) -> None:
    begun = asyncio.Event()

    async def for_ever() -> None:
        begun.set()
        await asyncio.Event().wait()

    stopped = scheduler(world.again("one", alone=False), Count(for_ever).job(every=MINUTE, limit=60 * MINUTE))
    await stopped.look()
    await happens(begun)
    stopped.stop()
    assert not await stopped.tasks.drain(0)
    count = Count()
    other = scheduler(world.again("two", alone=False), count.job(every=MINUTE, limit=60 * MINUTE))
    await looked_and_done(other, world, seconds=1)
    assert count.runs == 1


async def test_a_process_that_lost_an_occasion_changes_nothing_about_it(
    world: World, logged: list[MutableMapping[str, Any]]
) -> None:
    async def taken_over() -> None:
        world.clock.move(5 * MINUTE)
        async with world.store.write() as tx:
            now = world.clock.now()
            assert await tx.claim_run(JobRun("count", "", now, "other", now + MINUTE, now)) is None

    await scheduler(world.again("one", alone=False), Count(taken_over).job()).first_round()
    (run,) = await runs_of(world)
    assert (run.owner, run.ended_at) == ("other", None)
    assert "job.claim_lost" in [one["event"] for one in logged]


async def test_a_database_that_does_not_answer_puts_off_what_runs_once_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*arguments: object, **more: object) -> None:
        raise StoreUnavailable("writing", Cause.LOST)

    once, every = Count(), Count()
    jobs = scheduler(world, once.job("once", every=MINUTE), Job("names", "reads", MINUTE, MINUTE, every, each=True))
    with monkeypatch.context() as patch:
        for method in ("claim_run", "note_run"):
            patch.setattr(WriteTransaction, method, gone)
        await looked_and_done(jobs, world)
        assert (once.runs, every.runs) == (0, 1)
        await looked_and_done(jobs, world, seconds=1)
    assert (once.runs, every.runs) == (0, 1)
    await looked_and_done(jobs, world, seconds=5)
    assert (once.runs, every.runs) == (1, 1)


async def test_what_cannot_be_given_back_runs_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = asyncio.Event()

    async def for_ever() -> None:
        begun.set()
        await asyncio.Event().wait()

    async def gone(*arguments: object, **more: object) -> None:
        raise StoreUnavailable("writing", Cause.LOST)

    jobs = scheduler(world, Count(for_ever).job(every=MINUTE, limit=60 * MINUTE))
    each = Scheduler(world.ctx, jobs.tasks, (Job("names", "reads", MINUTE, MINUTE, Count(for_ever), each=True),))
    await jobs.look()
    await happens(begun)
    await each.look()
    await asyncio.sleep(0)
    monkeypatch.setattr(WriteTransaction, "give_back", gone)
    assert not await jobs.tasks.drain(0)
    (run,) = await runs_of(world)
    assert run.is_running(world.clock.now())


async def test_how_every_process_fares_is_noted_once_a_minute_and_whenever_it_changes(world: World) -> None:
    failing: list[Exception] = []

    async def sometimes() -> None:
        if failing:
            raise failing[0]

    jobs = scheduler(world, Job("names", "reads", SECOND, MINUTE, Count(sometimes), each=True))
    noted = []
    for second in range(70):
        failing[:] = [ZeroDivisionError()] if second == 20 else []
        await looked_and_done(jobs, world, seconds=1)
        (run,) = await runs_of(world)
        noted.append((run.fine, run.result))
    assert noted[:20] == [(True, "run 1")] * 20
    assert noted[20] == (False, "ZeroDivisionError")
    assert noted[21:69] == [(True, "run 22")] * 48
    (run,) = await runs_of(world)
    assert run.succeeded_at is not None


async def test_when_a_job_succeeded_last_and_is_due_next_is_measured(world: World) -> None:
    count = Count()
    job = count.job("measured", every=MINUTE)
    await looked_and_done(scheduler(world, job), world)
    at = world.clock.now()
    other = scheduler(world.again("other", alone=False), job)
    await looked_and_done(other, world, seconds=1)
    sample = REGISTRY.get_sample_value
    assert sample("configbot_job_last_success_timestamp_seconds", {"job": "measured"}) == at.timestamp()
    assert sample("configbot_job_next_run_timestamp_seconds", {"job": "measured"}) == (at + MINUTE).timestamp()
    assert count.runs == 1
