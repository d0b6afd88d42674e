"""Looking at an installation without changing anything: the doctor, and explaining a line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.app import SystemClock, new_context, parts_of, provider_clients, registry_client
from bot.clients.base import ProviderClient, ProviderError
from bot.domain.actors import Actor, Place, Standing
from bot.grammar import parse
from bot.grammar.readings import Explain, Misunderstood
from bot.registry.app import close as close_registry
from bot.registry.app import create_app as create_registry
from bot.settings import Settings
from bot.slack import bolt
from bot.store import SchemaMismatch, Store, StoreUnavailable
from bot.usecases.context import Context
from bot.usecases.guard import guarded
from bot.usecases.lines import Speaker, run
from handlers import messages
from handlers.people import SlackPeople

Finding = tuple[str, str | None]
"""What was looked at, and what is wrong with it; None when it is fine."""


async def check_up(settings: Settings) -> list[Finding]:
    """Look at database, Slack and every config service; one that is down does not hide the others."""
    async with _providers(settings) as providers:
        return [
            ("settings", None),
            ("database", await _database(settings)),
            ("slack", await _slack(settings)),
            *[(f"provider {provider.name}", await _provider(provider)) for provider in providers],
        ]


async def _database(settings: Settings) -> str | None:
    store = await Store.open(settings.database_url, clock=SystemClock())
    try:
        await store.check_schema()
    except (StoreUnavailable, SchemaMismatch) as error:
        return str(error)
    finally:
        await store.close()
    return None


async def _slack(settings: Settings) -> str | None:
    parts = parts_of(settings, ())
    async with bolt.session() as session:
        client = bolt.web_client(parts.bot_token, session=session, base_url=parts.slack_api_url)
        try:
            await bolt.check_tokens(client, app_token=parts.app_token)
        except bolt.TokenProblem as error:
            return str(error)
    return None


async def _provider(provider: ProviderClient) -> str | None:
    try:
        await provider.check()
    except ProviderError as error:
        return str(error)
    return None


@asynccontextmanager
async def _providers(settings: Settings) -> AsyncIterator[list[ProviderClient]]:
    async with AsyncExitStack() as stack:
        providers = provider_clients(settings)
        if settings.registry.enabled:
            keys = [key.get_secret_value() for key in settings.registry.api_keys]
            service = create_registry(settings.registry.database_url, api_keys=keys)
            stack.push_async_callback(close_registry, service)
            providers.append(registry_client(service, settings.registry.api_keys[0]))
        for provider in providers:
            stack.push_async_callback(provider.close)
        yield providers


async def explained(settings: Settings, line: str, user_id: str) -> tuple[str, bool]:
    """What would happen to a line, as text, and whether it was understood. Changes nothing."""
    parsed = parse(line)
    if isinstance(parsed, Misunderstood):
        drafts = dict.fromkeys(messages.lines_of(parsed), "")
        return messages.plain_text(messages.misunderstood(parsed, drafts)), False
    reading = Explain(line, parsed.readings)
    parts = parts_of(settings, ())
    async with AsyncExitStack() as stack:
        providers = await stack.enter_async_context(_providers(settings))
        store = await Store.open(settings.database_url, clock=SystemClock())
        stack.push_async_callback(store.close)
        session = await stack.enter_async_context(bolt.session())
        client = bolt.web_client(parts.bot_token, session=session, base_url=parts.slack_api_url)
        identity = await bolt.check_tokens(client)
        people = SlackPeople(client, home_org=identity.org, home_team=identity.team, clock=SystemClock())
        ctx: Context = new_context(parts, providers, store, client, identity, people, alone=False)
        await ctx.index.refresh()
        actor = await people.actor(identity.org, identity.team, user_id) if user_id else _anybody(identity)
        came = await guarded(run(ctx, [reading], Speaker(actor, Place(identity.org, identity.team, ""))))
        drafts = dict.fromkeys(messages.lines_of(came), "")
        return messages.plain_text(messages.outcome(came, reader=actor, now=ctx.clock.now(), drafts=drafts)), True


def _anybody(identity: bolt.Identity) -> Actor:
    """A full member, when nobody was named."""
    return Actor(identity.org, identity.team, "anybody", "any full member", Standing.MEMBER)
