"""Everything that can be written down. Who comes second is told so; nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Table, and_, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.actors import MessageAt
from bot.domain.changes import OPEN, AuditEntry, Change, Decision, State
from bot.domain.notices import Notice, NoticeKind, Reminder
from bot.store.reading import Reading, about, due
from bot.store.rows import from_change, from_decision, from_entry, from_notice, from_reminder, to_change, to_notice
from bot.store.tables import ONE_OPEN, audit, changes, counters, decisions, drafts, notices, occasions, reminders

KEPT = timedelta(days=30)
"""How long things stay that nobody needs any more."""


class Clock(Protocol):
    """The source of *now*."""

    def now(self) -> datetime:
        """The instant, in UTC."""


class Writing(Reading):
    """One transaction that writes. An exception inside it undoes all of it."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        super().__init__(connection)
        self._clock = clock

    # changes

    async def change(self, id: str) -> Change | None:  # noqa: A002 - the domain's word
        """The change with this id, locked until the end of the transaction."""
        return await self._one(to_change, select(changes).where(changes.c.id == id).with_for_update())

    async def next_number(self) -> int:
        """A number that no other change has or gets; numbers can be missing, none comes twice."""
        counted = update(counters).where(counters.c.name == "change").values(value=counters.c.value + 1)
        number: int = (await self._connection.execute(counted.returning(counters.c.value))).scalar_one()
        return number

    async def insert_change(self, change: Change, entries: Iterable[AuditEntry]) -> Change | None:
        """Write down a new change with its history.

        None, and nothing written, when another one is open for the same project and environment; the transaction goes
        on. The database decides that, so it holds for two processes in the same moment, too: the one that comes
        second waits for the first. Anything else that is not unique is a bug and raises.
        """
        columns = [column.name for column in ONE_OPEN.columns]
        statement = self._insert(changes).values(**from_change(change))
        statement = statement.on_conflict_do_nothing(index_elements=columns, index_where=changes.c.is_open)
        if (await self._connection.execute(statement.returning(changes.c.id))).first() is None:
            return None
        await self._record(entries)
        return change

    async def save(self, change: Change, expected: State, entries: Iterable[AuditEntry]) -> Change | None:
        """Write down what became of a change, if it is still in `expected` and in the revision that `change` carries.

        Answers the change as it stands now, its revision one higher; its card is wanted anew. None, and nothing
        written: somebody was faster, or the change would become open while another one is.
        """
        saved = replace(change, revision=change.revision + 1, updated_at=self._clock.now())
        values = from_change(saved)
        as_seen = and_(
            changes.c.id == change.id, changes.c.state == expected.value, changes.c.revision == change.revision
        )
        statement = update(changes).where(as_seen).values(**values).returning(changes.c.id)
        opens = saved.is_open and expected not in OPEN
        if not (await self._opening(statement, saved) if opens else await self._hits(statement)):
            return None
        await self._record(entries)
        await self._want(NoticeKind.CARD, change.id, at_least=saved.revision)
        return saved

    async def _opening(self, statement: Any, change: Change) -> bool:
        """Whether an update that makes a change open went through; false when another one is open."""
        try:
            async with self._connection.begin_nested():
                return await self._hits(statement)
        except IntegrityError:
            other = await self.open_change(change.project.provider, change.project.id, change.environment.id)
            if other is None:
                raise
            return False

    async def add_decision(self, decision: Decision) -> bool:
        """Write down one person's word. False, and nothing written, when that person has said one."""
        statement = self._insert(decisions).values(**from_decision(decision))
        statement = statement.on_conflict_do_nothing(index_elements=["change_id", "org", "user_id"])
        return await self._hits(statement.returning(decisions.c.change_id))

    async def record(self, entry: AuditEntry) -> None:
        """Write down a line of history that belongs to no move of a change."""
        await self._record([entry])

    async def _record(self, entries: Iterable[AuditEntry]) -> None:
        rows = [from_entry(entry) for entry in entries]
        if rows:
            await self._connection.execute(insert(audit), rows)

    # notices

    async def add_notice(self, notice: Notice) -> bool:
        """Want something said. False, and nothing written, when there is a notice about it."""
        statement = self._insert(notices).values(**from_notice(notice))
        statement = statement.on_conflict_do_nothing(index_elements=["kind", "subject"])
        return await self._hits(statement.returning(notices.c.id))

    async def touch_notice(self, kind: NoticeKind, subject: str) -> None:
        """Want a message brought up to date, because what it shows has changed. Without such a notice, nothing."""
        await self._want(kind, subject, at_least=0)

    async def _want(self, kind: NoticeKind, subject: str, *, at_least: int) -> None:
        """Raise `wanted`, always: something to show is never lost behind a number that was reached before.

        What was given up is tried again, for there is something new to say.
        """
        raised = notices.c.wanted + 1
        wanted = case((raised < at_least, at_least), else_=raised)
        statement = update(notices).where(about(kind, subject))
        await self._connection.execute(statement.values(wanted=wanted, given_up=False))

    async def repost_notice(self, kind: NoticeKind, subject: str) -> None:
        """Want a message said anew, in a message of its own; the one that stands is left as it is."""
        statement = update(notices).where(about(kind, subject))
        values = {"wanted": notices.c.wanted + 1, "given_up": False, "at_channel": None, "at_ts": None}
        await self._connection.execute(statement.values(**values))

    async def move_notice(self, id: str, channel: str) -> None:  # noqa: A002 - the domain's word
        """Want it said in another channel, at once: the one that was meant does not take it."""
        await self._set_notice(id, channel=channel, attempts=notices.c.attempts + 1, not_before=None)

    async def claim_notice(self, id: str, owner: str, until: datetime, now: datetime) -> Notice | None:  # noqa: A002
        """Take a due notice in hand until then, so that nobody else says it. None when it is not due, or taken."""
        statement = update(notices).where(notices.c.id == id, due(now))
        claimed = statement.values(claimed_by=owner, claimed_until=until).returning(*notices.c)
        row = (await self._connection.execute(claimed)).mappings().first()
        return None if row is None else to_notice(row)

    async def release_claims(self, owner: str) -> None:
        """Take notices out of the hands of everybody but `owner`: they are dead, for `owner` is alone."""
        others = and_(notices.c.claimed_by.is_not(None), notices.c.claimed_by != owner)
        await self._connection.execute(update(notices).where(others).values(claimed_by=None, claimed_until=None))

    async def delivered(self, id: str, shown: int, at: MessageAt) -> None:  # noqa: A002 - the domain's word
        """It was said: `shown` is the `wanted` of the notice as it was claimed. What was wanted since stays due."""
        await self._set_notice(
            id,
            shown=shown,
            at_channel=at.channel,
            at_ts=at.ts,
            attempts=0,
            not_before=None,
            last_error="",
            given_up=False,
        )

    async def failed(self, id: str, error: str, not_before: datetime | None, given_up: bool) -> None:  # noqa: A002
        """It could not be said: try again at `not_before`, or, given up, not before something new is to be said."""
        await self._set_notice(
            id, attempts=notices.c.attempts + 1, not_before=not_before, last_error=error, given_up=given_up
        )

    async def _set_notice(self, id: str, **values: Any) -> None:  # noqa: A002 - the domain's word
        values |= {"claimed_by": None, "claimed_until": None}
        await self._connection.execute(update(notices).where(notices.c.id == id).values(**values))

    # drafts, occasions and reminders

    async def save_draft(self, id: str, org: str, user_id: str, text: str, expires_at: datetime) -> None:  # noqa: A002
        """Keep what does not fit into a button, for one person, until then."""
        row = {"id": id, "org": org, "user_id": user_id, "text": text, "expires_at": expires_at}
        await self._connection.execute(insert(drafts).values(**row))

    async def claim_once(self, occasion: str, expires_at: datetime) -> bool:
        """Note that something happened; true only for the first who notes this occasion, until then."""
        statement = self._insert(occasions).values(id=occasion, expires_at=expires_at)
        again = statement.on_conflict_do_update(
            index_elements=["id"],
            set_={"expires_at": expires_at},
            where=occasions.c.expires_at <= self._clock.now(),
        )
        return await self._hits(again.returning(occasions.c.id))

    async def save_reminder(self, reminder: Reminder) -> None:
        """Remember this about an evaluation, instead of what was remembered."""
        row = from_reminder(reminder)
        keys = ["provider", "evaluation_id"]
        statement = self._insert(reminders).values(**row)
        changed = {name: statement.excluded[name] for name in row if name not in keys}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))

    async def clean_up(self, now: datetime) -> int:
        """Remove what nobody needs any more; answers how many rows.

        Drafts and occasions that ran out; after 30 days, lines of history that were said or given up (the history
        itself stays), and evaluations that ended, with their messages' notices.
        """
        old = now - KEPT
        settled = or_(notices.c.wanted <= notices.c.shown, notices.c.given_up)
        # A report's subject begins with its evaluation. Not LIKE: ids hold underscores, and upper case counts.
        about_it = reminders.c.provider + ":" + reminders.c.evaluation_id + "@"
        needed = exists().where(
            func.substr(notices.c.subject, 1, func.length(about_it)) == about_it,
            or_(reminders.c.ended_at.is_(None), reminders.c.ended_at >= old),
        )
        past = and_(settled, notices.c.created_at < old)
        removed = [
            delete(drafts).where(drafts.c.expires_at <= now),
            delete(occasions).where(occasions.c.expires_at <= now),
            delete(notices).where(notices.c.kind == NoticeKind.HISTORY.value, past),
            delete(notices).where(notices.c.kind == NoticeKind.EVALUATION.value, past, ~needed),
            delete(reminders).where(reminders.c.ended_at < old),
        ]
        return sum([(await self._connection.execute(statement)).rowcount for statement in removed])

    async def _hits(self, statement: Any) -> bool:
        """Whether a statement that answers rows touched one."""
        return (await self._connection.execute(statement)).first() is not None

    def _insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An insert that can be told what to do about a conflict; both databases write it alike."""
        return postgresql.insert(table) if self._connection.dialect.name == "postgresql" else sqlite.insert(table)
