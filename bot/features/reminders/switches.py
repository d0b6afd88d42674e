"""What people can do with reminders: snooze, stop, mute a project, list them, send a sample."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.context import Context, entry, new_id
from bot.domain.actors import Actor, Place
from bot.domain.base import Outcome
from bot.domain.changes import Event
from bot.domain.facts import Denied, ReminderChange
from bot.domain.names import Project
from bot.domain.notices import Muted, Notice, NoticeKind, Reminder
from bot.domain.outcomes import EvaluationReports, NotFound, Refused, RemindersSwitched, SampleSent, Snoozed
from bot.domain.policies import decide
from bot.domain.reminder_hours import Snooze, next_times
from bot.domain.views import ReminderList, ReminderRow
from bot.grammar import say
from bot.grammar.commands import Command, Name, Reminders, ShowEvaluation
from bot.outbox import evaluation_reports
from bot.outbox.delivery import deliver
from bot.resolve.labels import unique
from bot.resolve.resolver import Resolved, resolve

if TYPE_CHECKING:
    from bot.store import WriteTransaction

PAGE = 8
"""Evaluations on one page of the list of reminders."""

Change = Callable[[Reminder], Reminder]


async def touch(tx: WriteTransaction, subject: str, *, standing: bool = False) -> None:
    """Mark the messages of this subject for an update; with `standing` only those already posted."""
    for kind in evaluation_reports.REPORTS:
        notice = await tx.notice_for(kind, subject)
        if notice is not None and (notice.at is not None or not standing):
            await tx.touch_notice(kind, subject)


async def show(ctx: Context, subjects: Iterable[str]) -> None:
    """Update the messages of these subjects now, as far as Slack accepts it."""
    async with ctx.store.read() as tx:
        notices = [await tx.notice_for(kind, subject) for subject in subjects for kind in evaluation_reports.REPORTS]
    for notice in notices:
        if notice is not None and notice.wanted > notice.shown:
            await deliver(ctx, notice)


async def end(ctx: Context, running: Reminder, status: str, *, by: str = "") -> None:
    """The evaluation of the reminder `running` no longer runs: end it, and update its report."""
    async with ctx.store.write() as tx:
        stored = await tx.reminder(*running.key)
        if stored is None or stored.ended_at is not None or stored.first_seen != running.first_seen:
            return
        await tx.save_reminder(replace(stored, ended_at=ctx.clock.now(), ended_as=status, ended_by=by))
        await touch(tx, stored.said_in)
    await show(ctx, [stored.said_in])


async def snooze(ctx: Context, word: str, actor: Actor, choice: Snooze) -> Outcome:
    """Snooze the reminders behind a button; mornings are in the person's time zone."""
    until = choice.until(ctx.clock.now(), ZoneInfo(actor.tz))

    def change(reminder: Reminder) -> Reminder:
        return replace(reminder, snoozed_until=until, stopped_by="")

    changed = await _switch(ctx, word, actor, Event.REMINDER_SNOOZED, change, until=until.isoformat())
    if not isinstance(changed, tuple):
        return changed
    next_at = ctx.reminding.hours.next(until)
    return Snoozed(changed[0].evaluation_id, until.isoformat(), next_at.isoformat(), len(changed))


async def stop(ctx: Context, word: str, actor: Actor) -> Outcome:
    """Stop the reminders behind a button."""
    return await _switch_and_report(
        ctx, word, actor, Event.REMINDER_STOPPED, lambda reminder: replace(reminder, stopped_by=actor.user_id)
    )


async def resume(ctx: Context, word: str, actor: Actor) -> Outcome:
    """Resume reminders that were stopped or snoozed."""
    return await _switch_and_report(
        ctx, word, actor, Event.REMINDER_RESUMED, lambda reminder: replace(reminder, stopped_by="", snoozed_until=None)
    )


async def _switch_and_report(ctx: Context, word: str, actor: Actor, event: Event, change: Change) -> Outcome:
    changed = await _switch(ctx, word, actor, event, change)
    return RemindersSwitched(event, changed[0].evaluation_id, len(changed)) if isinstance(changed, tuple) else changed


async def _switch(
    ctx: Context, word: str, actor: Actor, event: Event, change: Change, **facts: str
) -> tuple[Reminder, ...] | Refused | NotFound:
    """Change the reminders behind a button whose evaluations still run, and update their reports."""
    async with ctx.store.write() as tx:
        reminders = await _reminders_of(tx, word)
        running = tuple(reminder for reminder in reminders if reminder.ended_at is None)
        answer = decide(ReminderChange(actor, over=bool(reminders) and not running))
        if isinstance(answer, Denied):
            return Refused(answer.reasons)
        if not running:
            return NotFound("evaluation", evaluation_reports.key_of(word)[1])
        for reminder in running:
            if change(reminder) != reminder:
                await tx.save_reminder(change(reminder))
                subject = ":".join(reminder.key)
                await tx.record(entry(event, subject, ctx.clock.now(), actor, **facts))
        said_in = list(dict.fromkeys(reminder.said_in for reminder in running))
        for subject in said_in:
            await touch(tx, subject)
    await show(ctx, said_in)
    return running


async def _reminders_of(tx: WriteTransaction, word: str) -> tuple[Reminder, ...]:
    """The reminders behind a button: of one evaluation, or of all in a list."""
    if word.startswith(evaluation_reports.LIST):
        return await tx.reminders_in(word)
    reminder = await tx.reminder(*evaluation_reports.key_of(word))
    return (reminder,) if reminder is not None else ()


