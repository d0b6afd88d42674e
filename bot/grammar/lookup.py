"""Questions about the table of lines."""

from __future__ import annotations

from bot.grammar.commands import Command, Explain, OpenForm
from bot.grammar.lines import HEADS, LINES, NOT_YET, Line, lines_of


def line_of(reading: Command) -> Line | None:
    """The line that a reading is of; None for a form, which has none."""
    for line in LINES:
        if line.reading is type(reading) and all(getattr(reading, name) == line.fixed[name] for name in line.fixed):
            return line
    return None


def usage(verb: str) -> str:
    """The usage lines of a verb, a noun (all of its lines) or a key such as ``project update``; else empty."""
    words = tuple(verb.lower().split())
    head = HEADS.get(words[:2]) or HEADS.get(words[:1]) or " ".join(words[:1])
    exact = [line for line in LINES if line.key == " ".join(words) and len(words) > 1]
    return " · ".join(line.usage for line in exact or lines_of(head))


def is_not_yet(reading: Command) -> bool:
    """Whether a reading is understood but cannot be done yet."""
    match reading:
        case OpenForm(verb):
            return all(line.key in NOT_YET for line in lines_of(verb.split()[0]))
        case Explain(_, readings):
            return all(is_not_yet(inner) for inner in readings)
    line = line_of(reading)
    return line is not None and line.key in NOT_YET
