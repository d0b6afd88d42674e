"""The slash commands, made from the table of lines."""

from __future__ import annotations

from dataclasses import dataclass

from bot.grammar.lines import COMMAND_HEADS, lines_of


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command, without slash and prefix."""

    name: str
    description: str
    usage: str
    """What can stand behind it; Slack shows it as the hint."""


_ABOUT = {
    "project": "Make, show, list and change projects.",
    "config": "Show, list and compare configs.",
    "evaluation": "List, show and complete evaluations.",
}


def _commands() -> tuple[Command, ...]:
    commands = []
    for name, head in COMMAND_HEADS.items():
        lines = lines_of(head)
        hint = " | ".join(" ".join(line.usage.split()[1:]) for line in lines)
        commands.append(Command(name, _ABOUT.get(head, lines[0].does), hint or "[help]"))
    return (*commands, Command("configbot", "Everything configbot can do, in one line.", "LINE | help [WORD]"))


COMMANDS = _commands()
"""The slash commands, in the order in which they are registered."""
