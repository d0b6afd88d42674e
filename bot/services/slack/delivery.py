"""Delivery of payloads to the app: over Socket Mode or as signed HTTP requests, answered within three seconds."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

import httpx
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.services.slack.model import Json, SlackError
from bot.services.slack.workspace import Workspace

Kind = Literal["slash_commands", "interactive", "events_api"]
ACK_SECONDS = 3.0
CONNECTIONS = 10
"""Maximum number of Socket Mode connections of one app."""
TICKET_SECONDS = 30
DISPATCH_FAILED = "dispatch_failed"
OPERATION_TIMEOUT = "operation_timeout"


class NotAcknowledged(Exception):
    """The app did not answer in time (operation_timeout), or could not be reached (dispatch_failed)."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Delivery(Protocol):
    """A transport to an app."""

    @property
    def connected(self) -> bool:
        """Whether the app is connected."""

    async def send(self, kind: Kind, payload: Mapping[str, Any], attempt: int = 0) -> Json:
        """Deliver one payload and return the body of the acknowledgement. Raises `NotAcknowledged`.

        `attempt` is the number of the retry of an event; 0 is the first delivery.
        """

    async def close(self) -> None:
        """Close all connections to the app."""


@dataclass(eq=False, slots=True)
class Connection:
    """An open websocket, and the acknowledgements it still owes, by envelope_id."""

    websocket: WebSocket
    owed: dict[str, asyncio.Future[Json]] = field(default_factory=dict)


class SocketDelivery:
    """Socket Mode: an app gets a ticket with its app token and connects; each payload goes to one connection."""

    def __init__(self, workspace: Workspace, ack_seconds: float = ACK_SECONDS) -> None:
        self._workspace = workspace
        self._ack_seconds = ack_seconds
        self._tickets: dict[str, float] = {}
        self._connections: list[Connection] = []
        self._turn = 0

    @property
    def connected(self) -> bool:
        """Whether at least one connection is open."""
        return bool(self._connections)

    def new_ticket(self) -> str:
        """A ticket for one connection, valid for 30 seconds."""
        now = time.monotonic()
        self._tickets = {ticket: until for ticket, until in self._tickets.items() if until > now}
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = now + TICKET_SECONDS
        return ticket

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one connection until either side closes it."""
        if self._tickets.pop(websocket.query_params.get("ticket", ""), 0.0) < time.monotonic():
            await websocket.close(4001, "this ticket is unknown, used or too old: call apps.connections.open")
            return
        await websocket.accept()
        connection = Connection(websocket)
        if len(self._connections) >= CONNECTIONS:
            await websocket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
            await websocket.close()
            return
        self._connections.append(connection)
        try:
            await websocket.send_json(
                {
                    "type": "hello",
                    "num_connections": len(self._connections),
                    "connection_info": {"app_id": self._workspace.bot.app_id},
                    "debug_info": {"host": "playground", "approximate_connection_time": 3600},
                }
            )
            self._announce_connected()
            async for text in websocket.iter_text():
                self._acknowledge(connection, text)
        except (WebSocketDisconnect, RuntimeError):
            pass  # the app is gone; its pending acknowledgements time out
        finally:
            self._drop(connection)

    def _acknowledge(self, connection: Connection, text: str) -> None:
        try:
            answer = json.loads(text)
            owed = connection.owed.pop(answer["envelope_id"])
        except (ValueError, TypeError, KeyError):
            self._workspace.notice(f"the bot sent something that acknowledges nothing: {text[:200]}")
            return
        if not owed.done():
            owed.set_result(_body(answer.get("payload")))

    def _drop(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
            self._announce_connected()

    def _announce_connected(self) -> None:
        self._workspace.audience.tell("bot", {"connected": self.connected})

    async def send(self, kind: Kind, payload: Mapping[str, Any], attempt: int = 0) -> Json:
        """Send one envelope to one connection and wait for its acknowledgement."""
        envelope_id = secrets.token_hex(16)
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        owed: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        connection = await self._hand_over(envelope_id, envelope, owed)
        try:
            return await asyncio.wait_for(owed, self._ack_seconds)
        except TimeoutError:
            raise NotAcknowledged(OPERATION_TIMEOUT) from None
        finally:
            connection.owed.pop(envelope_id, None)

    async def _hand_over(self, envelope_id: str, envelope: Json, owed: asyncio.Future[Json]) -> Connection:
        """Send the envelope to the next connection in turn that still accepts it, and return that one."""
        while self._connections:
            self._turn += 1
            connection = self._connections[self._turn % len(self._connections)]
            connection.owed[envelope_id] = owed
            try:
                await connection.websocket.send_json(envelope)
            except (WebSocketDisconnect, RuntimeError):
                connection.owed.pop(envelope_id, None)
                self._drop(connection)
            else:
                return connection
        raise NotAcknowledged(DISPATCH_FAILED)

    async def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to reconnect, as Slack does every few hours (or: warning, link_disabled).

        They may still acknowledge what they received, but receive nothing new.
        """
        for connection in tuple(self._connections):
            self._drop(connection)
            with suppress(WebSocketDisconnect, RuntimeError):
                await connection.websocket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def close(self) -> None:
        """Close every connection."""
        for connection in tuple(self._connections):
            self._drop(connection)
            with suppress(WebSocketDisconnect, RuntimeError):
                await connection.websocket.close(1001)


class HttpDelivery:
    """Signed HTTP requests to the app's URL, as Slack sends them when Socket Mode is off."""

    def __init__(
        self,
        url: str,
        signing_secret: str,
        *,
        ack_seconds: float = ACK_SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url
        self._signing_secret = signing_secret
        self._client = httpx.AsyncClient(timeout=ack_seconds, transport=transport, trust_env=False)

    @property
    def connected(self) -> bool:
        """Whether the client is open. Whether the app listens shows only when a request is sent."""
        return not self._client.is_closed

    async def send(self, kind: Kind, payload: Mapping[str, Any], attempt: int = 0) -> Json:
        """Post one signed payload: form-encoded, or JSON for events."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if kind == "slash_commands":
            body = urlencode(payload)
        elif kind == "interactive":
            body = urlencode({"payload": json.dumps(payload)})
        else:
            body = json.dumps(payload)
            headers["Content-Type"] = "application/json"
            if attempt:
                headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"}
        try:
            answer = await self._client.post(self._url, content=body, headers=headers | self._signed(body))
        except httpx.TimeoutException:
            raise NotAcknowledged(OPERATION_TIMEOUT) from None
        except httpx.TransportError:
            raise NotAcknowledged(DISPATCH_FAILED) from None
        if answer.status_code != httpx.codes.OK:
            raise NotAcknowledged(DISPATCH_FAILED)
        if "application/json" in answer.headers.get("content-type", ""):
            return _body(answer.json())
        return _body(answer.text)

    def _signed(self, body: str) -> dict[str, str]:
        timestamp = str(int(time.time()))
        signed = hmac.new(self._signing_secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={signed.hexdigest()}"}

    async def close(self) -> None:
        """Close the HTTP client."""
        await self._client.aclose()


def _body(payload: Any) -> Json:
    """The body of an acknowledgement; plain text becomes the text of a message."""
    if isinstance(payload, dict):
        return payload
    return {"text": payload} if isinstance(payload, str) and payload else {}


def socket_needed(delivery: Delivery) -> SocketDelivery:
    """Return the Socket Mode transport. Raises `SlackError` when the app is reached over HTTP."""
    if isinstance(delivery, SocketDelivery):
        return delivery
    raise SlackError("not_allowed", "socket mode is off in this playground: it delivers over http")
