"""Modals in which a line is put together by picking."""

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
    """A choice that is made already: what the select sends back, and what it shows."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class _Ask:
    """One input: its label, what its placeholder says, whether it may stay empty."""

    field: Field
    label: str
    placeholder: str
    optional: bool = False


_CONFIG = _Ask(Field.CONFIG, "Config", "Type a name or an id")
_PROJECT = _Ask(Field.PROJECT, "Project", "Type a name")
_ENVIRONMENT = _Ask(Field.ENVIRONMENT, "Environment", "Pick one")
_PROVIDER = _Ask(Field.PROVIDER, "Provider", "Pick one")
_NAME = _Ask(Field.NAME, "Name", "Refund triage")
_WHEN = _Ask(Field.WHEN, "When? (leave empty for right away)", "", optional=True)
_BECAUSE = _Ask(Field.BECAUSE, "Why? (shown on the card)", "Fixes the refund loop", optional=True)

_FORMS: dict[str, tuple[str, str, tuple[_Ask, ...]]] = {
    "promote": (
        "Promote",
        "Deploys what is live in one environment to another.",
        (
            _PROJECT,
            _Ask(Field.SOURCE, "From environment", "Pick one"),
            _Ask(Field.ENVIRONMENT, "To environment", "Pick another one"),
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
            _Ask(Field.CONFIG, "Back to config", "The one before", optional=True),
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
        (_PROVIDER, _NAME, _Ask(Field.DIRECTORY, "Directory id", "dir_1a2b", optional=True)),
    ),
    "config": ("Configs of a project", "Lists the configs of a project.", (_PROJECT,)),
    "config show": ("Show a config", "Shows the content of a config and where it is live.", (_CONFIG,)),
    "config diff": (
        "Compare two configs",
        "Shows how the second differs from the first, word by word, and how both scored.",
        (_CONFIG, _Ask(Field.OTHER, "With config", "Type a name or an id")),
    ),
}

_SUBMITS = {"project create": "Preview", "config diff": "Compare"}

_SAME = {"project show": "project", "config list": "config"}
"""Verbs that have the form of another one."""

_OTHERS: dict[str, tuple[tuple[str, str], ...]] = {
    "project": (("Make a project", "project create"), ("Change a project", "project update")),
    "config": (("Show one config", "config show"), ("Compare two", "config diff")),
}
"""Forms that can be turned to from the form of a bare noun, and the words on the buttons."""


def deploy_form(
    draft_id: str, *, config: Pick | None = None, environment: Pick | None = None, because: str = ""
) -> dict[str, Any]:
    """The form of ``deploy``; what is known already is filled in. `draft_id` comes back with its submission."""
    blocks = [
        section("Asks to make a config live. You'll see what it replaces before anything happens."),
        _select(_CONFIG, config),
        _select(_ENVIRONMENT, environment),
        when_input(_WHEN.label),
        _text(_BECAUSE, because),
    ]
    return modal(View.DEPLOY_FORM, "Deploy", blocks, private=draft_id, close="Cancel", submit="Ask")


def line_form(form: Form, providers: Sequence[str] = ()) -> dict[str, Any]:
    """The form of any other verb that stands alone. Raises `KeyError` for a verb without one.

    `providers` are those in which something can be made; one alone is not asked for.
    """
    verb = _SAME.get(form.verb, form.verb)
    title, explained, asks = _FORMS[verb]
    others = [
        button(words, numbered(Action.OPEN_FORM, number), other)
        for number, (words, other) in enumerate(_OTHERS.get(form.verb, ()), start=1)
    ]
    blocks: list[Block | None] = [section(explained), actions(others)]
    blocks += [_input(ask, providers) for ask in asks if ask is not _PROVIDER or len(providers) > 1]
    submit = "Ask" if _BECAUSE in asks else _SUBMITS.get(verb, "Show")
    present = [block for block in blocks if block is not None]
    return modal(View.LINE_FORM, title, present, private=str(form), close="Cancel", submit=submit)


def form_for(form: Form, providers: Sequence[str] = ()) -> dict[str, Any] | None:
    """The form of a verb, or None when it has none."""
    if form.verb == "deploy":
        return deploy_form(str(form))
    registered = form_of(form.verb)
    if registered is None:
        return None
    return line_form(form, providers) if registered.load is None else subject_form(form)


def _input(ask: _Ask, providers: Sequence[str]) -> InputBlock:
    if ask is _PROVIDER:
        options = [Option(value=value(name), text=label(name, 75)) for name in providers]
        element = StaticSelectElement(action_id=ask.field, placeholder=label(ask.placeholder, 150), options=options)
        return InputBlock(label=label(ask.label, 100), element=element, block_id=ask.field)
    if ask is _WHEN:
        return when_input(ask.label)
    return _text(ask) if ask.field.startswith("type.") else _select(ask)


def _select(ask: _Ask, picked: Pick | None = None) -> InputBlock:
    option = Option(value=picked.value, text=label(picked.label, 75)) if picked else None
    element = ExternalDataSelectElement(
        action_id=ask.field, placeholder=label(ask.placeholder, 150), min_query_length=0, initial_option=option
    )
    return InputBlock(label=label(ask.label, 100), element=element, block_id=ask.field, optional=ask.optional)


def _text(ask: _Ask, initial: str = "") -> InputBlock:
    element = PlainTextInputElement(
        action_id=ask.field,
        placeholder=label(ask.placeholder, 150),
        initial_value=initial[:REASON_LIMIT] or None,
        max_length=REASON_LIMIT,
    )
    return InputBlock(label=label(ask.label, 100), element=element, block_id=ask.field, optional=ask.optional)


def options(picks: list[Pick]) -> dict[str, Any]:
    """The answer to a select that asks what there is."""
    return {"options": [Option(value=each.value, text=label(each.label, 75)).to_dict() for each in picks[:100]]}
