"""What all forms share: the fields that were filled in, what is wrong with one, and the things that were picked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.context import Context
from bot.domain.errors import Reason
from bot.domain.names import Config, Environment, Project
from bot.grammar.commands import Command, Name
from bot.resolve.index import Index
from bot.resolve.labels import unique

Filled = Mapping[str, str]
"""A form by field: ``provider:id`` for what was picked, else the text; fields that were left empty are left out."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field of a form."""

    field: str
    """Its name, such as ``project`` or ``environment``."""
    problem: str
    """``missing``, ``gone``, ``other_provider``, ``same``, ``unread``, ``alone``, ``unchanged`` or ``refused``."""
    reason: Reason | None = None
    """Why, where the policy refused it."""
    detail: str = ""
    """What was typed, where the problem is one of `Misunderstood`."""


def makers(ctx: Context) -> list[str]:
    """The providers that let projects be made."""
    return [name for name, client in ctx.providers.items() if client.capabilities.create]


def of_project(command: Callable[[Name], Command]) -> Callable[[Context, Filled], Command | FieldProblem]:
    """A form in which one project is picked, for the command about exactly that project."""

    def fill(ctx: Context, filled: Filled) -> Command | FieldProblem:
        project = picked_project(ctx.index, filled)
        return command(unique(project, ctx.index.projects)) if isinstance(project, Project) else project

    return fill


def picked_project(index: Index, filled: Filled) -> Project | FieldProblem:
    """The project that was picked. In memory only."""
    project = index.project(*key_of(filled.get("project")))
    return project or FieldProblem("project", "gone" if "project" in filled else "missing")


def picked_config(index: Index, filled: Filled, field: str) -> Config | FieldProblem:
    """The config that was picked in a field, as ``provider:project:id``. In memory only."""
    return index.picked_config(filled.get(field, "")) or FieldProblem(field, "gone" if field in filled else "missing")


def picked_environment(index: Index, filled: Filled, field: str) -> Environment | None:
    """The environment that was picked in a field; None where none was, or it is gone. In memory only."""
    return next((found for found in index.environments() if found.key == key_of(filled.get(field))), None)


def key_of(pick: str | None) -> tuple[str, str]:
    """A pick as the key of a project or environment: provider and id."""
    provider, _, identifier = (pick or "").partition(":")
    return provider, identifier
