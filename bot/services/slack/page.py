"""The browser page's API: what people see, type and click, as JSON, and a stream of changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.services.slack.clock import MONDAY, next_morning
from bot.services.slack.delivery import Delivery, SocketDelivery
from bot.services.slack.faults import Fault
from bot.services.slack.interactions import Interactions
from bot.services.slack.model import Impossible, Json
from bot.services.slack.workspace import Workspace

MoveClock = Callable[[float], Awaitable[None]]
"""Moves the clock forward by a number of seconds, and runs what is due."""

KEEP_ALIVE_SECONDS = 15.0
LARGEST_BODY = 1_000_000
LONGEST_NUMBER = 15
"""Maximum digits of the number of a log entry."""
YEAR_SECONDS = 366 * 86_400
MORNINGS = {"tomorrow": None, "monday": MONDAY}
"""Where the clock can be moved to, each at nine o'clock: the next day, or the next Monday."""
RECONNECT = ("warning", "refresh_requested", "link_disabled")


class Page:
    """The routes under /playground."""

    def __init__(
        self,
        workspace: Workspace,
        delivery: Delivery,
        interactions: Interactions,
        methods: frozenset[str],
        move_clock: MoveClock | None,
        keep_alive_seconds: float,
    ) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._interactions = interactions
        self._faulty = methods | {"response_url"}
        self._move_clock = move_clock
        self._keep_alive_seconds = keep_alive_seconds

    def routes(self) -> list[Route]:
        """All routes of the page."""
        reads: dict[str, Callable[[Request], Any]] = {
            "session": self._session,
            "messages": self._messages,
            "log": self._log,
            "modal": self._modal,
            "home": self._home,
            "clock": self._clock,
        }
        writes: dict[str, Callable[[Body, str], Awaitable[Json]]] = {
            "say": self._say,
            "action": self._action,
            "options": self._options,
            "submit": self._submit,
            "close": self._close,
            "open_home": self._open_home,
            "faults": self._faults,
            "clock": self._set_clock,
        }
        return [
            *(Route(f"/playground/{name}", read_endpoint(read), methods=["GET"]) for name, read in reads.items()),
            *(Route(f"/playground/{name}", write_endpoint(write), methods=["POST"]) for name, write in writes.items()),
            Route("/playground/events", self._events, methods=["GET"]),
        ]

    # Reads

    def _reader(self, request: Request) -> str:
        return self._workspace.person(request.query_params.get("as", "")).id

    def _session(self, request: Request) -> Json:
        workspace = self._workspace
        user = request.query_params.get("as") or next(iter(workspace.people))
        workspace.person(user)
        return {
            "team": {"id": workspace.team.id, "name": workspace.team.name},
            "people": [
                {
                    "id": person.id,
                    "name": person.name,
                    "title": person.title,
                    "handle": person.username,
                    "tz": person.tz,
                }
                for person in workspace.people.values()
                if not person.deleted
            ],
            "channels": [
                {
                    "id": channel.id,
                    "name": channel.name,
                    "topic": channel.topic,
                    "is_private": channel.is_private,
                    "is_im": channel.is_im,
                }
                for channel in workspace.channels_of(user)
            ],
            "bot": {
                "user_id": workspace.bot.user_id,
                "name": workspace.bot.name,
                "connected": self._delivery.connected,
            },
            "commands": [
                {"command": one.command, "usage": one.usage, "description": one.description}
                for one in workspace.commands
            ],
            "now": workspace.now(),
            "clock_movable": self._move_clock is not None,
        }

    def _messages(self, request: Request) -> Json:
        user = self._reader(request)
        channel = self._workspace.channel_for(user, request.query_params.get("channel", ""))
        thread_ts = request.query_params.get("thread_ts") or None
        messages = self._workspace.messages(channel.id, user, thread_ts)
        return {"messages": [self._workspace.shown(message) for message in messages]}

    def _log(self, request: Request) -> Json:
        after = request.query_params.get("after", "0")
        if not after.isdecimal() or len(after) > LONGEST_NUMBER:
            raise Impossible(f"after must be the number of a log entry, not {after!r}")
        return {"entries": self._workspace.log.after(int(after))}

    def _modal(self, request: Request) -> Json:
        return self._workspace.modal_event(self._reader(request))

    def _home(self, request: Request) -> Json:
        home = self._workspace.home(self._reader(request))
        return {"view": self._workspace.shown_view(home) if home else None}

    def _clock(self, _request: Request) -> Json:
        return {"now": self._workspace.now(), "movable": self._move_clock is not None}

    async def _events(self, request: Request) -> Response:
        try:
            user = self._reader(request)
        except Impossible as problem:
            return error_response(problem)
        return StreamingResponse(self._stream(user), media_type="text/event-stream")

    async def _stream(self, user: str) -> AsyncIterator[str]:
        listener = self._workspace.audience.join(user)
        try:
            yield server_sent_event("bot", {"connected": self._delivery.connected})
            yield server_sent_event("modal", self._workspace.modal_event(user))
            home = self._workspace.home(user)
            if home:
                yield server_sent_event("home", {"view": self._workspace.shown_view(home)})
            while True:
                try:
                    item = await asyncio.wait_for(listener.queue.get(), self._keep_alive_seconds)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if item is None:
                    return
                yield server_sent_event(*item)
        finally:
            self._workspace.audience.leave(listener)

    # Writes

    async def _say(self, body: Body, base_url: str) -> Json:
        return await self._interactions.say(
            body.text("as"), body.text("channel"), body.text("text"), body.optional("thread_ts"), base_url
        )

    async def _action(self, body: Body, base_url: str) -> Json:
        place = self._interactions.place(body.text("as"), body.values)
        return await self._interactions.click(body.text("as"), place, body.checked("state"), base_url)

    async def _options(self, body: Body, _base_url: str) -> Json:
        place = self._interactions.place(body.text("as"), body.values)
        return await self._interactions.options(body.text("as"), place, body.values)

    async def _submit(self, body: Body, _base_url: str) -> Json:
        values = body.checked("values").get("values") or {}
        return await self._interactions.submit(body.text("as"), body.text("view_id"), values)

    async def _close(self, body: Body, _base_url: str) -> Json:
        return await self._interactions.close_view(body.text("as"), body.text("view_id"))

    async def _open_home(self, body: Body, _base_url: str) -> Json:
        return await self._interactions.open_home(body.text("as"))

    async def _set_clock(self, body: Body, _base_url: str) -> Json:
        if self._move_clock is None:
            raise Impossible("this clock can't be moved: start the whole playground, whose clock can")
        await self._move_clock(self._seconds_to(body) if "to" in body.values else body.number("seconds", 0))
        now = {"now": self._workspace.now()}
        self._workspace.audience.tell("clock", now)
        return now

    def _seconds_to(self, body: Body) -> float:
        """Seconds until the requested morning in the person's time zone."""
        to = body.text("to")
        if to not in MORNINGS:
            raise Impossible(f"the clock doesn't know {to!r}: choose one of {', '.join(MORNINGS)}, or send seconds")
        zone = self._workspace.person(body.text("as")).tz
        now = datetime.fromtimestamp(self._workspace.now(), UTC)
        return (next_morning(now, zone, MORNINGS[to]) - now).total_seconds()

    async def _faults(self, body: Body, _base_url: str) -> Json:
        method, error = body.text("method"), body.optional("error") or ""
        if method == "socket":
            return await self._break_socket(error)
        if method not in self._faulty:
            raise Impossible(
                f"the bot doesn't call {method!r}: choose one of socket, {', '.join(sorted(self._faulty))}"
            )
        retry_after, times = int(body.number("retry_after", 1)), int(body.number("times", 1))
        channel = body.optional("channel") or ""
        self._workspace.faults.add(Fault(method, error, retry_after, times, body.number("delay", 0), channel))
        return {"ok": True}

    async def _break_socket(self, error: str) -> Json:
        if not isinstance(self._delivery, SocketDelivery):
            raise Impossible("there is no socket: this playground delivers over http")
        if error == "drop":
            await self._delivery.close()
        elif error in RECONNECT:
            await self._delivery.ask_to_reconnect(error)
        else:
            raise Impossible(f"error must be drop, {', '.join(RECONNECT)}")
        return {"ok": True}


