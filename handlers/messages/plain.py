"""A message as plain text, for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from handlers.messages.blocks import Message

_TOKEN = re.compile(r"<(?:!date\^\d+\^[^|>]*\||[^|>]*\|)?([^>]*)>")


def plain_text(message: Message) -> str:
    """The text of all blocks, one line each, without buttons."""
    lines = [line for block in message.blocks for line in _lines(block)]
    return "\n".join(lines) or unmarked(message.text)


def _lines(block: Mapping[str, Any]) -> Iterator[str]:
    if block["type"] == "actions":
        return
    text = " ".join(_words(block)).strip()
    yield from (line.rstrip() for line in text.splitlines() if line.strip())


def _words(part: Any) -> Iterator[str]:
    """All texts inside a block, in order."""
    if isinstance(part, str):
        yield unmarked(part)
    elif isinstance(part, list):
        for each in part:
            yield from _words(each)
    elif isinstance(part, Mapping):
        for name in ("text", "fields", "elements", "rows"):
            yield from _words(part.get(name, ""))


def unmarked(text: str) -> str:
    """Text without Slack's markup."""
    bare = _TOKEN.sub(r"\1", text).replace("*", "").replace("`", "")
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
