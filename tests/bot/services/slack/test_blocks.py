"""Block Kit checks: what Slack takes, and what it refuses, with the place."""

from __future__ import annotations

from typing import Any

import pytest

from bot.services.slack.blocks import check_message, check_view
from tests.bot.services.slack.slack import actions, button, section


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def option(text: str = "a", value: str = "a", **more: Any) -> dict[str, Any]:
    return {"text": plain(text), "value": value, **more}


def input_of(**element: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain("Why"), "element": element}


RICH = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}, {"type": "user", "user_id": "U1"}]},
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "b"}]}],
        },
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "c"}]},
    ],
}
CONFIRM = {"title": plain("Sure?"), "text": plain("Really"), "confirm": plain("Yes"), "style": "danger"}

TAKEN = [
    section("x", fields=[plain("a")], accessory=button("b")),
    section("x", accessory={"type": "image", "image_url": "https://a.example/x.png", "alt_text": "x"}),
    {"type": "header", "text": plain("x")},
    {"type": "divider", "block_id": "d"},
    {
        "type": "context",
        "elements": [plain("x"), {"type": "image", "image_url": "https://a.example/x.png", "alt_text": "x"}],
    },
    {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x", "title": plain("x")},
    actions({**button("b"), "confirm": CONFIRM, "style": "primary", "url": "https://a.example"}),
    actions({"type": "static_select", "action_id": "s", "options": [option()], "placeholder": plain("Choose")}),
    actions({"type": "static_select", "option_groups": [{"label": plain("g"), "options": [option()]}]}),
    actions({"type": "external_select", "initial_option": option()}, {"type": "datepicker"}),
    actions({"type": "overflow", "action_id": "o", "options": [option()]}),
    actions({"type": "checkboxes", "options": [{"text": {"type": "mrkdwn", "text": "*a*"}, "value": "a"}]}),
    actions({"type": "static_select", "options": [option()], "initial_option": option()}),
    input_of(type="plain_text_input", action_id="t", max_length=10, initial_value="x"),
    RICH,
    {"type": "markdown", "text": "# x"},
    {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_number", "number": 1}, {**RICH, "block_id": "r"}]],
    },
    {"type": "alert", "level": "warning", "text": plain("x")},
]


@pytest.mark.parametrize("block", TAKEN)
def test_takes_what_slack_takes(block: dict[str, Any]) -> None:
    assert check_message([block]) == []


REFUSED = [
    ("nothing", "must be an array [json-pointer:/blocks]"),
    ([section("x")] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    (["x"], "must be an object [json-pointer:/blocks/0]"),
    ([{"type": "carousel"}], "unsupported type: carousel [json-pointer:/blocks/0/type]"),
    ([{"type": ["x"]}], "unsupported type: ['x'] [json-pointer:/blocks/0/type]"),
    ([{"type": "section"}], "missing required field: text or fields [json-pointer:/blocks/0]"),
    ([section("x" * 3_001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([section("x", block_id="b" * 256)], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    ([section("x", block_id="b")] * 2, "block_id: b already exists [json-pointer:/blocks/1/block_id]"),
    ([section("x", fields=[plain("f")] * 11)], "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    ([section("x", fields=["f"])], "must be an object [json-pointer:/blocks/0/fields/0]"),
    ([{"type": "section", "text": "bare"}], "must be an object [json-pointer:/blocks/0/text]"),
    ([{"type": "section", "text": {"type": "text", "text": "x"}}], "must be one of: plain_text, mrkdwn"),
    ([{"type": "section", "text": plain("x") | {"text": 1}}], "must be a string [json-pointer:/blocks/0/text/text]"),
    ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "must be one of: plain_text"),
    ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151 characters"),
    ([{"type": "header"}], "missing required field [json-pointer:/blocks/0/text]"),
    ([{"type": "context", "elements": [plain("x")] * 11}], "no more than 10 items allowed"),
    ([{"type": "context", "elements": []}], "no less than 1 items allowed"),
    ([{"type": "context"}], "missing required field [json-pointer:/blocks/0/elements]"),
    ([{"type": "context", "elements": {}}], "must be an array [json-pointer:/blocks/0/elements]"),
    ([{"type": "context", "elements": [button("b")]}], "must be one of: plain_text, mrkdwn"),
    ([actions(*[button(f"b{number}") for number in range(26)])], "no more than 25 items allowed"),
    ([actions(button("b"), button("b"))], "action_id: b already exists [json-pointer:/blocks/0/elements/1/action_id]"),
    ([actions(button("b" * 256))], "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"),
    ([actions(button("b", "x" * 76))], "must be less than 76 characters"),
    ([actions(button("b", value="x" * 2_001))], "must be less than 2001 characters"),
    ([actions({**button("b"), "url": "x" * 3_001})], "must be less than 3001 characters"),
    ([actions({**button("b"), "style": "green"})], "must be one of: primary, danger"),
    ([actions({**button("b"), "confirm": "sure?"})], "must be an object [json-pointer:/blocks/0/elements/0/confirm]"),
    ([actions({**button("b"), "confirm": {**CONFIRM, "deny": plain("x" * 31)}})], "must be less than 31 characters"),
    ([actions({"type": "plain_text_input"})], "unsupported type: plain_text_input"),
    ([actions({"type": "static_select", "options": []})], "no less than 1 items allowed"),
    ([actions({"type": "static_select", "options": [option()] * 101})], "no more than 100 items allowed"),
    ([actions({"type": "static_select", "options": [option(value="x" * 76)]})], "must be less than 76 characters"),
    ([actions({"type": "static_select", "options": [option(description=plain("x" * 76))]})], "less than 76 characters"),
    ([actions({"type": "external_select", "placeholder": plain("x" * 151)})], "must be less than 151 characters"),
    ([actions({"type": "overflow", "options": [option()] * 6})], "no more than 5 items allowed"),
    ([input_of(type="radio_buttons", options=[option()] * 11)], "no more than 10 items allowed"),
    ([input_of(type="button")], "unsupported type: button [json-pointer:/blocks/0/element/type]"),
    ([{"type": "input", "label": plain("x")}], "missing required field [json-pointer:/blocks/0/element]"),
    ([{"type": "input", "label": plain("x"), "element": "x"}], "must be an object [json-pointer:/blocks/0/element]"),
    ([input_of(type="plain_text_input", max_length=3_001)], "must be between 1 and 3000"),
    ([input_of(type="plain_text_input", max_length=1, initial_value="xy")], "must be less than 2 characters"),
    ([{"type": "image", "image_url": "https://a.example"}], "must be a string [json-pointer:/blocks/0/alt_text]"),
    ([{"type": "markdown", "text": "x" * 6_001}] * 2, "in all markdown blocks [json-pointer:/blocks]"),
    ([{"type": "rich_text", "elements": [{"type": "text"}]}], "unsupported type: text"),
    (
        [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "mrkdwn"}]}]}],
        "unsupported type: mrkdwn",
    ),
    ([{"type": "table"}], "missing required field [json-pointer:/blocks/0/rows]"),
    ([{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}], "no more than 100 items allowed"),
    ([{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]}], "no more than 20 items allowed"),
    ([{"type": "table", "rows": [[{"type": "image"}]]}], "unsupported type: image"),
    ([{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2, "only one table allowed"),
    ([section("x", style="primary")], "invalid additional property: style [json-pointer:/blocks/0]"),
    ([actions({**button("b"), "color": "red"})], "invalid additional property: color"),
    ([{"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}], "additional property: emoji"),
    (
        [actions({"type": "static_select", "options": [option()], "initial_option": option(value="b")})],
        "initial options must be among the options",
    ),
    (
        [input_of(type="checkboxes", options=[option()], initial_options=[option(), option("b")])],
        "initial options must be among the options",
    ),
    ([{"type": "alert", "level": "loud", "text": plain("x")}], "must be one of: default, info"),
]


@pytest.mark.parametrize(("blocks", "words"), REFUSED)
def test_refuses_what_slack_refuses(blocks: Any, words: str) -> None:
    assert words in "; ".join(check_message(blocks))


def modal(*blocks: Any, **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("A form"), "blocks": list(blocks), **more}


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("nothing", "must be one of: modal, home [json-pointer:/view/type]"),
        ({"type": "modal", "title": plain("x")}, "missing required field [json-pointer:/view/blocks]"),
        ({"type": "modal", "title": plain("x"), "blocks": "x"}, "must be an array [json-pointer:/view/blocks]"),
        ({"type": "modal", "blocks": []}, "missing required field [json-pointer:/view/title]"),
        (modal(submit=plain("x" * 25)), "less than 25 characters [json-pointer:/view/submit/text]"),
        (modal(close={"type": "mrkdwn", "text": "x"}), "must be one of: plain_text [json-pointer:/view/close/type]"),
        (modal(callback_id="x" * 256), "less than 256 characters [json-pointer:/view/callback_id]"),
        (modal(private_metadata="x" * 3_001), "less than 3001 characters [json-pointer:/view/private_metadata]"),
        (modal(*[section("x")] * 101), "no more than 100 items allowed"),
        (modal(input_of(type="plain_text_input")), "submit is required when an input is in the blocks array"),
        (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown"),
        (modal({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}), "unsupported type: table"),
    ],
)
def test_refuses_views_that_slack_refuses(view: Any, words: str) -> None:
    assert words in "; ".join(check_view(view))


def test_takes_a_hundred_blocks_in_a_view() -> None:
    assert check_view(modal(*[section("x")] * 100, private_metadata="")) == []
    assert check_view({"type": "home", "blocks": []}) == []
