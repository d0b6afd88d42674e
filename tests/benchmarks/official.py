"""Our Humanloop client beside the official one, `humanloop` 0.7.35: the same read, so many at once.

Ours makes sixteen calls at once and lets the others wait; the official one has no limit. So ours is measured at its own
limit as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from tests.benchmarks.clients import KEY, MANY, PROJECT, at_once, client_of, side_by_side
from tests.benchmarks.processes import served
from tests.benchmarks.rows import Benchmark, Figure, Measured, Size
from tests.benchmarks.services import one_answer
from tests.contracts.humanloop import DEPLOYMENTS

AT_ONCE = (16, MANY)


def figures(_size: Size) -> Sequence[Figure]:
    """Two figures: as many at once as ours makes, and a hundred."""
    return [Figure(f"reading what is live, {many} at once", "ms a call", "the official client", 1) for many in AT_ONCE]


def measure(size: Size) -> Sequence[Measured]:
    """Milliseconds of a call."""
    return asyncio.run(_measure(size))


async def _measure(size: Size) -> Sequence[Measured]:
    from humanloop import Humanloop  # large: what measures something else does not wait for it

    async with served(one_answer, DEPLOYMENTS) as url, client_of("acorn", url=f"{url}/v4", key=KEY) as ours:
        official: Any = Humanloop(api_key=KEY, host=f"{url}/v4")

        async def ask_ours() -> object:
            return await ours.served(PROJECT)

        async def ask_official() -> object:
            return await official.projects.alist_deployed_configs(id=PROJECT.id)

        return [await side_by_side(at_once(many), ask_ours, ask_official, size) for many in AT_ONCE]


BENCHMARK = Benchmark(figures, measure)