async def page(ctx: Context, subject: str, number: int) -> Outcome:
    """Another page of a posted list."""
    view = await evaluation_reports.evaluations_view(ctx, subject, number)
    return EvaluationReports(view) if view is not None else NotFound("evaluation", subject)


async def answer(ctx: Context, commands: Sequence[Command], actor: Actor, *, page: int = 1) -> Outcome:
    """Run *reminders*, with or without a verb, in the reading that resolves."""
    readings = [reading for reading in commands if isinstance(reading, Reminders)]
    if readings[0].verb == "test":
        return await _sample(ctx, actor)
    deleted = await _deleted_project(ctx, readings[0])
    if deleted is not None:
        return await _unmute(ctx, deleted, actor)
    resolved = await resolve(ctx.index, readings, Reminders)
    if not isinstance(resolved, Resolved):
        return resolved
    project = resolved.project
    match resolved.command.verb:
        case "mute" if project is not None:
            return await _mute(ctx, project, actor)
        case "unmute" if project is not None:
            return await _unmute(ctx, project, actor)
        case _:
            return await _listed(ctx, project, resolved.line(ctx.index), page)


async def _deleted_project(ctx: Context, command: Reminders) -> Project | None:
    """The muted project of an *unmute*, if it was deleted at the provider, so that the index does not have it."""
    if command.verb != "unmute" or command.project is None or ctx.index.projects(command.project):
        return None
    async with ctx.store.read() as tx:
        muted = await tx.muted()
    word = command.project.text.casefold()
    matches = [each for each in muted if word in (each.project_id.casefold(), each.project_name.casefold())]
    return Project(matches[0].provider, matches[0].project_id, matches[0].project_name) if matches else None


async def _mute(ctx: Context, project: Project, actor: Actor) -> Outcome:
    now = ctx.clock.now()
    muted = Muted(project.provider, project.id, project.name, actor.user_id, now)
    return await _set_muted(ctx, project, actor, Event.REMINDER_MUTED, lambda tx: tx.mute(muted), "unmute")


async def _unmute(ctx: Context, project: Project, actor: Actor) -> Outcome:
    return await _set_muted(
        ctx, project, actor, Event.REMINDER_UNMUTED, lambda tx: tx.unmute(project.provider, project.id), "mute"
    )


async def _set_muted(
    ctx: Context,
    project: Project,
    actor: Actor,
    event: Event,
    write: Callable[[WriteTransaction], Awaitable[bool]],
    opposite: str,
) -> Outcome:
    """Mute or unmute a project, and update its posted reports."""
    answer = decide(ReminderChange(actor))
    if isinstance(answer, Denied):
        return Refused(answer.reasons)
    async with ctx.store.write() as tx:
        changed = await write(tx)
        said_in: list[str] = []
        if changed:
            await tx.record(entry(event, ":".join(project.key), ctx.clock.now(), actor))
            running = await tx.reminders(open_only=True)
            affected = [each.said_in for each in running if (each.provider, each.project_id) == project.key]
            said_in = list(dict.fromkeys(affected))
            for subject in said_in:
                await touch(tx, subject)
    await show(ctx, said_in)
    indexed = ctx.index.project(*project.key)
    line = say(Reminders(opposite, unique(indexed, ctx.index.projects))) if indexed is not None else None
    return RemindersSwitched(event, project.name, len(said_in), already=not changed, line=line)


async def _sample(ctx: Context, actor: Actor) -> Outcome:
    """Send a person a sample, the same way as real reminders."""
    answer = decide(ReminderChange(actor))
    if isinstance(answer, Denied):
        return Refused(answer.reasons)
    now, subject = ctx.clock.now(), new_id()
    notice = Notice(new_id(), NoticeKind.SAMPLE, subject, Place(ctx.org, ctx.team, actor.user_id), now)
    async with ctx.store.write() as tx:
        await tx.add_notice(notice)
        await tx.record(entry(Event.REMINDER_TESTED, subject, now, actor))
    await deliver(ctx, notice)
    async with ctx.store.read() as tx:
        stored = await tx.notice(notice.id)
    return SampleSent(stored is not None and stored.at is not None)


async def _listed(ctx: Context, project: Project | None, line: str, page: int) -> ReminderList:
    async with ctx.store.read() as tx:
        running = await tx.reminders(open_only=True)
        muted = await tx.muted()
        watches = [await tx.watch(name) for name in ctx.providers]
    quiet = {(each.provider, each.project_id) for each in muted}
    now = ctx.clock.now()
    rows = []
    for reminder in running:
        its_project = evaluation_reports.project_of(reminder)
        if reminder.provider not in ctx.providers or (project is not None and its_project.key != project.key):
            continue
        times = next_times(reminder, ctx.running_threshold, ctx.reminding, now) if its_project.key not in quiet else ()
        name = reminder.evaluation_id if len(ctx.providers) == 1 else ":".join(reminder.key)
        rows.append(
            ReminderRow(
                reminder,
                evaluation_reports.channel_of(ctx, its_project),
                times,
                its_project.key in quiet,
                say(ShowEvaluation(Name(name))),
            )
        )
    rows.sort(key=lambda row: (not row.times, row.times[:1], row.reminder.first_seen))
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(page, 1), pages)
    return ReminderList(
        reminding=ctx.reminding,
        threshold=ctx.running_threshold,
        channel=ctx.evaluations_channel or ctx.default_channel,
        rows=tuple(rows[(page - 1) * PAGE : page * PAGE]),
        total=len(rows),
        muted=muted
        if project is None
        else tuple(each for each in muted if (each.provider, each.project_id) == project.key),
        down=tuple(watch for watch in watches if watch.is_down),
        project=project,
        page=page,
        pages=pages,
        line=line,
    )
