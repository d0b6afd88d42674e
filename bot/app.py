"""The composition root: puts store, providers, Slack and listeners together, and takes them apart in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.types import ASGIApp
from ulid import ULID

import handlers
from bot import __version__, own_registry
from bot.clients import catalog
from bot.clients.base import ProviderClient
from bot.clients.transport import EventHooks
from bot.context import Context
from bot.domain.facts import Rule, built_in_rule
from bot.domain.health import About
from bot.domain.names import Environment, Project
from bot.domain.reminder_hours import Reminding
from bot.domain.workhours import WorkHours, days_of, hours_of, zone_of
from bot.exclusive import InUse, exclusive_lock
from bot.grammar import language
from bot.jobs.scheduler import Job, Scheduler, table
from bot.logs import get_logger
from bot.ports import Clock
from bot.resolve.index import Index
from bot.settings import Settings
from bot.shutdown import stop_signal
from bot.slack import bolt, http, socket
from bot.slack.health import Check, PortTaken, serving
from bot.slack.manifest import EVENTS_PATH, command_name
from bot.sql import sqlite_file
from bot.store import Cause, SchemaMismatch, Store, StoreUnavailable, migrate
from bot.tasks import Tasks
from handlers.notifier import SlackNotifier
from handlers.people import SlackPeople

log = get_logger(__name__)

DRAIN_SECONDS = 20.0
"""How long a shutdown waits for work that runs. Platforms kill after 30; connections are let go before and after."""

REGISTRY = "registry"
"""The name of our own config service as a provider."""


class NotAlone(Exception):
    """Another process uses the same SQLite file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} is in use by another configbot. SQLite serves one process; for more set "
            "CONFIGBOT_DATABASE_URL=postgresql+asyncpg://user:password@host/configbot"
        )


class BadProvider(Exception):
    """A config service is set up so that it cannot work."""


OPERATOR_ERRORS = (
    BadProvider,
    NotAlone,
    PortTaken,
    own_registry.RegistryUnavailable,
    SchemaMismatch,
    StoreUnavailable,
    bolt.TokenProblem,
    socket.NotConnected,
)
"""What keeps a process from starting and an operator can mend: their texts say how, and hold no secret."""


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
    commands: Sequence[str] = ()
    """Slash commands, without prefix; all that are registered where none is named."""
    prefix: str = ""
    default_channel: str | None = None
    evaluations_channel: str | None = None
    running_threshold: timedelta = timedelta(hours=4)
    approval_expiry: timedelta = timedelta(hours=24)
    index_refresh: timedelta = timedelta(minutes=5)
    clock: Clock = field(default_factory=SystemClock)
    reminding: Reminding = field(default_factory=Reminding)
    drift_watch: timedelta = timedelta(minutes=5)


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
async def build_bot(parts: Parts) -> AsyncIterator[Bot]:
    """Open the database, ask Slack who we are, connect listeners; at the end let work finish, then close everything.

    A SQLite file is made and migrated here; PostgreSQL has to be before. Raises `NotAlone`, `SchemaMismatch`,
    `StoreUnavailable`, `TokenProblem`.
    """
    clock, tasks, file = parts.clock, Tasks(), sqlite_file(parts.database_url)
    async with AsyncExitStack() as stack:
        for provider in parts.providers:
            stack.push_async_callback(provider.close)
        if file is not None:
            stack.enter_context(_alone(file))
            await migrate(parts.database_url)
        store = await Store.open(parts.database_url, clock=clock)
        stack.push_async_callback(store.close)
        await store.check_schema()
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
        ctx = new_context(parts, parts.providers, store, client, identity, people, alone=file is not None)
        context = handlers.ListenerContext(ctx, tasks, identity.user_id, slash_commands(parts.commands, parts.prefix))
        handlers.register(app, context)
        scheduler = Scheduler(ctx, tasks, _jobs(parts))
        stack.push_async_callback(ctx.index.close)
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
    providers = {provider.name: provider for provider in clients}
    return Context(
        store=store,
        providers=providers,
        index=Index(providers, parts.clock),
        people=people,
        notifier=SlackNotifier(bolt.impatient(slack), parts.clock, identity.user_id),
        clock=parts.clock,
        rule_for=_rule_for(parts.approval_expiry),
        owner=str(ULID()),
        org=identity.org,
        team=identity.team,
        alone=alone,
        default_channel=parts.default_channel,
        running_threshold=parts.running_threshold,
        evaluations_channel=parts.evaluations_channel,
        reminding=parts.reminding,
        jobs=tuple(job.plan for job in _jobs(parts)),
        about=About(__version__, identity.team_name, identity.user_id),
    )


def _jobs(parts: Parts) -> tuple[Job, ...]:
    return table(parts.index_refresh, parts.drift_watch)


