"""A running playground with a real Bolt app in it, for tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.slack import Bot, Channel, Command, Person, Team, UserGroup, Workspace, create_app
from tests.waiting import started

TEAM = Team("T0ACORN", "Acorn Labs")
PEOPLE = (
    Person("U0ADA", "Ada Ibarra", "engineer", tz="Europe/Madrid"),
    Person("U0RAVI", "Ravi Menon", "reviewer"),
    Person("U0MIRA", "Mira Okafor", "reviewer"),
)
CHANNELS = (
    Channel("C0DEPLOYS", "deploys", "what goes live"),
    Channel("C0PROMPTS", "prompts"),
    Channel("C0QUIET", "quiet", bot_is_member=False),
    Channel("G0LEADS", "leads-only", is_private=True, bot_is_member=False, members=("U0RAVI",)),
)
COMMANDS = (Command("/deploy", "CONFIG to ENV", "make a config live"), Command("/silent"), Command("/unheard"))


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.instant

    async def move(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


def make_workspace(path: Path | None = None, **options: Any) -> Workspace:
    given = {"groups": (UserGroup("S0LEADS", "ai-leads", ("U0RAVI", "U0MIRA")),), "path": path, **options}
    return Workspace(
        TEAM, given.pop("people", PEOPLE), given.pop("channels", CHANNELS), given.pop("commands", COMMANDS), **given
    )


@asynccontextmanager
async def running(app: Any) -> AsyncIterator[str]:
    """Serve an ASGI app on a free local port and give its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await started(server, task)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def playground(workspace: Workspace, **options: Any) -> AsyncIterator[Page]:
    """A page on a running playground, without a bot."""
    app = create_app(workspace, **{"retry_delays": (0.01, 0.01), "keep_alive_seconds": 0.05, **options})
    async with running(app) as base_url:
        page = Page(base_url)
        try:
            yield page
        finally:
            workspace.audience.end()
            await page.http.aclose()


def bolt(base_url: str, token: str = Bot().token) -> AsyncApp:
    client = AsyncWebClient(token=token, base_url=f"{base_url}/api/")
    return AsyncApp(client=client, signing_secret="s3cret", name="configbot-under-test")


@asynccontextmanager
async def connected(app: AsyncApp, page: Page) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app over real Socket Mode."""
    handler = AsyncSocketModeHandler(app, Bot().app_token, ping_interval=1)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt does not type it
    await page.until(lambda session: session["bot"]["connected"], page.session)
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt does not type it


class Page:
    """What the browser page does, as one person."""

    def __init__(self, base_url: str, user: str = "U0ADA") -> None:
        self.base_url = base_url
        self.user = user
        self.http = httpx.AsyncClient(base_url=base_url, trust_env=False, timeout=60, verify=False)

    def as_(self, user: str) -> Page:
        page = Page.__new__(Page)
        page.base_url, page.user, page.http = self.base_url, user, self.http
        return page

    async def get(self, name: str, **query: str) -> Any:
        answer = await self.http.get(f"/playground/{name}", params={"as": self.user, **query})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, name: str, **body: Any) -> Any:
        answer = await self.http.post(f"/playground/{name}", json={"as": self.user, **body})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, name: str, **body: Any) -> tuple[int, str]:
        answer = await self.http.post(f"/playground/{name}", json={"as": self.user, **body})
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json()["error"]

    async def session(self) -> Any:
        return await self.get("session")

    async def say(self, text: str, channel: str = "C0DEPLOYS", **more: str) -> Any:
        return await self.post("say", channel=channel, text=text, **more)

    async def messages(self, channel: str = "C0DEPLOYS", **query: str) -> list[Any]:
        found: list[Any] = (await self.get("messages", channel=channel, **query))["messages"]
        return found

    async def texts(self, channel: str = "C0DEPLOYS", **query: str) -> list[str]:
        return [message["text"] for message in await self.messages(channel, **query)]

    async def last(self, channel: str = "C0DEPLOYS") -> Any:
        return (await self.messages(channel))[-1]

    async def click(self, message: Any, action_id: str, **more: Any) -> Any:
        which = {"ephemeral_id": message["ephemeral_id"]} if message["ephemeral"] else {"ts": message["ts"]}
        place = {"channel": message["channel"], **which}
        return await self.post("action", **place, **found(message["blocks"], action_id), **more)

    async def until(self, holds: Callable[[Any], Any], look: Callable[[], Any], seconds: float = 30) -> Any:
        """Look again until something holds, and give what was seen."""
        async with asyncio.timeout(seconds):
            while True:
                seen = await look()
                if holds(seen):
                    return seen
                await asyncio.sleep(0.01)

    @asynccontextmanager
    async def events(self) -> AsyncIterator[Stream]:
        """The page's stream of events."""
        async with self.http.stream("GET", "/playground/events", params={"as": self.user}) as answer:
            stream = Stream(answer)
            await stream.next("modal")
            yield stream


class Stream:
    """Server-sent events, one by one."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def still_here(self) -> None:
        """Wait for a sign of life."""
        async with asyncio.timeout(30):
            async for line in self._lines:
                if line == ": still here":
                    return

    async def next(self, name: str) -> Any:
        """The data of the next event of this name."""
        async with asyncio.timeout(30):
            event = ""
            async for line in self._lines:
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: ") and event == name:
                    return json.loads(line.removeprefix("data: "))
        raise AssertionError(f"the stream ended before {name}")


def found(blocks: Sequence[Any], action_id: str) -> dict[str, str]:
    """Where an element stands."""
    for block in blocks:
        inside = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
        if any(element and element.get("action_id") == action_id for element in inside):
            return {"block_id": block["block_id"], "action_id": action_id}
    raise AssertionError(f"no element {action_id}")


def button(action_id: str, text: str = "Press", value: str = "1:x") -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": text},
        "value": value,
    }


def actions(*elements: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}
