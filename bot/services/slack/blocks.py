"""Slack's validation of Block Kit: what Slack refuses is refused here, with a JSON pointer to the problem.

Limits: Block Kit reference (blocks, elements, composition objects), as of November 2026.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.services.slack.kinds import ACCESSORIES, ACTIONS, BLOCK_KEYS, ELEMENT_KEYS, INPUTS
from bot.services.slack.model import Json

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE_CHARACTERS = 12_000
"""Maximum text in the blocks of one message; not documented, so approximate."""
CAREFUL_CHARACTERS = 9_000
"""Slack has been reported to refuse messages above this, so the playground warns."""
MARKDOWN_CHARACTERS = 12_000
IDENTIFIER = 255
OPTION_VALUE = 75
"""The stricter of the two published limits (75 and 150)."""


class Check:
    """Walks through blocks and collects problems, each as ``text [json-pointer:/blocks/0/…]``."""

    def __init__(self, surface: str) -> None:
        self.surface = surface
        """``message``, ``modal`` or ``home``."""
        self.problems: list[str] = []

    def wrong(self, where: str, what: str) -> None:
        """Add a problem."""
        self.problems.append(f"{what} [json-pointer:{where}]")

    def blocks(self, blocks: Any, where: str = "/blocks") -> None:
        """Check a list of blocks."""
        if not isinstance(blocks, list):
            return self.wrong(where, "must be an array")
        most = MESSAGE_BLOCKS if self.surface == "message" else VIEW_BLOCKS
        if len(blocks) > most:
            self.wrong(where, f"no more than {most} items allowed")
        seen: set[str] = set()
        for number, block in enumerate(blocks):
            here = f"{where}/{number}"
            if not isinstance(block, dict):
                self.wrong(here, "must be an object")
                continue
            kind = block.get("type")
            check = _BLOCKS.get(kind) if isinstance(kind, str) else None
            if check is None:
                self.wrong(f"{here}/type", f"unsupported type: {kind}")
                continue
            self.block_id(block, here, seen)
            self.no_other_keys(block, here, BLOCK_KEYS.get(block["type"]))
            check(self, block, here)
        return self.tables_and_markdown(blocks, where)

    def tables_and_markdown(self, blocks: list[Any], where: str) -> None:
        """Check the limits on all blocks together."""
        objects = [block for block in blocks if isinstance(block, dict)]
        if sum(block.get("type") == "table" for block in objects) > 1:
            self.wrong(where, "only one table allowed")
        markdown = sum(len(str(block.get("text", ""))) for block in objects if block.get("type") == "markdown")
        if markdown > MARKDOWN_CHARACTERS:
            self.wrong(where, f"must be less than {MARKDOWN_CHARACTERS + 1} characters in all markdown blocks")

    def block_id(self, block: Json, where: str, seen: set[str]) -> None:
        """Check a block_id, which must be unique; `seen` are those before it."""
        identifier = block.get("block_id")
        if identifier is None:
            return
        self.text(identifier, f"{where}/block_id", IDENTIFIER)
        if identifier in seen:
            self.wrong(f"{where}/block_id", f"block_id: {identifier} already exists")
        seen.add(str(identifier))

    def no_other_keys(self, holder: Json, where: str, keys: str | None) -> None:
        """Check that there are no keys but `keys` (space-separated), type and ids; None skips the check."""
        if keys is None:
            return
        for key in holder.keys() - {"type", "block_id", "action_id", *keys.split()}:
            self.wrong(where, f"invalid additional property: {key}")

    def text(self, value: Any, where: str, most: int, least: int = 1) -> None:
        """Check a string and its length."""
        if not isinstance(value, str):
            self.wrong(where, "must be a string")
        elif len(value) < least:
            self.wrong(where, f"must be more than {least - 1} characters")
        elif len(value) > most:
            self.wrong(where, f"must be less than {most + 1} characters")

    def optional_text(self, holder: Json, key: str, where: str, most: int) -> None:
        """Check an optional string."""
        if holder.get(key) is not None:
            self.text(holder[key], f"{where}/{key}", most)

    def words(self, value: Any, where: str, most: int, *, plain: bool = False) -> None:
        """Check a text object; with `plain`, mrkdwn is not allowed."""
        if not isinstance(value, dict):
            return self.wrong(where, "must be an object" if value is not None else "missing required field")
        allowed = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        if value.get("type") not in allowed:
            self.wrong(f"{where}/type", f"must be one of: {', '.join(allowed)}")
        self.no_other_keys(value, where, "text emoji" if value.get("type") == "plain_text" else "text verbatim")
        return self.text(value.get("text"), f"{where}/text", most)

    def optional_words(self, holder: Json, key: str, where: str, most: int, *, plain: bool = False) -> None:
        """Check an optional text object."""
        if holder.get(key) is not None:
            self.words(holder[key], f"{where}/{key}", most, plain=plain)

    def many(self, value: Any, where: str, most: int, least: int = 1) -> Iterator[tuple[str, Json]]:
        """Check the length of a list; yields its objects with their JSON pointers."""
        if not isinstance(value, list):
            self.wrong(where, "must be an array" if value is not None else "missing required field")
            return
        if len(value) > most:
            self.wrong(where, f"no more than {most} items allowed")
        if len(value) < least:
            self.wrong(where, f"no less than {least} items allowed")
        for number, item in enumerate(value):
            if isinstance(item, dict):
                yield f"{where}/{number}", item
            else:
                self.wrong(f"{where}/{number}", "must be an object")

    # Blocks

    def section(self, block: Json, where: str) -> None:
        """Check a section: text, fields or both, and an optional accessory."""
        if block.get("text") is None and block.get("fields") is None:
            self.wrong(where, "missing required field: text or fields")
        self.optional_words(block, "text", where, 3_000)
        if block.get("fields") is not None:
            for here, field in self.many(block["fields"], f"{where}/fields", 10):
                self.words(field, here, 2_000)
        if block.get("accessory") is not None:
            self.element(block["accessory"], f"{where}/accessory", ACCESSORIES)

    def header(self, block: Json, where: str) -> None:
        """Check a header: plain text only."""
        self.words(block.get("text"), f"{where}/text", 150, plain=True)

    def divider(self, block: Json, where: str) -> None:
        """Check a divider: it has no content."""

    def context(self, block: Json, where: str) -> None:
        """Check a context block: texts and images only."""
        for here, element in self.many(block.get("elements"), f"{where}/elements", 10):
            if element.get("type") == "image":
                self.image(element, here)
            else:
                self.words(element, here, 3_000)

    def actions(self, block: Json, where: str) -> None:
        """Check an actions block: buttons and selects, each with its own action_id."""
        seen: set[str] = set()
        for here, element in self.many(block.get("elements"), f"{where}/elements", 25):
            self.element(element, here, ACTIONS)
            identifier = element.get("action_id")
            if identifier in seen:
                self.wrong(f"{here}/action_id", f"action_id: {identifier} already exists")
            if identifier:
                seen.add(str(identifier))

    def input(self, block: Json, where: str) -> None:
        """Check an input block: one labelled element, on any surface."""
        self.words(block.get("label"), f"{where}/label", 2_000, plain=True)
        self.optional_words(block, "hint", where, 2_000, plain=True)
        self.element(block.get("element"), f"{where}/element", INPUTS)

    def image(self, block: Json, where: str) -> None:
        """Check an image block, element or accessory."""
        if block.get("slack_file") is None:
            self.text(block.get("image_url"), f"{where}/image_url", 3_000)
        self.text(block.get("alt_text"), f"{where}/alt_text", 2_000)
        self.optional_words(block, "title", where, 2_000, plain=True)

    def markdown(self, block: Json, where: str) -> None:
        """Check a markdown block: messages only."""
        if self.surface != "message":
            self.wrong(f"{where}/type", "unsupported type: markdown")
        self.text(block.get("text"), f"{where}/text", MARKDOWN_CHARACTERS)

    def rich_text(self, block: Json, where: str) -> None:
        """Check a rich text block: sections, lists, quotes and preformatted parts."""
        for here, part in self.many(block.get("elements"), f"{where}/elements", 1_000, least=0):
            if part.get("type") not in _RICH_PARTS:
                self.wrong(f"{here}/type", f"unsupported type: {part.get('type')}")
            elif part["type"] == "rich_text_list":
                for inner, section in self.many(part.get("elements"), f"{here}/elements", 1_000, least=0):
                    self.rich_leaves(section, inner)
            else:
                self.rich_leaves(part, here)

    def rich_leaves(self, part: Json, where: str) -> None:
        """Check the elements of one rich text section."""
        for here, leaf in self.many(part.get("elements"), f"{where}/elements", 1_000, least=0):
            if leaf.get("type") not in _RICH_LEAVES:
                self.wrong(f"{here}/type", f"unsupported type: {leaf.get('type')}")
            elif leaf["type"] == "text":
                self.text(leaf.get("text"), f"{here}/text", MESSAGE_CHARACTERS)

    def table(self, block: Json, where: str) -> None:
        """Check a table: at most 100 rows of 20 cells, messages only."""
        if self.surface != "message":
            self.wrong(f"{where}/type", "unsupported type: table")
        rows = block.get("rows")
        if not isinstance(rows, list) or not rows:
            return self.wrong(f"{where}/rows", "missing required field")
        if len(rows) > 100:
            self.wrong(f"{where}/rows", "no more than 100 items allowed")
        for number, row in enumerate(rows):
            for here, cell in self.many(row, f"{where}/rows/{number}", 20):
                if cell.get("type") == "rich_text":
                    self.rich_text(cell, here)
                elif cell.get("type") == "raw_text":
                    self.text(cell.get("text"), f"{here}/text", MESSAGE_CHARACTERS)
                elif cell.get("type") != "raw_number":
                    self.wrong(f"{here}/type", f"unsupported type: {cell.get('type')}")
        return None

    def alert(self, block: Json, where: str) -> None:
        """Check an alert, a coloured notice."""
        if block.get("level", "default") not in ("default", "info", "warning", "error", "success"):
            self.wrong(f"{where}/level", "must be one of: default, info, warning, error, success")
        self.words(block.get("text"), f"{where}/text", 3_000)

    # Elements

    def element(self, element: Any, where: str, allowed: frozenset[str]) -> None:
        """Check an element, whose type must be one of `allowed`."""
        if not isinstance(element, dict):
            return self.wrong(where, "must be an object" if element is not None else "missing required field")
        kind = element.get("type")
        if kind not in allowed:
            return self.wrong(f"{where}/type", f"unsupported type: {kind}")
        self.optional_text(element, "action_id", where, IDENTIFIER)
        self.optional_words(element, "placeholder", where, 150, plain=True)
        if element.get("confirm") is not None:
            self.confirm(element["confirm"], f"{where}/confirm")
        self.no_other_keys(element, where, ELEMENT_KEYS.get(kind))
        return _ELEMENTS.get(kind, Check.plain_element)(self, element, where)

    def plain_element(self, element: Json, where: str) -> None:
        """Accept an element that has no limits of its own."""

    def confirm(self, confirm: Any, where: str) -> None:
        """Check a confirmation dialog."""
        if not isinstance(confirm, dict):
            return self.wrong(where, "must be an object")
        self.words(confirm.get("title"), f"{where}/title", 100, plain=True)
        self.words(confirm.get("text"), f"{where}/text", 300)
        self.optional_words(confirm, "confirm", where, 30, plain=True)
        self.optional_words(confirm, "deny", where, 30, plain=True)
        return self.style(confirm, where)

    def style(self, holder: Json, where: str) -> None:
        """Check a style: there are only two."""
        if holder.get("style") not in (None, "primary", "danger"):
            self.wrong(f"{where}/style", "must be one of: primary, danger")

    def button(self, element: Json, where: str) -> None:
        """Check a button: text, value, link and style."""
        self.words(element.get("text"), f"{where}/text", 75, plain=True)
        if element.get("value") is not None:
            self.text(element["value"], f"{where}/value", 2_000, least=0)
        self.optional_text(element, "url", where, 3_000)
        self.optional_text(element, "accessibility_label", where, 75)
        self.style(element, where)

    def select(self, element: Json, where: str) -> None:
        """Check a select: options, or groups of options."""
        if element.get("option_groups") is not None:
            self.groups(element["option_groups"], f"{where}/option_groups")
        else:
            self.options(element.get("options"), f"{where}/options", 100)
        self.initial(element, where)

    def initial(self, element: Json, where: str) -> None:
        """Check that the initial options equal some of the options."""
        groups = element.get("option_groups") or [element]
        offered = [
            option for group in groups if isinstance(group, dict) for option in group.get("options") or () if option
        ]
        first = [element["initial_option"]] if element.get("initial_option") else element.get("initial_options") or []
        if not all(option in offered for option in first):
            self.wrong(where, "initial options must be among the options")

    def external_select(self, element: Json, where: str) -> None:
        """Check an external select: its options come from the app, so only the initial one is here."""
        if element.get("initial_option") is not None:
            self.options([element["initial_option"]], f"{where}/initial_option", 1)

    def groups(self, groups: Any, where: str) -> None:
        """Check groups of options."""
        for here, group in self.many(groups, where, 100):
            self.words(group.get("label"), f"{here}/label", 75, plain=True)
            self.options(group.get("options"), f"{here}/options", 100)

    def options(self, options: Any, where: str, most: int, *, plain: bool = True) -> None:
        """Check a list of options."""
        for here, option in self.many(options, where, most):
            self.words(option.get("text"), f"{here}/text", 75, plain=plain)
            self.text(option.get("value"), f"{here}/value", OPTION_VALUE)
            self.optional_words(option, "description", here, 75, plain=plain)

    def overflow(self, element: Json, where: str) -> None:
        """Check an overflow menu: at most five options."""
        self.options(element.get("options"), f"{where}/options", 5)

    def boxes(self, element: Json, where: str) -> None:
        """Check checkboxes or radio buttons: at most ten options."""
        self.options(element.get("options"), f"{where}/options", 10, plain=False)
        self.initial(element, where)

    def text_input(self, element: Json, where: str) -> None:
        """Check a text input: its length limits and initial value."""
        most = element.get("max_length")
        if most is not None and not (isinstance(most, int) and 1 <= most <= 3_000):
            self.wrong(f"{where}/max_length", "must be between 1 and 3000")
        initial = element.get("initial_value")
        if initial is not None:
            self.text(initial, f"{where}/initial_value", most if isinstance(most, int) else 3_000, least=0)


def check_message(blocks: Any) -> list[str]:
    """The problems for which Slack would refuse the blocks of a message."""
    check = Check("message")
    check.blocks(blocks)
    return check.problems


def check_view(view: Any) -> list[str]:
    """The problems for which Slack would refuse a modal or a Home tab."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return ["must be one of: modal, home [json-pointer:/view/type]"]
    check = Check(view["type"])
    check.optional_text(view, "callback_id", "/view", IDENTIFIER)
    check.optional_text(view, "external_id", "/view", IDENTIFIER)
    if view.get("private_metadata") is not None:
        check.text(view["private_metadata"], "/view/private_metadata", 3_000, least=0)
    if view["type"] == "modal":
        check.words(view.get("title"), "/view/title", 24, plain=True)
        for key in ("submit", "close"):
            check.optional_words(view, key, "/view", 24, plain=True)
    blocks = view.get("blocks")
    if blocks is None:
        check.wrong("/view/blocks", "missing required field")
        return check.problems
    check.blocks(blocks, "/view/blocks")
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
    if view["type"] == "modal" and has_input and view.get("submit") is None:
        check.wrong("/view/submit", "submit is required when an input is in the blocks array")
    return check.problems


_RICH_PARTS = frozenset({"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"})
_RICH_LEAVES = frozenset(
    {"text", "link", "emoji", "user", "channel", "usergroup", "date", "broadcast", "color", "team"}
)
_BLOCKS: dict[str, Callable[[Check, Json, str], None]] = {
    "section": Check.section,
    "header": Check.header,
    "divider": Check.divider,
    "context": Check.context,
    "actions": Check.actions,
    "input": Check.input,
    "image": Check.image,
    "markdown": Check.markdown,
    "rich_text": Check.rich_text,
    "table": Check.table,
    "alert": Check.alert,
}
_ELEMENTS: dict[str, Callable[[Check, Json, str], None]] = {
    "button": Check.button,
    "static_select": Check.select,
    "multi_static_select": Check.select,
    "external_select": Check.external_select,
    "overflow": Check.overflow,
    "checkboxes": Check.boxes,
    "radio_buttons": Check.boxes,
    "plain_text_input": Check.text_input,
    "image": Check.image,
}
