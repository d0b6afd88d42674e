"""Matching of words to a pattern. A place can hold any number of words, so there can be several matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.grammar.durations import like_span, span
from bot.grammar.lines import language
from bot.grammar.patterns import BEHIND_WALLS, Pattern
from bot.grammar.times_of_day import clock, like_clock
from bot.grammar.values import is_change_id, is_field, reads_as_directory
from bot.grammar.vocabulary import STATUSES
from bot.grammar.words import Word


@dataclass(frozen=True, slots=True)
class Filled:
    """One place, and the range of words that fill it."""

    place: str
    start: int
    end: int


Fit = tuple[Filled, ...]

_LOOSE_WORDS = 10
"""Maximum number of words for patterns where names follow each other without a small word between them."""


class Typed:
    """The words after the head, with the positions that cannot be part of a name."""

    def __init__(self, head: str, words: Sequence[Word]) -> None:
        self.head = head
        self.words = words
        self.keys = [word.key for word in words]
        self.small = language().small_words(head)
        self.verbs = language().verbs(head)
        self._leads = language().walls(head)
        self.all_keys = frozenset(self.keys)
        self.walls = frozenset(position for position in range(len(words)) if self._is_wall(position))
        self.name_limits = self._name_limits()

    def _is_wall(self, position: int) -> bool:
        """Whether a part begins here that unquoted names cannot include: ``at 9:00``, ``in 2 hours``, ``in dir_1``."""
        key, rest = self.keys[position], self.keys[position + 1 :]
        if self.head == "evaluation":
            return key in STATUSES and (not rest or position == (self.keys[0] == "list"))
        if self.head == "change" and len(self.words) == 1:
            return is_change_id(self.words[0].text)
        return any(word == key and self._is_formed(place, position + 1) for word, place in self._leads)

    def _is_formed(self, place: str, position: int) -> bool:
        """Whether the words from a position on have the format of this place."""
        rest = self.keys[position:]
        match place:
            case "TIME":
                return like_clock(rest)
            case "DURATION":
                return like_span(rest)
            case _:
                return bool(rest) and reads_as_directory(self.words[position].text)

    def _name_limits(self) -> list[int]:
        """For each word, the limit of an unquoted name that begins with it; its own position if none can."""
        limits = [len(self.words)]
        for position in range(len(self.words) - 1, -1, -1):
            word = self.words[position]
            ends = word.quoted or word.mixed or position in self.walls or is_field(word)
            limits.append(position if ends else limits[-1])
        return limits[::-1]

    def fits(self, pattern: Pattern) -> Iterator[Fit]:
        """All ways to fill the pattern, those with longer first names first."""
        if pattern.has_wall != bool(self.walls) and self.head not in ("evaluation", "change"):
            return
        if all(part.is_place or part.spellings & self.all_keys for part in pattern.parts):
            yield from _Walk(self, pattern).from_(0, 0)

    def furthest(self, pattern: Pattern) -> tuple[int, int, Fit]:
        """The longest partial match: words and parts used, and the places filled so far."""
        walk = _Walk(self, pattern)
        for _ in walk.from_(0, 0):
            break
        return walk.furthest

    def ends(self, place: str, start: int) -> Iterator[int]:
        """The positions where a place that begins at word `start` can end."""
        keys, words = self.keys, self.words
        match place:
            case "TIME" | "DURATION":
                matched = clock(keys[start:]) if place == "TIME" else span(keys[start:])
                return iter((start + matched[1],) if matched else ())
            case "STATUS":
                return iter((start + 1,) if keys[start] in STATUSES else ())
            case "ID":
                return iter((start + 1,) if is_change_id(words[start].text) else ())
            case "DIRECTORY":
                return iter((start + 1,) if reads_as_directory(words[start].text) else ())
            case "FIELD=VALUE…":
                return iter((len(words),) if is_field(words[start]) else ())
            case "WORDS" | "WORD":
                reserved = start == 0 and keys[0] in self.verbs
                return iter(() if reserved else (len(words),))
        return self._name_ends(start)

    def _name_ends(self, start: int) -> Iterator[int]:
        words = self.words
        if words[start].quoted or words[start].mixed:
            return iter((start + 1,) if words[start].text.strip() and not is_field(words[start]) else ())
        if start == 0 and self.keys[0] in self.verbs:
            return iter(())
        return iter(range(self.name_limits[start], start, -1))

    def strays(self, fit: Fit) -> int:
        """The number of small words inside names of several words."""
        spans = [(filled.start, filled.end) for filled in fit if filled.end - filled.start > 1]
        return sum(key in self.small for start, end in spans for key in self.keys[start:end] if key)

    def begins_small(self, fit: Fit) -> bool:
        """Whether a name of several words begins with a small word, as *to do* does."""
        return any(filled.end - filled.start > 1 and self.keys[filled.start] in self.small for filled in fit)

    def tidy(self, fit: Fit, strictness: int) -> bool:
        """Whether the names contain no more small words than the strictness allows."""
        if strictness == 0:
            return True
        names = [self.keys[filled.start : filled.end] for filled in fit if filled.place not in ("TIME", "DURATION")]
        if strictness == 1:
            return not any(name[0] in self.small or name[-1] in self.small for name in names)
        few = sum(map(len, names)) <= _LOOSE_WORDS
        return few and not any(key in self.small for name in names for key in name)


class _Walk:
    """One search through one pattern. Dead ends are remembered and not tried again, so the work stays bounded."""

    def __init__(self, typed: Typed, pattern: Pattern) -> None:
        self.typed = typed
        self.parts = pattern.parts
        self.dead: set[tuple[int, int]] = set()
        self.furthest: tuple[int, int, Fit] = (0, 0, ())

    def from_(self, part: int, position: int, filled: Fit = ()) -> Iterator[Fit]:
        """All ways to match the parts from `part` on to the words from `position` on."""
        if (position, part) > self.furthest[:2]:
            self.furthest = (position, part, filled)
        total = len(self.typed.words)
        if part == len(self.parts):
            if position == total:
                yield filled
            return
        if position == total or (part, position) in self.dead:
            return
        fitted = False
        for end, more in self._steps(part, position):
            for fit in self.from_(part + 1, end, (*filled, *more)):
                fitted = True
                yield fit
        if not fitted:
            self.dead.add((part, position))

    def _steps(self, part: int, position: int) -> Iterator[tuple[int, Fit]]:
        """The ends of one part that begins at a word, each with the place that it fills, if any."""
        keys, current = self.typed.keys, self.parts[part]
        if not current.is_place:
            behind = self.parts[part + 1].text if part + 1 < len(self.parts) else ""
            if keys[position] in current.spellings and (position not in self.typed.walls or behind in BEHIND_WALLS):
                yield position + 1, ()
            return
        following = self.parts[part + 1].spellings if part + 1 < len(self.parts) else None
        for end in self.typed.ends(current.text, position):
            # Cheap check of the next word before descending. The end of the line is always visited, for `furthest`.
            if not following or end == len(keys) or keys[end] in following:
                yield end, (Filled(current.text, position, end),)
