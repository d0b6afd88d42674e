"""Forms before they are submitted: open one, replace it by another, fill it in once a project is picked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.actors import Actor, Place
from bot.domain.names import Project
from bot.domain.outcomes import Failed, Refused
from bot.features.forms import makers
from bot.features.registration import form_of as registered_form
from bot.logs import get_logger
from handlers import messages
from handlers.context import ListenerContext
from handlers.ids import Form, View, read_value
from handlers.payloads import Click
from handlers.replies import Reply
from handlers.slack_calls import NotTaken, taken

log = get_logger(__name__)


async def open_modal(reply: Reply, trigger_id: str, view: dict[str, Any]) -> Mapping[str, str] | None:
    """Open a modal; call it at once, since a trigger is valid for three seconds.

    Returns the view with its id and hash, or None when Slack refused.
    """
    try:
        answer = await taken(reply.client.views_open(trigger_id=trigger_id, view=view))
    except NotTaken as error:
        log.warning("modal.not_opened", modal=view["callback_id"], error=error.code)
        return None
    return answer.get("view") or {}


async def update_modal(
    reply: Reply, view_id: str | None, view: dict[str, Any], expected_hash: str | None = None
) -> str | None:
    """Update an open modal, if its hash is still `expected_hash`. Returns its new hash, or None when Slack refused."""
    try:
        answer = await taken(reply.client.views_update(view_id=view_id, view=view, hash=expected_hash))
    except NotTaken as error:
        log.info("modal.not_updated", modal=view["callback_id"], error=error.code)
        return None
    updated: dict[str, str] = answer.get("view") or {}
    return updated.get("hash", "")


async def open_form(context: ListenerContext, verb: str, place: Place, reply: Reply, trigger_id: str) -> None:
    """Open a verb's form at once (a trigger is valid for three seconds); or explain how to type the line."""
    form = messages.form_for(Form(verb, place.channel), makers(context.ctx))
    if form is None:
        await reply.say(messages.not_yet(verb))
        return
    if await open_modal(reply, trigger_id, form) is None:
        await reply.say(messages.open_form(verb))


def form_of(click: Click) -> Form | None:
    """The form in which a click was made. Returns None for a click anywhere else."""
    return Form.read(click.private_metadata) if click.callback_id in (View.DEPLOY_FORM, View.LINE_FORM) else None


async def open_filled(context: ListenerContext, requested: Form, actor: Actor, click: Click, reply: Reply) -> None:
    """Open the form of one project at once, and fill in its values as soon as they are read."""
    form = Form(requested.verb, click.channel or "", requested.subject)
    provider, _, identifier = form.subject.partition(":")
    project = context.ctx.index.project(provider, identifier)
    if project is None or not depends_on_project(form.verb):
        await reply.say(messages.outdated_button())
        return
    opened = await open_modal(reply, click.trigger_id, messages.reading_form(form, project))
    if opened is None:
        await reply.say(messages.open_form(form.verb))
        return
    view = await _filled(context, form, project, actor)
    await update_modal(reply, opened.get("id"), view, opened.get("hash"))


async def turn_form(context: ListenerContext, verb: str, form: Form, click: Click, reply: Reply) -> None:
    """Replace the open form by that of another verb."""
    view = messages.form_for(Form(verb, form.channel), makers(context.ctx))
    if view is None:
        await reply.say(messages.not_yet(verb))
    elif await update_modal(reply, click.view_id, view) is None:
        await reply.say(messages.open_form(verb))


async def fill_form(context: ListenerContext, form: Form, actor: Actor, click: Click, reply: Reply) -> None:
    """A project was picked: read its values and put them into the form.

    The form shows at once that it is reading. If another project is picked meanwhile, only that one is shown.
    """
    provider, _, identifier = (read_value(click.selected or "") or "").partition(":")
    project = context.ctx.index.project(provider, identifier)
    if project is None:
        return  # it was deleted meanwhile; the submission will say so beside the field
    form = Form(form.verb, form.channel, ":".join(project.key))
    view_hash = await update_modal(reply, click.view_id, messages.reading_form(form, project))
    if view_hash is not None:
        await update_modal(reply, click.view_id, await _filled(context, form, project, actor), view_hash)


def depends_on_project(verb: str) -> bool:
    """Whether the form of a verb has to read the picked project before it shows its other fields."""
    form = registered_form(verb)
    return form is not None and form.load is not None


async def _filled(context: ListenerContext, form: Form, project: Project, actor: Actor) -> dict[str, Any]:
    registered = registered_form(form.verb)
    assert registered is not None  # noqa: S101 - narrows the type: `depends_on_project` was checked
    assert registered.load is not None  # noqa: S101 - as above
    loaded = await registered.load(context.ctx, project, actor)
    if isinstance(loaded, Refused | Failed):
        return messages.unread_form(form, project, loaded)
    return messages.filled_form(form, project, loaded)
