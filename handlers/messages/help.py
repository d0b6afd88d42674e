"""Help, made from the table of lines that the grammar knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from handlers.ids import Action
from handlers.messages.blocks import Message, actions, bullets, button, code, compose, context, section
from handlers.messages.forms import FORM_VERBS


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One line of the language: its usage, what it does, and under which heading it is found."""

    usage: str
    does: str
    group: str


def help_message(word: str | None, lines: Sequence[HelpLine], commands: Iterable[str] = ()) -> Message:
    """All lines by group, or those that have to do with `word`."""
    if word is None:
        return _overview(lines, commands)
    wanted = word.casefold().strip()
    found = [each for each in lines if wanted in each.usage.casefold().split() or wanted == each.group.casefold()]
    if not found:
        text = f"There is no help on {code(word)}. `help` shows every line that works."
        return compose(text, section(text))
    return compose(
        f"Help on {code(word)}: {'; '.join(code(each.usage, 200) for each in found[:5])}.",
        section(f"*Help on* {code(word)}"),
        bullets(f"{code(each.usage, 200)}\n    {each.does}" for each in found),
    )


def _overview(lines: Sequence[HelpLine], commands: Iterable[str]) -> Message:
    groups = list(dict.fromkeys(each.group for each in lines))
    ways = " ".join(code(command) for command in commands)
    return compose(
        "configbot changes which config is live, with review, proof and undo. `help WORD` says more about a line.",
        section("*What you can type* after `/configbot` or after mentioning configbot"),
        *(_group(group, [each for each in lines if each.group == group]) for group in groups),
        context(f"As commands of their own: {ways}") if ways else None,
        actions([button("Deploy with a form", Action.OPEN_FORM, "deploy")]),
        context("`help deploy` says more about one line. `explain` before any line says what would happen."),
    )


def _group(group: str, lines: Iterable[HelpLine]) -> Block:
    return section(f"*{group}*\n" + "\n".join(code(each.usage, 120) for each in lines))


def open_form(verb: str) -> Message:
    """A mention cannot open a form by itself: a button that does."""
    known = verb if verb in FORM_VERBS else "deploy"
    text = f"Press the button to fill in {code(known)} by picking, or type `help {known}` to see how it is typed."
    return compose(text, section(text), actions([button("Open form", Action.OPEN_FORM, known)]))
