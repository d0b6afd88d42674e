"""What a line that looks at something means: every name resolved, else a question, else a helpful no."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.domain.names import Config, Project
from bot.domain.outcomes import Ambiguous, Failed, NotFound
from bot.domain.views import Suggestion
from bot.grammar import say
from bot.grammar.commands import (
    Command,
    DiffConfigs,
    ListConfigs,
    ListEvaluations,
    Name,
    Reminders,
    ShowConfig,
    ShowProject,
    UpdateProject,
)
from bot.logs import current_request_id
from bot.resolve.index import Index
from bot.resolve.labels import label, unique

Look = ShowConfig | ListConfigs | DiffConfigs | ShowProject | UpdateProject | ListEvaluations | Reminders
"""Readings that name a project, a config, or two."""

OfProject = ListConfigs | ShowProject | UpdateProject | ListEvaluations | Reminders
"""Those that name a project alone."""

Pair = tuple[Project, Config]


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that a line can mean. `line` means exactly this; `label` sets it apart from every other."""

    reading: Look
    projects: tuple[Project, ...]
    configs: tuple[Config, ...]
    label: str
    line: str


@dataclass(frozen=True, slots=True)
class _Miss:
    """A name that nothing has; `rank` counts the names of the reading that were found before it."""

    rank: int
    noun: str
    name: Name
    names: Callable[[], Sequence[str]]
    fill: Callable[[Name], Command]


async def find(index: Index, readings: Sequence[Command]) -> Subject | Ambiguous | NotFound | Failed:
    """The one thing that the readings mean; reads the providers anew once when nothing resolves.

    `Failed` when nothing is like the name and no provider answers.
    """
    looks = [reading for reading in readings if isinstance(reading, Look)]
    answer = _resolve(index, looks)
    if isinstance(answer, NotFound) and await index.miss():
        answer = _resolve(index, looks)
    problem = index.silence()
    if isinstance(answer, NotFound) and not answer.near and problem is not None:
        return Failed(replace(problem, reference=current_request_id()))
    return answer


def _resolve(index: Index, readings: Sequence[Look]) -> Subject | Ambiguous | NotFound:
    found: dict[tuple[object, ...], Subject] = {}
    misses: list[_Miss] = []
    for reading in readings:
        for meant in _meanings(index, reading):
            if isinstance(meant, _Miss):
                misses.append(meant)
            else:
                keys = [*(each.key for each in meant.projects), *(each.key for each in meant.configs)]
                found.setdefault((type(meant.reading), *keys), meant)
    subjects = list(found.values())
    if len(subjects) > 1:
        return Ambiguous(_word(readings[0]), tuple(Suggestion(each.label, each.line) for each in subjects[:20]))
    return subjects[0] if subjects else _not_found(index, misses)


def _word(reading: Look) -> str:
    match reading:
        case DiffConfigs():
            return reading.old.text
        case ShowConfig():
            return reading.config.text
        case _:
            return reading.project.text if reading.project else ""


def _not_found(index: Index, misses: Sequence[_Miss]) -> NotFound:
    """The miss of the reading that came furthest; of those, the first whose name is like a known one."""
    furthest = max(miss.rank for miss in misses)
    told: list[NotFound] = []
    for miss in misses:
        if miss.rank == furthest:
            known = tuple(dict.fromkeys(miss.names()))
            near = index.near(miss.name.text, known)
            suggestions = tuple(Suggestion(name, say(miss.fill(Name(name)))) for name in near)
            told.append(NotFound(miss.noun, miss.name.text, suggestions, known[:10]))
    return next((each for each in told if each.near), told[0])


def _meanings(index: Index, reading: Look) -> Iterator[Subject | _Miss]:
    match reading:
        case ShowConfig(config, project):
            for pair in _configs(index, config, project, ShowConfig):
                yield pair if isinstance(pair, _Miss) else _one(index, pair)
        case DiffConfigs():
            yield from _pairs(index, reading)
        case ListEvaluations(project=None) | Reminders(project=None):
            yield Subject(reading, (), (), "", say(reading))
        case _:
            assert reading.project is not None  # noqa: S101 - narrows the type; the case above took the others
            for found in _projects(index, reading.project, partial(_of_project, reading)):
                yield found if isinstance(found, _Miss) else of_project(index, reading, found)


def _of_project(reading: OfProject, name: Name) -> Command:
    return replace(reading, project=name)


def _one(index: Index, pair: Pair) -> Subject:
    project, config = pair
    reading = ShowConfig(_typed(index, pair), unique(project, index.projects))
    return Subject(reading, (project,), (config,), label(index, config, project), say(reading))