class Body:
    """A JSON object sent by the page, with checked access to its fields."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def text(self, name: str) -> str:
        """A required string. Raises `Impossible`."""
        value = self.values.get(name)
        if not isinstance(value, str):
            raise Impossible(f"{name} is missing or not a text: send it as a JSON string")
        return value

    def optional(self, name: str) -> str | None:
        """An optional string. Returns None when it is missing or null."""
        return None if self.values.get(name) is None else self.text(name)

    def number(self, name: str, otherwise: float) -> float:
        """A number from 0 to the seconds in a year, or `otherwise` when missing. Raises `Impossible`."""
        value = self.values.get(name, otherwise)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= YEAR_SECONDS:
            raise Impossible(f"{name} must be a number of 0 or more, and at most a year of seconds")
        return float(value)

    def checked(self, name: str) -> Mapping[str, Any]:
        """All values, after checking that `name` is ``{block_id: {action_id: {…}}}``. Raises `Impossible`."""
        state = self.values.get(name) or {}
        if not isinstance(state, dict) or not all(isinstance(inner, dict) for inner in state.values()):
            raise Impossible(f"{name} must be an object of objects: block_id, then action_id")
        return self.values


async def read_body(request: Request) -> bytes:
    """Read the whole body. Raises `Impossible` when it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise Impossible(f"more than {LARGEST_BODY:,} bytes were sent", 413)
    return bytes(body)


def base_url(request: Request) -> str:
    """The server's address as the request used it, without a trailing slash."""
    return str(request.base_url).rstrip("/")


def server_sent_event(event: str, data: Any) -> str:
    """The text of one server-sent event."""
    return f"event: {event}\ndata: {json.dumps(data)}\n\n"


def error_response(problem: Impossible) -> Response:
    """The error response for a request that cannot be carried out."""
    return JSONResponse({"error": str(problem)}, problem.status)


def read_endpoint(read: Callable[[Request], Json]) -> Callable[[Request], Awaitable[Response]]:
    """Wrap a read as an endpoint that responds with JSON."""

    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(read(request))
        except Impossible as problem:
            return error_response(problem)

    return endpoint


def write_endpoint(write: Callable[[Body, str], Awaitable[Json]]) -> Callable[[Request], Awaitable[Response]]:
    """Wrap a write as an endpoint that takes and responds with JSON."""

    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await write(await json_body(request), base_url(request)))
        except Impossible as problem:
            return error_response(problem)

    return endpoint


async def json_body(request: Request) -> Body:
    """The JSON body of a request. Raises `Impossible`, also for a form, which any website could post."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json":
        raise Impossible(f"send Content-Type: application/json, not {kind!r}", 415)
    try:
        values = json.loads(await read_body(request))
    except ValueError:
        raise Impossible("the body is not JSON: send one object") from None
    if not isinstance(values, dict):
        raise Impossible("the body must be one JSON object")
    return Body(values)
