"""The sweep for evaluations left running, of the whole bot, over a service in its own process that takes its time.

Its time is compared with what the calls alone take so many at once, its peak memory with that over a tenth of the
projects.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import httpx
from pydantic import SecretStr

from bot.clients import catalog
from bot.context import Context
from bot.features.reminders import left_running
from tests.benchmarks.app import app_here
from tests.benchmarks.processes import served
from tests.benchmarks.rows import Benchmark, Figure, Measured, Size
from tests.benchmarks.services import large_v4

EVALUATIONS = 10
"""Of each project."""

RUNNING_IN_EACH = 40
"""In every so-many-th project one of them runs."""

SLEEP = 0.05
"""Seconds that the service takes for evaluations."""

PACE = replace(left_running.PACE, seconds=600)
"""The product's, with time enough for a machine that does something else as well."""

PROVIDER = "acorn"
KEY = SecretStr("hl_sk_" + "0" * 48)


def projects(size: Size) -> int:
    """How many there are."""
    return size.of(20, 400, 2_000)


def figures(size: Size) -> Sequence[Figure]:
    """Four figures: the time beside what it cannot be below and beside bare calls, the calls, the memory."""
    many = projects(size)
    name = f"sweep over {many:,} projects with {many * EVALUATIONS:,} evaluations"
    timed = f"{name}, {SLEEP * 1000:.0f} ms per call"
    return [
        Figure(timed, "s", f"calls × {SLEEP * 1000:.0f} ms ÷ {PACE.calls} at once", 1.15),
        Figure(timed, "s", "bare httpx, as many at once", 1.15),
        Figure(f"{name}: calls", "calls", "one for each project", 1),
        Figure(f"{name}: peak memory", "MB", f"over {many // 10:,} projects", 1.5),
    ]


def measure(size: Size) -> Sequence[Measured]:
    """Seconds, calls, megabytes."""
    return asyncio.run(_measure(projects(size)))


async def _measure(many: int) -> Sequence[Measured]:
    few = many // 10
    async with served(large_v4, many, 0, EVALUATIONS, RUNNING_IN_EACH, 0.0, SLEEP) as slow:
        seconds, calls = await _timed(slow, many)
        bare = await _bare(slow, many)
    peaks = {}
    for count in (few, many):
        async with served(large_v4, count, 0, EVALUATIONS, RUNNING_IN_EACH, 0.0, 0.0) as quick:
            peaks[count] = await _peak(quick, count)
    return [(seconds, calls * SLEEP / PACE.calls), (seconds, bare), (calls, many), (peaks[many], peaks[few])]


async def _timed(url: str, many: int) -> tuple[float, int]:
    calls: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        calls.append(request)

    async with _bot(url, note) as ctx:
        calls.clear()
        began = perf_counter()
        await _sweep(ctx, many)
        return perf_counter() - began, len(calls)


async def _bare(url: str, many: int) -> float:
    """Seconds that the same calls take, so many at once, when nobody looks at what is answered."""
    queue = iter(range(many))
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=PACE.calls)) as client:

        async def work() -> None:
            for number in queue:
                (await client.get(f"{url}/projects/pr_{number:05}/evaluations")).raise_for_status()

        began = perf_counter()
        await asyncio.gather(*(work() for _ in range(PACE.calls)))
        return perf_counter() - began


async def _peak(url: str, many: int) -> float:
    """Megabytes that a sweep needs at its peak beyond what was there before."""

    async def nothing(_request: httpx.Request) -> None:
        return None

    async with _bot(url, nothing) as ctx:
        await _sweep(ctx, many)  # what is made once
        gc.collect()
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            await _sweep(ctx, many)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    return (peak - before) / 1_000_000


async def _sweep(ctx: Context, many: int) -> None:
    swept = await left_running.sweep(ctx, PACE)
    assert (swept.projects, swept.unreadable) == (many, 0), swept
    assert swept.running == -(-many // RUNNING_IN_EACH), swept


@asynccontextmanager
async def _bot(url: str, on_request: object) -> AsyncIterator[Context]:
    """The inside of a bot that has read the names of all projects."""
    client = catalog.build("humanloop", PROVIDER, url, KEY, event_hooks={"request": [on_request]})  # type: ignore[list-item]  # any callable
    with tempfile.TemporaryDirectory() as folder:
        async with app_here(Path(folder), [client]) as app:
            yield app.bot.ctx


BENCHMARK = Benchmark(figures, measure)
