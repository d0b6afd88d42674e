"""Work that goes on: waited for, cancelled when it is too late, never failing unseen."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from bot.tasks import Tasks


async def test_what_runs_is_counted_until_it_is_done() -> None:
    tasks, go_on = Tasks(), asyncio.Event()

    async def work() -> None:
        await go_on.wait()

    assert tasks.spawn(work(), "work")
    assert len(tasks) == 1
    go_on.set()
    assert await tasks.drain(1)
    assert len(tasks) == 0


async def test_nothing_new_is_taken_once_the_end_has_begun() -> None:
    tasks = Tasks()
    ran: list[int] = []
    assert await tasks.drain(0)
    assert tasks.closed

    async def work() -> None:
        ran.append(1)

    assert not tasks.spawn(work(), "late")
    await asyncio.sleep(0)
    assert ran == []


async def test_what_takes_too_long_is_cancelled_and_said(logged: list[MutableMapping[str, Any]]) -> None:
    tasks, ended = Tasks(), []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(1)

    tasks.spawn(work(), "slow")
    assert not await tasks.drain(0.01)
    assert ended == [1]
    assert len(tasks) == 0
    assert [(entry["event"], entry["task"]) for entry in logged] == [("task.cancelled", "slow")]


async def test_what_fails_is_in_the_log(logged: list[MutableMapping[str, Any]]) -> None:
    tasks = Tasks()

    async def work() -> None:
        raise ZeroDivisionError

    tasks.spawn(work(), "broken")
    assert await tasks.drain(1)
    assert [(entry["event"], entry["task"]) for entry in logged] == [("task.failed", "broken")]
    assert isinstance(logged[0]["exc_info"], ZeroDivisionError)
