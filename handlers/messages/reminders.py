"""Reminders: reports about several evaluations, the sample, and the answers to the line *reminders*."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.changes import Event
from bot.domain.drafts import Drafts
from bot.domain.evaluations import RUNNING, Evaluation, Evaluator, Progress
from bot.domain.notices import (
    EvaluationsView,
    EvaluationView,
    ListedEvaluation,
    Reminder,
    ReminderView,
    SampleView,
)
from bot.domain.outcomes import EvaluationReports, RemindersSwitched, SampleSent, Snoozed
from bot.domain.views import ReminderList, ReminderRow, Suggestion
from bot.domain.workhours import DAY_NAMES, MIDNIGHT, WorkHours
from handlers.ids import Action, numbered
from handlers.messages import words
from handlers.messages.blocks import (
    Message,
    actions,
    bullets,
    button,
    channel,
    code,
    compose,
    context,
    mention,
    moment,
    run_buttons,
    section,
    stack,
)
from handlers.messages.evaluation_reports import (
    ended,
    evaluation_report,
    length,
    running_for,
    snooze_menu,
    waiting_for,
    wrong_channel_note,
)
from handlers.messages.lists import page_suggestions, pages, row
from handlers.messages.rendering import renders


def reminder(view: ReminderView) -> Message:
    """A report about one or several evaluations, or the sample."""
    if isinstance(view, EvaluationView):
        return evaluation_report(view)
    return evaluation_reports(view) if isinstance(view, EvaluationsView) else sample(view)


# Reports about several evaluations


def evaluation_reports(view: EvaluationsView) -> Message:
    """A page of a report about several evaluations left running; it is edited when one ends."""
    if not view.total:
        text = "These evaluations were running. A newer message has their current state."
        return compose(text, section(f"⬇️ {text}"))
    ended = f", {view.ended:,} of them {'has' if view.ended == 1 else 'have'} ended" if view.ended else ""
    head = f"{words.counted(view.total, 'evaluation')} left running{ended}"
    if view.ended == view.total:
        head = f"No evaluation on this list is running any more ({view.total:,})"
    number = f", page {view.page} of {view.pages}" if view.pages > 1 else ""
    short = " ".join(_in_short(each, view.now) for each in view.rows)
    small_print = [f"Page {view.page} of {view.pages}" if view.pages > 1 else "", *wrong_channel_note(view.meant_for)]
    return compose(
        f"{head}{number}. {short}",
        section(f"{'✅' if view.ended == view.total else '⏳'} *{head}*"),
        *(_listed(each, view.now, number) for number, each in enumerate(view.rows, start=1)),
        actions(
            [
                *_page_buttons(view),
                snooze_menu(view.subject) if view.ended < view.total else None,
                _stop_all(view) if view.ended < view.total else None,
            ]
        ),
        context(" · ".join(filter(None, small_print))) if any(small_print) else None,
    )


def _stop_all(view: EvaluationsView) -> ButtonElement:
    return button("Stop reminding of all", Action.EVALUATION_STOP, view.subject)


def _page_buttons(view: EvaluationsView) -> Iterator[ButtonElement]:
    """Buttons that show another page to the person who presses them."""
    for name, page in (("Previous page", view.page - 1), ("Next page", view.page + 1)):
        if 1 <= page <= view.pages:
            yield button(name, numbered(Action.EVALUATION_PAGE, page), f"{page}:{view.subject}")


def _in_short(listed: ListedEvaluation, now: datetime) -> str:
    reminder, view = listed.reminder, listed.view
    if view is not None and view.reminder.ended_at is not None:
        return ended(view, view.reminder.ended_at)[1]
    if view is not None:
        return f"{running_for(view)}."
    return f"Evaluation {code(reminder.evaluation_id)} in {code(reminder.project_name)} {_unread(reminder, now)}."


def _unread(reminder: Reminder, now: datetime) -> str:
    """What is stored about an evaluation that could not be read."""
    if reminder.ended_at is not None:
        return f"is {code(reminder.ended_as, 40)}"
    return f"has been running for at least {words.span(now - reminder.first_seen)}, and I couldn't read it now"


def _listed(listed: ListedEvaluation, now: datetime, number: int) -> Block:
    reminder, view = listed.reminder, listed.view
    if view is None:
        glyph = "❓" if reminder.ended_at is None else "⏹️"
        return section(f"{glyph} {_in_short(listed, now)}")
    if view.reminder.ended_at is not None:
        return section(" ".join(ended(view, view.reminder.ended_at)))
    quiet = ""
    if reminder.stopped_by:
        quiet = " · reminders stopped"
    elif reminder.snoozed_until is not None and view.next_at is not None:
        quiet = f" · quiet until {moment(view.next_at)}"
    open_button = button("Open", numbered(Action.EVALUATION_OPEN, number), ":".join(reminder.key))
    return section(f"⏳ {running_for(view)}.\n{waiting_for(view.evaluation)}{quiet}", accessory=open_button)


@renders(EvaluationReports)
def report_page(result: EvaluationReports) -> Message:
    """Another page of a report, for one person."""
    return evaluation_reports(result.view)


# A sample


def sample(view: SampleView) -> Message:
    """A report about an invented evaluation, marked as a sample at its beginning and its end."""
    report = evaluation_report(_sample_view(view.now))
    blocks = [block for block in report.blocks if block["type"] != "actions"]
    first = section("🧪 *This is only a sample. Nothing below is real.*").to_dict()
    last = context(
        "The sample ends here. A real report has buttons: *Mark completed*, *Open*, *Snooze*, *Stop reminding*."
    )
    return Message(f"This is only a sample, nothing in it is real: {report.text}", (first, *blocks, last.to_dict()))


def _sample_view(now: datetime) -> EvaluationView:
    judge = Evaluator("evfn_sample", "Read by a person", "human", "boolean")
    since = now - timedelta(hours=6, minutes=12)
    evaluation = Evaluation(
        provider="sample",
        project_id="pr_sample",
        id="ev_sample",
        status=RUNNING,
        config_id="config_sample",
        config_name="sample config",
        evaluators=(judge,),
        scores=(),
        dataset_id="evts_sample",
        dataset_name="sample cases",
        dataset_version_id="v1",
        datapoints=40,
        created_at=since,
        updated_at=since,
    )
    reminder = Reminder("sample", "pr_sample", "Sample project", "ev_sample", since)
    progress = Progress(total=40, looked_at=40, done=25, judged={judge.id: 25})
    return EvaluationView(
        evaluation, "Sample project", reminder, since, False, now, may_complete=True, progress=progress
    )


@renders(SampleSent)
def sample_sent(result: SampleSent) -> Message:
    """Whether the sample was sent, and where it is."""
    text = (
        "I sent you a sample reminder. It's in your direct messages with me."
        if result.delivered
        else "Slack didn't accept the sample reminder. I'll keep trying: watch your direct messages with me."
    )
    return compose(text, section(text))


# Answers


@renders(Snoozed)
def snoozed(result: Snoozed) -> Message:
    """Until when reminders are snoozed."""
    until, next_at = datetime.fromisoformat(result.until_iso), datetime.fromisoformat(result.comes_iso)
    what = (
        f"evaluation {code(result.evaluation_id)}"
        if result.count == 1
        else f"these {words.counted(result.count, 'evaluation')}"
    )
    text = f"I won't remind anyone about {what} until {moment(until)}."
    if next_at > until:
        text += f" That's outside working hours, so the next reminder is {moment(next_at)}."
    return compose(text, section(text))


def switched_lines(result: RemindersSwitched) -> tuple[str, ...]:
    """The line that reverts it, if there is one."""
    return (result.line,) if result.line else ()


@renders(RemindersSwitched, buttons=switched_lines)
def switched(result: RemindersSwitched, drafts: Drafts) -> Message:
    """What people are reminded about from now on, and a button that reverts it."""
    name = code(result.word)
    many = result.count > 1
    what = f"these {words.counted(result.count, 'evaluation')}" if many else f"evaluation {name}"
    ending = f"{'Their report will still say how they end' if many else 'Its report will still say how it ends'}."
    text = {
        Event.REMINDER_STOPPED: f"I won't remind anyone about {what} any more. {ending}",
        Event.REMINDER_RESUMED: f"I'll remind people about {what} again.",
        Event.REMINDER_MUTED: f"I won't remind anyone about evaluations of {name} any more.",
        Event.REMINDER_UNMUTED: f"I'll remind people about evaluations of {name} again.",
    }[result.event]
    if result.already:
        text = {
            Event.REMINDER_STOPPED: f"I already don't remind anyone about {what}. {ending}",
            Event.REMINDER_RESUMED: f"I already remind people about {what}.",
            Event.REMINDER_MUTED: f"I already don't remind anyone about evaluations of {name}.",
            Event.REMINDER_UNMUTED: f"I already remind people about evaluations of {name}.",
        }[result.event]
    opposite = {Event.REMINDER_MUTED: "Unmute", Event.REMINDER_UNMUTED: "Mute"}
    suggestions = [Suggestion(opposite[result.event], result.line)] if result.line and not result.already else []
    return compose(text, section(text), run_buttons(suggestions, drafts))


def list_suggestions(reminders: ReminderList) -> tuple[Suggestion, ...]:
    """A suggestion for each row, and for the previous and the next page."""
    return (
        *(Suggestion(each.reminder.evaluation_id, each.line) for each in reminders.rows),
        *page_suggestions(reminders),
    )


@renders(ReminderList, buttons=list_suggestions)
def reminder_list(reminders: ReminderList, drafts: Drafts) -> Message:
    """Which evaluations people are reminded about, where and when."""
    of = f" of {code(reminders.project.name)}" if reminders.project else ""
    count = f"{words.counted(reminders.total, 'evaluation')}{of} {'is' if reminders.total == 1 else 'are'} running"
    head = count if reminders.total else f"I know of no running evaluations{of}"
    rules = [*_rules(reminders)]
    quiet = [*_quiet(reminders)]
    return compose(
        " ".join([f"{head}.", *(_row_text(each) for each in reminders.rows), *rules, *quiet]),
        section("*Reminders*"),
        bullets(rules),
        section(f"*{head}*"),
        *(row(_row(each), each.line, drafts, number) for number, each in enumerate(reminders.rows, start=1)),
        *pages(reminders, drafts),
        stack(quiet) if quiet else None,
    )


def _rules(reminders: ReminderList) -> Iterator[str]:
    """The general rules: when and where reminders are posted."""
    reminding = reminders.reminding
    where = f"in {channel(reminders.channel)}" if reminders.channel else "nowhere, because no channel is set for them"
    to = f", and to {mention(reminding.owner)} in a direct message" if reminding.owner else ""
    often = "once" if reminding.at_most == 1 else f"at most {reminding.at_most} times, once per working day"
    yield f"I remind people about evaluations that run longer than {length(reminders.threshold)}: {where}{to}, {often}."
    yield f"Working hours: {hours(reminding.hours)}."
    yield (
        "I remind people about waiting approvals in the thread of the card: after half the time, "
        "and once more before the change expires."
    )


def hours(hours: WorkHours) -> str:
    """Working hours in words: ``Monday to Friday, 9:00 to 17:00 (Europe/Madrid)``."""
    return f"{_days(hours.days)}, {_clock(hours.start)} to {_clock(hours.end)} ({code(hours.zone.key)})"


def _days(days: frozenset[int]) -> str:
    """``Monday to Friday``; days that are not consecutive, with commas."""
    if len(days) == len(DAY_NAMES):
        return "every day"
    starts = [day for day in sorted(days) if (day - 1) % 7 not in days]
    if len(starts) == 1 and len(days) > 2:
        return f"{_DAYS[starts[0]]} to {_DAYS[(starts[0] + len(days) - 1) % 7]}"
    return ", ".join(_DAYS[day] for day in sorted(days))


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _clock(minutes: int) -> str:
    return "midnight" if minutes == MIDNIGHT else f"{minutes // 60}:{minutes % 60:02}"


def _row_text(each: ReminderRow) -> str:
    reminder = each.reminder
    return f"{code(reminder.evaluation_id)} in {code(reminder.project_name)}: {_when(each)}."


def _row(each: ReminderRow) -> str:
    reminder = each.reminder
    where = f" in {channel(each.channel)}" if each.channel and each.times else ""
    since = f"running since {moment(reminder.first_seen)} or earlier"
    return f"{code(reminder.evaluation_id)} in {code(reminder.project_name)}, {since}\n{_when(each)}{where}"


def _when(each: ReminderRow) -> str:
    reminder = each.reminder
    count = f"reminded {words.counted(reminder.times, 'time')} so far, " if reminder.times else ""
    if reminder.stopped_by:
        return f"{count}stopped by {mention(reminder.stopped_by)}"
    if each.muted:
        return f"{count}its project is muted"
    if not each.times:
        return f"{count}no more reminders"
    snoozed = "snoozed, " if reminder.snoozed_until is not None else ""
    return f"{count}{snoozed}next {', '.join(map(moment, each.times))}"


def _quiet(reminders: ReminderList) -> Iterator[str]:
    if reminders.muted:
        names = [f"{code(each.project_name)} (by {mention(each.by)}, {moment(each.at)})" for each in reminders.muted]
        yield f"Muted: {words.some(names, 10)}. To turn reminders back on, type `reminders unmute PROJECT`."
    for watch in reminders.down:
        silent = f"hasn't answered since {moment(watch.down_since)}" if watch.down_since else "isn't answering"
        yield f"{code(watch.provider, 40)} {silent}, so I can't watch its evaluations."
