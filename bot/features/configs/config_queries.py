"""Looking at configs: one whole, those of a project, how two differ; each beside what is live. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.clients.base import ConfigWithContent, ProviderError
from bot.context import Context
from bot.domain.base import Outcome
from bot.domain.contents import diff
from bot.domain.evaluations import Evaluation, Evidence, weigh
from bot.domain.live_state import NOTHING, LiveState, One, Split
from bot.domain.names import Config, Environment, Project
from bot.domain.outcomes import Failed, NotFound
from bot.domain.views import Against, ConfigComparison, ConfigDetail, ConfigList, ConfigRow, LiveIn
from bot.features.provider_reads import ProviderSnapshot, evaluations_of, evidence_for, look
from bot.grammar.commands import Command, DiffConfigs, ListConfigs, ShowConfig
from bot.logs import current_request_id
from bot.resolve.labels import configs_line, show_line
from bot.resolve.resolver import Resolved, resolve

PAGE = 8
"""Configs on one page of a list."""


async def answer(ctx: Context, given: Sequence[Command], *, page: int = 1) -> Outcome:
    """Carry out *config show*, *config list* or *config diff*, whichever the readings mean."""
    resolved = await resolve(ctx.index, given, ShowConfig, ListConfigs, DiffConfigs)
    if not isinstance(resolved, Resolved):
        return resolved
    try:
        match resolved.command:
            case ShowConfig():
                return await show(ctx, resolved.projects[0], resolved.configs[0])
            case ListConfigs():
                return await listed(ctx, resolved.projects[0], resolved.line(ctx.index), page=page)
            case _:
                return await compare(ctx, resolved)
    except ProviderError as error:
        return Failed(replace(error.problem, reference=current_request_id()))


async def show(ctx: Context, project: Project, config: Config) -> ConfigDetail | NotFound:
    """One config with everything in it, where it is live, and its scores. Raises `ProviderError`."""
    seen = await look(ctx, project)
    found = seen.find(config.id)
    if found is None:
        return _gone(config, seen.configs)
    return ConfigDetail(
        project,
        found.config,
        found.content,
        live_in(seen, config.id),
        evidence_for(ctx, seen.evaluations, project, found.config, NOTHING),
        tuple(against(ctx, seen, project, found.config)),
        configs_line(ctx.index, project),
        ctx.noun(project.provider),
    )


async def listed(ctx: Context, project: Project, line: str, *, page: int = 1) -> ConfigList:
    """A page of the configs of a project, those that are live first. Raises `ProviderError`."""
    seen = await look(ctx, project)
    pages = max(1, -(-len(seen.configs) // PAGE))
    page = min(max(page, 1), pages)
    shown = rows(ctx, seen, project, skip=(page - 1) * PAGE, limit=PAGE)
    return ConfigList(project, shown, len(seen.configs), page, pages, line, ctx.noun(project.provider))


def rows(ctx: Context, seen: ProviderSnapshot, project: Project, *, skip: int = 0, limit: int) -> tuple[ConfigRow, ...]:
    """Some of the configs of a project as they were seen: those that are live first, then by name."""
    every = [(live_in(seen, found.config.id), found) for found in seen.configs]
    every.sort(key=lambda pair: (not pair[0], pair[1].config.name.casefold(), pair[1].config.id))
    return tuple(
        ConfigRow(
            found.config,
            found.content.model,
            places,
            evidence_for(ctx, seen.evaluations, project, found.config, NOTHING),
            show_line(ctx.index, project, found.config),
        )
        for places, found in every[skip : skip + limit]
    )


async def compare(ctx: Context, resolved: Resolved[Command]) -> ConfigComparison | NotFound:
    """How the second of two configs differs from the first. Raises `ProviderError`."""
    sides: list[ConfigWithContent] = []
    read: dict[tuple[str, str], Sequence[ConfigWithContent]] = {}
    for project, config in zip(resolved.projects, resolved.configs, strict=True):
        if project.key not in read:
            read[project.key] = await ctx.provider(project.provider).configs(project)
        found = next((each for each in read[project.key] if each.config.id == config.id), None)
        if found is None:
            return _gone(config, read[project.key])
        sides.append(found)
    old, new = sides
    before, after = resolved.projects
    scores = await _scores(ctx, (before, old.config), (after, new.config))
    differs = diff(old.content, new.content)
    return ConfigComparison((before, old.config), (after, new.config), differs, scores, resolved.line(ctx.index))


async def _scores(ctx: Context, old: tuple[Project, Config], new: tuple[Project, Config]) -> Evidence:
    """What was measured for the second config beside what was measured for the first."""
    available = all(ctx.provider(project.provider).capabilities.evaluations for project, _ in (old, new))
    runs: list[Evaluation] | None = []
    for project in dict.fromkeys((old[0], new[0])) if available else ():
        found = await evaluations_of(ctx, project)
        runs = None if runs is None or found is None else [*runs, *found]
    same = old[0].provider == new[0].provider  # ids are the provider's own
    return weigh(runs, live_config_id=old[1].id, candidate_config_id=new[1].id, available=available and same)


def _gone(config: Config, known: Sequence[ConfigWithContent]) -> NotFound:
    """A config that the index has and its project no longer does."""
    return NotFound("config", config.name, known=tuple(each.config.name for each in known[:10]))


def live_in(seen: ProviderSnapshot, config_id: str) -> tuple[LiveIn, ...]:
    """Where a config is live."""
    return tuple(_live_in(seen, config_id))


def _live_in(seen: ProviderSnapshot, config_id: str) -> Iterator[LiveIn]:
    for environment in seen.served.environments:
        served = seen.in_environment(environment)
        match served.live if served else None:
            case One(live) if live == config_id:
                yield LiveIn(environment)
            case Split(weights) if any(live == config_id for live, _ in weights):
                yield LiveIn(environment, whole=False)


def against(ctx: Context, seen: ProviderSnapshot, project: Project, config: Config) -> Iterator[Against]:
    """A config beside every other one that is live, the default environment first."""
    places: dict[str, tuple[LiveState, list[Environment]]] = {}
    for environment in sorted(seen.served.environments, key=lambda each: not each.is_default):
        served = seen.in_environment(environment)
        if served is not None and isinstance(served.live, One) and served.live.config_id != config.id:
            places.setdefault(served.fingerprint(), (served, []))[1].append(environment)
    for served, environments in places.values():
        proven = evidence_for(ctx, seen.evaluations, project, config, served)
        yield Against(tuple(environments), served, proven)
