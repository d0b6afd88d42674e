"""What our client costs on top of httpx: the same read, over loopback, one at a time and a hundred at once.

The client is the one that the bot makes of its settings. The service answers at once: whatever it took would be the
same on both sides, and make ours look cheaper than it is.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

import httpx

from bot.app import config_services
from bot.clients.base import ProviderClient
from bot.domain.names import Project
from bot.settings import ProviderSettings, Settings
from tests.benchmarks.processes import served
from tests.benchmarks.rows import Benchmark, Figure, Measured, Size
from tests.benchmarks.services import one_answer
from tests.contracts.humanloop import DEPLOYMENTS

BOUND = 1.3
PROJECT = Project("acorn", "pr_8QmVb2Zk0sTnYc4LxHdE7", "Refund triage")
KEY = "hl_sk_00112233445566778899aabbccddeeff0011223344556677"
MANY = 100

Ask = Callable[[], Awaitable[object]]
Take = Callable[[Ask, int], Awaitable[None]]


def figures(_size: Size) -> Sequence[Figure]:
    """Two figures: one call at a time, and a hundred at once."""
    return [
        Figure(f"reading what is live, {how}", "ms a call", "bare httpx", BOUND)
        for how in ("one at a time", f"{MANY} at once")
    ]


def measure(size: Size) -> Sequence[Measured]:
    """Milliseconds of a call."""
    return asyncio.run(_measure(size))


async def _measure(size: Size) -> Sequence[Measured]:
    limits = httpx.Limits(max_connections=MANY, max_keepalive_connections=MANY)
    headers = {"X-API-KEY": KEY, "Accept": "application/json"}
    async with (
        served(one_answer, DEPLOYMENTS) as url,
        client_of("acorn", url=f"{url}/v4", key=KEY) as ours,
        httpx.AsyncClient(headers=headers, limits=limits) as bare,
    ):

        async def ask_ours() -> object:
            return await ours.served(PROJECT)

        async def ask_bare() -> object:
            response = await bare.get(f"{url}/v4/projects/{PROJECT.id}/deployed-configs")
            return response.raise_for_status().json()

        return [await side_by_side(take, ask_ours, ask_bare, size) for take in (at_once(1), at_once(MANY))]


@asynccontextmanager
async def client_of(name: str, **provider: Any) -> AsyncIterator[ProviderClient]:
    """The client that the bot makes of the settings of a provider."""
    settings = Settings(_env_file=None, providers={name: ProviderSettings(**provider)})
    async with config_services(settings) as services:
        (client,) = services.clients
        yield client
        await client.close()


def at_once(many: int) -> Take:
    """Take so many calls, so many of them at the same moment."""

    async def take(ask: Ask, calls: int) -> None:
        left = iter(range(calls))

        async def work() -> None:
            for _ in left:
                await ask()

        await (work() if many == 1 else asyncio.gather(*(work() for _ in range(many))))

    return take


async def side_by_side(take: Take, ours: Ask, bare: Ask, size: Size) -> Measured:
    """The best milliseconds per call of both, taken in short turns: what else the machine does only adds to a time."""
    times: dict[Ask, list[float]] = {ours: [], bare: []}
    calls = size.of(4, MANY, MANY)
    for _ in range(size.of(1, 15, 30)):
        for ask, taken in times.items():
            gc.collect()
            start = perf_counter()
            await take(ask, calls)
            taken.append((perf_counter() - start) * 1000 / calls)
    return min(times[ours]), min(times[bare])


BENCHMARK = Benchmark(figures, measure)
