"""The forms that show configs."""

from __future__ import annotations

from bot.context import Context
from bot.domain.names import Config
from bot.features.forms import FieldProblem, Filled, picked_config
from bot.grammar.commands import Command, DiffConfigs, Name, ShowConfig
from bot.resolve.index import Index
from bot.resolve.labels import unique


def show(ctx: Context, filled: Filled) -> Command | FieldProblem:
    """Show the config that was picked."""
    config = picked_config(ctx.index, filled, "config")
    return ShowConfig(*_names(ctx.index, config)) if isinstance(config, Config) else config


def diff(ctx: Context, filled: Filled) -> Command | FieldProblem:
    """Compare the two configs that were picked."""
    old, new = (picked_config(ctx.index, filled, field) for field in ("config", "other"))
    if isinstance(old, FieldProblem):
        return old
    if isinstance(new, FieldProblem):
        return new
    if old.key == new.key:
        return FieldProblem("other", "same_config")
    (first, its_project), (second, other_project) = _names(ctx.index, old), _names(ctx.index, new)
    return DiffConfigs(first, second, its_project, other_project)


def _names(index: Index, config: Config) -> tuple[Name, Name | None]:
    """The names of a config and of its project in a line."""
    project = index.project(config.provider, config.project_id)
    return Name(config.id), unique(project, index.projects) if project else None
