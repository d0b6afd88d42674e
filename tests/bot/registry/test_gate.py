from __future__ import annotations

import pytest
from starlette.types import Message, Receive, Scope, Send

from bot.registry.gate import Gate, digests


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

    gate = Gate(app, key_digests=digests(["key"]), open_paths=frozenset())
    scope = {"type": "http", "path": "/v4/projects", "query_string": b"", "headers": [(b"x-api-key", b"key")]}
    await gate(scope, receive, send)
    assert seen == ["http.request", "http.disconnect"]


def test_keys_are_not_kept() -> None:
    assert all(b"secret" not in digest for digest in digests(["secret", "another secret"]))


@pytest.mark.parametrize("keys", [[], [""], ["good", "  "]])
def test_there_has_to_be_a_key_and_none_may_be_empty(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="at least one API key"):
        digests(keys)
