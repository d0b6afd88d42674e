"""Clicks. A button carries only an id: what it may do is decided again on every click, not taken from the message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

from bot.context import Context
from bot.domain.actors import Actor, Place
from bot.domain.base import Outcome
from bot.domain.changes import Say
from bot.domain.drafts import ListPage
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.evaluations import COMPLETED
from bot.domain.facts import Denied
from bot.domain.outcomes import NotFound, Refused
from bot.domain.reminder_hours import Snooze
from bot.domain.views import ChangeDetail, ConfigComparison, DriftDetail
from bot.features.changes import approvals, deploys, execution, history, provider_followup, schedules
from bot.features.dispatch import Speaker, run
from bot.features.drafts import UNREADABLE, draft, first_time
from bot.features.drift import answers
from bot.features.evaluations import evaluation_queries, updates
from bot.features.guard import guarded
from bot.features.projects import edits
from bot.features.registration import Effect, effect_of
from bot.features.reminders import switches
from bot.grammar import parse
from bot.grammar.commands import Understood
from handlers import messages
from handlers.commands import take_line
from handlers.context import ListenerContext
from handlers.ids import Action, Field, Form, read_value
from handlers.listen import thread_of
from handlers.modals import fill_form, form_of, open_filled, open_form, open_modal, turn_form, update_modal
from handlers.payloads import Click
from handlers.replies import Reply

DOUBLE_CLICK = timedelta(seconds=30)
"""A second press of the same button within this time counts as the first, if its line changes what is live."""

UseCase = Callable[[str, Actor, Click], Awaitable[Outcome]]
ClickHandler = Callable[[str, Actor, Click, Reply], Awaitable[None]]
"""An action that does more than post the result of a use case."""

Modal = Callable[[ChangeDetail], dict[str, Any]]


class Actions:
    """The listeners of all buttons, by `Action`."""

    def __init__(self, context: ListenerContext) -> None:
        self._context = context
        ctx = context.ctx
        self._use_cases: dict[Action, UseCase] = {
            Action.APPROVE: lambda change, actor, _: approvals.approve(ctx, change, actor),
            Action.WITHDRAW: lambda change, actor, _: approvals.withdraw(ctx, change, actor),
            Action.UNDO: lambda change, actor, click: deploys.undo(ctx, change, actor, place_of(click)),
            Action.LOOK_AGAIN: lambda change, actor, _: execution.look_again(ctx, change, actor),
            Action.CLOSE_AS_FAILED: lambda change, actor, _: execution.close_as_failed(ctx, change, actor),
            Action.CHECK_NOW: lambda change, actor, _: provider_followup.check_now(ctx, change, actor),
            Action.REPLACE_SPLIT: lambda draft, actor, click: deploys.replace_split(ctx, draft, actor, place_of(click)),
            Action.PROJECT_CONFIRM: lambda draft, actor, _: edits.confirm(ctx, draft, actor),
            Action.EVALUATION_COMPLETE: lambda evaluation, actor, _: updates.set_status(
                ctx, evaluation, COMPLETED, actor
            ),
            Action.DRIFT_ADOPT: lambda drift, actor, _: answers.adopt(ctx, drift, actor),
            Action.DRIFT_RESTORE: lambda drift, actor, click: answers.restore(ctx, drift, actor, place_of(click)),
            Action.EVALUATION_SNOOZE: lambda evaluation, actor, _: switches.snooze(ctx, evaluation, actor, Snooze.HOUR),
            Action.EVALUATION_STOP: lambda evaluation, actor, _: switches.stop(ctx, evaluation, actor),
            Action.EVALUATION_REMIND: lambda evaluation, actor, _: switches.resume(ctx, evaluation, actor),
            Action.EVALUATION_SNOOZE_UNTIL: lambda choice, actor, _: _snooze(ctx, choice, actor),
            Action.EVALUATION_OPEN: lambda evaluation, actor, _: evaluation_queries.opened(ctx, evaluation, actor),
        }
        self._handlers: dict[Action, ClickHandler] = {
            Action.RUN_LINE: self._run_line,
            Action.CONFIG_DIFF: self._compare,
            Action.EVALUATION_PAGE: self._turn,
            Action.REVIEW: partial(self._show, messages.review_modal),
            Action.FULL_DIFF: partial(self._show, messages.diff_modal),
            Action.DRIFT_LOOK: self._look,
            Action.REJECT: self._ask_why,
            Action.MOVE: self._ask_when,
        }

    async def run(self, click: Click, reply: Reply) -> None:
        """Answer any click, also one with an id that no longer exists."""
        form = form_of(click)
        if form is not None and click.action_id == Field.PROJECT:
            actor = await self._context.actor(click)
            if not await self._context.reject_unauthorized(actor, reply):
                await fill_form(self._context, form, actor, click, reply)
            return
        name = click.action_id.partition("/")[0]
        identifier = read_value(click.value or click.selected or "")
        if identifier is None or name not in set(Action):
            await reply.say(messages.outdated_button())
            return
        await self._pressed(Action(name), identifier, click, reply)

    async def _pressed(self, action: Action, identifier: str, click: Click, reply: Reply) -> None:
        actor = await self._context.actor(click)
        if await self._context.reject_unauthorized(actor, reply):
            return
        match action:
            case Action.OPEN_FORM:
                await self._open_form(actor, click, reply)
            case _ if action in self._handlers:
                await self._handlers[action](identifier, actor, click, reply)
            case _:
                await self._context.answer(self._use_cases[action](identifier, actor, click), actor, reply)

    async def _open_form(self, actor: Actor, click: Click, reply: Reply) -> None:
        """Open the form of a verb, or of one project; inside an open form, replace that form."""
        requested, current = Form.read(click.value or ""), form_of(click)
        assert requested is not None  # noqa: S101 - narrows the type: the caller has read the value
        if current is not None:
            await turn_form(self._context, requested.verb, current, click, reply)
        elif requested.subject:
            await open_filled(self._context, requested, actor, click, reply)
        else:
            await open_form(self._context, requested.verb, place_of(click), reply, click.trigger_id)

    async def _run_line(self, draft_id: str, actor: Actor, click: Click, reply: Reply) -> None:
        """Run the line that a button stores; the result replaces the question that the button belongs to."""
        stored = await self._line(draft_id, actor, reply)
        if stored is None:
            return
        parsed = parse(stored.line)
        changing = isinstance(parsed, Understood) and effect_of(parsed.readings) is Effect.CHANGES_WHAT_IS_LIVE
        if changing and not await first_time(self._context.ctx, f"draft:{draft_id}", DOUBLE_CLICK):
            await self._context.say(Refused((Reason(Code.STATE_MOVED, ResolvableBy.NOBODY),)), actor, reply)
            return
        place, replace = place_of(click), click.is_ephemeral
        await take_line(self._context, parsed, actor, place, reply, page=stored.page, replace=replace)

    async def _line(self, draft_id: str, actor: Actor, reply: Reply) -> ListPage | None:
        """The line and page that a button stores. Returns None, and tells the person, when it is old or unreadable."""
        stored = await draft(self._context.ctx, draft_id, actor, ListPage)
        if isinstance(stored, ListPage):
            return stored
        if stored is None:
            await reply.say(messages.outdated_button())
        else:
            await self._context.say(UNREADABLE, actor, reply)
        return None

    async def _compare(self, draft_id: str, actor: Actor, click: Click, reply: Reply) -> None:
        """The full diff of two configs. The modal opens before they are read: a trigger is valid for three seconds."""
        stored = await self._line(draft_id, actor, reply)
        if stored is None:
            return
        parsed = parse(stored.line)
        if not isinstance(parsed, Understood):
            await reply.say(messages.outdated_button())
            return
        placeholder = messages.text_modal("⏳ Reading both configs …")
        opened = await open_modal(reply, click.trigger_id, placeholder)
        if opened is None:
            await reply.say(messages.try_again())
            return
        result = await guarded(run(self._context.ctx, parsed.readings, Speaker(actor, place_of(click))))
        if isinstance(result, ConfigComparison):
            view = messages.comparison_modal(result)
        else:
            view = messages.text_modal(messages.outcome(result, drafts={}).text)
        if await update_modal(reply, opened.get("id"), view) is None:
            await reply.say(messages.try_again())

    async def _turn(self, identifier: str, actor: Actor, click: Click, reply: Reply) -> None:
        """Show another page of a list, only to the person who pressed."""
        number, _, subject = identifier.partition(":")
        page = int(number) if number.isdecimal() else 1
        result = await guarded(switches.page(self._context.ctx, subject, page))
        await self._context.say(result, actor, reply, replace=click.is_ephemeral)

    async def _show(self, modal: Modal, change_id: str, actor: Actor, click: Click, reply: Reply) -> None:
        detail = await history.detail(self._context.ctx, change_id)
        if isinstance(detail, NotFound):
            await self._context.say(detail, actor, reply)
            return
        if await open_modal(reply, click.trigger_id, modal(detail)) is None:
            await self._context.say(detail, actor, reply)

    async def _look(self, drift: str, actor: Actor, click: Click, reply: Reply) -> None:
        """Show the full diff of a drift, only to the person who pressed."""
        detail = await answers.look(self._context.ctx, drift, actor)
        if not isinstance(detail, DriftDetail):
            await self._context.say(detail, actor, reply)
            return
        if await open_modal(reply, click.trigger_id, messages.drift_modal(detail)) is None:
            await self._context.say(detail, actor, reply)

    async def _ask_why(self, change_id: str, actor: Actor, click: Click, reply: Reply) -> None:
        """Ask for a comment. Somebody who may not reject learns it now, not after writing one."""
        checked = await approvals.may_vote(self._context.ctx, change_id, actor, Say.REJECT)
        if checked.refused is not None or checked.change is None:
            await self._context.say(checked.refused or NotFound("change", change_id), actor, reply)
            return
        if await open_modal(reply, click.trigger_id, messages.reject_modal(checked.change)) is None:
            await reply.say(messages.try_again())

    async def _ask_when(self, change_id: str, actor: Actor, click: Click, reply: Reply) -> None:
        """Ask for a new time. Somebody who may not move the change learns it now, not after picking one."""
        change = await history.find(self._context.ctx, change_id)
        answer = await schedules.may_move(self._context.ctx, change, actor) if change else None
        if change is None or isinstance(answer, Denied):
            refused = Refused(answer.reasons, change) if isinstance(answer, Denied) else NotFound("change", change_id)
            await self._context.say(refused, actor, reply)
            return
        if await open_modal(reply, click.trigger_id, messages.move_modal(change)) is None:
            await reply.say(messages.try_again())


def place_of(click: Click) -> Place:
    """Where a click was made; without a channel in a modal."""
    return Place(click.org, click.team, click.channel or "", thread_of(click))


async def _snooze(ctx: Context, selected: str, actor: Actor) -> Outcome:
    """Snooze as picked in the menu; `selected` is ``duration:subject``."""
    choice, _, subject = selected.partition(":")
    is_valid = choice in set(Snooze)
    return await switches.snooze(ctx, subject, actor, Snooze(choice)) if is_valid else NotFound("evaluation", subject)
