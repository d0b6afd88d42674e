"""Parsing of command lines, and writing commands back as lines. Features register the lines of the language."""

from bot.grammar.lines import Language, language, register, registered
from bot.grammar.parser import parse, parse_time
from bot.grammar.syntax import Noun, SlashCommand, Syntax
from bot.grammar.writer import quote, say

__all__ = [
    "Language",
    "Noun",
    "SlashCommand",
    "Syntax",
    "language",
    "parse",
    "parse_time",
    "quote",
    "register",
    "registered",
    "say",
]
