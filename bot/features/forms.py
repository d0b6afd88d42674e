"""Shared by all forms: filled fields, problems with a field, and look-ups of what was picked."""

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
"""Values by field name: ``provider:id`` for picks, else text; without empty fields."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field of a form."""

    field: str
    """The name of the field, such as ``project`` or ``environment``."""
    problem: str
    """``missing``, ``gone``, ``other_provider``, ``same``, ``unread``, ``alone``, ``unchanged`` or ``refused``."""
    reason: Reason | None = None
    """The reason, if the policy refused the value."""
    detail: str = ""
    """What was typed, if the problem is one of `Misunderstood`."""


def makers(ctx: Context) -> list[str]:
    """The providers in which projects can be created."""
    return [name for name, client in ctx.providers.items() if client.capabilities.create]


def of_project(command: Callable[[Name], Command]) -> Callable[[Context, Filled], Command | FieldProblem]:
    """The `fill` function of a form with one project field, for a command about that project."""

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
    """The environment that was picked in a field. Returns None when there is none, or it is gone. In memory only."""
    return next(
        (environment for environment in index.environments() if environment.key == key_of(filled.get(field))), None
    )


def key_of(picked: str | None) -> tuple[str, str]:
    """A pick as the key of a project or environment: provider and id."""
    provider, _, identifier = (picked or "").partition(":")
    return provider, identifier
