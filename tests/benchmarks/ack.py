"""How fast a slash command is acknowledged over HTTP, one at a time, as Slack sends it: signed, on a kept connection.

Ours is `python -m bot run` with its database, its registry and the playground as its Slack; the next command is sent
once the last one was answered, so what it does after the acknowledgement is not the next one's time. Beside it two bare
Bolt apps, each in a process of its own: Bolt as it comes (it looks every 10 ms whether the listener has acknowledged),
and the same app with that poll avoided.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, time
from typing import Any
from urllib.parse import urlencode

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.demo import DEPLOYS
from bot.services.slack import payloads
from bot.slack.health import serving
from tests.benchmarks.app import Ear
from tests.benchmarks.processes import bot_process, served
from tests.benchmarks.rows import Benchmark, Figure, Measured, Size
from tests.bot.slack_here import OWN_REGISTRY, SECRET, Slack, demo_registry, slack_here
from tests.scenarios.chat import ADA

MOMENT = 0.002
"""Seconds between an answer and the next command."""

AS_IT_COMES, POLL_AVOIDED, OURS = "Bolt as it comes", "Bolt without its poll", "ours"

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Answered = Callable[[], Awaitable[None]]
"""Waits until a command is done with."""


def figures(_size: Size) -> Sequence[Figure]:
    """Two figures: how much longer Bolt takes as it comes, and how long ours takes beside Bolt without its poll."""
    name = "acknowledging a slash command over HTTP, one at a time"
    return [
        Figure(f"{name}: {AS_IT_COMES}", "ms", OURS, 5, more_is_better=True),
        Figure(f"{name}: {OURS}", "ms", POLL_AVOIDED, 2),
    ]


def measure(size: Size) -> Sequence[Measured]:
    """Median milliseconds."""
    times = asyncio.run(_measure(rounds=size.of(1, 20, 90), commands=size.of(3, 5, 10)))
    return [(times[AS_IT_COMES], times[OURS]), (times[OURS], times[POLL_AVOIDED])]


async def _measure(*, rounds: int, commands: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await demo_registry(folder)
        async with AsyncExitStack() as stack:
            slack = await stack.enter_async_context(slack_here(http=True))
            settings = {**slack.settings(http=True), **OWN_REGISTRY}
            bot = await stack.enter_async_context(bot_process(folder, **settings))
            slack.to_the_bot.port = bot.port
            ear = Ear(slack.workspace)
            stack.callback(ear.close)
            as_it_comes = await stack.enter_async_context(served(bare_bolt, False))
            poll_avoided = await stack.enter_async_context(served(bare_bolt, True))
            ports = {
                AS_IT_COMES: int(as_it_comes),
                POLL_AVOIDED: int(poll_avoided),
                OURS: bot.port,
            }
            await slack.chat.asks("/deploy config_x to production")  # from now on the line is answered: one is open

            async def answered() -> None:
                await ear.answer()

            return await _in_turns(slack, ports, {OURS: answered}, rounds=rounds, commands=commands)


async def _in_turns(
    slack: Slack, ports: Mapping[str, int], done: Mapping[str, Answered], *, rounds: int, commands: int
) -> dict[str, float]:
    """The median milliseconds of each app, in turns, so that a busy moment of the machine hits all of them."""
    times: dict[str, list[float]] = {name: [] for name in ports}
    streams = {name: await asyncio.open_connection("127.0.0.1", port) for name, port in ports.items()}
    for turn in range(rounds + 1):
        for name, taken in times.items():
            for _ in range(commands if turn else 1):  # at the first one, bare Bolt asks Slack who the bot is
                milliseconds = await _acknowledged(streams[name], _request(slack))
                if name in done:
                    await done[name]()
                if turn:
                    taken.append(milliseconds)
                await asyncio.sleep(MOMENT)
    for _, writer in streams.values():
        writer.close()
    return {name: median(taken) for name, taken in times.items()}


async def _acknowledged(stream: Stream, request: bytes) -> float:
    reader, writer = stream
    began = perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    await reader.readexactly(length)
    milliseconds = (perf_counter() - began) * 1000
    assert head.startswith(b"HTTP/1.1 200"), head
    return milliseconds


def _request(slack: Slack) -> bytes:
    """What Slack sends when Ada types the line: each time with a trigger and a way to answer of its own."""
    workspace = slack.workspace
    response = f"{slack.address}/response/{workspace.permits.new_response(DEPLOYS, ADA).id}"
    person, channel = workspace.person(ADA), workspace.channels[DEPLOYS]
    text = "config_x to production because the new rubric is in"
    body = urlencode(payloads.slash_command(workspace, person, channel, "/deploy", text, response))
    timestamp = str(int(time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)
    return (
        "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {timestamp}\r\nX-Slack-Signature: {signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


@asynccontextmanager
async def bare_bolt(process_before_response: bool) -> AsyncIterator[str]:
    """Serve Bolt's own adapter with its own way of authorizing and a listener that acknowledges; gives the port."""
    inner: list[Starlette] = []

    async def late(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":  # an app needs to know its port before it is made
            await inner[0](scope, receive, send)

    async with serving(late, host="127.0.0.1", port=0) as port:
        client = AsyncWebClient(token="xoxb-bare", base_url=f"http://127.0.0.1:{port}/api/")
        app = AsyncApp(
            client=client, signing_secret=SECRET, name="bolt", process_before_response=process_before_response
        )
        inner.append(_with_adapter(app))
        yield str(port)


def _with_adapter(app: AsyncApp) -> Starlette:
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


BENCHMARK = Benchmark(figures, measure)
