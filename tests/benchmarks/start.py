"""How long `run` takes from nothing until it serves over Socket Mode, beside importing the libraries it uses."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from tests.benchmarks.processes import bot_process
from tests.benchmarks.rows import Benchmark, Figure, Measured, Size
from tests.bot.processes import environment
from tests.bot.slack_here import OWN_REGISTRY, demo_registry, slack_here
from tests.waiting import PATIENCE

LIBRARIES = (
    "aiosqlite",
    "alembic.command",
    "apscheduler.schedulers.asyncio",
    "fastapi",
    "httpx",
    "lark",
    "prometheus_client",
    "pydantic_settings",
    "rapidfuzz",
    "slack_bolt.adapter.socket_mode.aiohttp",
    "slack_bolt.async_app",
    "sqlalchemy.ext.asyncio",
    "stamina",
    "structlog",
    "typer",
    "uvicorn",
)
"""What a bot of these settings imports that is not ours."""


def figures(_size: Size) -> Sequence[Figure]:
    """One figure."""
    return [Figure("start of `run`, until it serves", "s", "importing its libraries", 1.5)]


def measure(size: Size) -> Sequence[Measured]:
    """Seconds, the best of some starts in turns: what else the machine does only adds to a time."""
    return [asyncio.run(_measure(size.of(1, 3, 10)))]


async def _measure(starts: int) -> Measured:
    ready, imported = [], []
    async with slack_here() as slack:
        with tempfile.TemporaryDirectory() as folder:
            await demo_registry(Path(folder))
            settings = {**slack.settings(), **OWN_REGISTRY}
            for _ in range(starts):  # the first one compiles
                began = perf_counter()
                async with bot_process(Path(folder), **settings):
                    ready.append(perf_counter() - began)
                imported.append(await asyncio.to_thread(_import, Path(folder)))
    return min(ready), min(imported)


def _import(folder: Path) -> float:
    command = [sys.executable, "-c", "\n".join(f"import {library}" for library in LIBRARIES)]
    began = perf_counter()
    subprocess.run(command, cwd=folder, env=environment({}), check=True, timeout=PATIENCE)
    return perf_counter() - began


BENCHMARK = Benchmark(figures, measure)
