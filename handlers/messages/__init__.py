"""What configbot says in Slack: every outcome, card, report and form, as text and blocks. It decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.domain.actors import Actor
from bot.domain.drafts import Draft, Drafts
from bot.domain.health import CheckUp
from bot.domain.outcomes import (
    Adopted,
    Ambiguous,
    Applied,
    AtProvider,
    AwaitingApproval,
    ConfirmReplacesRollout,
    EnvironmentMissing,
    EvaluationReports,
    EvaluationUpdated,
    Explanation,
    Failed,
    Harmless,
    NotFound,
    NotYet,
    Outcome,
    Permission,
    ProjectEditable,
    ProjectPreview,
    ProjectSaved,
    Refused,
    Rejected,
    RemindersSwitched,
    Rescheduled,
    SampleSent,
    Scheduled,
    Snoozed,
    Unknown,
    Void,
    Withdrawn,
)
from bot.domain.views import (
    Board,
    ChangeDetail,
    ChangeList,
    ConfigComparison,
    ConfigDetail,
    ConfigList,
    DriftDetail,
    EvaluationDetail,
    EvaluationList,
    ProjectDetail,
    ProjectList,
    ReminderList,
    Suggestion,
)
from bot.grammar.commands import Misunderstood
from handlers.messages import configs, drift, evaluations, project_edits, projects, provider_approvals, reminders
from handlers.messages.blocks import MAX_SUGGESTIONS, Message
from handlers.messages.boards import (
    board,
    change_list,
    explanation,
    harmless,
    permission,
)
from handlers.messages.cards import applied, awaiting, card, rejected, unknown, void, withdrawn
from handlers.messages.configs import comparison_modal, told_modal
from handlers.messages.drift import drift_card, drift_modal, silence
from handlers.messages.errors import (
    ambiguous,
    apology,
    environment_missing,
    failed,
    field_problem,
    misunderstood,
    not_found,
    not_yet,
    outdated_button,
    outdated_form,
    own_database,
    refused,
    shutting_down,
    try_again,
    without_buttons,
    working,
)
from handlers.messages.evaluation_reports import evaluation_updated
from handlers.messages.forms import Pick, deploy_form, form_for, line_form, options
from handlers.messages.health import checkup
from handlers.messages.help import help_message, open_form
from handlers.messages.lists import page_line, page_suggestions, read_page_line
from handlers.messages.outages import trouble
from handlers.messages.plain import plain_text
from handlers.messages.project_forms import evaluation_form, filled_form, reading_form, unread_form, update_form
from handlers.messages.reminders import reminder
from handlers.messages.reviews import change_detail, diff_modal, history, reject_modal, review_modal
from handlers.messages.schedules import missed, move_modal, rescheduled, scheduled

__all__ = [
    "Message",
    "Pick",
    "apology",
    "card",
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
    "page_line",
    "plain_text",
    "read_page_line",
    "reading_form",
    "reject_modal",
    "reminder",
    "review_modal",
    "shutting_down",
    "silence",
    "told_modal",
    "trouble",
    "try_again",
    "unread_form",
    "update_form",
    "without_buttons",
    "working",
]


def outcome(came: Outcome, *, reader: Actor, now: datetime, drafts: Drafts) -> Message:
    """What `reader` is told about what a wish came to.

    `drafts` maps each line of `lines_of(came)` to the id under which it is stored, for the buttons that run them.
    """
    del reader, now  # every answer so far reads the same for everybody, at any time
    return _ANSWERS[type(came)](came, drafts)


_ANSWERS: dict[type[Any], Callable[[Any, Drafts], Message]] = {
    Applied: lambda came, _: applied(came),
    AwaitingApproval: lambda came, _: awaiting(came),
    AtProvider: lambda came, _: provider_approvals.at_provider(came),
    ConfirmReplacesRollout: provider_approvals.confirm_replaces_rollout,
    Refused: lambda came, _: refused(came),
    Failed: lambda came, _: failed(came),
    Unknown: lambda came, _: unknown(came),
    Void: lambda came, _: void(came),
    Rejected: lambda came, _: rejected(came),
    Withdrawn: lambda came, _: withdrawn(came),
    Scheduled: lambda came, _: scheduled(came),
    Rescheduled: lambda came, _: rescheduled(came),
    Ambiguous: ambiguous,
    NotFound: not_found,
    EnvironmentMissing: environment_missing,
    Board: board,
    ChangeDetail: lambda came, _: change_detail(came),
    ChangeList: change_list,
    Explanation: lambda came, _: explanation(came),
    ConfigDetail: configs.config_detail,
    ConfigList: configs.config_list,
    ConfigComparison: configs.config_comparison,
    ProjectList: projects.project_list,
    ProjectDetail: projects.project_detail,
    ProjectPreview: project_edits.preview,
    ProjectSaved: project_edits.saved,
    ProjectEditable: lambda came, _: project_edits.editable(came),
    EvaluationList: evaluations.evaluation_list,
    EvaluationDetail: evaluations.evaluation_detail,
    EvaluationUpdated: lambda came, _: evaluation_updated(came),
    Snoozed: lambda came, _: reminders.snoozed(came),
    RemindersSwitched: reminders.switched,
    SampleSent: lambda came, _: reminders.sample_sent(came),
    EvaluationReports: lambda came, _: reminders.another_page(came),
    ReminderList: reminders.reminder_list,
    DriftDetail: lambda came, _: drift.drift_detail(came),
    Adopted: lambda came, _: drift.adopted(came),
    NotYet: lambda came, _: not_yet(came.line),
    Permission: lambda came, _: permission(came),
    Harmless: lambda came, _: harmless(came),
    CheckUp: lambda came, _: checkup(came),
}
"""Every outcome has its words; a test compares this with the union `Outcome`."""


_NEXT: dict[type[Any], Callable[[Any], tuple[Suggestion, ...]]] = {
    ConfigDetail: configs.detail_suggestions,
    ConfigList: configs.list_suggestions,
    ProjectDetail: projects.detail_suggestions,
    ProjectList: projects.list_suggestions,
    ProjectSaved: project_edits.next_suggestions,
    EvaluationDetail: evaluations.detail_suggestions,
    EvaluationList: evaluations.list_suggestions,
    ReminderList: reminders.list_suggestions,
}
"""What can be looked at from here: a list has a button in every row, so more of them than a question."""


def lines_of(came: Outcome | Misunderstood) -> tuple[Draft, ...]:
    """What the buttons of this answer run or confirm; each needs to be stored."""
    lines: list[Draft]
    if type(came) in _NEXT:
        return tuple(dict.fromkeys(each.line for each in _NEXT[type(came)](came)))
    match came:
        case NotFound():
            lines = [each.line for each in came.near]
        case Ambiguous() | EnvironmentMissing():
            lines = [each.line for each in came.choices]
        case Board() | ChangeList():
            lines = [each.line for each in page_suggestions(came)]
        case RemindersSwitched():
            lines = list(reminders.switched_lines(came))
        case ProjectPreview():
            lines = list(project_edits.lines(came))
        case ConfirmReplacesRollout():
            lines = list(provider_approvals.lines(came))
        case ConfigComparison():
            lines = list(configs.comparison_lines(came))
        case Misunderstood():
            lines = list(came.near)
        case _:
            lines = []
    return tuple(dict.fromkeys(lines))[:MAX_SUGGESTIONS]
