"""What a large organisation costs: lines, selects and the index over 2,000 projects of 20 configs each.

Lines are typed into the playground's Slack. Measured is what all of it takes of the processor until the answer stands
there: everything is in this process, and nothing waits. What a line takes that asks nobody, `help`, is taken off: it is
the same over any number of projects. The bot's clock stands still, so that its names count as just read: what it costs
to read them anew is a figure of its own.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import httpx
from pydantic import SecretStr

from bot.clients import catalog
from tests.benchmarks.app import App, Ear, app_here, registry_at
from tests.benchmarks.filled import CONFIGS, fill
from tests.benchmarks.processes import served
from tests.benchmarks.rows import LIMIT, Benchmark, Figure, Measured, Size
from tests.benchmarks.services import large_v4
from tests.scenarios.chat import ADA

LINES = (
    "project list 17",
    "project show Project 17",
    "config show v3 of 17",
    "config list Project 17",
    "config diff v3 of 17 with v4 of 17",
    "deployments",
    "deployments Project 17",
    "deploy v3 of 17 to prodction",
    "evaluations Project 17 running",
    "evaluations running",
    "explain deploy v5 of 17 to production",
    "changes Project 17",
)
"""Lines that look."""
FLOOR = "help"
MISTAKES = ("v3 fo 17x", "prject 19", "zzz")

LATENCY = 0.05
"""Seconds that a call of the slow service takes."""
CONCURRENCY = 8
"""Calls at once of an index refresh."""
SLACKS_PATIENCE = 3.0
"""Seconds that Slack waits for the options of a select."""
MOST_CALLS = 8


def projects(size: Size) -> tuple[int, int]:
    """How few and how many there are."""
    return size.of(52, 80, 200), size.of(60, 400, 2_000)


def figures(size: Size) -> Sequence[Figure]:
    """Four figures: lines, their calls, selects, the index."""
    small, large = projects(size)
    return [
        Figure(
            f"{len(LINES)} lines that look, {large:,} projects of {CONFIGS} configs, beyond what `{FLOOR}` takes",
            "ms of processor each",
            f"the same with {small:,} projects",
            2,
        ),
        Figure("most calls of a provider for one of them", "calls", LIMIT, 1),
        Figure("options of a select for a typing mistake, the slowest", "s", "a tenth of Slack's patience", 1),
        Figure(
            f"index refresh over {large:,} projects, {LATENCY * 1000:.0f} ms per call, {CONCURRENCY} at once",
            "s",
            "calls × time ÷ at once",
            1.15,
        ),
    ]


def measure(size: Size) -> Sequence[Measured]:
    """Milliseconds, calls, seconds."""
    return asyncio.run(_measure(*projects(size), rounds=size.of(1, 5, 20)))


async def _measure(small: int, large: int, rounds: int) -> Sequence[Measured]:
    with tempfile.TemporaryDirectory() as folder:
        few = await _lines(Path(folder) / "few", small, rounds)
        many = await _lines(Path(folder) / "many", large, rounds)
        refresh = await _refresh(Path(folder), large)
    return [
        (many.line_ms, few.line_ms),
        (many.most_calls, MOST_CALLS),
        (many.select_seconds, SLACKS_PATIENCE / 10),
        refresh,
    ]


class StoppedClock:
    """Names that were read once never grow old."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)

    def now(self) -> datetime:
        """The instant at which it was made."""
        return self._now


@dataclass(frozen=True, slots=True)
class _Measured:
    line_ms: float
    most_calls: int
    select_seconds: float


async def _lines(folder: Path, many: int, rounds: int) -> _Measured:
    await asyncio.to_thread(folder.mkdir)
    url = f"sqlite+aiosqlite:///{folder / 'registry.db'}"
    await fill(url, many)
    calls: list[str] = []

    async def note(request: httpx.Request) -> None:
        calls.append(request.method)

    async with registry_at(url, {"request": [note]}) as client, app_here(folder, [client], StoppedClock()) as app:
        most = 0
        for line in (FLOOR, *LINES):  # once for the count, and so that nothing is done for the first time below
            calls.clear()
            await _said(app, line)
            most = max(most, len(calls))
        took: dict[str, list[float]] = {line: [] for line in (FLOOR, *LINES)}
        for _ in range(rounds):
            for line, times in took.items():
                times.append(await _said(app, line))
        floor = median(took.pop(FLOOR))
        each = sum(median(times) for times in took.values()) / len(LINES)
        return _Measured(each - floor, most, await _slowest_select(app))


async def _said(app: App, line: str) -> float:
    """Milliseconds of the processor until a line is answered."""
    ear = Ear(app.workspace)
    try:
        began = process_time()
        await app.chat.say(ADA, f"/configbot {line}")
        await ear.answer()
        return (process_time() - began) * 1000
    finally:
        ear.close()
        await app.rests()


async def _slowest_select(app: App) -> float:
    """Seconds of the slowest query, each the quickest of five: what else the machine does is not measured."""
    await app.chat.say(ADA, "/deploy")
    form = await app.chat.modal(ADA, "Deploy")
    slowest = 0.0
    for query in MISTAKES:
        took = []
        for _ in range(5):
            began = perf_counter()
            await app.chat.offers(ADA, form, "pick.config", query)
            took.append(perf_counter() - began)
        slowest = max(slowest, min(took))
    return slowest


async def _refresh(folder: Path, many: int) -> Measured:
    """The index of a whole bot read anew from a service that takes its time for every call."""
    calls: list[str] = []

    async def note(request: httpx.Request) -> None:
        calls.append(request.method)

    async with served(large_v4, many, CONFIGS, 0, 1, LATENCY, LATENCY) as url:
        client = catalog.build("humanloop", "slow", url, SecretStr("hl_sk_slow"), event_hooks={"request": [note]})
        async with app_here(folder, [client]) as app:
            calls.clear()
            began = perf_counter()
            await app.bot.ctx.index.refresh()
            seconds = perf_counter() - began
            assert len(app.bot.ctx.index.entries()) == many, "everything is read"
    return seconds, len(calls) * LATENCY / CONCURRENCY


BENCHMARK = Benchmark(figures, measure)
