"""Being told to stop: what every process does that serves."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


async def stoppable(work: Coroutine[Any, Any, None]) -> None:
    """Do `work`, which may end by itself or when `stop_signal` returns.

    SIGTERM or SIGINT while it still starts takes it apart from where it stands.
    """
    _on(_SIGNALS, _this_task().cancel)
    with suppress(asyncio.CancelledError):
        await work


async def stop_signal() -> None:
    """Wait for SIGTERM or SIGINT. A SIGINT after that ends the waiting for whatever is being finished."""
    stop = asyncio.Event()
    _on(_SIGNALS, stop.set)
    await stop.wait()
    # not a second SIGTERM: whoever starts processes for a terminal sends one after the SIGINT that all of them got
    _on((signal.SIGINT,), _this_task().cancel)


def _on(names: tuple[signal.Signals, ...], act: Callable[[], object]) -> None:
    for name in names:
        asyncio.get_running_loop().add_signal_handler(name, act)


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in one
    return task
