"""Slack over Socket Mode: one connection that is kept alive, monitored, and closed in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import cast

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.logs import get_logger
from bot.slack.health import ACKNOWLEDGEMENTS

log = get_logger(__name__)

PING_INTERVAL = 3.0
"""Seconds between pings; a dead connection is noticed after about as long."""

FIRST_CONNECT = 20.0
"""Time limit for the first connection, in seconds; later ones are retried forever."""

LAST_ANSWERS = 2.0
"""Seconds for requests that are being acknowledged during a shutdown."""

QUIET_LIMIT = 3600.0
"""Seconds without a message from Slack after which we reconnect: some connections stay open but deliver nothing."""


class NotConnected(Exception):
    """The first connection was not made in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"connecting to slack by socket mode: not connected after {seconds:g} s; the log has the errors"
        )


class _Handler(AsyncSocketModeHandler):
    """Bolt's handler, which also tracks requests in progress and when the last message arrived."""

    def __init__(self, app: AsyncApp, app_token: str, ping_interval: float) -> None:
        super().__init__(app, app_token, ping_interval=ping_interval)
        self.answering: set[asyncio.Task[object]] = set()
        self.heard_at = time.monotonic()
        self.client.message_listeners.append(self._hear)

    async def _hear(self, _client: AsyncBaseSocketModeClient, _message: dict[str, object], _raw: str | None) -> None:
        self.heard_at = time.monotonic()

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # the base class types it for every client
        task = cast("asyncio.Task[object]", asyncio.current_task())
        self.answering.add(task)
        started = time.perf_counter()
        try:
            answer = await run_async_bolt_app(self.app, req)
            await send_async_response(client, req, answer, time.time())
            ACKNOWLEDGEMENTS.labels("socket", str(answer.status)).observe(time.perf_counter() - started)
        finally:
            self.answering.discard(task)


class SocketMode:
    """The Socket Mode connection inside `connected`."""

    def __init__(self, app: AsyncApp, app_token: str, ping_interval: float, quiet_limit: float) -> None:
        self._handler = _Handler(app, app_token, ping_interval)
        self._interval = ping_interval
        self._quiet_limit = quiet_limit
        self._down_since: float | None = None

    async def check(self) -> str | None:
        """What is wrong with the connection, for ``/readyz``; None if it is open."""
        client = self._handler.client
        if await client.is_connected():
            return None
        pong = client.last_ping_pong_time
        return "not connected to slack" + (f", last heard {time.time() - pong:.0f} s ago" if pong else "")

    async def connect(self, seconds: float) -> None:
        """Connect for the first time. Raises `NotConnected`."""
        try:
            async with asyncio.timeout(seconds):
                await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's
        except TimeoutError:
            raise NotConnected(seconds) from None

    async def watch(self) -> None:
        """Reconnect if the SDK has lost the connection for good, or if it has been silent for too long."""
        while True:
            await asyncio.sleep(self._interval)
            try:
                await self._look()
            except Exception:
                log.exception("renewing the connection to slack")

    async def _look(self) -> None:
        client, now = self._handler.client, time.monotonic()
        if await client.is_connected():
            self._down_since = None
            if now - self._handler.heard_at < self._quiet_limit:
                return
            self._handler.heard_at = now
            log.info("renewing a quiet connection to slack", seconds=self._quiet_limit)
        else:
            self._down_since = self._down_since or now
            if now - self._down_since < 2 * self._interval:
                return  # the SDK is about to reconnect
            self._down_since = now
            log.warning("the connection to slack is lost")
        if client.connect_operation_lock.locked():
            client.wss_uri = None  # the SDK is retrying with a single-use address: make it request a new one
            return
        async with asyncio.timeout(10 * self._interval):
            await client.connect_to_new_endpoint(force=True)

    async def close(self) -> None:
        """Finish requests that are being acknowledged, then disconnect."""
        client = self._handler.client
        client.auto_reconnect_enabled = False
        if self._handler.answering:
            await asyncio.wait(self._handler.answering, timeout=LAST_ANSWERS)
        running = [
            task
            for task in (client.message_processor, client.current_session_monitor, client.message_receiver)
            if task is not None
        ]
        await self._handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's
        await asyncio.wait(running, timeout=LAST_ANSWERS)


@asynccontextmanager
async def connected(
    app: AsyncApp,
    app_token: str,
    *,
    ping_interval: float = PING_INTERVAL,
    first_connect: float = FIRST_CONNECT,
    quiet_limit: float = QUIET_LIMIT,
) -> AsyncIterator[SocketMode]:
    """Receive requests over Socket Mode while the block runs.

    At its end, acknowledgements in progress are finished and the connection is closed (an app can have ten); background
    tasks are left to their owner. Raises `NotConnected`. `check_tokens` should detect a wrong token before: here it
    would only be a time-out.
    """
    connection = SocketMode(app, app_token, ping_interval, quiet_limit)
    watching: asyncio.Task[None] | None = None
    try:
        await connection.connect(first_connect)
        watching = asyncio.create_task(connection.watch())
        yield connection
    finally:
        if watching is not None:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
        await connection.close()
