"""The log of every request and response, which the page shows. Tokens are masked."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import Any, Literal

Direction = Literal["bot→slack", "slack→bot", "bot→service"]

_TOKEN = re.compile(r"\b(xox[a-z](?:\.xox[a-z])?-|xapp-|hl_sk_|(?:api|sdk)-(?=[0-9a-f]{8}-))[A-Za-z0-9_-]{4,}")
_SECRET_KEYS = frozenset(
    {
        "token",
        "authorization",
        "x-api-key",
        "cookie",
        "set-cookie",
        "client_secret",
        "signing_secret",
        "x-slack-signature",
    }
)
_LONGEST = 20_000


def masked(value: Any) -> Any:
    """Copy a JSON value with secrets masked: token-like words, and values of keys with secret names."""
    if isinstance(value, dict):
        return {
            key: "•••" if str(key).lower() in _SECRET_KEYS and item else masked(item) for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [masked(item) for item in value]
    if isinstance(value, str):
        text = _TOKEN.sub(r"\1•••", value)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"
    return value


class Log:
    """The last `size` entries, numbered from 1; `added` is called with each new one."""

    def __init__(self, now: Callable[[], float], size: int = 2_000) -> None:
        self._now = now
        self._entries: deque[dict[str, Any]] = deque(maxlen=size)
        self._count = 0
        self.added: Callable[[dict[str, Any]], None] = lambda _entry: None

    def add(
        self, direction: Direction, kind: str, name: str, request: Any = None, answer: Any = None, ms: float = 0.0
    ) -> dict[str, Any]:
        """Add one exchange, which took `ms` milliseconds, and return the stored entry."""
        self._count += 1
        entry = {
            "n": self._count,
            "time": self._now(),
            "direction": direction,
            "kind": kind,
            "name": name,
            "request": masked(request),
            "answer": masked(answer),
            "ms": round(ms, 1),
        }
        self._entries.append(entry)
        self.added(entry)
        return entry

    def after(self, number: int) -> list[dict[str, Any]]:
        """The stored entries with a number above `number`, oldest first."""
        return [entry for entry in self._entries if entry["n"] > number]
