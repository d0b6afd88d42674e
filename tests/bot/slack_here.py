"""A Slack on this machine and a registry with demo data, for bots that run in processes of their own."""

from __future__ import annotations

import asyncio
import queue
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from starlette.types import Receive, Scope, Send

from bot.app import slash_commands
from bot.demo import CHANNELS, PEOPLE, TEAM
from bot.grammar import language
from bot.services.registry.app import create_app as create_registry
from bot.services.registry.database import migrate
from bot.services.registry.demo import seed_demo
from bot.services.slack import Command, HttpDelivery, Workspace, create_app
from bot.slack.health import serving
from tests.scenarios.chat import Chat
from tests.waiting import ended

BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-playground", "xapp-playground", "0123456789abcdef"
KEY = "hl_sk_of-these-tests-1"


class ToTheBot(httpx.AsyncHTTPTransport):
    """A way to a bot whose port is known only once it has started."""

    port = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(port=self.port)
        return await super().handle_async_request(request)


@dataclass
class Slack:
    """The Slack that runs, and what somebody sees who sits in front of it."""

    address: str
    workspace: Workspace
    chat: Chat
    to_the_bot: ToTheBot

    def settings(self, *, http: bool = False) -> dict[str, str]:
        """What a bot needs to know of it."""
        how = {"SLACK_SIGNING_SECRET": SECRET} if http else {"SLACK_APP_TOKEN": APP_TOKEN}
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "CONFIGBOT_SLACK_API_URL": f"{self.address}/api/",
            "CONFIGBOT_HTTP_PORT": "0",
            **how,
        }


@asynccontextmanager
async def slack_here(*, http: bool = False) -> AsyncIterator[Slack]:
    """Serve it on a free port: Socket Mode, or signed HTTP."""
    commands = tuple(Command(name) for name in slash_commands([each.name for each in language().slash_commands], ""))
    workspace = Workspace(TEAM, PEOPLE, CHANNELS, commands, rate_limits=False)
    to_the_bot = ToTheBot()
    delivery = HttpDelivery("http://127.0.0.1:1/slack/events", SECRET, transport=to_the_bot) if http else None
    try:
        async with serving(create_app(workspace, delivery=delivery), host="127.0.0.1", port=0) as port:
            address = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=address, headers={"Origin": address}, verify=False) as page:
                yield Slack(address, workspace, Chat(page), to_the_bot)
                workspace.audience.end()
    finally:
        workspace.close()


@contextmanager
def slack_in_a_thread() -> Iterator[dict[str, str]]:
    """The settings for a Slack that runs beside the test: commands have an event loop of their own."""
    ready: queue.SimpleQueue[dict[str, str]] = queue.SimpleQueue()
    done = threading.Event()

    async def serve() -> None:
        async with slack_here() as slack:
            ready.put({**slack.settings(), **OWN_REGISTRY})
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    try:
        yield ready.get(timeout=30)
    finally:
        done.set()
        ended(thread)


OWN_REGISTRY = {"CONFIGBOT_REGISTRY__ENABLED": "true", "CONFIGBOT_REGISTRY__API_KEYS": KEY}
"""The settings with which a bot serves our own config service."""


async def demo_registry(folder: Path) -> str:
    """A registry file with demo data, where a bot looks for it that was told nothing else; its address."""
    url = f"sqlite+aiosqlite:///{folder / 'registry.db'}"
    await migrate(url)
    await seed_demo(url, datetime.now(UTC))
    return url


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class SlowWrites:
    """A registry whose writes take a while once they are told to."""

    def __init__(self, url: str) -> None:
        self.app = create_registry(url, api_keys=[KEY])
        self.seconds = 0.0
        self.writing = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] != "GET" and self.seconds:
            self.writing.set()
            await asyncio.sleep(self.seconds)
        await self.app(scope, receive, send)
