"""Creating and changing projects: the editable fields, a preview, the result."""

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
"""Characters of a value; long, because it has to be read before it is confirmed."""

LABELS: Mapping[str, str] = {
    "name": "Name",
    "directory": "Directory",
    "description": "Description",
    "tags": "Tags",
    "maintainer": "Maintainer",
    "metric": "Metric",
    "inverted": "A lower metric is better",
}
"""Labels of all fields of a project."""


def lines(preview: ProjectPreview) -> tuple[Draft, ...]:
    """The edit that the confirming button makes; empty when there is no such button."""
    return (preview.kept,) if preview.kept is not None else ()


@renders(ProjectPreview, buttons=lines)
def preview(preview: ProjectPreview, drafts: Drafts) -> Message:
    """Old → new values, a warning, and the button that confirms."""
    if preview.project is not None:
        head = f"Change the {preview.noun} {code(preview.project.name, NAME)}?"
    else:
        head = f"Create the {preview.noun} {code(preview.new.name or '', NAME)}?"
    fields = list(_fields(preview.old, preview.new))
    draft = drafts.get(preview.kept) if preview.kept is not None else None
    label = "Change it" if preview.project else "Make it"
    return compose(
        f"{head} {'; '.join(fields)}. {_warning(preview)}Nothing happens until you confirm.",
        section(f"*{head}* Nothing happens until you confirm."),
        bullets(fields),
        section(f"⚠️ {_warning(preview)}".rstrip()) if _warning(preview) else None,
        actions([button(label, Action.PROJECT_CONFIRM, draft, style="primary")]) if draft else None,
        context(f"In {code(preview.provider, 40)}. Every full member may do this."),
    )


def _fields(old: ProjectFields, new: ProjectFields) -> Iterator[str]:
    """Each field that changes, with its old value if it has one, and the new one."""
    for field in new.named():
        before = f"{_value(old, field)} → " if text_of(old, field) is not None else ""
        yield f"{LABELS[field]}: {before}{_value(new, field)}"


def _value(fields: ProjectFields, field: str) -> str:
    text = text_of(fields, field)
    return code(text, NAME) if text is not None else "none"


def _warning(preview: ProjectPreview) -> str:
    if preview.project is None or preview.new.name is None or preview.noun != "project":
        return ""
    return (
        f"Applications that look it up by its name, {code(preview.old.name or '', NAME)}, "
        "won't find it any more. Those that use its id are not affected. "
    )


def next_suggestions(saved: ProjectSaved) -> tuple[Suggestion, ...]:
    """Suggestions for what to look at next."""
    return (Suggestion(f"Show the {saved.noun}", saved.line),)


@renders(ProjectSaved, buttons=next_suggestions)
def saved(saved: ProjectSaved, drafts: Drafts) -> Message:
    """The project was created or changed."""
    name = code(saved.project.name, NAME)
    head = f"I {'created' if saved.made else 'changed'} the {saved.noun} {name}."
    fields = list(_fields(saved.old, saved.new))
    then = "Nothing is live in it yet." if saved.made else ""
    text = f"{head} {'; '.join(fields)}. I read it back to make sure. {then}".rstrip()
    return compose(text, *_saved_blocks(head, fields, then), run_buttons(next_suggestions(saved), drafts))


def _saved_blocks(head: str, fields: list[str], then: str) -> Iterator[Block]:
    yield section(f"✅ *{head}* I read it back to make sure. {then}".rstrip())
    yield bullets(fields)


@renders(ProjectEditable)
def editable(project: ProjectEditable) -> Message:
    """The current fields of a project, and how to change them."""
    name = code(project.project.name, NAME)
    head = f"What you can change in the {project.noun} {name}"
    current = [f"{LABELS[field]}: {_value(project.now, field)}" for field in LABELS if field in project.fields]
    names = words.some([f"`{field}=`" for field in project.fields], 10)
    form = Form("project update", subject=":".join(project.project.key))
    example = code(f"{project.line} {EXAMPLES[project.fields[0]]}", 300)
    return compose(
        f"{head}: {'; '.join(current)}. Type the line again with what you want to change, for example {example}.",
        section(f"*{head}*"),
        bullets(current),
        section(f"Type the line again with what you want to change: {names}. For example: {example}"),
        actions([button("Open form", Action.OPEN_FORM, str(form))]),
        context(f"In {code(project.project.provider, 40)}. Nothing was changed."),
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
"""An example assignment for each field."""
