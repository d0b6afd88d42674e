"""What goes wrong on demand. Faults are queued; the first one that fits a call is used up by it."""

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
    """What shall go wrong with the next `times` calls of `method` whose path fits the pattern `path`.

    - `status`: the call is refused with it and not carried out; `message`, `code` and `headers` of the answer can be
      given, and `text` is sent instead of a JSON error, as gateways do.
    - `cut`: the connection breaks, before or after the call was carried out.
    - `delay`: seconds between carrying it out and answering.
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
        """Whether it is meant for this call."""
        return fnmatchcase(method, self.method) and fnmatchcase(path, self.path)


def rate_limited(*, after: float | None = None, reset: int | None = None, **more: Any) -> Fault:
    """429, not carried out: `after` are the seconds of Retry-After, `reset` is when the window ends, in epoch ms."""
    headers = {"X-Ratelimit-Route-Limit": "10", "X-Ratelimit-Route-Remaining": "0"}
    if after is not None:
        headers["Retry-After"] = f"{after:g}"
    if reset is not None:
        headers["X-Ratelimit-Reset"] = str(reset)
    return Fault(status=429, headers=headers, **more)


class Faults:
    """First in, first out."""

    def __init__(self) -> None:
        self._queued: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        """Queue some."""
        self._queued.extend(fault.model_copy() for fault in faults)

    def clear(self) -> None:
        """Let everything go well again."""
        self._queued.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this call, if one is due."""
        for fault in self._queued:
            if fault.fits(method, path):
                fault.times -= 1
                if fault.times == 0:
                    self._queued.remove(fault)
                return fault
        return None


class Broken(Response):
    """An answer that breaks off."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - what the library hands in
        """Promise more than is sent, so that a web server hangs up; without one, the client's transport fails."""
        headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        if "spec_version" not in scope["asgi"]:  # no web server that would hang up: called by httpx.ASGITransport
            raise httpx.RemoteProtocolError("the connection was closed without an answer")
