"""Writing a command back as a line that can be typed."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import fields
from datetime import timedelta
from itertools import combinations
from typing import Any

from bot.domain.times import At, In
from bot.grammar.commands import Assignment, Command, Explain, Name, OpenForm, Understood
from bot.grammar.durations import written
from bot.grammar.lines import language
from bot.grammar.parser import understand
from bot.grammar.patterns import Part, Pattern, field_of
from bot.grammar.words import UnclosedQuote, cut, protected

_PREFIXED = re.compile(r"([\w.-]+:)(\S.*)", re.DOTALL)
_JOINED = re.compile(r"(.*\S)@(\S.*)", re.DOTALL)


def quote(text: str) -> str:
    """The text in quotes, so that it is parsed as one literal name."""
    return protected(_quoted(text))


def say(reading: Command) -> str:
    """The line that means exactly this command. Names are only quoted if the line would be ambiguous otherwise.

    A name that no line can express, such as only spaces, is written nevertheless. Raises `ValueError` for a command
    that no line can express, such as a test of reminders for one project.
    """
    if isinstance(reading, OpenForm):
        return reading.verb
    if isinstance(reading, Explain):
        return protected(f"explain {reading.text}")
    pattern = _pattern_for(reading)
    names = [part.text for part in pattern.parts if isinstance(_value(pattern, part, reading), Name)]
    names.sort(key=lambda place: place in ("ENV", "SOURCE"))  # aliases are only recognised without quotes
    for count in range(len(names) + 1):
        for in_quotes in combinations(names, count):
            line = _written(pattern, reading, in_quotes)
            if _means_only(line, reading):
                return protected(line)
    return protected(_written(pattern, reading, names))


def _means_only(line: str, reading: Command) -> bool:
    """Whether this is the line's only reading, ignoring which names are quoted."""
    parsed = understand(line)
    return isinstance(parsed, Understood) and [_plainly(other) for other in parsed.readings] == [_plainly(reading)]


def _plainly(reading: Command) -> tuple[Any, ...]:
    values = (getattr(reading, field.name) for field in fields(reading))
    return (type(reading), *(value.text if isinstance(value, Name) else value for value in values))


def _pattern_for(reading: Command) -> Pattern:
    """The first pattern with places for exactly those fields of the command that have a value."""
    line = language().line_of(reading)
    values = {
        field.name: getattr(reading, field.name)
        for field in fields(reading)
        if getattr(reading, field.name) not in (None, ()) and (line is None or field.name not in line.fixed)
    }
    for pattern in language().patterns(line.head) if line else ():
        places = pattern.fields
        timed = "TIME" if isinstance(values.get("when"), At) else "DURATION"
        if pattern.line is line and places.keys() == values.keys() and places.get("when", timed) == timed:
            return pattern
    raise ValueError(f"saying {reading!r}: no line means this")


def _written(pattern: Pattern, reading: Command, in_quotes: Collection[str]) -> str:
    first = (pattern.line.says or pattern.line.usage).split()[0]
    pieces = [first, *(_part(pattern, part, reading, in_quotes=part.text in in_quotes) for part in pattern.parts)]
    if pattern.reason:
        pieces += ["because", str(getattr(reading, "because"))]  # noqa: B009 - not every command has it
    return " ".join(pieces)


def _value(pattern: Pattern, part: Part, reading: Command) -> Any:
    return getattr(reading, field_of(pattern.line, part.text)) if part.is_place else None


def _part(pattern: Pattern, part: Part, reading: Command, *, in_quotes: bool) -> str:
    if not part.is_place:
        return part.text
    value = _value(pattern, part, reading)
    match value:
        case Name(text, quoted):
            return _name(text, quoted=quoted, in_quotes=in_quotes)
        case In(_, text) | At(_, text):
            return text
        case timedelta():
            return written(value)
        case tuple():
            return " ".join(_assignment(assignment) for assignment in value)
    words = str(value).split(" ") if part.text in ("WORDS", "WORD") else [str(value)]
    return str(value) if all(map(_is_plain, words)) else _quoted(str(value))


def _name(text: str, *, quoted: bool, in_quotes: bool) -> str:
    if quoted:
        return _quoted(text)
    if not in_quotes and _is_plain(text):
        return text
    # Parts before a colon or around an at sign have their own meaning, which quotes around everything would end.
    if prefixed := _PREFIXED.fullmatch(text):
        return prefixed[1] + _quoted(prefixed[2])
    if joined := _JOINED.fullmatch(text):
        return f"{_quoted(joined[1])}@{_quoted(joined[2])}"
    return _quoted(text)


def _assignment(assignment: Assignment) -> str:
    bare = f"{assignment.field}={assignment.value}"
    return bare if assignment.value and _is_bare(bare) else f"{assignment.field}={_quoted(assignment.value)}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_plain(text: str) -> bool:
    """Whether the text is one unquoted word that is parsed unchanged and is not an assignment."""
    return _is_bare(text) and "=" not in text


def _is_bare(text: str) -> bool:
    try:
        words, _ = cut(text)
    except UnclosedQuote:
        return False
    return [(word.text, word.bare) for word in words] == [(text, len(text))]
