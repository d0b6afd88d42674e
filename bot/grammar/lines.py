"""All registered lines, and what is derived from them: first words, patterns, forms, slash commands.

Features register their lines with `register`; no other place lists them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, fields
from functools import cached_property
from itertools import combinations

from bot.grammar.commands import Command
from bot.grammar.patterns import BEHIND_WALLS, Pattern, patterns_of
from bot.grammar.syntax import SlashCommand, Syntax
from bot.grammar.vocabulary import SPELLINGS

UMBRELLA = SlashCommand("configbot", "Everything configbot can do, in one line.", "LINE | help [WORD]")
"""The slash command that accepts every line."""


class Language:
    """A fixed set of lines. Derived values are computed once, on first use."""

    def __init__(self, lines: Sequence[Syntax]) -> None:
        self.lines = tuple(lines)
        self._small: dict[str, frozenset[str]] = {}

    @cached_property
    def spellings(self) -> dict[tuple[str, ...], str]:
        """Other spellings of the first word or two → the head that they mean."""
        heads: dict[tuple[str, ...], str] = {}
        for line in self.lines:
            for text in line.noun.spellings if line.noun else line.spellings:
                heads[tuple(text.split())] = line.head
        return heads

    @cached_property
    def heads(self) -> frozenset[str]:
        """Every first word (head) of a line, nouns in the singular."""
        return frozenset(line.head for line in self.lines)

    @cached_property
    def nouns(self) -> frozenset[str]:
        """First words that may be followed by a verb."""
        return frozenset(line.noun.word for line in self.lines if line.noun)

    @cached_property
    def forms(self) -> dict[str, Syntax]:
        """Beginning of a line → the line whose form it opens when typed alone."""
        return {text: line for line in self.lines for text in line.opens_form}

    @cached_property
    def slash_commands(self) -> tuple[SlashCommand, ...]:
        """The slash commands, in order of registration; the umbrella command is last."""
        commands: dict[str, SlashCommand] = {}
        for line in self.lines:
            name = line.slash_command
            if name and name not in commands:
                lines = self.of_head(line.head)
                hint = " | ".join(" ".join(each.usage.split()[1:]) for each in lines)
                about = line.noun.about if line.noun else ""
                commands[name] = SlashCommand(name, about or lines[0].does, hint or "[help]")
        return (*commands.values(), UMBRELLA)

    @cached_property
    def _by_head(self) -> dict[str, tuple[Pattern, ...]]:
        patterns: dict[str, list[Pattern]] = {}
        for line in self.lines:
            for first, pattern in patterns_of(line):
                patterns.setdefault(self.spellings.get((first,), first), []).append(pattern)
        return {head: tuple(sorted(group, key=lambda each: each.strictness)) for head, group in patterns.items()}

    def of_head(self, head: str) -> tuple[Syntax, ...]:
        """The lines that begin with this verb or noun (in the singular)."""
        return tuple(line for line in self.lines if line.head == head)

    def patterns(self, head: str) -> tuple[Pattern, ...]:
        """All patterns that begin with this verb or noun (in the singular), least strict first."""
        return self._by_head.get(head, ())

    def verbs(self, head: str) -> frozenset[str]:
        """The verbs that can follow this noun; empty if `head` is a verb itself."""
        if head not in self.nouns:
            return frozenset()
        firsts = [pattern.parts[0] for pattern in self.patterns(head) if pattern.parts]
        return frozenset(part.text for part in firsts if not part.is_place and part.text not in SPELLINGS)

    def small_words(self, head: str) -> frozenset[str]:
        """The small words inside lines with this head, in all spellings."""
        if head not in self._small:
            spellings = (part.spellings for pattern in self.patterns(head) for part in pattern.parts)
            self._small[head] = frozenset().union(*spellings) - self.verbs(head)
        return self._small[head]

    def walls(self, head: str) -> frozenset[tuple[str, str]]:
        """Pairs of a small word and the place behind it, if that place is recognisable by its format.

        For a duration only the spelling in the usage counts: nobody writes ``on 2 hours``.
        """
        pairs = set()
        for pattern in self.patterns(head):
            for part, behind in zip(pattern.parts, pattern.parts[1:], strict=False):
                if not part.is_place and behind.text in BEHIND_WALLS:
                    words = {part.text} if behind.text == "DURATION" else part.spellings
                    pairs |= {(word, behind.text) for word in words}
        return frozenset(pairs)

    def line_of(self, command: Command) -> Syntax | None:
        """The line that parses into this command; None for `OpenForm`, which has none."""
        for line in self._by_type.get(type(command), ()):
            if all(getattr(command, name) == line.fixed[name] for name in line.fixed):
                return line
        return None

    @cached_property
    def _by_type(self) -> dict[type[Command], list[Syntax]]:
        lines: dict[type[Command], list[Syntax]] = {}
        for line in self.lines:
            lines.setdefault(line.command, []).append(line)
        return lines

    def about(self, word: str) -> tuple[Syntax, ...]:
        """The lines of a verb, of a noun (all of them) or of a key such as ``project update``; empty if unknown."""
        words = tuple(word.lower().split())
        exact = tuple(line for line in self.lines if line.key == " ".join(words) and len(words) > 1)
        head = self.spellings.get(words[:2]) or self.spellings.get(words[:1]) or "".join(words[:1])
        return exact or self.of_head(head)

    def usage(self, word: str) -> str:
        """The usages of the lines that `about` returns, joined on one line."""
        return " · ".join(line.usage for line in self.about(word))

    def check(self) -> None:
        """Raises `ValueError` if a line cannot be typed, or takes what another line has already."""
        keys = [line.key for line in self.lines]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"registering lines: {', '.join(twice)} is registered twice")
        for line in self.lines:
            if problem := _flaw(line):
                raise ValueError(f"registering {line.key}: {problem}")
        for one, other in combinations(self.lines, 2):
            if problem := _clash(one, other):
                raise ValueError(f"registering {other.key}: {problem} of {one.key}")
        if taken := sorted(self.heads & {" ".join(words) for words in self.spellings}):
            raise ValueError(f"registering lines: {', '.join(taken)} is a first word and a spelling of another")


def _flaw(line: Syntax) -> str:
    """What is wrong with a line by itself; empty when nothing is."""
    if not (line.does and line.example and line.heading):
        return "help needs its words: does, example and group"
    if line.slash_command == UMBRELLA.name:
        return f"every line is typed behind /{UMBRELLA.name}"
    if any(len(spelling.split()) not in (1, 2) for spelling in line.spellings):
        return "a spelling has one word or two"
    known = {each.name: each for each in fields(line.command)}
    needed = {name for name, each in known.items() if each.default is MISSING and each.default_factory is MISSING}
    first = line.usage.split(maxsplit=1)[0] if line.usage else ""
    if first not in {line.head, *(line.noun.spellings if line.noun else line.spellings)}:
        return "its usage does not begin with its first word"
    try:
        patterns = patterns_of(line)
    except ValueError as error:
        return str(error)
    for _, pattern in patterns:
        filled = pattern.fields.keys() | line.fixed.keys()
        if missing := filled - known.keys():
            return f"its command has no {', '.join(sorted(missing))}"
        if (empty := needed - filled) and "LINE" not in pattern.fields.values():  # the parser fills that by itself
            return f"its command needs {', '.join(sorted(empty))}"
    return ""


def _clash(one: Syntax, other: Syntax) -> str:
    """What of another line a line takes, so that one of the two would never be reached; empty when nothing."""
    if one.command is other.command:
        told_apart = one.fixed.keys() & other.fixed.keys()
        if all(one.fixed[name] == other.fixed[name] for name in told_apart):
            return "it is parsed into the command"
    if shared := set(one.opens_form) & set(other.opens_form):
        return f"{', '.join(sorted(shared))} opens the form"
    if one.head != other.head:
        if one.slash_command and one.slash_command == other.slash_command:
            return f"/{one.slash_command} is the slash command"
        mine = one.noun.spellings if one.noun else one.spellings
        if shared := set(mine) & set(other.noun.spellings if other.noun else other.spellings):
            return f"{', '.join(sorted(shared))} is a spelling"
    return ""


_current = Language(())


def language() -> Language:
    """The language of all registered lines. Raises `RuntimeError` if none is registered."""
    if not _current.lines:
        raise RuntimeError("no lines are registered: import bot.features")
    return _current


def register(*lines: Syntax) -> None:
    """Add lines to the language. Raises `ValueError` as `Language.check` does."""
    global _current  # noqa: PLW0603 - the one set of lines of this process
    grown = Language((*_current.lines, *lines))
    grown.check()
    _current = grown


@contextmanager
def registered(*lines: Syntax) -> Iterator[None]:
    """Register lines while the block runs."""
    global _current  # noqa: PLW0603 - put back at the end of the block
    before = _current
    register(*lines)
    try:
        yield
    finally:
        _current = before
