"""Services that are asked while something is measured, each of which runs in a process of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contracts.humanloop import EVALUATION
from tests.faulty import FaultyServer, answer


@asynccontextmanager
async def one_answer(body: Any, seconds: float = 0.0) -> AsyncIterator[str]:
    """Answer the same to everything, after so many seconds."""
    async with FaultyServer(always=answer(body, delay=seconds)) as server:
        yield server.url


@asynccontextmanager
async def large_v4(
    projects: int, configs: int, evaluations: int, running_in_each: int, seconds: float, seconds_of_runs: float
) -> AsyncIterator[str]:
    """A v4 service with the smallest answers, so many of everything; an answer takes so many seconds.

    In every `running_in_each`-th project one evaluation runs, not for long yet. What is asked for evaluations takes
    `seconds_of_runs` instead.
    """
    now = datetime.now(UTC).isoformat()

    def body(target: str) -> tuple[Any, float]:
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        if path == "/v4/projects":
            return _page(projects, int(query["page"][0]), int(query["size"][0]), now), seconds
        project, kind = path.removeprefix("/v4/projects/").split("/")
        if kind == "evaluations":
            runs = int(project.removeprefix("pr_")) % running_in_each == 0
            return _evaluations(project, evaluations, now, runs=runs), seconds_of_runs
        return (_configs(project, configs, now) if kind == "configs" else []), seconds

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                value, wait = body(head.split(b" ", 2)[1].decode())
                await asyncio.sleep(wait)
                encoded = json.dumps(value).encode()
                lines = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(encoded)}\r\n\r\n"
                writer.write(lines.encode() + encoded)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v4"


def _page(projects: int, page: int, size: int, now: str) -> dict[str, Any]:
    numbers = range(page * size, min((page + 1) * size, projects))
    at = {"created_at": now, "updated_at": now}
    records = [{"id": f"pr_{number:05}", "name": f"Project {number}", **at} for number in numbers]
    return {"records": records, "total": projects, "page": page, "size": size}


def _configs(project: str, configs: int, now: str) -> list[dict[str, Any]]:
    about = {"project_id": project, "project_name": project, "created_at": now, "updated_at": now, "last_used": now}
    return [about | {"config": {"id": f"config_{project}_{n}", "name": f"v{n}"}} for n in range(configs)]


def _evaluations(project: str, evaluations: int, now: str, *, runs: bool) -> list[dict[str, Any]]:
    return [
        EVALUATION
        | {"created_at": now, "updated_at": now, "id": f"ev_{project}_{number}"}
        | {"status": "running" if runs and number == 0 else "completed"}
        for number in range(evaluations)
    ]
