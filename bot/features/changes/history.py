"""Queries about changes: waiting approvals, history, one change in detail, the board of what is live."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clients.base import ProviderError
from bot.context import Context
from bot.domain.actors import Actor
from bot.domain.changes import Change, State
from bot.domain.contents import diff
from bot.domain.drift import Drift, Finding, is_live, judge
from bot.domain.errors import Fault, Problem
from bot.domain.live_state import LiveState
from bot.domain.names import Environment, Project
from bot.domain.outcomes import NotFound
from bot.domain.views import Board, BoardCell, BoardRow, ChangeDetail, ChangeList
from bot.features.changes.baselines import baseline_in
from bot.outbox.notices import is_undoable

if TYPE_CHECKING:
    from bot.store import ReadTransaction

PAGE = 10
"""Rows on one page of a list."""

BOARD_PAGE = 8
"""Projects on one page of the board."""


async def find(ctx: Context, word: str) -> Change | None:
    """A change by ``ch-142``, ``142`` or its id. Returns None when there is none."""
    text = word.strip().casefold().removeprefix("ch-").removeprefix("#")
    async with ctx.store.read() as tx:
        if text.isdecimal() and len(text) < 12:
            return await tx.change_by_number(int(text))
        return await tx.change(word.strip().upper())


async def detail(ctx: Context, word: str) -> ChangeDetail | NotFound:
    """One change in detail: decisions, audit entries, the full diff, whether it drifted."""
    change = await find(ctx, word)
    if change is None:
        return NotFound("change", word)
    async with ctx.store.read() as tx:
        return ChangeDetail(
            change,
            await tx.decisions(change.id),
            await tx.audit(change.id),
            diff(change.seen.base_content, change.seen.target_content),
            await is_undoable(tx, change),
            await _drift_from(tx, change),
        )


async def _drift_from(tx: ReadTransaction, change: Change) -> Drift | None:
    """The open drift from what this change made live."""
    drift = await tx.open_drift(*change.project.key, change.environment.id)
    return drift if drift is not None and drift.was.change_id == change.id else None


async def approvals(ctx: Context, actor: Actor, *, page: int = 1) -> ChangeList:
    """Changes waiting for this person's vote: not their own, and not decided by them yet."""
    async with ctx.store.read() as tx:
        waiting, _ = await tx.changes(states={State.WAITING}, not_requester=actor.key, limit=500, offset=0)
        votable = [change for change in waiting if not await _has_voted(tx, change, actor)]
    pages = _pages(len(votable), PAGE)
    page = min(max(page, 1), pages)
    rows = votable[(page - 1) * PAGE : page * PAGE]
    return ChangeList("approvals", tuple(rows), page, pages, "approvals")


async def _has_voted(tx: ReadTransaction, change: Change, actor: Actor) -> bool:
    return any(decision.actor.key == actor.key for decision in await tx.decisions(change.id))


async def history(
    ctx: Context, project: Project | None, environment: Environment | None, line: str, *, page: int = 1
) -> ChangeList:
    """Changes, newest first, of everything or of one project, in one environment or in all."""
    page = max(page, 1)
    async with ctx.store.read() as tx:
        changes, total = await _page_of(tx, project, environment, page)
    pages = _pages(total, PAGE)
    if page > pages:  # there were more when the button was made
        return await history(ctx, project, environment, line, page=pages)
    return ChangeList("changes", changes, page, pages, line)


async def _page_of(
    tx: ReadTransaction, project: Project | None, environment: Environment | None, page: int
) -> tuple[tuple[Change, ...], int]:
    return await tx.changes(
        project=project.key if project else None,
        provider=environment.provider if environment else None,
        environment_id=environment.id if environment else None,
        limit=PAGE,
        offset=(page - 1) * PAGE,
    )


async def board(
    ctx: Context,
    projects: list[Project],
    line: str,
    *,
    page: int = 1,
    size: int = BOARD_PAGE,
    patience: float | None = None,
) -> Board:
    """Project × environment: what is live, since when, by whom, what is pending; one page of projects.

    `patience` is a timeout in seconds: a project that takes longer to read is shown as timed out.
    """
    pages = _pages(len(projects), size)
    page = min(max(page, 1), pages)
    selected = projects[(page - 1) * size : page * size]
    rows = await asyncio.gather(*(_row(ctx, project, patience) for project in selected))
    return Board(tuple(rows), page, pages, line, ctx.index.unread())


async def _row(ctx: Context, project: Project, patience: float | None) -> BoardRow:
    looked_at = ctx.clock.now()
    noun = ctx.noun(project.provider)
    try:
        async with asyncio.timeout(patience):
            current = await ctx.provider(project.provider).served(project)
    except ProviderError as error:
        return BoardRow(project, (), error.problem, noun)
    except TimeoutError:
        return BoardRow(project, (), Problem(Fault.TIMED_OUT, project.provider, "reading what is live"), noun)
    async with ctx.store.read() as tx:
        cells = [
            await cell(tx, project, environment, current.served.get(environment.id), looked_at)
            for environment in current.environments
        ]
    return BoardRow(project, tuple(cells), noun=noun)


async def cell(
    tx: ReadTransaction, project: Project, environment: Environment, served: LiveState | None, looked_at: datetime
) -> BoardCell:
    """One project in one environment: what is live, since which change, what is pending, whether it drifted."""
    last = await tx.last_applied(*project.key, environment.id)
    pending = await tx.open_change(*project.key, environment.id)
    baseline = await baseline_in(tx, *project.key, environment.id)
    finding = judge(baseline, served, looked_at=looked_at, under_way=pending, told=None) if served is not None else None
    return BoardCell(
        environment,
        served,
        last if last is not None and is_live(last, served) else None,
        pending,
        baseline,
        finding is Finding.DRIFTED,
        await tx.scheduled(*project.key, environment.id),
    )


def _pages(total: int, size: int) -> int:
    return max(1, -(-total // size))
