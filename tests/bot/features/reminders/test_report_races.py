"""Reports about evaluations are said once by however many processes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.evaluations import RUNNING
from bot.domain.notices import Reminder
from bot.domain.outcomes import Snoozed
from bot.domain.reminder_hours import Snooze
from bot.features.reminders import left_running, switches
from bot.store import ReadTransaction
from tests.builders import NOON, RAVI, World

HOUR = timedelta(hours=1)


async def test_the_end_of_a_snooze_is_said_once_by_two_processes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.provider.evaluated("support", "config_x", 0.9, status=RUNNING, created_at=NOON - timedelta(days=2))
    one, other = (world.again(owner, evaluations_channel="C0EVALS").ctx for owner in ("one", "other"))
    await left_running.sweep(one)
    assert isinstance(await switches.snooze(one, "main:ev_0_config_x", RAVI, Snooze.HOUR), Snoozed)
    world.clock.move(HOUR)
    posted = sum(not said.edited for said in world.memo.reports())
    read, has_read, may_go_on = ReadTransaction.reminder, asyncio.Event(), asyncio.Event()

    async def then_dawdles(self: ReadTransaction, provider: str, evaluation_id: str) -> Reminder | None:
        found = await read(self, provider, evaluation_id)
        has_read.set()
        await may_go_on.wait()
        return found

    monkeypatch.setattr(ReadTransaction, "reminder", then_dawdles)
    late = asyncio.create_task(left_running.sweep(other))
    await asyncio.wait_for(has_read.wait(), 10)
    monkeypatch.setattr(ReadTransaction, "reminder", read)
    await left_running.sweep(one)
    assert isinstance(await switches.snooze(one, "main:ev_0_config_x", RAVI, Snooze.HOUR), Snoozed)
    may_go_on.set()
    await asyncio.wait_for(late, 10)

    assert sum(not said.edited for said in world.memo.reports()) == posted + 1
    async with world.store.read() as tx:
        reminder = await tx.reminder("main", "ev_0_config_x")
    assert reminder is not None
    assert reminder.snoozed_until is not None
