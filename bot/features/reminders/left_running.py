"""Evaluations left running: a sweep over every project of every provider that has evaluations.

It is cheap: one call per project, a few concurrently, and only due reminders are kept in memory. It can be interrupted
at any time: the position is stored, so that the next sweep continues there.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.clients.base import ProviderClient, ProviderError
from bot.context import Context, new_id
from bot.domain.actors import Place
from bot.domain.errors import Fault
from bot.domain.evaluations import RUNNING, Evaluation
from bot.domain.names import Project
from bot.domain.notices import TO_THE_OWNER, Notice, NoticeKind, Reminder, Watch
from bot.domain.reminder_hours import is_due, said, set_right
from bot.features.reminders import switches
from bot.logs import get_logger
from bot.outbox import evaluation_reports

if TYPE_CHECKING:
    from bot.store import WriteTransaction

log = get_logger(__name__)

DAY = timedelta(days=1)

AT_ONCE = 5
"""If more evaluations than this are due in one channel, they are posted as one list."""

FRESH = timedelta(hours=1)
"""The age after which a report is refreshed."""

OF_ONE_PROJECT = frozenset({Fault.FORBIDDEN, Fault.INVALID, Fault.UNINTELLIGIBLE})
"""Faults that say nothing about other projects of the same provider."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Limits of a sweep at one provider."""

    calls: int = 4
    """Concurrent calls, of the sixteen that a client makes: people should not wait for a sweep."""
    seconds: float = 200.0
    """Nothing is read after this many seconds: less than the limit of the job."""
    tell_after: float = 20.0
    """Seconds between two progress lines in the log."""
    give_up_after: int = 3
    """Faults in a row after which a provider counts as down."""


PACE = Pace()


@dataclass(frozen=True, slots=True)
class Sweep:
    """The counts of one sweep. `unreadable` projects failed, or were skipped because others failed."""

    projects: int
    running: int
    reported: int
    unreadable: int


async def sweep(ctx: Context, pace: Pace = PACE) -> Sweep:
    """Read the evaluations; report those that run for too long, end reminders of those that no longer run."""
    rounds = [
        await _Round.begin(ctx, client, pace) for client in ctx.providers.values() if client.capabilities.evaluations
    ]
    await _run_all([each.run() for each in rounds])
    due = [reminder for each in rounds for reminder in each.due]
    reported = await _report(ctx, due)
    await _refresh(ctx)
    return Sweep(
        sum(len(each.projects) for each in rounds),
        sum(each.running for each in rounds),
        reported,
        sum(each.unreadable for each in rounds),
    )


