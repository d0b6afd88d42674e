"""The types of blocks and elements, the keys they may have, and functions that walk through them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from bot.services.slack.model import Json

SELECTS = frozenset(
    f"{several}{kind}_select"
    for several in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
)
PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons"})
ACTIONS = SELECTS | PICKERS | {"button", "overflow", "workflow_button"}
ACCESSORIES = ACTIONS | {"image"}
INPUTS = (
    SELECTS | PICKERS | {"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"}
)
CHOICE = "placeholder confirm focus_on_load"
BLOCK_KEYS = {
    "section": "text fields accessory expand",
    "divider": "",
    "context": "elements",
    "actions": "elements",
    "input": "label element hint optional dispatch_action",
    "markdown": "text",
    "rich_text": "elements",
}
ELEMENT_KEYS = {
    "button": "text url value style confirm accessibility_label",
    "static_select": f"{CHOICE} options option_groups initial_option",
    "multi_static_select": f"{CHOICE} options option_groups initial_options max_selected_items",
    "external_select": f"{CHOICE} initial_option min_query_length",
    "multi_external_select": f"{CHOICE} initial_options min_query_length max_selected_items",
    "users_select": f"{CHOICE} initial_user",
    "overflow": "options confirm",
    "checkboxes": "options initial_options confirm focus_on_load",
    "radio_buttons": "options initial_option confirm focus_on_load",
    "plain_text_input": (
        "initial_value multiline min_length max_length dispatch_action_config focus_on_load placeholder"
    ),
}


def characters(value: Any) -> int:
    """The number of characters of text that a reader sees in blocks."""
    if isinstance(value, list):
        return sum(characters(item) for item in value)
    if isinstance(value, dict):
        return sum(
            len(item) if key == "text" and isinstance(item, str) else characters(item) for key, item in value.items()
        )
    return 0


def elements(blocks: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    """Every interactive element, with the block_id of its block."""
    for block in blocks:
        inside = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
        for element in inside:
            if isinstance(element, dict) and "action_id" in element:
                yield block["block_id"], element


def with_ids(blocks: list[Json]) -> list[Json]:
    """Copy blocks, adding the block_ids and action_ids that Slack generates where the app gave none."""
    return [{**_with_action_ids(block), "block_id": block.get("block_id") or secrets.token_hex(3)} for block in blocks]


def _with_action_ids(block: Json) -> Json:
    def with_action_id(element: Any) -> Any:
        if not isinstance(element, dict) or element.get("type") not in INPUTS | ACTIONS or element.get("action_id"):
            return element
        return {**element, "action_id": secrets.token_hex(3)}

    changed: Json = {key: with_action_id(block[key]) for key in ("accessory", "element") if key in block}
    if block["type"] == "actions":
        changed["elements"] = [with_action_id(element) for element in block["elements"]]
    return {**block, **changed}
