"""Channels that reject messages: reported in the default channel, once per channel and cause until it works again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.context import Context, new_id
from bot.domain.actors import Place
from bot.domain.notices import Notice, NoticeKind, TroubleView

if TYPE_CHECKING:
    from bot.store import ReadTransaction, WriteTransaction


def _subject(channel: str, cause: str, since: datetime) -> str:
    return f"{channel}:{cause}@{since.isoformat()}"


async def note(ctx: Context, tx: WriteTransaction, channel: str, cause: str) -> None:
    """Record that a channel rejected a message, and report it unless that was done already."""
    bucket, now = await tx.bucket(channel), ctx.clock.now()
    if bucket.trouble == cause:
        return
    await tx.save_lane(replace(bucket, trouble=cause, trouble_since=now))
    if ctx.default_channel is not None and channel != ctx.default_channel:
        place = Place(ctx.org, ctx.team, ctx.default_channel)
        await tx.add_notice(Notice(new_id(), NoticeKind.TROUBLE, _subject(channel, cause, now), place, now))


async def mended(tx: WriteTransaction, channel: str) -> None:
    """Record that a channel accepts messages again, and update the report about it."""
    bucket = await tx.bucket(channel)
    if bucket.trouble_since is None:
        return
    await tx.save_lane(replace(bucket, trouble="", trouble_since=None))
    await tx.touch_notice(NoticeKind.TROUBLE, _subject(channel, bucket.trouble, bucket.trouble_since))


async def view(tx: ReadTransaction, notice: Notice) -> TroubleView | None:
    """The current view of a report about a channel; None if nothing is known about the channel."""
    channel, _, rest = notice.subject.partition(":")
    cause, _, since = rest.rpartition("@")
    bucket = await tx.lane_now(channel)
    if bucket is None:
        return None
    still = (
        bucket.trouble_since is not None and _subject(channel, bucket.trouble, bucket.trouble_since) == notice.subject
    )
    return TroubleView(channel, cause, datetime.fromisoformat(since), over=not still)
