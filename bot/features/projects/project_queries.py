"""Looking at projects: those whose name holds some words, and one with what is live, tried and asked for in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.clients.base import ProviderError
from bot.context import Context
from bot.domain.base import Outcome
from bot.domain.evaluations import RUNNING
from bot.domain.names import Project
from bot.domain.outcomes import Failed, NotFound
from bot.domain.views import ProjectDetail, ProjectList, ProjectRow, Suggestion
from bot.features.changes import history
from bot.features.configs.config_queries import rows
from bot.features.provider_reads import look, side_by_side
from bot.grammar.commands import Command
from bot.logs import current_request_id
from bot.resolve.index import Entry, Index
from bot.resolve.subjects import Subject, configs_line, evaluations_line, find, project_line

PAGE = 8
"""Projects on one page of a list, and configs that a project is shown with."""


async def answer(ctx: Context, given: Sequence[Command]) -> Outcome:
    """Carry out *project show*."""
    subject = await find(ctx.index, given)
    if not isinstance(subject, Subject):
        return subject
    try:
        return await show(ctx, subject.projects[0])
    except ProviderError as error:
        return Failed(replace(error.problem, reference=current_request_id()))


async def show(ctx: Context, project: Project) -> ProjectDetail:
    """What is live in every environment, the configs, what is being evaluated. Raises `ProviderError`."""
    looked_at = ctx.clock.now()
    client = ctx.provider(project.provider)
    async with side_by_side() as reads:
        looking = reads.create_task(look(ctx, project))
        reading = reads.create_task(client.project(project))
    seen, now = looking.result(), reading.result()
    async with ctx.store.read() as tx:
        cells = [
            await history.cell(tx, project, environment, seen.in_environment(environment), looked_at)
            for environment in seen.served.environments
        ]
    running = None
    if seen.evaluations is not None:
        found = [each for each in seen.evaluations if each.status == RUNNING]
        running = tuple(sorted(found, key=lambda each: (each.created_at, each.id), reverse=True))
    return ProjectDetail(
        now.project,
        tuple(cells),
        rows(ctx, seen, project, limit=PAGE),
        len(seen.configs),
        running,
        client.capabilities.evaluations,
        configs_line(ctx.index, project),
        evaluations_line(ctx.index, project),
        now.fields,
        now.mode,
        client.capabilities.noun,
    )


async def listed(ctx: Context, words: str | None, line: str, *, page: int = 1) -> ProjectList | NotFound | Failed:
    """The projects whose name holds the words, from the index; the providers are read anew where there is none."""
    found = _holding(ctx.index, words)
    if not found and await ctx.index.miss():
        found = _holding(ctx.index, words)
    problem = ctx.index.silence()
    if not found and problem is not None:
        return Failed(replace(problem, reference=current_request_id()))
    if not found and words:
        return _none(ctx.index, words)
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(page, 1), pages)
    shown = tuple(_row(ctx, entry) for entry in found[(page - 1) * PAGE : page * PAGE])
    return ProjectList(shown, words, len(found), page, pages, line, ctx.index.unread())


def _row(ctx: Context, entry: Entry) -> ProjectRow:
    project = entry.project
    return ProjectRow(project, len(entry.configs), project_line(ctx.index, project), ctx.noun(project.provider))


def _holding(index: Index, words: str | None) -> list[Entry]:
    wanted = (words or "").strip().casefold()
    return [entry for entry in index.entries() if wanted in entry.project.name.casefold() or words == entry.project.id]


def _none(index: Index, words: str) -> NotFound:
    known = [entry.project.name for entry in index.entries()]
    near = index.near(words, known)
    first = {entry.project.name: entry.project for entry in reversed(index.entries())}
    suggestions = tuple(Suggestion(name, project_line(index, first[name])) for name in near)
    return NotFound("project", words, suggestions, tuple(dict.fromkeys(known))[:10])
