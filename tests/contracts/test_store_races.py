"""What holds when many come at the same moment, and when one of them dies."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

from bot.domain.actors import Actor
from bot.domain.changes import Change, State
from bot.domain.notices import NoticeKind
from bot.store import Store
from tests.bot.store.builders import (
    MINUTE,
    MIRA,
    NOON,
    PRODUCTION,
    RAVI,
    TRIAGE,
    approval,
    card,
    change,
    entry,
)

ROOT = Path(__file__).parents[2]


async def test_of_a_hundred_saves_at_once_exactly_one_wins(store: Store) -> None:
    async with store.write() as tx:
        there = await tx.insert_change(change(), [])
        await tx.add_notice(card())
    assert there is not None

    async def approve(n: int) -> bool:
        async with store.write() as tx:
            moved = replace(there, state=State.APPROVED, lease_by=f"worker-{n}")
            return await tx.save(moved, State.WAITING, [entry(f"au-{n}")]) is not None

    results = await asyncio.gather(*(approve(n) for n in range(100)))
    assert sum(results) == 1
    async with store.read() as seen:
        (line,) = await seen.audit("ch-a")
        after = await seen.change("ch-a")
        assert after is not None
        assert (line.id, after.lease_by) == (f"au-{results.index(True)}", f"worker-{results.index(True)}")
        assert [notice.wanted for notice in await seen.due_notices(NOON)] == [2]


async def test_of_fifty_changes_at_once_one_becomes_open(store: Store) -> None:
    async def ask(n: int) -> bool:
        async with store.write() as tx:
            number = await tx.next_number()
            return await tx.insert_change(change(f"ch-{n}", number=number), [entry(f"au-{n}", f"ch-{n}")]) is not None

    results = await asyncio.gather(*(ask(n) for n in range(50)))
    assert sum(results) == 1
    async with store.read() as tx:
        (only,), total = await tx.changes()
        assert total == 1
        assert await tx.open_change(*TRIAGE.key, PRODUCTION.id) == only
        assert only.id == f"ch-{results.index(True)}"


async def test_numbers_given_out_at_once_are_all_different(store: Store) -> None:
    async def number() -> int:
        async with store.write() as tx:
            return await tx.next_number()

    numbers = await asyncio.gather(*(number() for _ in range(50)))
    assert sorted(numbers) == list(range(1, 51))


async def test_two_last_votes_at_once_approve_once(store: Store) -> None:
    async with store.write() as tx:
        await tx.insert_change(change(), [])

    async def vote(actor: Actor) -> bool:
        async with store.write() as tx:
            seen = await tx.change("ch-a")
            assert seen is not None
            if seen.state is not State.WAITING:
                return False
            await tx.add_decision(approval(actor))
            return await tx.save(replace(seen, state=State.APPROVED), State.WAITING, []) is not None

    assert sorted(await asyncio.gather(vote(RAVI), vote(MIRA))) == [False, True]
    async with store.read() as after:
        assert len(await after.decisions("ch-a")) == 1


async def test_the_same_person_voting_twice_at_once_is_heard_once(store: Store) -> None:
    async with store.write() as tx:
        await tx.insert_change(change(), [])

    async def vote() -> bool:
        async with store.write() as tx:
            return await tx.add_decision(approval())

    assert sum(await asyncio.gather(*(vote() for _ in range(10)))) == 1


async def test_of_twenty_who_would_say_a_notice_one_does(store: Store) -> None:
    async with store.write() as tx:
        await tx.add_notice(card())

    async def claim(n: int) -> bool:
        async with store.write() as tx:
            return await tx.claim_notice("no-card", f"worker-{n}", NOON + MINUTE, NOON) is not None

    assert sum(await asyncio.gather(*(claim(n) for n in range(20)))) == 1


async def test_two_scheduled_changes_that_come_due_at_once_do_not_both_open(store: Store) -> None:
    async with store.write() as tx:
        scheduled = [await tx.insert_change(change(name, state=State.SCHEDULED), []) for name in ("ch-a", "ch-b")]

    async def come_due(one: Change | None) -> bool:
        async with store.write() as tx:
            assert one is not None
            return await tx.save(replace(one, state=State.APPROVED), State.SCHEDULED, []) is not None

    assert sum(await asyncio.gather(*(come_due(one) for one in scheduled))) == 1


CHILD = """
import asyncio, os, sys
from bot.domain.changes import State
from bot.store import Store
from tests.bot.store.builders import *

async def ask(url, name):
    store = await Store.open(url, clock=FixedClock())
    for n in range(25):
        async with store.write() as tx:
            id = f"{name}-{n}"
            made = change(id, number=await tx.next_number(), state=State.APPLIED)
            await tx.insert_change(made, [entry(f"au-{id}", id)])
    await store.close()

async def die(url, name):
    store = await Store.open(url, clock=FixedClock())
    async with store.write() as tx:
        await tx.insert_change(change("ch-dead"), [entry("au-dead", "ch-dead")])
        await tx.add_notice(card("ch-dead"))
        await tx.next_number()
        print("written", flush=True)
        await asyncio.Event().wait()

asyncio.run(globals()[sys.argv[1]](sys.argv[2], sys.argv[3]))
"""


@asynccontextmanager
async def _child(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process for two minutes at most; at the end of the block it is killed if it still runs."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CHILD,
        *arguments,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(120):
            yield child
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.communicate()


async def test_two_processes_write_without_losing_or_doubling_anything(store: Store, migrated_url: str) -> None:
    async with _child("ask", migrated_url, "left") as left, _child("ask", migrated_url, "right") as right:
        assert [await child.wait() for child in (left, right)] == [0, 0]
    async with store.read() as tx:
        found, total = await tx.changes(limit=100)
        assert total == 50
        assert {one.number for one in found} == set(range(1, 51))
        assert all([len(await tx.audit(one.id)) == 1 for one in found])


async def test_a_process_killed_in_the_middle_leaves_nothing_half_written(store: Store, migrated_url: str) -> None:
    async with _child("die", migrated_url, "-") as child:
        assert child.stdout is not None
        assert (await child.stdout.readline()).strip() == b"written"
        child.send_signal(signal.SIGKILL)
        await child.wait()
    async with store.write() as tx:
        assert await tx.change("ch-dead") is None
        assert await tx.audit("ch-dead") == ()
        assert await tx.notice_for(NoticeKind.CARD, "ch-dead") is None
        assert await tx.insert_change(change("ch-next", number=await tx.next_number()), [])


async def test_a_reader_never_waits_for_a_writer(store: Store) -> None:
    async with store.write() as tx:
        await tx.insert_change(change(), [])
        async with asyncio.timeout(30), store.read() as other:
            assert await other.change("ch-a") is None
