"""Endpoints for operators: ``/healthz``, ``/readyz`` and ``/metrics``; and a server for any ASGI app."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.logs import get_logger

log = get_logger(__name__)

Check = Callable[[], Awaitable[str | None]]
"""Checks one dependency. Returns None if it is fine, else what is wrong, without secrets."""

PATIENCE = 3.0
"""Time limit of one check, in seconds."""

ACKNOWLEDGEMENTS = Histogram(
    "configbot_slack_acknowledgement_seconds",
    "Time from a Slack request to its acknowledgement.",
    ["transport", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
)


def routes(checks: Mapping[str, Check], *, metrics: CollectorRegistry = REGISTRY) -> list[Route]:
    """``/healthz``: the process runs. ``/readyz``: all checks are fine, else 503 with the problems. ``/metrics``."""

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    async def readyz(_request: Request) -> Response:
        problems = await asyncio.gather(*(_checked(name, check) for name, check in checks.items()))
        wrong = dict(zip(checks, problems, strict=True))
        ready = not any(wrong.values())
        answer = {"ok": ready, "checks": {name: problem or "ok" for name, problem in wrong.items()}}
        return JSONResponse(answer, status_code=200 if ready else 503)

    async def show_metrics(_request: Request) -> Response:
        return Response(generate_latest(metrics), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", show_metrics)]


async def _checked(name: str, check: Check) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return await check()
    except TimeoutError:
        return f"no answer within {PATIENCE:g} s"
    except Exception:
        log.exception("a readiness check broke", check=name)
        return "the check itself failed, see the log"


class PortTaken(Exception):
    """The server cannot listen on its address."""

    def __init__(self, host: str, port: int, cause: OSError) -> None:
        super().__init__(f"cannot listen on {host}:{port}: {cause.strerror or cause}")
        self.host = host
        self.port = port


class _Server(uvicorn.Server):
    """A server that does not handle signals; `serving` stops it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        """End at once, not at the next tick."""
        self.should_exit = True
        self._told.set()

    async def main_loop(self) -> None:
        """Tick once a second, which keeps the ``date`` header right, until told to stop."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), timeout=1)


@asynccontextmanager
async def serving(app: ASGIApp, *, host: str, port: int, patience: float = 5.0) -> AsyncIterator[int]:
    """Serve `app` while the block runs. Yields the port, which is a free one if `port` is 0.

    At the end of the block new requests are refused and running ones get `patience` seconds. Raises `PortTaken`.
    """
    listening = _listen(host, port)
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,  # longer than a load balancer's minute: the balancer must close first
            timeout_graceful_shutdown=max(1, round(patience)),
        )
    )
    task = asyncio.create_task(_serve(server, listening))
    try:
        while not server.started:
            await asyncio.wait([task], timeout=0.005)
            if task.done():
                await task
                raise RuntimeError("the web server did not start, see the log")
        yield int(listening.getsockname()[1])
    finally:
        server.stop()
        await asyncio.wait([task])
        listening.close()


async def _serve(server: uvicorn.Server, listening: socket.socket) -> None:
    # uvicorn exits the whole process if an app does not start; `serving` raises instead
    with suppress(SystemExit):
        await server.serve(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as cause:
        raise PortTaken(host, port, cause) from cause
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(1024)
    except OSError as cause:
        listening.close()
        raise PortTaken(host, port, cause) from cause
    return listening