@dataclass(slots=True)
class _Round:
    """One provider's part of a sweep. Of what was read, only due reminders are kept."""

    ctx: Context
    client: ProviderClient
    pace: Pace
    watch: Watch
    projects: Sequence[str]
    """Ids, in the order in which they are read."""
    known: dict[str, list[Reminder]]
    """Evaluations that ran when the sweep began, by project id."""
    muted: frozenset[str]
    """Ids of projects that nobody is reminded about."""
    began: datetime
    read: int = 0
    running: int = 0
    failed: int = 0
    in_a_row: int = 0
    fault: str = ""
    last: str = ""
    """Id of the last project that was begun."""
    due: list[Reminder] = field(default_factory=list)

    @classmethod
    async def begin(cls, ctx: Context, client: ProviderClient, pace: Pace) -> _Round:
        """Continue after the project where the last sweep stopped; includes deleted projects with open reminders."""
        async with ctx.store.read() as tx:
            watch = await tx.watch(client.name)
            running = [each for each in await tx.reminders(open_only=True) if each.provider == client.name]
            muted = frozenset(each.project_id for each in await tx.muted() if each.provider == client.name)
        open_reminders: dict[str, list[Reminder]] = defaultdict(list)
        for reminder in running:
            open_reminders[reminder.project_id].append(reminder)
        ids = sorted({*ctx.index.caches[client.name].entries, *open_reminders})
        first = bisect_right(ids, watch.resume_after)
        return cls(ctx, client, pace, watch, ids[first:] + ids[:first], dict(open_reminders), muted, ctx.clock.now())

    @property
    def is_down(self) -> bool:
        """Whether the provider does not answer at all."""
        unknown = not self.projects and self.ctx.index.caches[self.client.name].problem is not None
        return self.in_a_row >= self.pace.give_up_after or (self.failed > 0 and self.read == 0) or unknown

    @property
    def unreadable(self) -> int:
        """How many projects failed, or were skipped because others failed."""
        return len(self.projects) - self.read if self.is_down else self.failed

    async def run(self) -> None:
        """Read until all projects are read, the time is over, or the provider counts as down."""
        now = asyncio.get_running_loop().time
        deadline, next_log = now() + self.pace.seconds, now() + self.pace.tell_after
        queue = iter(self.projects)

        async def worker() -> None:
            nonlocal next_log
            for project_id in self._until(queue, deadline):
                project = self._project(project_id)
                if project is not None:
                    await self._read_project(project)
                if now() >= next_log:
                    next_log = now() + self.pace.tell_after
                    log.info("evaluations.sweep", provider=self.client.name, read=self.read, of=len(self.projects))

        await _run_all([worker() for _ in range(self.pace.calls)])
        await self._save_progress(finished=next(queue, None) is None)

    def _project(self, project_id: str) -> Project | None:
        """The project with its current name, or its last known name if it was deleted.

        None if it was deleted since the sweep began, and no evaluation of it was known: then there is nothing to end.
        """
        project = self.ctx.index.project(self.client.name, project_id)
        if project is None and project_id in self.known:
            return evaluation_reports.project_of(self.known[project_id][0])
        return project

    def _until(self, queue: Iterator[str], deadline: float) -> Iterator[str]:
        for project_id in queue:
            self.last = project_id
            yield project_id
            if self.in_a_row >= self.pace.give_up_after or asyncio.get_running_loop().time() >= deadline:
                return

    async def _read_project(self, project: Project) -> None:
        """Read one project, in one call."""
        evaluations: Sequence[Evaluation] = ()
        try:
            evaluations = await self.client.evaluations(project, scores=False)
        except ProviderError as error:
            fault = error.problem.fault
            if fault is not Fault.NOT_FOUND:  # a deleted project has no evaluations
                self.failed += 1
                self.in_a_row += fault not in OF_ONE_PROJECT
                self.fault = fault.value
                log.warning("evaluations.unreadable", project=project.id, fault=fault)
                return
        self.read += 1
        self.in_a_row = 0
        status = {evaluation.id: evaluation.status for evaluation in evaluations}
        reminders = {reminder.evaluation_id: reminder for reminder in self.known.get(project.id, ())}
        new = [
            evaluation for evaluation in evaluations if evaluation.status == RUNNING and evaluation.id not in reminders
        ]
        if new:
            reminders |= {each.evaluation_id: each for each in await self._save_new(project, new)}
        for reminder in reminders.values():
            if status.get(reminder.evaluation_id) != RUNNING:
                await switches.end(self.ctx, reminder, status.get(reminder.evaluation_id, evaluation_reports.GONE))
                continue
            self.running += 1
            now = self.ctx.clock.now()
            if set_right(reminder, now) != reminder:
                await self._set_right(reminder, now)
            elif project.id not in self.muted and is_due(reminder, self.ctx.running_threshold, self.ctx.reminding, now):
                self.due.append(reminder)

    async def _set_right(self, reminder: Reminder, now: datetime) -> None:
        """Correct a reminder that was stored while our clock was ahead: it counts from now."""
        async with self.ctx.store.write() as tx:
            await tx.save_reminder(set_right(await tx.reminder(*reminder.key) or reminder, now))

    async def _save_new(self, project: Project, evaluations: Sequence[Evaluation]) -> list[Reminder]:
        """Store reminders of evaluations that are running for the first time, or again."""
        reminders = []
        async with self.ctx.store.write() as tx:
            for evaluation in evaluations:
                reminder = await tx.reminder(project.provider, evaluation.id)
                if reminder is not None and reminder.ended_at is not None and reminder.ended_at >= self.began:
                    continue  # it was ended here after we read it
                if reminder is None or reminder.ended_at is not None:
                    since = evaluation.created_at if reminder is None else self.ctx.clock.now()
                    reminder = Reminder(project.provider, project.id, project.name, evaluation.id, since)
                    await tx.save_reminder(reminder)
                reminders.append(reminder)
        return reminders

    async def _save_progress(self, *, finished: bool) -> None:
        """Store where to continue, and since when the provider has been down."""
        now, watch = self.ctx.clock.now(), self.watch
        if self.is_down and not watch.is_down:
            watch = replace(watch, down_since=now, down_until=None)
        elif self.read and watch.is_down:
            watch = replace(watch, down_until=now)
        watch = replace(
            watch,
            fault=self.fault if watch.is_down else "",
            resume_after="" if finished else self.watch.resume_after if self.is_down else self.last,
        )
        if watch != self.watch:
            async with self.ctx.store.write() as tx:
                await tx.save_watch(watch)


