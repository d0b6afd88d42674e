"""Identifiers that Slack makes up."""

from __future__ import annotations

from typing import Any

from bot.services.slack.kinds import elements, with_ids
from tests.bot.services.slack.slack import actions, section


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


INPUT: dict[str, Any] = {"type": "input", "label": plain("Why"), "element": {"type": "plain_text_input"}}


def test_ids_that_the_app_leaves_out_are_made_up() -> None:
    blocks = with_ids(
        [
            section("x"),
            section("x", accessory={"type": "image", "image_url": "u", "alt_text": "x"}),
            actions({"type": "button", "text": plain("x")}),
            {**INPUT, "block_id": "mine"},
        ]
    )
    assert len({block["block_id"] for block in blocks}) == 4
    found = list(elements(blocks))
    assert [block_id for block_id, _ in found] == [blocks[2]["block_id"], "mine"]
    assert all(element["action_id"] for _, element in found)
