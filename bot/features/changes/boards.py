"""The board and the history of changes, narrowed to a project and an environment where they are named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.context import Context
from bot.domain.base import Outcome
from bot.domain.names import Environment, Project
from bot.domain.outcomes import Ambiguous, NotFound
from bot.domain.views import Suggestion
from bot.features.changes import history
from bot.features.registration import Call
from bot.grammar import say
from bot.grammar.commands import Command, ListChanges, Name, ShowBoard
from bot.resolve.index import Index
from bot.resolve.labels import label, unique


@dataclass(frozen=True, slots=True)
class _View:
    """A list that was asked for, narrowed to a project and an environment."""

    reading: ShowBoard | ListChanges
    project: Project | None
    environment: Environment | None


async def answer(call: Call) -> Outcome:
    """The board, or the history, that the readings mean."""
    ctx, page = call.ctx, call.page
    views = [reading for reading in call.commands if isinstance(reading, ShowBoard | ListChanges)]
    found = _views(ctx, views)
    if not found and await ctx.index.miss():
        found = _views(ctx, views)
    if not found:
        return _unknown(ctx, views)
    if len(found) > 1:
        word = next((view.project.text for view in views if view.project), "")
        return Ambiguous(word, tuple(_view_suggestion(ctx.index, view) for view in found[:20]))
    view = found[0]
    line = say(view.reading)
    if isinstance(view.reading, ListChanges):
        return await history.history(ctx, view.project, view.environment, line, page=page)
    every = [entry.project for entry in ctx.index.entries()]
    return await history.board(ctx, [view.project] if view.project else every, line, page=page)


def _views(ctx: Context, readings: Sequence[ShowBoard | ListChanges]) -> list[_View]:
    found: dict[tuple[object, ...], _View] = {}
    for reading in readings:
        named = reading.environment if isinstance(reading, ListChanges) else None
        projects: Sequence[Project | None] = ctx.index.projects(reading.project) if reading.project else [None]
        for project in projects:
            provider = project.provider if project else None
            environments: Sequence[Environment | None] = ctx.index.environment(named, provider) if named else [None]
            for environment in environments:
                key = (type(reading), project and project.key, environment and environment.key)
                found.setdefault(key, _View(reading, project, environment))
    return list(found.values())


def _view_suggestion(index: Index, view: _View) -> Suggestion:
    provider = view.project.provider if view.project else None
    project = unique(view.project, index.projects) if view.project else None
    environment = unique(view.environment, partial(_environments, index, provider)) if view.environment else None
    reading = ListChanges(project, environment) if isinstance(view.reading, ListChanges) else ShowBoard(project)
    return Suggestion(label(index, view.project, view.environment), say(reading))


def _environments(index: Index, provider: str | None, name: Name) -> list[Environment]:
    return index.environment(name, provider)


def _unknown(ctx: Context, readings: Sequence[ShowBoard | ListChanges]) -> NotFound:
    """Which name nothing has: the environment when the project is known, else the project."""
    for reading in readings:
        if (
            isinstance(reading, ListChanges)
            and reading.environment
            and (reading.project is None or ctx.index.projects(reading.project))
        ):
            known = [environment.name for environment in ctx.index.environments()]
            project = reading.project
            return _near(ctx, "environment", reading.environment, known, partial(ListChanges, project))
    reading = min(readings, key=lambda found: len(found.project.text) if found.project else 0)
    known = [entry.project.name for entry in ctx.index.entries()]
    word = reading.project or Name("")
    if isinstance(reading, ListChanges):
        environment = reading.environment
        return _near(ctx, "project", word, known, lambda name: ListChanges(name, environment))
    return _near(ctx, "project", word, known, ShowBoard)


def _near(ctx: Context, noun: str, word: Name, known: Sequence[str], line: Callable[[Name], Command]) -> NotFound:
    names = list(dict.fromkeys(known))
    near = ctx.index.near(word.text, names)
    return NotFound(noun, word.text, tuple(Suggestion(name, say(line(Name(name)))) for name in near), tuple(names[:10]))
