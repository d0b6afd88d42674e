"""Handling of every call: token, body size, rate limits, faults, and dispatch to an operation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote

from pydantic import BaseModel
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from bot.logs import get_logger
from bot.services.launchdarkly.bodies import parsed
from bot.services.launchdarkly.errors import Refusal, invalid, unknown
from bot.services.launchdarkly.faults import Broken, Fault
from bot.services.launchdarkly.world import Call, Token, World

LARGEST_BODY = 1_000_000
"""Bytes. LaunchDarkly documents no limit; this one is ours."""

TUNNELLED = ("PUT", "PATCH", "DELETE")
"""Methods that a POST may override to with ``X-HTTP-Method-Override``."""

CONTROL = "/control"
"""Prefix of the paths that control this service; the real one has no such paths."""

FAULT_HEADER = "x-playground-fault"
"""Request header with a fault as JSON, which applies to that call."""

log = get_logger("bot.services.launchdarkly")

Parsed = TypeVar("Parsed", bound=BaseModel)


@dataclass(frozen=True)
class Incoming:
    """A call for an operation: the caller's token, the named parts of the path, the query and the body."""

    world: World
    token: Token
    parts: Mapping[str, str]
    query: QueryParams
    path: str
    content: bytes
    headers: Mapping[str, str]

    def body(self, model: type[Parsed]) -> Parsed:
        """Parse the body into `model`. Raises `Refusal` (400)."""
        return parsed(model, self.content)


Handler = Callable[[Incoming], Response]


@dataclass(frozen=True, slots=True)
class Operation:
    """A method, a path template, for example ``/api/v2/projects/{project}``, and the handler for both.

    Any method but GET needs a token that may write, unless the operation only `reads`.
    """

    method: str
    path: str
    handler: Handler
    reads: bool = False

    def parts(self, segments: Sequence[str]) -> dict[str, str] | None:
        """The named parts of a path that matches the template. Returns None for any other path."""
        template = self.path.split("/")
        if len(template) != len(segments):
            return None
        named = {}
        for expected, segment in zip(template, segments, strict=True):
            if expected.startswith("{"):
                named[expected[1:-1]] = segment
            elif expected != segment:
                return None
        return named


def answer(body: Any, status: int = 200) -> Response:
    """A JSON response."""
    return JSONResponse(body, status)


def gone() -> Response:
    """A 204 response."""
    return Response(status_code=204)


class Service:
    """The operations over one world, as an ASGI app. Operations run one at a time."""

    def __init__(self, world: World, operations: Sequence[Operation]) -> None:
        self._world = world
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call; the token is checked before anything else."""
        request = Request(scope, receive)
        method = _method(request)
        path = scope["raw_path"].decode("ascii", "replace").partition("?")[0]
        content = b""
        try:
            token = self._token(request)
            content = await _read(request)
        except ClientDisconnect:
            return
        except Refusal as refusal:
            response: Response = refusal.response()
        else:
            response = await self._answer(request, method, path, content, token)
        self._world.calls.append(Call(method, path, response.status_code, content))
        await response(scope, receive, send)

    def _token(self, request: Request) -> Token:
        token = self._world.tokens.get(request.headers.get("authorization", ""))
        if token is None:
            raise Refusal(401, "Invalid access token")
        return token

    async def _answer(self, request: Request, method: str, path: str, content: bytes, token: Token) -> Response:
        try:
            operation, parts = self._operation(method, path)
            fault = None if path.startswith(CONTROL) else self._fault(request, method, path)
        except Refusal as refusal:
            return refusal.response()
        address = request.client.host if request.client is not None else ""
        allowed, headers = self._world.limits_for(f"{method} {operation.path}", token, address)
        if not allowed:
            return Refusal(429, "Rate limit exceeded", headers=headers).response()
        if fault is not None and (fault.status is not None or fault.cut == "before"):
            return await _fault_response(fault)
        query = QueryParams(parse_qsl(request.url.query, keep_blank_values=True))
        incoming = Incoming(self._world, token, parts, query, path, content, request.headers)
        response = self._run(operation, incoming)
        response.headers.update(headers)
        if fault is not None:
            await asyncio.sleep(fault.delay)
        return Broken() if fault is not None and fault.cut == "after" else response

    def _fault(self, request: Request, method: str, path: str) -> Fault | None:
        """The fault for this call: from its header, else from the queue. Raises `Refusal` (400)."""
        header = request.headers.get(FAULT_HEADER)
        if header is not None:
            return parsed(Fault, header.encode())
        return self._world.faults.take(method, path)

    def _operation(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """The operation for a path, and the path's named parts, decoded. Raises `Refusal` (404, 405)."""
        segments = [unquote(segment) for segment in path.split("/")]
        matches = [(each, parts) for each in self._operations if (parts := each.parts(segments)) is not None]
        for operation, parts in matches:
            if operation.method == method:
                return operation, parts
        if matches:
            raise Refusal(405, f"{method} is not allowed here")
        raise unknown("path")

    def _run(self, operation: Operation, incoming: Incoming) -> Response:
        if operation.method != "GET" and not operation.reads and not incoming.token.may_write:
            return Refusal(403, "The access token has no permission for this action").response()
        try:
            with self._world.together():
                return operation.handler(incoming)
        except Refusal as refusal:
            return refusal.response()
        except Exception:
            log.exception("an operation broke", method=operation.method, path=operation.path)
            return Refusal(500, "Something went wrong on our side").response()


def _method(request: Request) -> str:
    tunnelled = request.headers.get("x-http-method-override", "").upper()
    return tunnelled if request.method == "POST" and tunnelled in TUNNELLED else request.method


async def _read(request: Request) -> bytes:
    """Read the whole body. Raises `Refusal` (413)."""
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_BODY:
            raise Refusal(413, f"The body is larger than {LARGEST_BODY} bytes")
    return content


async def _fault_response(fault: Fault) -> Response:
    await asyncio.sleep(fault.delay)
    if fault.status is None:
        return Broken()
    if fault.text is not None:
        return PlainTextResponse(fault.text, fault.status, fault.headers, media_type="text/html")
    message = fault.message or "This was asked for"
    return Refusal(fault.status, message, code=fault.code, headers=fault.headers).response()


def number(incoming: Incoming, name: str, default: int, *, least: int = 0, most: int = 2**31 - 1) -> int:
    """A whole number from the query, or `default`. Raises `Refusal` (400)."""
    text = incoming.query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 16 or not least <= int(text) <= most:
        raise invalid(f"{name}: has to be a number from {least} to {most}")
    return int(text)
