"""Parsed commands: one type per line of the language. Names are text only; nothing is looked up here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.times import When


@dataclass(frozen=True, slots=True)
class Command:
    """A parsed line, before the names in it are looked up. Each line of the language has its own subclass."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name, an id or an alias as typed. Quoted names are matched literally."""

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
    """Deploy what was live before, or `config` if it is named."""

    project: Name
    environment: Name | None = None
    config: Name | None = None
    when: When | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Deactivate(Command):
    """Make nothing live."""

    project: Name
    environment: Name | None = None
    when: When | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class CreateProject(Command):
    """Create a project."""

    name: Name
    directory: str | None = None


@dataclass(frozen=True, slots=True)
class ShowProject(Command):
    """Show a project."""

    project: Name


@dataclass(frozen=True, slots=True)
class ListProjects(Command):
    """List projects, or those whose name contains the words."""

    words: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """`name="…"`: one field and its new value, without the quotes."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class UpdateProject(Command):
    """Change fields of a project (or AI Config); without assignments, show them."""

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
    """Show what is live in each environment."""

    project: Name | None = None


@dataclass(frozen=True, slots=True)
class ListApprovals(Command):
    """List changes that wait for my approval."""


@dataclass(frozen=True, slots=True)
class ListChanges(Command):
    """List past changes."""

    project: Name | None = None
    environment: Name | None = None


@dataclass(frozen=True, slots=True)
class ShowChange(Command):
    """Show one change in full: `ch-142`, `142` or its ULID."""

    change: Name


@dataclass(frozen=True, slots=True)
class Withdraw(Command):
    """Withdraw a change."""

    change: Name


@dataclass(frozen=True, slots=True)
class Reschedule(Command):
    """Move a scheduled change to another time."""

    change: Name
    when: When


@dataclass(frozen=True, slots=True)
class Lock(Command):
    """Lock an environment against changes."""

    environment: Name
    project: Name | None = None
    duration: timedelta | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Unlock(Command):
    """Remove a lock."""

    environment: Name
    project: Name | None = None


@dataclass(frozen=True, slots=True)
class Reminders(Command):
    """Show or switch reminders; `verb` is show, mute, unmute or test."""

    verb: str = "show"
    project: Name | None = None


@dataclass(frozen=True, slots=True)
class Explain(Command):
    """Explain another line (given by all its readings): who may do it, what is missing, which rule decided."""

    text: str
    readings: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Help(Command):
    """Show help, on one word if given."""

    word: str | None = None


@dataclass(frozen=True, slots=True)
class CheckHealth(Command):
    """Check whether everything works."""


@dataclass(frozen=True, slots=True)
class OpenForm(Command):
    """Open a form, for a command typed without arguments (`/deploy`). `verb` is the noun or verb typed."""

    verb: str


@dataclass(frozen=True, slots=True)
class Understood:
    """All readings of a line, most likely first, at least one. `text` is the normalised line."""

    text: str
    readings: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """A line that cannot be parsed.

    `near` are valid lines that may have been meant; `usage` is the usage line of the verb that was recognised (empty if
    none was); `example` is made from the person's own words.
    """

    text: str
    problem: str
    """A code: unknown_verb, missing_part, unexpected_words, unclosed_quote, bad_time, no_time, bad_date, bad_zone,
    bad_duration, bad_field, twice, not_alone, too_long, empty."""
    detail: str = ""
    """The word or the part that the problem is about: ``TIME``, ``prodction``."""
    usage: str = ""
    example: str = ""
    near: tuple[str, ...] = ()


Parsed = Understood | Misunderstood
