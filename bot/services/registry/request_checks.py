"""The first checks of every request: the API key, the size of the body, and null characters in the URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.logs import get_logger
from bot.services.registry.database import DatabaseUnavailable
from bot.services.registry.errors import UNAVAILABLE, answer
from bot.services.registry.keys import Keys

LARGEST_BODY = 1_000_000
"""Bytes. The v4 reference documents no limit; this one is ours."""

_log = get_logger("bot.services.registry")


class _TooLarge(Exception):
    """The body is larger than `LARGEST_BODY`."""


class Gate:
    """Middleware that checks the API key before anything else; `open_paths` need no key."""

    def __init__(self, app: ASGIApp, *, keys: Keys, open_paths: frozenset[str]) -> None:
        self._app = app
        self._keys = keys
        self._open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or respond with 401, 413, 422 or 503."""
        if scope["type"] != "http" or scope["path"] in self._open_paths:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        refusal = await self._refusal(scope, headers)
        if refusal is not None:
            await answer(*refusal)(scope, receive, send)
            return
        try:
            body = await _body(headers, receive)
        except _TooLarge:
            detail = f"The body is larger than {LARGEST_BODY:,} bytes."
            await answer(413, detail)(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _refusal(
        self, scope: Scope, headers: dict[bytes, bytes]
    ) -> tuple[int, str | list[dict[str, Any]]] | None:
        key = headers.get(b"x-api-key")
        if key is None:
            return 401, "The header X-API-KEY is missing."
        try:
            if not await self._keys.knows(key):
                return 401, "The key in the header X-API-KEY is not valid."
        except DatabaseUnavailable as error:
            _log.error("registry database unavailable", reason=error.reason)
            return UNAVAILABLE
        for place, text in (("path", scope["path"].encode()), ("query", unquote_to_bytes(scope["query_string"]))):
            if b"\0" in text:
                return 422, [{"loc": [place], "msg": "texts cannot hold null characters", "type": "value_error"}]
        return None


async def _body(headers: dict[bytes, bytes], receive: Receive) -> list[Message]:
    """Receive the messages of the whole body. Raises `_TooLarge`."""
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced[:20]) > LARGEST_BODY:
        raise _TooLarge
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > LARGEST_BODY:
            raise _TooLarge
        if not message.get("more_body", False):
            return messages


def _replay(messages: list[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def replay() -> Message:
        for message in waiting:
            return message
        return await receive()

    return replay
