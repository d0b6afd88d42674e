"""Queries about evaluations: lists, and one in detail compared with what is live. Changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.clients.base import ProviderError
from bot.context import Context
from bot.domain.actors import Actor
from bot.domain.base import Outcome
from bot.domain.errors import Problem
from bot.domain.evaluations import COMPLETED, RUNNING, Evaluation
from bot.domain.facts import Allowed, StatusUpdate
from bot.domain.names import Config, Project
from bot.domain.notices import Reminder
from bot.domain.outcomes import Failed, NotFound, Refused
from bot.domain.policies import decide
from bot.domain.views import Against, EvaluationDetail, EvaluationList, EvaluationRow, LiveIn
from bot.features.configs import config_queries
from bot.features.evaluations import updates
from bot.features.provider_reads import look
from bot.grammar import say
from bot.grammar.commands import Command, ListEvaluations, ReopenEvaluation, ShowEvaluation
from bot.logs import current_request_id, get_logger
from bot.outbox import evaluation_reports
from bot.resolve.labels import evaluations_line
from bot.resolve.resolver import Resolved, resolve

log = get_logger(__name__)

PAGE = 8
"""Evaluations on one page of a list."""

MOST_PROJECTS = 50
"""With more projects than this, a list of all evaluations takes too long (one call each): a project has to be named.

