"""The composition root: puts store, providers, Slack and listeners together, and takes them apart in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
from filelock import FileLock, Timeout
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.types import ASGIApp
from ulid import ULID

import handlers
from bot.clients import catalog
from bot.clients.base import ProviderClient
from bot.clients.transport import EventHooks
from bot.domain.names import Environment, Project
from bot.domain.policies import Rule, built_in_rule
from bot.grammar import COMMANDS
from bot.jobs.scheduler import Scheduler, table
from bot.logs import get_logger
from bot.registry.app import close as close_registry
from bot.registry.app import create_app as create_registry
from bot.registry.database import migrate as migrate_registry
from bot.settings import Settings
from bot.slack import bolt, http, socket
from bot.slack.health import Check, serving
from bot.slack.manifest import command_name
from bot.stopping import stop_signal
from bot.store import SchemaMismatch, Store, StoreUnavailable, migrate
from bot.usecases.context import Context
from bot.usecases.index import Index
from bot.usecases.tasks import Tasks
from handlers.notifier import SlackNotifier
from handlers.people import SlackPeople

log = get_logger(__name__)

DRAIN_SECONDS = 25.0
"""How long a shutdown waits for work that runs; platforms kill after 30."""

REGISTRY = "registry"
"""The name of our own config service as a provider."""


class NotAlone(Exception):
    """Another process uses the same SQLite file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} is in use by another configbot. SQLite serves one process; for more set "
            "CONFIGBOT_DATABASE_URL=postgresql+asyncpg://user:password@host/configbot"
        )


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a bot is made of, as plain values."""

    database_url: str
    providers: Sequence[ProviderClient]
    bot_token: str = field(repr=False)
    app_token: str | None = field(default=None, repr=False)
    signing_secret: str = field(default="", repr=False)
    slack_api_url: str | None = None
    commands: Sequence[str] = tuple(command.name for command in COMMANDS)
    prefix: str = ""
    default_channel: str | None = None
    evaluations_channel: str | None = None
    running_threshold: timedelta = timedelta(hours=4)
    approval_expiry: timedelta = timedelta(hours=24)
    index_refresh: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that is put together: listeners registered, nothing running yet."""

    app: AsyncApp
    ctx: Context
    tasks: Tasks
    scheduler: Scheduler
    identity: bolt.Identity
    checks: Mapping[str, Check]


@asynccontextmanager
async def put_together(parts: Parts) -> AsyncIterator[Bot]:
    """Open the database, ask Slack who we are, connect listeners; at the end let work finish, then close everything.

    Raises `NotAlone`, `StoreUnavailable`, `TokenProblem`.
    """
    clock, tasks = SystemClock(), Tasks()
    async with AsyncExitStack() as stack:
        alone = stack.enter_context(_alone(parts.database_url)) if _sqlite_file(parts.database_url) else None
        if alone is not None:
            await migrate(parts.database_url)
        store = await Store.open(parts.database_url, clock=clock)
        stack.push_async_callback(store.close)
        await store.check_schema()
        for provider in parts.providers:
            stack.push_async_callback(provider.close)
        session = bolt.session()
        stack.push_async_callback(session.close)
        client = bolt.web_client(parts.bot_token, session=session, base_url=parts.slack_api_url)
        identity = await bolt.check_tokens(client, app_token=parts.app_token)
        app = bolt.build_app(
            token=parts.bot_token,
            signing_secret=parts.signing_secret,
            session=session,
            base_url=parts.slack_api_url,
            identity=identity,
        )
        people = SlackPeople(client, home_org=identity.org, home_team=identity.team, clock=clock)
        ctx = new_context(parts, parts.providers, store, client, identity, people, alone=alone is not None)
        desk = handlers.Desk(ctx, tasks, identity.user_id, slash_commands(parts.commands, parts.prefix))
        handlers.register(app, desk)
        scheduler = Scheduler(ctx, tasks, table(parts.index_refresh))
        stack.push_async_callback(tasks.drain, DRAIN_SECONDS)
        stack.callback(scheduler.stop)
        yield Bot(app, ctx, tasks, scheduler, identity, {"database": partial(_database_answers, store)})


def new_context(
    parts: Parts,
    clients: Sequence[ProviderClient],
    store: Store,
    slack: AsyncWebClient,
    identity: bolt.Identity,
    people: SlackPeople,
    *,
    alone: bool,
) -> Context:
    """What use cases are handed. `alone` says that no other process shares the database."""
    clock = SystemClock()
    providers = {provider.name: provider for provider in clients}
    return Context(
        store=store,
        providers=providers,
        index=Index(providers, clock),
        people=people,
        notifier=SlackNotifier(slack, clock),
        clock=clock,
        rule_for=_rule_for(parts.approval_expiry),
        owner=str(ULID()),
        org=identity.org,
        team=identity.team,
        alone=alone,
        default_channel=parts.default_channel,
        running_threshold=parts.running_threshold,
        evaluations_channel=parts.evaluations_channel,
    )


