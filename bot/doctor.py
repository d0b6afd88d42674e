"""Commands that check an installation without changing anything: the doctor, and explaining a line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

import humanize

from bot.app import REGISTRY, SystemClock, config_services, jobs_of, new_context, parts_of
from bot.clients.base import ProviderClient, ProviderError
from bot.domain.actors import Actor, Place, Standing
from bot.domain.health import JobHealth, is_wrong, job_health
from bot.domain.notices import Backlog
from bot.domain.outcomes import Failed
from bot.features.dispatch import Speaker, run
from bot.features.guard import guarded
from bot.features.health.doctor import REMEMBERED
from bot.grammar import parse
from bot.grammar.commands import Explain, Misunderstood
from bot.settings import Settings
from bot.slack import bolt
from bot.sql import sqlite_file
from bot.store import SchemaMismatch, Store, StoreUnavailable
from handlers import messages
from handlers.people import SlackPeople

Finding = tuple[str, str | None]
"""What was checked, and what is wrong with it (None if it is fine)."""


async def check_up(settings: Settings) -> list[Finding]:
    """Check the database, Slack and every config service; a failure of one does not hide the others.

    Raises `BadProvider` for an unusable address or key, which is a wrong setting.
    """
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(config_services(settings))
        for client in services.clients:
            stack.push_async_callback(client.close)
        database, slack, providers = await asyncio.gather(
            _database(settings),
            _slack(settings),
            asyncio.gather(*(_provider(settings, client) for client in services.clients)),
        )
        inside = await _inside(settings)
        names = [f"provider {client.name}" for client in services.clients]
        return [("settings", None), ("database", database), *slack, *zip(names, providers, strict=True), *inside]


async def _database(settings: Settings) -> str | None:
    if _is_created_at_start(settings.database_url):
        return None
    try:
        async with _opened(settings):
            return None
    except (StoreUnavailable, SchemaMismatch) as error:
        return str(error)


async def _inside(settings: Settings) -> list[Finding]:
    """The jobs, and the messages that wait; empty if the database cannot be read."""
    if _is_created_at_start(settings.database_url):
        return []
    now = SystemClock().now()
    try:
        async with _opened(settings) as store, store.read() as tx:
            runs, backlog = await tx.job_runs(), await tx.backlog(now - REMEMBERED)
    except (StoreUnavailable, SchemaMismatch):
        return []  # already reported by `_database`
    jobs = [job_health(job.plan, runs, now) for job in jobs_of(settings)]
    findings = [(_job(health, now), _job_problem(health)) for health in jobs if health.run is not None]
    return findings + [_waiting(each, now) for each in backlog]


def _job(health: JobHealth, now: datetime) -> str:
    run = health.run
    assert run is not None  # noqa: S101 - the caller checked
    name = f"job {health.plan.name}, {_ago(now, run.started_at)}"
    if run.ended_at is None:
        return f"{name}, running"
    length = f"{(run.ended_at - run.started_at).total_seconds():.1f} s"
    return f"{name}, {length}: {run.result}; next {health.next:%Y-%m-%d %H:%M:%S} UTC"


def _job_problem(health: JobHealth) -> str | None:
    if health.late:
        return "it is late. Start a process that runs the jobs: `run` or `clock`"
    return "its last run failed. Look at the log of that time to see why" if health.wrong else None


def _waiting(waiting: Backlog, now: datetime) -> Finding:
    how = "given up" if waiting.given_up else "waiting"
    text = f"{waiting.count} messages for {waiting.channel} {how}, {_ago(now, waiting.since)}"
    return text, (waiting.last_error or "not tried yet") if is_wrong(waiting, now) else None


def _ago(now: datetime, then: datetime) -> str:
    return humanize.naturaltime(now - then)


def _is_created_at_start(url: str) -> bool:
    """Whether the URL is a SQLite file that does not exist yet and is created at the first start."""
    file = sqlite_file(url)
    return file is not None and file.parent.is_dir() and not file.exists()


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Store]:
    """Open the bot's database without migrating it. Raises `StoreUnavailable`, `SchemaMismatch`."""
    store = await Store.open(settings.database_url, clock=SystemClock())
    try:
        await store.check_schema()
        yield store
    finally:
        await store.close()


async def _slack(settings: Settings) -> list[Finding]:
    """Check the tokens, and that the bot can post to the configured channels."""
    parts = parts_of(settings, ())
    async with bolt.session() as session:
        client = bolt.web_client(parts.bot_token, session=session, base_url=parts.slack_api_url)
        try:
            identity = await bolt.check_tokens(client, app_token=parts.app_token)
        except bolt.TokenProblem as error:
            return [("slack", str(error))]
        people = SlackPeople(client, home_org=identity.org, home_team=identity.team, clock=SystemClock())
        findings: list[Finding] = [("slack", None)]
        for name, channel in (("default", parts.default_channel), ("evaluations", parts.evaluations_channel)):
            if channel is not None:
                can = await people.can_post(Place(identity.org, identity.team, channel))
                problem = f"the bot can't post to {channel}. Invite it there, or set another channel id"
                findings.append((f"{name} channel", None if can else problem))
        return findings


async def _provider(settings: Settings, provider: ProviderClient) -> str | None:
    own = settings.registry.enabled and provider.name == REGISTRY
    if own and _is_created_at_start(settings.registry.database_url):
        return None
    try:
        await provider.check()
    except ProviderError as error:
        return f"{error}" + (". If its database is new, run `python -m bot db upgrade`" if own else "")
    return None


async def explained(settings: Settings, line: str, user_id: str) -> tuple[str, bool]:
    """What a line would do, as text, and whether that could be determined. Changes nothing.

    Raises what `app.OPERATOR_ERRORS` names.
    """
    parsed = parse(line)
    if isinstance(parsed, Misunderstood):
        drafts = dict.fromkeys(messages.lines_of(parsed), "")
        return messages.plain_text(messages.misunderstood(parsed, drafts)), False
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(config_services(settings))
        for client in services.clients:
            stack.push_async_callback(client.close)
        store = await stack.enter_async_context(_opened(settings))
        session = await stack.enter_async_context(bolt.session())
        parts = parts_of(settings, services.clients)
        slack = bolt.web_client(parts.bot_token, session=session, base_url=parts.slack_api_url)
        identity = await bolt.check_tokens(slack)
        people = SlackPeople(slack, home_org=identity.org, home_team=identity.team, clock=SystemClock())
        ctx = new_context(parts, services.clients, store, slack, identity, people, alone=False)
        await ctx.index.refresh()
        actor = await people.actor(identity.org, identity.team, user_id) if user_id else _anybody(identity)
        place = Place(identity.org, identity.team, "")
        outcome = await guarded(run(ctx, [Explain(line, parsed.readings)], Speaker(actor, place)))
        drafts = dict.fromkeys(messages.lines_of(outcome), "")
        text = messages.plain_text(messages.outcome(outcome, drafts=drafts))
        return text, not isinstance(outcome, Failed)


def _anybody(identity: bolt.Identity) -> Actor:
    """A full member, used if no person was named."""
    return Actor(identity.org, identity.team, "anybody", "any full member", Standing.MEMBER)
