"""Who may talk to the playground: this machine only, and no other web page that the browser has open."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost", "[::1]")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class LocalOnly:
    """Refuses a foreign Host (DNS rebinding) and a foreign Origin (another page that clicks Approve), with 403."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then hand on with the security headers set."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        problem = refusal(scope)
        if problem is None:
            return await self._app(scope, receive, _with_headers(send))
        if scope["type"] == "websocket":
            await receive()
            return await send({"type": "websocket.close", "code": 4003, "reason": problem[:120]})
        return await JSONResponse({"error": problem}, 403)(scope, receive, _with_headers(send))


def refusal(scope: Scope) -> str | None:
    """Why a request is refused; None when it is welcome."""
    headers = Headers(scope=scope)
    port = scope["server"][1]
    own = {f"{host}:{port}" for host in HOSTS} | (set(HOSTS) if port == 80 else set())
    host = headers.get("host", "").lower()
    if host not in own:
        return f"this playground answers to 127.0.0.1:{port} only, not to {host!r}: open http://127.0.0.1:{port}/"
    origin = headers.get("origin")
    if origin is not None and origin.lower().removeprefix("http://") not in own:
        return f"another page ({origin}) may not use this playground: open http://127.0.0.1:{port}/"
    site = headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none") and headers.get("sec-fetch-mode") != "navigate":
        return f"another site may not use this playground: open http://127.0.0.1:{port}/"
    return None


def _with_headers(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
        await send(message)

    return with_headers
