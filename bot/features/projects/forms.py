"""The forms that create and change projects, and the current values that the latter shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.clients.base import ProviderError
from bot.context import Context
from bot.domain.actors import Actor, Standing
from bot.domain.errors import Code
from bot.domain.facts import Denied, ProjectEdit
from bot.domain.live_state import One
from bot.domain.names import Project
from bot.domain.outcomes import Failed, Refused
from bot.domain.policies import decide
from bot.domain.project_edits import mixed, tags_after, text_of
from bot.domain.project_fields import ProjectFields
from bot.features.forms import FieldProblem, Filled, makers, picked_config, picked_project
from bot.features.projects.edits import typed_fields
from bot.features.provider_reads import side_by_side
from bot.grammar.commands import (
    Assignment,
    Command,
    CreateProject,
    Name,
    UpdateProject,
)
from bot.logs import current_request_id
from bot.resolve.labels import unique

ACTIVE = "active"
"""The field of an update that is a deploy, and so has to be changed alone."""


def create(ctx: Context, filled: Filled) -> Command | FieldProblem:
    """Create a project from the filled fields."""
    providers = makers(ctx)
    provider = filled.get("provider") or (providers[0] if len(providers) == 1 else "")
    if provider not in providers:
        return FieldProblem("provider", "gone" if provider else "missing")
    name, directory = filled.get("name", "").strip(), filled.get("directory", "").strip() or None
    problem = _refused(ctx, provider, None, name, directory)
    several = len(ctx.providers) > 1
    return problem or CreateProject(Name(f"{provider}:{name}") if several else Name(name, quoted=True), directory)


def update(ctx: Context, filled: Filled) -> Command | FieldProblem:
    """Change the filled fields of the project, which are those that differ from what was shown."""
    project = picked_project(ctx.index, filled)
    if isinstance(project, FieldProblem):
        return project
    changed = {field: value.strip() for field, value in filled.items() if field != "project"}
    if person := changed.get("maintainer"):
        changed["maintainer"] = f"<@{person}>"
    if not changed:
        return FieldProblem("project", "unchanged")
    if ACTIVE in changed:
        if len(changed) > 1:
            return FieldProblem(ACTIVE, "alone")
        config = picked_config(ctx.index, filled, ACTIVE)
        if isinstance(config, FieldProblem):
            return config
        changed = {ACTIVE: config.id}
    tags, metric = changed.get("tags"), changed.get("metric")
    problem = _refused(ctx, project.provider, project, changed.get("name"), changed.get("directory"), tags, metric)
    assignments = tuple(Assignment(field, value) for field, value in changed.items())
    return problem or UpdateProject(unique(project, ctx.index.projects), assignments)


_FIELDS = {
    Code.NAME_INVALID: "name",
    Code.NAME_TAKEN: "name",
    Code.DIRECTORY_INVALID: "directory",
    Code.TAG_INVALID: "tags",
    Code.TAGS_MIXED: "tags",
    Code.METRIC_INVALID: "metric",
}
"""The field that a reason is about."""


def _refused(
    ctx: Context,
    provider: str,
    project: Project | None,
    name: str | None,
    directory: str | None,
    tags: str | None = None,
    metric: str | None = None,
) -> FieldProblem | None:
    """The policy's refusal of a field value, for any member; the person is checked after the submission."""
    anybody = Actor(ctx.org, ctx.team, "", standing=Standing.MEMBER)
    unique_names = ctx.provider(provider).capabilities.unique_names
    namesakes = ctx.index.projects(Name(name, quoted=True)) if name and unique_names else []
    own_id = project.id if project else None
    answer = decide(
        ProjectEdit(
            anybody,
            provider,
            able=True,
            name=name,
            directory=directory,
            taken=any((each.provider, each.name) == (provider, name) and each.id != own_id for each in namesakes),
            tags=tags_after((), tags) if tags else None,
            mixed_tags=mixed(tags or ""),
            metric=metric,
        )
    )
    reasons = answer.reasons if isinstance(answer, Denied) else ()
    return next((FieldProblem(_FIELDS[each.code], "refused", each) for each in reasons if each.code in _FIELDS), None)


@dataclass(frozen=True, slots=True)
class FieldNow:
    """A field of a project with its current value; `label` is what a select shows for it.

    The maintainer has no `value`, because the form picks Slack users; the label names the current one.
    """

    field: str
    value: str = ""
    label: str = ""


async def fields_now(ctx: Context, project: Project, actor: Actor) -> Sequence[FieldNow] | Refused | Failed:
    """The editable fields of a project with their current values: two calls at most."""
    client = ctx.provider(project.provider)
    answer = decide(ProjectEdit(actor, project.provider, able=bool(client.capabilities.fields)))
    if isinstance(answer, Denied):
        return Refused(answer.reasons)
    try:
        async with side_by_side() as reads:
            project_read = reads.create_task(client.project(project))
            served_read = reads.create_task(client.served(project)) if client.capabilities.default_environment else None
    except ProviderError as error:
        return Failed(replace(error.problem, reference=current_request_id()))
    now, served = project_read.result().fields, served_read.result() if served_read else None
    fields = [_now(now, field) for field in typed_fields(client.capabilities) if field != ACTIVE]
    default = next((each for each in served.environments if each.is_default), None) if served else None
    if served is None or default is None:
        return fields
    live = served.served[default.id].live
    config = ctx.index.config(project.provider, live.config_id, project.id) if isinstance(live, One) else None
    return [*fields, FieldNow(ACTIVE, ":".join(config.key), config.name) if config else FieldNow(ACTIVE)]


def _now(fields: ProjectFields, field: str) -> FieldNow:
    if field in ("maintainer", "team"):
        return FieldNow(field, label=text_of(fields, "maintainer") or "nobody")
    return FieldNow(field, text_of(fields, field) or "")
