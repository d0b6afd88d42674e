"""Help, made from the registered lines of the grammar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from slack_sdk.models.blocks import Block

from bot.features.registration import form_of
from bot.grammar import Syntax, language
from handlers.ids import Action
from handlers.messages.blocks import Message, actions, button, code, compose, context, section, stack


def help_message(word: str | None, lines: Sequence[Syntax] | None = None, commands: Iterable[str] = ()) -> Message:
    """All lines by group, or those that begin with `word`. `commands` are the registered slash commands."""
    if word is None or not word.strip():
        return _overview(language().lines if lines is None else lines, commands)
    matches = language().about(word.removeprefix("/"))
    if not matches:
        text = f"I have no help on {code(word)}. Type `help` to see everything you can type."
        return compose(text, section(text))
    return compose(
        f"{code(matches[0].usage, 300)}: {matches[0].does} For example: {code(matches[0].example, 300)}.",
        section(f"*Help on* {code(word)}"),
        *(_full_entry(line) for line in matches),
    )


def _full_entry(line: Syntax) -> Block:
    note = " I can't do this yet." if not line.ready else ""
    return section(f"{code(line.usage, 300)}\n{line.does}{note}\nFor example: {code(line.example, 300)}")


def _overview(lines: Sequence[Syntax], commands: Iterable[str]) -> Message:
    slash_commands = " ".join(code(command) for command in commands)
    not_ready = [line.key for line in lines if not line.ready]
    return compose(
        "I change which config is live, with review, proof and undo. Type `help WORD` to read more about a line.",
        section("*What you can type* after `/configbot`, or after mentioning me:"),
        *_groups(lines),
        actions([button("Deploy with a form", Action.OPEN_FORM, "deploy")]),
        context("`help deploy` tells you more about one line. Put `explain` before any line to see what it would do."),
        context(f"Also as slash commands: {slash_commands}") if slash_commands else None,
        context(f"I understand these, but can't do them yet: {', '.join(map(code, not_ready))}") if not_ready else None,
    )


def _groups(lines: Sequence[Syntax]) -> Iterator[Block]:
    """The implemented lines under their headings, in the order in which headings were first registered."""
    for group in dict.fromkeys(line.heading for line in lines):
        ready = [line for line in lines if line.heading == group and line.ready]
        if ready:
            yield stack([f"*{group}*", *(code(line.usage, 120) for line in ready)])


def open_form(verb: str) -> Message:
    """A button that opens a form, because a mention has no trigger to open one."""
    form_verb = verb if form_of(verb) else "deploy"
    text = (
        f"Press the button to fill in a form for {code(form_verb)}, or type `help {form_verb}` to see how to type it."
    )
    return compose(text, section(text), actions([button("Open form", Action.OPEN_FORM, form_verb)]))
