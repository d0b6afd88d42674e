"""Forms that were sent. What is wrong with a field is said beside it, from memory, as the acknowledgement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.actors import Place
from bot.domain.change_requests import ChangeRequest
from bot.features.changes import approvals, deploys, schedules
from bot.features.drafts import first_delivery
from bot.features.forms import FieldProblem
from bot.features.registration import form_of
from bot.grammar.commands import Command
from bot.logs import get_logger, new_request_id
from handlers import messages
from handlers.context import ListenerContext
from handlers.ids import Field, Form, View, marked, read_value
from handlers.listen import Listeners
from handlers.payloads import BadPayload, Submission, submission
from handlers.replies import Reply

log = get_logger(__name__)


class Views:
    """The listener of every modal that is sent."""

    def __init__(self, context: ListenerContext, listeners: Listeners) -> None:
        self._context = context
        self._listeners = listeners

    async def listen(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Check the fields in memory, acknowledge with what is wrong or with nothing, and go on."""
        reference = new_request_id()
        try:
            sent = submission(body)
        except BadPayload as error:
            log.warning("payload.bad", what=error.what)
            await ack()
            return
        if sent.callback_id == View.MOVE:
            await self._move(sent, ack, client, reference)
            return
        if sent.callback_id not in (View.DEPLOY_FORM, View.LINE_FORM):
            await ack()
            self._listeners.start(self._rejected, sent, Reply(client, sent.user_id), reference)
            return
        form = Form.read(sent.private_metadata)
        registered = form_of(form.verb) if form is not None else None
        if form is None or registered is None:  # opened by another version
            await ack()
            self._listeners.start(self._outdated, sent, Reply(client, sent.user_id), reference)
            return
        filled = _filled(form, sent)
        wanted: Command | ChangeRequest | FieldProblem = FieldProblem("project", "unread")
        if registered.load is None or filled.get("project", form.subject) == form.subject:
            wanted = registered.fill(self._context.ctx, filled)
        if isinstance(wanted, FieldProblem):
            await _say_wrong(ack, sent, wanted)
            return
        await ack()
        asked = wanted

        async def go_on(sent: Submission, reply: Reply) -> None:
            if await first_delivery(self._context.ctx, sent.idempotency_key):
                await self._carry_out(asked, form, sent, reply)

        self._listeners.start(go_on, sent, Reply(client, sent.user_id, form.channel or None), reference)

    async def _carry_out(self, asked: Command | ChangeRequest, form: Form, sent: Submission, reply: Reply) -> None:
        """Do what the form stands for, as if its line had been typed."""
        actor = await self._context.actor(sent)
        place = Place(sent.org, sent.team, form.channel)
        reply = replace(reply, direct=form.channel.startswith("D"))
        if isinstance(asked, Command):
            await self._context.carry_out((asked,), actor, place, reply)
        elif not await self._context.reject_unauthorized(actor, reply):
            await self._context.answer(deploys.request(self._context.ctx, asked, actor, place), actor, reply, place)

    async def _move(self, sent: Submission, ack: AsyncAck, client: AsyncWebClient, reference: str) -> None:
        """A new time for a scheduled change. The answer goes where the card stands."""
        change_id = read_value(sent.private_metadata)
        wanted = schedules.picked(self._context.ctx, _times(sent))
        if wanted is None:
            wanted = FieldProblem("when", "no_new_time")
        if isinstance(wanted, FieldProblem):
            await _say_wrong(ack, sent, wanted)
            return
        await ack()
        moved = wanted

        async def go_on(sent: Submission, reply: Reply) -> None:
            if change_id is None:
                await self._outdated(sent, reply)
                return
            if not await first_delivery(self._context.ctx, sent.idempotency_key):
                return
            actor = await self._context.actor(sent)
            channel = await approvals.channel_of(self._context.ctx, change_id)
            work = schedules.move(self._context.ctx, change_id, moved, actor)
            await self._context.answer(work, actor, replace(reply, channel=channel))

        self._listeners.start(go_on, sent, Reply(client, sent.user_id), reference)

    async def _rejected(self, sent: Submission, reply: Reply) -> None:
        """The only other form: a rejection with its comment. The answer goes where the card stands."""
        change_id = read_value(sent.private_metadata)
        if sent.callback_id != View.REJECT_COMMENT or change_id is None:
            await self._outdated(sent, reply)
            return
        if not await first_delivery(self._context.ctx, sent.idempotency_key):
            return
        actor = await self._context.actor(sent)
        channel = await approvals.channel_of(self._context.ctx, change_id)
        comment = sent.values.get(Field.COMMENT, "")
        work = approvals.reject(self._context.ctx, change_id, actor, comment)
        await self._context.answer(work, actor, replace(reply, channel=channel))

    async def _outdated(self, sent: Submission, reply: Reply) -> None:
        log.warning("view.unknown", callback_id=sent.callback_id)
        await reply.say(messages.outdated_form())


async def _say_wrong(ack: AsyncAck, sent: Submission, wrong: FieldProblem) -> None:
    field = _FIELDS[wrong.field]
    block = sent.blocks.get(field, field.value)
    await ack(response_action="errors", errors={block: messages.field_problem(wrong)})


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
