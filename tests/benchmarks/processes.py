"""Processes that take part in a measurement: the bot as it is started, and services beside it. Errors in them count."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.benchmarks.errors import ErrorLogged, error_in, noted
from tests.bot.processes import Process, started
from tests.scenarios.processes import process
from tests.waiting import PATIENCE

Service = Callable[..., AbstractAsyncContextManager[str]]
"""Serves something while the block runs; gives its address."""

AT, ERROR = "at", "error"
"""What a process says: once where it is, and each error that it logs."""


@asynccontextmanager
async def served(service: Service, *arguments: Any) -> AsyncIterator[str]:
    """Run a service in a process of its own; gives its address. Raises `ErrorLogged`."""
    async with process(partial(_run, service, arguments)) as running:
        name = getattr(service, "__name__", str(service))
        kind, _, said = (await running.says()).partition(" ")
        if kind != AT:
            raise ErrorLogged(name, [said, *_lines(running.ears)])
        try:
            yield said
        except Exception as error:
            if lines := _lines(running.ears):
                raise ErrorLogged(name, lines) from error
            raise
        if lines := _lines(running.ears):
            raise ErrorLogged(name, lines)


def _lines(ears: Connection) -> list[str]:
    """The errors that it logged."""
    lines: list[str] = []
    while ears.poll():
        try:
            kind, _, said = str(ears.recv()).partition(" ")
            lines += [said] if kind == ERROR else []
        except EOFError:
            return [*lines, "the process ended"]
    return lines


def _run(service: Service, arguments: tuple[Any, ...], mouth: Connection) -> None:
    async def serve() -> None:
        async with service(*arguments) as address:
            mouth.send(f"{AT} {address}")
            await asyncio.Event().wait()

    with noted(lambda line: mouth.send(f"{ERROR} {line}")):
        asyncio.run(serve())


@dataclass(slots=True)
class BotProcess:
    """`python -m bot run` in a process of its own, listening."""

    pid: int
    port: int
    """Of its web server."""
    errors: list[str] = field(default_factory=list)


@asynccontextmanager
async def bot_process(folder: Path, **settings: str) -> AsyncIterator[BotProcess]:
    """Start the bot, and stop it at the end of the block as a platform does. Raises `ErrorLogged`."""
    errors: list[str] = []
    async with started(folder, "run", **settings, CONFIGBOT_LOG_JSON="true") as running:
        serving: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        reading = asyncio.create_task(_read(running, errors, serving))
        try:
            async with asyncio.timeout(PATIENCE):
                port = await serving
            yield BotProcess(running.running.pid, port, errors)
            running.running.terminate()
            async with asyncio.timeout(PATIENCE):
                await reading
                code = await running.running.wait()
        except ErrorLogged:
            raise
        except Exception as error:
            if errors:
                raise ErrorLogged("the bot", errors) from error
            raise
        finally:
            reading.cancel()
    if errors or code:
        raise ErrorLogged("the bot", errors or [f"it ended with {code}"])


async def _read(running: Process, errors: list[str], serving: asyncio.Future[int]) -> None:
    """Read its log until its end."""
    assert running.running.stdout is not None
    async for raw in running.running.stdout:
        line = raw.decode().strip()
        if error_in(line):
            errors.append(line)
        elif line and not serving.done() and (entry := json.loads(line)).get("event") == "serving":
            serving.set_result(int(entry.get("port") or entry["health"].rpartition(":")[2]))
    if not serving.done():
        serving.set_exception(ErrorLogged("the bot", errors or ["it ended before it served"]))
