from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.services.storage import Storage


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


def test_a_file_that_is_damaged_further_behind_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "playground.db"
    storage = Storage(path)
    for number in range(200):
        storage.put("message", str(number), {"text": "x" * 500})
    storage.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(ValueError, match="remove it to begin anew"):
        Storage(path)


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unable to open database file; remove it to begin anew"):
        Storage(tmp_path)


def test_what_is_written_together_is_there_together(tmp_path: Path) -> None:
    path = tmp_path / "playground.db"
    storage, other = Storage(path), Storage(path)
    with storage.together():
        storage.put("message", "1", {"text": "one"})
        storage.put("message", "2", {"text": "two"})
        assert list(other.all("message")) == []
    assert len(list(other.all("message"))) == 2
    storage.close()
    other.close()


class Interrupted(BaseException):
    """Somebody pressed Ctrl-C."""


def write_two(storage: Storage) -> None:
    storage.put("message", "1", {"text": "one"})
    storage.put("message", "2", {"text": "two"})
    raise Interrupted


def test_what_was_written_before_something_broke_is_kept_because_memory_has_it(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "playground.db")
    with pytest.raises(Interrupted), storage.together():
        write_two(storage)
    storage.close()
    storage = Storage(tmp_path / "playground.db")
    assert len(list(storage.all("message"))) == 2
    storage.close()


def test_all_or_nothing_is_written_where_that_is_asked_for(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "playground.db")
    with pytest.raises(Interrupted), storage.all_or_nothing():
        write_two(storage)
    assert list(storage.all("message")) == []
    with storage.all_or_nothing():
        storage.put("message", "3", {"text": "three"})
    storage.close()
    storage = Storage(tmp_path / "playground.db")
    assert len(list(storage.all("message"))) == 1
    storage.close()
