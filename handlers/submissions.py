"""Submitted forms. Problems with fields are shown beside them, checked in memory, as the acknowledgement."""

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
    """The listener of every submitted modal."""

    def __init__(self, context: ListenerContext) -> None:
        self._context = context

    def answer(self, submission: Submission) -> Answer:
        """The problem with a field, or an empty acknowledgement and the work to do."""
        match submission.callback_id:
            case View.MOVE:
                return self._move(submission)
            case View.DEPLOY_FORM | View.LINE_FORM:
                return self._line(submission)
            case View.REJECT_COMMENT:
                return Answer(work=self._reject)
            case _:
                return Answer(work=self._outdated)

    def _line(self, submission: Submission) -> Answer:
        """A form that has the same effect as a line."""
        form = Form.read(submission.private_metadata)
        registered = form_of(form.verb) if form is not None else None
        if form is None or registered is None:  # opened by another version
            return Answer(work=self._outdated)
        filled = _filled(form, submission, only_changed=registered.edits)
        request: Command | ChangeRequest | FieldProblem = FieldProblem("project", "unread")
        if registered.load is None or filled.get("project", form.subject) == form.subject:
            request = registered.fill(self._context.ctx, filled)
        if isinstance(request, FieldProblem):
            return _wrong(submission, request)
        return Answer(work=partial(self._carry_out, request, form), channel=form.channel or None)

    async def _carry_out(
        self, request: Command | ChangeRequest, form: Form, submission: Submission, reply: Reply
    ) -> None:
        """Run the command or change request of a form, as if its line had been typed."""
        if not await first_delivery(self._context.ctx, submission.idempotency_key):
            return
        actor = await self._context.actor(submission)
        place = Place(submission.org, submission.team, form.channel)
        reply = replace(reply, direct=form.channel.startswith("D"))
        if isinstance(request, Command):
            await self._context.carry_out((request,), actor, place, reply)
        elif not await self._context.reject_unauthorized(actor, reply):
            await self._context.answer(deploys.request(self._context.ctx, request, actor, place), actor, reply, place)

    def _move(self, submission: Submission) -> Answer:
        """A new time for a scheduled change."""
        new_time = schedules.picked(self._context.ctx, _times(submission)) or FieldProblem("when", "no_new_time")
        if isinstance(new_time, FieldProblem):
            return _wrong(submission, new_time)
        when = new_time

        def move(change_id: str, actor: Actor) -> Awaitable[Outcome]:
            return schedules.move(self._context.ctx, change_id, when, actor)

        return Answer(work=partial(self._about_change, move))

    async def _reject(self, submission: Submission, reply: Reply) -> None:
        """A rejection with its comment."""

        def reject(change_id: str, actor: Actor) -> Awaitable[Outcome]:
            return approvals.reject(self._context.ctx, change_id, actor, submission.values.get(Field.COMMENT, ""))

        await self._about_change(reject, submission, reply)

    async def _about_change(
        self, decide: Callable[[str, Actor], Awaitable[Outcome]], submission: Submission, reply: Reply
    ) -> None:
        """Run `decide` on the change that a modal names. The reply goes to the channel of its card."""
        change_id = read_value(submission.private_metadata)
        if change_id is None:
            await self._outdated(submission, reply)
            return
        if not await first_delivery(self._context.ctx, submission.idempotency_key):
            return
        actor = await self._context.actor(submission)
        channel = await approvals.channel_of(self._context.ctx, change_id)
        await self._context.answer(decide(change_id, actor), actor, replace(reply, channel=channel))

    async def _outdated(self, submission: Submission, reply: Reply) -> None:
        log.warning("view.unknown", callback_id=submission.callback_id)
        await reply.say(messages.outdated_form())


def _wrong(submission: Submission, problem: FieldProblem) -> Answer:
    """An acknowledgement that shows a problem beside its field."""
    name = _FIELDS[problem.field]
    block = submission.blocks.get(name, name.value)
    return Answer({"response_action": "errors", "errors": {block: messages.field_problem(problem)}})


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
"""Slack's fields by the names that features use."""


def _times(submission: Submission) -> dict[str, str]:
    return {name: submission.values[_FIELDS[name]] for name in ("when", "time") if _FIELDS[name] in submission.values}


def _filled(form: Form, submission: Submission, *, only_changed: bool) -> dict[str, str]:
    """The values of a form by field name: ids for picks, else text.

    With `only_changed`, of the inputs that had an initial value only those that were changed, also to nothing.
    """
    values: dict[str, str] = {}
    for name, field in _FIELDS.items():
        block, text = submission.blocks.get(field, field), submission.values.get(field, "")
        had_a_value = only_changed and block != field
        if block != marked(field, f"{form.subject} {text}") if had_a_value else text:
            values[name] = (read_value(text) or "") if field.startswith("pick.") else text
    return values
