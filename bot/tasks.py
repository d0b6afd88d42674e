"""Background work after a request's acknowledgement, tracked so that a shutdown waits for it and errors are logged."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.logs import get_logger

log = get_logger(__name__)


class Tasks:
    """A set of running tasks. Once `drain` has begun, new tasks are refused."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._running)

    @property
    def closed(self) -> bool:
        """Whether new work is refused."""
        return self._closed

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> bool:
        """Start a tracked task. Returns False during a shutdown. The work handles its own errors."""
        if self._closed:
            work.close()
            return False
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._done)
        return True

    async def drain(self, seconds: float) -> bool:
        """Refuse new tasks and wait for the running ones. Returns False if some had to be cancelled after `seconds`."""
        self._closed = True
        if not self._running:
            return True
        _, late = await asyncio.wait(self._running, timeout=seconds)
        for task in late:
            log.warning("task.cancelled", task=task.get_name())
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=1)
        return not late

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task.failed", task=task.get_name(), exc_info=error)
