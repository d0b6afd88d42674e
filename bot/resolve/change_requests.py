"""Readings to wishes: the index resolves names. One reading that resolves wins, several are a question, none is a no.

It never guesses: an unknown environment is never replaced, a missing one is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Kind
from bot.domain.live_state import Nothing
from bot.domain.names import Config, Environment, Project
from bot.domain.outcomes import Ambiguous, EnvironmentMissing, Failed, NotFound
from bot.domain.targets import LiveIn, PreviouslyLive, Target, UnresolvedTarget
from bot.domain.views import Suggestion
from bot.grammar import exactly, say
from bot.grammar.commands import Command, Deactivate, Deploy, Name, Promote, Rollback
from bot.logs import current_request_id
from bot.resolve.index import Index
from bot.resolve.labels import label, told, unique

ChangeReading = Deploy | Promote | Rollback | Deactivate


Question = Ambiguous | NotFound | EnvironmentMissing


@dataclass(frozen=True, slots=True)
class _Miss:
    """A name of a reading that nothing has; `rank` counts the names of that reading that were found."""

    rank: int
    noun: str
    name: Name
    names: Callable[[], Sequence[str]]
    """The names that there are; asked for only if this miss is told."""
    fill: Callable[[Name], Command]
    ids: Callable[[], Sequence[str]] = tuple
    """Ids that people type as well, such as keys of variations; asked for only where no name is like it."""


async def understand(index: Index, readings: Sequence[Command]) -> ChangeRequest | Question | Failed:
    """The one wish that the readings mean, or a question; reads the providers anew once when nothing resolves.

    `Failed` when nothing is like the name and no provider answers.
    """
    answer = _resolve(index, readings)
    if isinstance(answer, NotFound) and await index.miss():
        answer = _resolve(index, readings)
    problem = index.silence()
    if isinstance(answer, NotFound) and not answer.near and problem is not None:
        return Failed(replace(problem, reference=current_request_id()))
    return answer


def _resolve(index: Index, readings: Sequence[Command]) -> ChangeRequest | Question:
    change_requests, unplaced, misses = _sorted_out(index, readings)
    asked_with_to = _rollback_to(readings)
    if asked_with_to is not None and any(change_request.config is None for change_request in change_requests.values()):
        asked = [*change_requests.values(), *(change_request for _, change_request in unplaced if _own(change_request))]
        return Ambiguous(asked_with_to, _suggestions(index, asked))
    if change_requests:
        own = _own_ones(list(change_requests.values()))
        return own[0] if len(own) == 1 else Ambiguous(_word(readings), _suggestions(index, own))
    if unplaced:
        return _ask_environment(index, unplaced)
    return _not_found(index, misses)


def _sorted_out(
    index: Index, readings: Sequence[Command]
) -> tuple[dict[tuple[object, ...], ChangeRequest], list[tuple[ChangeReading, ChangeRequest]], list[_Miss]]:
    """What the readings can mean: whole wishes, wishes that name no environment, and names that nothing has."""
    change_requests: dict[tuple[object, ...], ChangeRequest] = {}
    unplaced: list[tuple[ChangeReading, ChangeRequest]] = []
    misses: list[_Miss] = []
    for reading in readings:
        if not isinstance(reading, ChangeReading):
            continue
        for found in _Reader(index, reading).change_requests():
            if isinstance(found, _Miss):
                misses.append(found)
            elif isinstance(found, tuple):
                unplaced.append((reading, found[0]))
            else:
                change_requests.setdefault(_key(found), found)
    return change_requests, unplaced, misses


def _key(change_request: ChangeRequest) -> tuple[object, ...]:
    config = change_request.config.key if change_request.config else None
    source = change_request.source.key if change_request.source else None
    return (change_request.kind, change_request.project.key, change_request.environment.key, config, source)


def _own(change_request: ChangeRequest) -> bool:
    """Whether the config is one of the project's own."""
    return change_request.config is None or change_request.config.project_id == change_request.project.id


def _own_ones(change_requests: Sequence[ChangeRequest]) -> Sequence[ChangeRequest]:
    """The wishes for a project's own configs. Where there is none, one is enough to tell the mistake."""
    return [change_request for change_request in change_requests if _own(change_request)] or change_requests[:1]


def _rollback_to(readings: Sequence[Command]) -> str | None:
    """The word behind ``rollback P to``: it may be an environment or a config, so it is asked."""
    rollbacks = [reading for reading in readings if isinstance(reading, Rollback)]
    configs = {reading.config for reading in rollbacks if reading.config and reading.environment is None}
    environments = {reading.environment for reading in rollbacks if reading.environment and reading.config is None}
    return next((name.text for name in configs & environments if name), None)


