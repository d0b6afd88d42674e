"""Slack over HTTP: one signed endpoint for commands, clicks and events, plus health endpoints and mounted apps."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import parse_qsl

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.request.async_internals import build_async_context
from slack_bolt.response import BoltResponse
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.logs import get_logger
from bot.slack.health import ACKNOWLEDGEMENTS, Check, routes
from bot.slack.manifest import EVENTS_PATH

log = get_logger(__name__)

LARGEST_BODY = 1_000_000
"""Maximum body size in bytes. Slack's largest payloads, modals full of text, are far smaller."""

LARGEST_SKEW = 300
"""Maximum age of a signature, in seconds by our clock."""

LONGEST_TIME = 12
"""Maximum digits of a request's time in seconds: Bolt would fail on a number that fits no float."""


class NotFromSlack(Exception):
    """A body that is not a request from Slack."""


def http_app(app: AsyncApp, *, checks: Mapping[str, Check], mounts: Mapping[str, ASGIApp] | None = None) -> Starlette:
    """Make the web app of HTTP mode: Slack's endpoint and what every mode serves."""

    async def from_slack(request: Request) -> Response:
        started = time.perf_counter()
        response = await _answer(app, request)
        status = str(response.status_code)
        ACKNOWLEDGEMENTS.labels("http", status).observe(time.perf_counter() - started)
        return response

    return web_app(checks, mounts or {}, Route(EVENTS_PATH, from_slack, methods=["POST"]))


def web_app(checks: Mapping[str, Check], mounts: Mapping[str, ASGIApp], *more: Route) -> Starlette:
    """Make the web app of every mode: health endpoints, and `mounts` by path.

    A mounted app sees the whole path (an app under ``/v4`` has ``/v4`` in its own routes), and its lifespan runs.
    """

    @asynccontextmanager
    async def lifespan(_outer: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for inner in mounts.values():
                if isinstance(inner, Starlette):
                    await stack.enter_async_context(inner.router.lifespan_context(inner))
            yield

    return Starlette(
        routes=[
            *more,
            *routes(checks),
            *(Mount(path, _with_whole_path(inner)) for path, inner in mounts.items()),
        ],
        lifespan=lifespan,
    )


async def _answer(app: AsyncApp, request: Request) -> Response:
    raw = await _body(request)
    if raw is None:
        return PlainTextResponse("too large, or cut off", status_code=413)
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    is_time = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= LONGEST_TIME
    if not is_time:  # Bolt would fail on any other
        return PlainTextResponse("not signed", status_code=401)
    try:
        bolt_request = read_request(raw, request.headers, request.url.query)
    except NotFromSlack:
        return PlainTextResponse("not from slack", status_code=400)
    answer = await app.async_dispatch(bolt_request)
    if answer.status == 401:
        _explain_refusal(int(timestamp))
    return _response(answer)


async def _body(request: Request) -> bytes | None:
    """The body, byte for byte as signed; None if it is too large or incomplete."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)


def read_request(raw: bytes, headers: Mapping[str, str], query: str = "") -> AsyncBoltRequest:
    """Make Bolt's request. Raises `NotFromSlack` if it cannot be one. The signature is not checked yet.

    Bolt 1.30 treats every form that contains the word *payload* as an interaction, and reads a command such as
    ``/deploy payload_v2 to production`` as empty. Such a form is parsed again here.
    """
    try:
        text = raw.decode()
        request = AsyncBoltRequest(body=text, query=query, headers=dict(headers))
        if not request.body and "payload" in text:
            form = dict(parse_qsl(text, keep_blank_values=True))
            if "command" in form:
                request.body = form
                request.context = build_async_context(request.context, form)
    except (
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as cause:  # everything that Bolt raises when parsing a body
        raise NotFromSlack from cause
    return request


def _explain_refusal(timestamp: int) -> None:
    skew = int(time.time()) - timestamp
    if abs(skew) > LARGEST_SKEW:
        log.warning("refused a request: its time is too far from this machine's clock", seconds=skew)
    else:
        log.warning("refused a request: its signature does not fit the signing secret")


def _response(answer: BoltResponse) -> Response:
    return Response(answer.body, status_code=answer.status, headers=answer.first_headers_without_set_cookie())


def _with_whole_path(inner: ASGIApp) -> ASGIApp:
    """Call `inner` as if it were at the root: its own routes begin with the path of its mount."""

    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        alone = {**scope, "root_path": scope.get("app_root_path", "")}
        alone.pop("router", None)  # otherwise it would look up its routes in our router
        await inner(alone, receive, send)

    return whole
