"""Help, made from the table of lines that the grammar keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from slack_sdk.models.blocks import Block

from bot.grammar import LINES, NOT_YET, Line
from bot.grammar.lines import HEADS
from handlers.ids import Action
from handlers.messages.blocks import Message, actions, button, code, compose, context, section, stack
from handlers.messages.forms import FORM_VERBS

GROUPS: dict[str, tuple[str, ...]] = {
    "Change what is live": ("deploy", "promote", "rollback", "deactivate"),
    "Decide and look back": ("approval", "change", "withdraw", "move"),
    "Look": ("deployment", "project", "config"),
    "Evaluations": ("evaluation",),
    "Protect": ("lock", "unlock"),
    "Reminders": ("reminder",),
    "More": ("explain", "help", "doctor"),
}
"""Headings of the overview, and the heads of lines under them."""


def help_message(word: str | None, lines: Sequence[Line] = LINES, commands: Iterable[str] = ()) -> Message:
    """All lines by group, or those that begin with `word`. `commands` are the slash commands as they are registered."""
    if word is None or not word.strip():
        return _overview(lines, commands)
    found = _about(word, lines)
    if not found:
        text = f"I have no help on {code(word)}. Type `help` to see everything you can type."
        return compose(text, section(text))
    return compose(
        f"{code(found[0].usage, 300)}: {found[0].does} For example: {code(found[0].example, 300)}.",
        section(f"*Help on* {code(word)}"),
        *(_whole(line) for line in found),
    )


def _about(word: str, lines: Sequence[Line]) -> list[Line]:
    words = tuple(word.casefold().removeprefix("/").split())
    exact = [line for line in lines if line.key == " ".join(words) and len(words) > 1]
    head = HEADS.get(words[:2]) or HEADS.get(words[:1]) or "".join(words[:1])
    return exact or [line for line in lines if line.head == head]


def _whole(line: Line) -> Block:
    later = " I can't do this yet." if line.key in NOT_YET else ""
    return section(f"{code(line.usage, 300)}\n{line.does}{later}\nFor example: {code(line.example, 300)}")


def _overview(lines: Sequence[Line], commands: Iterable[str]) -> Message:
    ways = " ".join(code(command) for command in commands)
    later = [line.key for line in lines if line.key in NOT_YET]
    return compose(
        "I change which config is live, with review, proof and undo. Type `help WORD` to read more about a line.",
        section("*What you can type* after `/configbot`, or after mentioning me:"),
        *_groups(lines),
        actions([button("Deploy with a form", Action.OPEN_FORM, "deploy")]),
        context("`help deploy` tells you more about one line. Put `explain` before any line to see what it would do."),
        context(f"Also as slash commands: {ways}") if ways else None,
        context(f"I understand these, but can't do them yet: {', '.join(map(code, later))}") if later else None,
    )


def _groups(lines: Sequence[Line]) -> Iterator[Block]:
    for group, heads in GROUPS.items():
        shown = [line for head in heads for line in lines if line.head == head and line.key not in NOT_YET]
        if shown:
            yield stack([f"*{group}*", *(code(line.usage, 120) for line in shown)])


def open_form(verb: str) -> Message:
    """A mention cannot open a form by itself: a button that does."""
    known = verb if verb in FORM_VERBS else "deploy"
    text = f"Press the button to fill in a form for {code(known)}, or type `help {known}` to see how to type it."
    return compose(text, section(text), actions([button("Open form", Action.OPEN_FORM, known)]))
