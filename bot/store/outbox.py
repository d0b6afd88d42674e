"""What is written down about messages: that they are wanted, in whose hands they are, what became of them.

Whoever says something owns a claim on it until then; what is written about it counts only while the claim holds.
Lanes are locked before notices, everywhere, so that two processes never wait for each other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Table, Update, and_, case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.actors import MessageAt
from bot.domain.notices import Notice, NoticeKind
from bot.domain.rate_limits import RateLimitBucket
from bot.store.read import ReadTransaction, about, due
from bot.store.rows import from_bucket, from_notice, to_bucket, to_notice
from bot.store.tables import buckets, notices
from bot.store.upserts import insert_into


class Clock(Protocol):
    """The source of *now*."""

    def now(self) -> datetime:
        """The instant, in UTC."""


class Delivering(ReadTransaction):
    """One transaction, as far as it is about messages."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        super().__init__(connection)
        self._clock = clock

    async def add_notice(self, notice: Notice) -> bool:
        """Want something said. False, and nothing written, when there is a notice about it."""
        row = from_notice(notice)
        if notice.wanted > notice.shown:
            row["behind_since"] = notice.behind_since or notice.created_at
        statement = self._insert(notices).values(**row)
        statement = statement.on_conflict_do_nothing(index_elements=["kind", "subject"])
        return await self._hits(statement.returning(notices.c.id))

    async def touch_notice(self, kind: NoticeKind, subject: str) -> None:
        """Want a message brought up to date, because what it shows has changed. Without such a notice, nothing."""
        await self._want(kind, subject, at_least=0)

    async def _want(self, kind: NoticeKind, subject: str, *, at_least: int, **more: Any) -> None:
        """Raise `wanted`, always: something to show is never lost behind a number that was reached before.

        What was given up is tried again, as if for the first time, for there is something new to say.
        """
        raised = notices.c.wanted + 1
        wanted = case((raised < at_least, at_least), else_=raised)
        waits = and_(notices.c.behind_since.is_not(None), ~notices.c.given_up)
        since = case((waits, notices.c.behind_since), else_=self._clock.now())
        attempts = case((notices.c.given_up, 0), else_=notices.c.attempts)
        values = {"wanted": wanted, "given_up": False, "behind_since": since, "attempts": attempts, **more}
        await self._connection.execute(update(notices).where(about(kind, subject)).values(**values))

    async def repost_notice(self, kind: NoticeKind, subject: str) -> None:
        """Want a message said anew, in a message of its own; the one that stands is left as it is."""
        await self._want(kind, subject, at_least=0, at_channel=None, at_ts=None, posting=None, posting_since=None)

    async def claim_notice(
        self,
        id: str,  # noqa: A002 - the domain's word
        owner: str,
        until: datetime,
        now: datetime,
        posting: str = "",
    ) -> Notice | None:
        """Take a due notice in hand until then, so that nobody else says it. None when it is not due, or taken.

        `posting` is the id of the post that is about to be made, where one is. The notice is answered as it was found:
        with the id of a post that may have gone out before, which is kept until something is known of it.
        """
        found = await self._one(to_notice, select(notices).where(notices.c.id == id, due(now)).with_for_update())
        if found is None:
            return None
        values: dict[str, Any] = {"claimed_by": owner, "claimed_until": until}
        if posting and found.at is None and not found.posting:
            values |= {"posting": posting, "posting_since": now}
        await self._connection.execute(update(notices).where(notices.c.id == id).values(**values))
        return found

    async def posts_again(self, id: str, owner: str, now: datetime) -> bool:  # noqa: A002 - the domain's word
        """A post of which nothing was found is made again, from now on. False: the claim is lost."""
        return await self._set_notice(id, owner, keep_claim=True, posting_since=now)

    async def release_claims(self, owner: str) -> None:
        """Take notices out of the hands of everybody but `owner`: they are dead, for `owner` is alone."""
        others = and_(notices.c.claimed_by.is_not(None), notices.c.claimed_by != owner)
        await self._connection.execute(update(notices).where(others).values(claimed_by=None, claimed_until=None))

    async def delivered(self, id: str, shown: int, at: MessageAt, owner: str) -> int | None:  # noqa: A002 - its name on the wire
        """It was said: `shown` is the `wanted` of the notice as it was claimed. What was wanted since stays due.

        Answers what is wanted by now. None, and nothing written, when it is no longer in the hands of `owner`.
        """
        statement = self._setting(
            id,
            owner,
            shown=shown,
            at_channel=at.channel,
            at_ts=at.ts,
            attempts=0,
            not_before=None,
            last_error="",
            given_up=False,
            behind_since=case((notices.c.wanted > shown, self._clock.now()), else_=None),
            posting=None,
            posting_since=None,
        )
        wanted: int | None = await self._connection.scalar(statement.returning(notices.c.wanted))
        return wanted

    async def failed(
        self,
        id: str,  # noqa: A002 - the domain's word
        error: str,
        not_before: datetime | None,
        given_up: bool,
        owner: str,
        *,
        unsure: bool = False,
    ) -> bool:
        """It could not be said: try again at `not_before`, or, given up, not before something new is to be said.

        `unsure`: it may have been said. False, and nothing written, when it is no longer in the hands of `owner`.
        """
        known: dict[str, Any] = {} if unsure else {"posting": None, "posting_since": None}
        values: dict[str, Any] = {"attempts": notices.c.attempts + 1, "not_before": not_before, "last_error": error}
        return await self._set_notice(id, owner, given_up=given_up, **values, **known)

    async def move_notice(self, id: str, channel: str, owner: str) -> bool:  # noqa: A002 - the domain's word
        """Want it said in another channel, at once: the one that was meant does not take it."""
        nowhere: dict[str, Any] = {"at_channel": None, "at_ts": None, "posting": None, "posting_since": None}
        values: dict[str, Any] = {"channel": channel, "attempts": notices.c.attempts + 1, "not_before": None, **nowhere}
        return await self._set_notice(id, owner, **values)

    async def message_gone(self, id: str, owner: str) -> bool:  # noqa: A002 - the domain's word
        """The message is no longer there, or cannot be edited any more: want it said anew, at once."""
        return await self._set_notice(id, owner, at_channel=None, at_ts=None, not_before=None)

    async def _set_notice(self, id: str, owner: str, *, keep_claim: bool = False, **values: Any) -> bool:  # noqa: A002 - its name on the wire
        return await self._hits(self._setting(id, owner, keep_claim=keep_claim, **values).returning(notices.c.id))

    def _setting(self, id: str, owner: str, *, keep_claim: bool = False, **values: Any) -> Update:  # noqa: A002 - its name on the wire
        mine = and_(notices.c.id == id, notices.c.claimed_by == owner)
        values |= {} if keep_claim else {"claimed_by": None, "claimed_until": None}
        return update(notices).where(mine).values(**values)

    # lanes

    async def bucket(self, name: str) -> RateLimitBucket:
        """How a lane stands; its row is locked until the end of the transaction."""
        query = select(buckets).where(buckets.c.name == name).with_for_update()
        found = await self._one(to_bucket, query)
        if found is not None:
            return found
        there = (
            self._insert(buckets)
            .values(**from_bucket(RateLimitBucket(name)))
            .on_conflict_do_nothing(index_elements=["name"])
        )
        await self._connection.execute(there)
        return to_bucket((await self._connection.execute(query)).mappings().one())

    async def save_lane(self, bucket: RateLimitBucket) -> None:
        """Write down how a lane stands now."""
        await self._connection.execute(
            update(buckets).where(buckets.c.name == bucket.name).values(**from_bucket(bucket))
        )

    async def _hits(self, statement: Any) -> bool:
        """Whether a statement that answers rows touched one."""
        return (await self._connection.execute(statement)).first() is not None

    def _insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An insert that can be told what to do about a conflict."""
        return insert_into(self._connection, table)
