from __future__ import annotations

from typing import Any

import pytest

from bot.services.slack.inputs import chosen, clicked, state_of
from bot.services.slack.model import Impossible

SELECT = {"type": "static_select", "action_id": "s", "option_groups": [{"options": [{"value": "a"}, {"value": "b"}]}]}


def test_values_by_kind_of_element() -> None:
    assert clicked({"type": "users_select", "action_id": "u"}, "b", {"value": "U0ADA"})["selected_user"] == "U0ADA"
    assert clicked({"type": "datepicker", "action_id": "d"}, "b", {"selected_date": None})["selected_date"] is None
    boxes = {"type": "checkboxes", "action_id": "c", "options": [{"value": "a"}, {"value": "b"}]}
    assert chosen(boxes, {"selected_options": [{"value": "b"}]}) == [{"value": "b"}]
    assert chosen(SELECT, {"selected_option": {"value": "b"}}) == {"value": "b"}


def test_state_begins_with_initial_values() -> None:
    blocks: list[Any] = [
        {"block_id": "1", "element": {"type": "plain_text_input", "action_id": "t", "initial_value": "x"}},
        {"block_id": "2", "accessory": SELECT},
        {"block_id": "3", "elements": [{"type": "button", "action_id": "b"}, {"type": "checkboxes", "action_id": "c"}]},
    ]
    assert state_of(blocks, {"1": {"t": "no object"}}) == {
        "1": {"t": {"type": "plain_text_input", "value": "x"}},
        "2": {"s": {"type": "static_select", "selected_option": None}},
        "3": {"c": {"type": "checkboxes", "selected_options": []}},
    }
    with pytest.raises(Impossible, match="choose one of a, b"):
        state_of(blocks, {"2": {"s": {"value": "z"}}})
