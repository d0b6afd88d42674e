"""What is shown for a thing, and what is typed for it, so that it cannot be taken for another one of the same name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.domain.names import Config, Environment, Project
from bot.grammar.commands import Name
from bot.resolve.index import Index

Thing = TypeVar("Thing", Project, Config, Environment)


def label(index: Index, *things: Project | Config | Environment | None) -> str:
    """Things in a row, and the provider where there are several."""
    known = [thing for thing in things if thing is not None]
    parts = [told(index, thing) for thing in known]
    if len(index.caches) > 1:
        parts += dict.fromkeys(thing.provider for thing in known)
    return " · ".join(parts)


def told(index: Index, thing: Project | Config | Environment) -> str:
    """Its name, with its id where another one beside it has the name, too."""
    name = Name(thing.name)
    twins: Sequence[Project | Config | Environment]
    match thing:
        case Project():
            twins = index.projects(name)
        case Config():
            owner = index.project(thing.provider, thing.project_id)
            twins = [found for _, found in index.configs(name, owner)]
        case _:
            twins = index.environment(name, thing.provider)
    same = [twin for twin in twins if twin.provider == thing.provider and twin.name == thing.name]
    return f"{thing.name} ({thing.id})" if len(same) > 1 else thing.name


def unique(thing: Thing, meant: Callable[[Name], Sequence[Thing]]) -> Name:
    """Its name if that means it and nothing else, else its id, each with its provider in front if it has to be."""
    for text in (thing.name, f"{thing.provider}:{thing.name}", thing.id):
        if [found.key for found in meant(Name(text))] == [thing.key]:
            return Name(text)
    return Name(f"{thing.provider}:{thing.id}")
