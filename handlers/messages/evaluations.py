"""Evaluations: the report about one left running, and the answers to setting a status."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.domain.evaluations import COMPLETED, RUNNING, WAITS_FOR_CALLER, Evaluation
from bot.domain.notices import EvaluationView
from bot.domain.outcomes import EvaluationUpdated, Snoozed
from handlers.ids import Action
from handlers.messages import words
from handlers.messages.blocks import Message, actions, button, code, compose, context, mention, moment, section


def subject(evaluation: Evaluation) -> str:
    """The id that buttons carry: ``provider:evaluation id``, the subject of its notice."""
    return f"{evaluation.provider}:{evaluation.id}"


def evaluation_report(view: EvaluationView) -> Message:
    """The one message about an evaluation left running; it ends by itself."""
    return _running(view) if view.reminder.ended_at is None else _ended(view, view.reminder.ended_at)


def _name(view: EvaluationView) -> str:
    return f"Evaluation of {code(view.evaluation.config_name)} in {code(view.project_name)}"


def _running(view: EvaluationView) -> Message:
    evaluation = view.evaluation
    head = f"{_name(view)} has been running for {_duration(view, view.now)}."
    waits = people(evaluation)
    snoozed = view.reminder.snoozed_until
    quiet = snoozed if snoozed is not None and snoozed > view.now else None
    return compose(
        f"{head} {waits}",
        section(f"⏳ *{head}*"),
        section(
            f"{waits} Dataset: {code(evaluation.dataset_name)}, {words.counted(evaluation.datapoints, 'datapoint')}."
        ),
        actions(
            [
                button("Mark completed", Action.EVALUATION_COMPLETE, subject(evaluation))
                if view.may_complete
                else None,
                button("Snooze 1 h", Action.EVALUATION_SNOOZE, subject(evaluation)),
            ]
        ),
        context(" · ".join(_small_print(view, quiet))),
    )


def _small_print(view: EvaluationView, quiet: datetime | None) -> Iterator[str]:
    yield code(view.evaluation.id)
    yield code(view.evaluation.provider, 40)
    yield f"running since {moment(view.since)}" + ("" if view.exact else " or earlier")
    if quiet is not None:
        yield f"quiet until {moment(quiet)}"


def _duration(view: EvaluationView, until: datetime) -> str:
    return ("" if view.exact else "at least ") + words.span(until - view.since)


def people(evaluation: Evaluation) -> str:
    """Which evaluators wait for somebody, in mrkdwn."""
    waiting = [each for each in evaluation.evaluators if each.kind in WAITS_FOR_CALLER]
    if not waiting:
        return "None of its evaluators waits for people: the service ends it by itself."
    names = words.some([f"{code(each.name, 40)} ({each.kind})" for each in waiting], 5)
    return f"{'This evaluator waits' if len(waiting) == 1 else 'These evaluators wait'} for results: {names}."


def _ended(view: EvaluationView, at: datetime) -> Message:
    """What became of it, without buttons."""
    reminder = view.reminder
    after = _duration(view, at)
    by = f", by {mention(reminder.ended_by)}" if reminder.ended_by else ""
    match reminder.ended_as:
        case "gone":
            said, glyph = f"is no longer there. It was last seen running after {after}.", "⚠️"
        case status if status == COMPLETED:
            said, glyph = f"is completed after {after}{by}.", "✅"
        case status:
            said, glyph = f"has ended after {after}{by}. Its status is now {code(status or 'unknown', 40)}.", "⏹️"
    text = f"{_name(view)} {said}"
    small = f"{code(view.evaluation.id)} · {code(view.evaluation.provider, 40)} · seen {moment(at)}"
    return compose(text, section(f"{glyph} {text}"), context(small))


def evaluation_updated(outcome: EvaluationUpdated) -> Message:
    """The status was set and read back."""
    evaluation = outcome.evaluation
    status = (
        "running again"
        if evaluation.status == RUNNING
        else evaluation.status
        if evaluation.status == COMPLETED
        else code(evaluation.status, 40)
    )
    where = f" in {code(outcome.project_name)}" if outcome.project_name else ""
    text = (
        f"Evaluation {code(evaluation.id)} of {code(evaluation.config_name)}{where} "
        f"is {status}. It was read back and found true."
    )
    return compose(text, section(f"✅ {text}"))


def snoozed(outcome: Snoozed) -> Message:
    """It is quiet for a while."""
    until = moment(datetime.fromisoformat(outcome.until_iso))
    text = f"Nothing more is said about evaluation {code(outcome.evaluation_id)} until {until}."
    return compose(text, section(text))
