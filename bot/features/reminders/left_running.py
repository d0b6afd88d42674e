"""Evaluations left running: a sweep over every project of every provider that has evaluations.

It is cheap: one call for each project, a few at once, and of what was read only what is due is kept. It may be cut off
at any moment: where it stopped is remembered, so that the next one goes on there.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

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
from bot.store import WriteTransaction

log = get_logger(__name__)

DAY = timedelta(days=1)

AT_ONCE = 5
"""More evaluations than these that are due in one channel at once are one list."""

FRESH = timedelta(hours=1)
"""How old what a report shows may be."""

OF_ONE_PROJECT = frozenset({Fault.FORBIDDEN, Fault.INVALID, Fault.UNINTELLIGIBLE})
"""Faults that say nothing about other projects of the same provider."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much of a provider a sweep takes, and for how long."""

    calls: int = 4
    """At once, of the sixteen that a client makes: people who type are not to wait for a sweep."""
    seconds: float = 200.0
    """Nothing more is read after so long: less than the limit of the job."""
    tell_after: float = 20.0
    """Seconds between two lines in the log."""
    give_up_after: int = 3
    """Faults in a row after which a provider counts as down."""


PACE = Pace()


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one sweep saw. `unreadable` projects were asked for in vain, or not any more."""

    projects: int
    running: int
    reported: int
    unreadable: int


async def sweep(ctx: Context, pace: Pace = PACE) -> Sweep:
    """Read the evaluations; say what has run for too long, end what no longer runs."""
    rounds = [
        await _Round.begin(ctx, client, pace) for client in ctx.providers.values() if client.capabilities.evaluations
    ]
    await _all([each.run() for each in rounds])
    due = [reminder for each in rounds for reminder in each.due]
    reported = await _say(ctx, due)
    await _refresh(ctx)
    return Sweep(
        sum(len(each.projects) for each in rounds),
        sum(each.running for each in rounds),
        reported,
        sum(each.unreadable for each in rounds),
    )


@dataclass(slots=True)
class _Round:
    """One provider's part of a sweep. Only what is due is kept of what was read."""

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
    """Id of the project that was taken up last."""
    due: list[Reminder] = field(default_factory=list)

    @classmethod
    async def begin(cls, ctx: Context, client: ProviderClient, pace: Pace) -> _Round:
        """Go on after the project where the last one stopped. Projects that are gone are asked for once more."""
        async with ctx.store.read() as tx:
            watch = await tx.watch(client.name)
            running = [each for each in await tx.reminders(open_only=True) if each.provider == client.name]
            muted = frozenset(each.project_id for each in await tx.muted() if each.provider == client.name)
        known: dict[str, list[Reminder]] = defaultdict(list)
        for reminder in running:
            known[reminder.project_id].append(reminder)
        ids = sorted({*ctx.index.caches[client.name].entries, *known})
        first = bisect_right(ids, watch.resume_after)
        return cls(ctx, client, pace, watch, ids[first:] + ids[:first], dict(known), muted, ctx.clock.now())

    @property
    def is_down(self) -> bool:
        """Whether the provider does not answer at all."""
        unknown = not self.projects and self.ctx.index.caches[self.client.name].problem is not None
        return self.in_a_row >= self.pace.give_up_after or (self.failed > 0 and self.read == 0) or unknown

    @property
    def unreadable(self) -> int:
        """How many projects were asked for in vain, or not any more because others were."""
        return len(self.projects) - self.read if self.is_down else self.failed

    async def run(self) -> None:
        """Read until everything is read, the time is over, or the provider does not answer."""
        now = asyncio.get_running_loop().time
        ends, tells = now() + self.pace.seconds, now() + self.pace.tell_after
        queue = iter(self.projects)

        async def work() -> None:
            nonlocal tells
            for project_id in self._until(queue, ends):
                await self._look(self._project(project_id))
                if now() >= tells:
                    tells = now() + self.pace.tell_after
                    log.info("evaluations.sweep", provider=self.client.name, read=self.read, of=len(self.projects))

        await _all([work() for _ in range(self.pace.calls)])
        await self._note(finished=next(queue, None) is None)

    def _project(self, project_id: str) -> Project:
        """The project as it is called now; one that is gone as it was called."""
        found = self.ctx.index.project(self.client.name, project_id)
        return found or evaluation_reports.project_of(self.known[project_id][0])

    def _until(self, queue: Iterator[str], ends: float) -> Iterator[str]:
        for project_id in queue:
            self.last = project_id
            yield project_id
            if self.in_a_row >= self.pace.give_up_after or asyncio.get_running_loop().time() >= ends:
                return

    async def _look(self, project: Project) -> None:
        """One project: one call."""
        found: Sequence[Evaluation] = ()
        try:
            found = await self.client.evaluations(project, scores=False)
        except ProviderError as error:
            fault = error.problem.fault
            if fault is not Fault.NOT_FOUND:  # a project that is gone has no evaluations
                self.failed += 1
                self.in_a_row += fault not in OF_ONE_PROJECT
                self.fault = fault.value
                log.warning("evaluations.unreadable", project=project.id, fault=fault)
                return
        self.read += 1
        self.in_a_row = 0
        status = {one.id: one.status for one in found}
        known = {reminder.evaluation_id: reminder for reminder in self.known.get(project.id, ())}
        new = [one for one in found if one.status == RUNNING and one.id not in known]
        if new:
            known |= {each.evaluation_id: each for each in await self._remembered(project, new)}
        for reminder in known.values():
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
        """Our clock was ahead when it was written down: it counts from now."""
        async with self.ctx.store.write() as tx:
            await tx.save_reminder(set_right(await tx.reminder(*reminder.key) or reminder, now))

    async def _remembered(self, project: Project, found: Sequence[Evaluation]) -> list[Reminder]:
        """Write down evaluations that were not seen running before, or that run again."""
        kept = []
        async with self.ctx.store.write() as tx:
            for one in found:
                known = await tx.reminder(project.provider, one.id)
                if known is not None and known.ended_at is not None and known.ended_at >= self.began:
                    continue  # it was ended here after we looked
                if known is None or known.ended_at is not None:
                    since = one.created_at if known is None else self.ctx.clock.now()
                    known = Reminder(project.provider, project.id, project.name, one.id, since)
                    await tx.save_reminder(known)
                kept.append(known)
        return kept

    async def _note(self, *, finished: bool) -> None:
        """Remember where to go on, and since when the provider does not answer."""
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


