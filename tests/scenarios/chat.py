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

PATIENCE = 30.0
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

    def choice(self, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The menu that offers this, with its block's id, and the option."""
        for block in self.raw["blocks"]:
            for element in block.get("elements", []):
                for option in element.get("options", []):
                    if option["text"]["text"] == text:
                        return {**element, "block_id": block["block_id"]}, option
        raise AssertionError(f"no menu offers {text!r}")

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


def _given(value: Any) -> dict[str, Any]:
    """What a person put into an input: a text, an instant, or one of the options."""
    if isinstance(value, int):
        return {"selected_date_time": value}
    return {"value": value} if isinstance(value, str) else {"selected_option": value}


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

    async def hears(
        self, who: str, *words: str, channel: str = DEPLOYS, private: bool | None = None, thread_ts: str | None = None
    ) -> Line:
        """Wait for a message of the bot that holds all these words."""

        def wanted(line: Line) -> bool:
            whole = f"{line.text} {line.body()}"
            return all(word in whole for word in words) and private in (None, line.private)

        return await self.wait_for(who, wanted, channel, thread_ts=thread_ts)

    async def is_told(self, who: str, *words: str, channel: str = DEPLOYS, thread_ts: str | None = None) -> Line:
        """Wait for an answer that only this person sees."""
        return await self.hears(who, *words, channel=channel, private=True, thread_ts=thread_ts)

    async def said(self, who: str, channel: str = DEPLOYS, thread_ts: str | None = None) -> list[Line]:
        """What the bot said to everybody."""
        lines = await self.messages(who, channel, thread_ts)
        return [line for line in lines if line.by_bot and not line.private and line.raw["ts"] != thread_ts]

    async def answers(self, who: str, channel: str = DEPLOYS) -> list[Line]:
        """What the bot said to this person alone."""
        return [line for line in await self.messages(who, channel) if line.by_bot and line.private]

    async def press(self, who: str, line: Line, button: str, channel: str = DEPLOYS) -> None:
        """Press a button of a message."""
        found = line.buttons()
        assert button in found, f"there is no {button!r}, only {sorted(found)}"
        element = found[button]
        body = {"as": who, "channel": channel, "block_id": element["block_id"], "action_id": element["action_id"]}
        body["value"] = element.get("value")
        body |= {"ephemeral_id": line.raw["ephemeral_id"]} if line.private else {"ts": line.raw["ts"]}
        (await self.http.post("/playground/action", json=body)).raise_for_status()

    async def choose(self, who: str, line: Line, text: str, channel: str = DEPLOYS) -> None:
        """Choose from a menu of a message."""
        element, option = line.choice(text)
        body = {"as": who, "channel": channel, "block_id": element["block_id"], "action_id": element["action_id"]}
        body |= {"ephemeral_id": line.raw["ephemeral_id"]} if line.private else {"ts": line.raw["ts"]}
        answer = await self.http.post("/playground/action", json={**body, "selected_option": option})
        answer.raise_for_status()

    async def asks(self, line: str = "/deploy config_x to production", who: str = ADA, channel: str = DEPLOYS) -> Line:
        """Type a line, and wait for the new card that it brings."""
        before = {found.raw["ts"] for found in await self.said(who, channel)}
        await self.say(who, line, channel)
        return await self.wait_for(who, lambda found: not found.private and found.raw["ts"] not in before, channel)

    async def answered(self, who: str, line: str, channel: str = DEPLOYS) -> Line:
        """Type a line, and wait for the new answer that only this person sees."""
        before = {found.raw["ts"] for found in await self.answers(who, channel)}
        await self.say(who, line, channel)
        return await self.wait_for(who, lambda found: found.private and found.raw["ts"] not in before, channel)

    async def card_says(self, card: Line, *words: str) -> Line:
        """Wait until a card holds all these words."""

        def wanted(line: Line) -> bool:
            return line.raw["ts"] == card.raw["ts"] and all(word in f"{line.text} {line.body()}" for word in words)

        return await self.wait_for(MIRA, wanted, card.raw["channel"])

    async def makes_live(self, line: str = "/deploy config_x to production") -> Line:
        """Ask for a change and have it approved: its card."""
        card = await self.asks(line)
        await self.press(RAVI, card, "Approve")
        return await self.card_says(card, "I read it back, and it took effect")

    async def modal(self, who: str, *words: str) -> dict[str, Any]:
        """Wait for the modal on top that holds all these words. Raises `Nothing`."""
        end = time.monotonic() + PATIENCE
        view: dict[str, Any] | None = None
        while time.monotonic() < end:
            view = (await self.http.get("/playground/modal", params={"as": who})).json()["view"]
            if view is not None and all(word in " ".join(_texts(view)) for word in words):
                return view
            await asyncio.sleep(0.03)
        raise Nothing(" ".join(_texts(view)) if view else "no modal")

    async def opens_home(self, who: str, *words: str) -> Line:
        """Look at the Home tab until it holds all these words. Raises `Nothing`."""
        (await self.http.post("/playground/open_home", json={"as": who})).raise_for_status()
        end = time.monotonic() + PATIENCE
        home = Line({"blocks": []})
        while time.monotonic() < end:
            view = (await self.http.get("/playground/home", params={"as": who})).json()["view"]
            home = Line(view or {"blocks": []})
            if view is not None and all(word in home.body() for word in words):
                return home
            await asyncio.sleep(0.03)
        raise Nothing(home.body() or "nothing is published")

    async def press_at_home(self, who: str, home: Line, button: str) -> None:
        """Press a button of the Home tab."""
        found = home.buttons()
        assert button in found, f"there is no {button!r}, only {sorted(found)}"
        which = {name: found[button][name] for name in ("block_id", "action_id")}
        body = {"as": who, "view_id": home.raw["id"], **which}
        (await self.http.post("/playground/action", json=body)).raise_for_status()

    async def offers(self, who: str, view: dict[str, Any], field: str, query: str = "") -> dict[str, dict[str, Any]]:
        """What a select of a modal offers, by its text."""
        body = {"as": who, "view_id": view["id"], "block_id": field, "action_id": field, "query": query}
        answer = await self.http.post("/playground/options", json=body)
        answer.raise_for_status()
        return {option["text"]["text"]: option for option in answer.json()["options"]}

    async def submit(self, who: str, view: dict[str, Any], **values: Any) -> dict[str, Any]:
        """Send a modal: selects take an option, inputs a text or a time, by ``pick_config`` and ``type_comment``."""
        given: dict[str, Any] = {}
        for name, value in values.items():
            field = name.replace("_", ".", 1)
            given[field] = {field: _given(value)}
        body = {"as": who, "view_id": view["id"], "values": given}
        answer = await self.http.post("/playground/submit", json=body)
        answer.raise_for_status()
        came: dict[str, Any] = answer.json()
        return came

    async def breaks(self, method: str, error: str = "", **more: Any) -> None:
        """Let the next call of a method of Slack go wrong."""
        body = {"method": method, "error": error, **more}
        (await self.http.post("/playground/faults", json=body)).raise_for_status()

    async def connected(self) -> bool:
        """Whether the bot is there."""
        answer = await self.http.get("/playground/session")
        return bool(answer.json()["bot"]["connected"])
