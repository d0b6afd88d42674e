"""All queries of the store. They return domain objects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.changes import AuditEntry, Change, Decision, State
from bot.domain.drafts import Draft, UnreadableDraft
from bot.domain.jobs import JobRun
from bot.domain.notices import NOTHING_LEFT, Backlog, Muted, Notice, NoticeKind, Queue, Reminder, Watch
from bot.domain.rate_limits import RateLimitBucket
from bot.store.drafts import decode
from bot.store.drift import DriftReading
from bot.store.rows import (
    to_bucket,
    to_change,
    to_decision,
    to_entry,
    to_muted,
    to_notice,
    to_reminder,
    to_run,
    to_watch,
)
from bot.store.tables import (
    audit,
    buckets,
    changes,
    decisions,
    drafts,
    job_runs,
    muted,
    notices,
    occasions,
    reminders,
    watches,
)

T = TypeVar("T")


class ReadTransaction(DriftReading):
    """The queries of a transaction. Every method can raise `StoreUnavailable`, from the surrounding transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # changes

    async def change(self, id: str) -> Change | None:  # noqa: A002 - the domain's word
        """The change with this id; in `WriteTransaction` its row is locked until the end of the transaction."""
        return await self._one(to_change, select(changes).where(changes.c.id == id))

    async def change_by_number(self, number: int) -> Change | None:
        """The change that people call ``ch-<number>``."""
        return await self._one(to_change, select(changes).where(changes.c.number == number))

    async def decisions(self, change_id: str) -> tuple[Decision, ...]:
        """The decisions on a change, oldest first."""
        query = select(decisions).where(decisions.c.change_id == change_id)
        return await self._all(to_decision, query.order_by(decisions.c.at, decisions.c.org, decisions.c.user_id))

    async def open_change(self, provider: str, project_id: str, environment_id: str) -> Change | None:
        """The open change there, if there is one."""
        return await self._one(
            to_change, select(changes).where(_there(provider, project_id, environment_id), changes.c.is_open)
        )

    async def changes(
        self,
        *,
        project: tuple[str, str] | None = None,
        provider: str | None = None,
        environment_id: str | None = None,
        states: Collection[State] | None = None,
        requester: tuple[str, str] | None = None,
        not_requester: tuple[str, str] | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> tuple[tuple[Change, ...], int]:
        """One page of changes, newest first, and the total number.

        `project` is (provider, project id); an `environment_id` is its `provider`'s own; `requester` and
        `not_requester` are `Actor.key`s.
        """
        conditions = list(_conditions(project, environment_id, states, requester, not_requester))
        if provider is not None:
            conditions.append(changes.c.provider == provider)
        total = await self._connection.scalar(select(func.count()).select_from(changes).where(*conditions))
        query = select(changes).where(*conditions).order_by(changes.c.created_at.desc(), changes.c.number.desc())
        return await self._all(to_change, query.limit(limit).offset(offset)), total or 0

    async def refusals(self, requester: tuple[str, str], since: datetime) -> int:
        """How often a person (`Actor.key`) was refused since then."""
        mine = and_(_requested_by(requester), changes.c.created_at > since, changes.c.state == State.REFUSED.value)
        return await self._connection.scalar(select(func.count()).select_from(changes).where(mine)) or 0

    async def last_applied(
        self, provider: str, project_id: str, environment_id: str, before: datetime | None = None
    ) -> Change | None:
        """The change that was applied there last, or last before a time."""
        query = _applied(provider, project_id, environment_id).limit(1)
        return await self._one(to_change, query if before is None else query.where(changes.c.applied_at < before))

    async def applied_history(
        self, provider: str, project_id: str, environment_id: str, limit: int = 50
    ) -> tuple[Change, ...]:
        """The changes that were applied there, newest first."""
        return await self._all(to_change, _applied(provider, project_id, environment_id).limit(limit))

    async def unsettled(self, now: datetime) -> tuple[Change, ...]:
        """Changes that are approved or being applied without a lease that still holds, the oldest first."""
        free = or_(changes.c.lease_until.is_(None), changes.c.lease_until <= now)
        query = select(changes).where(changes.c.state.in_([State.APPROVED.value, State.APPLYING.value]), free)
        return await self._all(to_change, query.order_by(changes.c.updated_at, changes.c.number))

    async def expired(self, now: datetime) -> tuple[Change, ...]:
        """Changes whose time for approval is over, the longest overdue first."""
        query = select(changes).where(changes.c.state == State.WAITING.value, changes.c.expires_at <= now)
        return await self._all(to_change, query.order_by(changes.c.expires_at, changes.c.number))

    async def due_changes(self, now: datetime) -> tuple[Change, ...]:
        """Scheduled changes that are due, the longest overdue first."""
        query = select(changes).where(changes.c.state == State.SCHEDULED.value, changes.c.due_at <= now)
        return await self._all(to_change, query.order_by(changes.c.due_at, changes.c.number))

    async def scheduled(self, provider: str, project_id: str, environment_id: str) -> tuple[Change, ...]:
        """The scheduled changes there, the next one first."""
        there = _there(provider, project_id, environment_id)
        query = select(changes).where(there, changes.c.state == State.SCHEDULED.value)
        return await self._all(to_change, query.order_by(changes.c.due_at, changes.c.number))

    # history

    async def audit(self, subject: str) -> tuple[AuditEntry, ...]:
        """The history of a change or an evaluation, oldest first."""
        return await self._all(to_entry, select(audit).where(audit.c.subject == subject).order_by(audit.c.position))

    async def audit_entry(self, id: str) -> AuditEntry | None:  # noqa: A002 - the domain's word
        """One history entry."""
        return await self._one(to_entry, select(audit).where(audit.c.id == id))

    # notices

    async def notice(self, id: str) -> Notice | None:  # noqa: A002 - the domain's word
        """The notice with this id."""
        return await self._one(to_notice, select(notices).where(notices.c.id == id))

    async def notice_for(self, kind: NoticeKind, subject: str) -> Notice | None:
        """The notice about a subject."""
        return await self._one(to_notice, select(notices).where(about(kind, subject)))

    async def due_notices(
        self, now: datetime, limit: int = 50, *, queue: Queue | None = None, older_than: datetime | None = None
    ) -> tuple[Notice, ...]:
        """Due notices, oldest first: out of date, not given up, not postponed, not claimed.

        A history line is due only once the card of its thread has been posted. Notices that are younger than
        `older_than` and were never tried are left out: the process that inserted them delivers them.
        """
        query = select(notices).where(*_to_say(now, older_than)).order_by(notices.c.created_at, notices.c.id)
        if queue is not None:
            query = query.where(notices.c.channel == queue.channel, notices.c.at_ts.is_(None) == queue.posts)
        return await self._all(to_notice, query.limit(limit))

    async def lane_now(self, name: str) -> RateLimitBucket | None:
        """The state of a rate-limit bucket; None if it was never used."""
        return await self._one(to_bucket, select(buckets).where(buckets.c.name == name))

    async def lanes_held(self, now: datetime) -> tuple[RateLimitBucket, ...]:
        """Rate-limit buckets in which Slack asked us to wait, or whose channel rejects messages; by name."""
        held = or_(buckets.c.not_before > now, buckets.c.trouble != "")
        return await self._all(to_bucket, select(buckets).where(held).order_by(buckets.c.name))

    async def backlog(self, since: datetime) -> tuple[Backlog, ...]:
        """Notices that wait for delivery, and those given up since then: by channel, the longest waiting first."""
        channel, given_up = notices.c.channel, notices.c.given_up
        oldest, count = func.min(notices.c.behind_since).label("since"), func.count().label("count")
        nothing_left = notices.c.last_error == NOTHING_LEFT
        behind = and_(notices.c.wanted > notices.c.shown, notices.c.behind_since.is_not(None), ~nothing_left)
        condition = and_(behind, or_(~given_up, notices.c.behind_since >= since))
        error = func.max(notices.c.last_error).label("last_error")
        query = select(channel, given_up, count, oldest, error).where(condition).group_by(channel, given_up)
        return await self._all(lambda row: Backlog(**row), query.order_by(oldest))

    async def held_by_others(self, owner: str) -> bool:
        """Whether a process other than `owner` has a claim on a notice."""
        others = and_(notices.c.claimed_by.is_not(None), notices.c.claimed_by != owner)
        return await self._connection.scalar(select(notices.c.id).where(others).limit(1)) is not None

    async def due_queues(self, now: datetime, older_than: datetime) -> tuple[Queue, ...]:
        """The queues with due notices, the longest waiting first."""
        posts = notices.c.at_ts.is_(None).label("posts")
        query = select(notices.c.channel, posts).where(*_to_say(now, older_than)).group_by(notices.c.channel, posts)
        return await self._all(lambda row: Queue(**row), query.order_by(func.min(notices.c.created_at)))

    # jobs

    async def job_runs(self) -> tuple[JobRun, ...]:
        """The newest run of every job, or per process if each process has its own; by job."""
        return await self._all(to_run, select(job_runs).order_by(job_runs.c.job, job_runs.c.started_at))

    # drafts and reminders

    async def count_drafts(self, org: str, user_id: str, after: datetime) -> int:
        """The number of a person's drafts that expire after then."""
        mine = and_(drafts.c.org == org, drafts.c.user_id == user_id, drafts.c.expires_at > after)
        return await self._connection.scalar(select(func.count()).select_from(drafts).where(mine)) or 0

    async def draft(self, id: str, org: str, user_id: str, now: datetime) -> Draft | UnreadableDraft | None:  # noqa: A002 - its name on the wire
        """A draft of this person that has not expired; None if there is none."""
        mine = and_(drafts.c.id == id, drafts.c.org == org, drafts.c.user_id == user_id)
        text: str | None = await self._connection.scalar(select(drafts.c.text).where(mine, drafts.c.expires_at > now))
        return None if text is None else decode(text)

    async def is_claimed(self, idempotency_key: str, now: datetime) -> bool:
        """Whether a key that must be handled only once was claimed, and that is still remembered."""
        known = and_(occasions.c.id == idempotency_key, occasions.c.expires_at > now)
        return await self._connection.scalar(select(occasions.c.id).where(known)) is not None

    async def reminder(self, provider: str, evaluation_id: str) -> Reminder | None:
        """The reminder of an evaluation."""
        condition = and_(reminders.c.provider == provider, reminders.c.evaluation_id == evaluation_id)
        return await self._one(to_reminder, select(reminders).where(condition))

    async def reminders(self, *, open_only: bool = True) -> tuple[Reminder, ...]:
        """The reminders of evaluations, first seen first; by default only of those that still run."""
        query = select(reminders).order_by(reminders.c.first_seen, reminders.c.provider, reminders.c.evaluation_id)
        return await self._all(to_reminder, query.where(reminders.c.ended_at.is_(None)) if open_only else query)

    async def reminders_in(self, subject: str) -> tuple[Reminder, ...]:
        """The reminders that the notice with this subject currently reports, first seen first."""
        query = select(reminders).where(reminders.c.said_in == subject)
        return await self._all(
            to_reminder, query.order_by(reminders.c.first_seen, reminders.c.provider, reminders.c.evaluation_id)
        )

    async def muted(self) -> tuple[Muted, ...]:
        """Projects with muted reminders, by name."""
        return await self._all(to_muted, select(muted).order_by(muted.c.project_name, muted.c.project_id))

    async def watch(self, provider: str) -> Watch:
        """The progress of watching a provider's evaluations."""
        watch = await self._one(to_watch, select(watches).where(watches.c.provider == provider))
        return watch or Watch(provider)

    async def _one(self, convert: Callable[[RowMapping], T], query: Select[*tuple[object, ...]]) -> T | None:
        row = (await self._connection.execute(query)).mappings().first()
        return None if row is None else convert(row)

    async def _all(self, convert: Callable[[RowMapping], T], query: Select[*tuple[object, ...]]) -> tuple[T, ...]:
        return tuple(convert(row) for row in (await self._connection.execute(query)).mappings())


def _there(provider: str, project_id: str, environment_id: str) -> ColumnElement[bool]:
    return and_(
        changes.c.provider == provider, changes.c.project_id == project_id, changes.c.environment_id == environment_id
    )


def _applied(provider: str, project_id: str, environment_id: str) -> Select[*tuple[object, ...]]:
    applied = and_(changes.c.state == State.APPLIED.value, changes.c.applied_at.is_not(None))
    query = select(changes).where(_there(provider, project_id, environment_id), applied)
    return query.order_by(changes.c.applied_at.desc(), changes.c.number.desc())


def _conditions(
    project: tuple[str, str] | None,
    environment_id: str | None,
    states: Collection[State] | None,
    requester: tuple[str, str] | None,
    not_requester: tuple[str, str] | None,
) -> Iterable[ColumnElement[bool]]:
    if project is not None:
        yield and_(changes.c.provider == project[0], changes.c.project_id == project[1])
    if environment_id is not None:
        yield changes.c.environment_id == environment_id
    if states is not None:
        yield changes.c.state.in_([state.value for state in states])
    if requester is not None:
        yield _requested_by(requester)
    if not_requester is not None:
        yield ~_requested_by(not_requester)


def _requested_by(key: tuple[str, str]) -> ColumnElement[bool]:
    return and_(changes.c.requester_org == key[0], changes.c.requester_id == key[1])


def about(kind: NoticeKind, subject: str) -> ColumnElement[bool]:
    """Condition for the notice about a subject."""
    return and_(notices.c.kind == kind.value, notices.c.subject == subject)


def due(now: datetime) -> ColumnElement[bool]:
    """Condition for due notices: out of date, not given up, not postponed, and not claimed."""
    return and_(
        notices.c.wanted > notices.c.shown,
        ~notices.c.given_up,
        or_(notices.c.not_before.is_(None), notices.c.not_before <= now),
        or_(notices.c.claimed_until.is_(None), notices.c.claimed_until <= now),
    )


def _to_say(now: datetime, older_than: datetime | None) -> Iterable[ColumnElement[bool]]:
    cards = notices.alias("cards")
    card = (
        select(cards.c.id)
        .join(audit, audit.c.subject == cards.c.subject)
        .where(cards.c.kind == NoticeKind.CARD.value, cards.c.at_ts.is_not(None), audit.c.id == notices.c.subject)
    )
    yield due(now)
    yield or_(notices.c.kind != NoticeKind.HISTORY.value, card.exists())
    if older_than is not None:
        yield or_(notices.c.attempts > 0, notices.c.shown > 0, notices.c.created_at < older_than)
