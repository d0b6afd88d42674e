"""Looking at evaluations: those of a project or of all, and one beside what is live. Changes nothing."""

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
from bot.grammar.commands import Command, ListEvaluations, Name, ReopenEvaluation, ShowEvaluation
from bot.logs import current_request_id, get_logger
from bot.outbox import evaluation_reports
from bot.resolve.labels import evaluations_line
from bot.resolve.resolver import Resolved, resolve

log = get_logger(__name__)

PAGE = 8
"""Evaluations on one page of a list."""

MOST_PROJECTS = 50
"""Of more projects than this nobody waits for all evaluations: one call each, so a project has to be named.

What runs is known without asking: the sweep over all projects keeps it.
"""

SPELLINGS = {"canceled": "cancelled"}
"""Statuses as people write them → as v4 does."""


async def answer(ctx: Context, given: Sequence[Command], actor: Actor, *, page: int = 1) -> Outcome:
    """Carry out *evaluations* or *evaluation*, whichever the readings mean: a project that is known is listed."""
    lists = [reading for reading in given if isinstance(reading, ListEvaluations)]
    shows = [reading for reading in given if isinstance(reading, ShowEvaluation)]
    if shows and not any(reading.project and ctx.index.projects(reading.project) for reading in lists):
        word = shows[0].evaluation.text
        found = await updates.find(ctx, word)
        if isinstance(found, Evaluation):
            return await detail(ctx, found, actor)
        if isinstance(found, Failed | Refused) or not lists:
            return found
    resolved = await resolve(ctx.index, lists, ListEvaluations)
    if isinstance(resolved, NotFound) and not resolved.near and shows and isinstance(given[0], ShowEvaluation):
        return NotFound("evaluation", resolved.word)
    if not isinstance(resolved, Resolved):
        return resolved
    return await listed(ctx, resolved.project, resolved.command.status, resolved.line(ctx.index), page=page)


async def opened(ctx: Context, word: str, actor: Actor) -> Outcome:
    """The evaluation that a button means, as its line would show it."""
    found = await updates.find(ctx, word)
    return await detail(ctx, found, actor) if isinstance(found, Evaluation) else found


async def listed(
    ctx: Context, project: Project | None, status: str | None, line: str, *, page: int = 1
) -> EvaluationList | Failed:
    """Evaluations, newest first; of all projects one call each, so many at a time."""
    status = SPELLINGS.get(status or "", status)
    every = [project] if project else [each.project for each in ctx.index.entries()]
    keepers = {name for name, client in ctx.providers.items() if client.capabilities.evaluations}
    asked = [each for each in every if each.provider in keepers]
    without = tuple(dict.fromkeys(each.provider for each in every if each.provider not in keepers))
    if len(asked) > MOST_PROJECTS:
        return await _known_to_run(ctx, status, line, len(asked), page)
    gate = asyncio.Semaphore(updates.CONCURRENCY)
    problems: list[Problem] = []

    async def read(one: Project) -> list[tuple[Evaluation, Project]]:
        async with gate:
            try:
                runs = await ctx.provider(one.provider).evaluations(one)
            except ProviderError as error:
                log.warning("evaluations.unreadable", project=one.id, fault=error.problem.fault)
                problems.append(error.problem)
                return []
        return [(run, one) for run in runs if status in (None, run.status)]

    found = [pair for pairs in await asyncio.gather(*map(read, asked)) for pair in pairs]
    if problems and len(problems) == len(asked):
        return Failed(replace(problems[0], reference=current_request_id()))
    found.sort(key=lambda pair: (pair[0].created_at, pair[0].id), reverse=True)
    page, pages = _paged(len(found), page)
    rows = tuple(_row(ctx, run, one) for run, one in found[(page - 1) * PAGE : page * PAGE])
    return EvaluationList(rows, project, status, len(found), page, pages, line, len(problems), without)


async def _known_to_run(ctx: Context, status: str | None, line: str, projects: int, page: int) -> EvaluationList:
    """What the sweep saw running, the newest first, as it is now: one call for each that is shown."""
    reminders: Sequence[Reminder] = ()
    if status in (None, RUNNING):
        async with ctx.store.read() as tx:
            open_ones = await tx.reminders(open_only=True)
        reminders = [each for each in reversed(open_ones) if each.provider in ctx.providers]
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
    shown = tuple(row for row in rows if row is not None)
    return EvaluationList(
        shown, None, status or RUNNING, len(reminders), page, pages, line, len(rows) - len(shown), unlooked=projects
    )


def _paged(total: int, page: int) -> tuple[int, int]:
    """The page that there is, and how many there are."""
    pages = max(1, -(-total // PAGE))
    return min(max(page, 1), pages), pages


def _row(ctx: Context, run: Evaluation, project: Project) -> EvaluationRow:
    return EvaluationRow(run, project, say(ShowEvaluation(_typed(ctx, run))))


def _typed(ctx: Context, evaluation: Evaluation) -> Name:
    """What is typed for an evaluation: its id, and its provider where there are several."""
    return Name(evaluation.id if len(ctx.providers) == 1 else f"{evaluation.provider}:{evaluation.id}")


async def detail(ctx: Context, evaluation: Evaluation, actor: Actor) -> EvaluationDetail:
    """One evaluation whole. That what is live cannot be read hides nothing else."""
    project = await updates.project_of(ctx, evaluation)
    problem: Problem | None = None
    places: tuple[LiveIn, ...] = ()
    against: tuple[Against, ...] = ()
    if project is not None:
        try:
            places, against = await _beside(ctx, evaluation, project)
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
        say(ReopenEvaluation(_typed(ctx, evaluation))) if reopens else None,
        evaluations_line(ctx.index, project) if project else None,
        problem,
        await evaluation_reports.progress_of(ctx, project, evaluation) if project is not None and runs else None,
        reminder if runs else None,
    )


async def _beside(
    ctx: Context, evaluation: Evaluation, project: Project
) -> tuple[tuple[LiveIn, ...], tuple[Against, ...]]:
    """Where its config is live, and this run, not another one of its config, beside what else is live."""
    seen = await look(ctx, project)
    config_id = evaluation.config_id
    if seen.evaluations is not None:
        others = [run for run in seen.evaluations if run.config_id != config_id]
        seen = replace(seen, evaluations=[evaluation, *others])
    config = Config(evaluation.provider, project.id, config_id, evaluation.config_name, config_id)
    return config_queries.live_in(seen, config_id), tuple(config_queries.against(ctx, seen, project, config))


async def _reminder(ctx: Context, evaluation: Evaluation) -> Reminder | None:
    """What we remember of it since it runs; the service itself tells only when it was made."""
    async with ctx.store.read() as tx:
        reminder = await tx.reminder(evaluation.provider, evaluation.id)
    return reminder if reminder is not None and reminder.ended_at is None else None
