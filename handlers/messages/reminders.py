"""Reminders: several evaluations in one message, what else is said unasked, and the answers to *reminders*."""

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
    elsewhere,
    ended,
    evaluation_report,
    length,
    people,
    running_for,
    snooze_menu,
)
from handlers.messages.lists import page_suggestions, pages, row
from handlers.messages.rendering import renders


def reminder(view: ReminderView) -> Message:
    """What is said unasked."""
    if isinstance(view, EvaluationView):
        return evaluation_report(view)
    return evaluation_reports(view) if isinstance(view, EvaluationsView) else sample(view)


# Several at once


def evaluation_reports(view: EvaluationsView) -> Message:
    """Several evaluations left running, a page of them; each ends by itself."""
    if not view.total:
        text = "These evaluations were running. A newer message has their current state."
        return compose(text, section(f"⬇️ {text}"))
    over = f", {view.ended:,} of them {'has' if view.ended == 1 else 'have'} ended" if view.ended else ""
    head = f"{words.counted(view.total, 'evaluation')} left running{over}"
    if view.ended == view.total:
        head = f"No evaluation on this list is running any more ({view.total:,})"
    number = f", page {view.page} of {view.pages}" if view.pages > 1 else ""
    short = " ".join(_in_short(each, view.now) for each in view.rows)
    small = [f"Page {view.page} of {view.pages}" if view.pages > 1 else "", *elsewhere(view.meant_for)]
    return compose(
        f"{head}{number}. {short}",
        section(f"{'✅' if view.ended == view.total else '⏳'} *{head}*"),
        *(_listed(each, view.now, number) for number, each in enumerate(view.rows, start=1)),
        actions(
            [
                *_turns(view),
                snooze_menu(view.subject) if view.ended < view.total else None,
                _stop_all(view) if view.ended < view.total else None,
            ]
        ),
        context(" · ".join(filter(None, small))) if any(small) else None,
    )


def _stop_all(view: EvaluationsView) -> ButtonElement:
    return button("Stop reminding of all", Action.EVALUATION_STOP, view.subject)


def _turns(view: EvaluationsView) -> Iterator[ButtonElement]:
    """Buttons that show another page to whoever presses them."""
    for name, page in (("Previous page", view.page - 1), ("Next page", view.page + 1)):
        if 1 <= page <= view.pages:
            yield button(name, numbered(Action.EVALUATION_PAGE, page), f"{page}:{view.subject}")


def _in_short(listed: ListedEvaluation, now: datetime) -> str:
    known, view = listed.reminder, listed.view
    if view is not None and view.reminder.ended_at is not None:
        return ended(view, view.reminder.ended_at)[1]
    if view is not None:
        return f"{running_for(view)}."
    return f"Evaluation {code(known.evaluation_id)} in {code(known.project_name)} {_unread(known, now)}."


def _unread(known: Reminder, now: datetime) -> str:
    """What we remember of one that could not be read."""
    if known.ended_at is not None:
        return f"is {code(known.ended_as, 40)}"
    return f"has been running for at least {words.span(now - known.first_seen)}, and I couldn't read it now"


def _listed(listed: ListedEvaluation, now: datetime, number: int) -> Block:
    known, view = listed.reminder, listed.view
    if view is None:
        glyph = "❓" if known.ended_at is None else "⏹️"
        return section(f"{glyph} {_in_short(listed, now)}")
    if view.reminder.ended_at is not None:
        return section(" ".join(ended(view, view.reminder.ended_at)))
    quiet = ""
    if known.stopped_by:
        quiet = " · reminders stopped"
    elif known.snoozed_until is not None and view.next_at is not None:
        quiet = f" · quiet until {moment(view.next_at)}"
    opened = button("Open", numbered(Action.EVALUATION_OPEN, number), ":".join(known.key))
    return section(f"⏳ {running_for(view)}.\n{people(view.evaluation)}{quiet}", accessory=opened)


@renders(EvaluationReports)
def another_page(outcome: EvaluationReports) -> Message:
    """Another page of a list, for one reader."""
    return evaluation_reports(outcome.view)


