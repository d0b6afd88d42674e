"""Channels that take no message: told once for each channel and cause in the default channel, until they take one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.actors import Place
from bot.domain.notices import Notice, NoticeKind, TroubleView
from bot.store import Reading, Writing
from bot.usecases.context import Context, new_id


def _subject(channel: str, cause: str, since: datetime) -> str:
    return f"{channel}:{cause}@{since.isoformat()}"


async def note(ctx: Context, tx: Writing, channel: str, cause: str) -> None:
    """A channel does not take a message that is given up: tell it, unless that was told."""
    lane, now = await tx.lane(channel), ctx.clock.now()
    if lane.trouble == cause:
        return
    await tx.save_lane(replace(lane, trouble=cause, trouble_since=now))
    if ctx.default_channel is not None and channel != ctx.default_channel:
        place = Place(ctx.org, ctx.team, ctx.default_channel)
        await tx.add_notice(Notice(new_id(), NoticeKind.TROUBLE, _subject(channel, cause, now), place, now))


async def mended(tx: Writing, channel: str) -> None:
    """A channel took a message: what was told about it ends by itself."""
    lane = await tx.lane(channel)
    if lane.trouble_since is None:
        return
    await tx.save_lane(replace(lane, trouble="", trouble_since=None))
    await tx.touch_notice(NoticeKind.TROUBLE, _subject(channel, lane.trouble, lane.trouble_since))


async def view(tx: Reading, notice: Notice) -> TroubleView | None:
    """What is to be said about a channel now; None when nothing is known of it."""
    channel, _, rest = notice.subject.partition(":")
    cause, _, since = rest.rpartition("@")
    lane = await tx.lane_now(channel)
    if lane is None:
        return None
    still = lane.trouble_since is not None and _subject(channel, lane.trouble, lane.trouble_since) == notice.subject
    return TroubleView(channel, cause, datetime.fromisoformat(since), over=not still)
