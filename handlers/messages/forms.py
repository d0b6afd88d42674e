"""Modals in which a line is put together by picking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block, ExternalDataSelectElement, InputBlock, Option, PlainTextInputElement

from handlers.ids import Field, View
from handlers.messages.approvals import modal
from handlers.messages.blocks import label, section

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
_BECAUSE = _Ask(Field.BECAUSE, "Why? (shown on the card)", "Fixes the refund loop", optional=True)

_FORMS: dict[str, tuple[str, str, tuple[_Ask, ...]]] = {
    "promote": (
        "Promote",
        "Deploys what is live in one environment to another one.",
        (
            _PROJECT,
            _Ask(Field.SOURCE, "From environment", "Pick one"),
            _Ask(Field.ENVIRONMENT, "To environment", "Pick another one"),
            _BECAUSE,
        ),
    ),
    "rollback": (
        "Roll back",
        "Deploys what was live before. Without a config it is the last one before what is live now.",
        (
            _PROJECT,
            _ENVIRONMENT,
            _Ask(Field.CONFIG, "Back to config", "The one before", optional=True),
            _BECAUSE,
        ),
    ),
    "deactivate": (
        "Deactivate",
        "Nothing of the project is live in the environment afterwards.",
        (_PROJECT, _ENVIRONMENT, _BECAUSE),
    ),
    "project": ("Show a project", "Shows a project with its configs.", (_PROJECT,)),
    "config": ("Configs of a project", "Lists the configs of a project.", (_PROJECT,)),
}

FORM_VERBS = ("deploy", *_FORMS)
"""Verbs that have a form; `form_for` answers None for every other."""


def deploy_form(
    draft_id: str, *, config: Pick | None = None, environment: Pick | None = None, because: str = ""
) -> dict[str, Any]:
    """The form of ``deploy``; what is known already is filled in. `draft_id` comes back with its submission."""
    blocks = [
        section("Asks to make a config live. You see what it replaces before anything happens."),
        _select(_CONFIG, config),
        _select(_ENVIRONMENT, environment),
        _text(_BECAUSE, because),
    ]
    return modal(View.DEPLOY_FORM, "Deploy", blocks, private=draft_id, close="Cancel", submit="Ask")


def line_form(verb: str, draft_id: str) -> dict[str, Any]:
    """The form of any other verb in `FORM_VERBS`. Raises `KeyError` for a verb without a form."""
    title, explained, asks = _FORMS[verb]
    blocks: list[Block] = [section(explained)]
    blocks += [_text(ask) if ask is _BECAUSE else _select(ask) for ask in asks]
    submit = "Ask" if _BECAUSE in asks else "Show"
    return modal(View.LINE_FORM, title, blocks, private=draft_id, close="Cancel", submit=submit)


def form_for(verb: str, draft_id: str) -> dict[str, Any] | None:
    """The form of a verb, or None when it has none."""
    if verb == "deploy":
        return deploy_form(draft_id)
    return line_form(verb, draft_id) if verb in _FORMS else None


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
