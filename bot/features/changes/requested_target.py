"""What a request would make live, with everything as it is now: names, weights, what was live before."""

from __future__ import annotations

from bot.context import Context
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Kind
from bot.domain.errors import Code, Reason
from bot.domain.live_state import LiveState, Nothing, One, Split
from bot.domain.names import Config, Environment, Project
from bot.domain.targets import LiveIn, PreviouslyLive, Target, config_of
from bot.features.provider_reads import ProviderSnapshot

CANDIDATES = 8
"""Names that are told where one is no longer there."""


async def target_of(
    ctx: Context, change_request: ChangeRequest, seen: ProviderSnapshot, base: LiveState
) -> Target | Reason:
    """What to make live, or why it cannot be."""
    match change_request.target:
        case LiveIn(source):
            return _promoted(ctx, source, change_request, seen)
        case PreviouslyLive():
            return await _previous(ctx, change_request, seen, base)
        case Split() as split:
            return _weights(ctx, split, change_request, seen)
        case Config() as config if config.project_id == change_request.project.id:
            return _now(ctx, config, seen)
        case target:  # the policy tells whose the config is
            return target


def _weights(ctx: Context, split: Split, change_request: ChangeRequest, seen: ProviderSnapshot) -> Split | Reason:
    """The weights, if everything that shares them can still be served."""
    for config_id, _ in split.weights:
        if config_id:
            found = _now(
                ctx, Config(change_request.project.provider, change_request.project.id, config_id, config_id, ""), seen
            )
            if isinstance(found, Reason):
                return found
            if found.is_archived:
                return Reason(Code.ARCHIVED, facts={"config": found.name})
    return split


def _now(ctx: Context, config: Config, seen: ProviderSnapshot) -> Config | Reason:
    """A config as it is now. Where contents can change, one that is not listed is no longer there to be served."""
    fresh = seen.find(config.id)
    if fresh is not None:
        return fresh.config
    if ctx.provider(config.provider).capabilities.immutable_configs:
        return config
    left = [each.config.name for each in seen.configs if not each.config.is_archived]
    return Reason(Code.CONFIG_GONE, facts={"config": config.name, "names": left[:CANDIDATES]})


async def kind_of(ctx: Context, change_request: ChangeRequest) -> Kind:
    """Going back to a config that was never live there is no rollback: it is a deploy like any other."""
    if change_request.kind is not Kind.ROLLBACK or change_request.config is None:
        return change_request.kind
    async with ctx.store.read() as tx:
        history = await tx.applied_history(
            change_request.project.provider, change_request.project.id, change_request.environment.id, 50
        )
    for change in history:
        live = change.seen.base.live
        made = config_of(change.target)
        if change_request.config.id in (made.id if made else None, live.config_id if isinstance(live, One) else None):
            return Kind.ROLLBACK
    return Kind.DEPLOY


def _promoted(
    ctx: Context, source: Environment, change_request: ChangeRequest, seen: ProviderSnapshot
) -> Config | Reason:
    if source.id == change_request.environment.id:
        return Reason(Code.SAME_ENVIRONMENT, facts={"environment": change_request.environment.name})
    served = seen.in_environment(source)
    if served is None or not isinstance(served.live, One):
        code = Code.NOTHING_LIVE if served is None or isinstance(served.live, Nothing) else Code.NOT_ONE_LIVE
        return Reason(code, facts={"environment": source.name})
    return _config_of(ctx, served.live, change_request.project, seen)


def _config_of(ctx: Context, live: One, project: Project, seen: ProviderSnapshot) -> Config | Reason:
    config = Config(project.provider, project.id, live.config_id, live.name or live.config_id, live.content_version)
    return _now(ctx, config, seen)


async def _previous(
    ctx: Context, change_request: ChangeRequest, seen: ProviderSnapshot, base: LiveState
) -> Config | Split | Reason:
    """What was live before what is live now, as far as changes made here remember."""
    async with ctx.store.read() as tx:
        history = await tx.applied_history(
            change_request.project.provider, change_request.project.id, change_request.environment.id, 50
        )
    for change in history:
        live = change.seen.base.live
        if isinstance(live, One) and not base.serves(live.config_id, live.content_version):
            return _config_of(ctx, live, change_request.project, seen)
        if isinstance(live, Split) and live != base.live and takes_splits(ctx, change.project.provider):
            return _weights(ctx, live, change_request, seen)
    return Reason(
        Code.NO_HISTORY, facts={"project": change_request.project.name, "environment": change_request.environment.name}
    )


def takes_splits(ctx: Context, provider: str) -> bool:
    """Whether this provider is connected and can serve several configs by weight."""
    client = ctx.providers.get(provider)
    return client is not None and client.capabilities.splits
