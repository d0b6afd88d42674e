"""Processes of a test, each forked from one that has imported everything: they are up at once, and die for real."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

SECONDS = 60

_forked = multiprocessing.get_context("forkserver")
_forked.set_forkserver_preload(["tests.scenarios.bot_process", "tests.scenarios.registry_process"])


@dataclass(frozen=True, slots=True)
class Running:
    """A process that runs."""

    process: ForkServerProcess
    ears: Connection

    async def says(self) -> str:
        """What it says once it is ready. Raises `EOFError` when it ended before."""
        assert await asyncio.to_thread(self.ears.poll, SECONDS), "it says nothing"
        said: str = self.ears.recv()
        return said

    async def ended(self) -> int | None:
        """Wait for its end: the exit code, or the signal that killed it below zero."""
        await asyncio.to_thread(self.process.join, SECONDS)
        return self.process.exitcode


@asynccontextmanager
async def process(work: Callable[..., None], *arguments: str) -> AsyncIterator[Running]:
    """Let ``work(mouth, *arguments)`` run in a process of its own, which is killed at the end of the block."""
    ears, mouth = _forked.Pipe(duplex=False)
    child = _forked.Process(target=work, args=(mouth, *arguments), daemon=True)
    await asyncio.to_thread(child.start)
    mouth.close()
    try:
        yield Running(child, ears)
    finally:
        child.kill()
        await asyncio.to_thread(child.join)
        child.close()
        ears.close()
