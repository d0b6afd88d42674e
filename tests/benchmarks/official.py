"""Our Humanloop client beside the official one, `humanloop` 0.7.35: the same read, a hundred at once."""

from __future__ import annotations

import asyncio
from typing import Any

from humanloop import Humanloop
from pydantic import SecretStr

from bot.clients import catalog
from tests.benchmarks.clients import AT_ONCE, KEY, PROJECT, at_once, side_by_side
from tests.benchmarks.rows import Row
from tests.contracts.humanloop import DEPLOYMENTS
from tests.faulty import in_own_process


def run(tiny: bool) -> list[Row]:
    """One row."""
    with in_own_process(DEPLOYMENTS) as url:
        return asyncio.run(_measure(f"{url}/v4", tiny))


async def _measure(url: str, tiny: bool) -> list[Row]:
    ours = catalog.build("humanloop", "acorn", url, SecretStr(KEY))
    official: Any = Humanloop(api_key=KEY, host=url)

    async def ask_ours() -> object:
        return await ours.served(PROJECT)

    async def ask_official() -> object:
        return await official.projects.alist_deployed_configs(id=PROJECT.id)

    measured, baseline = await side_by_side(at_once, ask_ours, ask_official, tiny)
    await ours.close()
    figure = f"reading what is live, {AT_ONCE} at once"
    return [Row(figure, measured, "ms a call", "the official client", baseline, 1)]
