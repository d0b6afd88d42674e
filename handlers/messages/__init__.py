"""Messages in Slack: every outcome, card, report and form, as text and blocks. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.base import Outcome
from bot.domain.drafts import Draft
from bot.grammar.commands import Misunderstood
from handlers.messages import (  # noqa: F401 - importing them registers their words
    boards,
    cards,
    configs,
    drift,
    errors,
    evaluation_reports,
    evaluations,
    health,
    project_edits,
    projects,
    provider_approvals,
    reminders,
    reviews,
    schedules,
)
from handlers.messages.blocks import MAX_SUGGESTIONS, Message
from handlers.messages.cards import card
from handlers.messages.configs import comparison_modal, text_modal
from handlers.messages.drift import drift_card, drift_modal, silence
from handlers.messages.errors import (
    apology,
    field_problem,
    misunderstood,
    not_yet,
    outdated_button,
    outdated_form,
    own_database,
    shutting_down,
    try_again,
    without_buttons,
    working,
)
from handlers.messages.forms import Pick, deploy_form, form_for, line_form, options
from handlers.messages.help import help_message, open_form
from handlers.messages.outages import trouble
from handlers.messages.plain import plain_text
from handlers.messages.project_forms import evaluation_form, filled_form, reading_form, unread_form, update_form
from handlers.messages.reminders import reminder
from handlers.messages.rendering import check, drafts_of, render
from handlers.messages.reviews import diff_modal, history, reject_modal, review_modal
from handlers.messages.schedules import missed, move_modal

__all__ = [
    "Message",
    "Pick",
    "apology",
    "card",
    "check",
    "comparison_modal",
    "deploy_form",
    "diff_modal",
    "drift_card",
    "drift_modal",
    "evaluation_form",
    "field_problem",
    "filled_form",
    "form_for",
    "help_message",
    "history",
    "line_form",
    "lines_of",
    "missed",
    "misunderstood",
    "move_modal",
    "not_yet",
    "open_form",
    "options",
    "outcome",
    "outdated_button",
    "outdated_form",
    "own_database",
    "plain_text",
    "reading_form",
    "reject_modal",
    "reminder",
    "review_modal",
    "shutting_down",
    "silence",
    "text_modal",
    "trouble",
    "try_again",
    "unread_form",
    "update_form",
    "without_buttons",
    "working",
]


def outcome(result: Outcome, drafts: Mapping[Draft, str]) -> Message:
    """The message for the result of a line, a button or a form.

    `drafts` maps the drafts of `lines_of(result)` to the ids under which they are stored, for its buttons.
    """
    return render(result, drafts)


def lines_of(result: Outcome | Misunderstood) -> tuple[Draft, ...]:
    """The drafts that the buttons of this message run or confirm; each has to be stored."""
    if isinstance(result, Misunderstood):
        return tuple(dict.fromkeys(result.near))[:MAX_SUGGESTIONS]
    return drafts_of(result)
