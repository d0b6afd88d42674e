"""Being the only process that uses something."""

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
    """Hold a lock file as long as the block runs; the system lets go of it however the process ends.

    Makes its folder. Raises `InUse`, and `OSError` where nothing can be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not file.exists():  # the library takes a file that cannot be made for one that is held
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file)) from None
        raise InUse from None
    try:
        yield
    finally:
        lock.release()
