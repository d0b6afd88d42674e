"""What a line means: every name in its commands looked up in the index; else a question; else a no that helps.

It works on the fields of a command, so that a new one needs nothing here: `config` and its `project` (also `old` with
`old_project` and `new` with `new_project`), `environment` and `source`, each a `Name` or None. Nothing is guessed: a
name that nothing has is never replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from itertools import chain, product
from typing import Any, Generic, TypeVar

from bot.domain.names import Config, Environment, Project
from bot.domain.outcomes import Ambiguous, EnvironmentMissing, Failed, NotFound
from bot.domain.views import Suggestion
from bot.grammar import say
from bot.grammar.commands import Command, Name
from bot.logs import current_request_id
from bot.resolve.index import Index, divided
from bot.resolve.labels import PROJECT_OF, AnyCommand, Thing, configs, display_name, exact, label

Answer = TypeVar("Answer")
Question = Ambiguous | NotFound | EnvironmentMissing

ENVIRONMENTS = ("source", "environment")
NOUNS = (
    dict.fromkeys(PROJECT_OF, "config")
    | dict.fromkeys(PROJECT_OF.values(), "project")
    | dict.fromkeys(ENVIRONMENTS, "environment")
)
"""The fields of commands that are looked up → what they name."""

CHOICES = 20
"""Things that one question offers at most."""


@dataclass(frozen=True, slots=True)
class Resolved(Generic[AnyCommand]):
    """One thing that a line can mean: a command as typed, and what its names mean, by field.

    The project of a config is among the things, whether the command names it or not.
    """

    command: AnyCommand
    things: Mapping[str, Thing]

    @property
    def projects(self) -> tuple[Project, ...]:
        """The projects, in the order of the command's configs."""
        return tuple(_projects(self.things))

    @property
    def configs(self) -> tuple[Config, ...]:
        """The configs, in the order of the command."""
        return tuple(thing for thing in self.things.values() if isinstance(thing, Config))

    @property
    def project(self) -> Project | None:
        """The project, or the first of two; None where none is named."""
        return next(iter(self.projects), None)

    @property
    def config(self) -> Config | None:
        """The config, or the first of two; None where none is named."""
        return next(iter(self.configs), None)

    def environment(self, place: str = "environment") -> Environment | None:
        """The environment that is named in this field, if one is."""
        thing = self.things.get(place)
        return thing if isinstance(thing, Environment) else None

    def line(self, index: Index) -> str:
        """The line that means exactly this."""
        return say(exact(index, self.command, self.things))


@dataclass(frozen=True, slots=True)
class Miss:
    """A name that nothing has, in one command."""

    noun: str
    name: Name
    names: Callable[[], Sequence[str]]
    """The names that there are; asked for only if this miss is the answer."""
    fill: Callable[[Name], Command]
    """The command with another name in place of this one."""
    rank: int = 0
    """How many other names of the command mean something."""
    ids: Callable[[], Sequence[str]] = tuple
    """Ids that people type as well, such as keys of variations; offered only where no name is like it."""


@dataclass(slots=True)
class Candidates(Generic[AnyCommand]):
    """All that a line can mean, the likeliest first."""

    complete: list[Resolved[AnyCommand]] = field(default_factory=list)
    incomplete: list[Resolved[AnyCommand]] = field(default_factory=list)
    """Those that an environment is missing from."""
    misses: list[Miss] = field(default_factory=list)


async def resolve(
    index: Index, commands: Sequence[Command], *kinds: type[AnyCommand]
) -> Resolved[AnyCommand] | Question | Failed:
    """The one thing that the commands of these kinds mean, else what to ask or to say."""
    wanted = [command for command in commands if isinstance(command, kinds)]
    return await look_up(index, lambda: answer(index, candidates(index, wanted)))


async def look_up(index: Index, attempt: Callable[[], Answer]) -> Answer | Failed:
    """The answer of `attempt`, which looks in the index; tried once more after the providers were read anew.

    `Failed` when nothing is like the name and no provider answers.
    """
    result = attempt()
    if isinstance(result, NotFound) and await index.miss():
        result = attempt()
    problem = index.silence()
    if isinstance(result, NotFound) and not result.near and problem is not None:
        return Failed(replace(problem, reference=current_request_id()))
    return result


def candidates(
    index: Index,
    commands: Sequence[AnyCommand],
    *,
    configs_of: Callable[[Index, Name, Project], Sequence[Config]] = configs,
    needs_environment: bool = False,
) -> Candidates[AnyCommand]:
    """All that the commands can mean.

    `configs_of` looks a config up that is named together with a project. `needs_environment`: without every
    environment that a command has a field for, it is incomplete.
    """
    result: Candidates[AnyCommand] = Candidates()
    known: set[tuple[object, ...]] = set()
    for command in commands:
        for meaning in _Search(index, command, configs_of).meanings():
            if isinstance(meaning, Miss):
                result.misses.append(meaning)
                continue
            key = (type(command), *((place, thing.key) for place, thing in meaning.things.items()))
            if key not in known:
                known.add(key)
                incomplete = needs_environment and _missing(meaning) is not None
                (result.incomplete if incomplete else result.complete).append(meaning)
    return result