def of_project(index: Index, reading: OfProject, project: Project) -> Subject:
    """The same line for exactly this project."""
    exact = replace(reading, project=unique(project, index.projects))
    return Subject(exact, (project,), (), label(index, project), say(exact))


def configs_line(index: Index, project: Project) -> str:
    """The line that lists the configs of exactly this project."""
    return of_project(index, ListConfigs(Name("")), project).line


def project_line(index: Index, project: Project) -> str:
    """The line that shows exactly this project."""
    return of_project(index, ShowProject(Name("")), project).line


def evaluations_line(index: Index, project: Project) -> str:
    """The line that lists the evaluations of exactly this project."""
    return of_project(index, ListEvaluations(), project).line


def show_line(index: Index, pair: Pair) -> str:
    """The line that shows exactly this config."""
    return _one(index, pair).line


def _typed(index: Index, pair: Pair) -> Name:
    """What is typed for a config of a project that is named beside it."""
    project, config = pair
    return unique(config, lambda name: [found for _, found in index.configs(name, project)])


def _pairs(index: Index, reading: DiffConfigs) -> Iterator[Subject | _Miss]:
    """Two configs, of the same project where it is not said otherwise."""

    def with_old(old: Name, project: Name | None) -> Command:
        return replace(reading, old=old, old_project=project)

    def with_new(new: Name, project: Name | None) -> Command:
        return replace(reading, new=new, new_project=project)

    olds = list(_configs(index, reading.old, reading.old_project, with_old))
    news = list(_configs(index, reading.new, reading.new_project, with_new))
    misses = [found for found in (*olds, *news) if isinstance(found, _Miss)]
    every = [(old, new) for old in olds for new in news if not isinstance(old, _Miss) and not isinstance(new, _Miss)]
    if not every:
        known = sum(any(not isinstance(found, _Miss) for found in side) for side in (olds, news))
        beside = [found[0] for found in (*olds, *news) if not isinstance(found, _Miss)]
        for miss in misses:
            nearer = partial(_names_beside, index, beside, miss) if miss.noun == "config" else miss.names
            yield replace(miss, rank=miss.rank + known, names=nearer)
    of_one_project = [(old, new) for old, new in every if old[0].key == new[0].key]
    for old, new in of_one_project or every:
        exact = DiffConfigs(
            _typed(index, old),
            _typed(index, new),
            unique(old[0], index.projects),
            unique(new[0], index.projects),
        )
        told = f"{label(index, old[1], old[0])} → {label(index, new[1], new[0])}"
        yield Subject(exact, (old[0], new[0]), (old[1], new[1]), told, say(exact))


def _names_beside(index: Index, projects: Sequence[Project], miss: _Miss) -> Sequence[str]:
    """The configs of the projects that were found beside the miss, before all others."""
    return [name for project in projects for name in _config_names(index, project)] + list(miss.names())


def _projects(index: Index, name: Name, reading_of: Callable[[Name], Command]) -> Iterator[Project | _Miss]:
    found = index.projects(name)
    if not found:
        yield _Miss(0, "project", name, partial(_project_names, index), reading_of)
    yield from found


def _configs(
    index: Index, name: Name, within: Name | None, reading_of: Callable[[Name, Name | None], Command]
) -> Iterator[Pair | _Miss]:
    """The configs of this name, of one project or of all; `reading_of` makes the reading with other names."""

    def miss(project: Project, rest: Name) -> _Miss:
        typed = unique(project, index.projects)
        return _Miss(1, "config", rest, partial(_config_names, index, project), lambda new: reading_of(new, typed))

    if within is None:
        found = index.configs(name)
        if not found:
            yield _Miss(0, "config", name, partial(_config_names, index, None), lambda new: reading_of(new, None))
            yield from (miss(project, rest) for project, rest in index.joined(name))
        yield from found
        return
    projects = index.projects(within)
    if not projects:
        rank = 1 if index.configs(name) else 0
        yield _Miss(rank, "project", within, partial(_project_names, index), lambda new: reading_of(name, new))
    for project in projects:
        found = index.configs(name, project)
        if not found:
            yield miss(project, name)
        yield from found


def _project_names(index: Index) -> Sequence[str]:
    return [entry.project.name for entry in index.entries()]


def _config_names(index: Index, project: Project | None) -> Sequence[str]:
    entries = [index.entry(project)] if project is not None else index.entries()
    return [config.name for entry in entries if entry is not None for config in entry.configs]
