"""The index: our cache of projects, configs and environments of every provider, so that names resolve without a call.

It is filled by `refresh` and refreshed on a miss; a provider that does not answer keeps what was known of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from rapidfuzz import fuzz, process

from bot.clients.base import ProviderClient, ProviderError
from bot.domain.errors import Fault, Problem
from bot.domain.names import Config, Environment, Project
from bot.grammar.readings import Name
from bot.logs import get_logger
from bot.usecases.ports import Clock

log = get_logger(__name__)

ALIASES = {"prod": "production", "prd": "production", "live": "production", "dev": "development", "stage": "staging"}
"""Other words for environments; one counts only where its target exists, and never beats an exact name."""

MISS_PAUSE = timedelta(seconds=5)
"""After a refresh on a miss the next miss within this time does not ask the providers again."""

NEAR_ENOUGH = 60
"""How alike (0 to 100) a name must be to be offered."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One project with its configs."""

    project: Project
    configs: tuple[Config, ...]


@dataclass(slots=True)
class Shelf:
    """What is known of one provider."""

    entries: dict[str, Entry] = field(default_factory=dict)
    environments: tuple[Environment, ...] = ()
    refreshed_at: datetime | None = None
    problem: Problem | None = None
    """Why the newest refresh did not succeed."""
    problem_since: datetime | None = None


Thing = TypeVar("Thing", Project, Config, Environment)
Found = TypeVar("Found")

SELECT_LIMIT = 100
"""Options that a select of Slack takes."""


