"""All writes of the store. A writer that lost a race is told so; nothing is overwritten unnoticed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.domain.changes import OPEN, AuditEntry, Change, Decision, State
from bot.domain.drafts import Draft
from bot.domain.notices import TO_THE_OWNER, Muted, NoticeKind, Reminder, Watch
from bot.store.drafts import encode
from bot.store.drift import DriftWriting, over_for_long
from bot.store.jobs import Running
from bot.store.rows import from_change, from_decision, from_entry, from_reminder, to_change, to_reminder
from bot.store.tables import (
    ONE_OPEN,
    audit,
    changes,
    counters,
    decisions,
    drafts,
    muted,
    notices,
    occasions,
    reminders,
    watches,
)

KEPT = timedelta(days=30)
"""How long rows are kept after they are no longer needed."""

_ONCE_SAID = [NoticeKind.HISTORY.value, NoticeKind.SAMPLE.value]
_OF_REMINDERS = [kind.value for pair in TO_THE_OWNER.items() for kind in pair]


class WriteTransaction(DriftWriting, Running):
    """A write transaction. An exception inside it rolls back everything."""

    # changes

    async def change(self, id: str) -> Change | None:  # noqa: A002 - the domain's word
        """The change with this id, locked until the end of the transaction."""
        return await self._one(to_change, select(changes).where(changes.c.id == id).with_for_update())

    async def next_number(self) -> int:
        """A new change number. Numbers are unique, but can have gaps."""
        counted = update(counters).where(counters.c.name == "change").values(value=counters.c.value + 1)
        number: int = (await self._connection.execute(counted.returning(counters.c.value))).scalar_one()
        return number

    async def insert_change(self, change: Change, entries: Iterable[AuditEntry]) -> Change | None:
        """Insert a new change with its history.

        Returns None and writes nothing if another one is open for the same project and environment; the transaction can
        continue. The database enforces this, so it also holds for two processes at the same time: the second one waits
        for the first. Any other violation of uniqueness is a bug and raises.
        """
        columns = [column.name for column in ONE_OPEN.columns]
        statement = self._insert(changes).values(**from_change(change))
        statement = statement.on_conflict_do_nothing(index_elements=columns, index_where=changes.c.is_open)
        if (await self._connection.execute(statement.returning(changes.c.id))).first() is None:
            return None
        await self._record(entries)
        return change

    async def save(self, change: Change, expected: State, entries: Iterable[AuditEntry]) -> Change | None:
        """Update a change if it is still in state `expected` and in the revision of `change`; its card becomes stale.

        Returns the saved change, with the next revision. Returns None and writes nothing if another writer was faster,
        or if the change would become open while another one is.
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
        """Execute an update that makes a change open. Returns False if another one is open."""
        try:
            async with self._connection.begin_nested():
                return await self._hits(statement)
        except IntegrityError:
            other = await self.open_change(change.project.provider, change.project.id, change.environment.id)
            if other is None:
                raise
            return False

    async def add_decision(self, decision: Decision) -> bool:
        """Insert a person's decision. Returns False and writes nothing if that person has already decided."""
        statement = self._insert(decisions).values(**from_decision(decision))
        statement = statement.on_conflict_do_nothing(index_elements=["change_id", "org", "user_id"])
        return await self._hits(statement.returning(decisions.c.change_id))

    async def record(self, entry: AuditEntry) -> None:
        """Insert a history entry that is not part of a state transition."""
        await self._record([entry])

    async def _record(self, entries: Iterable[AuditEntry]) -> None:
        rows = [from_entry(entry) for entry in entries]
        if rows:
            await self._connection.execute(insert(audit), rows)

    # drafts, occasions and reminders

    async def save_draft(self, id: str, org: str, user_id: str, draft: Draft, expires_at: datetime) -> None:  # noqa: A002 - its name on the wire
        """Store a draft for one person, until it expires."""
        row = {"id": id, "org": org, "user_id": user_id, "text": encode(draft), "expires_at": expires_at}
        await self._connection.execute(insert(drafts).values(**row))

    async def claim_once(self, idempotency_key: str, expires_at: datetime) -> bool:
        """Record a key that must be handled only once. Returns True only for the first call until it expires."""
        statement = self._insert(occasions).values(id=idempotency_key, expires_at=expires_at)
        again = statement.on_conflict_do_update(
            index_elements=["id"],
            set_={"expires_at": expires_at},
            where=occasions.c.expires_at <= self._clock.now(),
        )
        return await self._hits(again.returning(occasions.c.id))

    async def release(self, idempotency_key: str) -> None:
        """Forget that a key was claimed: what it was claimed for did not happen."""
        await self._connection.execute(delete(occasions).where(occasions.c.id == idempotency_key))

    async def reminder(self, provider: str, evaluation_id: str) -> Reminder | None:
        """The reminder of an evaluation, locked until the end of the transaction."""
        mine = and_(reminders.c.provider == provider, reminders.c.evaluation_id == evaluation_id)
        return await self._one(to_reminder, select(reminders).where(mine).with_for_update())

    async def mute(self, project: Muted) -> bool:
        """Mute reminders about a project. Returns False and writes nothing if they are muted already."""
        statement = self._insert(muted).values(**asdict(project))
        statement = statement.on_conflict_do_nothing(index_elements=["provider", "project_id"])
        return await self._hits(statement.returning(muted.c.provider))

    async def unmute(self, provider: str, project_id: str) -> bool:
        """Unmute reminders about a project. Returns False if they are not muted."""
        mine = and_(muted.c.provider == provider, muted.c.project_id == project_id)
        return await self._hits(delete(muted).where(mine).returning(muted.c.provider))

    async def save_watch(self, watch: Watch) -> None:
        """Store the progress of watching a provider's evaluations."""
        statement = self._insert(watches).values(**asdict(watch))
        changed = {name: statement.excluded[name] for name in asdict(watch) if name != "provider"}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["provider"], set_=changed))

    async def save_reminder(self, reminder: Reminder) -> None:
        """Insert or replace the reminder of an evaluation."""
        row = from_reminder(reminder)
        keys = ["provider", "evaluation_id"]
        statement = self._insert(reminders).values(**row)
        changed = {name: statement.excluded[name] for name in row if name not in keys}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))

    async def clean_up(self, now: datetime) -> int:
        """Delete what is no longer needed. Returns the number of rows.

        That is: expired drafts and once-only keys; and, after 30 days, notices of history lines that were posted or
        given up (the history itself stays), and ended evaluations, drifts and silences with their notices.
        """
        old = now - KEPT
        settled = or_(notices.c.wanted <= notices.c.shown, notices.c.given_up)
        # A report's subject begins with its evaluation. Not LIKE: ids can contain underscores, and case matters.
        about_it = reminders.c.provider + ":" + reminders.c.evaluation_id + "@"
        said_of_it = func.substr(notices.c.subject, 1, func.length(about_it)) == about_it
        needed = exists().where(
            or_(said_of_it, reminders.c.said_in == notices.c.subject),
            or_(reminders.c.ended_at.is_(None), reminders.c.ended_at >= old),
        )
        past = and_(settled, notices.c.created_at < old)
        removed = [
            delete(drafts).where(drafts.c.expires_at <= now),
            delete(occasions).where(occasions.c.expires_at <= now),
            delete(notices).where(notices.c.kind.in_(_ONCE_SAID), past),
            delete(notices).where(notices.c.kind.in_(_OF_REMINDERS), past, ~needed),
            delete(reminders).where(reminders.c.ended_at < old),
            *over_for_long(old),
        ]
        return sum([(await self._connection.execute(statement)).rowcount for statement in removed])
