"""The open pages and the server-sent events for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

QUEUE = 500
"""A listener this many events behind is dropped; its browser reconnects and reloads everything."""


@dataclass(eq=False, slots=True)
class Listener:
    """An open page of one person; None in the queue ends its stream."""

    user: str
    queue: asyncio.Queue[tuple[str, Any] | None] = field(default_factory=lambda: asyncio.Queue(QUEUE + 1))


class Audience:
    """All open pages."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    def join(self, user: str) -> Listener:
        """Add an open page of this person."""
        listener = Listener(user)
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Remove a page that was closed."""
        self._listeners.discard(listener)

    def tell(self, event: str, data: Any, may_see: Callable[[str], bool] = lambda _user: True) -> None:
        """Queue an event for every page whose person may see it; never blocks."""
        for listener in tuple(self._listeners):
            if not may_see(listener.user):
                continue
            if listener.queue.qsize() >= QUEUE:
                self.leave(listener)
                listener.queue.put_nowait(None)
            else:
                listener.queue.put_nowait((event, data))

    def end(self) -> None:
        """End every stream, when the server stops."""
        for listener in tuple(self._listeners):
            self.leave(listener)
            if not listener.queue.full():
                listener.queue.put_nowait(None)
