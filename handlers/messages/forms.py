"""Modals in which a line is composed by picking values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    StaticSelectElement,
)

from bot.features.registration import form_of
from handlers.ids import Action, Field, Form, View, numbered, value
from handlers.messages.blocks import actions, button, label, section
from handlers.messages.project_forms import subject_form
from handlers.messages.reviews import modal
from handlers.messages.schedules import when_input

REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Pick:
    """An option: the value that the select sends, and the label that it shows."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class _Input:
    """One input: its label, its placeholder, whether it may stay empty."""

    field: Field
    label: str
    placeholder: str
    optional: bool = False


_CONFIG = _Input(Field.CONFIG, "Config", "Type a name or an id")
_PROJECT = _Input(Field.PROJECT, "Project", "Type a name")
_ENVIRONMENT = _Input(Field.ENVIRONMENT, "Environment", "Pick one")
_PROVIDER = _Input(Field.PROVIDER, "Provider", "Pick one")
_NAME = _Input(Field.NAME, "Name", "Refund triage")
_WHEN = _Input(Field.WHEN, "When? (leave empty for right away)", "", optional=True)
_BECAUSE = _Input(Field.BECAUSE, "Why? (shown on the card)", "Fixes the refund loop", optional=True)

_FORMS: dict[str, tuple[str, str, tuple[_Input, ...]]] = {
    "promote": (
        "Promote",
        "Deploys what is live in one environment to another.",
        (
            _PROJECT,
            _Input(Field.SOURCE, "From environment", "Pick one"),
            _Input(Field.ENVIRONMENT, "To environment", "Pick another one"),
            _WHEN,
            _BECAUSE,
        ),
    ),
    "rollback": (
        "Roll back",
        "Deploys what was live before. Leave the config empty to go back to the previous one.",
        (
            _PROJECT,
            _ENVIRONMENT,
            _Input(Field.CONFIG, "Back to config", "The one before", optional=True),
            _WHEN,
            _BECAUSE,
        ),
    ),
    "deactivate": (
        "Deactivate",
        "Afterwards nothing of this project is live in the environment.",
        (_PROJECT, _ENVIRONMENT, _WHEN, _BECAUSE),
    ),
    "project": ("Show a project", "Shows a project with its configs.", (_PROJECT,)),
    "project create": (
        "Make a project",
        "You'll see a preview before anything is created.",
        (_PROVIDER, _NAME, _Input(Field.DIRECTORY, "Directory id", "dir_1a2b", optional=True)),
    ),
    "config": ("Configs of a project", "Lists the configs of a project.", (_PROJECT,)),
    "config show": ("Show a config", "Shows the content of a config and where it is live.", (_CONFIG,)),
    "config diff": (
        "Compare two configs",
        "Shows how the second differs from the first, word by word, and how both scored.",
        (_CONFIG, _Input(Field.OTHER, "With config", "Type a name or an id")),
    ),
}

_SUBMITS = {"project create": "Preview", "config diff": "Compare"}

_SAME = {"project show": "project", "config list": "config"}
"""Verbs that share the form of another one."""

_OTHERS: dict[str, tuple[tuple[str, str], ...]] = {
    "project": (("Make a project", "project create"), ("Change a project", "project update")),
    "config": (("Show one config", "config show"), ("Compare two", "config diff")),
}
"""By the verb of a form: the labels and verbs of buttons that switch to another form."""


def deploy_form(
    private: str, *, config: Pick | None = None, environment: Pick | None = None, because: str = ""
) -> dict[str, Any]:
    """The form of ``deploy``, with initial values. `private` (a `Form` as text) is returned with its submission."""
    blocks = [
        section("Asks to make a config live. You'll see what it replaces before anything happens."),
        _select(_CONFIG, config),
        _select(_ENVIRONMENT, environment),
        when_input(_WHEN.label),
        _text(_BECAUSE, because),
    ]
    return modal(View.DEPLOY_FORM, "Deploy", blocks, private=private, close="Cancel", submit="Ask")


def line_form(form: Form, providers: Sequence[str] = ()) -> dict[str, Any]:
    """The form of any other verb whose fields depend on no project. Raises `KeyError` for a verb without one.

    `providers` are those in which projects can be created; with only one there is no input for it.
    """
    verb = _SAME.get(form.verb, form.verb)
    title, explained, asks = _FORMS[verb]
    others = [
        button(words, numbered(Action.OPEN_FORM, number), other)
        for number, (words, other) in enumerate(_OTHERS.get(form.verb, ()), start=1)
    ]
    blocks: list[Block | None] = [section(explained), actions(others)]
    blocks += [_input_block(ask, providers) for ask in asks if ask is not _PROVIDER or len(providers) > 1]
    submit = "Ask" if _BECAUSE in asks else _SUBMITS.get(verb, "Show")
    present = [block for block in blocks if block is not None]
    return modal(View.LINE_FORM, title, present, private=str(form), close="Cancel", submit=submit)


def form_for(form: Form, providers: Sequence[str] = ()) -> dict[str, Any] | None:
    """The form of a verb. Returns None when it has none."""
    if form.verb == "deploy":
        return deploy_form(str(form))
    registered = form_of(form.verb)
    if registered is None:
        return None
    return line_form(form, providers) if registered.load is None else subject_form(form)


def _input_block(ask: _Input, providers: Sequence[str]) -> InputBlock:
    if ask is _PROVIDER:
        options = [Option(value=value(name), text=label(name, 75)) for name in providers]
        element = StaticSelectElement(action_id=ask.field, placeholder=label(ask.placeholder, 150), options=options)
        return InputBlock(label=label(ask.label, 100), element=element, block_id=ask.field)
    if ask is _WHEN:
        return when_input(ask.label)
    return _text(ask) if ask.field.startswith("type.") else _select(ask)


def _select(ask: _Input, picked: Pick | None = None) -> InputBlock:
    option = Option(value=picked.value, text=label(picked.label, 75)) if picked else None
    element = ExternalDataSelectElement(
        action_id=ask.field, placeholder=label(ask.placeholder, 150), min_query_length=0, initial_option=option
    )
    return InputBlock(label=label(ask.label, 100), element=element, block_id=ask.field, optional=ask.optional)


def _text(ask: _Input, initial: str = "") -> InputBlock:
    element = PlainTextInputElement(
        action_id=ask.field,
        placeholder=label(ask.placeholder, 150),
        initial_value=initial[:REASON_LIMIT] or None,
        max_length=REASON_LIMIT,
    )
    return InputBlock(label=label(ask.label, 100), element=element, block_id=ask.field, optional=ask.optional)


def options(picks: list[Pick]) -> dict[str, Any]:
    """The acknowledgement of a request for options."""
    return {"options": [Option(value=each.value, text=label(each.label, 75)).to_dict() for each in picks[:100]]}
