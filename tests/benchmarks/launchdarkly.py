"""LaunchDarkly: the calls that a deploy costs, and our client beside bare httpx and the official `launchdarkly-api`.

A hundred reads of an AI Config at once and a hundred moves of a default rule at once, at a service that takes 20 ms for
each. Ours has the connections that it has in the bot, bare httpx a hundred; the official client waits, so it is called
in the threads that asyncio has for that.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import launchdarkly_api as official
from launchdarkly_api.api.agent_control_api import AgentControlApi
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.clients import catalog
from bot.clients.base import ProviderClient
from bot.clients.launchdarkly.operations import SEMANTIC_PATCH
from bot.domain.names import Config, Environment, Project
from bot.domain.outcomes import Applied, AwaitingApproval
from bot.features import dispatch
from bot.features.changes import approvals
from bot.features.dispatch import Speaker
from bot.grammar import parse
from bot.grammar.commands import Misunderstood
from bot.resolve.index import Index
from bot.services import launchdarkly as service
from tests.benchmarks.clients import AT_ONCE, REACH, Ask, at_once, side_by_side
from tests.benchmarks.rows import Row
from tests.builders import ADA, DEPLOYS, RAVI, make_world
from tests.contracts.launchdarkly import AI_CONFIG, EVERYTHING, WARM
from tests.faulty import in_own_process

KEY = "api-0000"
LINE = "deploy terse of support-assistant to production"
SUPPORT = Project("shop", "support-reply", "Support reply")
STAGING = Environment("shop", "staging", "Staging")
VARIATION = Config("shop", SUPPORT.id, "config_x", "x", "1")
SLOW = 0.02
"""Seconds that the service takes for an answer."""


def run(tiny: bool) -> list[Row]:
    """Two rows of calls, two of reads, two of moves."""
    with capture_logs():  # the rows are what is read here
        to_card, to_apply = asyncio.run(_count())
    limit = f"calls of LaunchDarkly for /{LINE}"
    rows = [
        Row(f"{limit}: to its card", to_card, "calls", "the limit", 3, 1),
        Row(f"{limit}: to apply it and read it back", to_apply, "calls", "the limit", 3, 1),
    ]
    with in_own_process(AI_CONFIG, SLOW) as url:
        rows += asyncio.run(_reads(url, tiny))
    with in_own_process(EVERYTHING, SLOW) as url:
        rows += asyncio.run(_moves(url, tiny))
    return rows


async def _count() -> tuple[int, int]:
    """The requests until the card stands, and those from the last approval on."""
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
    with tempfile.TemporaryDirectory() as folder:
        bot = await make_world(Path(folder))
        providers = {client.name: client}
        bot.ctx = replace(bot.ctx, providers=providers, index=Index(providers, bot.clock))
        try:
            await bot.ctx.index.refresh()
            calls.clear()
            parsed = parse(LINE)
            assert not isinstance(parsed, Misunderstood)
            asked = await dispatch.run(bot.ctx, parsed.readings, Speaker(ADA, DEPLOYS))
            assert isinstance(asked, AwaitingApproval), asked
            to_card = len(calls)
            applied = await approvals.approve(bot.ctx, asked.change.id, RAVI)
            assert isinstance(applied, Applied), applied
            return to_card, len(calls) - to_card
        finally:
            await bot.store.close()
            await client.close()
            world.close()


def _ours(url: str) -> ProviderClient:
    return catalog.build("launchdarkly", "shop", url, SecretStr(KEY), project="shop")


def _bare() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    headers = {"Authorization": KEY, "LD-API-Version": "20240415", "Accept": "application/json"}
    return httpx.AsyncClient(headers=headers, limits=limits)


def _official(url: str) -> AgentControlApi:
    configuration = official.Configuration(host=url, api_key={"ApiKey": KEY})
    configuration.connection_pool_maxsize = AT_ONCE
    return AgentControlApi(official.ApiClient(configuration))


def _in_threads(call: Callable[[], object]) -> Ask:
    async def ask() -> object:
        return await asyncio.to_thread(call)

    return ask


async def _reads(url: str, tiny: bool) -> list[Row]:
    ours, theirs, path = _ours(url), _official(url), f"{url}/api/v2/projects/shop/ai-configs/support-reply"

    async def ask_ours() -> object:
        return await ours.project(SUPPORT)

    async with _bare() as bare:

        async def ask_bare() -> object:
            return (await bare.get(path)).raise_for_status().json()

        def ask_official() -> object:
            return theirs.get_ai_config("shop", SUPPORT.id)

        figure = f"reading an AI Config, {AT_ONCE} at once, {SLOW * 1000:g} ms at the service"
        rows = await _beside(figure, ask_ours, ask_bare, ask_official, tiny)
    await ours.close()
    return rows


async def _moves(url: str, tiny: bool) -> list[Row]:
    ours, theirs = _ours(url), _official(url)
    await ours.served(SUPPORT)
    path = f"{url}/api/v2/projects/shop/ai-configs/support-reply/targeting"
    instructions = [{"kind": "updateFallthroughVariationOrRollout", "variationId": WARM}]
    body = {"environmentKey": STAGING.id, "instructions": instructions, "comment": "ch-1"}
    patch = official.AIConfigTargetingPatch.from_dict(body)

    async def ask_ours() -> object:
        return await ours.serve(SUPPORT, STAGING, VARIATION, comment="ch-1")

    async with _bare() as bare:

        async def ask_bare() -> object:
            answer = await bare.patch(path, json=body, headers={"Content-Type": SEMANTIC_PATCH})
            return answer.raise_for_status().json()

        def ask_official() -> object:
            return theirs.patch_ai_config_targeting("shop", SUPPORT.id, patch, _content_type=SEMANTIC_PATCH)

        figure = f"moving a default rule, {AT_ONCE} at once, {SLOW * 1000:g} ms at the service"
        rows = await _beside(figure, ask_ours, ask_bare, ask_official, tiny)
    await ours.close()
    return rows


async def _beside(figure: str, ours: Ask, bare: Ask, theirs: Callable[[], object], tiny: bool) -> list[Row]:
    measured, baseline = await side_by_side(at_once, ours, bare, tiny)
    again, others = await side_by_side(at_once, ours, _in_threads(theirs), tiny)
    return [
        Row(figure, measured, "ms a call", "bare httpx", baseline, REACH),
        Row(figure, again, "ms a call", "the official client", others, 1),
    ]
