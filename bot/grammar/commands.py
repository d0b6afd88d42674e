"""What a line can mean: one type per line of the language. Words only; nothing is looked up here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.times import When


@dataclass(frozen=True, slots=True)
class Name:
    """A name, an id or an alias as it was typed. Quoted names are taken by the letter."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Deploy:
    """Make a config live."""

    config: Name
    project: Name | None = None
    environment: Name | None = None
    when: When | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Promote:
    """Deploy what is live in `source` to `environment`."""

    project: Name
    source: Name | None = None
    environment: Name | None = None
    when: When | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Rollback:
    """Deploy what was live before, or `config`."""

    project: Name
    environment: Name | None = None
    config: Name | None = None
    when: When | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Deactivate:
    """Nothing live there any more."""

    project: Name
    environment: Name | None = None
    when: When | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class CreateProject:
    """Make a project."""

    name: Name
    directory: str | None = None


@dataclass(frozen=True, slots=True)
class ShowProject:
    """Show a project."""

    project: Name


@dataclass(frozen=True, slots=True)
class ListProjects:
    """List projects, those that hold the words."""

    words: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """`name="…"`: one field and its new value, exactly as it was meant, without its quotes."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class UpdateProject:
    """Change fields of a project (or AI Config); without any, show them."""

    project: Name
    assignments: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True)
class ShowConfig:
    """Show a config."""

    config: Name
    project: Name | None = None


@dataclass(frozen=True, slots=True)
class ListConfigs:
    """List the configs of a project."""

    project: Name


@dataclass(frozen=True, slots=True)
class DiffConfigs:
    """Compare two configs."""

    old: Name
    new: Name
    old_project: Name | None = None
    new_project: Name | None = None


@dataclass(frozen=True, slots=True)
class ListEvaluations:
    """List evaluations."""

    project: Name | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class ShowEvaluation:
    """Show an evaluation."""

    evaluation: Name


@dataclass(frozen=True, slots=True)
class CompleteEvaluation:
    """Set a running evaluation to completed."""

    evaluation: Name


@dataclass(frozen=True, slots=True)
class ReopenEvaluation:
    """Set a completed evaluation to running."""

    evaluation: Name


@dataclass(frozen=True, slots=True)
class ShowBoard:
    """The board."""

    project: Name | None = None


@dataclass(frozen=True, slots=True)
class ListApprovals:
    """What waits for me."""


@dataclass(frozen=True, slots=True)
class ListChanges:
    """History."""

    project: Name | None = None
    environment: Name | None = None


@dataclass(frozen=True, slots=True)
class ShowChange:
    """One change whole: `ch-142`, `142` or its ULID."""

    change: Name


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take my change back."""

    change: Name


@dataclass(frozen=True, slots=True)
class Reschedule:
    """Let a scheduled change be applied at another time."""

    change: Name
    when: When


@dataclass(frozen=True, slots=True)
class Lock:
    """Nobody changes this environment."""

    environment: Name
    project: Name | None = None
    duration: timedelta | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Unlock:
    """Lift a lock."""

    environment: Name
    project: Name | None = None


@dataclass(frozen=True, slots=True)
class Reminders:
    """What is reminded where and when; `verb` is show, mute, unmute or test."""

    verb: str = "show"
    project: Name | None = None


@dataclass(frozen=True, slots=True)
class Explain:
    """Who may, what is missing, which rule decided: for another line, given by all its readings."""

    text: str
    readings: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Help:
    """Help, on a word if there is one."""

    word: str | None = None


@dataclass(frozen=True, slots=True)
class CheckHealth:
    """Whether everything works."""


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A bare command (`/deploy` with nothing behind it): a form is wanted. `verb` is the noun or verb typed."""

    verb: str


Command = (
    Deploy
    | Promote
    | Rollback
    | Deactivate
    | CreateProject
    | ShowProject
    | ListProjects
    | UpdateProject
    | ShowConfig
    | ListConfigs
    | DiffConfigs
    | ListEvaluations
    | ShowEvaluation
    | CompleteEvaluation
    | ReopenEvaluation
    | ShowBoard
    | ListApprovals
    | ListChanges
    | ShowChange
    | Withdraw
    | Reschedule
    | Lock
    | Unlock
    | Reminders
    | Explain
    | Help
    | CheckHealth
    | OpenForm
)


@dataclass(frozen=True, slots=True)
class Understood:
    """All readings of a line, the likeliest first, never none. `text` is the normalised line."""

    text: str
    readings: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """A line that is not of the language.

    `near` are lines that could have been meant, as they can be typed; `usage` is the usage line of the verb that was
    recognised (empty when none was); `example` is made from the person's own words.
    """

    text: str
    problem: str
    """A code: unknown_verb, missing_part, unexpected_words, unclosed_quote, bad_time, no_time, bad_date, bad_zone,
    bad_duration, bad_field, twice, not_alone, too_long, empty."""
    detail: str = ""
    """The word or the part that is meant: ``TIME``, ``prodction``."""
    usage: str = ""
    example: str = ""
    near: tuple[str, ...] = ()


Parsed = Understood | Misunderstood
