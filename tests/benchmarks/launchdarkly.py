"""LaunchDarkly: the calls that a deploy costs, and our client beside bare httpx and the official `launchdarkly-api`.

The calls are those of the whole bot at the playground's LaunchDarkly. The client is the one that the bot makes of its
settings: a hundred reads of an AI Config at once and a hundred moves of a default rule at once, at a service that takes
20 ms for each. Ours has the connections that it has in the bot, bare httpx a hundred; the official client waits, so it
is called in the threads that asyncio has for that.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from bot.clients import catalog
from bot.clients.launchdarkly.operations import SEMANTIC_PATCH
from bot.domain.names import Config, Environment, Project
from bot.services import launchdarkly as service
from tests.benchmarks.app import app_here
from tests.benchmarks.calls import counted
from tests.benchmarks.clients import BOUND, MANY, Ask, at_once, client_of, side_by_side
from tests.benchmarks.processes import served
from tests.benchmarks.rows import LIMIT, Benchmark, Figure, Measured, Size
from tests.benchmarks.services import one_answer
from tests.contracts.launchdarkly import AI_CONFIG, EVERYTHING, WARM

KEY = "api-0000"
LINE = "/deploy terse of support-assistant to production"
SUPPORT = Project("shop", "support-reply", "Support reply")
STAGING = Environment("shop", "staging", "Staging")
VARIATION = Config("shop", SUPPORT.id, "config_x", "x", "1")
SLOW = 0.02
"""Seconds that the service takes for an answer."""
CALLS = {"to its card": 3, "to apply it and read it back": 3}
"""What is counted, and the limit."""


def figures(_size: Size) -> Sequence[Figure]:
    """Two figures of calls, two of reads, two of moves."""
    return [
        *(Figure(f"calls of LaunchDarkly for {LINE}: {what}", "calls", LIMIT, 1) for what in CALLS),
        *(
            Figure(f"{what}, {MANY} at once, {SLOW * 1000:g} ms at the service", "ms a call", baseline, bound)
            for what in ("reading an AI Config", "moving a default rule")
            for baseline, bound in (("bare httpx", BOUND), ("the official client", 1))
        ),
    ]


def measure(size: Size) -> Sequence[Measured]:
    """Count, then milliseconds of a call."""
    counts = zip(asyncio.run(_count()), CALLS.values(), strict=True)
    return [*counts, *asyncio.run(_reads(size)), *asyncio.run(_moves(size))]


async def _count() -> tuple[int, int]:
    """The requests until the card stands, and those from the approval on."""
    world = service.demo_world(KEY, "another", now=lambda: datetime.now(UTC))
    service.ExternalActor(world, service.PROJECT).gate(service.GATED, None)
    calls: list[str] = []

    async def note(request: httpx.Request) -> None:
        calls.append(request.method)

    client = catalog.build(
        "launchdarkly",
        "shop",
        "http://launchdarkly.invalid",
        SecretStr(KEY),
        project=service.PROJECT,
        transport=httpx.ASGITransport(service.create_app(world)),
        event_hooks={"request": [note]},
    )
    try:
        with tempfile.TemporaryDirectory() as folder:
            async with app_here(Path(folder), [client]) as app:
                to_card, to_apply = await counted(app, LINE, calls)
                return len(to_card), len(to_apply)
    finally:
        world.close()


def _bare() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=MANY, max_keepalive_connections=MANY)
    headers = {"Authorization": KEY, "LD-API-Version": "20240415", "Accept": "application/json"}
    return httpx.AsyncClient(headers=headers, limits=limits)


def _official(url: str) -> Any:
    import launchdarkly_api as official  # large: what measures something else does not wait for it
    from launchdarkly_api.api.agent_control_api import AgentControlApi

    configuration = official.Configuration(host=url, api_key={"ApiKey": KEY})
    configuration.connection_pool_maxsize = MANY
    return AgentControlApi(official.ApiClient(configuration))


def _in_threads(call: Callable[[], object]) -> Ask:
    async def ask() -> object:
        return await asyncio.to_thread(call)

    return ask


async def _reads(size: Size) -> Sequence[Measured]:
    async with (
        served(one_answer, AI_CONFIG, SLOW) as url,
        client_of("shop", kind="launchdarkly", url=url, key=KEY, project="shop") as ours,
        _bare() as bare,
    ):
        theirs = _official(url)

        async def ask_ours() -> object:
            return await ours.project(SUPPORT)

        async def ask_bare() -> object:
            return (await bare.get(f"{url}/api/v2/projects/shop/ai-configs/support-reply")).raise_for_status().json()

        def ask_official() -> object:
            return theirs.get_ai_config("shop", SUPPORT.id)

        return await _beside(ask_ours, ask_bare, ask_official, size)


async def _moves(size: Size) -> Sequence[Measured]:
    from launchdarkly_api import AIConfigTargetingPatch

    instructions = [{"kind": "updateFallthroughVariationOrRollout", "variationId": WARM}]
    body = {"environmentKey": STAGING.id, "instructions": instructions, "comment": "ch-1"}
    async with (
        served(one_answer, EVERYTHING, SLOW) as url,
        client_of("shop", kind="launchdarkly", url=url, key=KEY, project="shop") as ours,
        _bare() as bare,
    ):
        patch = AIConfigTargetingPatch.from_dict(body)
        theirs, path = _official(url), f"{url}/api/v2/projects/shop/ai-configs/support-reply/targeting"
        await ours.served(SUPPORT)

        async def ask_ours() -> object:
            return await ours.serve(SUPPORT, STAGING, VARIATION, comment="ch-1")

        async def ask_bare() -> object:
            answer = await bare.patch(path, json=body, headers={"Content-Type": SEMANTIC_PATCH})
            return answer.raise_for_status().json()

        def ask_official() -> object:
            return theirs.patch_ai_config_targeting("shop", SUPPORT.id, patch, _content_type=SEMANTIC_PATCH)

        return await _beside(ask_ours, ask_bare, ask_official, size)


async def _beside(ours: Ask, bare: Ask, theirs: Callable[[], object], size: Size) -> Sequence[Measured]:
    take = at_once(MANY)
    return [await side_by_side(take, ours, bare, size), await side_by_side(take, ours, _in_threads(theirs), size)]


BENCHMARK = Benchmark(figures, measure)