Running evaluations are known without calls: the sweep over all projects stores them.
"""

STATUS_SPELLINGS = {"canceled": "cancelled"}
"""Other spellings of statuses → that of v4."""


async def answer(ctx: Context, commands: Sequence[Command], actor: Actor, *, page: int = 1) -> Outcome:
    """Run *evaluations* or *evaluation*, in the reading that resolves; a known project means its list."""
    lists = [reading for reading in commands if isinstance(reading, ListEvaluations)]
    shows = [reading for reading in commands if isinstance(reading, ShowEvaluation)]
    if shows and not any(reading.project and ctx.index.projects(reading.project) for reading in lists):
        word = shows[0].evaluation.text
        evaluation = await updates.find(ctx, word)
        if isinstance(evaluation, Evaluation):
            return await detail(ctx, evaluation, actor)
        if isinstance(evaluation, Failed | Refused) or not lists:
            return evaluation
    resolved = await resolve(ctx.index, lists, ListEvaluations)
    if isinstance(resolved, NotFound) and not resolved.near and shows and isinstance(commands[0], ShowEvaluation):
        return NotFound("evaluation", resolved.word)
    if not isinstance(resolved, Resolved):
        return resolved
    return await listed(ctx, resolved.project, resolved.command.status, resolved.line(ctx.index), page=page)


async def opened(ctx: Context, word: str, actor: Actor) -> Outcome:
    """The evaluation behind a button, as its line would show it."""
    result = await updates.find(ctx, word)
    return await detail(ctx, result, actor) if isinstance(result, Evaluation) else result


async def listed(
    ctx: Context, project: Project | None, status: str | None, line: str, *, page: int = 1
) -> EvaluationList | Failed:
    """Evaluations, newest first, of one project or of all; one call per project, a few concurrently."""
    status = STATUS_SPELLINGS.get(status or "", status)
    candidates = [project] if project else [each.project for each in ctx.index.entries()]
    keepers = {name for name, client in ctx.providers.items() if client.capabilities.evaluations}
    projects = [each for each in candidates if each.provider in keepers]
    without = tuple(dict.fromkeys(each.provider for each in candidates if each.provider not in keepers))
    if len(projects) > MOST_PROJECTS:
        return await _running_list(ctx, status, line, len(projects), page)
    gate = asyncio.Semaphore(updates.CONCURRENCY)
    problems: list[Problem] = []

    async def read(owner: Project) -> list[tuple[Evaluation, Project]]:
        async with gate:
            try:
                runs = await ctx.provider(owner.provider).evaluations(owner)
            except ProviderError as error:
                log.warning("evaluations.unreadable", project=owner.id, fault=error.problem.fault)
                problems.append(error.problem)
                return []
        return [(run, owner) for run in runs if status in (None, run.status)]

    pairs = [pair for batch in await asyncio.gather(*map(read, projects)) for pair in batch]
    if problems and len(problems) == len(projects):
        return Failed(replace(problems[0], reference=current_request_id()))
    pairs.sort(key=lambda pair: (pair[0].created_at, pair[0].id), reverse=True)
    page, pages = _paged(len(pairs), page)
    rows = tuple(_row(ctx, run, owner) for run, owner in pairs[(page - 1) * PAGE : page * PAGE])
    return EvaluationList(rows, project, status, len(pairs), page, pages, line, len(problems), without)


async def _running_list(ctx: Context, status: str | None, line: str, projects: int, page: int) -> EvaluationList:
    """The running evaluations that the sweep stored, newest first, read again: one call for each on the page."""
    reminders: Sequence[Reminder] = ()
    if status in (None, RUNNING):
        async with ctx.store.read() as tx:
            running = await tx.reminders(open_only=True)
        reminders = [each for each in reversed(running) if each.provider in ctx.providers]
    page, pages = _paged(len(reminders), page)

    async def read(reminder: Reminder) -> EvaluationRow | None:
        project = Project(reminder.provider, reminder.project_id, reminder.project_name)
        try:
            run = await ctx.provider(reminder.provider).evaluation(project, reminder.evaluation_id)
        except ProviderError as error:
            log.warning("evaluations.unreadable", project=project.id, fault=error.problem.fault)
            return None
        return _row(ctx, run, project)

    rows = await asyncio.gather(*map(read, reminders[(page - 1) * PAGE : page * PAGE]))
    readable = tuple(row for row in rows if row is not None)
    return EvaluationList(
        readable,
        None,
        status or RUNNING,
        len(reminders),
        page,
        pages,
        line,
        len(rows) - len(readable),
        unlooked=projects,
    )


def _paged(total: int, page: int) -> tuple[int, int]:
    """The page number within bounds, and the number of pages."""
    pages = max(1, -(-total // PAGE))
    return min(max(page, 1), pages), pages


def _row(ctx: Context, run: Evaluation, project: Project) -> EvaluationRow:
    return EvaluationRow(run, project, say(ShowEvaluation(updates.name_of(ctx, run))))


async def detail(ctx: Context, evaluation: Evaluation, actor: Actor) -> EvaluationDetail:
    """One evaluation in detail. If what is live cannot be read, only the comparison is missing."""
    project = await updates.project_of(ctx, evaluation)
    problem: Problem | None = None
    places: tuple[LiveIn, ...] = ()
    against: tuple[Against, ...] = ()
    if project is not None:
        try:
            places, against = await _comparison(ctx, evaluation, project)
        except ProviderError as error:
            problem = replace(error.problem, reference=current_request_id())
    reminder, runs = await _reminder(ctx, evaluation), evaluation.status == RUNNING
    since = reminder.first_seen if reminder else evaluation.created_at
    reopens = isinstance(decide(StatusUpdate(actor, evaluation, RUNNING)), Allowed)
    return EvaluationDetail(
        evaluation,
        project,
        places,
        against,
        since,
        since != evaluation.created_at,
        ctx.clock.now(),
        isinstance(decide(StatusUpdate(actor, evaluation, COMPLETED)), Allowed),
        say(ReopenEvaluation(updates.name_of(ctx, evaluation))) if reopens else None,
        evaluations_line(ctx.index, project) if project else None,
        problem,
        await evaluation_reports.progress_of(ctx, project, evaluation) if project is not None and runs else None,
        reminder if runs else None,
    )


async def _comparison(
    ctx: Context, evaluation: Evaluation, project: Project
) -> tuple[tuple[LiveIn, ...], tuple[Against, ...]]:
    """Where its config is live, and this run (not others of its config) compared with the other live configs."""
    snapshot = await look(ctx, project)
    config_id = evaluation.config_id
    if snapshot.evaluations is not None:
        others = [run for run in snapshot.evaluations if run.config_id != config_id]
        snapshot = replace(snapshot, evaluations=[evaluation, *others])
    config = Config(evaluation.provider, project.id, config_id, evaluation.config_name, config_id)
    return config_queries.live_in(snapshot, config_id), tuple(config_queries.against(ctx, snapshot, project, config))


async def _reminder(ctx: Context, evaluation: Evaluation) -> Reminder | None:
    """The stored reminder of a running evaluation; the service itself only knows when it was created."""
    async with ctx.store.read() as tx:
        reminder = await tx.reminder(evaluation.provider, evaluation.id)
    return reminder if reminder is not None and reminder.ended_at is None else None
