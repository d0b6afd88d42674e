"""What every command of the command line does alike: print, end with a code, read the settings, serve."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from bot.settings import Mode, Settings

OK, WRONG, BAD_SETTINGS = 0, 1, 2


def stop(message: str, code: int = WRONG) -> NoReturn:
    """End the command with a line about what is wrong, on standard error. Raises `typer.Exit` with the code."""
    print(message, file=sys.stderr)  # noqa: T201 - the command line speaks
    raise typer.Exit(code)


def say(message: str) -> None:
    """Print a line at once, for whoever reads along."""
    print(message, flush=True)  # noqa: T201 - the command line speaks


def read_settings(mode: Mode, *, quiet: bool = False) -> Settings:
    """Read the settings and set up the log. `quiet` is for commands that print themselves what they found."""
    from bot.logs import setup
    from bot.settings import SettingsError, load

    try:
        read = load(mode)
    except SettingsError as error:
        stop(f"configbot can't start with these settings:\n\n{error}\n", BAD_SETTINGS)
    setup("ERROR" if quiet else read.log_level, json=read.log_json)
    return read


def serve(work: Coroutine[Any, Any, None], mendable: tuple[type[Exception], ...]) -> None:
    """Run something that serves; what an operator can mend is one line, not a traceback."""
    from bot.shutdown import stoppable

    try:
        asyncio.run(stoppable(work))
    except mendable as error:
        stop(f"configbot stopped: {error}")
