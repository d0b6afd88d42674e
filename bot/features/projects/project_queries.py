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
from bot.domain.views import ProjectDetail, ProjectList, ProjectRow
from bot.features.changes import history
from bot.features.configs.config_queries import rows
from bot.features.provider_reads import look, side_by_side
from bot.grammar.commands import Command, Name, ShowProject
from bot.logs import current_request_id
from bot.resolve.index import Entry, Index
from bot.resolve.labels import configs_line, evaluations_line, project_line
from bot.resolve.resolver import Resolved, look_up, resolve, unknown_project

PAGE = 8
"""Projects on one page of a list, and configs that a project is shown with."""


async def answer(ctx: Context, given: Sequence[Command]) -> Outcome:
    """Carry out *project show*."""
    resolved = await resolve(ctx.index, given, ShowProject)
    if not isinstance(resolved, Resolved):
        return resolved
    try:
        return await show(ctx, resolved.projects[0])
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

    def attempt() -> list[Entry] | NotFound:
        return _holding(ctx.index, words) or unknown_project(ctx.index, Name(words or ""), ShowProject)

    entries = await look_up(ctx.index, attempt)
    if isinstance(entries, Failed) or (isinstance(entries, NotFound) and words):
        return entries
    every = [] if isinstance(entries, NotFound) else entries
    pages = max(1, -(-len(every) // PAGE))
    page = min(max(page, 1), pages)
    projects = tuple(_row(ctx, entry) for entry in every[(page - 1) * PAGE : page * PAGE])
    return ProjectList(projects, words, len(every), page, pages, line, ctx.index.unread())


def _row(ctx: Context, entry: Entry) -> ProjectRow:
    project = entry.project
    return ProjectRow(project, len(entry.configs), project_line(ctx.index, project), ctx.noun(project.provider))


def _holding(index: Index, words: str | None) -> list[Entry]:
    wanted = (words or "").strip().casefold()
    return [entry for entry in index.entries() if wanted in entry.project.name.casefold() or words == entry.project.id]
