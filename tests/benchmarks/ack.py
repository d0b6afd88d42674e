"""How fast a slash command is acknowledged over HTTP, one at a time, as Slack sends it: signed, on a kept connection.

Every app is served by uvicorn in a process of its own and acknowledges the same command. Compared are Bolt as it comes
(it looks every 10 ms whether the listener has acknowledged), the same app with that poll avoided, and ours whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
import multiprocessing
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode

from aiohttp import ClientSession
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import handlers
from bot.app import slash_commands
from bot.domain.actors import Actor, Standing
from bot.grammar import language
from bot.slack.bolt import Identity, build_app, session
from bot.slack.health import serving
from bot.slack.http import http_app
from bot.tasks import Tasks
from handlers.context import ListenerContext
from tests.benchmarks.rows import Row

SECRET = "ack-benchmark"
TOKEN = "xoxb-ack-benchmark"
IDENTITY = Identity(org="T0ACORN", team="T0ACORN", user_id="U0BOT", bot_id="B0BOT")
FIELDS = {
    "token": "verification",
    "team_id": "T0ACORN",
    "team_domain": "acorn",
    "channel_id": "C0DEPLOYS",
    "channel_name": "deploys",
    "user_id": "U0ADA",
    "user_name": "ada",
    "command": "/deploy",
    "text": "triage-v4 of refunds to production because the new rubric is in",
    "api_app_id": "A0ACORN",
    "is_enterprise_install": "false",
    "response_url": "http://127.0.0.1:9/response/1",
    "trigger_id": "1.2.3",
}


def run(tiny: bool) -> list[Row]:
    """Two rows: how much longer Bolt takes as it comes, and how long ours takes beside Bolt without its poll."""
    with contextlib.ExitStack() as stack:
        ports = {name: stack.enter_context(_running(name)) for name in APPS}
        times = asyncio.run(_measure(ports, rounds=1 if tiny else 90, calls=3 if tiny else 10))
    figure = "acknowledging a slash command over HTTP, one at a time"
    return [
        Row(f"{figure}: Bolt as it comes", times["as it comes"], "ms", "ours", times["ours"], 5, more_is_better=True),
        Row(f"{figure}: ours", times["ours"], "ms", "Bolt without its poll", times["poll avoided"], 2),
    ]


def _bolt(app: AsyncApp) -> Starlette:
    """Bolt's own adapter, its own way of authorizing, a listener that acknowledges."""

    async def acknowledge(ack: Any) -> None:
        await ack()

    app.command("/deploy")(acknowledge)
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    async def auth_test(_request: Request) -> Response:
        return JSONResponse({"ok": True, "team_id": "T0ACORN", "user_id": "U0BOT", "bot_id": "B0BOT"})

    return Starlette(
        routes=[
            Route("/slack/events", events, methods=["POST"]),
            Route("/api/auth.test", auth_test, methods=["POST"]),
        ]
    )


def _as_it_comes(port: int, _shared: ClientSession, process_before_response: bool = False) -> Starlette:
    client = AsyncWebClient(token=TOKEN, base_url=f"http://127.0.0.1:{port}/api/")
    return _bolt(
        AsyncApp(client=client, signing_secret=SECRET, name="bolt", process_before_response=process_before_response)
    )


def _poll_avoided(port: int, shared: ClientSession) -> Starlette:
    return _as_it_comes(port, shared, process_before_response=True)


class Silent(ListenerContext):
    """Takes every line as far as a provider, a database or Slack would be asked: Bolt's listeners ask nobody either."""

    async def actor(self, payload: Any) -> Actor:
        """Ada, without asking Slack."""
        return Actor(payload.org, payload.team, payload.user_id, "Ada", Standing.MEMBER)

    async def carry_out(self, *_line: Any, **_where: Any) -> None:
        """The line was read; nobody is asked."""


def _ours(_port: int, shared: ClientSession) -> Starlette:
    """Our transport and all our listeners; what a line asks of others is left out."""
    app = build_app(token=TOKEN, signing_secret=SECRET, session=shared, identity=IDENTITY)
    inside = SimpleNamespace(index=None)
    commands = slash_commands([command.name for command in language().slash_commands], "")
    handlers.register(app, Silent(cast("Any", inside), Tasks(), IDENTITY.user_id, commands))
    return http_app(app, checks={})


MOMENT = 0.002
"""Seconds between two requests: what an app does after an acknowledgement is not the next one's time."""

Make = Callable[[int, ClientSession], Starlette]
"""Makes an app that is served on a port; ours shares one session for all its calls."""

APPS: dict[str, Make] = {
    "as it comes": _as_it_comes,
    "poll avoided": _poll_avoided,
    "ours": _ours,
}


@contextlib.contextmanager
def _running(name: str) -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(name, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        process.join(10)


def _serve(name: str, connection: Connection) -> None:
    logging.getLogger().setLevel(logging.WARNING)
    asyncio.run(_serve_until_told(APPS[name], connection))


async def _serve_until_told(make: Make, connection: Connection) -> None:
    inner: list[Starlette] = []

    async def late(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":  # an app needs to know its port before it is made
            await inner[0](scope, receive, send)

    async with session() as shared, serving(late, host="127.0.0.1", port=0) as port:
        inner.append(make(port, shared))
        connection.send(port)
        await asyncio.to_thread(connection.recv)


async def _measure(ports: dict[str, int], *, rounds: int, calls: int) -> dict[str, float]:
    """Median milliseconds of each, in turns, so that a busy moment of the machine hits all of them."""
    times: dict[str, list[float]] = {name: [] for name in ports}
    streams = {name: await asyncio.open_connection("127.0.0.1", port) for name, port in ports.items()}
    for name in ports:
        await _ask(*streams[name])  # the first request asks Slack who the bot is
    for _ in range(rounds):
        for name, taken in times.items():
            for _ in range(calls):
                started = perf_counter()
                await _ask(*streams[name])
                taken.append((perf_counter() - started) * 1000)
                await asyncio.sleep(MOMENT)
    for _, writer in streams.values():
        writer.close()
    return {name: median(taken) for name, taken in times.items()}


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(_request())
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    await reader.readexactly(length)
    assert head.startswith(b"HTTP/1.1 200"), head


def _request() -> bytes:
    body = urlencode(FIELDS)
    timestamp = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return (
        "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {timestamp}\r\nX-Slack-Signature: v0={signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