def _rule_for(expiry: timedelta) -> Callable[[Project, Environment], Rule]:
    def rule_for(project: Project, environment: Environment) -> Rule:
        rule = built_in_rule(project, environment)
        return Rule(rule.id, rule.approvals, expiry=expiry, open=rule.open)

    return rule_for


async def _database_answers(store: Store) -> str | None:
    try:
        await store.check_schema()
    except (StoreUnavailable, SchemaMismatch) as error:
        return str(error)
    return None


def slash_commands(names: Sequence[str], prefix: str) -> dict[str, str]:
    """Slash commands as they are registered, with the verb that each stands for; the umbrella stands for none."""
    return {command_name(name, prefix): "" if name == "configbot" else name for name in names}


def _sqlite_file(url: str) -> Path | None:
    scheme, separator, path = url.partition(":///")
    return Path(path) if separator and scheme.startswith("sqlite") else None


def _alone(url: str) -> FileLock:
    """The lock of a SQLite file, held while the process lives. Raises `NotAlone`."""
    path = _sqlite_file(url)
    assert path is not None  # noqa: S101 - asked only for SQLite
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{path}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise NotAlone(path) from None
    return lock


def registry_client(app: ASGIApp, key: SecretStr, event_hooks: EventHooks | None = None) -> ProviderClient:
    """Our own config service without a port: the same client, the same bytes."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return catalog.build(
        "humanloop", REGISTRY, "http://registry.internal/v4", key, transport=transport, event_hooks=event_hooks
    )


async def run(settings: Settings, *, with_clock: bool = True) -> None:
    """Serve Slack until told to stop: Socket Mode if there is an app token, else HTTP."""
    async with AsyncExitStack() as stack:
        mounts: dict[str, ASGIApp] = {}
        providers = provider_clients(settings)
        if settings.registry.enabled:
            await migrate_registry(settings.registry.database_url)
            keys = [key.get_secret_value() for key in settings.registry.api_keys]
            mounts["/v4"] = service = create_registry(settings.registry.database_url, api_keys=keys)
            stack.push_async_callback(close_registry, service)
            providers.append(registry_client(service, settings.registry.api_keys[0]))
        bot = await stack.enter_async_context(put_together(parts_of(settings, providers)))
        await bot.scheduler.first_round()
        if settings.slack_app_token is not None:
            await stack.enter_async_context(_socket_mode(bot, settings, mounts))
        else:
            web = http.http_app(bot.app, checks=bot.checks, mounts=mounts)
            port = await stack.enter_async_context(serving(web, host=settings.http_host, port=settings.http_port))
            log.info("serving", mode="http", host=settings.http_host, port=port, path=http.EVENTS_PATH)
        if with_clock:
            bot.scheduler.start()
        await stop_signal()
        log.info("stopping", running=len(bot.tasks))


@asynccontextmanager
async def _socket_mode(bot: Bot, settings: Settings, mounts: Mapping[str, ASGIApp]) -> AsyncIterator[None]:
    assert settings.slack_app_token is not None  # noqa: S101 - the caller looked
    token = settings.slack_app_token.get_secret_value()
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(socket.connected(bot.app, token))
        checks = {**bot.checks, "slack": connection.check}
        web = http.web_app(checks, mounts)
        port = await stack.enter_async_context(serving(web, host=settings.http_host, port=settings.http_port))
        log.info("serving", mode="socket", team=bot.identity.team_name, health=f"{settings.http_host}:{port}")
        yield


async def clock(settings: Settings) -> None:
    """Run the jobs alone, without listening to Slack, until told to stop."""
    async with put_together(parts_of(settings, provider_clients(settings))) as bot:
        await bot.scheduler.first_round()
        bot.scheduler.start()
        web = http.web_app(bot.checks, {})
        async with serving(web, host=settings.http_host, port=settings.http_port):
            await stop_signal()


def provider_clients(settings: Settings) -> list[ProviderClient]:
    """The config services that the settings name."""
    return [catalog.build(each.kind, name, each.url, each.key) for name, each in settings.providers.items()]


def parts_of(settings: Settings, providers: Sequence[ProviderClient]) -> Parts:
    """The parts that the settings name."""
    assert settings.slack_bot_token is not None  # noqa: S101 - `settings.load` refuses to start without
    app_token, secret = settings.slack_app_token, settings.slack_signing_secret
    return Parts(
        database_url=settings.database_url,
        providers=providers,
        bot_token=settings.slack_bot_token.get_secret_value(),
        app_token=app_token.get_secret_value() if app_token else None,
        signing_secret=secret.get_secret_value() if secret else "",
        slack_api_url=settings.slack_api_url,
        commands=settings.commands,
        prefix=settings.command_prefix,
        default_channel=settings.default_channel,
        evaluations_channel=settings.evaluations_channel,
        running_threshold=timedelta(hours=settings.evaluation_running_threshold),
        approval_expiry=timedelta(hours=settings.approval_expiry_hours),
        index_refresh=timedelta(minutes=settings.index_refresh_minutes),
    )
