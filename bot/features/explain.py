"""Explaining lines that are no wish for a change of what is live: whether they would be done. Changes nothing."""

from __future__ import annotations

from bot.context import Context
from bot.domain.actors import Actor
from bot.domain.evaluations import COMPLETED, RUNNING, Evaluation
from bot.domain.facts import Inspection, ReminderChange, StatusUpdate
from bot.domain.outcomes import NotFound, Outcome, Permission
from bot.domain.policies import decide
from bot.features.changes import history, schedules
from bot.features.changes.approvals import withdrawal
from bot.features.evaluations import updates
from bot.grammar import say
from bot.grammar.commands import CheckHealth, CompleteEvaluation, Reminders, ReopenEvaluation, Reschedule, Withdraw

Explained = CompleteEvaluation | ReopenEvaluation | Reschedule | Withdraw | Reminders | CheckHealth


async def permission(ctx: Context, reading: Explained, actor: Actor) -> Outcome:
    """Whether this person may, and which rule decides; `NotFound` or `Failed` when what it is about cannot be read."""
    if isinstance(reading, Reminders):
        return Permission(say(reading), decide(ReminderChange(actor)))
    if isinstance(reading, CheckHealth):
        return Permission(say(reading), decide(Inspection(actor)))
    if isinstance(reading, Withdraw):
        change = await history.find(ctx, reading.change.text)
        if change is None:
            return NotFound("change", reading.change.text)
        async with ctx.store.read() as tx:
            return Permission(say(reading), decide(await withdrawal(tx, change, actor)))
    if isinstance(reading, Reschedule):
        return await _rescheduling(ctx, reading, actor)
    found = await updates.find(ctx, reading.evaluation.text)
    if not isinstance(found, Evaluation):
        return found
    wanted = COMPLETED if isinstance(reading, CompleteEvaluation) else RUNNING
    return Permission(say(reading), decide(StatusUpdate(actor, found, wanted)))


async def _rescheduling(ctx: Context, reading: Reschedule, actor: Actor) -> Outcome:
    change = await history.find(ctx, reading.change.text)
    if change is None:
        return NotFound("change", reading.change.text)
    return Permission(say(reading), await schedules.may_move(ctx, change, actor, reading.when))
