"""The index: our cache of projects, configs and environments of every provider, so that names resolve without a call.

It is filled by `refresh` and refreshed on a miss; a provider that does not answer keeps what was known of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Generic, TypeVar

from rapidfuzz import fuzz, process

from bot.clients.base import ProviderClient, ProviderError
from bot.domain.errors import Fault, Problem
from bot.domain.names import Config, Environment, Project
from bot.domain.views import Unread
from bot.grammar.commands import Name
from bot.logs import get_logger
from bot.ports import Clock

log = get_logger(__name__)

ALIASES = {"prod": "production", "prd": "production", "live": "production", "dev": "development", "stage": "staging"}
"""Other words for environments; one counts only where its target exists, and never beats an exact name."""

MISS_PAUSE = timedelta(seconds=5)
"""After a refresh on a miss the next miss within this time does not ask the providers again."""

MOST_DIVISIONS = 8
"""At most so many of the first @ of a name divide it. Names of projects hold one or two (an e-mail address); each more
of them is looked up, and what is left behind each again, so that without an end a long line keeps everybody waiting."""

NEAR_ENOUGH = 60
"""How alike (0 to 100) a name must be to be offered."""


LIKE_ENOUGH = 75
"""How alike (0 to 100) a part of a text must be to what was typed into a select."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One project with its configs."""

    project: Project
    configs: tuple[Config, ...]


Thing = TypeVar("Thing", Project, Config, Environment)
Found = TypeVar("Found")


class Names(Generic[Thing]):
    """Things by id and by name: a look-up costs the same however many there are."""

    def __init__(self, things: Iterable[Thing] = ()) -> None:
        self.by_id: dict[str, list[Thing]] = {}
        self.by_name: dict[str, list[Thing]] = {}
        """By name in lower case."""
        for thing in things:
            self.by_id.setdefault(thing.id, []).append(thing)
            self.by_name.setdefault(thing.name.casefold(), []).append(thing)


@dataclass(slots=True)
class ProviderCache:
    """What is known of one provider."""

    entries: dict[str, Entry] = field(default_factory=dict)
    """By project id."""
    learned: dict[str, Entry] = field(default_factory=dict)
    """By project id: what was learned since the newest refresh began, which may have listed the projects before."""
    environments: tuple[Environment, ...] = ()
    projects: Names[Project] = field(default_factory=Names)
    configs: Names[Config] = field(default_factory=Names)
    refreshed_at: datetime | None = None
    problem: Problem | None = None
    """Why the newest refresh did not succeed."""
    problem_since: datetime | None = None

    def fill(self, entries: Iterable[Entry]) -> None:
        """Put these projects in the place of those that were known."""
        self.entries = {entry.project.id: entry for entry in entries}
        self.projects = Names(entry.project for entry in self.entries.values())
        self.configs = Names(config for entry in self.entries.values() for config in entry.configs)


SELECT_LIMIT = 100
"""Options that a select of Slack takes."""


