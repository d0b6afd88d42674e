"""The playground: two config services with demo data, a small Slack, and the real bot over Socket Mode."""

from __future__ import annotations

import asyncio
import time
import webbrowser
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from structlog.contextvars import get_contextvars

from bot.app import Bot, Parts, build_bot, registry_client, slash_commands
from bot.clients import catalog
from bot.clients.base import ProviderClient
from bot.clients.transport import EventHooks
from bot.domain.reminder_hours import Reminding
from bot.domain.workhours import ALWAYS
from bot.exclusive import InUse, exclusive_lock
from bot.grammar import language
from bot.jobs import sweeps
from bot.logs import get_logger
from bot.services import launchdarkly, slack
from bot.services.registry.app import close as close_registry
from bot.services.registry.app import create_app as create_registry
from bot.services.registry.database import migrate as migrate_registry
from bot.services.registry.demo import seed_demo
from bot.services.slack import Channel, Command, Person, Team, Workspace
from bot.shutdown import stop_signal
from bot.slack import bolt, socket
from bot.slack.health import PortTaken, serving

log = get_logger(__name__)

HOST = "127.0.0.1"
KEY = SecretStr("hl_sk_" + "0" * 48)
TOKEN, REVIEWER_TOKEN = SecretStr("api-" + "0" * 36), SecretStr("api-" + "1" * 36)
"""Fixed keys are safe: the config services of the playground are not reachable over the network."""

LAUNCHDARKLY = "launchdarkly"
"""The name of the second provider."""

TEAM = Team("T0ACORN", "Acorn Labs")
PEOPLE = (
    Person("U0ADA", "Ada Ibarra", "AI engineer", email="ada@acorn.example", tz="Europe/Madrid"),
    Person("U0RAVI", "Ravi Menon", "Reviewer", email="ravi@acorn.example", tz="Asia/Kolkata"),
    Person("U0MIRA", "Mira Okafor", "Reviewer", email="mira@acorn.example", tz="Africa/Lagos"),
)
DRIFT_WATCH = timedelta(seconds=20)
"""Interval of the drift watch, short enough for somebody who tries it out."""
DEPLOYS, EVALS = "C0DEPLOYS", "C0EVALS"
CHANNELS = (
    Channel(DEPLOYS, "deploys", "What goes live, and who approved it"),
    Channel("C0PROMPTS", "prompts", "Ideas and drafts"),
    Channel(EVALS, "evals", "Evaluations, and those left running"),
    Channel("G0LEADS", "leads-only", "configbot was not invited here", is_private=True, bot_is_member=False),
)


class CannotPlay(Exception):
    """The playground cannot start; the text says what to do."""


@dataclass(slots=True)
class Later:
    """Moves the playground's clock forward and runs what becomes due."""

    clock: slack.MovableClock
    bot: Bot | None = None
    """None during startup, when the first round runs what is due."""

    async def move(self, seconds: float) -> None:
        """Move the clock forward, stopping at the time of every scheduled change on the way."""
        target = self.clock.now() + timedelta(seconds=seconds)
        for moment in (*await self._due_until(target), target):
            self.clock.move(max(0.0, (moment - self.clock.now()).total_seconds()))
            if self.bot is not None:
                await self.bot.scheduler.first_round()

    async def _due_until(self, target: datetime) -> list[datetime]:
        if self.bot is None:
            return []
        async with self.bot.ctx.store.read() as tx:
            changes = await tx.due_changes(target)
        return sorted({change.due.at for change in changes if change.due is not None})


@dataclass(frozen=True, slots=True)
class Playground:
    """A running playground."""

    address: str
    workspace: Workspace
    bot: Bot
    registry_url: str
    world: launchdarkly.World
    """The account of the second provider."""


@asynccontextmanager
async def running(data: Path, port: int) -> AsyncIterator[Playground]:
    """Start everything on 127.0.0.1; `port` 0 picks a free one. State is stored in the folder `data`.

    Raises `CannotPlay` and what `app.OPERATOR_ERRORS` names.
    """
    bolt.forget_proxies()
    registry_url = f"sqlite+aiosqlite:///{data / 'registry.db'}"
    async with AsyncExitStack() as stack:
        stack.enter_context(_lock_folder(data))
        clock = slack.MovableClock(data / "clock")
        await migrate_registry(registry_url)
        await seed_demo(registry_url, clock.now())
        workspace, world = stack.enter_context(_stored(data, clock))
        later = Later(clock)
        beside = launchdarkly.pages(world, launchdarkly.REVIEWER)
        page = serving(slack.create_app(workspace, move_clock=later.move, beside=beside), host=HOST, port=port)
        try:
            serving_port = await stack.enter_async_context(page)
        except PortTaken as taken:
            raise CannotPlay(f"{taken}. Choose another port with --port (0 picks a free one).") from None
        stack.callback(workspace.audience.end)
        address = f"http://{HOST}:{serving_port}"
        service = create_registry(registry_url, api_keys=[KEY.get_secret_value()], now=clock.now)
        stack.push_async_callback(close_registry, service)
        hooks = _logged(workspace)
        parts = Parts(
            database_url=f"sqlite+aiosqlite:///{data / 'configbot.db'}",
            providers=[registry_client(service, KEY, hooks), _launchdarkly_client(world, address, hooks)],
            bot_token=workspace.bot.token,
            app_token=workspace.bot.app_token,
            slack_api_url=f"{address}/api/",
            default_channel=DEPLOYS,
            evaluations_channel=EVALS,
            clock=clock,
            reminding=Reminding(ALWAYS, owner=PEOPLE[0].id),
            drift_watch=DRIFT_WATCH,
        )
        bot = await stack.enter_async_context(build_bot(parts))
        await bot.ctx.index.refresh()
        token = parts.app_token or ""
        await stack.enter_async_context(socket.connected(bot.app, token))
        bot.tasks.spawn(bot.scheduler.first_round(), "first round")
        bot.scheduler.start()
        later.bot = bot
        yield Playground(address, workspace, bot, registry_url, world)


