"""What a large organisation costs: lines, selects and the index over 2,000 projects of 20 configs each."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from bot.app import registry_client
from bot.clients import catalog
from bot.demo import KEY
from bot.features import dispatch
from bot.features.dispatch import Speaker
from bot.grammar import parse
from bot.grammar.commands import Misunderstood
from bot.resolve.index import Index
from bot.services.registry import tables
from bot.services.registry.app import close as close_registry
from bot.services.registry.app import create_app as create_registry
from bot.services.registry.identifiers import PRODUCTION_ID
from tests.benchmarks.filled import CONFIGS, fill
from tests.benchmarks.rows import Row
from tests.builders import ADA, DEPLOYS, MovedClock, World, make_world

SMALL, LARGE = 200, 2_000
LINES = (
    "project list 17",
    "project show Project 17",
    "config show v3 of 17",
    "config list Project 17",
    "config diff v3 of 17 with v4 of 17",
    "deployments",
    "deployments Project 17",
    "deploy v3 of 17 to prodction",
    "evaluations Project 17 running",
    "evaluations running",
    "explain deploy v5 of 17 to production",
    "changes Project 17",
)
"""Lines that look."""

LATENCY = 0.05
"""Seconds that a call of the slow service takes."""
CONCURRENCY = 8
"""Calls at once of an index refresh."""
SLACKS_PATIENCE = 3.0
"""Seconds that Slack waits for the options of a select."""


def run(tiny: bool) -> list[Row]:
    """Rows for lines, selects, the index refresh and the registry's throughput."""
    with capture_logs():
        return asyncio.run(_all(*((4, 8) if tiny else (SMALL, LARGE)), rounds=2 if tiny else 20))


