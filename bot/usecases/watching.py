"""The drift watch: one look at every project, compared with what was last right; what moved is told once.

The provider is read first and our database afterwards, so that a change that is applied in between is known when the
two are compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.clients.base import ProviderClient, ProviderError, ServedNow
from bot.domain.actors import Place
from bot.domain.changes import Change, Event, State
from bot.domain.contents import Content
from bot.domain.drift import (
    Baseline,
    Drift,
    Ending,
    Finding,
    Silence,
    Source,
    edited_in_place,
    explains,
    is_live,
    judge,
    tells,
)
from bot.domain.errors import Fault, Problem
from bot.domain.gates import Moved
from bot.domain.names import Environment, Project
from bot.domain.notices import Notice, NoticeKind
from bot.domain.served import One, Served
from bot.logs import get_logger
from bot.store import Reading
from bot.usecases.baselines import end, known_there, subject_of
from bot.usecases.context import Context, entry, new_id
from bot.usecases.delivery import deliver_about
from bot.usecases.looking import side_by_side

log = get_logger(__name__)

CONCURRENCY = 8
"""Calls of one provider at once."""

PATIENCE = timedelta(minutes=30)
"""A provider that does not answer for this long is told about: nobody would see a drift."""

ENOUGH = 5
"""After so many projects that cannot be read, and none that can, the others are left for the next time."""

NEWEST = 5
"""Changes of one environment that are looked through for what belongs to a drift."""


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
    async with side_by_side() as looks:
        for project in projects:
            looks.create_task(_watch_project(ctx, project, around, watched))
    shelf = ctx.index.shelves.get(name)
    if not projects and shelf is not None and shelf.problem is not None:  # its names could never be read
        around.problems.append(shelf.problem)
    log.info("drift.looked", provider=name, projects=len(projects), read=around.heard, failed=len(around.problems))
    if around.heard or not around.problems:
        await _answers_again(ctx, name)
    else:
        await _is_silent(ctx, name, around.problems[0])


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
    served: Served
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
            watched.found += await _tell(ctx, project, here, looked_at, leads)
        elif here.told is not None and found is Finding.BACK:
            watched.ended += await _end(ctx, here.told, Ending.BACK)
        elif here.told is not None and found is Finding.CALM:
            await _stands(ctx, here.told)
    if first:
        await _remember(ctx, project, first, looked_at)
        watched.first += len(first)
    for drift in told:
        if drift.environment.id not in now.served:
            watched.ended += await _end(ctx, drift, Ending.GONE)


async def _places(ctx: Context, project: Project, now: ServedNow) -> tuple[Sequence[_Here], Sequence[Drift]]:
    """What our database knows by now of every environment, and every drift of the project that is told."""
    async with ctx.store.read() as tx:
        known = {each.environment_id: each for each in await tx.baselines(*project.key)}
        drifts = await tx.open_drifts(project.key)
        told = {each.environment.id: each for each in drifts}
        open_ones = {each.environment.id: each for each in await tx.open_changes(*project.key)}
        for each in now.environments:
            if each.id not in known and (last := await known_there(tx, *project.key, each.id)) is not None:
                known[each.id] = last
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
        contents = await _contents(ctx, project)
    found = [
        Baseline(
            *project.key,
            here.environment.id,
            here.served,
            at,
            Source.SEEN,
            content=contents.get(_content_key(here.served)),
        )
        for here in places
    ]
    async with ctx.store.write() as tx:
        await tx.add_baselines(found)


async def _contents(ctx: Context, project: Project) -> dict[tuple[str, str], Content]:
    """The contents of a project's configs by id and content version; none where they cannot be read."""
    try:
        found = await ctx.provider(project.provider).configs(project)
    except ProviderError as error:
        log.warning("drift.contents_unread", project=project.id, fault=error.problem.fault)
        return {}
    return {(each.config.id, each.config.content_version): each.content for each in found}


def _content_key(served: Served) -> tuple[str, str]:
    live = served.live
    return (live.config_id, live.content_version) if isinstance(live, One) else ("", "")


async def _tell(
    ctx: Context, project: Project, here: _Here, looked_at: datetime, leads: dict[tuple[str, str], str]
) -> int:
    """Write a drift down, or that it moved on, and tell it. Answers 1 unless somebody was faster.

    One edit of what is live in several environments is told once: `leads` has the drift that tells it, by what is live.
    """
    environment, served = here.environment, here.served
    contents = await _contents(ctx, project)
    edited = here.known is not None and edited_in_place(here.known.served, served)
    lead = leads.get(_content_key(served), "") if edited else ""
    moved = await _moved(ctx, project, environment, edited=edited)
    channel = await _channel(ctx, project, environment)
    now = ctx.clock.now()
    place = (*project.key, environment.id)
    async with ctx.store.write() as tx:
        known = await known_there(tx, *place)
        told = await tx.open_drift(*place)
        under_way = await tx.open_change(*place)
        finding = judge(known, served, looked_at=looked_at, under_way=under_way, told=told)
        if known is None or finding not in (Finding.DRIFTED, Finding.MOVED_ON):
            return 0  # a change was applied, or somebody else told it, while the details were read
        drift = Drift(
            id=told.id if told else new_id(),
            project=project,
            environment=environment,
            was=replace(known, content=None),
            now=served,
            found_at=told.found_at if told else now,
            version=told.version + 1 if told else 1,
            moved=explains(moved, known),
            was_content=await _content_before(tx, known, contents),
            now_content=contents.get(_content_key(served)),
            late=await _late(tx, known, served),
            lead=lead,
        )
        if not (await tx.save_drift(drift, told.version) if told else await tx.add_drift(drift)):
            return 0
        facts = {"environment": environment.id, "drift": drift.id, "was": _fact(known.served), "is": _fact(served)}
        await tx.record(entry(Event.DRIFT_FOUND, subject_of(drift), now, None, **facts))
        await tx.touch_notice(NoticeKind.DRIFT, lead or drift.id)
        if channel is not None and not lead:
            await tx.add_notice(Notice(new_id(), NoticeKind.DRIFT, drift.id, Place(ctx.org, ctx.team, channel), now))
    if edited:
        leads.setdefault(_content_key(served), drift.id)
    log.warning("drift.found", drift=drift.id, project=project.id, environment=environment.id, version=drift.version)
    if channel is None:
        log.warning("drift.not_told", drift=drift.id, cause="no channel")
    await deliver_about(ctx, NoticeKind.DRIFT, lead or drift.id)
    return 1


