from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.playground.storage import Storage


def test_a_file_of_another_version_begins_anew_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "playground.db"
    storage = Storage(path)
    storage.put("message", "1", {"old": True})
    storage.close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    storage = Storage(path)
    assert list(storage.all("message")) == []
    storage.close()
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(ValueError, match="remove it to begin anew"):
        Storage(path)