class _Reader:
    """Resolves the names of one reading. A wish that an environment is missing from comes as a tuple of one."""

    def __init__(self, index: Index, reading: ChangeReading) -> None:
        self._index = index
        self._reading = reading

    def change_requests(self) -> Iterator[ChangeRequest | tuple[ChangeRequest] | _Miss]:
        """Every wish that the reading can mean, or how far it came."""
        reading = self._reading
        match reading:
            case Deploy():
                subjects = self._deploy_subjects(reading)
            case Rollback(config=Name() as config):
                subjects = self._rollback_subjects(reading.project, config)
            case _:
                subjects = self._project_subjects(reading.project)
        for subject in subjects:
            if isinstance(subject, _Miss):
                yield subject
            else:
                yield from self._placed(*subject)

    def _deploy_subjects(self, reading: Deploy) -> Iterator[tuple[Project, Config | None, int] | _Miss]:
        if reading.project is None:
            found = self._index.configs(reading.config)
            if not found:
                yield self._config_miss(reading.config, 0, None)
                for project, rest in self._index.joined(reading.config):
                    yield self._config_miss(rest, 1, project)
            yield from ((project, config, 1) for project, config in found)
            return
        projects = self._index.projects(reading.project)
        if not projects:
            yield self._project_miss(reading.project, 1 if self._index.configs(reading.config) else 0)
        for project in projects:
            yield from self._configs_of(project, reading.config)

    def _rollback_subjects(self, name: Name, config: Name) -> Iterator[tuple[Project, Config | None, int] | _Miss]:
        projects = self._index.projects(name)
        if not projects:
            yield self._project_miss(name, 1 if self._index.configs(config) else 0)
        for project in projects:
            yield from self._configs_of(project, config)

    def _configs_of(self, project: Project, name: Name) -> Iterator[tuple[Project, Config | None, int] | _Miss]:
        """The project's own configs of that name, else those of other projects, so that the mistake can be told."""
        found = self._index.configs(name, project) or [
            (owner, config) for owner, config in self._index.configs(name) if owner.provider == project.provider
        ]
        if not found:
            yield self._config_miss(name, 1, project)
        yield from ((project, config, 2) for _, config in found)

    def _project_subjects(self, name: Name) -> Iterator[tuple[Project, Config | None, int] | _Miss]:
        projects = self._index.projects(name)
        if not projects:
            yield self._project_miss(name, 0)
        yield from ((project, None, 1) for project in projects)

    def _placed(
        self, project: Project, config: Config | None, rank: int
    ) -> Iterator[ChangeRequest | tuple[ChangeRequest] | _Miss]:
        reading = self._reading
        sources: list[Environment | None] = [None]
        if isinstance(reading, Promote) and reading.source is not None:
            sources = [*self._index.environment(reading.source, project.provider)]
            if not sources:
                yield self._environment_miss(reading.source, rank, project, "source")
        for source in sources:
            if reading.environment is None:
                yield (self._wish(project, config, _NOWHERE, source),)
                continue
            environments = self._index.environment(reading.environment, project.provider)
            if not environments:
                yield self._environment_miss(reading.environment, rank, project, "environment")
            for environment in environments:
                change_request = self._wish(project, config, environment, source)
                yield (change_request,) if isinstance(reading, Promote) and source is None else change_request

    def _wish(
        self, project: Project, config: Config | None, environment: Environment, source: Environment | None
    ) -> ChangeRequest:
        reading = self._reading
        kind = _KINDS[type(reading)]
        target = target_of(kind, config, source)
        return ChangeRequest(kind, project, environment, target, reading.because, when=reading.when)

    def _project_miss(self, name: Name, rank: int) -> _Miss:
        def names() -> Sequence[str]:
            return [entry.project.name for entry in self._index.entries()]

        return _Miss(rank + self._placeable(), "project", name, names, lambda new: replace(self._reading, project=new))

    def _config_miss(self, name: Name, rank: int, project: Project | None) -> _Miss:
        def every() -> Iterator[Config]:
            entries = [self._index.entry(project)] if project is not None else self._index.entries()
            return (config for entry in entries if entry is not None for config in entry.configs)

        def names() -> Sequence[str]:
            return [config.name for config in every()]

        def ids() -> Sequence[str]:
            return [config.id for config in every()]

        def fill(new: Name) -> Command:
            assert isinstance(self._reading, Deploy | Rollback)  # noqa: S101 - the others name no config
            if project is None or isinstance(self._reading, Rollback):
                return replace(self._reading, config=new)
            return replace(self._reading, config=new, project=unique(project, self._index.projects))

        return _Miss(rank + self._placeable(), "config", name, names, fill, ids)

    def _environment_miss(self, name: Name, rank: int, project: Project, part: str) -> _Miss:
        def names() -> Sequence[str]:
            return [environment.name for environment in self._index.environments(project.provider)]

        def fill(new: Name) -> Command:
            if part == "source" and isinstance(self._reading, Promote):
                return replace(self._reading, source=new)
            return replace(self._reading, environment=new)

        return _Miss(rank + self._placeable(), "environment", name, names, fill)

    def _placeable(self) -> int:
        """How many of the environments that the reading names there are."""
        source = self._reading.source if isinstance(self._reading, Promote) else None
        return sum(bool(name and self._index.environment(name)) for name in (self._reading.environment, source))