# A sample


def sample(view: SampleView) -> Message:
    """A report about something invented, marked as such at its beginning and its end."""
    shown = evaluation_report(_invented(view.now))
    blocks = [block for block in shown.blocks if block["type"] != "actions"]
    first = section("🧪 *This is only a sample. Nothing below is real.*").to_dict()
    last = context(
        "The sample ends here. A real report has buttons: *Mark completed*, *Open*, *Snooze*, *Stop reminding*."
    )
    return Message(f"This is only a sample, nothing in it is real: {shown.text}", (first, *blocks, last.to_dict()))


def _invented(now: datetime) -> EvaluationView:
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
    known = Reminder("sample", "pr_sample", "Sample project", "ev_sample", since)
    far = Progress(total=40, looked_at=40, done=25, judged={judge.id: 25})
    return EvaluationView(evaluation, "Sample project", known, since, False, now, may_complete=True, progress=far)


@renders(SampleSent)
def sample_sent(outcome: SampleSent) -> Message:
    """Where the sample is."""
    text = (
        "I sent you a sample reminder. It's in your direct messages with me."
        if outcome.delivered
        else "Slack didn't accept the sample reminder. I'll keep trying: watch your direct messages with me."
    )
    return compose(text, section(text))


# Answers


@renders(Snoozed)
def snoozed(outcome: Snoozed) -> Message:
    """It is quiet for a while: until when exactly."""
    until, comes = datetime.fromisoformat(outcome.until_iso), datetime.fromisoformat(outcome.comes_iso)
    what = (
        f"evaluation {code(outcome.evaluation_id)}"
        if outcome.count == 1
        else f"these {words.counted(outcome.count, 'evaluation')}"
    )
    text = f"I won't remind anyone about {what} until {moment(until)}."
    if comes > until:
        text += f" That's outside working hours, so the next reminder is {moment(comes)}."
    return compose(text, section(text))


def switched_lines(outcome: RemindersSwitched) -> tuple[str, ...]:
    """The line that takes it back."""
    return (outcome.line,) if outcome.line else ()


@renders(RemindersSwitched, buttons=switched_lines)
def switched(outcome: RemindersSwitched, drafts: Drafts) -> Message:
    """What is reminded of from now on, and how to take it back."""
    name = code(outcome.word)
    many = outcome.count > 1
    what = f"these {words.counted(outcome.count, 'evaluation')}" if many else f"evaluation {name}"
    ending = f"{'Their report will still say how they end' if many else 'Its report will still say how it ends'}."
    text = {
        Event.REMINDER_STOPPED: f"I won't remind anyone about {what} any more. {ending}",
        Event.REMINDER_RESUMED: f"I'll remind people about {what} again.",
        Event.REMINDER_MUTED: f"I won't remind anyone about evaluations of {name} any more.",
        Event.REMINDER_UNMUTED: f"I'll remind people about evaluations of {name} again.",
    }[outcome.event]
    if outcome.already:
        text = {
            Event.REMINDER_STOPPED: f"I already don't remind anyone about {what}. {ending}",
            Event.REMINDER_RESUMED: f"I already remind people about {what}.",
            Event.REMINDER_MUTED: f"I already don't remind anyone about evaluations of {name}.",
            Event.REMINDER_UNMUTED: f"I already remind people about evaluations of {name}.",
        }[outcome.event]
    back = {Event.REMINDER_MUTED: "Unmute", Event.REMINDER_UNMUTED: "Mute"}
    suggestions = [Suggestion(back[outcome.event], outcome.line)] if outcome.line and not outcome.already else []
    return compose(text, section(text), run_buttons(suggestions, drafts))


def list_suggestions(shown: ReminderList) -> tuple[Suggestion, ...]:
    """Every row, and the pages before and after."""
    return (*(Suggestion(each.reminder.evaluation_id, each.line) for each in shown.rows), *page_suggestions(shown))


