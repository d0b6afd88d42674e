"""Storage of notices: which messages are wanted, which process has claimed them, and the result.

A process claims a notice while it delivers it, and can only write the result while it holds the claim. Buckets are
locked before notices, everywhere, so that two processes cannot deadlock.
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
from bot.sql import insert_into
from bot.store.read import ReadTransaction, about, due
from bot.store.rows import from_bucket, from_notice, to_bucket, to_notice
from bot.store.tables import buckets, notices


class Clock(Protocol):
    """The source of *now*."""

    def now(self) -> datetime:
        """The current time, in UTC."""


class Delivering(ReadTransaction):
    """The part of a transaction about notices."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        super().__init__(connection)
        self._clock = clock

    async def add_notice(self, notice: Notice) -> bool:
        """Insert a notice. Returns False and writes nothing if there already is one about its subject."""
        row = from_notice(notice)
        if notice.wanted > notice.shown:
            row["behind_since"] = notice.behind_since or notice.created_at
        statement = self._insert(notices).values(**row)
        statement = statement.on_conflict_do_nothing(index_elements=["kind", "subject"])
        return await self._hits(statement.returning(notices.c.id))

    async def touch_notice(self, kind: NoticeKind, subject: str) -> None:
        """Mark a message as out of date, because what it shows has changed. Does nothing if there is no such notice."""
        await self._want(kind, subject, at_least=0)

    async def _want(self, kind: NoticeKind, subject: str, *, at_least: int) -> None:
        """Raise `wanted` by at least one, so that no update is lost, and to `at_least`.

        A notice that was given up is tried again as if for the first time, because it has something new to show.
        """
        raised = notices.c.wanted + 1
        revision = case((raised < at_least, at_least), else_=raised)
        waits = and_(notices.c.behind_since.is_not(None), ~notices.c.given_up)
        since = case((waits, notices.c.behind_since), else_=self._clock.now())
        attempts = case((notices.c.given_up, 0), else_=notices.c.attempts)
        values = {"wanted": revision, "given_up": False, "behind_since": since, "attempts": attempts}
        await self._connection.execute(update(notices).where(about(kind, subject)).values(**values))

    async def claim_notice(
        self,
        id: str,  # noqa: A002 - the domain's word
        owner: str,
        until: datetime,
        now: datetime,
        posting: str = "",
    ) -> Notice | None:
        """Claim a due notice until then, so that no other process delivers it. None if it is not due or is claimed.

        `posting` is the id of the post that is about to be made, if any. The notice is returned as it was before: with
        the id of an earlier post that may have been sent, which is kept until that is resolved.
        """
        notice = await self._one(to_notice, select(notices).where(notices.c.id == id, due(now)).with_for_update())
        if notice is None:
            return None
        values: dict[str, Any] = {"claimed_by": owner, "claimed_until": until}
        if posting and notice.at is None and not notice.posting:
            values |= {"posting": posting, "posting_since": now}
        await self._connection.execute(update(notices).where(notices.c.id == id).values(**values))
        return notice

    async def posts_again(self, id: str, owner: str, now: datetime) -> bool:  # noqa: A002 - the domain's word
        """Note that a post that was not found is sent again now. Returns False if the claim is lost."""
        return await self._set_notice(id, owner, keep_claim=True, posting_since=now)

    async def release_claims(self, owner: str) -> None:
        """Release all claims of processes other than `owner`, which are dead because `owner` is alone."""
        others = and_(notices.c.claimed_by.is_not(None), notices.c.claimed_by != owner)
        await self._connection.execute(update(notices).where(others).values(claimed_by=None, claimed_until=None))

    async def delivered(self, id: str, revision: int, at: MessageAt, owner: str) -> int | None:  # noqa: A002 - its name on the wire
        """Store a delivery. `revision` is the `wanted` of the claimed notice; later updates stay due.

        Returns the current `wanted`; None, with nothing written, if `owner` no longer has the claim.
        """
        statement = self._setting(
            id,
            owner,
            shown=revision,
            at_channel=at.channel,
            at_ts=at.ts,
            attempts=0,
            not_before=None,
            last_error="",
            given_up=False,
            behind_since=case((notices.c.wanted > revision, self._clock.now()), else_=None),
            posting=None,
            posting_since=None,
        )
        newest: int | None = await self._connection.scalar(statement.returning(notices.c.wanted))
        return newest

    async def failed(
        self,
        id: str,  # noqa: A002 - the domain's word
        revision: int,
        error: str,
        not_before: datetime | None,
        given_up: bool,
        owner: str,
        *,
        unsure: bool = False,
    ) -> bool:
        """Store a failed delivery: try again at `not_before` or, if given up, when there is something new to show.

        `revision` is the `wanted` of the claimed notice. If there is something newer already, that is not given up, but
        tried as if for the first time. `unsure`: it may have been posted. Returns False and writes nothing if `owner`
        no longer has the claim.
        """
        cleared: dict[str, Any] = {} if unsure else {"posting": None, "posting_since": None}
        values: dict[str, Any] = {"attempts": notices.c.attempts + 1, "not_before": not_before, "last_error": error}
        if given_up:
            is_newer = notices.c.wanted > revision
            values |= {
                "given_up": ~is_newer,
                "attempts": case((is_newer, 0), else_=notices.c.attempts + 1),
                "behind_since": case((is_newer, self._clock.now()), else_=notices.c.behind_since),
            }
        return await self._set_notice(id, owner, **values, **cleared)

    async def move_notice(self, id: str, channel: str, owner: str) -> bool:  # noqa: A002 - the domain's word
        """Move a notice to another channel and make it due at once, because its own channel rejects it."""
        nowhere: dict[str, Any] = {"at_channel": None, "at_ts": None, "posting": None, "posting_since": None}
        values: dict[str, Any] = {"channel": channel, "attempts": notices.c.attempts + 1, "not_before": None, **nowhere}
        return await self._set_notice(id, owner, **values)

    async def message_gone(self, id: str, owner: str) -> bool:  # noqa: A002 - the domain's word
        """Post a notice again at once, because its message no longer exists or cannot be edited."""
        return await self._set_notice(id, owner, at_channel=None, at_ts=None, not_before=None)

    async def _set_notice(self, id: str, owner: str, *, keep_claim: bool = False, **values: Any) -> bool:  # noqa: A002 - its name on the wire
        return await self._hits(self._setting(id, owner, keep_claim=keep_claim, **values).returning(notices.c.id))

    def _setting(self, id: str, owner: str, *, keep_claim: bool = False, **values: Any) -> Update:  # noqa: A002 - its name on the wire
        mine = and_(notices.c.id == id, notices.c.claimed_by == owner)
        values |= {} if keep_claim else {"claimed_by": None, "claimed_until": None}
        return update(notices).where(mine).values(**values)

    # rate-limit buckets

    async def bucket(self, name: str) -> RateLimitBucket:
        """The state of a rate-limit bucket; its row is locked until the end of the transaction."""
        query = select(buckets).where(buckets.c.name == name).with_for_update()
        bucket = await self._one(to_bucket, query)
        if bucket is not None:
            return bucket
        there = (
            self._insert(buckets)
            .values(**from_bucket(RateLimitBucket(name)))
            .on_conflict_do_nothing(index_elements=["name"])
        )
        await self._connection.execute(there)
        return to_bucket((await self._connection.execute(query)).mappings().one())

    async def save_lane(self, bucket: RateLimitBucket) -> None:
        """Store the state of a rate-limit bucket."""
        await self._connection.execute(
            update(buckets).where(buckets.c.name == bucket.name).values(**from_bucket(bucket))
        )

    async def _hits(self, statement: Any) -> bool:
        """Execute a statement with RETURNING, and tell whether it affected a row."""
        return (await self._connection.execute(statement)).first() is not None

    def _insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An insert statement that supports ON CONFLICT."""
        return insert_into(self._connection, table)