_KINDS = {Deploy: Kind.DEPLOY, Promote: Kind.PROMOTE, Rollback: Kind.ROLLBACK, Deactivate: Kind.DEACTIVATE}

_NOWHERE = Environment("", "", "")
"""Stands for an environment that was not named yet, until it was asked for."""


def target_of(kind: Kind, config: Config | None, source: Environment | None) -> Target | UnresolvedTarget:
    """What is to be live: the config, where one is named; else what the kind says."""
    match kind:
        case Kind.PROMOTE:
            return LiveIn(source or _NOWHERE)
        case Kind.DEACTIVATE:
            return Nothing()
        case _:
            return config or PreviouslyLive()


def _not_found(index: Index, misses: Sequence[_Miss]) -> NotFound:
    """The miss of the reading that came furthest; the likelier reading when two came equally far."""
    miss = max(misses, key=lambda miss: miss.rank)
    known = tuple(dict.fromkeys(miss.names()))
    near = index.near(miss.name.text, known) or index.near(miss.name.text, miss.ids())
    if miss.noun == "environment" and not near:
        near = list(known[:4])
    suggestions = tuple(Suggestion(name, say(miss.fill(Name(name)))) for name in near)
    return NotFound(miss.noun, miss.name.text, suggestions, known[:10])


def _ask_environment(index: Index, unplaced: Sequence[tuple[ChangeReading, ChangeRequest]]) -> Question:
    """In, or from, which environment? When the subject is unclear as well, that is asked first."""
    change_requests = _own_ones(list({_key(change_request): change_request for _, change_request in unplaced}.values()))
    if len(change_requests) > 1:
        return Ambiguous(_word([reading for reading, _ in unplaced]), _suggestions(index, change_requests))
    change_request = change_requests[0]
    taken = {change_request.environment.key, change_request.source.key if change_request.source else None}

    def completed(found: Environment) -> ChangeRequest:
        return (
            replace(change_request, environment=found)
            if change_request.environment is _NOWHERE
            else replace(change_request, target=LiveIn(found))
        )

    return EnvironmentMissing(
        tuple(
            Suggestion(told(index, found), change_line(index, completed(found)))
            for found in index.environments(change_request.project.provider)
            if found.key not in taken
        )
    )


def _word(readings: Sequence[Command]) -> str:
    """What was ambiguous, as it was typed."""
    first = next(reading for reading in readings if isinstance(reading, ChangeReading))
    return (first.config if isinstance(first, Deploy) else first.project).text


def _suggestions(index: Index, change_requests: Sequence[ChangeRequest]) -> tuple[Suggestion, ...]:
    return tuple(
        Suggestion(_label(index, change_request), change_line(index, change_request))
        for change_request in change_requests[:20]
    )


def _label(index: Index, change_request: ChangeRequest) -> str:
    """What a button says: as much as sets this wish apart from every other."""
    source = None if change_request.source is _NOWHERE else change_request.source
    subject = label(index, change_request.config, change_request.project, source)
    return (
        subject if change_request.environment is _NOWHERE else f"{subject} → {told(index, change_request.environment)}"
    )


def change_line(index: Index, change_request: ChangeRequest) -> str:
    """The line that means exactly this wish: names where they are enough, ids where they are not."""

    def placed(environment: Environment | None) -> Name | None:
        if environment is None or environment is _NOWHERE:
            return None
        return unique(environment, lambda name: index.environment(name, change_request.project.provider))

    project, environment = unique(change_request.project, index.projects), placed(change_request.environment)
    config = None
    if change_request.config is not None:
        config = unique(
            change_request.config, lambda name: [found for _, found in index.configs(name, change_request.project)]
        )
    when = exactly(change_request.when) if isinstance(change_request.when, datetime) else change_request.when
    reading: Command
    match change_request.kind:
        case Kind.DEPLOY if config is not None:
            reading = Deploy(config, project, environment, when, change_request.because)
        case Kind.PROMOTE:
            reading = Promote(project, placed(change_request.source), environment, when, change_request.because)
        case Kind.DEACTIVATE:
            reading = Deactivate(project, environment, when, change_request.because)
        case _:
            reading = Rollback(project, environment, config, when, change_request.because)
    return say(reading)
