"""Evaluations left running: found, reported once, kept current, completed or snoozed from the report."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.clients.base import ProviderClient, ProviderError, Unsure
from bot.domain.actors import Actor, Place
from bot.domain.changes import Event
from bot.domain.errors import Code, Fault, Lifter, Problem, Reason
from bot.domain.evaluations import COMPLETED, RUNNING, Evaluation
from bot.domain.names import Project
from bot.domain.notices import Notice, NoticeKind, Reminder
from bot.domain.outcomes import EvaluationUpdated, Failed, NotFound, Outcome, Refused, Snoozed
from bot.domain.policies import Denied, Lookup, StatusUpdate, decide
from bot.logs import current_request_id, get_logger
from bot.usecases.context import Context, entry, new_id
from bot.usecases.delivery import deliver
from bot.usecases.reports import GONE, key_of, subject_of

log = get_logger(__name__)

DAY = timedelta(days=1)

CONCURRENCY = 8
"""Provider calls at once during a sweep."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one sweep saw."""

    projects: int
    running: int
    reported: int
    unreadable: int


async def sweep(ctx: Context) -> Sweep:
    """Read every project's evaluations; report what has been running for too long, end what no longer runs."""
    gate = asyncio.Semaphore(CONCURRENCY)

    looked_at = ctx.clock.now()

    async def read(project: Project) -> tuple[Project, Sequence[Evaluation] | None]:
        async with gate:
            try:
                return project, await ctx.provider(project.provider).evaluations(project)
            except ProviderError as error:
                log.warning("evaluations.unreadable", project=project.id, fault=error.problem.fault)
                return project, None

    projects = [
        found.project for found in ctx.index.entries() if ctx.provider(found.project.provider).capabilities.evaluations
    ]
    seen = await asyncio.gather(*(read(project) for project in projects))
    readable = [(project, found) for project, found in seen if found is not None]
    running = [(project, one) for project, found in readable for one in found if one.status == RUNNING]
    reported = 0
    for project, evaluation in running:
        reported += await _watch(ctx, project, evaluation, looked_at)
    await _end_those_that_stopped(ctx, {project.key: found for project, found in readable})
    return Sweep(len(projects), len(running), reported, len(seen) - len(readable))


async def _watch(ctx: Context, project: Project, evaluation: Evaluation, looked_at: datetime) -> int:
    """Remember a running evaluation; report it when it is time. Answers 1 when something was said."""
    now = ctx.clock.now()
    async with ctx.store.read() as tx:
        known = await tx.reminder(project.provider, evaluation.id)
        if known is not None and known.ended_at is not None and known.ended_at >= looked_at:
            return 0  # it was ended here after we looked
        at_work = ctx.reminding.hours.hold(now)
        reminder, woken = _reminder_now(known, project, evaluation, now, at_work=at_work)
        told = await tx.notice_for(NoticeKind.EVALUATION, subject_of(reminder))
    due = now - reminder.first_seen >= ctx.running_threshold and reminder.snoozed_until is None
    channel = ctx.evaluations_channel or ctx.default_channel
    say = channel is not None and due and (told is None or woken) and at_work
    if reminder == known and not say:
        return 0
    subject = subject_of(reminder)
    async with ctx.store.write() as tx:
        if woken and known is not None and not await tx.claim_once(f"woken:{subject}:{known.snoozed_until}", now + DAY):
            return 0  # another process was faster
        await tx.save_reminder(reminder)
        if say and channel is not None:
            place = Place(ctx.org, ctx.team, channel)
            added = await tx.add_notice(Notice(new_id(), NoticeKind.EVALUATION, subject, place, now))
            if not added and woken:
                await tx.repost_notice(NoticeKind.EVALUATION, subject)
        notice = await tx.notice_for(NoticeKind.EVALUATION, subject)
    if notice is None or not say:
        return 0
    await deliver(ctx, notice)
    return 1


def _reminder_now(
    known: Reminder | None, project: Project, evaluation: Evaluation, now: datetime, *, at_work: bool
) -> tuple[Reminder, bool]:
    """What to remember about an evaluation that runs, and whether its snooze has just ended."""
    if known is None:
        return Reminder(project.provider, project.id, project.name, evaluation.id, evaluation.created_at), False
    if known.ended_at is not None:  # it runs again
        return Reminder(project.provider, project.id, project.name, evaluation.id, now), False
    woken = known.snoozed_until is not None and known.snoozed_until <= now and at_work
    return (replace(known, snoozed_until=None) if woken else known), woken


async def _end_those_that_stopped(ctx: Context, seen: Mapping[tuple[str, str], Sequence[Evaluation]]) -> None:
    """Reports whose evaluation stopped, or vanished, say so by themselves; `seen` is by project."""
    async with ctx.store.read() as tx:
        open_ones = await tx.reminders(open_only=True)
    for reminder in open_ones:
        found = seen.get((reminder.provider, reminder.project_id))
        if found is None:
            continue
        status = next((one.status for one in found if one.id == reminder.evaluation_id), GONE)
        if status != RUNNING:
            await _save_and_show(ctx, replace(reminder, ended_at=ctx.clock.now(), ended_as=status))


