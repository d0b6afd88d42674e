"""Faults on demand. They are queued; each call uses up the first queued fault that matches it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, Literal

import httpx
from pydantic import Field
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.services.launchdarkly.bodies import Body

Cut = Literal["before", "after"]


class Fault(Body):
    """A fault for the next `times` calls with this `method` and a path that matches the pattern `path`.

    - `status`: the call fails with this status and is not executed. `message`, `code` and `headers` set the error;
      `text` is sent instead of a JSON error, as gateways do.
    - `cut`: the connection breaks, before or after the call is executed.
    - `delay`: seconds between executing the call and answering.
    """

    method: str = "*"
    path: str = "*"
    times: int = Field(default=1, ge=1)
    status: int | None = Field(default=None, ge=400, le=599)
    code: str = ""
    message: str = ""
    text: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    cut: Cut | None = None
    delay: float = Field(default=0.0, ge=0)

    def fits(self, method: str, path: str) -> bool:
        """Return whether the fault applies to this call."""
        return fnmatchcase(method, self.method) and fnmatchcase(path, self.path)


def rate_limited(*, after: float | None = None, reset: int | None = None, **more: Any) -> Fault:
    """A 429 fault: `after` is Retry-After in seconds, `reset` is when the window ends, in epoch milliseconds."""
    headers = {"X-Ratelimit-Route-Limit": "10", "X-Ratelimit-Route-Remaining": "0"}
    if after is not None:
        headers["Retry-After"] = f"{after:g}"
    if reset is not None:
        headers["X-Ratelimit-Reset"] = str(reset)
    return Fault(status=429, headers=headers, **more)


class Faults:
    """The queue of faults, first in, first out."""

    def __init__(self) -> None:
        self._queued: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        """Add faults to the queue."""
        self._queued.extend(fault.model_copy() for fault in faults)

    def clear(self) -> None:
        """Remove all faults."""
        self._queued.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Take the first fault that applies to this call. Returns None when there is none."""
        for fault in self._queued:
            if fault.fits(method, path):
                fault.times -= 1
                if fault.times == 0:
                    self._queued.remove(fault)
                return fault
        return None


class Broken(Response):
    """A response that ends too early."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - what the library hands in
        """Announce more bytes than are sent: a web server then hangs up; an in-process transport raises an error."""
        headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        if "spec_version" not in scope["asgi"]:  # called by httpx.ASGITransport: there is no web server to hang up
            raise httpx.RemoteProtocolError("the connection was closed without an answer")
