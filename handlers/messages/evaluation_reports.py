"""Evaluations: the report about one left running, and the answers to setting a status."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from slack_sdk.models.blocks import ButtonElement, StaticSelectElement

from bot.domain.evaluations import COMPLETED, RUNNING, WAITS_FOR_CALLER, Evaluation, Progress
from bot.domain.notices import EvaluationView, Reminder
from bot.domain.outcomes import EvaluationUpdated
from bot.domain.reminder_hours import Snooze
from handlers.ids import Action
from handlers.messages import words
from handlers.messages.blocks import (
    Message,
    actions,
    bullets,
    button,
    channel,
    code,
    compose,
    confirm,
    context,
    mention,
    menu,
    moment,
    prose,
    section,
)
from handlers.messages.rendering import renders

CHANGES = 3
"""Most changes of the evaluated config that a report lists."""

MENU_ROOM = 60
"""Characters of the subject in a menu value; Slack allows 75, and the rest is for the duration."""

SNOOZES = {
    Snooze.HOUR: "Snooze 1 h",
    Snooze.TOMORROW: "Until tomorrow 9:00",
    Snooze.MONDAY: "Until Monday 9:00",
}


def subject(evaluation: Evaluation) -> str:
    """The id that buttons carry: ``provider:evaluation id``, the beginning of its notice's subject."""
    return f"{evaluation.provider}:{evaluation.id}"


def evaluation_report(view: EvaluationView) -> Message:
    """The one message about an evaluation left running; it is edited when the evaluation ends."""
    if view.replaced:
        return _replaced(view)
    return _running(view) if view.reminder.ended_at is None else _ended(view, view.reminder.ended_at)


def _name(view: EvaluationView) -> str:
    what = code(view.evaluation.config_name) if view.evaluation.config_name else code(view.evaluation.id)
    return f"Evaluation of {what} in {code(view.project_name)}"


def _running(view: EvaluationView) -> Message:
    evaluation = view.evaluation
    head = f"{running_for(view)}."
    waiting = waiting_for(evaluation)
    progress = progress_text(view.progress, evaluation)
    related = [*_related_changes(view)]
    dataset = f"Dataset: {code(evaluation.dataset_name)}, {words.counted(evaluation.datapoints, 'datapoint')}."
    return compose(
        " ".join([head, waiting, progress, *related]).strip(),
        section(f"⏳ *{head}*"),
        section(f"{waiting} {dataset} {progress}".rstrip()),
        bullets(related) if related else None,
        actions(
            [
                complete_button(evaluation, view.progress) if view.may_complete else None,
                button("Open", Action.EVALUATION_OPEN, subject(evaluation)),
                *quiet_buttons(view.reminder, subject(evaluation)),
            ]
        ),
        context(" · ".join(_small_print(view))),
    )


def running_for(view: EvaluationView) -> str:
    """Which evaluation, and for how long it has been running, without a full stop."""
    return f"{_name(view)} has been running for {_roughly(view, view.now)}"


def complete_button(evaluation: Evaluation, progress: Progress | None) -> ButtonElement:
    """The button *Mark completed*; its confirmation says which results are missing."""
    return button(
        "Mark completed",
        Action.EVALUATION_COMPLETE,
        subject(evaluation),
        confirm=confirm(
            "Mark it completed?", _missing_results(progress, evaluation), "Mark completed", "Leave it running"
        ),
    )


def quiet_buttons(reminder: Reminder, value: str) -> Iterator[ButtonElement | StaticSelectElement]:
    """Buttons to snooze, stop or resume reminders."""
    yield snooze_menu(value)
    if reminder.stopped_by:
        yield button("Remind again", Action.EVALUATION_REMIND, value)
    else:
        yield button("Stop reminding", Action.EVALUATION_STOP, value)


def snooze_menu(value: str) -> ButtonElement | StaticSelectElement:
    """A menu of snooze durations, or a button where the value is too long for a menu."""
    choices = [(label, f"{snooze.value}:{value}") for snooze, label in SNOOZES.items()]
    if len(value) > MENU_ROOM:
        return button(SNOOZES[Snooze.HOUR], Action.EVALUATION_SNOOZE, value)
    return menu("Snooze", Action.EVALUATION_SNOOZE_UNTIL, choices)


def _small_print(view: EvaluationView) -> Iterator[str]:
    yield code(view.evaluation.id)
    yield code(view.evaluation.provider, 40)
    yield f"running since {moment(view.since)}" + ("" if view.exact else " or earlier")
    reminder = view.reminder
    if reminder.stopped_by:
        yield f"{mention(reminder.stopped_by)} stopped its reminders"
    elif view.muted:
        yield "no reminders, because the project is muted"
    elif reminder.snoozed_until is not None and view.next_at is not None:
        yield f"quiet until {moment(view.next_at)}"
    elif view.next_at is not None:
        yield f"next reminder {moment(view.next_at)}"
    else:
        yield "no more reminders"
    yield from wrong_channel_note(view.meant_for)