class Index:
    """Names to ids over all providers. Look-ups are pure and in memory; only `refresh` and `miss` call providers."""

    def __init__(self, providers: Mapping[str, ProviderClient], clock: Clock, *, concurrency: int = 8) -> None:
        self._providers = providers
        self._clock = clock
        self._concurrency = concurrency
        self._shelves = {name: Shelf() for name in providers}
        self._refreshing: dict[str, asyncio.Task[None]] = {}

    @property
    def shelves(self) -> Mapping[str, Shelf]:
        """What is known, by provider name; for the doctor."""
        return self._shelves

    async def refresh(self) -> None:
        """Read every provider anew; refreshes under way are joined. Never raises."""
        await asyncio.gather(*(self._refresh_joined(name) for name in self._providers))

    async def miss(self) -> bool:
        """A name was not found: read anew what was not read just now. Answers whether anything was read."""
        now = self._clock.now()
        stale = [
            name
            for name, shelf in self._shelves.items()
            if shelf.refreshed_at is None or now - shelf.refreshed_at > MISS_PAUSE
        ]
        await asyncio.gather(*(self._refresh_joined(name) for name in stale))
        return bool(stale)

    async def _refresh_joined(self, name: str) -> None:
        task = self._refreshing.get(name)
        if task is None:
            task = asyncio.create_task(self._refresh_one(name), name=f"index refresh {name}")
            self._refreshing[name] = task
            task.add_done_callback(lambda _: self._refreshing.pop(name, None))
        await asyncio.shield(task)

    async def _refresh_one(self, name: str) -> None:
        client, shelf = self._providers[name], self._shelves[name]
        gate = asyncio.Semaphore(self._concurrency)

        async def entry(project: Project) -> Entry | None:
            async with gate:
                try:
                    configs = await client.configs(project)
                except ProviderError as error:
                    if error.problem.fault is not Fault.NOT_FOUND:
                        raise
                    return None  # deleted since it was listed
            return Entry(project, tuple(found.config for found in configs))

        try:
            projects = await client.projects()
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(entry(project)) for project in projects]
                served = group.create_task(client.served(projects[0])) if projects else None
        except* ProviderError as errors:
            problem = _first(errors).problem
            shelf.problem, shelf.problem_since = problem, shelf.problem_since or self._clock.now()
            log.warning("index.refresh", provider=name, fault=problem.fault, doing=problem.doing, status=problem.status)
        else:
            shelf.entries = {found.project.id: found for task in tasks if (found := task.result()) is not None}
            if served is not None:
                shelf.environments = served.result().environments
            shelf.problem = shelf.problem_since = None
        shelf.refreshed_at = self._clock.now()

    def problem(self) -> Problem | None:
        """Why a provider's names may be missing; None when all were read."""
        return next((shelf.problem for shelf in self._shelves.values() if shelf.problem is not None), None)

    def learn(self, provider: str, environments: Sequence[Environment]) -> None:
        """Keep environments that a look at a project has just shown."""
        self._shelves[provider].environments = tuple(environments)

    # Look-ups

    def entries(self) -> list[Entry]:
        """All projects with their configs, by name."""
        entries = [entry for shelf in self._shelves.values() for entry in shelf.entries.values()]
        return sorted(entries, key=lambda entry: entry.project.name.casefold())

    def entry(self, project: Project) -> Entry | None:
        """One project with its configs."""
        return self._shelves[project.provider].entries.get(project.id)

    def config(self, provider: str, config_id: str) -> Config | None:
        """A config by its id."""
        shelf = self._shelves.get(provider)
        every = (config for entry in shelf.entries.values() for config in entry.configs) if shelf else ()
        return next((config for config in every if config.id == config_id), None)

    def known_projects(self) -> Iterator[Project]:
        """All projects."""
        return (entry.project for shelf in self._shelves.values() for entry in shelf.entries.values())

    def known_configs(self) -> Iterator[Config]:
        """All configs."""
        entries = (entry for shelf in self._shelves.values() for entry in shelf.entries.values())
        return (config for entry in entries for config in entry.configs)

    def environments(self, provider: str | None = None) -> list[Environment]:
        """The environments of one provider, or of all."""
        names = [provider] if provider is not None else list(self._shelves)
        return [environment for name in names for environment in self._shelves[name].environments]

    def projects(self, name: Name) -> list[Project]:
        """The projects that this name or id means."""
        return self._match(name, [entry.project for entry in self.entries()])

    def configs(self, name: Name, project: Project | None = None) -> list[tuple[Project, Config]]:
        """The configs that this name or id means, of one project or of all."""
        entries = self.entries()
        if project is not None:
            entries = [entry for entry in entries if entry.project.key == project.key]
        owners = {config.key: entry.project for entry in entries for config in entry.configs}
        found = self._match(name, [config for entry in entries for config in entry.configs])
        return [(owners[config.key], config) for config in found]

    def environment(self, name: Name, provider: str | None = None) -> list[Environment]:
        """The environments that this name, id or alias means."""
        known = self.environments(provider)
        found = self._match(name, known)
        alias = ALIASES.get(name.text.casefold())
        if found or alias is None or name.quoted:
            return found
        return self._match(Name(alias), known)

    def near(self, word: str, names: Iterable[str], *, limit: int = 4) -> list[str]:
        """Names like `word`, the likest first."""
        wanted = word.casefold().strip()
        choices = {name: name.casefold() for name in names}
        holding = [name for name, text in choices.items() if len(wanted) > 2 and wanted in text]
        hits = process.extract(wanted, choices, scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH, limit=limit)
        return list(dict.fromkeys([name for _, _, name in hits] + holding))[:limit]

    def search_projects(self, query: str) -> list[Project]:
        """Projects for a select."""
        return self._search(query, [(entry.project.name, entry.project) for entry in self.entries()])

    def search_configs(self, query: str, project_key: str | None = None) -> list[tuple[Project, Config]]:
        """Configs with their projects for a select, of one project (``provider:id``) or of all."""
        pairs = [
            (f"{config.name} {entry.project.name}", (entry.project, config))
            for entry in self.entries()
            if project_key is None or project_key == ":".join(entry.project.key)
            for config in entry.configs
        ]
        return self._search(query, pairs)

    def search_environments(self, query: str, provider: str | None = None) -> list[Environment]:
        """Environments for a select."""
        known = self.environments(provider if provider in self._shelves else None)
        return self._search(query, [(environment.name, environment) for environment in known])

    def _search(self, query: str, pairs: Sequence[tuple[str, Found]]) -> list[Found]:
        """Things whose text holds the query first, then those like it; at most what a select takes."""
        wanted = query.strip().casefold()
        if not wanted:
            return [thing for _, thing in pairs[:SELECT_LIMIT]]
        texts = [text.casefold() for text, _ in pairs]
        holding = [number for number, text in enumerate(texts) if wanted in text]
        hits = process.extract(wanted, texts, scorer=fuzz.WRatio, score_cutoff=NEAR_ENOUGH, limit=SELECT_LIMIT)
        order = list(dict.fromkeys([*holding, *(number for _, _, number in hits)]))
        return [pairs[number][1] for number in order[:SELECT_LIMIT]]

    def _match(self, name: Name, things: Sequence[Thing]) -> list[Thing]:
        found = _exact(name.text, things)
        provider, separator, rest = name.text.partition(":")
        if not found and separator and provider.strip().casefold() in map(str.casefold, self._providers):
            own = [thing for thing in things if thing.provider.casefold() == provider.strip().casefold()]
            found = _exact(rest.strip(), own)
        return found


def _exact(text: str, things: Sequence[Thing]) -> list[Thing]:
    """By id, else by name as typed, else by name in any case."""
    for matches in (
        [thing for thing in things if thing.id == text],
        [thing for thing in things if thing.name == text],
        [thing for thing in things if thing.name.casefold() == text.casefold()],
    ):
        if matches:
            return matches
    return []


def _first(errors: BaseExceptionGroup[ProviderError]) -> ProviderError:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, ProviderError)  # noqa: S101 - narrows the type; the group holds nothing else
    return error