@renders(ReminderList, buttons=list_suggestions)
def reminder_list(shown: ReminderList, drafts: Drafts) -> Message:
    """Of what people are reminded, where and when."""
    of = f" of {code(shown.project.name)}" if shown.project else ""
    count = f"{words.counted(shown.total, 'evaluation')}{of} {'is' if shown.total == 1 else 'are'} running"
    head = count if shown.total else f"I know of no running evaluations{of}"
    rules = [*_rules(shown)]
    quiet = [*_quiet(shown)]
    return compose(
        " ".join([f"{head}.", *(_row_text(each) for each in shown.rows), *rules, *quiet]),
        section("*Reminders*"),
        bullets(rules),
        section(f"*{head}*"),
        *(row(_row(each), each.line, drafts, number) for number, each in enumerate(shown.rows, start=1)),
        *pages(shown, drafts),
        stack(quiet) if quiet else None,
    )


def _rules(shown: ReminderList) -> Iterator[str]:
    """When and where it is reminded, whatever runs."""
    reminding = shown.reminding
    where = f"in {channel(shown.channel)}" if shown.channel else "nowhere, because no channel is set for them"
    to = f", and to {mention(reminding.owner)} in a direct message" if reminding.owner else ""
    often = "once" if reminding.at_most == 1 else f"at most {reminding.at_most} times, once per working day"
    yield f"I remind people about evaluations that run longer than {length(shown.threshold)}: {where}{to}, {often}."
    yield f"Working hours: {hours(reminding.hours)}."
    yield (
        "I remind people about waiting approvals in the thread of the card: after half the time, "
        "and once more before the change expires."
    )


def hours(kept: WorkHours) -> str:
    """Working hours in words: ``Monday to Friday, 9:00 to 17:00 (Europe/Madrid)``."""
    return f"{_days(kept.days)}, {_clock(kept.start)} to {_clock(kept.end)} ({code(kept.zone.key)})"


def _days(days: frozenset[int]) -> str:
    """``Monday to Friday``; days that do not follow each other one by one, with commas."""
    if len(days) == len(DAY_NAMES):
        return "every day"
    first = [day for day in sorted(days) if (day - 1) % 7 not in days]
    if len(first) == 1 and len(days) > 2:
        return f"{_DAYS[first[0]]} to {_DAYS[(first[0] + len(days) - 1) % 7]}"
    return ", ".join(_DAYS[day] for day in sorted(days))


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _clock(minutes: int) -> str:
    return "midnight" if minutes == MIDNIGHT else f"{minutes // 60}:{minutes % 60:02}"


def _row_text(each: ReminderRow) -> str:
    known = each.reminder
    return f"{code(known.evaluation_id)} in {code(known.project_name)}: {_when(each)}."


def _row(each: ReminderRow) -> str:
    known = each.reminder
    where = f" in {channel(each.channel)}" if each.channel and each.times else ""
    since = f"running since {moment(known.first_seen)} or earlier"
    return f"{code(known.evaluation_id)} in {code(known.project_name)}, {since}\n{_when(each)}{where}"


def _when(each: ReminderRow) -> str:
    known = each.reminder
    said = f"reminded {words.counted(known.times, 'time')} so far, " if known.times else ""
    if known.stopped_by:
        return f"{said}stopped by {mention(known.stopped_by)}"
    if each.muted:
        return f"{said}its project is muted"
    if not each.times:
        return f"{said}no more reminders"
    put_off = "snoozed, " if known.snoozed_until is not None else ""
    return f"{said}{put_off}next {', '.join(map(moment, each.times))}"


def _quiet(shown: ReminderList) -> Iterator[str]:
    if shown.muted:
        names = [f"{code(each.project_name)} (by {mention(each.by)}, {moment(each.at)})" for each in shown.muted]
        yield f"Muted: {words.some(names, 10)}. To turn reminders back on, type `reminders unmute PROJECT`."
    for watch in shown.down:
        silent = f"hasn't answered since {moment(watch.down_since)}" if watch.down_since else "isn't answering"
        yield f"{code(watch.provider, 40)} {silent}, so I can't watch its evaluations."
