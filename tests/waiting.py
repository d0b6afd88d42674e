"""Waits that end: whatever does not come within a minute fails the test."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

PATIENCE = 60.0
"""Seconds for something to happen on a busy machine."""


async def happens(event: asyncio.Event) -> None:
    """Wait for an event. Raises `TimeoutError`."""
    async with asyncio.timeout(PATIENCE):
        await event.wait()


async def started(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    """Wait until a server that a task serves takes requests. Raises `TimeoutError`."""
    async with asyncio.timeout(PATIENCE):
        while not server.started:
            assert not serving.done(), "the server did not start"
            await asyncio.sleep(0.01)


@contextmanager
def served_in_a_thread(app: Any, log_level: str) -> Iterator[int]:
    """An app on a port, in a thread of its own, for clients that wait: the port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level=log_level, timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            end = time.monotonic() + PATIENCE
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                assert time.monotonic() < end, "the server took too long to start"
                time.sleep(0.01)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            ended(thread)


def ended(thread: threading.Thread) -> None:
    """Wait for the end of a thread, which is a daemon: one that does not end must not keep the tests from ending."""
    thread.join(PATIENCE)
    assert not thread.is_alive(), "the thread did not end"


def next_line(process: subprocess.Popen[str], patience: float = PATIENCE) -> str:
    """The next line that a process says; empty if it ends before. One that says nothing is killed."""
    assert process.stdout is not None
    killing = threading.Timer(patience, process.kill)
    killing.start()
    try:
        return process.stdout.readline()
    finally:
        killing.cancel()
