"""A whole playground for one conversation, with a registry that can be made to fail, a clock that moves, and a log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import structlog
from pydantic import SecretStr

from bot.app import Bot, Parts, build_bot, slash_commands
from bot.clients import catalog
from bot.clients.base import ProviderClient
from bot.demo import CHANNELS, DEPLOYS, EVALS, PEOPLE, TEAM
from bot.domain.reminder_hours import Reminding
from bot.domain.workhours import ALWAYS
from bot.grammar import language
from bot.logs import current_request_id
from bot.services import launchdarkly
from bot.services.registry.app import close as close_registry
from bot.services.registry.app import create_app as create_registry
from bot.services.registry.database import migrate as migrate_registry
from bot.services.registry.demo import seed_demo
from bot.services.slack import Channel, Command, Person, SocketDelivery, Workspace, create_app
from bot.slack import bolt, socket
from bot.slack.health import serving
from bot.store import Store
from tests.scenarios.chat import Chat

KEY = "hl_sk_" + "0" * 48
SERVICE = "http://registry.internal/v4"

ALL_COMMANDS = tuple(
    Command(slash) for slash in slash_commands([each.name for each in language().slash_commands], prefix="")
)


class RunningClock:
    """The clock of this machine, which runs, moved on; `MovedClock` of `tests.builders` stands still."""

    def __init__(self) -> None:
        self.moved = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved

    def move(self, **span: float) -> None:
        self.moved += timedelta(**span)


Asked = Callable[[httpx.Request], bool]
Happens = Callable[[httpx.Request, Callable[[], Any]], Any]


@dataclass
class Fault:
    """What happens instead of an answer, the next `times` times that `asked` holds."""

    asked: Asked
    happens: Happens
    times: int = 1_000_000


@dataclass
class Line(httpx.AsyncBaseTransport):
    """The line to the registry: real, with faults for chosen requests. `writes` is what the registry was sent."""

    registry: httpx.ASGITransport
    faults: list[Fault] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        fault = next((found for found in self.faults if found.times > 0 and found.asked(request)), None)
        if fault is None:
            return await self._arrive(request)
        fault.times -= 1
        answer: httpx.Response = await fault.happens(request, partial(self._arrive, request))
        return answer

    async def _arrive(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            self.writes.append(f"{request.method} {request.url.path.removeprefix('/v4')}")
        return await self.registry.handle_async_request(request)

    def repaired(self) -> None:
        """No more faults."""
        self.faults.clear()


def any_request(_request: httpx.Request) -> bool:
    return True


def a_read(request: httpx.Request) -> bool:
    return request.method == "GET"


def a_write(request: httpx.Request) -> bool:
    return request.method != "GET"


async def down(_request: httpx.Request, _go_on: Any) -> httpx.Response:
    raise httpx.ConnectError("connection refused")


async def cut_before_arrival(_request: httpx.Request, _go_on: Any) -> httpx.Response:
    raise httpx.ReadError("connection reset by peer")


async def cut_after_arrival(_request: httpx.Request, go_on: Any) -> httpx.Response:
    await go_on()
    raise httpx.ReadError("connection reset by peer")


async def lies(_request: httpx.Request, _go_on: Any) -> httpx.Response:
    return httpx.Response(200, json=[])


async def html(_request: httpx.Request, _go_on: Any) -> httpx.Response:
    return httpx.Response(200, html="<html><body>Sign in to the hotel network</body></html>")


def answers(status: int, detail: Any = "", headers: dict[str, str] | None = None) -> Happens:
    async def answer(_request: httpx.Request, _go_on: Any) -> httpx.Response:
        return httpx.Response(status, json={"detail": detail}, headers=headers)

    return answer


def slow(seconds: float) -> Happens:
    async def answer(_request: httpx.Request, go_on: Any) -> httpx.Response:
        await asyncio.sleep(seconds)
        response: httpx.Response = await go_on()
        return response

    return answer


class Registry:
    """The registry as its own users see it: changes that are made behind the bot's back."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.http.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    async def project_id(self, name: str) -> str:
        records = (await self.call("GET", "/projects?size=100"))["records"]
        return next(str(record["id"]) for record in records if record["name"] == name)

    async def projects(self) -> list[str]:
        """The names of all projects, the newest first."""
        return [str(record["name"]) for record in (await self.call("GET", "/projects?size=100"))["records"]]

    async def live(self, project: str, environment: str = "production") -> str | None:
        """The name of what is live."""
        rows = await self.call("GET", f"/projects/{await self.project_id(project)}/deployed-configs")
        names: dict[str, str | None] = {row["environment_name"]: row["model_config_name"] for row in rows}
        return names[environment]

    async def deploy(self, project: str, config: str, environment: str = "production") -> None:
        """Make a config live without asking anybody."""
        project_id = await self.project_id(project)
        rows = await self.call("GET", f"/projects/{project_id}/deployed-configs")
        place = next(row["environment_id"] for row in rows if row["environment_name"] == environment)
        configs = await self.call("GET", f"/projects/{project_id}/configs")
        wanted = next(each["config"]["id"] for each in configs if each["config"]["name"] == config)
        body = {"config_id": wanted, "environments": [{"id": place}]}
        await self.call("PATCH", f"/projects/{project_id}/deploy-config", body)

    async def create(self, project: str, *configs: str) -> None:
        """A project with configs of these names; the first one is live in production."""
        for number, name in enumerate(configs):
            body = {"project": project, "name": name, "model": "gpt-4o", "temperature": number / 10}
            await self.call("POST", "/model-configs", body | {"chat_template": [{"role": "system", "content": name}]})


