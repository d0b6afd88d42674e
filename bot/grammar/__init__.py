"""Words to readings and back: everything people may type stands in one table, `LINES`."""

from bot.grammar.lines import COMMANDS, LINES, NOT_YET, Line, SlashUsage
from bot.grammar.lookup import is_not_yet, line_of, usage
from bot.grammar.parser import parse, parse_time
from bot.grammar.times_of_day import exactly
from bot.grammar.writer import quote, say

__all__ = [
    "COMMANDS",
    "LINES",
    "NOT_YET",
    "Line",
    "SlashUsage",
    "exactly",
    "is_not_yet",
    "line_of",
    "parse",
    "parse_time",
    "quote",
    "say",
    "usage",
]
