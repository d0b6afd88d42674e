"""Details for the message about a drift: the contents, who did it, a late write of ours, where to post it."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from bot.store import ReadTransaction

log = get_logger(__name__)

NEWEST = 5
"""Most recent changes of an environment that are searched for what belongs to a drift."""


async def contents_of(ctx: Context, project: Project) -> dict[tuple[str, str], Content]:
    """The contents of a project's configs by id and content version; empty when they cannot be read."""
    try:
        configs = await ctx.provider(project.provider).configs(project)
    except ProviderError as error:
        log.warning("drift.contents_unread", project=project.id, fault=error.problem.fault)
        return {}
    return {(each.config.id, each.config.content_version): each.content for each in configs}


def key_of(served: LiveState) -> tuple[str, str]:
    """The id and the content version of what is live; two empty strings unless it is one config."""
    live = served.live
    return (live.config_id, live.content_version) if isinstance(live, One) else ("", "")


async def content_before(
    tx: ReadTransaction, baseline: Baseline, contents: dict[tuple[str, str], Content]
) -> Content | None:
    """The content of the baseline: from the provider, else as stored with it, else from its change. None if unknown."""
    content = contents.get(key_of(baseline.served)) or baseline.content
    if content is None and baseline.change_id is not None:
        change = await tx.change(baseline.change_id)
        content = change.seen.target_content if change is not None else None
    return content


async def late_write(tx: ReadTransaction, baseline: Baseline, served: LiveState) -> str:
    """The label of a failed change since the baseline that asked for exactly what is live; empty if there is none."""
    failed, _ = await tx.changes(
        project=(baseline.provider, baseline.project_id),
        environment_id=baseline.environment_id,
        states={State.FAILED},
        limit=NEWEST,
    )
    labels = (each.label for each in failed if each.updated_at >= baseline.at and is_live(each, served))
    return next(labels, "")


def in_short(served: LiveState) -> str:
    """What is served, in short, for an audit entry."""
    live = served.live
    return live.config_id if isinstance(live, One) else type(live).__name__.casefold()


async def mover(ctx: Context, project: Project, environment: Environment, *, edited: bool) -> Moved | None:
    """Who changed it and when, if the provider says. Returns None when it does not, or cannot be read."""
    try:
        return await ctx.provider(project.provider).last_moved(project, environment, edited=edited)
    except ProviderError as error:
        log.warning("drift.mover_unread", project=project.id, fault=error.problem.fault)
        return None


async def channel_for(ctx: Context, project: Project, environment: Environment) -> str | None:
    """The channel for a drift: that of the last card about this environment, else the default one, else None."""
    async with ctx.store.read() as tx:
        changes, _ = await tx.changes(project=project.key, environment_id=environment.id, limit=NEWEST)
        cards = [await tx.notice_for(NoticeKind.CARD, change.id) for change in changes]
    channels = [(card.at.channel if card.at else card.place.channel) for card in cards if card is not None]
    for channel in dict.fromkeys([*channels[:1], *([ctx.default_channel] if ctx.default_channel else [])]):
        if await ctx.people.can_post(Place(ctx.org, ctx.team, channel)):
            return channel
    return None
