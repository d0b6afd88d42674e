"""Forms that were sent. What is wrong with a field is said beside it, from memory, as the acknowledgement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from bot.domain.actors import Actor, Place
from bot.domain.base import Outcome
from bot.domain.change_requests import ChangeRequest
from bot.features.changes import approvals, deploys, schedules
from bot.features.drafts import first_delivery
from bot.features.forms import FieldProblem
from bot.features.registration import form_of
from bot.grammar.commands import Command
from bot.logs import get_logger
from handlers import messages
from handlers.context import ListenerContext
from handlers.ids import Field, Form, View, marked, read_value
from handlers.listen import Answer
from handlers.payloads import Submission
from handlers.replies import Reply

log = get_logger(__name__)


class Submissions:
    """The listener of every modal that is sent."""

    def __init__(self, context: ListenerContext) -> None:
        self._context = context

    def answer(self, sent: Submission) -> Answer:
        """What is wrong with a field, from memory, or nothing, and the work that goes on."""
        match sent.callback_id:
            case View.MOVE:
                return self._move(sent)
            case View.DEPLOY_FORM | View.LINE_FORM:
                return self._line(sent)
            case View.REJECT_COMMENT:
                return Answer(work=self._reject)
            case _:
                return Answer(work=self._outdated)

    def _line(self, sent: Submission) -> Answer:
        """A form that stands for a line."""
        form = Form.read(sent.private_metadata)
        registered = form_of(form.verb) if form is not None else None
        if form is None or registered is None:  # opened by another version
            return Answer(work=self._outdated)
        filled = _filled(form, sent)
        wanted: Command | ChangeRequest | FieldProblem = FieldProblem("project", "unread")
        if registered.load is None or filled.get("project", form.subject) == form.subject:
            wanted = registered.fill(self._context.ctx, filled)
        if isinstance(wanted, FieldProblem):
            return _wrong(sent, wanted)
        return Answer(work=partial(self._carry_out, wanted, form), channel=form.channel or None)

    async def _carry_out(self, asked: Command | ChangeRequest, form: Form, sent: Submission, reply: Reply) -> None:
        """Do what the form stands for, as if its line had been typed."""
        if not await first_delivery(self._context.ctx, sent.idempotency_key):
            return
        actor = await self._context.actor(sent)
        place = Place(sent.org, sent.team, form.channel)
        reply = replace(reply, direct=form.channel.startswith("D"))
        if isinstance(asked, Command):
            await self._context.carry_out((asked,), actor, place, reply)
        elif not await self._context.reject_unauthorized(actor, reply):
            await self._context.answer(deploys.request(self._context.ctx, asked, actor, place), actor, reply, place)

    def _move(self, sent: Submission) -> Answer:
        """A new time for a scheduled change."""
        wanted = schedules.picked(self._context.ctx, _times(sent)) or FieldProblem("when", "no_new_time")
        if isinstance(wanted, FieldProblem):
            return _wrong(sent, wanted)
        moved = wanted

        def move(change_id: str, actor: Actor) -> Awaitable[Outcome]:
            return schedules.move(self._context.ctx, change_id, moved, actor)

        return Answer(work=partial(self._about_change, move))

    async def _reject(self, sent: Submission, reply: Reply) -> None:
        """A rejection with its comment."""

        def reject(change_id: str, actor: Actor) -> Awaitable[Outcome]:
            return approvals.reject(self._context.ctx, change_id, actor, sent.values.get(Field.COMMENT, ""))

        await self._about_change(reject, sent, reply)

    async def _about_change(
        self, decide: Callable[[str, Actor], Awaitable[Outcome]], sent: Submission, reply: Reply
    ) -> None:
        """Do something about the change that a modal names. The answer goes where its card stands."""
        change_id = read_value(sent.private_metadata)
        if change_id is None:
            await self._outdated(sent, reply)
            return
        if not await first_delivery(self._context.ctx, sent.idempotency_key):
            return
        actor = await self._context.actor(sent)
        channel = await approvals.channel_of(self._context.ctx, change_id)
        await self._context.answer(decide(change_id, actor), actor, replace(reply, channel=channel))

    async def _outdated(self, sent: Submission, reply: Reply) -> None:
        log.warning("view.unknown", callback_id=sent.callback_id)
        await reply.say(messages.outdated_form())


def _wrong(sent: Submission, wrong: FieldProblem) -> Answer:
    """What is wrong with a field, said beside it."""
    name = _FIELDS[wrong.field]
    block = sent.blocks.get(name, name.value)
    return Answer({"response_action": "errors", "errors": {block: messages.field_problem(wrong)}})


_FIELDS = {
    "project": Field.PROJECT,
    "config": Field.CONFIG,
    "other": Field.OTHER,
    "environment": Field.ENVIRONMENT,
    "source": Field.SOURCE,
    "evaluation": Field.EVALUATION,
    "provider": Field.PROVIDER,
    "name": Field.NAME,
    "directory": Field.DIRECTORY,
    "active": Field.ACTIVE,
    "description": Field.DESCRIPTION,
    "tags": Field.TAGS,
    "maintainer": Field.MAINTAINER,
    "team": Field.TEAM,
    "metric": Field.METRIC,
    "inverted": Field.INVERTED,
    "because": Field.BECAUSE,
    "when": Field.WHEN,
    "time": Field.TIME,
}
"""Fields of forms by the names that the features give them."""


def _times(sent: Submission) -> dict[str, str]:
    return {name: sent.values[_FIELDS[name]] for name in ("when", "time") if _FIELDS[name] in sent.values}


def _filled(form: Form, sent: Submission) -> dict[str, str]:
    """What was filled in, by the name of the field: ids that were picked, and texts.

    Of inputs that began with something, only those that were changed, also to nothing.
    """
    found: dict[str, str] = {}
    for name, field in _FIELDS.items():
        block, text = sent.blocks.get(field, field), sent.values.get(field, "")
        if form.verb == "project update" and block != field:
            taken = block != marked(field, f"{form.subject} {text}")
        else:
            taken = bool(text)
        if taken:
            found[name] = (read_value(text) or "") if field.startswith("pick.") else text
    return found
