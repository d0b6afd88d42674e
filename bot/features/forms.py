"""Forms: what one has to show before it can be filled in, and the line that a filled one stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.clients.base import ProviderError
from bot.context import Context
from bot.domain.actors import Actor, Standing
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.evaluations import COMPLETED, RUNNING, Evaluation
from bot.domain.facts import Allowed, Denied, ProjectEdit, StatusUpdate
from bot.domain.live_state import One
from bot.domain.names import Config, Project
from bot.domain.outcomes import Failed, Refused
from bot.domain.policies import decide
from bot.domain.project_edits import mixed, tags_after, text_of
from bot.domain.project_fields import ProjectFields
from bot.features.projects.edits import typed_fields
from bot.features.provider_reads import side_by_side
from bot.grammar.commands import (
    Assignment,
    Command,
    CompleteEvaluation,
    CreateProject,
    DiffConfigs,
    ListConfigs,
    Name,
    ReopenEvaluation,
    ShowConfig,
    ShowEvaluation,
    ShowProject,
    UpdateProject,
)
from bot.logs import current_request_id
from bot.resolve.change_requests import FieldProblem
from bot.resolve.index import SELECT_LIMIT, Index
from bot.resolve.labels import unique

Filled = Mapping[str, str]
"""A form by field: ``provider:id`` for what was picked, else the text; fields that were left empty are left out."""

BY_PROJECT = frozenset({"project update", "evaluation show", "evaluation complete", "evaluation reopen"})
"""Verbs whose form reads a project once it is picked, before the rest can be filled in."""

ACTIVE = "active"
"""The field of an update that is a deploy, and so is changed alone."""


def meant(ctx: Context, verb: str, filled: Filled) -> Command | FieldProblem:
    """The line that a filled form stands for, or what is wrong with it. In memory only; `verb` is one of `VERBS`.

    Of ``project update`` only those fields are filled that differ from what was shown.
    """
    return VERBS[verb](ctx, filled)


def makers(ctx: Context) -> list[str]:
    """The providers that let projects be made."""
    return [name for name, client in ctx.providers.items() if client.capabilities.create]


def _of_project(reading: Callable[[Name], Command]) -> Callable[[Context, Filled], Command | FieldProblem]:
    def read(ctx: Context, filled: Filled) -> Command | FieldProblem:
        project = _project(ctx.index, filled)
        return reading(unique(project, ctx.index.projects)) if isinstance(project, Project) else project

    return read


def _of_evaluation(reading: Callable[[Name], Command]) -> Callable[[Context, Filled], Command | FieldProblem]:
    def read(ctx: Context, filled: Filled) -> Command | FieldProblem:
        project = _project(ctx.index, filled)
        if isinstance(project, FieldProblem):
            return project
        evaluation = filled.get("evaluation")
        return reading(Name(evaluation)) if evaluation else FieldProblem("project", "unread")

    return read


def _config_show(ctx: Context, filled: Filled) -> Command | FieldProblem:
    config = _config(ctx.index, filled, "config")
    return ShowConfig(*_names(ctx.index, config)) if isinstance(config, Config) else config


def _config_diff(ctx: Context, filled: Filled) -> Command | FieldProblem:
    old, new = (_config(ctx.index, filled, field) for field in ("config", "other"))
    if isinstance(old, FieldProblem):
        return old
    if isinstance(new, FieldProblem):
        return new
    if old.key == new.key:
        return FieldProblem("other", "same_config")
    (first, its_project), (second, other_project) = _names(ctx.index, old), _names(ctx.index, new)
    return DiffConfigs(first, second, its_project, other_project)


def _create(ctx: Context, filled: Filled) -> Command | FieldProblem:
    providers = makers(ctx)
    provider = filled.get("provider") or (providers[0] if len(providers) == 1 else "")
    if provider not in providers:
        return FieldProblem("provider", "gone" if provider else "missing")
    name, directory = filled.get("name", "").strip(), filled.get("directory", "").strip() or None
    problem = _refused(ctx, provider, None, name, directory)
    several = len(ctx.providers) > 1
    return problem or CreateProject(Name(f"{provider}:{name}") if several else Name(name, quoted=True), directory)


def _update(ctx: Context, filled: Filled) -> Command | FieldProblem:
    project = _project(ctx.index, filled)
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
        config = _config(ctx.index, filled, ACTIVE)
        if isinstance(config, FieldProblem):
            return config
        changed = {ACTIVE: config.id}
    tags, metric = changed.get("tags"), changed.get("metric")
    problem = _refused(ctx, project.provider, project, changed.get("name"), changed.get("directory"), tags, metric)
    assignments = tuple(Assignment(field, value) for field, value in changed.items())
    return problem or UpdateProject(unique(project, ctx.index.projects), assignments)


VERBS: Mapping[str, Callable[[Context, Filled], Command | FieldProblem]] = {
    "project": _of_project(ShowProject),
    "project show": _of_project(ShowProject),
    "project create": _create,
    "project update": _update,
    "config": _of_project(ListConfigs),
    "config list": _of_project(ListConfigs),
    "config show": _config_show,
    "config diff": _config_diff,
    "evaluation show": _of_evaluation(ShowEvaluation),
    "evaluation complete": _of_evaluation(CompleteEvaluation),
    "evaluation reopen": _of_evaluation(ReopenEvaluation),
}
"""What each form stands for, besides those that ask for a change of what is live."""


def _project(index: Index, filled: Filled) -> Project | FieldProblem:
    pick = filled.get("project", "")
    provider, _, identifier = pick.partition(":")
    return index.project(provider, identifier) or FieldProblem("project", "gone" if "project" in filled else "missing")


def _config(index: Index, filled: Filled, field: str) -> Config | FieldProblem:
    return index.picked_config(filled.get(field, "")) or FieldProblem(field, "gone" if field in filled else "missing")


def _names(index: Index, config: Config) -> tuple[Name, Name | None]:
    """What is typed for a config, and for the project that it is of."""
    project = index.project(config.provider, config.project_id)
    return Name(config.id), unique(project, index.projects) if project else None


_FIELDS = {
    Code.NAME_INVALID: "name",
    Code.NAME_TAKEN: "name",
    Code.DIRECTORY_INVALID: "directory",
    Code.TAG_INVALID: "tags",
    Code.TAGS_MIXED: "tags",
    Code.METRIC_INVALID: "metric",
}
"""Reasons that concern what was typed into a field."""


def _refused(
    ctx: Context,
    provider: str,
    project: Project | None,
    name: str | None,
    directory: str | None,
    tags: str | None = None,
    metric: str | None = None,
) -> FieldProblem | None:
    """What the policy says against a field, whoever fills it in: who may is asked when the form was taken."""
    anybody = Actor(ctx.org, ctx.team, "", standing=Standing.MEMBER)
    unique_names = ctx.provider(provider).capabilities.unique_names
    namesakes = ctx.index.projects(Name(name, quoted=True)) if name and unique_names else []
    own = project.id if project else None
    answer = decide(
        ProjectEdit(
            anybody,
            provider,
            able=True,
            name=name,
            directory=directory,
            taken=any((each.provider, each.name) == (provider, name) and each.id != own for each in namesakes),
            tags=tags_after((), tags) if tags else None,
            mixed_tags=mixed(tags or ""),
            metric=metric,
        )
    )
    reasons = answer.reasons if isinstance(answer, Denied) else ()
    return next((FieldProblem(_FIELDS[each.code], "refused", each) for each in reasons if each.code in _FIELDS), None)


@dataclass(frozen=True, slots=True)
class FieldNow:
    """A field of a project as it is now; `label` is what a select shows for the value.

    Who looks after it is no `value`: whoever is picked is one of Slack. The label tells who it is.
    """

    field: str
    value: str = ""
    label: str = ""


async def fields_now(ctx: Context, project: Project, actor: Actor) -> Sequence[FieldNow] | Refused | Failed:
    """What can be changed of a project, as it is now: two reads at most."""
    client = ctx.provider(project.provider)
    answer = decide(ProjectEdit(actor, project.provider, able=bool(client.capabilities.fields)))
    if isinstance(answer, Denied):
        return Refused(answer.reasons)
    try:
        async with side_by_side() as reads:
            reading = reads.create_task(client.project(project))
            serving = reads.create_task(client.served(project)) if client.capabilities.default_environment else None
    except ProviderError as error:
        return Failed(replace(error.problem, reference=current_request_id()))
    now, served = reading.result().fields, serving.result() if serving else None
    found = [_now(now, field) for field in typed_fields(client.capabilities) if field != ACTIVE]
    default = next((each for each in served.environments if each.is_default), None) if served else None
    if served is None or default is None:
        return found
    live = served.served[default.id].live
    config = ctx.index.config(project.provider, live.config_id, project.id) if isinstance(live, One) else None
    return [*found, FieldNow(ACTIVE, ":".join(config.key), config.name) if config else FieldNow(ACTIVE)]


def _now(fields: ProjectFields, field: str) -> FieldNow:
    if field in ("maintainer", "team"):
        return FieldNow(field, label=text_of(fields, "maintainer") or "nobody")
    return FieldNow(field, text_of(fields, field) or "")


_WANTED = {"evaluation complete": COMPLETED, "evaluation reopen": RUNNING}


async def evaluations_for(
    ctx: Context, verb: str, project: Project, actor: Actor
) -> Sequence[Evaluation] | Refused | Failed:
    """The evaluations of a project for which a line can be said, the newest first."""
    client = ctx.provider(project.provider)
    if not client.capabilities.evaluations:
        return Refused((Reason(Code.KEEPS_NO_EVALUATIONS, ResolvableBy.NOBODY, {"provider": project.provider}),))
    try:
        found = await client.evaluations(project)
    except ProviderError as error:
        return Failed(replace(error.problem, reference=current_request_id()))
    wanted = _WANTED.get(verb)
    fitting = [one for one in found if wanted is None or isinstance(decide(StatusUpdate(actor, one, wanted)), Allowed)]
    return sorted(fitting, key=lambda one: one.created_at, reverse=True)[:SELECT_LIMIT]
