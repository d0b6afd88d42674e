"""Handling of stop signals in every serving process."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


async def stoppable(work: Coroutine[Any, Any, None]) -> None:
    """Run `work`, which ends by itself or after `stop_signal` returns.

    SIGTERM or SIGINT during startup cancels it.
    """
    _on(_SIGNALS, _this_task().cancel)
    with suppress(asyncio.CancelledError):
        await work


async def stop_signal() -> None:
    """Wait for SIGTERM or SIGINT. A SIGINT after that cancels the clean-up."""
    stop = asyncio.Event()
    _on(_SIGNALS, stop.set)
    await stop.wait()
    # not a second SIGTERM: process managers in a terminal send one after the SIGINT that all processes received
    _on((signal.SIGINT,), _this_task().cancel)


def _on(names: tuple[signal.Signals, ...], act: Callable[[], object]) -> None:
    for name in names:
        asyncio.get_running_loop().add_signal_handler(name, act)


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in one
    return task
