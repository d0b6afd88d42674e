"""Our registry beside a bare endpoint of the same framework that does one query, over the same database."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.services.registry import tables
from bot.services.registry.app import close as close_registry
from bot.services.registry.app import create_app as create_registry
from bot.services.registry.identifiers import PRODUCTION_ID
from tests.benchmarks.filled import CONFIGS, fill
from tests.benchmarks.rows import Benchmark, Figure, Measured, Size


def projects(size: Size) -> int:
    """How many it holds."""
    return size.of(8, 400, 2_000)


def figures(size: Size) -> Sequence[Figure]:
    """Two figures: reading and writing."""
    bare, held = "a bare FastAPI and SQLAlchemy endpoint, one", f"of {projects(size):,}"
    return [
        Figure(f"registry: 50 projects {held} and what they have live", "ms", f"{bare} query", 4),
        Figure("registry: a config deployed", "ms", f"{bare} update", 4),
    ]


def measure(size: Size) -> Sequence[Measured]:
    """Milliseconds of a call."""
    return asyncio.run(_measure(projects(size), size.of(2, 100, 200)))


async def _measure(many: int, rounds: int) -> Sequence[Measured]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'registry.db'}"
        await fill(url, many)
        engine = create_async_engine(url)
        service = create_registry(url, api_keys=["key"])
        try:
            async with _http(_bare(engine)) as plain, _http(service) as ours:
                return [
                    await _both(
                        rounds,
                        lambda _: ours.get("/v4/projects?size=50"),
                        lambda _: plain.get("/projects"),
                    ),
                    await _both(
                        rounds,
                        lambda n: ours.patch(
                            "/v4/projects/pr_7/deploy-config",
                            json={"config_id": f"config_7_{n % CONFIGS}", "environments": [{"id": PRODUCTION_ID}]},
                        ),
                        lambda n: plain.patch(f"/deploy?config_id=config_6_{n % CONFIGS}"),
                    ),
                ]
        finally:
            await engine.dispose()
            await close_registry(service)


def _bare(engine: AsyncEngine) -> FastAPI:
    app = FastAPI()
    joined = tables.projects.join(tables.deployments).join(
        tables.configs, tables.configs.c.id == tables.deployments.c.config_id
    )

    @app.get("/projects")
    async def projects() -> list[dict[str, Any]]:
        columns = (tables.projects.c.id, tables.projects.c.name, tables.configs.c.parameters)
        async with engine.connect() as connection:
            rows = await connection.execute(select(*columns).select_from(joined).limit(50))
            return [dict(row) for row in rows.mappings()]

    @app.patch("/deploy")
    async def deploy(config_id: str) -> dict[str, str]:
        one = (tables.deployments.c.project_id == "pr_6") & (tables.deployments.c.environment_id == PRODUCTION_ID)
        async with engine.begin() as connection:
            await connection.execute(update(tables.deployments).where(one).values(config_id=config_id))
        return {"config_id": config_id}

    return app


def _http(app: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://service.internal", headers={"X-API-KEY": "key"})


Call = Callable[[int], Awaitable[httpx.Response]]


async def _both(rounds: int, ours: Call, bare: Call) -> Measured:
    """Milliseconds of one call of each, the middle of all, in turns."""
    times: dict[Call, list[float]] = {ours: [], bare: []}
    for number in range(rounds):
        for call, took in times.items():
            began = perf_counter()
            (await call(number)).raise_for_status()
            took.append((perf_counter() - began) * 1000)
    return median(times[ours]), median(times[bare])


BENCHMARK = Benchmark(figures, measure)
