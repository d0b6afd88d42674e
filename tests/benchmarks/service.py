"""A service in a process of its own, so that its work is not counted as the client's: prints where it listens."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.contracts.humanloop import DEPLOYMENTS
from tests.faulty import FaultyServer, answer


async def serve() -> None:
    """Answer what is live, whatever is asked, until standard input closes."""
    async with FaultyServer(always=answer(DEPLOYMENTS)) as server:
        print(server.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


@contextmanager
def running() -> Iterator[str]:
    """The address of a running service."""
    with subprocess.Popen(
        [sys.executable, "-c", f"from {__name__} import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


def main() -> None:
    """Serve."""
    asyncio.run(serve())
