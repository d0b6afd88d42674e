"""Channels that take no message: told once for each channel and cause in the default channel, until they take one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.context import Context, new_id
from bot.domain.actors import Place
from bot.domain.notices import Notice, NoticeKind, TroubleView
from bot.store import ReadTransaction, WriteTransaction


def _subject(channel: str, cause: str, since: datetime) -> str:
    return f"{channel}:{cause}@{since.isoformat()}"


async def note(ctx: Context, tx: WriteTransaction, channel: str, cause: str) -> None:
    """A channel does not take a message that is given up: tell it, unless that was told."""
    bucket, now = await tx.bucket(channel), ctx.clock.now()
    if bucket.trouble == cause:
        return
    await tx.save_lane(replace(bucket, trouble=cause, trouble_since=now))
    if ctx.default_channel is not None and channel != ctx.default_channel:
        place = Place(ctx.org, ctx.team, ctx.default_channel)
        await tx.add_notice(Notice(new_id(), NoticeKind.TROUBLE, _subject(channel, cause, now), place, now))


async def mended(tx: WriteTransaction, channel: str) -> None:
    """A channel took a message: what was told about it ends by itself."""
    bucket = await tx.bucket(channel)
    if bucket.trouble_since is None:
        return
    await tx.save_lane(replace(bucket, trouble="", trouble_since=None))
    await tx.touch_notice(NoticeKind.TROUBLE, _subject(channel, bucket.trouble, bucket.trouble_since))


async def view(tx: ReadTransaction, notice: Notice) -> TroubleView | None:
    """What is to be said about a channel now; None when nothing is known of it."""
    channel, _, rest = notice.subject.partition(":")
    cause, _, since = rest.rpartition("@")
    bucket = await tx.lane_now(channel)
    if bucket is None:
        return None
    still = (
        bucket.trouble_since is not None and _subject(channel, bucket.trouble, bucket.trouble_since) == notice.subject
    )
    return TroubleView(channel, cause, datetime.fromisoformat(since), over=not still)
