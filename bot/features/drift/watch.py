"""The drift watch: reads every project and compares it with its baselines; each drift is reported once.

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
from bot.features.changes.baselines import baseline_in, end, subject_of
from bot.features.drift.details import channel_for, content_before, contents_of, in_short, key_of, late_write, mover
from bot.features.drift.silences import answers_again, is_silent
from bot.features.provider_reads import side_by_side
from bot.logs import get_logger
from bot.outbox.delivery import deliver_about

log = get_logger(__name__)

CONCURRENCY = 8
"""Most projects of one provider that are read and compared at once."""

ENOUGH = 5
"""After so many projects that cannot be read, and none that can, the others are left to the next round."""


MANY = 5
"""Most new messages of one round. If there are more drifts, the board shows all, and later rounds report the rest."""


@dataclass(slots=True)
class Watched:
    """The counts of one round of the watch."""

    projects: int = 0
    first: int = 0
    """Environments that were seen for the first time."""
    found: int = 0
    """Drifts that are new, or have changed again."""
    ended: int = 0
    unread: int = 0
    """Projects that could not be read, or were left to the next round."""
    told: int = 0
    """New messages."""

    def may_tell(self) -> bool:
        """Whether one more new message is within `MANY`; counts it."""
        self.told += 1
        return self.told <= MANY


@dataclass(frozen=True, slots=True)
class _Baselines:
    """Baselines and open drifts when the round began: enough to see that nothing changed without another query."""

    fingerprints: Mapping[tuple[str, str, str], str]
    told: frozenset[tuple[str, str]]
    """Keys of projects with an open drift."""

    def is_calm(self, project: Project, now: ServedNow) -> bool:
        """Whether everything matches its baseline, and no drift is open."""
        return project.key not in self.told and all(
            self.fingerprints.get((*project.key, each)) == served.fingerprint() for each, served in now.served.items()
        )


@dataclass(slots=True)
class _Round:
    """The state of this round at one provider."""

    client: ProviderClient
    before: _Baselines
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONCURRENCY))
    heard: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def hopeless(self) -> bool:
        """Whether to stop reading this provider until the next round."""
        limited = any(problem.fault is Fault.RATE_LIMITED for problem in self.problems)
        return limited or (not self.heard and len(self.problems) >= ENOUGH)


async def watch(ctx: Context) -> Watched:
    """Read every project of the index, and those with an open drift."""
    watched = Watched()
    async with ctx.store.read() as tx:
        open_drifts = await tx.open_drifts()
        before = _Baselines(await tx.fingerprints(), frozenset(drift.project.key for drift in open_drifts))
    projects = {indexed.project.key: indexed.project for indexed in ctx.index.entries()}
    projects |= {drift.project.key: drift.project for drift in open_drifts if drift.project.key not in projects}
    await asyncio.gather(
        *(
            _watch_provider(ctx, name, [each for each in projects.values() if each.provider == name], before, watched)
            for name in ctx.providers
        )
    )
    return watched


async def _watch_provider(
    ctx: Context, name: str, projects: Sequence[Project], before: _Baselines, watched: Watched
) -> None:
    round_ = _Round(ctx.provider(name), before)
    begin = int(ctx.clock.now().timestamp()) % max(
        len(projects), 1
    )  # so that a round that is cut short skips others next time
    async with side_by_side() as reads:
        for project in (*projects[begin:], *projects[:begin]):
            reads.create_task(_watch_project(ctx, project, round_, watched))
    cache = ctx.index.caches.get(name)
    if not projects and cache is not None and cache.problem is not None:  # its projects were never read
        round_.problems.append(cache.problem)
    log.info("drift.looked", provider=name, projects=len(projects), read=round_.heard, failed=len(round_.problems))
    if round_.heard or not round_.problems:
        await answers_again(ctx, name)
    else:
        await is_silent(ctx, name, round_.problems[0])


async def _watch_project(ctx: Context, project: Project, round_: _Round, watched: Watched) -> None:
    async with round_.gate:
        watched.projects += 1
        if round_.hopeless:
            watched.unread += 1
            return
        looked_at = ctx.clock.now()
        try:
            now = await round_.client.served(project)
        except ProviderError as error:
            if error.problem.fault is not Fault.NOT_FOUND:
                log.warning("drift.unread", project=project.id, fault=error.problem.fault)
                round_.problems.append(error.problem)
                watched.unread += 1
                return
            now = None
        round_.heard += 1
        # inside the gate: it asks the provider and our database more, and a thousand projects can differ at once
        if now is None or not round_.before.is_calm(project, now):
            await compare(ctx, project, now, looked_at, watched)


@dataclass(frozen=True, slots=True)
class _EnvironmentState:
    """One environment: what is served, and what our database says about it, read afterwards."""

    environment: Environment
    served: LiveState
    known: Baseline | None
    told: Drift | None
    under_way: Change | None


async def compare(ctx: Context, project: Project, now: ServedNow | None, looked_at: datetime, watched: Watched) -> None:
    """Compare a project with its baselines; report or end drifts. `now` is None when the project no longer exists."""
    now = now or ServedNow((), {})
    first: list[_EnvironmentState] = []
    leads: dict[tuple[str, str], str] = {}
    states, drifts = await _states(ctx, project, now)
    for state in states:
        finding = judge(state.known, state.served, looked_at=looked_at, under_way=state.under_way, told=state.told)
        if finding is Finding.FIRST:
            first.append(state)
        elif finding in (Finding.DRIFTED, Finding.MOVED_ON):
            await _report(ctx, project, state, looked_at, leads, watched)
        elif state.told is not None and finding is Finding.BACK:
            await _end(ctx, state.told, Ending.BACK, watched)
        elif state.told is not None and finding is Finding.CALM:
            await _ensure_reported(ctx, state.told, watched)
    if first:
        await _save_baselines(ctx, project, first, looked_at)
        watched.first += len(first)
    for drift in drifts:
        if drift.environment.id not in now.served:
            await _end(ctx, drift, Ending.GONE, watched)


async def _states(
    ctx: Context, project: Project, now: ServedNow
) -> tuple[Sequence[_EnvironmentState], Sequence[Drift]]:
    """The stored state of every environment, and the open drifts of the project."""
    async with ctx.store.read() as tx:
        baselines = {each.environment_id: each for each in await tx.baselines(*project.key)}
        drifts = await tx.open_drifts(project.key)
        drift_by_environment = {each.environment.id: each for each in drifts}
        changes = {each.environment.id: each for each in await tx.open_changes(*project.key)}
        unwritten = [each.id for each in now.environments if each.id not in baselines]
        fallbacks = [await baseline_in(tx, *project.key, each) for each in unwritten]
    missing = [each for each in fallbacks if each is not None]  # applied before baselines were stored
    if missing:
        async with ctx.store.write() as tx:
            await tx.add_baselines(missing)
    baselines |= {each.environment_id: each for each in missing}
    states = [
        _EnvironmentState(
            each, now.served[each.id], baselines.get(each.id), drift_by_environment.get(each.id), changes.get(each.id)
        )
        for each in now.environments
    ]
    states.sort(key=lambda each: not (each.environment.is_default or each.environment.is_critical))
    return states, drifts


async def _save_baselines(ctx: Context, project: Project, states: Sequence[_EnvironmentState], at: datetime) -> None:
    """Store what is live at the first look as the baseline."""
    contents: dict[tuple[str, str], Content] = {}
    if not ctx.provider(project.provider).capabilities.immutable_configs:
        contents = await contents_of(ctx, project)
    baselines = [
        Baseline(
            *project.key,
            state.environment.id,
            state.served,
            at,
            Source.SEEN,
            content=contents.get(key_of(state.served)),
        )
        for state in states
    ]
    async with ctx.store.write() as tx:
        await tx.add_baselines(baselines)


async def _report(
    ctx: Context,
    project: Project,
    state: _EnvironmentState,
    looked_at: datetime,
    leads: dict[tuple[str, str], str],
    watched: Watched,
) -> None:
    """Store a drift, or that it changed again, and post about it, unless another process was faster.

    One edit that is live in several environments is posted once: `leads` has the drift that covers it, by what is live.
    """
    environment, served = state.environment, state.served
    contents = await contents_of(ctx, project)
    edited = state.known is not None and edited_in_place(state.known.served, served)
    lead = leads.get(key_of(served), "") if edited else ""
    moved = await mover(ctx, project, environment, edited=edited)
    channel = await channel_for(ctx, project, environment)
    now = ctx.clock.now()
    place = (*project.key, environment.id)
    async with ctx.store.write() as tx:
        baseline = await baseline_in(tx, *place)
        drift_before = await tx.open_drift(*place)
        under_way = await tx.open_change(*place)
        finding = judge(baseline, served, looked_at=looked_at, under_way=under_way, told=drift_before)
        if baseline is None or finding not in (Finding.DRIFTED, Finding.MOVED_ON):
            return  # a change was applied, or another process reported it, while the details were read
        drift = Drift(
            id=drift_before.id if drift_before else new_id(),
            project=project,
            environment=environment,
            was=replace(baseline, content=None),
            now=served,
            found_at=drift_before.found_at if drift_before else now,
            version=drift_before.version + 1 if drift_before else 1,
            moved=explains(moved, baseline),
            was_content=await content_before(tx, baseline, contents),
            now_content=contents.get(key_of(served)),
            late=await late_write(tx, baseline, served),
            lead=lead,
        )
        if not (await tx.save_drift(drift, drift_before.version) if drift_before else await tx.add_drift(drift)):
            return
        facts = {
            "environment": environment.id,
            "drift": drift.id,
            "was": in_short(baseline.served),
            "is": in_short(served),
        }
        await tx.record(entry(Event.DRIFT_FOUND, subject_of(drift), now, None, **facts))
        await tx.touch_notice(NoticeKind.DRIFT, lead or drift.id)
        is_new = not lead and await tx.notice_for(NoticeKind.DRIFT, drift.id) is None
        if channel is not None and is_new and watched.may_tell():
            await tx.add_notice(Notice(new_id(), NoticeKind.DRIFT, drift.id, Place(ctx.org, ctx.team, channel), now))
    if edited:
        leads.setdefault(key_of(served), drift.id)
    watched.found += 1
    log.warning("drift.found", drift=drift.id, project=project.id, environment=environment.id, version=drift.version)
    if channel is None:
        log.warning("drift.not_told", drift=drift.id, cause="no channel")
    await deliver_about(ctx, NoticeKind.DRIFT, lead or drift.id)


async def _ensure_reported(ctx: Context, drift: Drift, watched: Watched) -> None:
    """A drift that is still open: post about it if that was not done before.

    There was no channel, there were too many at once, or the drift whose message covered it has ended.
    """
    async with ctx.store.read() as tx:
        notice = await tx.notice_for(NoticeKind.DRIFT, drift.id)
        lead = await tx.drift(drift.lead) if drift.lead else None
    covered = notice is not None or (lead is not None and tells(lead, drift))
    channel = None if covered else await channel_for(ctx, drift.project, drift.environment)
    if channel is None or not watched.may_tell():
        return
    async with ctx.store.write() as tx:
        place = Place(ctx.org, ctx.team, channel)
        await tx.add_notice(Notice(new_id(), NoticeKind.DRIFT, drift.id, place, ctx.clock.now()))
    await deliver_about(ctx, NoticeKind.DRIFT, drift.id)


async def _end(ctx: Context, drift: Drift, how: Ending, watched: Watched) -> None:
    """End a drift that is over without anybody answering it."""
    async with ctx.store.write() as tx:
        ended = await end(tx, drift, how, ctx.clock.now())
    if ended:
        watched.ended += 1
        log.info("drift.ended", drift=drift.id, how=how.value)
        await deliver_about(ctx, NoticeKind.DRIFT, drift.id)
