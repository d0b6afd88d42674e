"""What our client costs on top of httpx: the same read, over loopback, one at a time and a hundred at once."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from time import perf_counter

import httpx
from pydantic import SecretStr

from bot.clients import catalog
from bot.domain.names import Project
from tests.benchmarks.rows import Row
from tests.contracts.humanloop import DEPLOYMENTS
from tests.faulty import in_own_process

REACH = 1.3
PROJECT = Project("acorn", "pr_8QmVb2Zk0sTnYc4LxHdE7", "Refund triage")
KEY = "hl_sk_00112233445566778899aabbccddeeff0011223344556677"
AT_ONCE = 100

Ask = Callable[[], Awaitable[object]]


def run(tiny: bool) -> list[Row]:
    """Two rows: one call at a time, and a hundred at once."""
    with in_own_process(DEPLOYMENTS) as url:
        return asyncio.run(_measure(f"{url}/v4", tiny))


async def _measure(url: str, tiny: bool) -> list[Row]:
    ours = catalog.build("humanloop", "acorn", url, SecretStr(KEY))
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    headers = {"X-API-KEY": KEY, "Accept": "application/json"}
    async with httpx.AsyncClient(headers=headers, limits=limits) as bare:

        async def ask_ours() -> object:
            return await ours.served(PROJECT)

        async def ask_bare() -> object:
            response = await bare.get(f"{url}/projects/{PROJECT.id}/deployed-configs")
            return response.raise_for_status().json()

        rows = []
        for figure, take in (
            ("reading what is live, one at a time", one_at_a_time),
            (f"reading what is live, {AT_ONCE} at once", at_once),
        ):
            measured, baseline = await side_by_side(take, ask_ours, ask_bare, tiny)
            rows.append(Row(figure, measured, "ms a call", "bare httpx", baseline, REACH))
    await ours.close()
    return rows


async def one_at_a_time(ask: Ask) -> None:
    """A hundred calls, one after the other."""
    for _ in range(AT_ONCE):
        await ask()


async def at_once(ask: Ask) -> None:
    """A hundred calls at the same moment."""
    await asyncio.gather(*(ask() for _ in range(AT_ONCE)))


async def side_by_side(take: Callable[[Ask], Awaitable[None]], ours: Ask, bare: Ask, tiny: bool) -> tuple[float, float]:
    """The best milliseconds per call of both, taken in short turns: what else the machine does only adds to a time."""
    times: dict[Ask, list[float]] = {ours: [], bare: []}
    for _ in range(1 if tiny else 30):
        for ask, taken in times.items():
            gc.collect()
            start = perf_counter()
            await take(ask)
            taken.append((perf_counter() - start) * 1000 / AT_ONCE)
    return min(times[ours]), min(times[bare])
