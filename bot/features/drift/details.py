"""What is told about a drift beside what was and what is: the contents, who did it, a write of ours that came late."""

from __future__ import annotations

from bot.clients.base import ProviderError
from bot.context import Context
from bot.domain.actors import Place
from bot.domain.changes import State
from bot.domain.contents import Content
from bot.domain.drift import Baseline, is_live
from bot.domain.live_state import LiveState, One
from bot.domain.names import Environment, Project
from bot.domain.notices import NoticeKind
from bot.domain.provider_approvals import Moved
from bot.logs import get_logger
from bot.store import ReadTransaction

log = get_logger(__name__)

NEWEST = 5
"""Changes of one environment that are looked through for what belongs to a drift."""


async def contents_of(ctx: Context, project: Project) -> dict[tuple[str, str], Content]:
    """The contents of a project's configs by id and content version; none where they cannot be read."""
    try:
        found = await ctx.provider(project.provider).configs(project)
    except ProviderError as error:
        log.warning("drift.contents_unread", project=project.id, fault=error.problem.fault)
        return {}
    return {(each.config.id, each.config.content_version): each.content for each in found}


def key_of(served: LiveState) -> tuple[str, str]:
    """The id and the content version of what is live, where that is one config."""
    live = served.live
    return (live.config_id, live.content_version) if isinstance(live, One) else ("", "")


async def content_before(
    tx: ReadTransaction, known: Baseline, contents: dict[tuple[str, str], Content]
) -> Content | None:
    """What stood in what was right: as it is still there, as it was remembered, as the change had it."""
    found = contents.get(key_of(known.served)) or known.content
    if found is None and known.change_id is not None:
        change = await tx.change(known.change_id)
        found = change.seen.target_content if change is not None else None
    return found


async def late_write(tx: ReadTransaction, known: Baseline, served: LiveState) -> str:
    """The label of a change since then that asked for exactly this and counts as failed."""
    failed, _ = await tx.changes(
        project=(known.provider, known.project_id),
        environment_id=known.environment_id,
        states={State.FAILED},
        limit=NEWEST,
    )
    found = (each.label for each in failed if each.updated_at >= known.at and is_live(each, served))
    return next(found, "")


def in_short(served: LiveState) -> str:
    """What is served, as a line of history keeps it."""
    live = served.live
    return live.config_id if isinstance(live, One) else type(live).__name__.casefold()


async def mover(ctx: Context, project: Project, environment: Environment, *, edited: bool) -> Moved | None:
    """Who did it and when, where the provider tells; a provider that does not answer that tells nothing."""
    try:
        return await ctx.provider(project.provider).last_moved(project, environment, edited=edited)
    except ProviderError as error:
        log.warning("drift.mover_unread", project=project.id, fault=error.problem.fault)
        return None


async def channel_for(ctx: Context, project: Project, environment: Environment) -> str | None:
    """Where it is told: where the last card about this environment stands, else the default channel, else nowhere."""
    async with ctx.store.read() as tx:
        changes, _ = await tx.changes(project=project.key, environment_id=environment.id, limit=NEWEST)
        cards = [await tx.notice_for(NoticeKind.CARD, change.id) for change in changes]
    channels = [(card.at.channel if card.at else card.place.channel) for card in cards if card is not None]
    for channel in dict.fromkeys([*channels[:1], *([ctx.default_channel] if ctx.default_channel else [])]):
        if await ctx.people.can_post(Place(ctx.org, ctx.team, channel)):
            return channel
    return None
