"""A message as a person reads it: plain lines, buttons in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from handlers.messages import Message


def read(message: Message) -> str:
    """The text first, then the blocks, one paragraph each."""
    return "\n".join([message.text, "-" * 8, read_blocks(message.blocks)])


def read_blocks(blocks: Iterable[dict[str, Any]]) -> str:
    """Blocks alone, one paragraph each."""
    return "\n".join(line for block in blocks for line in _block(block))


def read_view(view: dict[str, Any]) -> str:
    """A modal: title, blocks, its two buttons."""
    lines = [f"# {view['title']['text']}", *(line for block in view["blocks"] for line in _block(block))]
    closing = [view[name]["text"] for name in ("submit", "close") if name in view]
    return "\n".join([*lines, " ".join(f"[{text}]" for text in closing)])


def buttons(message: Message | dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every button by what stands on it."""
    blocks = message.blocks if isinstance(message, Message) else message["blocks"]
    found = [each for block in blocks for each in (*block.get("elements", ()), block.get("accessory"))]
    return {each["text"]["text"]: each for each in found if each and each.get("type") == "button"}


def menus(message: Message) -> list[dict[str, Any]]:
    """Every menu."""
    found = [each for block in message.blocks for each in block.get("elements", ())]
    return [each for each in found if each["type"] == "static_select"]


def _block(block: dict[str, Any]) -> Iterator[str]:
    match block["type"]:
        case "section":
            accessory = f"  [{block['accessory']['text']['text']}]" if "accessory" in block else ""
            yield _unescape(block["text"]["text"]) + accessory
        case "context":
            yield "  " + " ".join(_unescape(each["text"]) for each in block["elements"])
        case "actions":
            yield " ".join(
                f"[{_unescape((each.get('text') or each['placeholder'])['text'])}]" for each in block["elements"]
            )
        case "divider":
            yield "----"
        case "rich_text":
            for element in block["elements"]:
                yield from _rich(element)
        case "table":
            for row in block["rows"]:
                yield "| " + " | ".join(cell["text"] for cell in row) + " |"
        case "input":
            optional = " (optional)" if block.get("optional") else ""
            yield f"{block['label']['text']}{optional}: <{block['element']['type']}>"
        case other:
            raise AssertionError(f"reading a {other} block is not known here")


def _rich(element: dict[str, Any]) -> Iterator[str]:
    match element["type"]:
        case "rich_text_list":
            for item in element["elements"]:
                yield "• " + "".join(_rich(item))
        case "rich_text_quote":
            yield "> " + _runs(element["elements"])
        case "rich_text_section" | "rich_text_preformatted":
            yield _runs(element["elements"])
        case other:
            raise AssertionError(f"reading {other} is not known here")


def _runs(runs: list[dict[str, Any]]) -> str:
    made = []
    for run in runs:
        style = run.get("style", {})
        mark = "+" if style.get("bold") else "-" if style.get("strike") else "`" if style.get("code") else ""
        made.append(f"{mark}{run['text']}{mark}")
    return "".join(made)


def _unescape(text: str) -> str:
    dated = re.sub(r"<!date\^\d+\^[^|]*\|([^>]*)>", r"\1", text)
    return dated.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