def wrong_channel_note(meant_for: str | None) -> Iterator[str]:
    """A note that a report belongs in another channel, and how to fix that."""
    if meant_for is not None:
        yield f"this belongs in {channel(meant_for)}, but I can't post there: type `/invite @configbot` in that channel"


def progress_text(progress: Progress | None, evaluation: Evaluation) -> str:
    """How many results there are, in mrkdwn; empty when unknown."""
    if progress is None or not progress.looked_at:
        return ""
    first = "" if progress.looked_at >= progress.total else "the first "
    scope = f"{first}{words.counted(progress.looked_at, 'datapoint')}"
    incomplete = [
        f"{code(each.name, 40)} {progress.judged.get(each.id, 0):,}"
        for each in evaluation.evaluators
        if progress.judged.get(each.id, 0) < progress.looked_at
    ]
    if not incomplete:
        return f"All results for {scope} are in."
    return f"{progress.done:,} of {scope} have all results. Judged so far: {words.some(incomplete, 5)}."


def _missing_results(progress: Progress | None, evaluation: Evaluation) -> str:
    """Which results are missing, as plain text for a confirmation."""
    if progress is None or not progress.looked_at:
        return "I couldn't check how many results are missing. Only results that are in will count."
    incomplete = [
        f"{prose(each.name, 40)}: {progress.looked_at - judged:,} of {progress.looked_at:,} missing"
        for each in evaluation.evaluators
        if (judged := progress.judged.get(each.id, 0)) < progress.looked_at
    ]
    if not incomplete:
        return "All results are in."
    return f"Some results are missing. {words.some(incomplete, 3)}. Only results that are in will count."


def _related_changes(view: EvaluationView) -> Iterator[str]:
    for change in view.changes[:CHANGES]:
        where = code(change.environment.name)
        yield (
            f"{code(change.label)} would make this config live in {where}: {words.state(change.state.value)}, "
            f"requested by {mention(change.requester)}."
        )
    rest = len(view.changes) - CHANGES
    if rest > 0:
        yield f"And {words.counted(rest, 'more change')} with this config."


def _roughly(view: EvaluationView, until: datetime) -> str:
    return ("" if view.exact else "at least ") + words.span(until - view.since)


def waiting_for(evaluation: Evaluation) -> str:
    """Which evaluators wait for people or external code, in mrkdwn."""
    waiting = [each for each in evaluation.evaluators if each.kind in WAITS_FOR_CALLER]
    if not waiting:
        return "None of its evaluators waits for people, so the service ends it on its own."
    names = words.some([f"{code(each.name, 40)} ({each.kind})" for each in waiting], 5)
    return f"Waiting for results from {names}."


def _ended(view: EvaluationView, at: datetime) -> Message:
    """The report of an evaluation that has ended, without buttons."""
    glyph, text = ended(view, at)
    small_print = f"{code(view.evaluation.id)} · {code(view.evaluation.provider, 40)} · seen {moment(at)}"
    return compose(text, section(f"{glyph} {text}"), context(small_print))


def ended(view: EvaluationView, at: datetime) -> tuple[str, str]:
    """A glyph, and how the evaluation ended, in a sentence."""
    reminder = view.reminder
    after = ("" if view.exact else "at least ") + length(at - view.since)
    by = f" by {mention(reminder.ended_by)}" if reminder.ended_by else ""
    match reminder.ended_as:
        case "gone":
            return "⚠️", f"{_name(view)} no longer exists. When I last saw it, it had been running for {after}."
        case status if status == COMPLETED:
            return "✅", f"{_name(view)} completed after {after}{by}."
        case status:
            return "⏹️", f"{_name(view)} ended after {after}{by}. Its status is now {code(status or 'unknown', 40)}."


def length(duration: timedelta) -> str:
    """A length of time to the minute: ``6 h 12 min``, ``3 days 4 h``."""
    minutes = max(0, int(duration.total_seconds())) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return words.counted(days, "day") + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {minutes} min" if minutes else "")
    return f"{minutes} min"


def _replaced(view: EvaluationView) -> Message:
    """An older report, after a newer one was posted."""
    text = f"{_name(view)} was running. A newer message has its current state."
    return compose(text, section(f"⬇️ {text}"))


@renders(EvaluationUpdated)
def evaluation_updated(result: EvaluationUpdated) -> Message:
    """The status was set and read back."""
    evaluation = result.evaluation
    status = (
        "running again"
        if evaluation.status == RUNNING
        else evaluation.status
        if evaluation.status == COMPLETED
        else code(evaluation.status, 40)
    )
    where = f" in {code(result.project_name)}" if result.project_name else ""
    text = (
        f"Evaluation {code(evaluation.id)} of {code(evaluation.config_name)}{where} "
        f"is now {status}. I read it back to make sure."
    )
    return compose(text, section(f"✅ {text}"))
