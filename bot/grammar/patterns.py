"""Expansion of a usage string into flat patterns: one for each combination of options and choices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.grammar.syntax import Syntax
from bot.grammar.vocabulary import PLACES, SPELLINGS

if TYPE_CHECKING:
    from lark import Tree

_NOTATION = r"""
    usage: item+
    ?item: SMALL -> small
         | PLACE -> place
         | "[" choice "]" -> option
         | "(" choice ")"
    choice: usage ("|" usage)*
    SMALL: /[a-z]+/
    PLACE: /[A-Z][A-Z=…-]*/
    %ignore " "
"""


BEHIND_WALLS = frozenset({"TIME", "DURATION", "DIRECTORY"})
"""Places recognisable by format together with the small word before: unquoted names cannot include them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One element of a pattern: a small word with all its spellings, or a place that people fill in."""

    text: str
    spellings: frozenset[str]

    @property
    def is_place(self) -> bool:
        """Whether people fill it in."""
        return not self.spellings


@dataclass(frozen=True, slots=True)
class Pattern:
    """A line with all options resolved. `parts` are those after the first word, without ``because REASON``."""

    line: Syntax
    parts: tuple[Part, ...]
    reason: bool
    strictness: int
    """0: names may contain any word. 1: only if there is no other reading. 2: names contain no small words."""

    @property
    def has_wall(self) -> bool:
        """Whether it contains a place in `BEHIND_WALLS`."""
        return any(part.text in BEHIND_WALLS for part in self.parts)

    @property
    def fields(self) -> dict[str, str]:
        """Field of the command → the place that fills it."""
        places = [part.text for part in self.parts if part.is_place] + (["REASON"] if self.reason else [])
        return {field_of(self.line, place): place for place in places}


def field_of(line: Syntax, place: str) -> str:
    """The field of the line's command that a place fills. One that nothing is known of is a field by its own name."""
    return line.places.get(place) or PLACES.get(place) or place.lower()


def patterns_of(line: Syntax) -> list[tuple[str, Pattern]]:
    """Every pattern of a line, with its first word as in the usage. Raises `ValueError` for broken notation."""
    groups = [(line.says, 0), (line.usage, 0), *((text, 1) for text in line.also), *((text, 2) for text in line.loose)]
    patterns = []
    for text, strictness in groups:
        for parts in _written_out(text) if text else ():
            reason = parts[-1].text == "REASON"
            patterns.append((parts[0].text, Pattern(line, parts[1 : -2 if reason else None], reason, strictness)))
    return patterns


def _written_out(usage: str) -> list[tuple[Part, ...]]:
    from lark.exceptions import UnexpectedInput

    try:
        return _expand(_notation().parse(usage))
    except UnexpectedInput as error:
        raise ValueError(f"{usage!r} cannot be read from character {error.pos_in_stream} on") from error


@cache
def _notation() -> Any:
    from lark import Lark

    return Lark(_NOTATION, start="usage", parser="lalr")


def _expand(tree: Tree[Any]) -> list[tuple[Part, ...]]:
    """All flat sequences that a piece of notation expands to, the longest first."""
    match tree.data:
        case "small":
            text = str(tree.children[0])
            return [(Part(text, SPELLINGS.get(text, frozenset({text}))),)]
        case "place":
            return [(Part(str(tree.children[0]), frozenset()),)]
        case "option":
            return [*_expand(tree.children[0]), ()]
        case "choice":
            return [parts for child in tree.children for parts in _expand(child)]
    sequences: list[tuple[Part, ...]] = [()]
    for child in tree.children:
        sequences = [(*start, *rest) for start in sequences for rest in _expand(child)]
    return sequences
