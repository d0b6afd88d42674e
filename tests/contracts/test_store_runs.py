"""What the store promises about the runs of jobs, on every database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.domain.jobs import JobRun
from bot.store import Store
from tests.bot.store.builders import DAY, MINUTE, NOON, card

SECOND = timedelta(seconds=1)


def run(owner: str = "one", due_after: timedelta = timedelta(0), **different: object) -> JobRun:
    """The sweep, due at noon, in the hands of a process for a minute."""
    due = NOON + due_after
    return replace(JobRun("sweep", "", due, owner, due + MINUTE, due), **different)  # type: ignore[arg-type]  # whatever a test names


async def test_an_occasion_is_taken_in_hand_once(store: Store) -> None:
    async with store.write() as tx:
        assert await tx.claim_run(run()) is None
        assert await tx.claim_run(run("two")) == run()
        assert await tx.claim_run(run("two", job="other")) is None
    async with store.read() as tx:
        assert await tx.job_runs() == (run("two", job="other"), run())


async def test_of_fifty_processes_at_once_one_gets_it(store: Store) -> None:
    async def claim(n: int) -> bool:
        async with store.write() as tx:
            return await tx.claim_run(run(f"worker-{n}")) is None

    for occasion in range(3):
        results = await asyncio.gather(*(claim(n) for n in range(50)))
        assert sum(results) == (1 if occasion == 0 else 0)


async def test_what_ended_well_is_known_until_it_ends_well_again(store: Store) -> None:
    ended = run(ended_at=NOON + SECOND, fine=True, result="3 settled\0")
    later = run("two", MINUTE)
    async with store.write() as tx:
        await tx.claim_run(run())
        assert await tx.end_run(ended)
        assert not await tx.end_run(ended)
        assert await tx.claim_run(later) is None
        assert await tx.end_run(replace(later, ended_at=NOON + 2 * MINUTE, fine=False, result="timed out"))
    async with store.read() as tx:
        (found,) = await tx.job_runs()
    assert (found.owner, found.fine, found.result) == ("two", False, "timed out")
    assert found.succeeded_at == NOON + SECOND


async def test_a_run_that_died_is_taken_over_and_its_owner_writes_nothing_more(store: Store) -> None:
    taken = run("two", started_at=NOON + MINUTE, claimed_until=NOON + 2 * MINUTE)
    async with store.write() as tx:
        await tx.claim_run(run())
        assert await tx.claim_run(replace(taken, started_at=NOON + MINUTE - SECOND)) == run()
        assert await tx.claim_run(taken) is None
        assert not await tx.end_run(replace(run(), ended_at=NOON + MINUTE, fine=True))
        await tx.give_back(run(), NOON)
        assert await tx.job_runs() == (taken,)


async def test_who_is_alone_knows_that_the_others_died(store: Store) -> None:
    async with store.write() as tx:
        await tx.claim_run(run())
        assert await tx.claim_run(run("two"), alone=True) is None
        assert await tx.claim_run(run("two", SECOND), alone=True) == run("two")


async def test_what_is_given_back_can_be_taken_at_once(store: Store) -> None:
    async with store.write() as tx:
        await tx.claim_run(run())
        await tx.give_back(run(), NOON)
        assert await tx.claim_run(run("two")) is None


async def test_every_process_has_a_run_of_its_own_until_it_is_gone(store: Store) -> None:
    async with store.write() as tx:
        for process in ("one", "two"):
            await tx.note_run(run(process, process=process))
        await tx.note_run(run("one", MINUTE, process="one", fine=True))
        await tx.claim_run(run("one", job="shared"))
        assert [each.due for each in await tx.job_runs() if each.job == "sweep"] == [NOON, NOON + MINUTE]
        assert await tx.forget_processes(NOON + DAY + SECOND) == 1
        assert await tx.forget_processes(NOON + 2 * DAY) == 1
        assert [each.job for each in await tx.job_runs()] == ["shared"]


async def test_it_is_known_whether_somebody_else_has_a_message_in_hand(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_notice(card())
        assert not await tx.held_by_others("one")
        await tx.claim_notice("no-card", "one", NOON + MINUTE, NOON)
        assert not await tx.held_by_others("one")
        assert await tx.held_by_others("two")