class Index:
    """Names to ids over all providers. Look-ups are pure and in memory; only `refresh` and `miss` call providers."""

    def __init__(self, providers: Mapping[str, ProviderClient], clock: Clock, *, concurrency: int = 8) -> None:
        self._providers = providers
        self._clock = clock
        self._concurrency = concurrency
        self._caches = {name: ProviderCache() for name in providers}
        self._refreshing: dict[str, asyncio.Task[None]] = {}
        self._ordered: list[Entry] | None = None

    @property
    def caches(self) -> Mapping[str, ProviderCache]:
        """What is known, by provider name; for the doctor."""
        return self._caches

    async def refresh(self) -> None:
        """Read every provider anew; refreshes under way are joined. Never raises."""
        await asyncio.gather(*(self._refresh_joined(name) for name in self._providers))

    async def close(self) -> None:
        """End the refreshes under way: nobody waits for them any more."""
        running = list(self._refreshing.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def miss(self) -> bool:
        """A name was not found: read anew what was not read just now. Answers whether anything was read."""
        now = self._clock.now()
        stale = [
            name
            for name, cache in self._caches.items()
            if cache.refreshed_at is None or now - cache.refreshed_at > MISS_PAUSE
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
        client, cache = self._providers[name], self._caches[name]
        gate = asyncio.Semaphore(self._concurrency)
        cache.learned.clear()

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
                environments = group.create_task(_environments(client, projects))
        except* ProviderError as errors:
            problem = _first(errors).problem
            cache.problem, cache.problem_since = problem, cache.problem_since or self._clock.now()
            since = cache.problem_since.isoformat(timespec="seconds")
            told = {"fault": problem.fault, "operation": problem.operation, "status": problem.status, "since": since}
            log.warning("provider cannot be read", provider=name, **told)
        else:
            read = {found.project.id: found for task in tasks if (found := task.result()) is not None}
            for key, learned in cache.learned.items():
                read[key] = Entry(learned.project, read.get(key, learned).configs)
            cache.fill(read.values())
            self._ordered = None
            cache.environments = environments.result() or cache.environments
            if cache.problem is not None:
                log.info("provider is read again", provider=name)
            cache.problem = cache.problem_since = None
        cache.refreshed_at = self._clock.now()

    def unread(self) -> tuple[Unread, ...]:
        """The providers whose names may be missing, and since when; nothing when all were read."""
        return tuple(
            Unread(cache.problem, cache.problem_since)
            for cache in self._caches.values()
            if cache.problem is not None and cache.problem_since is not None
        )

    def silence(self) -> Problem | None:
        """Why no provider at all could be read; None while one of them answers."""
        unread = self.unread()
        return unread[0].problem if unread and len(unread) == len(self._caches) else None

    def learn_project(self, project: Project) -> None:
        """Keep a project that was just made, or as it is just called; a refresh under way does not undo it."""
        cache = self._caches[project.provider]
        known = cache.entries.get(project.id)
        cache.learned[project.id] = Entry(project, known.configs if known else ())
        cache.fill([*cache.entries.values(), cache.learned[project.id]])
        self._ordered = None

    def learn(self, provider: str, environments: Sequence[Environment]) -> None:
        """Keep environments that a look at a project has just shown."""
        self._caches[provider].environments = tuple(environments)

    # Look-ups

    def entries(self) -> Sequence[Entry]:
        """All projects with their configs, by name."""
        if self._ordered is None:
            entries = (entry for cache in self._caches.values() for entry in cache.entries.values())
            self._ordered = sorted(entries, key=lambda entry: entry.project.name.casefold())
        return self._ordered

    def entry(self, project: Project) -> Entry | None:
        """One project with its configs."""
        return self._caches[project.provider].entries.get(project.id)

    def project(self, provider: str, project_id: str) -> Project | None:
        """A project by its id."""
        cache = self._caches.get(provider)
        entry = cache.entries.get(project_id) if cache else None
        return entry.project if entry else None

    def config(self, provider: str, config_id: str, project_id: str | None = None) -> Config | None:
        """A config by its id; some providers give an id once in each project, so the project decides if it is known."""
        cache = self._caches.get(provider)
        found = cache.configs.by_id.get(config_id, ()) if cache else ()
        return next((each for each in found if project_id is None or each.project_id == project_id), None)

    def picked_config(self, pick: str) -> Config | None:
        """The config that was picked in a form, as ``provider:project:config``."""
        provider, _, rest = pick.partition(":")
        project_id, _, config_id = rest.partition(":")
        return self.config(provider, config_id, project_id)

    def environments(self, provider: str | None = None) -> list[Environment]:
        """The environments of one provider, or of all."""
        names = [provider] if provider is not None else list(self._caches)
        return [environment for name in names for environment in self._caches[name].environments]

    def projects(self, name: Name) -> list[Project]:
        """The projects that this name or id means."""
        return _match(name, {provider: cache.projects for provider, cache in self._caches.items()})

    def configs(self, name: Name, project: Project | None = None) -> list[tuple[Project, Config]]:
        """The configs that this name or id means, of one project or of all; ``PROJECT@CONFIG`` is one, too."""
        found = self._configs(name, project)
        if found:
            return found
        joined = {
            config.key: (owner, config)
            for inside, rest in self.joined(name)
            if project is None or inside.key == project.key
            for owner, config in self._configs(rest, inside)
        }
        return list(joined.values())

    def joined(self, name: Name) -> Iterator[tuple[Project, Name]]:
        """What ``PROJECT@CONFIG`` can mean: a project and what is left as a config's name, for each @ that divides."""
        for owner, rest in divided(name):
            yield from ((project, rest) for project in self.projects(owner))

    def _configs(self, name: Name, project: Project | None) -> list[tuple[Project, Config]]:
        if project is not None:
            entry = self.entry(project)
            return (
                [(project, config) for config in _match(name, {project.provider: Names(entry.configs)})]
                if entry
                else []
            )
        found = _match(name, {provider: cache.configs for provider, cache in self._caches.items()})
        return [(self._caches[config.provider].entries[config.project_id].project, config) for config in found]

    def environment(self, name: Name, provider: str | None = None) -> list[Environment]:
        """The environments that this name, id or alias means."""
        caches = self._caches if provider is None else {provider: self._caches[provider]}
        known = {own: Names(cache.environments) for own, cache in caches.items()}
        found = _match(name, known)
        alias = ALIASES.get(name.text.casefold())
        if found or alias is None or name.quoted:
            return found
        return _match(Name(alias), known)

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
        known = self.environments(provider if provider in self._caches else None)
        return self._search(query, [(environment.name, environment) for environment in known])

    def _search(self, query: str, pairs: Sequence[tuple[str, Found]]) -> list[Found]:
        """Things whose text holds what was typed, else every word of it, else those like it; as many as fit.

        The answer is the acknowledgement, so it has to be quick among tens of thousands of names: likeness, which
        looks at every letter, is asked for only where nothing else was found.
        """
        wanted = query.strip().casefold()
        if not wanted:
            return [thing for _, thing in pairs[:SELECT_LIMIT]]
        texts = [text.casefold() for text, _ in pairs]
        words = wanted.split()
        holding = [number for number, text in enumerate(texts) if all(word in text for word in words)]
        holding.sort(key=lambda number: wanted not in texts[number])
        if not holding:
            hits = process.extract(
                wanted, texts, scorer=fuzz.partial_ratio, score_cutoff=LIKE_ENOUGH, limit=SELECT_LIMIT
            )
            holding = [number for _, _, number in hits]
        return [pairs[number][1] for number in holding[:SELECT_LIMIT]]


async def _environments(client: ProviderClient, projects: Sequence[Project]) -> tuple[Environment, ...]:
    """The environments, which all projects share, from the first project that is still there."""
    for project in projects:
        try:
            return (await client.served(project)).environments
        except ProviderError as error:
            if error.problem.fault is not Fault.NOT_FOUND:
                raise
    return ()


def divided(name: Name) -> Iterator[tuple[Name, Name]]:
    """What stands before and behind each of the first `MOST_DIVISIONS` @ of a name; in quotes it has no parts."""
    at_signs = (at for at, letter in enumerate(name.text) if letter == "@" and not name.quoted)
    for at in islice(at_signs, MOST_DIVISIONS):
        yield Name(name.text[:at].strip()), Name(name.text[at + 1 :].strip())


def _match(name: Name, names: Mapping[str, Names[Thing]]) -> list[Thing]:
    """What a name means at these providers, where ``provider:`` in front chooses one. In quotes it has no parts."""
    found = _found(name.text, names.values())
    provider, separator, rest = name.text.partition(":")
    if found or name.quoted or not separator:
        return found
    return _found(rest.strip(), [own for one, own in names.items() if one.casefold() == provider.strip().casefold()])


def _found(text: str, names: Iterable[Names[Thing]]) -> list[Thing]:
    """By id, else by name as typed, else by name in any case."""
    every = list(names)
    by_id = [thing for one in every for thing in one.by_id.get(text, ())]
    if by_id:
        return by_id
    in_any_case = [thing for one in every for thing in one.by_name.get(text.casefold(), ())]
    return [thing for thing in in_any_case if thing.name == text] or in_any_case


def _first(errors: BaseExceptionGroup[ProviderError]) -> ProviderError:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, ProviderError)  # noqa: S101 - narrows the type; the group holds nothing else
    return error
