"""The list of outcomes is whole."""

from __future__ import annotations

import dataclasses
import inspect

from bot.domain import outcomes, views
from bot.domain.base import Outcome
from bot.domain.health import CheckUp

PARTS = {
    views.Suggestion,
    views.Unread,
    views.BoardCell,
    views.BoardRow,
    views.LiveIn,
    views.Against,
    views.ConfigRow,
    views.ProjectRow,
    views.EvaluationRow,
    views.ReminderRow,
}
"""What outcomes are made of."""


def test_everything_that_a_wish_can_come_to_is_an_outcome() -> None:
    here = {
        kind
        for module in (outcomes, views)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__
    }
    assert {kind for kind in here if issubclass(kind, Outcome)} == here - PARTS
    assert issubclass(CheckUp, Outcome)
    assert all(dataclasses.is_dataclass(kind) for kind in here)
