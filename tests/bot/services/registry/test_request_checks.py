from __future__ import annotations

from starlette.types import Message, Receive, Scope, Send

from bot.services.registry.database import Database
from bot.services.registry.keys import Keys
from bot.services.registry.request_checks import Gate


async def test_what_follows_the_body_still_arrives() -> None:
    """An app that waits for its caller to go away learns of it."""
    coming: list[Message] = [{"type": "http.request", "body": b"x"}, {"type": "http.disconnect"}]
    seen: list[str] = []

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        seen.extend([(await receive())["type"] for _ in range(2)])

    async def receive() -> Message:
        return coming.pop(0)

    async def send(_message: Message) -> None:
        raise AssertionError

    keys = Keys(["key"], Database("sqlite:///never.db"))
    gate = Gate(app, keys=keys, open_paths=frozenset())
    scope = {"type": "http", "path": "/v4/projects", "query_string": b"", "headers": [(b"x-api-key", b"key")]}
    await gate(scope, receive, send)
    assert seen == ["http.request", "http.disconnect"]
