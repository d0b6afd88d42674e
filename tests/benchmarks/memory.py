"""What `run` keeps in memory after 50,000 commands, beside a process that has only imported the libraries.

So many are under way at once, and the next one is typed when one of them is answered: a bot that is given more than it
can carry is a figure of its own.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.app import Ear, chat_at
from tests.benchmarks.processes import bot_process
from tests.benchmarks.rows import Benchmark, Figure, Measured, Size
from tests.benchmarks.start import LIBRARIES
from tests.bot.processes import environment
from tests.bot.slack_here import OWN_REGISTRY, Slack, demo_registry, slack_here
from tests.scenarios.chat import ADA
from tests.waiting import PATIENCE, next_line

AT_ONCE = 16
REST = 3.0
"""Seconds for what is done after an answer."""
LINES: tuple[Callable[[int], str], ...] = (
    lambda n: f"/deploy config_{n} to prodction",
    lambda n: f"/project list {n % 97}",
    lambda _: "/deployments Support reply",
    lambda n: f"/configbot explain deploy config_x to production because {n}",
    lambda _: "/approvals",
    lambda n: f"/configbot what is this {n}",
)
"""Lines that look or are wrong: what they leave behind is memory and nothing else."""


def commands(size: Size) -> int:
    """How many are typed."""
    return size.of(12, 1_000, 50_000)


def figures(size: Size) -> Sequence[Figure]:
    """Two figures: beside the libraries alone, and after all of the commands beside after half of them."""
    name = f"resident memory of `run` after {commands(size):,} commands"
    return [
        Figure(name, "MB", "a process that imported its libraries", 1.5),
        Figure(name, "MB", "the same after half of them", 1.02),
    ]


def measure(size: Size) -> Sequence[Measured]:
    """Megabytes."""
    return asyncio.run(_measure(commands(size), rest=0.1 if size is Size.TINY else REST))


async def _measure(many: int, rest: float) -> Sequence[Measured]:
    async with slack_here(http=True) as slack:
        with tempfile.TemporaryDirectory() as folder:
            await demo_registry(Path(folder))
            alone = await asyncio.to_thread(_libraries_alone, Path(folder))
            async with bot_process(Path(folder), **slack.settings(http=True), **OWN_REGISTRY) as bot:
                slack.to_the_bot.port = bot.port
                await _say(slack, range(many // 2), rest)
                half = _resident(bot.pid)
                await _say(slack, range(many // 2, many), rest)
                whole = _resident(bot.pid)
    return [(whole, alone), (whole, half)]


async def _say(slack: Slack, numbers: range, rest: float) -> None:
    """Each command once, so many under way at the same time, until all are answered. Raises `TimeoutError`."""
    ear, free = Ear(slack.workspace), asyncio.Semaphore(AT_ONCE)

    async def hear() -> None:
        for _ in numbers:
            await ear.answer()
            free.release()

    try:
        async with chat_at(slack.address) as chat, asyncio.TaskGroup() as group:
            group.create_task(hear())
            for number in numbers:
                await free.acquire()
                group.create_task(chat.say(ADA, LINES[number % len(LINES)](number)))
    finally:
        ear.close()
    await asyncio.sleep(rest)


def _libraries_alone(folder: Path) -> float:
    imports = "\n".join(f"import {library}" for library in ("sys", *LIBRARIES))
    command = [sys.executable, "-c", f"{imports}\nprint(flush=True)\nsys.stdin.read()"]
    with subprocess.Popen(
        command, cwd=folder, env=environment({}), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert next_line(process), "the libraries were not imported"
        return _resident(process.pid)


def _resident(pid: int) -> float:
    """Megabytes of a process that lie in memory."""
    told = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    return int(told.stdout) / 1024


BENCHMARK = Benchmark(figures, measure)
