"""What is displayed for a thing, and what is typed for it, so that it cannot be taken for another one of its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from bot.domain.names import Config, Environment, Project
from bot.grammar import say
from bot.grammar.commands import Command, ListConfigs, ListEvaluations, Name, ShowConfig, ShowProject
from bot.resolve.index import Index

Thing = Project | Config | Environment
AnyThing = TypeVar("AnyThing", Project, Config, Environment)
AnyCommand = TypeVar("AnyCommand", bound=Command)

PROJECT_OF = {"config": "project", "old": "old_project", "new": "new_project"}
"""The fields of commands that name a config → the field that names the project of that config."""


def label(index: Index, *things: Thing | None) -> str:
    """Things in a row, and the provider where there are several."""
    known = [thing for thing in things if thing is not None]
    parts = [display_name(index, thing) for thing in known]
    if len(index.caches) > 1:
        parts += dict.fromkeys(thing.provider for thing in known)
    return " · ".join(parts)


def display_name(index: Index, thing: Thing) -> str:
    """Its name, with its id where another one beside it has the name, too."""
    name = Name(thing.name)
    twins: Sequence[Thing]
    match thing:
        case Project():
            twins = index.projects(name)
        case Config():
            twins = configs(index, name, index.project(thing.provider, thing.project_id))
        case _:
            twins = index.environment(name, thing.provider)
    same = [twin for twin in twins if twin.provider == thing.provider and twin.name == thing.name]
    return f"{thing.name} ({thing.id})" if len(same) > 1 else thing.name


def configs(index: Index, name: Name, project: Project | None) -> list[Config]:
    """The configs that a name means, of one project or of all."""
    return [config for _, config in index.configs(name, project)]


def unique(thing: AnyThing, meant: Callable[[Name], Sequence[AnyThing]]) -> Name:
    """Its name if that means it and nothing else, else its id, each with its provider in front if it has to be."""
    for text in (thing.name, f"{thing.provider}:{thing.name}", thing.id):
        if [other.key for other in meant(Name(text))] == [thing.key]:
            return Name(text)
    return Name(f"{thing.provider}:{thing.id}")


def exact(index: Index, command: AnyCommand, things: Mapping[str, Thing]) -> AnyCommand:
    """The command with names that mean exactly these things, by field; a field that it does not have is left out."""
    places = {field.name for field in fields(command)} & things.keys()
    names: dict[str, Any] = {place: _name(index, place, {each: things[each] for each in places}) for place in places}
    return replace(command, **names)


def _name(index: Index, place: str, things: Mapping[str, Thing]) -> Name:
    """What is typed in one place for its thing, where the others stand beside it."""
    thing = things[place]
    match thing:
        case Project():
            return unique(thing, index.projects)
        case Config():
            project = things.get(PROJECT_OF[place])
            beside = project if isinstance(project, Project) else None
            return unique(thing, lambda name: configs(index, name, beside))
        case _:
            alone = all(isinstance(each, Environment) for each in things.values())
            return unique(thing, lambda name: index.environment(name, None if alone else thing.provider))


def configs_line(index: Index, project: Project) -> str:
    """The line that lists the configs of exactly this project."""
    return say(exact(index, ListConfigs(Name("")), {"project": project}))


def project_line(index: Index, project: Project) -> str:
    """The line that shows exactly this project."""
    return say(exact(index, ShowProject(Name("")), {"project": project}))


def evaluations_line(index: Index, project: Project) -> str:
    """The line that lists the evaluations of exactly this project."""
    return say(exact(index, ListEvaluations(), {"project": project}))


def show_line(index: Index, project: Project, config: Config) -> str:
    """The line that shows exactly this config."""
    return say(exact(index, ShowConfig(Name("")), {"project": project, "config": config}))
