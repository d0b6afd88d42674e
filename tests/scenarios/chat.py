"""A test that reads like the chat: people type, read and press buttons through the playground's own endpoint."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

ADA, RAVI, MIRA = "U0ADA", "U0RAVI", "U0MIRA"
DEPLOYS, EVALS = "C0DEPLOYS", "C0EVALS"

PATIENCE = 15.0
"""Seconds that something may take to be said."""


class Nothing(AssertionError):
    """What was waited for was not said."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message as its reader sees it."""

    raw: dict[str, Any]

    @property
    def text(self) -> str:
        """The text that stands for the whole message."""
        return str(self.raw["text"])

    @property
    def private(self) -> bool:
        """Whether only its reader sees it."""
        return bool(self.raw["ephemeral"])

    @property
    def by_bot(self) -> bool:
        """Whether the bot said it."""
        return bool(self.raw["is_bot"])

    def buttons(self) -> dict[str, dict[str, Any]]:
        """Buttons by their text; each with its block's id."""
        found = {}
        for block in self.raw["blocks"]:
            elements = block.get("elements", []) if block["type"] == "actions" else [block.get("accessory") or {}]
            for element in elements:
                if element.get("type") == "button":
                    found[element["text"]["text"]] = {**element, "block_id": block["block_id"]}
        return found

    def body(self) -> str:
        """All text of all blocks."""
        return " ".join(_texts(self.raw["blocks"]))


def _texts(part: Any) -> list[str]:
    if isinstance(part, list):
        return [text for each in part for text in _texts(each)]
    if isinstance(part, dict):
        own = [part["text"]] if isinstance(part.get("text"), str) else []
        return own + [text for name, each in part.items() if name != "text" or not own for text in _texts(each)]
    return []


@dataclass(slots=True)
class Chat:
    """A playground, seen from the page's side."""

    http: httpx.AsyncClient

    async def say(self, who: str, text: str, channel: str = DEPLOYS, thread_ts: str | None = None) -> None:
        """Type a line and send it."""
        body = {"as": who, "channel": channel, "text": text} | ({"thread_ts": thread_ts} if thread_ts else {})
        (await self.http.post("/playground/say", json=body)).raise_for_status()

    async def messages(self, who: str, channel: str = DEPLOYS, thread_ts: str | None = None) -> list[Line]:
        """What this person sees."""
        where = {"as": who, "channel": channel} | ({"thread_ts": thread_ts} if thread_ts else {})
        answer = await self.http.get("/playground/messages", params=where)
        answer.raise_for_status()
        return [Line(raw) for raw in answer.json()["messages"]]

    async def wait_for(
        self, who: str, wanted: Callable[[Line], bool], channel: str = DEPLOYS, *, thread_ts: str | None = None
    ) -> Line:
        """The newest message of the bot that is wanted, as soon as it is there. Raises `Nothing`."""
        end = time.monotonic() + PATIENCE
        lines: list[Line] = []
        while time.monotonic() < end:
            lines = await self.messages(who, channel, thread_ts)
            for line in reversed(lines):
                if line.by_bot and wanted(line):
                    return line
            await asyncio.sleep(0.03)
        raise Nothing("\n".join(f"{'(private) ' if line.private else ''}{line.text}" for line in lines) or "silence")

    async def hears(self, who: str, *words: str, channel: str = DEPLOYS, private: bool | None = None) -> Line:
        """Wait for a message of the bot that holds all these words."""

        def wanted(line: Line) -> bool:
            whole = f"{line.text} {line.body()}"
            return all(word in whole for word in words) and private in (None, line.private)

        return await self.wait_for(who, wanted, channel)

    async def press(self, who: str, line: Line, button: str, channel: str = DEPLOYS) -> None:
        """Press a button of a message."""
        found = line.buttons()
        assert button in found, f"there is no {button!r}, only {sorted(found)}"
        element = found[button]
        body = {"as": who, "channel": channel, "block_id": element["block_id"], "action_id": element["action_id"]}
        body["value"] = element.get("value")
        body |= {"ephemeral_id": line.raw["ephemeral_id"]} if line.private else {"ts": line.raw["ts"]}
        (await self.http.post("/playground/action", json=body)).raise_for_status()
