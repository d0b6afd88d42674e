"""Making and changing projects: what it would do, and what it came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slack_sdk.models.blocks import Block

from bot.domain.outcomes import Altered, ProjectPreview, ProjectSaved, Suggestion
from handlers.ids import Action
from handlers.messages.blocks import Message, actions, bullets, button, code, compose, context, run_buttons, section

NAME = 120
"""Longest new name that is shown whole: it has to be read before it is confirmed."""


def lines(shown: ProjectPreview) -> tuple[str, ...]:
    """What the button that confirms it needs, stored as a line is."""
    return (shown.kept,) if shown.kept is not None else ()


def preview(shown: ProjectPreview, drafts: Mapping[str, str]) -> Message:
    """Old → new, a warning, and the button that does it."""
    if shown.project is not None:
        head = f"Change the project {code(shown.project.name, NAME)}?"
    else:
        head = f"Make the project {code((shown.name.new if shown.name else None) or '', NAME)}?"
    fields = list(_fields(shown.name, shown.directory))
    draft = drafts.get(shown.kept) if shown.kept is not None else None
    label = "Change it" if shown.project else "Make it"
    return compose(
        f"{head} {'; '.join(fields)}. {_warning(shown)}Nothing is done before it is confirmed.",
        section(f"*{head}* Nothing is done before it is confirmed."),
        bullets(fields),
        section(f"⚠️ {_warning(shown)}".rstrip()) if _warning(shown) else None,
        actions([button(label, Action.PROJECT_CONFIRM, draft, style="primary")]) if draft else None,
        context(f"At {code(shown.provider, 40)}. Decided by the rule that every full member may."),
    )


def _fields(name: Altered | None, directory: Altered | None) -> Iterator[str]:
    for what, each in (("Name", name), ("Directory", directory)):
        if each is not None:
            old = f"{code(each.old, NAME)} → " if each.old is not None else ""
            yield f"{what}: {old}{code(each.new or '', NAME)}"


def _warning(shown: ProjectPreview) -> str:
    if shown.project is None or shown.name is None:
        return ""
    return (
        f"Applications that address it by its name, {code(shown.name.old or '', NAME)}, "
        "no longer find it afterwards. Those that use its id are not affected. "
    )


def saved(shown: ProjectSaved, drafts: Mapping[str, str]) -> Message:
    """It is as it was asked for."""
    name = code(shown.project.name, NAME)
    head = f"The project {name} is made." if shown.made else f"The project {name} is changed."
    fields = list(_fields(shown.name, shown.directory))
    then = "Nothing is live in it yet." if shown.made else ""
    text = f"{head} {'; '.join(fields)}. It was read back and found true. {then}".rstrip()
    return compose(text, *_blocks(head, fields, then), run_buttons(next_suggestions(shown), drafts))


def _blocks(head: str, fields: list[str], then: str) -> Iterator[Block]:
    yield section(f"✅ *{head}* It was read back and found true. {then}".rstrip())
    yield bullets(fields)


def next_suggestions(shown: ProjectSaved) -> tuple[Suggestion, ...]:
    """What can be looked at next."""
    return (Suggestion("Show the project", shown.line),)
