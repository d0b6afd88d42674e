"""Making and changing projects: what can be changed, what it would do, and what it came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slack_sdk.models.blocks import Block

from bot.domain.drafts import Draft, Drafts
from bot.domain.outcomes import ProjectEditable, ProjectPreview, ProjectSaved
from bot.domain.project_edits import text_of
from bot.domain.project_fields import ProjectFields
from bot.domain.views import Suggestion
from handlers.ids import Action, Form
from handlers.messages import words
from handlers.messages.blocks import (
    Message,
    actions,
    bullets,
    button,
    code,
    compose,
    context,
    run_buttons,
    section,
)
from handlers.messages.rendering import renders

NAME = 120
"""Longest new value that is shown whole: it has to be read before it is confirmed."""

LABELS: Mapping[str, str] = {
    "name": "Name",
    "directory": "Directory",
    "description": "Description",
    "tags": "Tags",
    "maintainer": "Maintainer",
    "metric": "Metric",
    "inverted": "A lower metric is better",
}
"""Every field of a project, for people."""


def lines(shown: ProjectPreview) -> tuple[Draft, ...]:
    """What the button that confirms it does."""
    return (shown.kept,) if shown.kept is not None else ()


@renders(ProjectPreview, buttons=lines)
def preview(shown: ProjectPreview, drafts: Drafts) -> Message:
    """Old → new, a warning, and the button that does it."""
    if shown.project is not None:
        head = f"Change the {shown.noun} {code(shown.project.name, NAME)}?"
    else:
        head = f"Create the {shown.noun} {code(shown.new.name or '', NAME)}?"
    fields = list(_fields(shown.old, shown.new))
    draft = drafts.get(shown.kept) if shown.kept is not None else None
    label = "Change it" if shown.project else "Make it"
    return compose(
        f"{head} {'; '.join(fields)}. {_warning(shown)}Nothing happens until you confirm.",
        section(f"*{head}* Nothing happens until you confirm."),
        bullets(fields),
        section(f"⚠️ {_warning(shown)}".rstrip()) if _warning(shown) else None,
        actions([button(label, Action.PROJECT_CONFIRM, draft, style="primary")]) if draft else None,
        context(f"In {code(shown.provider, 40)}. Every full member may do this."),
    )


def _fields(old: ProjectFields, new: ProjectFields) -> Iterator[str]:
    """Every field that changes, its old value where it has one, and the new one."""
    for field in new.named():
        before = f"{_value(old, field)} → " if text_of(old, field) is not None else ""
        yield f"{LABELS[field]}: {before}{_value(new, field)}"


def _value(fields: ProjectFields, field: str) -> str:
    text = text_of(fields, field)
    return code(text, NAME) if text is not None else "none"


def _warning(shown: ProjectPreview) -> str:
    if shown.project is None or shown.new.name is None or shown.noun != "project":
        return ""
    return (
        f"Applications that look it up by its name, {code(shown.old.name or '', NAME)}, "
        "won't find it any more. Those that use its id are not affected. "
    )


def next_suggestions(shown: ProjectSaved) -> tuple[Suggestion, ...]:
    """What can be looked at next."""
    return (Suggestion(f"Show the {shown.noun}", shown.line),)


@renders(ProjectSaved, buttons=next_suggestions)
def saved(shown: ProjectSaved, drafts: Drafts) -> Message:
    """It is as it was asked for."""
    name = code(shown.project.name, NAME)
    head = f"I {'created' if shown.made else 'changed'} the {shown.noun} {name}."
    fields = list(_fields(shown.old, shown.new))
    then = "Nothing is live in it yet." if shown.made else ""
    text = f"{head} {'; '.join(fields)}. I read it back to make sure. {then}".rstrip()
    return compose(text, *_blocks(head, fields, then), run_buttons(next_suggestions(shown), drafts))


def _blocks(head: str, fields: list[str], then: str) -> Iterator[Block]:
    yield section(f"✅ *{head}* I read it back to make sure. {then}".rstrip())
    yield bullets(fields)


@renders(ProjectEditable)
def editable(shown: ProjectEditable) -> Message:
    """The fields of a project as they are, and how each is changed."""
    name = code(shown.project.name, NAME)
    head = f"What you can change in the {shown.noun} {name}"
    present = [f"{LABELS[field]}: {_value(shown.now, field)}" for field in LABELS if field in shown.fields]
    typed = words.some([f"`{field}=`" for field in shown.fields], 10)
    form = Form("project update", subject=":".join(shown.project.key))
    example = code(f"{shown.line} {EXAMPLES[shown.fields[0]]}", 300)
    return compose(
        f"{head}: {'; '.join(present)}. Type the line again with what you want to change, for example {example}.",
        section(f"*{head}*"),
        bullets(present),
        section(f"Type the line again with what you want to change: {typed}. For example: {example}"),
        actions([button("Open form", Action.OPEN_FORM, str(form))]),
        context(f"In {code(shown.project.provider, 40)}. Nothing was changed."),
    )


EXAMPLES: Mapping[str, str] = {
    "name": 'name="New name"',
    "directory": "directory=dir_1a2b",
    "description": 'description="Answers tickets"',
    "tags": "tags=+checked,-draft",
    "maintainer": "maintainer=@ana",
    "team": "team=support",
    "metric": "metric=resolved",
    "inverted": "inverted=no",
    "active": "active=config_x",
}
"""A way to write each field."""