async def _content_before(tx: Reading, known: Baseline, contents: dict[tuple[str, str], Content]) -> Content | None:
    """What stood in what was right: as it is still there, as it was remembered, as the change had it."""
    found = contents.get(_content_key(known.served)) or known.content
    if found is None and known.change_id is not None:
        change = await tx.change(known.change_id)
        found = change.seen.target_content if change is not None else None
    return found


async def _late(tx: Reading, known: Baseline, served: Served) -> str:
    """The label of a change since then that asked for exactly this and counts as failed."""
    failed, _ = await tx.changes(
        project=(known.provider, known.project_id),
        environment_id=known.environment_id,
        states={State.FAILED},
        limit=NEWEST,
    )
    found = (each.label for each in failed if each.updated_at >= known.at and is_live(each, served))
    return next(found, "")


def _fact(served: Served) -> str:
    """What is served, as a line of history keeps it."""
    live = served.live
    return live.config_id if isinstance(live, One) else type(live).__name__.casefold()


async def _moved(ctx: Context, project: Project, environment: Environment, *, edited: bool) -> Moved | None:
    """Who did it and when, where the provider tells; a provider that does not answer that tells nothing."""
    try:
        return await ctx.provider(project.provider).last_moved(project, environment, edited=edited)
    except ProviderError as error:
        log.warning("drift.mover_unread", project=project.id, fault=error.problem.fault)
        return None


async def _channel(ctx: Context, project: Project, environment: Environment) -> str | None:
    """Where it is told: where the last card about this environment stands, else the default channel, else nowhere."""
    async with ctx.store.read() as tx:
        changes, _ = await tx.changes(project=project.key, environment_id=environment.id, limit=NEWEST)
        cards = [await tx.notice_for(NoticeKind.CARD, change.id) for change in changes]
    channels = [(card.at.channel if card.at else card.place.channel) for card in cards if card is not None]
    for channel in dict.fromkeys([*channels[:1], *([ctx.default_channel] if ctx.default_channel else [])]):
        if await ctx.people.can_post(Place(ctx.org, ctx.team, channel)):
            return channel
    return None


async def _stands(ctx: Context, drift: Drift) -> None:
    """A drift that lasts. It is told now if there was no channel for it before, or what told it is over."""
    async with ctx.store.read() as tx:
        told = await tx.notice_for(NoticeKind.DRIFT, drift.id)
        lead = await tx.drift(drift.lead) if drift.lead else None
    covered = told is not None or (lead is not None and tells(lead, drift))
    channel = None if covered else await _channel(ctx, drift.project, drift.environment)
    if channel is None:
        return
    async with ctx.store.write() as tx:
        place = Place(ctx.org, ctx.team, channel)
        await tx.add_notice(Notice(new_id(), NoticeKind.DRIFT, drift.id, place, ctx.clock.now()))
    await deliver_about(ctx, NoticeKind.DRIFT, drift.id)


async def _end(ctx: Context, drift: Drift, how: Ending) -> int:
    """A drift is over by itself. Answers 1 unless somebody was faster."""
    async with ctx.store.write() as tx:
        ended = await end(tx, drift, how, ctx.clock.now())
    if not ended:
        return 0
    log.info("drift.ended", drift=drift.id, how=how.value)
    await deliver_about(ctx, NoticeKind.DRIFT, drift.id)
    return 1


async def _is_silent(ctx: Context, provider: str, problem: Problem) -> None:
    """Nothing of a provider could be read: told once, after a while, and not for each project."""
    now = ctx.clock.now()
    async with ctx.store.write() as tx:
        await tx.add_silence(Silence(new_id(), provider, now, problem.fault.value))
        silence = await tx.open_silence(provider)
        channel = ctx.default_channel
        if silence is None or channel is None or now - silence.since < PATIENCE:
            return
        place = Place(ctx.org, ctx.team, channel)
        if not await tx.add_notice(Notice(new_id(), NoticeKind.SILENCE, silence.id, place, now)):
            return
    await deliver_about(ctx, NoticeKind.SILENCE, silence.id)


async def _answers_again(ctx: Context, provider: str) -> None:
    async with ctx.store.read() as tx:
        silence = await tx.open_silence(provider)
    if silence is None:
        return
    async with ctx.store.write() as tx:
        if await tx.end_silence(silence.id, ctx.clock.now()):
            await tx.touch_notice(NoticeKind.SILENCE, silence.id)
    await deliver_about(ctx, NoticeKind.SILENCE, silence.id)
