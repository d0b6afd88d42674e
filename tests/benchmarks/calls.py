"""How many calls to a config service a ``/deploy`` costs, with a warm index: to its card, and to apply it.

Typed and approved in Slack, counted on the wire of the registry with its demo data.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import httpx

from tests.benchmarks.app import App, app_here, demo_registry, registry_at
from tests.benchmarks.rows import LIMIT, Benchmark, Figure, Measured, Size
from tests.scenarios.chat import RAVI

LINE = "/deploy config_x to production"
COUNTS = {
    "reads to its card": 3,
    "reads to apply it, before the write": 2,
    "writes to apply it": 1,
    "reads to apply it, after the write": 1,
}
"""What is counted, and the limit."""


def figures(_size: Size) -> Sequence[Figure]:
    """Four figures: reads to the card; reads, writes and reads back to apply."""
    return [Figure(f"calls of a provider for {LINE}: {what}", "calls", LIMIT, 1) for what in COUNTS]


def measure(_size: Size) -> Sequence[Measured]:
    """Count."""
    to_card, to_apply = asyncio.run(_count())
    assert set(to_card) == {"GET"}, to_card
    write = next(position for position, method in enumerate(to_apply) if method != "GET")
    writes = sum(method != "GET" for method in to_apply)
    counted = len(to_card), write, writes, len(to_apply) - write - writes
    return list(zip(counted, COUNTS.values(), strict=True))


async def _count() -> tuple[list[str], list[str]]:
    """The methods of the requests until the card stands, and of those from the approval on."""
    calls: list[str] = []

    async def note(request: httpx.Request) -> None:
        calls.append(request.method)

    with tempfile.TemporaryDirectory() as name:
        url = await demo_registry(Path(name))
        async with registry_at(url, {"request": [note]}) as client, app_here(Path(name), [client]) as app:
            return await counted(app, LINE, calls)


async def counted(app: App, line: str, calls: list[str]) -> tuple[list[str], list[str]]:
    """The calls until the card of a line stands, and those from its approval on; `calls` grows with each call."""
    await app.rests()
    calls.clear()
    card = await app.chat.asks(line)
    await app.rests()
    to_card = list(calls)
    calls.clear()
    await app.chat.press(RAVI, card, "Approve")
    await app.chat.card_says(card, "Read back and found true")
    await app.rests()
    return to_card, list(calls)


BENCHMARK = Benchmark(figures, measure)
