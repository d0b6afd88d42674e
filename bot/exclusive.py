"""A lock file, so that only one process uses something."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


class InUse(Exception):
    """Another process holds it."""


@contextmanager
def exclusive_lock(file: Path) -> Iterator[None]:
    """Hold a lock file while the block runs; the operating system releases it when the process ends.

    Creates its folder. Raises `InUse`, or `OSError` if nothing can be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not file.exists():  # the library reports a file that cannot be created as locked
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file)) from None
        raise InUse from None
    try:
        yield
    finally:
        lock.release()
