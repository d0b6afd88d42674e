"""What is live, as one value that can be compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from bot.domain.live_state import NOTHING, LiveState, Nothing, Off, One, Split, from_document, to_document
from bot.domain.names import Config, Environment, Project
from tests import strategies

X = LiveState(One("config_x", "v1", "triage"))


@given(strategies.served)
def test_what_is_written_is_read_again(served: LiveState) -> None:
    assert from_document(to_document(served)) == served


@given(strategies.served, strategies.served)
def test_two_are_the_same_exactly_when_their_fingerprints_are(one: LiveState, other: LiveState) -> None:
    assert one.same_as(one)
    assert one.same_as(other) == other.same_as(one) == (one.fingerprint() == other.fingerprint())


def test_a_rename_is_no_move() -> None:
    renamed = LiveState(One("config_x", "v1", "refunds"))
    assert X.same_as(renamed)
    assert X.fingerprint() == renamed.fingerprint()


@pytest.mark.parametrize(
    "other",
    [
        NOTHING,
        LiveState(Off()),
        LiveState(One("config_y", "v1", "triage")),
        LiveState(One("config_x", "v2", "triage")),
        LiveState(Split((("config_x", 100_000),))),
        replace(X, winning_rules=1),
    ],
)
def test_anything_else_is_a_move(other: LiveState) -> None:
    assert not X.same_as(other)
    assert X.fingerprint() != other.fingerprint()


def test_the_order_and_the_weights_of_a_split_count() -> None:
    half = LiveState(Split((("a", 50_000), ("b", 50_000))))
    assert not half.same_as(LiveState(Split((("b", 50_000), ("a", 50_000)))))
    assert not half.same_as(LiveState(Split((("a", 50_001), ("b", 49_999)))))


@pytest.mark.parametrize(
    ("served", "serves"),
    [
        (X, True),
        (LiveState(One("config_x", "v2")), False),
        (LiveState(One("y", "v1")), False),
        (LiveState(Nothing()), False),
    ],
)
def test_serves_exactly_this_config_in_this_version(served: LiveState, serves: bool) -> None:
    assert served.serves("config_x", "v1") is serves


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"live": "perhaps"},
        {"live": "one", "config": "config_x"},
        {"live": "one", "config": 1, "version": "v", "name": ""},
        {"live": "split", "weights": "all"},
        {"live": "split", "weights": [1]},
        {"live": "split", "weights": [["a"]]},
        {"live": "split", "weights": [["a", "b"]]},
        {"live": "nothing", "rules": None},
    ],
)
def test_refuses_to_guess_what_was_served(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="reading what was served"):
        from_document(document)


def test_what_is_no_state_is_never_written() -> None:
    with pytest.raises(AssertionError):
        to_document(LiveState("config_x"))  # type: ignore[arg-type]  # what a mistake could pass


def test_things_are_known_by_provider_and_id_and_not_by_name() -> None:
    assert Project("humanloop", "pr_1", "a").key == Project("humanloop", "pr_1", "b").key == ("humanloop", "pr_1")
    assert Environment("humanloop", "env_1", "a").key == ("humanloop", "env_1")
    assert Config("humanloop", "pr_1", "config_1", "a", "v").key == ("humanloop", "pr_1", "config_1")
