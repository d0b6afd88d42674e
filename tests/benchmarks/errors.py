"""Errors that are logged while something is measured make the measurement invalid, in whichever process it happens."""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any

import structlog

LEVELS = frozenset({"error", "critical", "exception"})
"""Levels of the log that a sound measurement never writes."""

SHOWN = 5
"""How many lines are named."""

Note = Callable[[str], None]


class ErrorLogged(Exception):
    """Something was logged as an error while it was measured, so the figures mean nothing."""

    def __init__(self, process: str, lines: Sequence[str]) -> None:
        more = f" (and {len(lines) - SHOWN} more)" if len(lines) > SHOWN else ""
        super().__init__(f"{process} logged an error{more}:\n" + "\n".join(lines[:SHOWN]))
        self.lines = tuple(lines)


@contextmanager
def no_errors() -> Iterator[None]:
    """Raise `ErrorLogged` at the end of the block when this process logged an error in it, also if the block failed."""
    lines: list[str] = []
    try:
        with noted(lines.append):
            yield
    except ErrorLogged:
        raise
    except Exception as error:
        if lines:
            raise ErrorLogged("the process that measures", lines) from error
        raise
    if lines:
        raise ErrorLogged("the process that measures", lines)


@contextmanager
def noted(note: Note) -> Iterator[None]:
    """Call `note` with every error that this process logs while the block runs; the rest of the log is dropped."""
    handler, root, before = _Handler(note), logging.getLogger(), structlog.get_config()
    hooks = sys.unraisablehook, threading.excepthook

    def entry(_logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if method in LEVELS:
            note(" ".join(f"{name}={value}" for name, value in event.items()))
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.processors.format_exc_info, entry], cache_logger_on_first_use=False)
    root.addHandler(handler)
    sys.unraisablehook = lambda lost: note(_trace(lost.exc_value, "ignored"))
    threading.excepthook = lambda lost: note(_trace(lost.exc_value, "in a thread"))
    try:
        yield
    finally:
        sys.unraisablehook, threading.excepthook = hooks
        root.removeHandler(handler)
        structlog.configure(**before)


class _Handler(logging.Handler):
    def __init__(self, note: Note) -> None:
        super().__init__(logging.ERROR)
        self._note = note

    def emit(self, record: logging.LogRecord) -> None:
        """Note an error of a library."""
        error = record.exc_info[1] if record.exc_info else None
        self._note(f"{record.name}: {record.getMessage()}" + (f"\n{_trace(error, '')}" if error else ""))


def _trace(error: BaseException | None, where: str) -> str:
    return f"{where} {''.join(traceback.format_exception(error)) if error else ''}".strip()


def error_in(line: str) -> bool:
    """Whether a line of a bot's output is an error: its log is JSON there, and nothing else is to be written."""
    try:
        entry = json.loads(line)
    except ValueError:
        return bool(line.strip())
    return not isinstance(entry, dict) or entry.get("level") in LEVELS
