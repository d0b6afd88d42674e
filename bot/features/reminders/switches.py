"""What people want of reminders: later, never again, none of a project, to see when they come, to try one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
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
from bot.store import WriteTransaction

PAGE = 8
"""Evaluations on one page of the list of reminders."""

Change = Callable[[Reminder], Reminder]


async def touch(tx: WriteTransaction, subject: str, *, standing: bool = False) -> None:
    """Want the messages of this subject brought up to date; `standing`: only those that stand in Slack."""
    for kind in evaluation_reports.REPORTS:
        notice = await tx.notice_for(kind, subject)
        if notice is not None and (notice.at is not None or not standing):
            await tx.touch_notice(kind, subject)


async def show(ctx: Context, subjects: Iterable[str]) -> None:
    """Bring the messages of these subjects up to date now, as far as Slack takes them."""
    async with ctx.store.read() as tx:
        found = [await tx.notice_for(kind, subject) for subject in subjects for kind in evaluation_reports.REPORTS]
    for notice in found:
        if notice is not None and notice.wanted > notice.shown:
            await deliver(ctx, notice)


async def end(ctx: Context, seen: Reminder, status: str, *, by: str = "") -> None:
    """An evaluation that ran as `seen` runs no longer: its report says so by itself."""
    async with ctx.store.write() as tx:
        known = await tx.reminder(*seen.key)
        if known is None or known.ended_at is not None or known.first_seen != seen.first_seen:
            return
        await tx.save_reminder(replace(known, ended_at=ctx.clock.now(), ended_as=status, ended_by=by))
        await touch(tx, known.said_in)
    await show(ctx, [known.said_in])


async def snooze(ctx: Context, word: str, actor: Actor, choice: Snooze) -> Outcome:
    """Keep the reports that a button means quiet for a while; the person's zone says when a morning is."""
    until = choice.until(ctx.clock.now(), ZoneInfo(actor.tz))

    def change(reminder: Reminder) -> Reminder:
        return replace(reminder, snoozed_until=until, stopped_by="")

    found = await _switch(ctx, word, actor, Event.REMINDER_SNOOZED, change, until=until.isoformat())
    if not isinstance(found, tuple):
        return found
    comes = ctx.reminding.hours.next(until)
    return Snoozed(found[0].evaluation_id, until.isoformat(), comes.isoformat(), len(found))


async def stop(ctx: Context, word: str, actor: Actor) -> Outcome:
    """Remind nobody any more of what a button means."""
    return await _switched(
        ctx, word, actor, Event.REMINDER_STOPPED, lambda known: replace(known, stopped_by=actor.user_id)
    )


async def resume(ctx: Context, word: str, actor: Actor) -> Outcome:
    """Remind people again of what was stopped or put off."""
    return await _switched(
        ctx, word, actor, Event.REMINDER_RESUMED, lambda known: replace(known, stopped_by="", snoozed_until=None)
    )


async def _switched(ctx: Context, word: str, actor: Actor, event: Event, change: Change) -> Outcome:
    found = await _switch(ctx, word, actor, event, change)
    return RemindersSwitched(event, found[0].evaluation_id, len(found)) if isinstance(found, tuple) else found


async def _switch(
    ctx: Context, word: str, actor: Actor, event: Event, change: Change, **facts: str
) -> tuple[Reminder, ...] | Refused | NotFound:
    """Change what is remembered of each evaluation that a button means and that still runs; their reports follow."""
    async with ctx.store.write() as tx:
        found = await _meant(tx, word)
        running = tuple(reminder for reminder in found if reminder.ended_at is None)
        answer = decide(ReminderChange(actor, over=bool(found) and not running))
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


async def _meant(tx: WriteTransaction, word: str) -> tuple[Reminder, ...]:
    """What a button means: one evaluation, or all that a list says."""
    if word.startswith(evaluation_reports.LIST):
        return await tx.reminders_in(word)
    found = await tx.reminder(*evaluation_reports.key_of(word))
    return (found,) if found is not None else ()


