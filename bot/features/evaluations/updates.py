"""Finds an evaluation by its id, and sets its status."""

from __future__ import annotations

from dataclasses import replace

from bot.clients.base import ProviderClient, ProviderError, Unsure
from bot.context import Context, entry
from bot.domain.actors import Actor
from bot.domain.base import Outcome
from bot.domain.changes import Event
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy
from bot.domain.evaluations import COMPLETED, RUNNING, Evaluation
from bot.domain.facts import Denied, StatusUpdate
from bot.domain.names import Project
from bot.domain.outcomes import EvaluationUpdated, Failed, NotFound, Refused
from bot.domain.policies import decide
from bot.features.reminders import switches
from bot.grammar import say
from bot.grammar.commands import Name, ShowEvaluation
from bot.logs import current_request_id, get_logger
from bot.outbox import evaluation_reports

log = get_logger(__name__)

CONCURRENCY = 8
"""Most concurrent provider calls for a list of evaluations."""


async def set_status(ctx: Context, word: str, status: str, actor: Actor) -> Outcome:
    """Set an evaluation's status; `word` is its id, or ``provider:id`` as on buttons."""
    evaluation = await find(ctx, word)
    if not isinstance(evaluation, Evaluation):
        return await _end_deleted(ctx, word, evaluation)
    async with ctx.store.read() as tx:
        reminder = await tx.reminder(evaluation.provider, evaluation.id)
    answer = decide(StatusUpdate(actor, evaluation, status))
    if isinstance(answer, Denied):
        if reminder is not None and evaluation.status != RUNNING:
            await switches.end(ctx, reminder, evaluation.status)
        return Refused(answer.reasons)
    client = ctx.provider(evaluation.provider)
    project = await project_of(ctx, evaluation)
    if project is None:
        project = Project(evaluation.provider, evaluation.project_id, reminder.project_name if reminder else "")
    try:
        updated = await _set(client, project, evaluation.id, status)
    except ProviderError as error:
        problem = replace(error.problem, reference=current_request_id())
        return Failed(
            problem, look=say(ShowEvaluation(name_of(ctx, evaluation))) if isinstance(error, Unsure) else None
        )
    if updated.status != status:
        problem = Problem(Fault.NO_EFFECT, evaluation.provider, "setting the status of an evaluation")
        return Failed(replace(problem, reference=current_request_id()))
    event = Event.EVALUATION_COMPLETED if status == COMPLETED else Event.EVALUATION_REOPENED
    async with ctx.store.write() as tx:
        await tx.record(entry(event, f"{evaluation.provider}:{evaluation.id}", ctx.clock.now(), actor))
    if reminder is not None and status != RUNNING:
        await switches.end(ctx, reminder, status, by=actor.user_id)
    return EvaluationUpdated(updated, project.name)


async def _end_deleted(ctx: Context, word: str, result: Failed | NotFound | Refused) -> Outcome:
    """An evaluation that could not be read; if it was deleted, its report is updated at once."""
    async with ctx.store.read() as tx:
        reminder = await tx.reminder(*evaluation_reports.key_of(word))
    if isinstance(result, NotFound) and reminder is not None:
        await switches.end(ctx, reminder, evaluation_reports.GONE)
    return result


async def _set(client: ProviderClient, project: Project, evaluation_id: str, status: str) -> Evaluation:
    """Set the status. If the answer is lost, read the result.

    Raises `ProviderError`: `Unsure` when reading cannot tell that it happened.
    """
    try:
        return await client.set_evaluation_status(project, evaluation_id, status)
    except Unsure as unsure:
        try:
            current = await client.evaluation(project, evaluation_id)
        except ProviderError as error:
            log.warning("evaluation.unread", fault=error.problem.fault, after=unsure.problem.fault)
            raise unsure from error
        if current.status != status:
            raise
        return current


def name_of(ctx: Context, evaluation: Evaluation) -> Name:
    """The name of an evaluation in a line: its id, with its provider if there are several."""
    return Name(evaluation.id if len(ctx.providers) == 1 else f"{evaluation.provider}:{evaluation.id}")


async def find(ctx: Context, word: str) -> Evaluation | Failed | NotFound | Refused:
    """The evaluation by its id, at the provider that the word names or at the first that has it."""
    provider, _, identifier = word.partition(":")
    candidates = [provider] if identifier and provider in ctx.providers else list(ctx.providers)
    names = [name for name in candidates if ctx.provider(name).capabilities.evaluations]
    if not names:
        return Refused((Reason(Code.KEEPS_NO_EVALUATIONS, ResolvableBy.NOBODY, {"provider": candidates[0]}),))
    evaluation_id = identifier if identifier and provider in ctx.providers else word
    failure: Failed | None = None
    for name in names:
        async with ctx.store.read() as tx:
            reminder = await tx.reminder(name, evaluation_id)
        project = Project(name, reminder.project_id, reminder.project_name) if reminder else Project(name, "", "")
        try:
            return await ctx.provider(name).evaluation(project, evaluation_id)
        except ProviderError as error:
            if error.problem.fault not in (Fault.NOT_FOUND, Fault.INVALID):  # an invalid id counts as unknown
                failure = Failed(replace(error.problem, reference=current_request_id()))
    return failure or NotFound("evaluation", word)


async def project_of(ctx: Context, evaluation: Evaluation) -> Project | None:
    """The project of an evaluation: that of its config, because the service does not return it. None if unknown."""

    def look_up() -> Project | None:
        config = ctx.index.config(evaluation.provider, evaluation.config_id)
        return ctx.index.project(evaluation.provider, config.project_id if config else evaluation.project_id)

    project = look_up()
    if project is None and await ctx.index.miss():
        project = look_up()
    return project
