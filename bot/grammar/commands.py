"""What a line can mean: one type per line of the language. Words only; nothing is looked up here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.times import When


@dataclass(frozen=True, slots=True)
class Command:
    """What a line means, before any name in it is looked up. Each line of the language has its own kind."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name, an id or an alias as it was typed. Quoted names are taken by the letter."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Deploy(Command):
    """Make a config live."""

    config: Name
    project: Name | None = None
    environment: Name | None = None
    when: When | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Promote(Command):
    """Deploy what is live in `source` to `environment`."""

    project: Name
    source: Name | None = None
    environment: Name | None = None
    when: When | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Rollback(Command):
    """Deploy what was live before, or `config`."""

    project: Name
    environment: Name | None = None
    config: Name | None = None
    when: When | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Deactivate(Command):
    """Nothing live there any more."""

    project: Name
    environment: Name | None = None
    when: When | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class CreateProject(Command):
    """Make a project."""

    name: Name
    directory: str | None = None


@dataclass(frozen=True, slots=True)
class ShowProject(Command):
    """Show a project."""

    project: Name


@dataclass(frozen=True, slots=True)
class ListProjects(Command):
    """List projects, those that hold the words."""

    words: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """`name="…"`: one field and its new value, exactly as it was meant, without its quotes."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class UpdateProject(Command):
    """Change fields of a project (or AI Config); without any, show them."""

    project: Name
    assignments: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True)
class ShowConfig(Command):
    """Show a config."""

    config: Name
    project: Name | None = None


@dataclass(frozen=True, slots=True)
class ListConfigs(Command):
    """List the configs of a project."""

    project: Name


@dataclass(frozen=True, slots=True)
class DiffConfigs(Command):
    """Compare two configs."""

    old: Name
    new: Name
    old_project: Name | None = None
    new_project: Name | None = None


@dataclass(frozen=True, slots=True)
class ListEvaluations(Command):
    """List evaluations."""

    project: Name | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class ShowEvaluation(Command):
    """Show an evaluation."""

    evaluation: Name


@dataclass(frozen=True, slots=True)
class CompleteEvaluation(Command):
    """Set a running evaluation to completed."""

    evaluation: Name


@dataclass(frozen=True, slots=True)
class ReopenEvaluation(Command):
    """Set a completed evaluation to running."""

    evaluation: Name


@dataclass(frozen=True, slots=True)
class ShowBoard(Command):
    """The board."""

    project: Name | None = None


@dataclass(frozen=True, slots=True)
class ListApprovals(Command):
    """What waits for me."""


@dataclass(frozen=True, slots=True)
class ListChanges(Command):
    """History."""

    project: Name | None = None
    environment: Name | None = None


@dataclass(frozen=True, slots=True)
class ShowChange(Command):
    """One change whole: `ch-142`, `142` or its ULID."""

    change: Name


@dataclass(frozen=True, slots=True)
class Withdraw(Command):
    """Take my change back."""

    change: Name


@dataclass(frozen=True, slots=True)
class Reschedule(Command):
    """Let a scheduled change be applied at another time."""

    change: Name
    when: When


@dataclass(frozen=True, slots=True)
class Lock(Command):
    """Nobody changes this environment."""

    environment: Name
    project: Name | None = None
    duration: timedelta | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Unlock(Command):
    """Lift a lock."""

    environment: Name
    project: Name | None = None


@dataclass(frozen=True, slots=True)
class Reminders(Command):
    """What is reminded where and when; `verb` is show, mute, unmute or test."""

    verb: str = "show"
    project: Name | None = None


@dataclass(frozen=True, slots=True)
class Explain(Command):
    """Who may, what is missing, which rule decided: for another line, given by all its readings."""

    text: str
    readings: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Help(Command):
    """Help, on a word if there is one."""

    word: str | None = None


@dataclass(frozen=True, slots=True)
class CheckHealth(Command):
    """Whether everything works."""


@dataclass(frozen=True, slots=True)
class OpenForm(Command):
    """A bare command (`/deploy` with nothing behind it): a form is wanted. `verb` is the noun or verb typed."""

    verb: str


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
