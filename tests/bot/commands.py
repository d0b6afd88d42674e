"""Commands in this process: quick, and without anything that the shell has set."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.cli import app
from tests.bot.processes import environment


@contextmanager
def as_in_an_empty_shell() -> Iterator[None]:
    """No setting of the shell is seen, and the log is afterwards as it was: commands set it up."""
    root, structured = logging.getLogger(), structlog.get_config()
    level, handlers = root.level, root.handlers[:]
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - set(environment({})):
            patch.delenv(name)
        patch.setenv("COLUMNS", "200")
        patch.setenv("NO_COLOR", "1")
        yield
    root.setLevel(level)
    root.handlers[:] = handlers
    structlog.configure(**structured)


def call(*arguments: str, **settings: str) -> Result:
    """Run a command to its end with these settings."""
    return CliRunner().invoke(app, arguments, env=settings)