async def _all(small: int, large: int, rounds: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        few = await _measured(Path(folder) / "few", small, rounds)
        many = await _measured(Path(folder) / "many", large, rounds)
        refresh = await _refresh(large)
        throughput = await _throughput(Path(folder) / "many" / "registry.db", rounds * 10)
    return [
        Row(
            f"{len(LINES)} lines that look, {large:,} projects of {CONFIGS} configs",
            many.line_ms,
            "ms each",
            f"the same with {small:,} projects",
            few.line_ms,
            2,
        ),
        Row("most calls of a provider for one of them", many.most_calls, "calls", "the limit", 8, 1),
        Row(
            "options of a select for a typing mistake, the slowest",
            many.select_ms / 1000,
            "s",
            "a tenth of Slack's patience",
            SLACKS_PATIENCE / 10,
            1,
        ),
        refresh,
        *throughput,
    ]


@dataclass(frozen=True)
class _Figures:
    line_ms: float
    most_calls: int
    select_ms: float


async def _measured(folder: Path, projects: int, rounds: int) -> _Figures:
    folder.mkdir()
    url = f"sqlite+aiosqlite:///{folder / 'registry.db'}"
    await fill(url, projects)
    async with _bot(folder, url) as (world, calls):
        await world.ctx.index.refresh()
        most = 0
        for line in LINES:  # once for the count, and so that nothing is done for the first time below
            calls.clear()
            await _said(world, line)
            most = max(most, len(calls))
        began = time.perf_counter()
        for _ in range(rounds):
            for line in LINES:
                await _said(world, line)
        line_ms = (time.perf_counter() - began) * 1000 / rounds / len(LINES)
        select_ms = max(_timed(world.ctx.index.search_configs, query) for query in ("v3 fo 17x", "prject 19", "zzz"))
    return _Figures(line_ms, most, select_ms)


def _timed(search: Callable[[str], Any], query: str) -> float:
    """Milliseconds of the quickest of five: what else the machine does is not measured."""
    took = []
    for _ in range(5):
        began = time.perf_counter()
        search(query)
        took.append((time.perf_counter() - began) * 1000)
    return min(took)


@asynccontextmanager
async def _bot(folder: Path, url: str) -> AsyncIterator[tuple[World, list[str]]]:
    """The inside of a bot over that registry, and the calls it makes."""
    calls: list[str] = []

    async def note(request: httpx.Request) -> None:
        calls.append(request.method)

    service = create_registry(url, api_keys=[KEY.get_secret_value()])
    client = registry_client(service, KEY, {"request": [note]})
    world = await make_world(folder)
    providers = {client.name: client}
    world.ctx = replace(world.ctx, providers=providers, index=Index(providers, world.clock))
    try:
        yield world, calls
    finally:
        await world.store.close()
        await client.close()
        await close_registry(service)


async def _said(world: World, line: str) -> None:
    parsed = parse(line)
    assert not isinstance(parsed, Misunderstood)
    await dispatch.run(world.ctx, parsed.readings, Speaker(ADA, DEPLOYS))


async def _refresh(projects: int) -> Row:
    """The index read anew from a service that takes its time for every call."""
    counted = 0

    async def answer(request: Request) -> JSONResponse:
        nonlocal counted
        counted += 1
        await asyncio.sleep(LATENCY)
        return JSONResponse(_canned(request.url.path, request.query_params, projects))

    app = Starlette(routes=[Route("/v4/{rest:path}", answer)])
    client = catalog.build(
        "humanloop", "slow", "http://slow.internal/v4", SecretStr("key"), transport=httpx.ASGITransport(app=app)
    )
    index = Index({"slow": client}, MovedClock(), concurrency=CONCURRENCY)
    began = time.perf_counter()
    await index.refresh()
    seconds = time.perf_counter() - began
    await client.close()
    assert len(index.entries()) == projects, "everything was read"
    ideal = counted * LATENCY / CONCURRENCY
    return Row(
        f"index refresh: {counted:,} calls of {LATENCY * 1000:.0f} ms, {CONCURRENCY} at once",
        seconds,
        "s",
        "calls × time ÷ at once",
        ideal,
        1.15,
    )


_AT = "2026-11-01T09:00:00Z"


def _canned(path: str, query: Any, projects: int) -> Any:
    """The smallest answers of a v4 service that the index reads."""
    if path.endswith("/configs"):
        project = path.split("/")[3]
        about = {"project_id": project, "project_name": project, "created_at": _AT, "updated_at": _AT, "last_used": _AT}
        return [about | {"config": {"id": f"config_{project}_{n}", "name": f"v{n}"}} for n in range(CONFIGS)]
    if path.endswith("/deployed-configs"):
        return []
    size, page = int(query.get("size", 10)), int(query.get("page", 0))
    numbers = range(page * size, min((page + 1) * size, projects))
    records = [{"id": f"pr_{n}", "name": f"Project {n}", "created_at": _AT, "updated_at": _AT} for n in numbers]
    return {"records": records, "total": projects, "page": page, "size": size}


async def _throughput(database: Path, rounds: int) -> list[Row]:
    """The registry beside a bare endpoint of the same framework that does one query."""
    url = f"sqlite+aiosqlite:///{database}"
    engine = create_async_engine(url)
    bare = FastAPI()

    joined = tables.projects.join(tables.deployments).join(
        tables.configs, tables.configs.c.id == tables.deployments.c.config_id
    )

    @bare.get("/projects")
    async def projects() -> list[dict[str, Any]]:
        columns = (tables.projects.c.id, tables.projects.c.name, tables.configs.c.parameters)
        async with engine.connect() as connection:
            found = await connection.execute(select(*columns).select_from(joined).limit(50))
            return [dict(row) for row in found.mappings()]

    @bare.patch("/deploy")
    async def deploy(config_id: str) -> dict[str, str]:
        one = (tables.deployments.c.project_id == "pr_6") & (tables.deployments.c.environment_id == PRODUCTION_ID)
        async with engine.begin() as connection:
            await connection.execute(update(tables.deployments).where(one).values(config_id=config_id))
        return {"config_id": config_id}

    service = create_registry(url, api_keys=["key"])
    try:
        async with _http(bare) as plain, _http(service) as ours:
            reading = await _each(lambda _: plain.get("/projects"), rounds)
            listing = await _each(lambda _: ours.get("/v4/projects?size=50"), rounds)
            writing = await _each(lambda n: plain.patch(f"/deploy?config_id=config_6_{n % CONFIGS}"), rounds)
            deploying = await _each(
                lambda n: ours.patch(
                    "/v4/projects/pr_7/deploy-config",
                    json={"config_id": f"config_7_{n % CONFIGS}", "environments": [{"id": PRODUCTION_ID}]},
                ),
                rounds,
            )
    finally:
        await engine.dispose()
        await close_registry(service)
    bare_name = "a bare FastAPI and SQLAlchemy endpoint, one"
    return [
        Row("registry: 50 projects and what they have live", listing, "ms", f"{bare_name} query", reading, 4),
        Row("registry: a config deployed", deploying, "ms", f"{bare_name} update", writing, 4),
    ]


def _http(app: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://service.internal", headers={"X-API-KEY": "key"})


async def _each(call: Callable[[int], Awaitable[httpx.Response]], rounds: int) -> float:
    """Milliseconds of one call, the middle of all."""
    took = []
    for number in range(rounds):
        began = time.perf_counter()
        (await call(number)).raise_for_status()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[rounds // 2]
