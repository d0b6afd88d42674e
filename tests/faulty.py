"""An HTTP server that answers what a test tells it to, faults included, over a real socket on this machine."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote


@dataclass(frozen=True)
class Reply:
    """One answer. `delay` seconds pass before it; `cut` closes the connection after that many bytes of it."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    delay: float = 0.0
    cut: int | None = None

    def encoded(self) -> bytes:
        """The bytes on the wire."""
        lines = [f"HTTP/1.1 {self.status} Status", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def answer(value: Any, status: int = 200, *, retry_after: str | None = None, delay: float = 0.0) -> Reply:
    """A JSON answer."""
    headers = [("Content-Type", "application/json")]
    if retry_after is not None:
        headers.append(("Retry-After", retry_after))
    return Reply(status, json.dumps(value).encode(), tuple(headers), delay)


def page_of_html(status: int) -> Reply:
    """What a gateway sends."""
    return Reply(status, b"<html><body>Sign in</body></html>", (("Content-Type", "text/html; charset=utf-8"),))


CUT = Reply(cut=0)
"""The connection closes after the request was read, before a single byte of an answer."""


@dataclass(frozen=True)
class Request:
    """What arrived. `target` is the path and query as they stood on the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The decoded path."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> str:
        """The query as it stood on the wire."""
        return self.target.partition("?")[2]

    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


@dataclass
class FaultyServer:
    """`replies` are given in turn, whatever is asked; when they run out, `always`; without it a 404."""

    replies: deque[Reply] = field(default_factory=deque)
    always: Reply | None = None
    requests: list[Request] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _connections: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def reply(self, *replies: Reply) -> None:
        """Queue answers."""
        self.replies.extend(replies)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        connections = list(self._connections.items())
        for task, _ in connections:
            task.cancel()
        await asyncio.gather(*(task for task, _ in connections), return_exceptions=True)
        for _, writer in connections:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in connections), return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._converse(reader, writer))
        self._connections[task] = writer
        task.add_done_callback(self._connections.pop)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.requests.append(Request(method, target, headers, body))
        reply = self.replies.popleft() if self.replies else self.always
        reply = reply or answer({"detail": f"nothing was prepared for {method} {target}"}, 404)
        if reply.delay:
            await asyncio.sleep(reply.delay)
        writer.write(reply.encoded()[: reply.cut])
        await writer.drain()
        return reply.cut is None