def default_label(index: Index, meaning: Resolved[AnyCommand]) -> str:
    """What a button says: as much as sets this apart from every other meaning; the line, where it names nothing."""
    rows = (("config", "project", *ENVIRONMENTS), ("old", "old_project"), ("new", "new_project"))
    labels = (label(index, *map(meaning.things.get, row)) for row in rows)
    return " → ".join(filter(None, labels)) or meaning.line(index)


Label = Callable[[Index, Resolved[AnyCommand]], str]


def answer(
    index: Index, options: Candidates[AnyCommand], button: Label[AnyCommand] = default_label
) -> Resolved[AnyCommand] | Question:
    """The one thing that can be meant; else which of several, or in which environment; else that a name is unknown."""
    meanings = options.complete or options.incomplete
    if not meanings:
        return not_found(index, options.misses)
    if len(meanings) > 1:
        return which(index, meanings, _word(meanings), button)
    place = None if options.complete else _missing(meanings[0])
    return meanings[0] if place is None else _ask_environment(index, meanings[0], place)


def which(
    index: Index, meanings: Sequence[Resolved[AnyCommand]], word: str, button: Label[AnyCommand] = default_label
) -> Ambiguous:
    """The question which of these was meant with the word."""
    return Ambiguous(word, tuple(Suggestion(button(index, each), each.line(index)) for each in meanings[:CHOICES]))


def not_found(index: Index, misses: Sequence[Miss]) -> NotFound:
    """The miss in the reading that got furthest; of several such, the first whose name is like one that there is."""
    rank = max(miss.rank for miss in misses)
    furthest = [miss for miss in misses if miss.rank == rank]
    for miss in furthest:
        if near := index.near(miss.name.text, miss.names()):
            return _instead(miss, near)
    for miss in furthest:
        if near := index.near(miss.name.text, miss.ids()):
            return _instead(miss, near)
    miss = furthest[0]
    return _instead(miss, list(dict.fromkeys(miss.names()))[:4] if miss.noun == "environment" else ())


def unknown_project(index: Index, name: Name, command: Callable[[Name], Command]) -> NotFound:
    """No project has this name; `command` is what is offered for those whose names are like it."""
    return not_found(index, [Miss("project", name, partial(_project_names, index), command)])


def _instead(miss: Miss, names: Sequence[str]) -> NotFound:
    suggestions = tuple(Suggestion(name, say(miss.fill(Name(name)))) for name in names)
    return NotFound(miss.noun, miss.name.text, suggestions, tuple(dict.fromkeys(miss.names()))[:10])


def _ask_environment(index: Index, meaning: Resolved[AnyCommand], place: str) -> EnvironmentMissing:
    """The question in which environment, or from which. One that the line names already is not offered."""
    return EnvironmentMissing(
        tuple(
            Suggestion(display_name(index, each), replace(meaning, things={**meaning.things, place: each}).line(index))
            for each in index.environments(_provider(meaning.things))
            if each not in meaning.things.values()
        )
    )


def _missing(meaning: Resolved[AnyCommand]) -> str | None:
    """The field of the environment to ask for next: the one to change before the one to take from."""
    places = {each.name for each in fields(meaning.command)} - meaning.things.keys()
    return next((place for place in reversed(ENVIRONMENTS) if place in places), None)


def _word(meanings: Sequence[Resolved[AnyCommand]]) -> str:
    """The word that can mean several things, as typed: the first name that does not mean the same in all of them."""
    names = [(place, name, each) for each in meanings for place, name in _named(each.command).items()]
    unlike = (
        name for place, name, each in names if any(other.things.get(place) != each.things[place] for other in meanings)
    )
    return next((name.text for name in chain(unlike, (name for _, name, _ in names))), "")


def _named(command: Command) -> dict[str, Name]:
    """The names of a command that are looked up, by field."""
    values = {each.name: getattr(command, each.name) for each in fields(command) if each.name in NOUNS}
    return {place: value for place, value in values.items() if isinstance(value, Name)}


def _provider(things: Mapping[str, Thing]) -> str | None:
    return next((thing.provider for thing in things.values()), None)