def jobs_of(settings: Settings) -> tuple[Job, ...]:
    """The jobs as the settings name them."""
    return _jobs(parts_of(settings, ()))


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
    """These slash commands as Slack has them, with the verb that each stands for; the umbrella stands for none.

    Where no name is given, all that there are.
    """
    chosen = names or [each.name for each in language().slash_commands]
    return {command_name(name, prefix): "" if name == "configbot" else name for name in chosen}


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold a SQLite file for this process, as long as the block runs. Raises `NotAlone`, `StoreUnavailable`."""
    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive_lock(Path(f"{file}.lock")))
        except InUse:
            raise NotAlone(file) from None
        except OSError as error:
            raise StoreUnavailable(f"opening {file} ({error.strerror})", Cause.DENIED) from error
        yield


def registry_client(app: ASGIApp, key: SecretStr, event_hooks: EventHooks | None = None) -> ProviderClient:
    """Our own config service without a port: the same client, the same bytes."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return catalog.build(
        "humanloop", REGISTRY, "http://registry.internal/v4", key, transport=transport, event_hooks=event_hooks
    )


@dataclass(frozen=True, slots=True)
class Services:
    """The config services that the settings name, and our own to be served, where it is switched on."""

    clients: list[ProviderClient]
    mounts: Mapping[str, ASGIApp]


@asynccontextmanager
async def config_services(settings: Settings) -> AsyncIterator[Services]:
    """Make the clients; our own service closes its database at the end. Raises `BadProvider`."""
    async with AsyncExitStack() as stack:
        service = None
        try:
            clients = [
                catalog.build(each.kind, name, each.url, each.key, project=each.project or None)
                for name, each in settings.providers.items()
            ]
            if settings.registry.enabled:
                keys = [key.get_secret_value() for key in settings.registry.api_keys]
                opened = own_registry.opened(settings.registry.database_url, keys)
                service = await stack.enter_async_context(opened)
        except ValueError as error:
            raise BadProvider(str(error)) from None
        if service is None:
            yield Services(clients, {})
        else:
            own = registry_client(service, settings.registry.api_keys[0])
            yield Services([*clients, own], {"/v4": service})


async def run(settings: Settings, *, with_clock: bool = True) -> None:
    """Serve Slack until told to stop: Socket Mode if there is an app token, else HTTP."""
    async with _started(settings) as (bot, mounts), AsyncExitStack() as stack:
        if settings.slack_app_token is not None:
            await stack.enter_async_context(_socket_mode(bot, settings, mounts))
        else:
            web = http.http_app(bot.app, checks=bot.checks, mounts=mounts)
            port = await stack.enter_async_context(serving(web, host=settings.http_host, port=settings.http_port))
            log.info("serving", mode="http", host=settings.http_host, port=port, path=EVENTS_PATH)
        if with_clock:
            bot.scheduler.start()
        elif bot.ctx.alone:
            log.warning("no jobs run: on SQLite there is no second process to run them; leave --no-clock out")
        await _told_to_stop(bot)


@asynccontextmanager
async def _started(settings: Settings) -> AsyncIterator[tuple[Bot, Mapping[str, ASGIApp]]]:
    """Put the bot together, and begin with what it does by itself.

    A config service that does not answer holds up neither Slack nor the health checks.
    """
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(config_services(settings))
        if settings.registry.enabled:
            await own_registry.migrate(settings.registry.database_url)
        bot = await stack.enter_async_context(build_bot(parts_of(settings, services.clients)))
        bot.tasks.spawn(bot.scheduler.first_round(), "first round")
        yield bot, services.mounts


async def _told_to_stop(bot: Bot) -> None:
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
    async with _started(settings) as (bot, _):
        bot.scheduler.start()
        web = http.web_app(bot.checks, {})
        async with serving(web, host=settings.http_host, port=settings.http_port) as port:
            log.info("serving", mode="clock", health=f"{settings.http_host}:{port}")
            await _told_to_stop(bot)


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
        commands=settings.commands or (),
        prefix=settings.command_prefix,
        default_channel=settings.default_channel,
        evaluations_channel=settings.evaluations_channel,
        running_threshold=timedelta(hours=settings.evaluation_running_threshold),
        approval_expiry=timedelta(hours=settings.approval_expiry_hours),
        index_refresh=timedelta(minutes=settings.index_refresh_minutes),
        reminding=reminding_of(settings),
        drift_watch=timedelta(minutes=settings.drift_watch_minutes),
    )


def reminding_of(settings: Settings) -> Reminding:
    """How people are reminded, of settings that were checked."""
    start, end = hours_of(settings.reminder_hours)
    hours = WorkHours(zone_of(settings.reminder_zone), days_of(settings.reminder_days), start, end)
    return Reminding(hours, settings.reminders_at_most, settings.evaluations_owner)
