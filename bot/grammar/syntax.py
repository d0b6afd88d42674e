"""How a line is typed: the part of its registration that the grammar needs.

The usage that people read is the grammar. Small words are typed as they stand, capitals are what people fill in,
brackets may be left out, a bar is a choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.grammar.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """A first word that several lines share, such as ``project`` or ``evaluation``."""

    word: str
    """In the singular."""
    spellings: tuple[str, ...] = ()
    """Other ways to write it, of one word or two: ``projects``, ``ai config``."""
    group: str
    """The heading in help under which its lines stand."""
    slash: str = ""
    """The slash command of its own, such as ``evaluations``; empty when it has none."""
    about: str = ""
    """What the slash command is for; empty where its first line says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """One line of the language, as it is typed and explained."""

    key: str
    """The words that identify it, such as ``project update``."""
    usage: str
    does: str
    example: str
    command: type[Command]
    """What the line is parsed into."""
    noun: Noun | None = None
    """The noun that it begins with; None when it begins with a verb of its own."""
    group: str = ""
    """The heading in help, for a line without a noun."""
    spellings: tuple[str, ...] = ()
    """Other ways to write its verb; those of a noun stand with the noun."""
    slash: str = ""
    """The slash command of its own, for a line without a noun."""
    says: str = ""
    """How the bot writes the line, where the usage could mean something else too."""
    also: tuple[str, ...] = ()
    """Understood as well; its names hold small words only if there is no other reading."""
    loose: tuple[str, ...] = ()
    """Understood as well, if no name in it holds a small word."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Fields of the command that the small words stand for."""
    places: Mapping[str, str] = field(default_factory=dict)
    """What people fill in → the field of the command, where it differs from `vocabulary.PLACES`."""
    opens_form: tuple[str, ...] = ()
    """Beginnings of the line that open its form when nothing stands behind them."""
    plural_alone: bool = False
    """The plural of its noun alone means this line."""
    ready: bool = True
    """False when the line is understood but cannot be done yet."""

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
        """The slash command that begins this line; empty when there is none."""
        return self.noun.slash if self.noun else self.slash


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A slash command, without slash and prefix."""

    name: str
    description: str
    usage: str
    """What can stand behind it; Slack shows it as the hint."""
