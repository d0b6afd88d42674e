"""What must hold for every message and modal, whatever its parts were made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.services.slack.blocks import Check
from handlers.messages import Message
from handlers.messages.blocks import size

OURS = re.compile(
    r"<!date\^\d+\^\{date_short_pretty\} \{time\}\|[0-9: \-]+UTC>"
    r"|<@U0[A-Z0-9]+>|<#C0[A-Z]+>"
)
"""Dates, mentions of the people in the samples, links to their channels: no other control sequence leaves the house."""

MARK = "FOREIGN"
"""Put into foreign text, so that a test sees where it went."""


def check(message: Message) -> None:
    """Within Slack's limits and ours, and nothing foreign acts."""
    assert message.text
    assert len(message.text) <= 2_000
    assert len(message.blocks) < 50
    assert size([message.text, message.blocks]) <= 9_000
    _inert(message.text)
    check_blocks("message", list(message.blocks))


def check_view(view: dict[str, Any]) -> None:
    """The same for a modal."""
    assert len(view["title"]["text"]) <= 24
    assert len(view["blocks"]) <= 100
    assert len(view["private_metadata"]) <= 3_000
    assert size(view) < 200_000
    check_blocks("modal", view["blocks"])


def check_blocks(surface: str, blocks: list[dict[str, Any]]) -> None:
    """Blocks of a message, a modal or a Home: Slack takes them there, and nothing foreign acts."""
    _valid(surface, blocks)
    for kind, text in _texts(blocks):
        _inert(text)
        if kind == "mrkdwn":
            _only_in_code(text)


def _valid(surface: str, blocks: list[dict[str, Any]]) -> None:
    checked = Check(surface)
    checked.blocks(blocks)
    assert checked.problems == []


def _inert(text: str) -> None:
    rest = OURS.sub("", text)
    for sign in ("<!", "<@", "<#", "<http", "<mailto"):
        assert sign not in rest


def _only_in_code(text: str) -> None:
    """Foreign names stand in code style, escaped, and code spans close on their line."""
    rest = OURS.sub("", text)
    assert "<" not in rest
    assert ">" not in rest
    for line in rest.split("\n"):
        assert line.count("`") % 2 == 0, line
    assert MARK not in re.sub(r"`[^`\n]+`", "", rest)


def _texts(part: Any) -> Iterator[tuple[str, str]]:
    """Every text with its type; buttons' values and ids are no texts."""
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield str(part.get("type")), part["text"]
        for value in part.values():
            yield from _texts(value)
    if isinstance(part, list | tuple):
        for value in part:
            yield from _texts(value)
