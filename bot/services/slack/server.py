"""The playground's server: the API for the app (Slack's own) and the API for the page, on one local port.

For the app:

    GET, POST /api/<method>        Web API; arguments as JSON, form or query
    /socket?ticket=…               Socket Mode; the address comes from apps.connections.open
    POST /response/<id>            response_url

For the page (JSON; every POST needs ``Content-Type: application/json``; an error is ``{"error": what to do instead}``):

    GET  /, /static/*                                 the page
    GET  /playground/session?as=U                     team, people, channels of U, bot, commands, now, clock_movable
    GET  /playground/messages?channel=C&as=U[&thread_ts=T]
    GET  /playground/modal?as=U · home?as=U           the modal on top and how many are open; the Home tab
    GET  /playground/events?as=U                      server-sent: bot message deleted modal home log notice clock
    GET  /playground/log?after=N                      requests and answers; tokens are masked
    GET, POST /playground/clock                       {"now", "movable"}; {"seconds": n} moves it on, so does
                                                      {"as", "to": "tomorrow" or "monday"}, to nine o'clock there
    POST /playground/say       {"as", "channel", "text", "thread_ts"?}           as typed: @Name, #channel, /command
    POST /playground/action    {"as", "channel", "ts"|"ephemeral_id"|"view_id", "block_id", "action_id",
                                "value"?|"selected_option"?|…, "state"?}
    POST /playground/options   {"as", "channel"?, "ts"?|"view_id"?, "block_id", "action_id", "query"}
    POST /playground/submit    {"as", "view_id", "values"}       -> ok, or errors by block_id
    POST /playground/close     {"as", "view_id"}
    POST /playground/open_home {"as"}
    POST /playground/faults    {"method", "error", "retry_after"?, "times"?, "delay"?, "channel"?}; method
                               ``response_url`` too, and ``socket`` with drop, warning, refresh_requested
                               or link_disabled, at once
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from bot.services.local_only import LocalOnly
from bot.services.slack.delivery import Delivery, SocketDelivery
from bot.services.slack.faults import ANSWER_LOST, RATE_LIMITED, SERVER_ERROR, Fault
from bot.services.slack.interactions import RETRY_DELAYS, Interactions
from bot.services.slack.model import Impossible, Json, RateLimited, SlackError
from bot.services.slack.page import KEEP_ALIVE_SECONDS, MoveClock, Page, base_url, read_body
from bot.services.slack.posts import respond
from bot.services.slack.webapi import WebApi
from bot.services.slack.workspace import Workspace

STATIC = Path(__file__).with_name("static")


def create_app(
    workspace: Workspace,
    *,
    delivery: Delivery | None = None,
    move_clock: MoveClock | None = None,
    retry_delays: Sequence[float] = RETRY_DELAYS,
    keep_alive_seconds: float = KEEP_ALIVE_SECONDS,
    beside: Sequence[BaseRoute] = (),
) -> Starlette:
    """Build the server over one workspace; bind it to 127.0.0.1. `beside` are routes of other simulated services.

    `delivery` is the transport to the bot, by default Socket Mode. `retry_delays` are the seconds after which an event
    that was not acknowledged is sent again. Open pages keep their stream open: call ``workspace.audience.end()``
    before stopping the web server. The caller closes the workspace.
    """
    slack = Slack(workspace, delivery or SocketDelivery(workspace), retry_delays)
    page = Page(workspace, slack.delivery, slack.interactions, slack.web.methods, move_clock, keep_alive_seconds)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        workspace.audience.end()
        await slack.close()

    routes: list[BaseRoute] = [
        Route("/", _index, methods=["GET"]),
        Mount("/static", StaticFiles(directory=STATIC, check_dir=False)),
        Route("/api/{method}", slack.api, methods=["GET", "POST"]),
        Route("/response/{id}", slack.response, methods=["POST"]),
        WebSocketRoute("/socket", slack.socket),
        *page.routes(),
        *beside,
    ]
    app = Starlette(routes=routes, middleware=[Middleware(LocalOnly)], lifespan=lifespan)
    app.state.delivery = slack.delivery
    return app


async def _index(_request: Request) -> Response:
    return FileResponse(STATIC / "index.html")


class Slack:
    """The API for the app: the Web API, Socket Mode and response_urls. Every call is logged."""

    def __init__(self, workspace: Workspace, delivery: Delivery, retry_delays: Sequence[float]) -> None:
        self._workspace = workspace
        self.delivery = delivery
        self.interactions = Interactions(workspace, delivery, retry_delays)
        self.web = WebApi(workspace, delivery, self.interactions.posted)

    async def socket(self, websocket: WebSocket) -> None:
        """Handle one Socket Mode connection."""
        if isinstance(self.delivery, SocketDelivery):
            await self.delivery.serve(websocket)
        else:
            await websocket.close(4001, "socket mode is off in this playground: it delivers over http")

    async def close(self) -> None:
        """Cancel pending retries and close the connections to the app."""
        await self.interactions.close()
        await self.delivery.close()

    async def api(self, request: Request) -> Response:
        """Handle one call of the Web API."""
        method = request.path_params["method"]

        async def call(args: Json) -> Response:
            token = bearer(request) or str(args.get("token", ""))
            answer = {"ok": True, **self.web.call(method, args | {"_base_url": base_url(request)}, token)}
            return JSONResponse(answer, headers={"X-OAuth-Scopes": ",".join(self._workspace.bot.scopes)})

        return await self._exchange("web api", method, request, call, refused_status=200)

    async def response(self, request: Request) -> Response:
        """Handle one post to a response_url."""

        async def post(body: Json) -> Response:
            respond(self._workspace, self._workspace.permits.use_response(request.path_params["id"]), body)
            return PlainTextResponse("ok")

        return await self._exchange("response_url", "response_url", request, post, refused_status=400)

    async def _exchange(
        self, kind: str, name: str, request: Request, work: Callable[[Json], Awaitable[Response]], refused_status: int
    ) -> Response:
        """Handle one request of the app: read arguments, apply a queued fault, do `work`, log the exchange."""
        started = time.perf_counter()
        args: Json = {}
        fault: Fault | None = None
        try:
            args = await arguments(request)
            fault = self._workspace.faults.take(name, str(args.get("channel", "")))
            await apply_fault(fault)
            response = await work(args)
        except SlackError as error:
            gone = error.error in ("used_url", "expired_url")
            response = JSONResponse(error_json(error), 404 if gone else refused_status)
        except RateLimited as limit:
            headers = {"Retry-After": str(limit.retry_after)}
            response = JSONResponse({"ok": False, "error": RATE_LIMITED}, 429, headers=headers)
        except Impossible as problem:
            response = JSONResponse({"ok": False, "error": str(problem)}, problem.status)
        spent = (time.perf_counter() - started) * 1_000
        self._workspace.log.add("bot→slack", kind, name, args, logged_body(response), spent)
        return Lost() if fault and fault.error == ANSWER_LOST else response


async def apply_fault(fault: Fault | None) -> None:
    """Apply a fault: wait its delay, then raise its error (`SlackError`, `RateLimited` or `Impossible`)."""
    if fault is None:
        return
    await asyncio.sleep(fault.delay)
    if fault.error == RATE_LIMITED:
        raise RateLimited(fault.retry_after)
    if fault.error == SERVER_ERROR:
        raise Impossible("internal_error", 500)
    if fault.error not in ("", ANSWER_LOST):
        raise SlackError(fault.error)


def logged_body(response: Response) -> Any:
    """The body of a response, for the log."""
    text = bytes(response.body).decode()
    return json.loads(text) if isinstance(response, JSONResponse) else text


class Lost(Response):
    """A response that breaks off before it is complete."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Announce more bytes than are sent."""
        headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"ok":', "more_body": True})


def error_json(error: SlackError) -> Json:
    """The JSON of an error in a Web API response."""
    answer: Json = {"ok": False, "error": error.error, **error.extra}
    if error.messages:
        answer["response_metadata"] = {"messages": list(error.messages)}
    return answer


def bearer(request: Request) -> str:
    """The token in the Authorization header; empty when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def arguments(request: Request) -> Json:
    """Arguments from the query and from a JSON or form body. Raises `SlackError`, `Impossible`."""
    args: Json = dict(request.query_params)
    body = await read_body(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if not body:
        return args
    if kind == "application/json":
        return args | json_object(body)
    if kind == "application/x-www-form-urlencoded":
        return args | dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    raise SlackError("invalid_post_type", f"[ERROR] send JSON or a form, not {kind!r}")


def json_object(body: bytes) -> Json:
    """Parse a JSON object. Raises `SlackError` (invalid_json, json_not_object)."""
    try:
        value = json.loads(body)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value
