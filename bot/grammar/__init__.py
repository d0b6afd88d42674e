"""Words to readings and back: everything people may type stands in one table, `LINES`."""

from bot.grammar.clocks import exactly
from bot.grammar.lines import COMMANDS, LINES, NOT_YET, Command, Line
from bot.grammar.lookup import is_not_yet, line_of, usage
from bot.grammar.parsing import parse, parse_time
from bot.grammar.speaking import quote, say

__all__ = [
    "COMMANDS",
    "LINES",
    "NOT_YET",
    "Command",
    "Line",
    "exactly",
    "is_not_yet",
    "line_of",
    "parse",
    "parse_time",
    "quote",
    "say",
    "usage",
]
