"""Everything that is written down can be read again, and nothing is guessed."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Dialect
from sqlalchemy.dialects import sqlite

from bot.domain.actors import Actor, Standing
from bot.domain.changes import AuditEntry, Change, Decision, Kind
from bot.domain.evaluations import Comparison, Evidence, Trend, Verdict
from bot.domain.live_state import Nothing, Split
from bot.domain.names import Config
from bot.domain.notices import Notice, Reminder
from bot.domain.targets import Target
from bot.store import rows
from bot.store.codec import Unreadable, from_snapshot, from_target, opened, sealed, to_snapshot
from bot.store.types import Document, Words
from tests import strategies
from tests.bot.store.builders import change, entry

DIALECT: Dialect = sqlite.dialect()


def stored(row: dict[str, Any]) -> Any:
    """The row as the database gives it back."""
    document = Document()
    written = document.process_bind_param(row["details"], DIALECT)
    assert written is not None
    assert written.isascii()
    assert "\0" not in written
    return row | {"details": document.process_result_value(written, DIALECT)}


@given(strategies.changes)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_every_change_is_read_as_it_was_written(any_change: Change) -> None:
    row = rows.from_change(any_change)
    assert rows.to_change(stored(row)) == any_change
    assert row["is_open"] == any_change.is_open


@given(strategies.decisions)
def test_every_decision_is_read_as_it_was_written(decision: Decision) -> None:
    assert rows.to_decision(stored(rows.from_decision(decision))) == decision


@given(strategies.entries)
def test_every_line_of_history_is_read_as_it_was_written(line: AuditEntry) -> None:
    assert rows.to_entry(stored(rows.from_entry(line))) == line


@given(strategies.notices)
def test_every_notice_is_read_as_it_was_written(notice: Notice) -> None:
    row: Any = rows.from_notice(notice)
    assert rows.to_notice(row) == notice


@given(strategies.reminders)
def test_every_reminder_is_read_as_it_was_written(reminder: Reminder) -> None:
    row: Any = rows.from_reminder(reminder)
    assert rows.to_reminder(row) == reminder


def test_a_score_that_is_no_number_is_kept() -> None:
    odd = Comparison("ev", "accuracy", math.nan, math.inf, Trend.UNCOMPARED)
    before = replace(change().seen, evidence=Evidence(Verdict.NOT_PROVEN, (odd,)))
    written = Document().process_bind_param(from_snapshot(before), DIALECT)
    (row,) = to_snapshot(json.loads(written or "")).evidence.rows
    assert row.live is not None
    assert math.isnan(row.live)
    assert row.candidate == math.inf


def test_a_document_says_its_version() -> None:
    assert rows.from_change(change())["details"]["v"] == 2
    assert rows.from_entry(entry())["details"]["v"] == 1


@pytest.mark.parametrize("version", [0, 3, "2", 1.5, None])
def test_refuses_a_document_of_another_version(version: Any) -> None:
    row: Any = rows.from_change(change())
    row["details"]["v"] = version
    with pytest.raises(Unreadable, match="reading change ch-a: it is written in version"):
        rows.to_change(row)


def test_refuses_an_entry_of_a_later_version() -> None:
    row: Any = rows.from_entry(entry())
    row["details"]["v"] = 2
    with pytest.raises(Unreadable, match="it is written in version 2, the newest known is 1"):
        rows.to_entry(row)


@pytest.mark.parametrize("column", ["state", "kind", "attempt"])
def test_refuses_a_code_that_it_does_not_know(column: str) -> None:
    row: Any = rows.from_change(change()) | {column: "paused by the moon"}
    with pytest.raises(Unreadable, match="reading change ch-a: ValueError: 'paused by the moon' is not a valid"):
        rows.to_change(row)


def test_refuses_a_document_in_which_something_is_missing() -> None:
    row: Any = rows.from_entry(entry()) | {"details": sealed({})}
    with pytest.raises(Unreadable, match="reading audit entry au-a: KeyError: 'actor'"):
        rows.to_entry(row)


def test_gives_what_was_read() -> None:
    assert opened("a number", sealed({"n": 7}), lambda document: document["n"]) == 7


def test_a_person_is_kept_as_they_were_then() -> None:
    guest = Actor("E1", "T1", "U1", "Old Name", Standing.GUEST, "Asia/Kolkata")
    assert rows.to_change(stored(rows.from_change(change(requester=guest)))).requester == guest


@pytest.mark.parametrize(
    ("said", "kept"),
    [("triage ✓ 😀", "triage ✓ 😀"), ("a\0b", "a\ufffdb"), ("half \ud83d", "half \ufffd"), (None, None), ("", "")],
)
def test_words_lose_only_what_postgresql_cannot_keep(said: str | None, kept: str | None) -> None:
    words = Words()
    assert words.process_result_value(words.process_bind_param(said, DIALECT), DIALECT) == kept


def test_no_document_stays_none() -> None:
    document = Document()
    assert document.process_result_value(document.process_bind_param(None, DIALECT), DIALECT) is None


# targets

CONFIG = Config("humanloop", "pr_triage", "config_x", "triage v3", "config_x")
WEIGHTS = Split((("a", 90_000), ("b", 10_000)), "user", "key")
FIRST_CONFIG = {
    "provider": "humanloop",
    "project": "pr_triage",
    "id": "config_x",
    "name": "triage v3",
    "version": "config_x",
}
FIRST_SPLIT = {
    "rules": 0,
    "live": "split",
    "weights": [["a", 90_000], ["b", 10_000]],
    "context_kind": "user",
    "bucket_by": "key",
}


def old_row(kind: Kind, target: Any, **more: Any) -> Any:
    """A row as it was written before a target said its kind; without a split, as it was before there were splits."""
    row = rows.from_change(change(kind=kind, target=Nothing()))
    row["target_id"] = target["id"] if target else None
    details = row["details"] | {"v": 1, "target": target} | more
    if "split" not in more:
        del details["gate"]
    return stored(row | {"details": details})


@pytest.mark.parametrize(
    ("row", "target"),
    [
        (old_row(Kind.DEPLOY, FIRST_CONFIG, split=None), CONFIG),
        (old_row(Kind.DEPLOY, FIRST_CONFIG), CONFIG),
        (old_row(Kind.UNDO, None, split=FIRST_SPLIT), WEIGHTS),
        (old_row(Kind.DEACTIVATE, None, split=None), Nothing()),
        (old_row(Kind.DEACTIVATE, None), Nothing()),
    ],
)
def test_a_change_of_before_targets_said_their_kind_is_read(row: Any, target: Target) -> None:
    found = rows.to_change(row)
    assert (found.target, found.is_fit) == (target, True)


def test_a_deploy_of_nothing_that_was_written_down_is_read_as_what_it_is_and_does_not_fit() -> None:
    assert not rows.to_change(old_row(Kind.DEPLOY, None, split=None)).is_fit


@pytest.mark.parametrize(
    "details",
    [
        {"target": {"kind": "everything"}},
        {"target": {"kind": "config", "id": "config_x"}},
        {"target": {"kind": "split", "live": "nothing", "rules": 0}},
        {"target": FIRST_CONFIG, "split": FIRST_SPLIT},
        {"target": None, "split": {"rules": 0, "live": "off"}},
        {"target": {"kind": "nothing"}},
        {"target": {"kind": "nothing", **FIRST_CONFIG}},
        {"target": {"kind": "config", **FIRST_CONFIG}},
        {"target": FIRST_CONFIG | {"id": "config_y"}, "split": None},
        {"target": None, "split": None},
    ],
)
def test_a_target_that_is_not_understood_is_not_nothing(details: dict[str, Any]) -> None:
    row: Any = rows.from_change(change())
    row["details"] |= details
    with pytest.raises(Unreadable):
        rows.to_change(row)


@pytest.mark.parametrize("kind", [Kind.UNDO, Kind.DEACTIVATE])
def test_weights_with_another_name_are_not_nothing(kind: Kind) -> None:
    row = old_row(kind, None, split=FIRST_SPLIT)
    row["details"]["weights"] = row["details"].pop("split")
    with pytest.raises(Unreadable, match="does not state what to make live"):
        rows.to_change(row)


def test_a_target_with_fields_of_another_kind_is_not_nothing() -> None:
    row: Any = rows.from_change(change(kind=Kind.UNDO, target=WEIGHTS))
    row["details"]["target"]["kind"] = "nothing"
    with pytest.raises(Unreadable, match="fields that are not known"):
        rows.to_change(row)


def test_a_target_with_another_name_is_not_nothing() -> None:
    row: Any = rows.from_change(change())
    row["details"]["config"] = row["details"].pop("target")
    with pytest.raises(Unreadable, match="KeyError: 'target'"):
        rows.to_change(row)


def test_what_is_no_target_is_not_written_down_as_nothing() -> None:
    with pytest.raises(AssertionError):
        from_target(None)  # type: ignore[arg-type]  # what a mistake could pass
