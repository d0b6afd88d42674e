"""The list of outcomes is whole."""

from __future__ import annotations

import dataclasses
import inspect
from typing import get_args

from bot.domain import outcomes

PARTS = {
    outcomes.Suggestion,
    outcomes.Unread,
    outcomes.BoardCell,
    outcomes.BoardRow,
    outcomes.LiveIn,
    outcomes.Against,
    outcomes.ConfigRow,
    outcomes.ProjectRow,
    outcomes.EvaluationRow,
    outcomes.Unread,
}
"""What outcomes are made of."""


def test_everything_that_a_wish_can_come_to_is_an_outcome() -> None:
    here = {kind for _, kind in inspect.getmembers(outcomes, inspect.isclass) if kind.__module__ == outcomes.__name__}
    assert set(get_args(outcomes.Outcome)) == here - PARTS
    assert all(dataclasses.is_dataclass(kind) for kind in here)