Entry = MutableMapping[str, Any]


@dataclass
class Heard:
    """Every line of the log, as it was written, with its request's reference."""

    entries: list[Entry] = field(default_factory=list)

    def __call__(self, _logger: Any, method: str, event: Entry) -> Entry:
        self.entries.append({**event, "level": method, "request": current_request_id()})
        raise structlog.DropEvent

    def of(self, reference: str) -> str:
        """All lines of one request."""
        return "\n".join(str(entry) for entry in self.entries if entry["request"] == reference)


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that a conversation needs."""

    chat: Chat
    bot: Bot
    workspace: Workspace
    registry: Registry
    line: Line
    clock: RunningClock
    log: Heard
    parts: Parts

    def goes_wrong(self, asked: Asked, happens: Happens, times: int = 1_000_000) -> None:
        """Let something happen to the next requests of the bot to the registry."""
        self.line.faults.append(Fault(asked, happens, times))

    async def time_passes(self, **span: float) -> None:
        """Move the clock on, and let every job run once."""
        self.clock.move(**span)
        await self.bot.scheduler.first_round()

    @asynccontextmanager
    async def second_bot(self) -> AsyncIterator[Bot]:
        """Another bot, as a process of its own would be one: the same database, the same Slack, the same registry."""
        provider = catalog.build("humanloop", "registry", SERVICE, SecretStr(KEY), transport=self.line)
        async with build_bot(replace(self.parts, providers=[provider])) as bot:
            await bot.ctx.index.refresh()
            async with socket.connected(bot.app, "xapp-playground"):
                yield bot

    async def rests(self) -> None:
        """Wait until nothing is under way."""
        async with asyncio.timeout(120):
            while len(self.bot.tasks):
                await asyncio.sleep(0.02)


def launchdarkly_client(world: launchdarkly.World, address: str) -> ProviderClient:
    """The account as a provider, whose links lead to `address`."""
    token = SecretStr(next(iter(world.tokens)))
    transport = httpx.ASGITransport(app=launchdarkly.create_app(world))
    return catalog.build(
        "launchdarkly", "launchdarkly", address, token, project=launchdarkly.PROJECT, transport=transport
    )


_demo_registry: dict[str, bytes] = {}


async def _registry_database(file: Path) -> str:
    """A registry with the demo organisation; made once, then copied."""
    url = f"sqlite+aiosqlite:///{file}"
    if file.exists():
        return url
    if not _demo_registry:
        await migrate_registry(url)
        await seed_demo(url, datetime.now(UTC))
        _demo_registry["demo"] = file.read_bytes()
        assert not await asyncio.to_thread(Path(f"{file}-wal").exists), "everything is in the one file"
    else:
        await asyncio.to_thread(file.write_bytes, _demo_registry["demo"])
    return url


@asynccontextmanager
async def staged(
    data: Path,
    *,
    people: Iterable[Person] = (),
    channels: Iterable[Channel] = (),
    timeout: float = 10.0,
    busy_seconds: float = 10.0,
    clock: RunningClock | None = None,
    jobs: bool = False,
    world: launchdarkly.World | None = None,
    **parts: Any,
) -> AsyncIterator[Stage]:
    """Start everything in `data`; once more in the same folder is a restart.

    `people` and `channels` come on top of the demo's. `jobs` starts the scheduler, as `run` does. Limits are seconds.
    `world` is an account at LaunchDarkly, which is a second provider then.
    """
    bolt.forget_proxies()
    clock, heard = clock or RunningClock(), Heard()
    url = await _registry_database(data / "registry.db")
    async with AsyncExitStack() as stack:
        workspace = Workspace(
            TEAM, (*PEOPLE, *people), (*CHANNELS, *channels), ALL_COMMANDS, path=data / "slack.db", rate_limits=False
        )
        stack.callback(workspace.close)
        delivery = SocketDelivery(workspace, ack_seconds=30)  # whatever else runs here
        beside = launchdarkly.pages(world, launchdarkly.REVIEWER) if world else ()
        slack = create_app(workspace, delivery=delivery, beside=beside)
        port = await stack.enter_async_context(serving(slack, host="127.0.0.1", port=0))
        stack.callback(workspace.audience.end)
        service = create_registry(url, api_keys=[KEY])
        stack.push_async_callback(close_registry, service)
        direct = httpx.ASGITransport(app=service, raise_app_exceptions=False)
        line = Line(direct)
        provider = catalog.build("humanloop", "registry", SERVICE, SecretStr(KEY), transport=line, timeout=timeout)
        address = f"http://127.0.0.1:{port}"
        told = Parts(
            database_url=f"sqlite+aiosqlite:///{data / 'configbot.db'}",
            providers=[provider, launchdarkly_client(world, address)] if world else [provider],
            bot_token="xoxb-playground",
            app_token="xapp-playground",
            slack_api_url=f"{address}/api/",
            default_channel=DEPLOYS,
            evaluations_channel=EVALS,
            clock=clock,
            reminding=Reminding(ALWAYS),
        )
        stack.enter_context(patch.object(Store, "open", partial(Store.open, busy_seconds=busy_seconds)))
        before = structlog.get_config()
        stack.callback(lambda: structlog.configure(**before))
        structlog.configure(processors=[structlog.processors.format_exc_info, heard])
        told = replace(told, **parts)
        bot = await stack.enter_async_context(build_bot(told))
        await bot.ctx.index.refresh()
        await stack.enter_async_context(socket.connected(bot.app, "xapp-playground"))
        if jobs:
            await bot.scheduler.first_round()
            bot.scheduler.start()
        page = await stack.enter_async_context(
            httpx.AsyncClient(base_url=address, headers={"Origin": address}, timeout=60, verify=False)
        )
        headers = {"X-API-KEY": KEY}
        owner = await stack.enter_async_context(httpx.AsyncClient(transport=direct, base_url=SERVICE, headers=headers))
        yield Stage(Chat(page), bot, workspace, Registry(owner), line, clock, heard, told)
