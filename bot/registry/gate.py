"""What every request passes first: the key, the size of the body, characters that no database takes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.registry.errors import answer

LARGEST_BODY = 1_000_000
"""Bytes. The reference declares no limit; this one is ours."""


def digests(api_keys: Sequence[str]) -> list[bytes]:
    """What is kept of the keys. Raises `ValueError` when there is none, or an empty one among them."""
    if not api_keys or not all(key.strip() for key in api_keys):
        raise ValueError("starting the registry: it needs at least one API key, and none of them empty")
    return [hashlib.sha256(key.encode()).digest() for key in api_keys]


class _TooLarge(Exception):
    """More came than is taken."""


class Gate:
    """Checks the key before anything else looks at a request; `open_paths` are readable without one."""

    def __init__(self, app: ASGIApp, *, key_digests: Sequence[bytes], open_paths: frozenset[str]) -> None:
        self._app = app
        self._digests = key_digests
        self._open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401, 413 or 422."""
        if scope["type"] != "http" or scope["path"] in self._open_paths:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        refusal = self._refusal(scope, headers)
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

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, str | list[dict[str, Any]]] | None:
        key = headers.get(b"x-api-key")
        if key is None:
            return 401, "The header X-API-KEY is missing."
        if not self._knows(key):
            return 401, "The key in the header X-API-KEY is not valid."
        for place, text in (("path", scope["path"].encode()), ("query", unquote_to_bytes(scope["query_string"]))):
            if b"\0" in text:
                return 422, [{"loc": [place], "msg": "texts cannot hold null characters", "type": "value_error"}]
        return None

    def _knows(self, key: bytes) -> bool:
        digest = hashlib.sha256(key).digest()
        matches = [hmac.compare_digest(digest, known) for known in self._digests]
        return any(matches)  # all were compared, so that the time taken says nothing


async def _body(headers: dict[bytes, bytes], receive: Receive) -> list[Message]:
    """The messages of the whole body. Raises `_TooLarge`."""
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
