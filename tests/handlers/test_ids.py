"""Values on the wire: versioned, ids only."""

from __future__ import annotations

import pytest

from handlers.ids import Action, numbered, read_value, value


@pytest.mark.parametrize("identifier", ["01JABC", "main:ev_1", "deploy/C0DEPLOYS", "ü", "1:1:1"])
def test_a_value_is_read_back(identifier: str) -> None:
    assert read_value(value(identifier)) == identifier


@pytest.mark.parametrize("text", ["", ":", "1", "1:", "0:x", "2:x", "01:x", " 1:x", "x"])
def test_a_value_of_another_version_is_none(text: str) -> None:
    assert read_value(text) is None


def test_several_buttons_of_a_kind_differ_in_their_number() -> None:
    assert numbered(Action.RUN_LINE, 3) == "line.run/3"
