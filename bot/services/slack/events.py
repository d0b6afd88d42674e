"""Who looks at the page right now, and what they are told (server-sent events)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

QUEUE = 500
"""A listener that has fallen this far behind is dropped; its browser connects again and reads everything anew."""


@dataclass(eq=False, slots=True)
class Listener:
    """One open page of one person; None in the queue ends it."""

    user: str
    queue: asyncio.Queue[tuple[str, Any] | None] = field(default_factory=lambda: asyncio.Queue(QUEUE + 1))


class Audience:
    """All open pages."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    def join(self, user: str) -> Listener:
        """A page opens its stream."""
        listener = Listener(user)
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """A page is gone."""
        self._listeners.discard(listener)

    def tell(self, event: str, data: Any, may_see: Callable[[str], bool] = lambda _user: True) -> None:
        """Tell every page whose person may see it; never waits."""
        for listener in tuple(self._listeners):
            if not may_see(listener.user):
                continue
            if listener.queue.qsize() >= QUEUE:
                self.leave(listener)
                listener.queue.put_nowait(None)
            else:
                listener.queue.put_nowait((event, data))

    def end(self) -> None:
        """The server stops: end every stream."""
        for listener in tuple(self._listeners):
            self.leave(listener)
            if not listener.queue.full():
                listener.queue.put_nowait(None)