async def page(ctx: Context, subject: str, number: int) -> Outcome:
    """Another page of a list that stands in Slack."""
    view = await evaluation_reports.evaluations_view(ctx, subject, number)
    return EvaluationReports(view) if view is not None else NotFound("evaluation", subject)


async def answer(ctx: Context, given: Sequence[Command], actor: Actor, *, page: int = 1) -> Outcome:
    """Carry out *reminders*, with or without a verb, whichever the readings mean."""
    readings = [reading for reading in given if isinstance(reading, Reminders)]
    if readings[0].verb == "test":
        return await _sample(ctx, actor)
    gone = await _muted_as(ctx, readings[0])
    if gone is not None:
        return await _unmute(ctx, gone, actor)
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


async def _muted_as(ctx: Context, reading: Reminders) -> Project | None:
    """The muted project that an *unmute* means and that the provider has no longer, so that no other name finds it."""
    if reading.verb != "unmute" or reading.project is None or ctx.index.projects(reading.project):
        return None
    async with ctx.store.read() as tx:
        muted = await tx.muted()
    word = reading.project.text.casefold()
    found = [each for each in muted if word in (each.project_id.casefold(), each.project_name.casefold())]
    return Project(found[0].provider, found[0].project_id, found[0].project_name) if found else None


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
    back: str,
) -> Outcome:
    """Mute or unmute; what stands in Slack about the project says so."""
    decided = decide(ReminderChange(actor))
    if isinstance(decided, Denied):
        return Refused(decided.reasons)
    async with ctx.store.write() as tx:
        changed = await write(tx)
        said_in: list[str] = []
        if changed:
            await tx.record(entry(event, ":".join(project.key), ctx.clock.now(), actor))
            running = await tx.reminders(open_only=True)
            here = [each.said_in for each in running if (each.provider, each.project_id) == project.key]
            said_in = list(dict.fromkeys(here))
            for subject in said_in:
                await touch(tx, subject)
    await show(ctx, said_in)
    known = ctx.index.project(*project.key)
    line = say(Reminders(back, unique(known, ctx.index.projects))) if known is not None else None
    return RemindersSwitched(event, project.name, len(said_in), already=not changed, line=line)


async def _sample(ctx: Context, actor: Actor) -> Outcome:
    """Send a person a sample, in the way in which real ones go."""
    decided = decide(ReminderChange(actor))
    if isinstance(decided, Denied):
        return Refused(decided.reasons)
    now, subject = ctx.clock.now(), new_id()
    notice = Notice(new_id(), NoticeKind.SAMPLE, subject, Place(ctx.org, ctx.team, actor.user_id), now)
    async with ctx.store.write() as tx:
        await tx.add_notice(notice)
        await tx.record(entry(Event.REMINDER_TESTED, subject, now, actor))
    await deliver(ctx, notice)
    async with ctx.store.read() as tx:
        said = await tx.notice(notice.id)
    return SampleSent(said is not None and said.at is not None)


async def _listed(ctx: Context, project: Project | None, line: str, page: int) -> ReminderList:
    async with ctx.store.read() as tx:
        running = await tx.reminders(open_only=True)
        muted = await tx.muted()
        watches = [await tx.watch(name) for name in ctx.providers]
    quiet = {(each.provider, each.project_id) for each in muted}
    now = ctx.clock.now()
    rows = []
    for reminder in running:
        there = evaluation_reports.project_of(reminder)
        if reminder.provider not in ctx.providers or (project is not None and there.key != project.key):
            continue
        times = next_times(reminder, ctx.running_threshold, ctx.reminding, now) if there.key not in quiet else ()
        named = reminder.evaluation_id if len(ctx.providers) == 1 else ":".join(reminder.key)
        rows.append(
            ReminderRow(
                reminder,
                evaluation_reports.channel_of(ctx, there),
                times,
                there.key in quiet,
                say(ShowEvaluation(Name(named))),
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