@contextmanager
def _stored(data: Path, clock: slack.MovableClock) -> Iterator[tuple[Workspace, launchdarkly.World]]:
    """The workspace and the demo account, as their files have them. Raises `CannotPlay` for a file that is damaged."""
    tokens = TOKEN.get_secret_value(), REVIEWER_TOKEN.get_secret_value()
    with ExitStack() as stack:
        try:
            workspace = Workspace(TEAM, PEOPLE, CHANNELS, _commands(), path=data / "slack.db", now=clock.now)
            stack.callback(workspace.close)
            world = launchdarkly.demo_world(*tokens, now=clock.now, path=data / "launchdarkly.db")
            stack.callback(world.close)
        except ValueError as error:
            raise CannotPlay(str(error)) from error
        yield workspace, world


def _launchdarkly_client(world: launchdarkly.World, address: str, event_hooks: EventHooks) -> ProviderClient:
    """The demo account as a provider. Its pages are served at the address of the playground, so links lead there."""
    transport = httpx.ASGITransport(app=launchdarkly.create_app(world))
    return catalog.build(
        "launchdarkly",
        LAUNCHDARKLY,
        address,
        TOKEN,
        project=launchdarkly.PROJECT,
        transport=transport,
        event_hooks=event_hooks,
    )


async def play(data: Path, port: int, *, open_browser: bool) -> None:
    """Run the playground until a stop signal."""
    started = time.perf_counter()
    async with running(data, port) as it:
        seconds = time.perf_counter() - started
        print(f"The playground is at {it.address} (started in {seconds:.1f} s; Ctrl-C stops it).", flush=True)  # noqa: T201 - what the command is for
        print("Type: /deploy config_x to production", flush=True)  # noqa: T201 - what the command is for
        if open_browser:
            it.bot.tasks.spawn(_open_browser(it.address), "browser")
        await stop_signal()


@contextmanager
def _lock_folder(data: Path) -> Iterator[None]:
    """Lock the folder for this process while the block runs. Raises `CannotPlay`."""
    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive_lock(data / "lock"))
        except InUse:
            problem = f"{data} is in use by another playground. Stop that one, or choose another folder with --data."
            raise CannotPlay(problem) from None
        except OSError as error:
            problem = f"{data} is not a folder I can write to ({error.strerror}). Choose another one with --data."
            raise CannotPlay(problem) from None
        yield


async def _open_browser(address: str) -> None:
    """Open the browser in a thread, because a terminal browser blocks. Without a browser nothing happens."""
    await asyncio.to_thread(webbrowser.open, address)


def _commands() -> list[Command]:
    by_name = {command.name: command for command in language().slash_commands}
    names = slash_commands(list(by_name), "")
    return [
        Command(slash, by_name[verb or "configbot"].usage, by_name[verb or "configbot"].description)
        for slash, verb in names.items()
    ]


def _logged(workspace: Workspace) -> EventHooks:
    """Event hooks that add every call to the config services to the page's log, except those of the drift watch."""

    async def answered(response: httpx.Response) -> None:
        if get_contextvars().get("job") == sweeps.DRIFT_WATCH:
            return
        await response.aread()
        request = response.request
        workspace.log.add(
            "bot→service",
            "http",
            f"{request.method} {request.url.raw_path.decode()}",
            _json(request.content),
            {"status": response.status_code, "body": _json(response.content)},
        )

    return {"response": [answered]}


def _json(content: bytes) -> Any:
    try:
        return _masked(httpx.Response(200, content=content).json()) if content else None
    except ValueError:
        return content.decode(errors="replace")


SECRETS = frozenset({"apiKey", "mobileKey"})
"""Fields with SDK keys, which LaunchDarkly returns with every environment."""


def _masked(document: Any) -> Any:
    match document:
        case dict():
            return {name: "…" if name in SECRETS else _masked(value) for name, value in document.items()}
        case list():
            return [_masked(each) for each in document]
    return document