class _Search(Generic[AnyCommand]):
    """The names of one command, and what they can mean together."""

    def __init__(
        self,
        index: Index,
        command: AnyCommand,
        configs_of: Callable[[Index, Name, Project], Sequence[Config]],
    ) -> None:
        self._index = index
        self._command = command
        self._configs_of = configs_of
        self._names = _named(command)

    def meanings(self) -> Iterator[Resolved[AnyCommand] | Miss]:
        """Everything that the command can mean; where that is nothing, the names that nothing has."""
        pairs = [pair for pair in PROJECT_OF.items() if self._names.keys() & set(pair)]
        sides = [self._side(*pair) for pair in pairs]
        if not all(sides):
            beside = list(dict.fromkeys(project for side in sides for things in side for project in _projects(things)))
            for pair, side in zip(pairs, sides, strict=True):
                if not side:
                    yield from self._misses(*pair, beside)
        for chosen in _together(sides):
            yield from self._in_environments({place: thing for side in chosen for place, thing in side.items()})

    def _side(self, config_place: str, project_place: str) -> list[dict[str, Thing]]:
        """What a config and its project can mean, or the one of them that is named."""
        if config_place not in self._names:
            return [{project_place: project} for project in self._index.projects(self._names[project_place])]
        name = self._names[config_place]
        if project_place not in self._names:
            return [{project_place: project, config_place: config} for project, config in self._index.configs(name)]
        return [
            {project_place: project, config_place: config}
            for project in self._index.projects(self._names[project_place])
            for config in self._configs_of(self._index, name, project)
        ]

    def _misses(self, config_place: str, project_place: str, beside: Sequence[Project]) -> Iterator[Miss]:
        """Why a config and its project mean nothing; `beside` are the projects of what is named beside them."""
        if project_place in self._names:
            projects = self._index.projects(self._names[project_place])
            if not projects:
                yield self._miss(project_place, partial(_project_names, self._index))
            for project in projects:
                yield self._config_miss(config_place, [project], self._of(config_place, project))
            return
        name = self._names[config_place]
        every = [*beside, *(entry.project for entry in self._index.entries())]
        yield self._config_miss(config_place, every, self._command)
        for project, rest in self._index.joined(name):
            miss = self._config_miss(config_place, [project], self._of(config_place, project))
            yield replace(miss, name=rest, rank=miss.rank + 1)
        has_project = project_place in {each.name for each in fields(self._command)}
        for owner, rest in divided(name) if has_project else ():
            if owner.text and self._index.configs(rest) and not self._index.projects(owner):
                command = _with(self._command, config_place, rest)
                fill = partial(_with, command, project_place)
                rank = len(self._known - {config_place}) + 1
                yield Miss("project", owner, partial(_project_names, self._index), fill, rank)

    def _of(self, config_place: str, project: Project) -> AnyCommand:
        """The command for a config of exactly this project."""
        return exact(self._index, self._command, {PROJECT_OF[config_place]: project})

    def _config_miss(self, place: str, projects: Sequence[Project], command: AnyCommand) -> Miss:
        """No config of this name in these projects; `command` is what another name is filled into."""

        def known() -> Iterator[Config]:
            entries = (self._index.entry(project) for project in projects)
            return (config for entry in entries if entry is not None for config in entry.configs)

        return replace(
            self._miss(place, lambda: [config.name for config in known()]),
            fill=partial(_with, command, place),
            ids=lambda: [config.id for config in known()],
        )

    def _in_environments(self, things: dict[str, Thing]) -> Iterator[Resolved[AnyCommand] | Miss]:
        """These things in every environment that the names mean, as far as any are named."""
        provider = _provider(things)
        places = [place for place in ENVIRONMENTS if place in self._names]
        options = [self._index.environment(self._names[place], provider) for place in places]
        for place, environments in zip(places, options, strict=True):
            if not environments:
                yield self._miss(place, lambda: [each.name for each in self._index.environments(provider)])
        for chosen in product(*options):
            yield Resolved(self._command, {**things, **dict(zip(places, chosen, strict=True))})

    @cached_property
    def _known(self) -> set[str]:
        """The fields whose names mean something, each by itself."""
        look_ups: dict[str, Callable[[Name], Sequence[Any]]] = {
            "config": self._index.configs,
            "project": self._index.projects,
            "environment": self._index.environment,
        }
        return {place for place, name in self._names.items() if look_ups[NOUNS[place]](name)}

    def _miss(self, place: str, names: Callable[[], Sequence[str]]) -> Miss:
        rank = len(self._known - {place})
        return Miss(NOUNS[place], self._names[place], names, partial(_with, self._command, place), rank)


def _together(sides: Sequence[Sequence[dict[str, Thing]]]) -> Iterator[tuple[dict[str, Thing], ...]]:
    """One of each side: those that are of one project, where there are any; else each with each."""
    groups: list[dict[Project, list[dict[str, Thing]]]] = [{} for _ in sides]
    for side, group in zip(sides, groups, strict=True):
        for things in side:
            for project in _projects(things):
                group.setdefault(project, []).append(things)
    shared = [project for project in groups[0] if all(project in group for group in groups)] if groups else []
    if not shared:
        return product(*sides)
    return chain.from_iterable(product(*(group[project] for group in groups)) for project in shared)


def _project_names(index: Index) -> list[str]:
    return [entry.project.name for entry in index.entries()]


def _projects(things: Mapping[str, Thing]) -> list[Project]:
    return [thing for thing in things.values() if isinstance(thing, Project)]


def _with(command: Command, place: str, name: Name) -> Command:
    changes: dict[str, Any] = {place: name}
    return replace(command, **changes)
