"""The forms that ask for a change of what is live."""

from __future__ import annotations

from dataclasses import replace

from bot.context import Context
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Kind
from bot.features.changes import schedules
from bot.features.forms import FieldProblem, Filled, key_of, picked_environment
from bot.features.registration import LineForm
from bot.resolve.change_requests import target_of
from bot.resolve.index import Index


def form(kind: Kind) -> LineForm:
    """The form of one kind of change."""

    def fill(ctx: Context, filled: Filled) -> ChangeRequest | FieldProblem:
        request = from_ids(ctx.index, kind, filled)
        when = schedules.picked(ctx, filled)
        if isinstance(request, FieldProblem):
            return request
        return when if isinstance(when, FieldProblem) else replace(request, when=when)

    return LineForm(fill)


def from_ids(index: Index, kind: Kind, picked: Filled) -> ChangeRequest | FieldProblem:
    """The change that a form's picks ask for, without its time. In memory only.

    Each pick is ``provider:id`` by field, that of a config ``provider:project:id``; ``because`` is text.
    """
    config = index.picked_config(picked.get("config", ""))
    if config is None and (kind is Kind.DEPLOY or "config" in picked):
        return FieldProblem("config", "gone" if "config" in picked else "missing")
    key = picked.get("project") or (f"{config.provider}:{config.project_id}" if config else None)
    project = index.project(*key_of(key))
    if project is None:
        return FieldProblem("project", "gone" if key else "missing")
    environment = picked_environment(index, picked, "environment")
    source = picked_environment(index, picked, "source")
    if environment is None:
        return FieldProblem("environment", "gone" if "environment" in picked else "missing")
    if kind is Kind.PROMOTE and source is None:
        return FieldProblem("source", "gone" if "source" in picked else "missing")
    if environment.provider != project.provider:
        return FieldProblem("environment", "other_provider")
    if source is not None and source.key == environment.key:
        return FieldProblem("environment", "same")
    return ChangeRequest(kind, project, environment, target_of(kind, config, source), picked.get("because"))
