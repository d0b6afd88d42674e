"""The sweep for evaluations left running, over a service in a process of its own that takes 50 ms for every answer.

Its time is compared with what the calls alone take so many at once, its peak memory with that over a tenth of the
projects.
"""

from __future__ import annotations

import asyncio
import gc
import json
import multiprocessing
import tempfile
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter

import httpx
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.clients.humanloop import HumanloopClient
from bot.context import Context
from bot.domain.names import Project
from bot.features.reminders import left_running
from bot.resolve.index import Entry, Index
from tests.benchmarks.rows import Row
from tests.builders import NOON, make_world
from tests.contracts.humanloop import EVALUATION

PROJECTS = 2_000
EVALUATIONS = 10
"""Of each project."""

RUNNING_IN_EACH = 40
"""In every so-many-th project one of them runs."""

SLEEP = 0.05
"""Seconds that the service takes for an answer."""

PACE = replace(left_running.PACE, seconds=600)
"""The product's, with time enough for a machine that does something else as well."""

PROVIDER = "acorn"
KEY = SecretStr("hl_sk_" + "0" * 48)


def run(tiny: bool) -> list[Row]:
    """Four rows: the time of a sweep beside what it cannot be below and beside bare calls, its calls, its memory."""
    many = 80 if tiny else PROJECTS
    few = many // 10
    with capture_logs(), _served(SLEEP) as slow, _served(0) as quick:  # the rows are what is read here
        seconds, calls = asyncio.run(_timed(slow, many))
        bare = asyncio.run(_bare(slow, many))
        peaks = {count: asyncio.run(_peak(quick, count)) for count in (few, many)}
    figure = f"sweep over {many:,} projects with {many * EVALUATIONS:,} evaluations"
    ideal = calls * SLEEP / PACE.calls
    against = f"calls x {SLEEP * 1000:.0f} ms / {PACE.calls} at once"
    return [
        Row(f"{figure}, {SLEEP * 1000:.0f} ms per call", seconds, "s", against, ideal, 1.15),
        Row(f"{figure}, {SLEEP * 1000:.0f} ms per call", seconds, "s", "bare httpx, as many at once", bare, 1.15),
        Row(f"{figure}: calls", calls, "calls", "one for each project", many, 1),
        Row(f"{figure}: peak memory", peaks[many], "MB", f"over {few:,} projects", peaks[few], 1.5),
    ]


async def _timed(url: str, projects: int) -> tuple[float, int]:
    calls = 0

    async def count(_request: httpx.Request) -> None:
        nonlocal calls
        calls += 1

    async with _context(url, projects, count) as ctx:
        started = perf_counter()
        await _sweep(ctx, projects)
        return perf_counter() - started, calls


async def _bare(url: str, projects: int) -> float:
    """Seconds that the same calls take, so many at once, when nobody looks at what is answered."""
    queue = iter(range(projects))
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=PACE.calls)) as client:

        async def work() -> None:
            for number in queue:
                (await client.get(f"{url}/v4/projects/pr_{number:05}/evaluations")).raise_for_status()

        started = perf_counter()
        await asyncio.gather(*(work() for _ in range(PACE.calls)))
        return perf_counter() - started


async def _peak(url: str, projects: int) -> float:
    """Megabytes that a sweep needs at its peak beyond what was there before."""

    async def nothing(_request: httpx.Request) -> None:
        return None

    async with _context(url, projects, nothing) as ctx:
        await _sweep(ctx, projects)  # what is made once
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        await _sweep(ctx, projects)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return (peak - before) / 1_000_000


async def _sweep(ctx: Context, projects: int) -> None:
    swept = await left_running.sweep(ctx, PACE)
    assert (swept.projects, swept.unreadable) == (projects, 0)
    assert swept.running == -(-projects // RUNNING_IN_EACH)


@asynccontextmanager
async def _context(url: str, projects: int, on_request: object) -> AsyncIterator[Context]:
    """A bot's inside that knows so many projects."""
    client = HumanloopClient(PROVIDER, f"{url}/v4", KEY, event_hooks={"request": [on_request]})  # type: ignore[list-item]
    with tempfile.TemporaryDirectory() as folder:
        world = await make_world(Path(folder))
        providers = {PROVIDER: client}
        index = Index(providers, world.clock)
        index.caches[PROVIDER].fill(
            Entry(Project(PROVIDER, f"pr_{number:05}", f"Project {number}"), ()) for number in range(projects)
        )
        yield replace(world.ctx, providers=providers, index=index)
        await client.close()
        await world.store.close()


@contextmanager
def _served(sleep: float) -> Iterator[str]:
    """The address of a service that takes so many seconds for every answer."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, sleep), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        ours.send("stop")
        process.join(10)


def _serve(connection: Connection, sleep: float) -> None:
    asyncio.run(_serve_until_told(connection, sleep))


async def _serve_until_told(connection: Connection, sleep: float) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                number = int(head.split(b"/pr_")[1][:5])
                await asyncio.sleep(sleep)
                body = _evaluations(number)
                length = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(length.encode() + body)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        connection.send(server.sockets[0].getsockname()[1])
        await asyncio.to_thread(connection.recv)


def _evaluations(project: int) -> bytes:
    """The evaluations of a project: of some projects the first one runs, not for long yet."""
    made = {"created_at": NOON.isoformat(), "updated_at": NOON.isoformat()}
    runs = [
        EVALUATION
        | made
        | {
            "id": f"ev_{project}_{number}",
            "status": "running" if number == 0 and project % RUNNING_IN_EACH == 0 else "completed",
        }
        for number in range(EVALUATIONS)
    ]
    return json.dumps(runs).encode()
