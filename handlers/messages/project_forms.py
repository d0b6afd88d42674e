"""Modals whose fields depend on a project; they are added once it is picked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ExternalDataSelectElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    StaticSelectElement,
    UserSelectElement,
)

from bot.domain.evaluations import Evaluation
from bot.domain.names import Project
from bot.domain.outcomes import Failed, Refused
from bot.features.projects.forms import FieldNow
from bot.grammar.vocabulary import YES_NO
from handlers.ids import Field, Form, View, marked, value
from handlers.messages import refusals, words
from handlers.messages.blocks import code, context, fallback_time, label, one_line, section
from handlers.messages.reviews import modal


@dataclass(frozen=True, slots=True)
class _Input:
    """An input for one field of a project, with its label and placeholder."""

    field: Field
    label: str
    placeholder: str
    limit: int = 255
    """Most characters of a text."""


EDITABLE: Mapping[str, _Input] = {
    "name": _Input(Field.NAME, "Name (applications that look it up by name will break)", "Refund triage"),
    "directory": _Input(Field.DIRECTORY, "Directory id", "dir_1a2b", 100),
    "description": _Input(Field.DESCRIPTION, "Description", "Answers tickets", 2_000),
    "tags": _Input(Field.TAGS, "Tags, separated by commas", "support, checked", 1_000),
    "maintainer": _Input(Field.MAINTAINER, "Maintainer (a person)", "Pick somebody"),
    "team": _Input(Field.TEAM, "Maintainer (a team, by its key)", "support-ai", 250),
    "metric": _Input(Field.METRIC, "Metric key", "resolved-rate", 250),
    "inverted": _Input(Field.INVERTED, "A lower metric is better", "Pick one"),
    "active": _Input(Field.ACTIVE, "Active config (this is a deploy: change nothing else)", "Type a name or an id"),
}
"""The fields of a project that the form can change, by their names in the line."""

_TITLES = {
    "project update": (
        "Change a project",
        "Changes the fields of a project. You'll see old and new values before anything is changed.",
    ),
    "evaluation show": ("Show an evaluation", "Shows an evaluation, with its scores next to those of what is live."),
    "evaluation complete": (
        "Complete",
        "Marks a running evaluation as completed, if people or your own code judge it.",
    ),
    "evaluation reopen": (
        "Reopen",
        "Sets a completed evaluation back to running, if people or your own code judge it.",
    ),
}

_NONE = {
    "evaluation show": "{project} has no evaluations.",
    "evaluation complete": "{project} has no running evaluation that people or your own code judge.",
    "evaluation reopen": "{project} has no completed evaluation that people or your own code judge.",
}


def subject_form(form: Form) -> dict[str, Any]:
    """The form before a project is picked. Raises `KeyError` for a verb whose form does not depend on a project."""
    return _form(form, None, [context("Pick a project. I'll read what it has and show it here.")])


def reading_form(form: Form, project: Project) -> dict[str, Any]:
    """The form while the project is being read."""
    return _form(form, project, [context(f"⏳ Reading {code(project.name)} …")])


def unread_form(form: Form, project: Project, result: Refused | Failed) -> dict[str, Any]:
    """The form of a project that could not be read, or that this person may not change."""
    if isinstance(result, Failed):
        lines = [f"{words.fault(result.problem)} {words.remedy_of(result.problem)}"]
    else:
        lines = [f"{refusals.why(each)} {refusals.remedy(each)}" for each in result.reasons]
    return _form(form, project, [section("❌ " + " ".join(lines))])


def filled_form(form: Form, project: Project, loaded: Sequence[Any]) -> dict[str, Any]:
    """The form with the data that was loaded for its verb."""
    make = update_form if form.verb == "project update" else evaluation_form
    return make(form, project, loaded)


def update_form(form: Form, project: Project, fields: Sequence[FieldNow]) -> dict[str, Any]:
    """The form with the current fields of the project."""
    return _form(form, project, [_field(form, each) for each in fields if each.field in EDITABLE])


def evaluation_form(form: Form, project: Project, evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """The form with the evaluations of the project that the line applies to."""
    if not evaluations:
        return _form(form, project, [section(_NONE[form.verb].format(project=code(project.name)))])
    options = [Option(value=value(f"{each.provider}:{each.id}"), text=label(_label(each), 75)) for each in evaluations]
    element = StaticSelectElement(
        action_id=Field.EVALUATION, placeholder=label("Pick one", 150), options=options, initial_option=options[0]
    )
    block_id = marked(Field.EVALUATION, form.subject)
    return _form(form, project, [InputBlock(label=label("Evaluation", 100), element=element, block_id=block_id)])


def _label(evaluation: Evaluation) -> str:
    created = fallback_time(evaluation.created_at)
    return f"{one_line(evaluation.config_name)[:24]} · {evaluation.status} · {created} · {evaluation.id}"


def _form(form: Form, project: Project | None, blocks: Sequence[Block]) -> dict[str, Any]:
    title, explained = _TITLES[form.verb]
    picked = Option(value=value(":".join(project.key)), text=label(project.name, 75)) if project else None
    element = ExternalDataSelectElement(
        action_id=Field.PROJECT, placeholder=label("Type a name", 150), min_query_length=0, initial_option=picked
    )
    pick = InputBlock(label=label("Project", 100), element=element, block_id=Field.PROJECT, dispatch_action=True)
    submit = "Preview" if form.verb == "project update" else "Show" if form.verb == "evaluation show" else title
    all_blocks = [section(explained), pick, *blocks]
    return modal(View.LINE_FORM, title, all_blocks, private=str(form), close="Cancel", submit=submit)


def _field(form: Form, current: FieldNow) -> InputBlock:
    spec = EDITABLE[current.field]
    initial = value(current.value) if current.value and spec.field.startswith("pick.") else current.value[: spec.limit]
    element = _ELEMENTS.get(current.field, _text)(spec, current, initial)
    return InputBlock(
        label=label(spec.label, 100),
        element=element,
        block_id=marked(spec.field, f"{form.subject} {initial}"),
        hint=label(f"Now: {current.label}", 150) if current.label and not current.value else None,
        optional=current.field not in REQUIRED or not current.value,
    )


REQUIRED = frozenset({"name", "directory", "active", "inverted"})
"""Fields that cannot be cleared once they have a value."""


def _text(spec: _Input, current: FieldNow, initial: str) -> PlainTextInputElement:
    return PlainTextInputElement(
        action_id=spec.field,
        placeholder=label(spec.placeholder, 150),
        initial_value=initial or None,
        max_length=spec.limit,
        multiline=current.field == "description",
    )


def _config(spec: _Input, current: FieldNow, initial: str) -> ExternalDataSelectElement:
    return ExternalDataSelectElement(
        action_id=spec.field,
        placeholder=label(spec.placeholder, 150),
        min_query_length=0,
        initial_option=Option(value=initial, text=label(current.label, 75)) if initial else None,
    )


def _yes_or_no(spec: _Input, current: FieldNow, initial: str) -> StaticSelectElement:
    del initial
    options = {word: Option(value=value(word), text=label(word, 75)) for word in YES_NO}
    return StaticSelectElement(
        action_id=spec.field,
        placeholder=label(spec.placeholder, 150),
        options=list(options.values()),
        initial_option=options.get(current.value),
    )


def _person(spec: _Input, current: FieldNow, initial: str) -> UserSelectElement:
    del current, initial
    return UserSelectElement(action_id=spec.field, placeholder=label(spec.placeholder, 150))


_ELEMENTS: Mapping[str, Callable[[_Input, FieldNow, str], InputInteractiveElement]] = {
    "active": _config,
    "inverted": _yes_or_no,
    "maintainer": _person,
}
"""Inputs of fields that are not text."""
