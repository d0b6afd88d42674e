"""Values that people enter into elements: their JSON shape, and Slack's checks before a form is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.services.slack.kinds import elements
from bot.services.slack.model import Impossible, Json

_KEYS = {
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", ""),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "rich_text_input": ("rich_text_value", "initial_value"),
}
_STATELESS = frozenset({"button", "overflow", "workflow_button"})
REQUIRED = "Please complete this required field."


def keys(kind: str) -> tuple[str, str]:
    """The JSON keys of an element's value and of its initial value."""
    return _KEYS.get(kind, ("value", "initial_value"))


def chosen(element: Json, given: Mapping[str, Any]) -> Any:
    """The value that a person entered, under the element's own key or ``value``. Raises `Impossible`."""
    key, _ = keys(element["type"])
    value = given.get(key, given.get("value"))
    allowed = _options(element)
    if allowed is not None and value is not None:
        picked = value if isinstance(value, list) else [value]
        by_value = {option["value"]: option for option in allowed}
        names = [option.get("value") if isinstance(option, dict) else option for option in picked]
        if not set(names) <= set(by_value):
            raise Impossible(f"{element['action_id']} offers no such option: choose one of {', '.join(by_value)}")
        return [by_value[name] for name in names] if isinstance(value, list) else by_value[names[0]]
    return value


def _options(element: Json) -> list[Json] | None:
    if "option_groups" in element:
        return [option for group in element["option_groups"] for option in group["options"]]
    options: list[Json] | None = element.get("options")
    return options


def clicked(element: Json, block_id: str, given: Mapping[str, Any]) -> Json:
    """One entry of ``actions`` in a payload. A button's value comes from its block, not from the page."""
    kind = element["type"]
    action: Json = {"type": kind, "action_id": element["action_id"], "block_id": block_id}
    if kind in ("button", "workflow_button"):
        return action | {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    key, _ = keys(kind)
    if key not in given and "value" not in given:
        raise Impossible(f"nothing was chosen in {element['action_id']}: send {key}")
    return action | {key: chosen(element, given)}


def state_of(blocks: Iterable[Json], *given: Mapping[str, Any], strict: bool = True) -> Json:
    """``state.values`` of all inputs: from the first of `given` that has the input, else its initial value.

    A choice that is not offered raises `Impossible`. Unless `strict`, it counts as empty, because a page may still have
    a choice from an earlier version of the blocks.
    """
    state: dict[str, Json] = {}
    for block_id, element in elements(blocks):
        kind, action_id = element["type"], element["action_id"]
        if kind in _STATELESS:
            continue
        key, initial_key = keys(kind)
        empty: Any = [] if key.endswith("s") else None
        value = element.get(initial_key, empty)
        for values in given:
            entry = values.get(block_id, {}).get(action_id)
            if isinstance(entry, dict):
                value = _checked_choice(element, entry, strict=strict)
                value = empty if value in (None, "") else value
                break
        state.setdefault(block_id, {})[action_id] = {"type": kind, key: value}
    return state


def _checked_choice(element: Json, entry: Mapping[str, Any], *, strict: bool) -> Any:
    try:
        return chosen(element, entry)
    except Impossible:
        if strict:
            raise
        return None


def input_errors(blocks: Iterable[Json], state: Mapping[str, Any]) -> dict[str, str]:
    """Error texts by block_id for values that Slack rejects itself, before it calls the app."""
    errors: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element, block_id = block["element"], block["block_id"]
        value = state[block_id][element["action_id"]][keys(element["type"])[0]]
        if value in (None, [], ""):
            if not block.get("optional"):
                errors[block_id] = REQUIRED
        elif isinstance(value, str):
            least, most = element.get("min_length", 0), element.get("max_length", 3_000)
            if not least <= len(value) <= most:
                errors[block_id] = f"Must be between {least} and {most} characters."
    return errors
