"""Every id on the wire: actions, views, selects. None changes its meaning; values are versioned and hold ids only."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """`action_id` of a button. Where a block holds several of a kind, ``/n`` follows (`numbered`)."""

    APPROVE = "change.approve"
    REJECT = "change.reject"
    REVIEW = "change.review"
    FULL_DIFF = "change.diff"
    WITHDRAW = "change.withdraw"
    UNDO = "change.undo"
    LOOK_AGAIN = "change.look"
    CLOSE_AS_FAILED = "change.close"
    RUN_LINE = "line.run"
    """Value: the id of a stored draft, a line of the language."""
    OPEN_FORM = "form.open"
    """Value: the verb."""
    PROJECT_CONFIRM = "project.confirm"
    """Value: the id of a stored draft, what was shown before."""
    EVALUATION_COMPLETE = "evaluation.complete"
    EVALUATION_SNOOZE = "evaluation.snooze"


class View(StrEnum):
    """`callback_id` of a modal."""

    DEPLOY_FORM = "form.deploy"
    LINE_FORM = "form.line"
    """Any other verb: one project, one environment, as the verb needs. private_metadata: a stored draft's id."""
    REJECT_COMMENT = "change.reject_comment"
    """private_metadata: the change id as a value."""
    REVIEW = "change.review"


class Field(StrEnum):
    """`action_id` of an input inside a modal; its `block_id` is the same text."""

    CONFIG = "pick.config"
    PROJECT = "pick.project"
    ENVIRONMENT = "pick.environment"
    SOURCE = "pick.source"
    BECAUSE = "type.because"
    COMMENT = "type.comment"


VERSION = "1"


def value(identifier: str) -> str:
    """A button value or private_metadata that carries one id of ours."""
    return f"{VERSION}:{identifier}"


def read_value(text: str) -> str | None:
    """The id inside a value; None when it is of another version or no value at all."""
    version, separator, identifier = text.partition(":")
    return identifier if version == VERSION and separator and identifier else None


def numbered(action: Action, number: int) -> str:
    """An `action_id` that is unique in its block."""
    return f"{action}/{number}"
