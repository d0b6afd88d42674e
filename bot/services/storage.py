"""Where a workspace keeps what must survive a restart: rows of JSON in one sqlite file, or nothing at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VERSION = 1
"""Of what the bodies hold; records of another version are dropped, for they are only a demo's chat."""


class Storage:
    """Records by kind and key. Writes are tiny and synchronous; without a path everything stays in memory.

    Raises `ValueError` that says what to do, for a file that is damaged or cannot be opened.
    """

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._database = sqlite3.connect(path or ":memory:", isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._database.close()
                raise
        except sqlite3.DatabaseError as error:
            raise ValueError(f"opening the playground's file {path}: {error}; remove it to begin anew") from error

    def _prepare(self) -> None:
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=OFF")
        (damage,) = self._database.execute("PRAGMA quick_check(1)").fetchone()
        if damage != "ok":
            raise sqlite3.DatabaseError("database disk image is malformed")
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            self._database.execute("DROP TABLE IF EXISTS records")
            self._database.execute(f"PRAGMA user_version = {VERSION:d}")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS records (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key))"
        )

    def put(self, kind: str, key: str, body: Any) -> None:
        """Write one record, new or again."""
        self._database.execute(
            "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
            (kind, key, json.dumps(body)),
        )

    @contextmanager
    def together(self) -> Iterator[None]:
        """Whatever is written in the block reaches the disk at once, when the block ends.

        What was written before an exception is kept as well: whoever holds the records in memory has changed them.
        """
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self._database.execute("COMMIT")

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Whatever is written in the block is on disk afterwards; an exception undoes all of it, on disk alone."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def drop(self, kind: str, key: str) -> None:
        """Remove one record; no matter if there is none."""
        self._database.execute("DELETE FROM records WHERE kind = ? AND key = ?", (kind, key))

    def all(self, kind: str) -> Iterator[Any]:
        """All bodies of a kind in the order in which they were first written."""
        for (body,) in self._database.execute("SELECT body FROM records WHERE kind = ? ORDER BY rowid", (kind,)):
            yield json.loads(body)

    def close(self) -> None:
        """Give the file back."""
        self._database.close()