async def _save_and_show(ctx: Context, reminder: Reminder) -> None:
    async with ctx.store.write() as tx:
        await tx.save_reminder(reminder)
        await tx.touch_notice(NoticeKind.EVALUATION, subject_of(reminder))
        notice = await tx.notice_for(NoticeKind.EVALUATION, subject_of(reminder))
    if notice is not None:
        await deliver(ctx, notice)


async def set_status(ctx: Context, word: str, status: str, actor: Actor) -> Outcome:
    """Set an evaluation's status; `word` is its id, or ``provider:id`` as on buttons."""
    found = await find(ctx, word)
    if not isinstance(found, Evaluation):
        return found
    answer = decide(StatusUpdate(actor, found, status))
    if isinstance(answer, Denied):
        return Refused(answer.reasons)
    client = ctx.provider(found.provider)
    async with ctx.store.read() as tx:
        reminder = await tx.reminder(found.provider, found.id)
    project = await project_of(ctx, found)
    if project is None:
        project = Project(found.provider, found.project_id, reminder.project_name if reminder else "")
    try:
        updated = await _set(client, project, found.id, status)
    except ProviderError as error:
        return Failed(replace(error.problem, reference=current_request_id()))
    if updated.status != status:
        problem = Problem(Fault.NO_EFFECT, found.provider, "setting the status of an evaluation")
        return Failed(replace(problem, reference=current_request_id()))
    event = Event.EVALUATION_COMPLETED if status == COMPLETED else Event.EVALUATION_REOPENED
    async with ctx.store.write() as tx:
        await tx.record(entry(event, f"{found.provider}:{found.id}", ctx.clock.now(), actor))
    if reminder is not None and reminder.ended_at is None and status != RUNNING:
        ended = replace(reminder, ended_at=ctx.clock.now(), ended_as=status, ended_by=actor.user_id)
        await _save_and_show(ctx, ended)
    return EvaluationUpdated(updated, project.name)


async def _set(client: ProviderClient, project: Project, evaluation_id: str, status: str) -> Evaluation:
    """Set the status. An answer that is lost is looked for."""
    try:
        return await client.set_evaluation_status(project, evaluation_id, status)
    except Unsure:
        now = await client.evaluation(project, evaluation_id)
        if now.status != status:
            raise
        return now


async def snooze(ctx: Context, word: str, actor: Actor, span: timedelta) -> Outcome:
    """Keep the report about an evaluation quiet for a while."""
    answer = decide(Lookup(actor))
    if isinstance(answer, Denied):
        return Refused(answer.reasons)
    provider, evaluation_id = key_of(word)
    async with ctx.store.read() as tx:
        reminder = await tx.reminder(provider, evaluation_id)
    if reminder is None or reminder.ended_at is not None:
        return NotFound("evaluation", evaluation_id)
    until = ctx.clock.now() + span
    async with ctx.store.write() as tx:
        await tx.record(entry(Event.REMINDER_SNOOZED, f"{provider}:{evaluation_id}", ctx.clock.now(), actor))
    await _save_and_show(ctx, replace(reminder, snoozed_until=until))
    return Snoozed(evaluation_id, until.isoformat())


async def find(ctx: Context, word: str) -> Evaluation | Failed | NotFound | Refused:
    """The evaluation by its id, at the provider that the word names or at the first that has it."""
    provider, _, rest = word.partition(":")
    asked = [provider] if rest and provider in ctx.providers else list(ctx.providers)
    names = [name for name in asked if ctx.provider(name).capabilities.evaluations]
    if not names:
        return Refused((Reason(Code.KEEPS_NO_EVALUATIONS, Lifter.NOBODY, {"provider": asked[0]}),))
    evaluation_id = rest if rest and provider in ctx.providers else word
    failure: Failed | None = None
    for name in names:
        async with ctx.store.read() as tx:
            reminder = await tx.reminder(name, evaluation_id)
        project = Project(name, reminder.project_id, reminder.project_name) if reminder else Project(name, "", "")
        try:
            return await ctx.provider(name).evaluation(project, evaluation_id)
        except ProviderError as error:
            if error.problem.fault not in (Fault.NOT_FOUND, Fault.INVALID):  # no id at all is no id of ours
                failure = Failed(replace(error.problem, reference=current_request_id()))
    return failure or NotFound("evaluation", word)


async def project_of(ctx: Context, evaluation: Evaluation) -> Project | None:
    """The project of an evaluation, which the service does not answer: that of its config."""

    def known() -> Project | None:
        config = ctx.index.config(evaluation.provider, evaluation.config_id)
        return ctx.index.project(evaluation.provider, config.project_id if config else evaluation.project_id)

    found = known()
    if found is None and await ctx.index.miss():
        found = known()
    return found
