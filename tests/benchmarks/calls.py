"""How many calls to a config service a ``/deploy`` costs, with a warm index: to its card, and to apply it.

Counted on the wire of our registry with its demo data, over the same client that the bot uses.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
from structlog.testing import capture_logs

from bot.app import registry_client
from bot.demo import KEY
from bot.domain.outcomes import Applied, AwaitingApproval
from bot.features import dispatch
from bot.features.changes import approvals
from bot.features.dispatch import Speaker
from bot.grammar import parse
from bot.grammar.commands import Misunderstood
from bot.resolve.index import Index
from bot.services.registry.app import close as close_registry
from bot.services.registry.app import create_app as create_registry
from bot.services.registry.database import migrate as migrate_registry
from bot.services.registry.demo import seed_demo
from tests.benchmarks.rows import Row
from tests.builders import ADA, DEPLOYS, RAVI, World, make_world

LINE = "deploy config_x to production"


def run(_tiny: bool) -> list[Row]:
    """Four rows: reads to the card; reads, writes and reads back to apply."""
    with capture_logs():  # the rows are what is read here
        to_card, to_apply = asyncio.run(_count())
    write = next(position for position, method in enumerate(to_apply) if method != "GET")
    writes = [method for method in to_apply if method != "GET"]
    before, after = to_apply[:write], to_apply[write + 1 :]
    return [
        _row("reads to its card", to_card, 3),
        _row("reads to apply it, before the write", before, 2),
        _row("writes to apply it", writes, 1),
        _row("reads to apply it, after the write", after, 1),
    ]


def _row(what: str, calls: list[str], limit: int) -> Row:
    return Row(f"calls of a provider for /{LINE}: {what}", len(calls), "calls", "the limit", limit, 1)


async def _count() -> tuple[list[str], list[str]]:
    """The methods of the requests until the card stands, and of those from the last approval on."""
    calls: list[str] = []

    async def note(request: httpx.Request) -> None:
        calls.append(request.method)

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'registry.db'}"
        await migrate_registry(url)
        await seed_demo(url, datetime.now(UTC))
        service = create_registry(url, api_keys=[KEY.get_secret_value()])
        client = registry_client(service, KEY, {"request": [note]})
        world = await make_world(Path(folder))
        providers = {client.name: client}
        world.ctx = replace(world.ctx, providers=providers, index=Index(providers, world.clock))
        try:
            await world.ctx.index.refresh()
            calls.clear()
            change_id = await _asked(world)
            to_card = list(calls)
            calls.clear()
            applied = await approvals.approve(world.ctx, change_id, RAVI)
            assert isinstance(applied, Applied), applied
            return to_card, list(calls)
        finally:
            await world.store.close()
            await client.close()
            await close_registry(service)


async def _asked(world: World) -> str:
    parsed = parse(LINE)
    assert not isinstance(parsed, Misunderstood)
    came = await dispatch.run(world.ctx, parsed.readings, Speaker(ADA, DEPLOYS))
    assert isinstance(came, AwaitingApproval), came
    return came.change.id