async def _run_all(work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run concurrently. When one fails, the others are cancelled."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _report(ctx: Context, due: Sequence[Reminder]) -> int:
    """Report due evaluations, each once, even if several processes sweep. Returns how many were reported."""
    by_channel: dict[str, list[Reminder]] = defaultdict(list)
    for reminder in sorted(due, key=lambda each: each.key):  # in a fixed order, so that two processes never deadlock
        channel = evaluation_reports.channel_of(ctx, evaluation_reports.project_of(reminder))
        if channel is not None:
            by_channel[channel].append(reminder)
    count = 0
    for channel, reminders in by_channel.items():
        async with ctx.store.write() as tx:
            claimed = [stored for each in reminders if (stored := await _claim(ctx, tx, each)) is not None]
            new, old = await _save_notices(ctx, tx, claimed, channel)
        count += len(claimed)
        await switches.show(ctx, [*new, *old])
    return count


async def _claim(ctx: Context, tx: WriteTransaction, due: Reminder) -> Reminder | None:
    """The stored reminder, if it is still due and no other process reports it."""
    now = ctx.clock.now()
    reminder = await tx.reminder(*due.key)
    if reminder is None or not is_due(reminder, ctx.running_threshold, ctx.reminding, now):
        return None
    idempotency_key = f"reminded:{evaluation_reports.subject_of(reminder, reminder.times + 1)}"
    return reminder if await tx.claim_once(idempotency_key, now + DAY) else None


async def _save_notices(
    ctx: Context, tx: WriteTransaction, claimed: Sequence[Reminder], channel: str
) -> tuple[list[str], list[str]]:
    """Store notices: one per evaluation, or one list. Returns the subjects of new and of replaced messages."""
    now = ctx.clock.now()
    kind = NoticeKind.EVALUATION_LIST if len(claimed) > AT_ONCE else NoticeKind.EVALUATION
    list_subject = evaluation_reports.new_list()
    new_subjects: list[str] = []
    for reminder in sorted(claimed, key=lambda each: (each.first_seen, each.key)):
        single = evaluation_reports.subject_of(reminder, reminder.times + 1)
        subject = single if kind is NoticeKind.EVALUATION else list_subject
        await tx.save_reminder(said(reminder, now, subject))
        new_subjects.append(subject)
    new_subjects = list(dict.fromkeys(new_subjects))
    for subject in new_subjects:
        await tx.add_notice(Notice(new_id(), kind, subject, Place(ctx.org, ctx.team, channel), now))
        if ctx.reminding.owner is not None:
            place = Place(ctx.org, ctx.team, ctx.reminding.owner)
            await tx.add_notice(Notice(new_id(), TO_THE_OWNER[kind], subject, place, now))
    replaced = list(dict.fromkeys(reminder.said_in for reminder in claimed if reminder.said_in))
    for subject in replaced:
        await switches.touch(tx, subject)
    return new_subjects, replaced


async def _refresh(ctx: Context) -> None:
    """Update reports that are older than `FRESH`, in working hours: their progress may have changed."""
    now = ctx.clock.now()
    if not ctx.reminding.hours.hold(now):
        return
    async with ctx.store.read() as tx:
        running = await tx.reminders(open_only=True)
    posted_at = {reminder.said_in: reminder.said_at for reminder in running if reminder.said_in}
    touched = []
    for subject, at in posted_at.items():
        if at is not None and now - at < FRESH:
            continue
        async with ctx.store.write() as tx:
            if await tx.claim_once(f"refreshed:{subject}", now + FRESH):
                await switches.touch(tx, subject, standing=True)
                touched.append(subject)
    await switches.show(ctx, touched)
