"""How long `run` takes from nothing until it serves over Socket Mode, beside importing the libraries it uses."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.benchmarks.rows import Row
from tests.bot.processes import environment, started
from tests.bot.slack_here import OWN_REGISTRY, demo_registry, slack_here

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


def run(tiny: bool) -> list[Row]:
    """One row, the best of some starts in turns: what else the machine does only adds to a time."""
    ready, imported = asyncio.run(_measure(1 if tiny else 9))
    return [Row("start of `run`, until it serves", ready, "s", "importing its libraries", imported, 1.5)]


async def _measure(rounds: int) -> tuple[float, float]:
    ready, imported = [], []
    async with slack_here() as slack:
        with tempfile.TemporaryDirectory() as folder:
            await demo_registry(Path(folder))
            settings = {**slack.settings(), **OWN_REGISTRY}
            for _ in range(rounds + 1):  # the first compiles
                began = perf_counter()
                async with started(Path(folder), "run", **settings) as process:
                    await process.says("serving")
                    ready.append(perf_counter() - began)
                    await process.stop()
                imported.append(await asyncio.to_thread(_import, Path(folder)))
    return min(ready), min(imported)


def _import(folder: Path) -> float:
    command = [sys.executable, "-c", "\n".join(f"import {library}" for library in LIBRARIES)]
    began = perf_counter()
    subprocess.run(command, cwd=folder, env=environment({}), check=True)
    return perf_counter() - began