async def _all(work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Do it side by side. Where one part fails, the others end with it."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _say(ctx: Context, due: Sequence[Reminder]) -> int:
    """Say what is due, each evaluation once however many processes sweep. Answers how many were said."""
    by_channel: dict[str, list[Reminder]] = defaultdict(list)
    for reminder in sorted(due, key=lambda each: each.key):  # in one order, so that two processes never block
        channel = evaluation_reports.channel_of(ctx, evaluation_reports.project_of(reminder))
        if channel is not None:
            by_channel[channel].append(reminder)
    count = 0
    for channel, together in by_channel.items():
        async with ctx.store.write() as tx:
            claimed = [known for each in together if (known := await _claimed(ctx, tx, each)) is not None]
            new, old = await _write_down(ctx, tx, claimed, channel)
        count += len(claimed)
        await switches.show(ctx, [*new, *old])
    return count


async def _claimed(ctx: Context, tx: WriteTransaction, due: Reminder) -> Reminder | None:
    """The reminder as it stands, if it is still due and nobody else says it."""
    now = ctx.clock.now()
    known = await tx.reminder(*due.key)
    if known is None or not is_due(known, ctx.running_threshold, ctx.reminding, now):
        return None
    idempotency_key = f"reminded:{evaluation_reports.subject_of(known, known.times + 1)}"
    return known if await tx.claim_once(idempotency_key, now + DAY) else None


async def _write_down(
    ctx: Context, tx: WriteTransaction, claimed: Sequence[Reminder], channel: str
) -> tuple[list[str], list[str]]:
    """Want it said: in a message each, or in one list. Answers the subjects of new and of replaced messages."""
    now = ctx.clock.now()
    kind = NoticeKind.EVALUATION_LIST if len(claimed) > AT_ONCE else NoticeKind.EVALUATION
    common = evaluation_reports.new_list()
    new: list[str] = []
    for reminder in sorted(claimed, key=lambda each: (each.first_seen, each.key)):
        single = evaluation_reports.subject_of(reminder, reminder.times + 1)
        subject = single if kind is NoticeKind.EVALUATION else common
        await tx.save_reminder(said(reminder, now, subject))
        new.append(subject)
    new = list(dict.fromkeys(new))
    for subject in new:
        await tx.add_notice(Notice(new_id(), kind, subject, Place(ctx.org, ctx.team, channel), now))
        if ctx.reminding.owner is not None:
            place = Place(ctx.org, ctx.team, ctx.reminding.owner)
            await tx.add_notice(Notice(new_id(), TO_THE_OWNER[kind], subject, place, now))
    old = list(dict.fromkeys(reminder.said_in for reminder in claimed if reminder.said_in))
    for subject in old:
        await switches.touch(tx, subject)
    return new, old


async def _refresh(ctx: Context) -> None:
    """Bring reports up to date that have stood for a while, in working hours: by now more may be done."""
    now = ctx.clock.now()
    if not ctx.reminding.hours.hold(now):
        return
    async with ctx.store.read() as tx:
        running = await tx.reminders(open_only=True)
    said_at = {reminder.said_in: reminder.said_at for reminder in running if reminder.said_in}
    touched = []
    for subject, at in said_at.items():
        if at is not None and now - at < FRESH:
            continue
        async with ctx.store.write() as tx:
            if await tx.claim_once(f"refreshed:{subject}", now + FRESH):
                await switches.touch(tx, subject, standing=True)
                touched.append(subject)
    await switches.show(ctx, touched)
