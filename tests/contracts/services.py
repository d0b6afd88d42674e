"""Services that the provider contract is tried on: for every kind of the catalog, each way to reach one."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from bot.clients import catalog
from bot.clients.base import ProviderClient
from bot.services import launchdarkly
from bot.services.registry import app as registry
from bot.services.registry.database import migrate_blocking
from bot.services.registry.demo import seed_demo
from tests.waiting import started

KEY = "hl_sk_00112233445566778899aabbccddeeff0011223344556677"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

Reach = Callable[[Path, str], AbstractAsyncContextManager[ProviderClient]]
"""From the demo registry's database file and the key that the client uses to a client of a service made of them."""


def demo_database(folder: Path) -> Path:
    """The file of a registry with the demo organisation, to be copied for every test."""
    file = folder / "registry.db"
    migrate_blocking(f"sqlite:///{file}")
    asyncio.run(seed_demo(f"sqlite:///{file}", NOW))
    return file


QUIET: dict[str, Any] = {"log_config": None, "ws": "none", "timeout_graceful_shutdown": 5}
"""How a service serves: without a log, and not waiting for ever for a client that does not read its answer."""


@asynccontextmanager
async def registry_in_process(file: Path, key: str) -> AsyncIterator[ProviderClient]:
    """The registry as an ASGI app, without a port."""
    app = _app(file)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = catalog.build("humanloop", "acorn", "http://registry.invalid/v4", SecretStr(key), transport=transport)
    try:
        yield client
    finally:
        await client.close()
        await registry.close(app)


@asynccontextmanager
async def registry_over_http(file: Path, key: str) -> AsyncIterator[ProviderClient]:
    """The registry behind uvicorn."""
    config = uvicorn.Config(_app(file), host="127.0.0.1", port=0, **QUIET)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await started(server, serving)
    port = server.servers[0].sockets[0].getsockname()[1]
    client = catalog.build("humanloop", "acorn", f"http://127.0.0.1:{port}/v4", SecretStr(key))
    try:
        yield client
    finally:
        await client.close()
        server.should_exit = True
        await serving


@asynccontextmanager
async def launchdarkly_in_process(_: Path, key: str) -> AsyncIterator[ProviderClient]:
    """LaunchDarkly's demo account without a port, and without approvals that it demands."""
    world = _account()
    transport = httpx.ASGITransport(launchdarkly.create_app(world), raise_app_exceptions=False)
    client = _of_launchdarkly("http://launchdarkly.invalid", key, transport=transport)
    try:
        yield client
    finally:
        await client.close()
        world.close()


@asynccontextmanager
async def launchdarkly_over_http(_: Path, key: str) -> AsyncIterator[ProviderClient]:
    """The same behind uvicorn."""
    world = _account()
    async with served(launchdarkly.create_app(world)) as url:
        client = _of_launchdarkly(url, key)
        try:
            yield client
        finally:
            await client.close()
    world.close()


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """An app behind uvicorn: its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", **QUIET))
    serving = asyncio.create_task(server.serve())
    await started(server, serving)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


def _account() -> launchdarkly.World:
    world = launchdarkly.demo_world(KEY, "another-token", now=lambda: NOW)
    launchdarkly.ExternalActor(world, launchdarkly.PROJECT).gate(launchdarkly.GATED, None)
    return world


def _of_launchdarkly(url: str, key: str, **more: Any) -> ProviderClient:
    return catalog.build("launchdarkly", "acorn", url, SecretStr(key), project=launchdarkly.PROJECT, **more)


SERVICES: dict[str, dict[str, Reach]] = {
    "humanloop": {"registry in-process": registry_in_process, "registry over HTTP": registry_over_http},
    "launchdarkly": {
        "LaunchDarkly in-process": launchdarkly_in_process,
        "LaunchDarkly over HTTP": launchdarkly_over_http,
    },
}
"""Kind → ways to reach a service of that kind."""


@dataclass(frozen=True)
class Sample:
    """What the demo organisation of a service holds: two projects, and what the first of them has live where."""

    project: str
    another: str
    live: Mapping[str, str]
    """Config by environment."""
    candidate: str
    """A config that is live in none of these."""
    default: str | None = None
    """The default environment."""


SAMPLES = {
    "humanloop": Sample(
        "Support reply", "Refund triage", {"production": "config_w", "staging": "config_w"}, "config_x", "production"
    ),
    "launchdarkly": Sample(
        "Support assistant",
        "Billing explainer",
        {"Production": "Warm, first", "Staging": "Warm, shorter"},
        "Terse",
    ),
}
"""Kind → what there is."""

CAPABILITIES = {
    kind: catalog.build(
        kind, "acorn", "http://nowhere.invalid", SecretStr(KEY), project="x" if kind in catalog.WITH_PROJECT else None
    ).capabilities
    for kind in catalog.KINDS
}
"""Kind → what it can do."""


def _app(file: Path) -> FastAPI:
    return registry.create_app(f"sqlite:///{file}", api_keys=[KEY], now=lambda: NOW)


def copied(original: Path, folder: Path) -> Path:
    """A copy of a database that nobody has open."""
    return Path(shutil.copy(original, folder / "registry.db"))
