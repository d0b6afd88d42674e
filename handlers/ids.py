"""All ids sent to Slack: actions, views, selects. Meanings never change; values are versioned and hold only ids."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2s

POST = "configbot_notice"
"""`event_type` of the metadata of messages that the bot posts by itself; the payload holds only the id of the post."""


class Action(StrEnum):
    """`action_id` of a button. Where a block holds several of a kind, ``/n`` follows (`numbered`)."""

    APPROVE = "change.approve"
    REJECT = "change.reject"
    REVIEW = "change.review"
    FULL_DIFF = "change.diff"
    WITHDRAW = "change.withdraw"
    MOVE = "change.move"
    UNDO = "change.undo"
    LOOK_AGAIN = "change.look"
    CLOSE_AS_FAILED = "change.close"
    CHECK_NOW = "change.check"
    REPLACE_SPLIT = "split.replace"
    """Value: the id of a stored draft, the change request that was shown."""
    RUN_LINE = "line.run"
    """Value: the id of a stored draft, a line of the language."""
    OPEN_FORM = "form.open"
    """Value: the verb, or a `Form` with its project."""
    CONFIG_DIFF = "config.diff"
    """Value: the id of a stored draft, the line that compares."""
    PROJECT_CONFIRM = "project.confirm"
    """Value: the id of a stored draft, what was shown before."""
    EVALUATION_COMPLETE = "evaluation.complete"
    EVALUATION_SNOOZE = "evaluation.snooze"
    """A button of older reports: snoozes for an hour."""
    EVALUATION_SNOOZE_UNTIL = "evaluation.snooze_until"
    """A menu. Values: ``duration:value``, where the second part is the value of the buttons beside it."""
    EVALUATION_OPEN = "evaluation.open"
    EVALUATION_STOP = "evaluation.stop"
    EVALUATION_REMIND = "evaluation.remind"
    EVALUATION_PAGE = "evaluation.page"
    """Value: ``page:list``."""
    DRIFT_ADOPT = "drift.adopt"
    """Value of this and the next two: the drift's id and the version that was shown, ``id@2``."""
    DRIFT_RESTORE = "drift.restore"
    DRIFT_LOOK = "drift.look"


class View(StrEnum):
    """`callback_id` of a modal."""

    DEPLOY_FORM = "form.deploy"
    LINE_FORM = "form.line"
    """The form of any other verb. private_metadata: a `Form` as a value."""
    REJECT_COMMENT = "change.reject_comment"
    """private_metadata: the change id as a value."""
    REVIEW = "change.review"
    MOVE = "change.move"
    """private_metadata: the change id as a value."""


class Field(StrEnum):
    """`action_id` of an input inside a modal; its `block_id` is the same text, or begins with it (`marked`)."""

    CONFIG = "pick.config"
    PROJECT = "pick.project"
    ENVIRONMENT = "pick.environment"
    SOURCE = "pick.source"
    OTHER = "pick.other"
    """The second config of a comparison."""
    ACTIVE = "pick.active"
    EVALUATION = "pick.evaluation"
    PROVIDER = "pick.provider"
    NAME = "type.name"
    DIRECTORY = "type.directory"
    DESCRIPTION = "type.description"
    TAGS = "type.tags"
    MAINTAINER = "person.maintainer"
    """A Slack user id."""
    TEAM = "type.team"
    METRIC = "type.metric"
    INVERTED = "pick.inverted"
    BECAUSE = "type.because"
    WHEN = "type.when"
    """A time, in seconds since 1970."""
    TIME = "type.time"
    """A time in words."""
    COMMENT = "type.comment"


VERSION = "1"


def value(identifier: str) -> str:
    """A button value or private_metadata with one of our ids."""
    return f"{VERSION}:{identifier}"


def read_value(text: str) -> str | None:
    """The id in a value. Returns None when it has another version, or is not a value."""
    version, separator, identifier = text.partition(":")
    return identifier if version == VERSION and separator and identifier else None


def numbered(action: Action, number: int) -> str:
    """An `action_id` that is unique in its block."""
    return f"{action}/{number}"


def marked(field: Field, initial: str) -> str:
    """The `block_id` of an input whose initial value is `initial`: shows in a submission whether it was changed."""
    return f"{field}/{blake2s(initial.strip().encode(), digest_size=8).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Form:
    """What a form carries besides its fields: the verb, the channel where it was opened, the project it is about."""

    verb: str
    channel: str = ""
    subject: str = ""
    """``provider:id`` of the project; empty until one is picked, and when no field depends on it."""

    def __str__(self) -> str:
        return f"{self.verb}/{self.channel}/{self.subject}".rstrip("/")

    @classmethod
    def read(cls, private_metadata: str) -> Form | None:
        """Read a modal's private_metadata. Returns None when it has another version, or is not a form."""
        text = read_value(private_metadata)
        return cls(*text.split("/", 2)) if text else None
