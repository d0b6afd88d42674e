"""Services that the provider contract is tried on: for every kind of the catalog, each way to reach one."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from bot.clients import catalog
from bot.clients.base import ProviderClient
from bot.registry import app as registry
from bot.registry.database import migrate_blocking
from bot.registry.demo import seed_demo

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
    config = uvicorn.Config(_app(file), host="127.0.0.1", port=0, log_config=None, ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
        assert not serving.done(), "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    client = catalog.build("humanloop", "acorn", f"http://127.0.0.1:{port}/v4", SecretStr(key))
    try:
        yield client
    finally:
        await client.close()
        server.should_exit = True
        await serving


SERVICES: dict[str, dict[str, Reach]] = {
    "humanloop": {"registry in-process": registry_in_process, "registry over HTTP": registry_over_http},
}
"""Kind → ways to reach a service of that kind."""


def _app(file: Path) -> FastAPI:
    return registry.create_app(f"sqlite:///{file}", api_keys=[KEY], now=lambda: NOW)


def copied(original: Path, folder: Path) -> Path:
    """A copy of a database that nobody has open."""
    return Path(shutil.copy(original, folder / "registry.db"))
