"""What tests of evaluations left running do again and again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.evaluations import RUNNING, Evaluation
from bot.domain.notices import EvaluationView, Reminder
from bot.features.reminders import left_running
from tests.builders import World

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
EVALS = "C0EVALS"


def runs(
    world: World, *, since: timedelta = timedelta(hours=5), config: str = "config_x", **changes: Any
) -> Evaluation:
    """An evaluation that runs and has been there for so long."""
    more = {"status": RUNNING, "created_at": world.clock.now() - since} | changes
    return world.provider.evaluated("support", config, 0.5, **more)


def becomes(world: World, run: Evaluation, status: str | None) -> None:
    """What an evaluation comes to behind our back; None removes it."""
    every = world.provider.runs[run.project_id]
    at = next(number for number, one in enumerate(every) if one.id == run.id)
    every[at : at + 1] = [] if status is None else [replace(every[at], status=status)]


def views(world: World) -> list[EvaluationView]:
    """Every state of every report on one evaluation, in order."""
    return [said.view for said in world.memo.reports() if isinstance(said.view, EvaluationView)]


async def reminder(world: World, run: Evaluation) -> Reminder:
    async with world.store.read() as tx:
        found = await tx.reminder(run.provider, run.id)
    assert found is not None
    return found


async def swept(world: World, *, after: timedelta = MINUTE) -> int:
    """How many evaluations a sweep says, a while later."""
    world.clock.move(after)
    return (await left_running.sweep(world.ctx)).reported
