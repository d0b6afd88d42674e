"""What `run` keeps in memory after 50,000 commands, beside a process that has only imported the libraries."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx

from tests.benchmarks.rows import Row
from tests.benchmarks.start import LIBRARIES
from tests.bot.processes import PATIENCE, environment, started
from tests.bot.slack_here import OWN_REGISTRY, Slack, demo_registry, slack_here
from tests.scenarios.chat import ADA

COMMANDS = 50_000
AT_ONCE = 16
REST = 3.0
"""Seconds in which what was acknowledged is answered."""
LINES: tuple[Callable[[int], str], ...] = (
    lambda n: f"/deploy config_{n} to prodction",
    lambda n: f"/project list {n % 97}",
    lambda _: "/deployments Support reply",
    lambda n: f"/configbot explain deploy config_x to production because {n}",
    lambda _: "/approvals",
    lambda n: f"/configbot what is this {n}",
)
"""Lines that look or are wrong: what they leave behind is memory and nothing else."""


def run(tiny: bool) -> list[Row]:
    """Two rows: beside the libraries alone, and the second half of the commands beside the first."""
    return asyncio.run(_measure(60 if tiny else COMMANDS))


async def _measure(commands: int) -> list[Row]:
    async with slack_here(http=True) as slack:
        with tempfile.TemporaryDirectory() as folder:
            await demo_registry(Path(folder))
            alone = await asyncio.to_thread(_libraries_alone, Path(folder))
            slack.to_the_bot.port = _free_port()
            port = {"CONFIGBOT_HTTP_PORT": str(slack.to_the_bot.port), "CONFIGBOT_LOG_LEVEL": "ERROR"}
            settings = {**slack.settings(http=True), **OWN_REGISTRY, **port}
            async with started(Path(folder), "run", **settings) as process:
                await _is_ready(slack.to_the_bot.port)
                await _say(slack, range(commands // 2))
                half = _resident(process.running.pid)
                await _say(slack, range(commands // 2, commands))
                whole = _resident(process.running.pid)
    figure = f"resident memory of `run` after {commands:,} commands"
    return [
        Row(figure, whole, "MB", "a process that imported its libraries", alone, 1.5),
        Row(figure, whole, "MB", "the same after half of them", half, 1.02),
    ]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def _is_ready(port: int) -> None:
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(trust_env=False) as web:
        while True:
            with suppress(httpx.TransportError):
                if (await web.get(f"http://127.0.0.1:{port}/readyz")).status_code == httpx.codes.OK:
                    return
            await asyncio.sleep(0.1)


async def _say(slack: Slack, numbers: range) -> None:
    """Each command once, so many at the same time, and a moment for the last answers."""
    left = iter(numbers)

    async def speak() -> None:
        for number in left:
            await slack.chat.say(ADA, LINES[number % len(LINES)](number))

    await asyncio.gather(*(speak() for _ in range(AT_ONCE)))
    await asyncio.sleep(REST)


def _libraries_alone(folder: Path) -> float:
    imports = "\n".join(f"import {library}" for library in ("sys", *LIBRARIES))
    command = [sys.executable, "-c", f"{imports}\nprint(flush=True)\nsys.stdin.read()"]
    with subprocess.Popen(
        command, cwd=folder, env=environment({}), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        return _resident(process.pid)


def _resident(pid: int) -> float:
    """Megabytes of a process that lie in memory."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(told.stdout) / 1024
