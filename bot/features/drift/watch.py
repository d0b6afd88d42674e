"""The drift watch: one look at every project, compared with what was last right; what moved is told once.

The provider is read first and our database afterwards, so that a change that is applied in between is known when the
two are compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.clients.base import ProviderClient, ProviderError, ServedNow
from bot.context import Context, entry, new_id
from bot.domain.actors import Place
from bot.domain.changes import Change, Event
from bot.domain.contents import Content
from bot.domain.drift import (
    Baseline,
    Drift,
    Ending,
    Finding,
    Source,
    edited_in_place,
    explains,
    judge,
    tells,
)
from bot.domain.errors import Fault, Problem
from bot.domain.live_state import LiveState
from bot.domain.names import Environment, Project
from bot.domain.notices import Notice, NoticeKind
from bot.features.changes.baselines import end, known_there, subject_of
from bot.features.drift.details import channel_for, content_before, contents_of, in_short, key_of, late_write, mover
from bot.features.drift.silences import answers_again, is_silent
from bot.features.provider_reads import side_by_side
from bot.logs import get_logger
from bot.outbox.delivery import deliver_about

log = get_logger(__name__)

CONCURRENCY = 8
"""Calls of one provider at once."""

ENOUGH = 5
"""After so many projects that cannot be read, and none that can, the others are left for the next time."""


MANY = 5
"""New messages of one round. Where more moved at once, the board shows it all, and the next rounds tell the rest."""


@dataclass(slots=True)
class Watched:
    """What one round of the watch saw."""

    projects: int = 0
    first: int = 0
    """Environments that were seen for the first time."""
    found: int = 0
    """Drifts that were told, or that moved on."""
    ended: int = 0
    unread: int = 0
    """Projects that could not be read, or were left for the next time."""
    told: int = 0
    """New messages."""

    def may_tell(self) -> bool:
        """Whether one more new message is not too many; counts it."""
        self.told += 1
        return self.told <= MANY


@dataclass(frozen=True, slots=True)
class _Before:
    """What was known when the round began: enough to see that nothing moved, without asking the database again."""

    fingerprints: Mapping[tuple[str, str, str], str]
    told: frozenset[tuple[str, str]]
    """Projects with a drift that is told."""

    def is_calm(self, project: Project, now: ServedNow) -> bool:
        """Whether everything is as it was last right, and nothing else was told."""
        return project.key not in self.told and all(
            self.fingerprints.get((*project.key, each)) == served.fingerprint() for each, served in now.served.items()
        )


@dataclass(slots=True)
class _Round:
    """How one provider answers in this round."""

    client: ProviderClient
    before: _Before
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONCURRENCY))
    heard: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def hopeless(self) -> bool:
        """Whether it is better left alone until the next round."""
        limited = any(problem.fault is Fault.RATE_LIMITED for problem in self.problems)
        return limited or (not self.heard and len(self.problems) >= ENOUGH)


async def watch(ctx: Context) -> Watched:
    """Look at every project of the index, and at those with a drift that is told."""
    watched = Watched()
    async with ctx.store.read() as tx:
        told = await tx.open_drifts()
        before = _Before(await tx.fingerprints(), frozenset(drift.project.key for drift in told))
    projects = {found.project.key: found.project for found in ctx.index.entries()}
    projects |= {drift.project.key: drift.project for drift in told if drift.project.key not in projects}
    await asyncio.gather(
        *(
            _watch_provider(ctx, name, [each for each in projects.values() if each.provider == name], before, watched)
            for name in ctx.providers
        )
    )
    return watched


async def _watch_provider(
    ctx: Context, name: str, projects: Sequence[Project], before: _Before, watched: Watched
) -> None:
    around = _Round(ctx.provider(name), before)
    begin = int(ctx.clock.now().timestamp()) % max(
        len(projects), 1
    )  # so that a round cut short misses others next time
    async with side_by_side() as looks:
        for project in (*projects[begin:], *projects[:begin]):
            looks.create_task(_watch_project(ctx, project, around, watched))
    cache = ctx.index.caches.get(name)
    if not projects and cache is not None and cache.problem is not None:  # its names could never be read
        around.problems.append(cache.problem)
    log.info("drift.looked", provider=name, projects=len(projects), read=around.heard, failed=len(around.problems))
    if around.heard or not around.problems:
        await answers_again(ctx, name)
    else:
        await is_silent(ctx, name, around.problems[0])


async def _watch_project(ctx: Context, project: Project, around: _Round, watched: Watched) -> None:
    async with around.gate:
        watched.projects += 1
        if around.hopeless:
            watched.unread += 1
            return
        looked_at = ctx.clock.now()
        try:
            now = await around.client.served(project)
        except ProviderError as error:
            if error.problem.fault is not Fault.NOT_FOUND:
                log.warning("drift.unread", project=project.id, fault=error.problem.fault)
                around.problems.append(error.problem)
                watched.unread += 1
                return
            now = None
        around.heard += 1
    if now is None or not around.before.is_calm(project, now):
        await compare(ctx, project, now, looked_at, watched)


@dataclass(frozen=True, slots=True)
class _Here:
    """One environment: what is served, and what was known of it after that was read."""

    environment: Environment
    served: LiveState
    known: Baseline | None
    told: Drift | None
    under_way: Change | None


async def compare(ctx: Context, project: Project, now: ServedNow | None, looked_at: datetime, watched: Watched) -> None:
    """Compare one look at a project with what was last right, and do what follows. `now` None: it is gone."""
    now = now or ServedNow((), {})
    first: list[_Here] = []
    leads: dict[tuple[str, str], str] = {}
    places, told = await _places(ctx, project, now)
    for here in places:
        found = judge(here.known, here.served, looked_at=looked_at, under_way=here.under_way, told=here.told)
        if found is Finding.FIRST:
            first.append(here)
        elif found in (Finding.DRIFTED, Finding.MOVED_ON):
            await _tell(ctx, project, here, looked_at, leads, watched)
        elif here.told is not None and found is Finding.BACK:
            await _end(ctx, here.told, Ending.BACK, watched)
        elif here.told is not None and found is Finding.CALM:
            await _stands(ctx, here.told, watched)
    if first:
        await _remember(ctx, project, first, looked_at)
        watched.first += len(first)
    for drift in told:
        if drift.environment.id not in now.served:
            await _end(ctx, drift, Ending.GONE, watched)


async def _places(ctx: Context, project: Project, now: ServedNow) -> tuple[Sequence[_Here], Sequence[Drift]]:
    """What our database knows by now of every environment, and every drift of the project that is told."""
    async with ctx.store.read() as tx:
        known = {each.environment_id: each for each in await tx.baselines(*project.key)}
        drifts = await tx.open_drifts(project.key)
        told = {each.environment.id: each for each in drifts}
        open_ones = {each.environment.id: each for each in await tx.open_changes(*project.key)}
        unwritten = [each.id for each in now.environments if each.id not in known]
        found = [await known_there(tx, *project.key, each) for each in unwritten]
    applied = [each for each in found if each is not None]  # before what is right was written down
    if applied:
        async with ctx.store.write() as tx:
            await tx.add_baselines(applied)
    known |= {each.environment_id: each for each in applied}
    here = [
        _Here(each, now.served[each.id], known.get(each.id), told.get(each.id), open_ones.get(each.id))
        for each in now.environments
    ]
    here.sort(key=lambda each: not (each.environment.is_default or each.environment.is_critical))
    return here, drifts


async def _remember(ctx: Context, project: Project, places: Sequence[_Here], at: datetime) -> None:
    """What is there when we first look is right, for nobody said otherwise."""
    contents: dict[tuple[str, str], Content] = {}
    if not ctx.provider(project.provider).capabilities.immutable_configs:
        contents = await contents_of(ctx, project)
    found = [
        Baseline(
            *project.key,
            here.environment.id,
            here.served,
            at,
            Source.SEEN,
            content=contents.get(key_of(here.served)),
        )
        for here in places
    ]
    async with ctx.store.write() as tx:
        await tx.add_baselines(found)


async def _tell(
    ctx: Context,
    project: Project,
    here: _Here,
    looked_at: datetime,
    leads: dict[tuple[str, str], str],
    watched: Watched,
) -> None:
    """Write a drift down, or that it moved on, and tell it, unless somebody was faster.

    One edit of what is live in several environments is told once: `leads` has the drift that tells it, by what is live.
    """
    environment, served = here.environment, here.served
    contents = await contents_of(ctx, project)
    edited = here.known is not None and edited_in_place(here.known.served, served)
    lead = leads.get(key_of(served), "") if edited else ""
    moved = await mover(ctx, project, environment, edited=edited)
    channel = await channel_for(ctx, project, environment)
    now = ctx.clock.now()
    place = (*project.key, environment.id)
    async with ctx.store.write() as tx:
        known = await known_there(tx, *place)
        told = await tx.open_drift(*place)
        under_way = await tx.open_change(*place)
        finding = judge(known, served, looked_at=looked_at, under_way=under_way, told=told)
        if known is None or finding not in (Finding.DRIFTED, Finding.MOVED_ON):
            return  # a change was applied, or somebody else told it, while the details were read
        drift = Drift(
            id=told.id if told else new_id(),
            project=project,
            environment=environment,
            was=replace(known, content=None),
            now=served,
            found_at=told.found_at if told else now,
            version=told.version + 1 if told else 1,
            moved=explains(moved, known),
            was_content=await content_before(tx, known, contents),
            now_content=contents.get(key_of(served)),
            late=await late_write(tx, known, served),
            lead=lead,
        )
        if not (await tx.save_drift(drift, told.version) if told else await tx.add_drift(drift)):
            return
        facts = {
            "environment": environment.id,
            "drift": drift.id,
            "was": in_short(known.served),
            "is": in_short(served),
        }
        await tx.record(entry(Event.DRIFT_FOUND, subject_of(drift), now, None, **facts))
        await tx.touch_notice(NoticeKind.DRIFT, lead or drift.id)
        new = not lead and await tx.notice_for(NoticeKind.DRIFT, drift.id) is None
        if channel is not None and new and watched.may_tell():
            await tx.add_notice(Notice(new_id(), NoticeKind.DRIFT, drift.id, Place(ctx.org, ctx.team, channel), now))
    if edited:
        leads.setdefault(key_of(served), drift.id)
    watched.found += 1
    log.warning("drift.found", drift=drift.id, project=project.id, environment=environment.id, version=drift.version)
    if channel is None:
        log.warning("drift.not_told", drift=drift.id, cause="no channel")
    await deliver_about(ctx, NoticeKind.DRIFT, lead or drift.id)


async def _stands(ctx: Context, drift: Drift, watched: Watched) -> None:
    """A drift that lasts. It is told now if it was not before: no channel, too many at once, what told it is over."""
    async with ctx.store.read() as tx:
        told = await tx.notice_for(NoticeKind.DRIFT, drift.id)
        lead = await tx.drift(drift.lead) if drift.lead else None
    covered = told is not None or (lead is not None and tells(lead, drift))
    channel = None if covered else await channel_for(ctx, drift.project, drift.environment)
    if channel is None or not watched.may_tell():
        return
    async with ctx.store.write() as tx:
        place = Place(ctx.org, ctx.team, channel)
        await tx.add_notice(Notice(new_id(), NoticeKind.DRIFT, drift.id, place, ctx.clock.now()))
    await deliver_about(ctx, NoticeKind.DRIFT, drift.id)


async def _end(ctx: Context, drift: Drift, how: Ending, watched: Watched) -> None:
    """A drift is over by itself."""
    async with ctx.store.write() as tx:
        ended = await end(tx, drift, how, ctx.clock.now())
    if ended:
        watched.ended += 1
        log.info("drift.ended", drift=drift.id, how=how.value)
        await deliver_about(ctx, NoticeKind.DRIFT, drift.id)
