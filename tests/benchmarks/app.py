"""The whole bot in this process, as `bot.app` puts it together, over Socket Mode to the playground's Slack.

For figures that count calls, or that leave out what a process of its own costs; no job runs unless it is asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bot.app import Bot, Parts, SystemClock, build_bot, registry_client, slash_commands
from bot.clients.base import ProviderClient
from bot.clients.transport import EventHooks
from bot.demo import CHANNELS, DEPLOYS, EVALS, KEY, PEOPLE, TEAM
from bot.grammar import language
from bot.ports import Clock
from bot.services.registry.app import close as close_registry
from bot.services.registry.app import create_app as create_registry
from bot.services.registry.database import migrate as migrate_registry
from bot.services.registry.demo import seed_demo
from bot.services.slack import Channel, Command, SocketDelivery, Workspace, create_app
from bot.services.slack.events import Listener
from bot.slack import bolt, socket
from bot.slack.health import serving
from tests.scenarios.chat import ADA, Chat

PATIENCE = 60.0
"""Seconds after which an answer counts as not given."""


def workspace_of(channels: Sequence[Channel] = (), *, rate_limits: bool = False) -> Workspace:
    """The demo's Slack with all our commands, and with more channels."""
    commands = tuple(
        Command(name) for name in slash_commands([command.name for command in language().slash_commands], "")
    )
    return Workspace(TEAM, PEOPLE, (*CHANNELS, *channels), commands, rate_limits=rate_limits)


class Ear:
    """Hears, as the page of one person, what the bot says to that person alone."""

    def __init__(self, workspace: Workspace, who: str = ADA) -> None:
        self._workspace, self._who = workspace, who
        self._listener: Listener = workspace.audience.join(who)

    def clear(self) -> None:
        """Forget what was said until now. A page that is too slow is put out: then it joins again."""
        self.close()
        self._listener = self._workspace.audience.join(self._who)

    async def answer(self) -> dict[str, Any]:
        """The next message of the bot that only this person sees. Raises `TimeoutError`."""
        async with asyncio.timeout(PATIENCE):
            while True:
                event = await self._listener.queue.get()
                assert event is not None, "the page was too slow"
                kind, data = event
                if kind == "message" and data["message"]["is_bot"] and data["message"]["ephemeral"]:
                    message: dict[str, Any] = data["message"]
                    return message

    def close(self) -> None:
        """Stop listening."""
        self._workspace.audience.leave(self._listener)


@dataclass(frozen=True, slots=True)
class App:
    """The bot, and what somebody sees who sits in front of Slack."""

    bot: Bot
    chat: Chat
    workspace: Workspace

    async def rests(self) -> None:
        """Wait until nothing is under way."""
        await rests(self.bot)


async def rests(bot: Bot) -> None:
    """Wait until the bot does nothing."""
    async with asyncio.timeout(PATIENCE):
        while len(bot.tasks):
            await asyncio.sleep(0.02)


@asynccontextmanager
async def app_here(folder: Path, providers: Sequence[ProviderClient], clock: Clock | None = None) -> AsyncIterator[App]:
    """Start a Slack and the bot in this process; the providers are closed at the end."""
    workspace = workspace_of()
    async with AsyncExitStack() as stack:
        stack.callback(workspace.close)
        slack = create_app(workspace, delivery=SocketDelivery(workspace, ack_seconds=PATIENCE))
        port = await stack.enter_async_context(serving(slack, host="127.0.0.1", port=0))
        stack.callback(workspace.audience.end)
        address = f"http://127.0.0.1:{port}"
        bot = await stack.enter_async_context(bot_at(address, folder, providers, clock))
        yield App(bot, await stack.enter_async_context(chat_at(address)), workspace)


@asynccontextmanager
async def bot_at(
    address: str, folder: Path, providers: Sequence[ProviderClient], clock: Clock | None = None
) -> AsyncIterator[Bot]:
    """The whole bot, connected to the Slack at this address, with names that are read."""
    bolt.forget_proxies()
    parts = Parts(
        database_url=f"sqlite+aiosqlite:///{folder / 'configbot.db'}",
        providers=providers,
        bot_token="xoxb-playground",
        app_token="xapp-playground",
        slack_api_url=f"{address}/api/",
        default_channel=DEPLOYS,
        evaluations_channel=EVALS,
        clock=clock or SystemClock(),
    )
    async with build_bot(parts) as bot:
        await bot.ctx.index.refresh()
        async with socket.connected(bot.app, "xapp-playground"):
            yield bot


@asynccontextmanager
async def chat_at(address: str) -> AsyncIterator[Chat]:
    """The page of the Slack at this address."""
    async with httpx.AsyncClient(base_url=address, headers={"Origin": address}, timeout=PATIENCE) as page:
        yield Chat(page)


@asynccontextmanager
async def registry_at(url: str, hooks: EventHooks | None = None) -> AsyncIterator[ProviderClient]:
    """Our registry over a database that is filled, as the bot has it without a port."""
    service = create_registry(url, api_keys=[KEY.get_secret_value()])
    try:
        yield registry_client(service, KEY, hooks)
    finally:
        await close_registry(service)


async def demo_registry(folder: Path) -> str:
    """The address of a registry's database with the demo organisation."""
    url = f"sqlite+aiosqlite:///{folder / 'registry.db'}"
    await migrate_registry(url)
    await seed_demo(url, datetime.now(UTC))
    return url
