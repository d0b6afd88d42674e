"""``python -m bot …`` as processes of their own, in an empty folder, with nothing set but what a test sets."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """What a process finds: this one's variables without any setting, and the given ones."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("CONFIGBOT_", "SLACK_")) and name not in ("PORT", "FORCE_COLOR")
    }
    if kept.pop("PYTHONDONTWRITEBYTECODE", ""):  # compiling everything for every process would be most of the time
        kept["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir(), "configbot-tests-pycache"))
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "NO_COLOR": "1", **settings}


def bot(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@dataclass
class Process:
    """A process that serves, and everything that it said."""

    running: asyncio.subprocess.Process
    said: list[str] = field(default_factory=list)

    @property
    def output(self) -> str:
        """Standard output and standard error, as they came."""
        return "".join(self.said)

    async def says(self, pattern: str) -> re.Match[str]:
        """Wait for a line in which the pattern is found."""
        async with asyncio.timeout(PATIENCE):
            while line := await self._line():
                if found := re.search(pattern, line):
                    return found
        raise AssertionError(f"the process ended before it said {pattern!r}:\n{self.output}")

    async def stop(self, name: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        self.running.send_signal(name)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for the end; the exit code."""
        async with asyncio.timeout(PATIENCE):
            while await self._line():
                pass
            return await self.running.wait()

    async def _line(self) -> str:
        assert self.running.stdout is not None
        line = (await self.running.stdout.readline()).decode()
        self.said.append(line)
        return line


@asynccontextmanager
async def started(folder: Path, *arguments: str, **settings: str) -> AsyncIterator[Process]:
    """Start a command that serves; at the end of the block it is killed if it still runs."""
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    process = Process(running)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        await running.communicate()
