"""The syntax of a line: the part of its registration that the grammar needs.

The usage text is the grammar. Small words are typed literally, words in capitals are filled in, brackets are
optional, a bar is a choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.grammar.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """A first word that several lines share, such as ``project`` or ``evaluation``."""

    word: str
    """The noun in the singular."""
    spellings: tuple[str, ...] = ()
    """Other spellings, of one word or two: ``projects``, ``ai config``."""
    group: str
    """The heading of its lines in help."""
    slash: str = ""
    """Its slash command, such as ``evaluations``; empty if it has none."""
    about: str = ""
    """Description of the slash command; empty if that of its first line is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """One line of the language: how it is typed and explained."""

    key: str
    """Its unique key, such as ``project update``."""
    usage: str
    does: str
    example: str
    command: type[Command]
    """The type that the line is parsed into."""
    noun: Noun | None = None
    """The noun that it begins with; None if it begins with a verb."""
    group: str = ""
    """The heading in help, if the line has no noun."""
    spellings: tuple[str, ...] = ()
    """Other spellings of its verb; those of a noun are in `Noun`."""
    slash: str = ""
    """Its slash command, if the line has no noun."""
    says: str = ""
    """The form in which the bot writes the line, if the usage would be ambiguous."""
    also: tuple[str, ...] = ()
    """Also accepted; names contain small words only if there is no other reading."""
    loose: tuple[str, ...] = ()
    """Also accepted if no name contains a small word."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Fields of the command with fixed values for this line."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Place → field of the command, where it differs from `vocabulary.PLACES`."""
    opens_form: tuple[str, ...] = ()
    """Beginnings of the line that open its form when typed alone."""
    plural_alone: bool = False
    """Whether the plural of its noun alone means this line."""
    ready: bool = True
    """False if the line is understood but its feature does not exist yet."""

    @property
    def head(self) -> str:
        """The first word: a verb, or the noun in the singular."""
        return self.noun.word if self.noun else self.key.split()[0]

    @property
    def heading(self) -> str:
        """The heading in help."""
        return self.noun.group if self.noun else self.group

    @property
    def slash_command(self) -> str:
        """The slash command for this line; empty if there is none."""
        return self.noun.slash if self.noun else self.slash


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A slash command, without slash and prefix."""

    name: str
    description: str
    usage: str
    """Its arguments; shown by Slack as the hint."""
