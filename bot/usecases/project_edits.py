"""Making and changing projects: shown first, done once when it is confirmed, read back and written down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.clients.base import ProjectNow, ProviderClient, ProviderError, Unsure
from bot.domain.actors import Actor, Place
from bot.domain.changes import Event
from bot.domain.errors import Code, Fault, Problem, Reason
from bot.domain.fields import ProjectFields
from bot.domain.names import Project
from bot.domain.outcomes import (
    Altered,
    Ambiguous,
    Failed,
    NotFound,
    Outcome,
    ProjectPreview,
    ProjectSaved,
    Refused,
    Suggestion,
)
from bot.domain.policies import Denied, ProjectEdit, decide
from bot.grammar import say
from bot.grammar.readings import Deploy, Name, ProjectCreate, ProjectUpdate, Reading
from bot.logs import current_request_id, get_logger
from bot.usecases import deploys
from bot.usecases.context import Context, entry
from bot.usecases.drafts import draft
from bot.usecases.labels import unique
from bot.usecases.subjects import Subject, find, project_line
from bot.usecases.wishes import Wish, understand

log = get_logger(__name__)

FIELDS = frozenset({"name", "directory", "active"})
"""What can be changed here; `active` is a deploy."""

USED = timedelta(days=8)
"""How long a button that was pressed is remembered: longer than it can be pressed."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """What is to be made or changed: of which project (None: a new one), from what to what."""

    provider: str
    project: Project | None
    name: Altered | None
    directory: Altered | None


async def create(ctx: Context, reading: ProjectCreate, actor: Actor) -> Outcome:
    """What making a project would do; nothing is done before `confirm`."""
    typed = reading.name
    prefix, separator, rest = typed.text.partition(":")
    chosen = [name for name in ctx.providers if name.casefold() == prefix.strip().casefold()]
    if separator and chosen and not typed.quoted:
        typed = Name(rest.strip())
    elif len(ctx.providers) > 1:
        lines = [(name, say(replace(reading, name=Name(f"{name}:{typed.text}")))) for name in ctx.providers]
        return Ambiguous(typed.text, tuple(Suggestion(name, line) for name, line in lines))
    else:
        chosen = list(ctx.providers)
    directory = Altered(None, reading.directory) if reading.directory is not None else None
    return _preview(ctx, _Edit(chosen[0], None, Altered(None, typed.text), directory), actor)


async def update(
    ctx: Context, readings: Sequence[Reading], actor: Actor, place: Place, *, only_explain: bool = False
) -> Outcome:
    """What changing a project would do; ``active=`` asks for a deploy to the default environment at once."""
    subject = await find(ctx.index, readings)
    if not isinstance(subject, Subject):
        return subject
    assert isinstance(subject.reading, ProjectUpdate)  # noqa: S101 - narrows the type; no other reading was given
    project = subject.projects[0]
    values = {each.field: each.value for each in subject.reading.assignments}
    try:
        if "active" in values:
            return await _activate(ctx, project, values["active"], actor, place, only_explain=only_explain)
        foreign = tuple(field for field in values if field not in FIELDS)
        client = ctx.provider(project.provider)
        able = bool(client.capabilities.fields)
        now = await client.project(project) if able else ProjectNow(project, ProjectFields())
    except ProviderError as error:
        return Failed(replace(error.problem, reference=current_request_id()))
    name, directory = values.get("name"), values.get("directory")
    edit = _Edit(
        project.provider,
        now.project,
        Altered(now.project.name, name) if name not in (None, now.project.name) else None,
        Altered(now.fields.directory, directory) if directory not in (None, now.fields.directory) else None,
    )
    return _preview(ctx, edit, actor, foreign)


async def _activate(
    ctx: Context, project: Project, config: str, actor: Actor, place: Place, *, only_explain: bool
) -> Outcome:
    """A deploy to the default environment by its id, as it is now: v4 would take whatever is the default then."""
    now = await ctx.provider(project.provider).served(project)
    ctx.index.learn(project.provider, now.environments)
    default = next((each for each in now.environments if each.is_default), None)
    if default is None:
        return NotFound("environment", "default", known=tuple(each.name for each in now.environments))
    reading = Deploy(Name(config), unique(project, ctx.index.projects), Name(f"{project.provider}:{default.id}"))
    wish = await understand(ctx.index, [reading])
    if not isinstance(wish, Wish):
        return wish
    if only_explain:
        return await deploys.explain(ctx, wish, actor, say(reading))
    return await deploys.request(ctx, wish, actor, place)


def _preview(ctx: Context, edit: _Edit, actor: Actor, foreign: tuple[str, ...] = ()) -> ProjectPreview | Refused:
    refused = _refused(ctx, edit, actor, foreign)
    return refused or ProjectPreview(edit.provider, edit.project, edit.name, edit.directory, _kept(edit))


def _refused(ctx: Context, edit: _Edit, actor: Actor, foreign: tuple[str, ...] = ()) -> Refused | None:
    name = edit.name.new if edit.name else None
    own = edit.project.id if edit.project else None
    namesakes = ctx.index.projects(Name(name, quoted=True)) if name else []
    capabilities = ctx.provider(edit.provider).capabilities
    answer = decide(
        ProjectEdit(
            actor,
            edit.provider,
            able=bool(capabilities.fields) if edit.project else capabilities.create,
            name=name,
            directory=edit.directory.new if edit.directory else None,
            taken=any((each.provider, each.name) == (edit.provider, name) and each.id != own for each in namesakes),
            idle=not foreign and edit.name is None and edit.directory is None,
            foreign=foreign,
        )
    )
    return Refused(answer.reasons) if isinstance(answer, Denied) else None


async def confirm(ctx: Context, draft_id: str, actor: Actor) -> Outcome:
    """Do what was shown, once: if the person still may, and the project still is as it was shown."""
    kept = await draft(ctx, draft_id, actor)
    if kept is None:
        return Refused((Reason(Code.BUTTON_USED),))
    edit = _read(kept)
    try:
        async with ctx.store.write() as tx:
            if not await tx.claim_once(f"project:{draft_id}", ctx.clock.now() + USED):
                return Refused((Reason(Code.BUTTON_USED),))
        refused = await _refused_now(ctx, edit, actor)
        if refused is not None:
            return refused
        saved = await _write(ctx.provider(edit.provider), edit)
    except ProviderError as error:
        return Failed(replace(error.problem, reference=current_request_id()))
    if not _is_so(saved, edit):
        problem = Problem(Fault.NO_EFFECT, edit.provider, "saving a project", reference=current_request_id())
        return Failed(problem)
    event = Event.PROJECT_UPDATED if edit.project else Event.PROJECT_CREATED
    fields = {"name": edit.name, "directory": edit.directory}
    facts = {name: f"{each.old or '-'} → {each.new}" for name, each in fields.items() if each is not None}
    async with ctx.store.write() as tx:
        await tx.record(entry(event, f"{edit.provider}:{saved.project.id}", ctx.clock.now(), actor, **facts))
    ctx.index.learn_project(saved.project)
    log.info("project.saved", project=saved.project.id, made=edit.project is None)
    line = project_line(ctx.index, saved.project)
    return ProjectSaved(saved.project, edit.name, edit.directory, edit.project is None, line)


async def _refused_now(ctx: Context, edit: _Edit, actor: Actor) -> Refused | None:
    """Why it may not be done now, with everything looked at again."""
    refused = _refused(ctx, edit, actor)
    if refused is not None or edit.project is None:
        return refused
    now = await ctx.provider(edit.provider).project(edit.project)
    renamed = edit.name is not None and edit.name.old != now.project.name
    moved = edit.directory is not None and edit.directory.old != now.fields.directory
    return Refused((Reason(Code.PROJECT_CHANGED),)) if renamed or moved else None


async def _write(client: ProviderClient, edit: _Edit) -> ProjectNow:
    """Send it. An answer that is lost is looked for; nothing is sent twice."""
    name = edit.name.new if edit.name else None
    directory = edit.directory.new if edit.directory else None
    try:
        if edit.project is not None:
            return await client.update_project(edit.project, ProjectFields(name, directory))
        return await client.create_project(name or "", directory)
    except Unsure:
        if edit.project is not None:
            now = await client.project(edit.project)
        else:  # its name was free just now, so who has it now is the one that was made
            named = [each for each in await client.projects(name) if each.name == name]
            if not named:
                raise
            now = await client.project(named[0])
        if not _is_so(now, edit):
            raise
        return now


def _is_so(now: ProjectNow, edit: _Edit) -> bool:
    """Whether the project is as it was asked for."""
    named = edit.name is None or now.project.name == edit.name.new
    return named and (edit.directory is None or now.fields.directory == edit.directory.new)


def _kept(edit: _Edit) -> str:
    """What is stored behind the button; `_read` is its inverse."""
    project = [edit.project.id, edit.project.name] if edit.project else None
    fields = [[each.old, each.new] if each else None for each in (edit.name, edit.directory)]
    return json.dumps([edit.provider, project, *fields])


def _read(kept: str) -> _Edit:
    provider, project, *fields = json.loads(kept)
    name, directory = (Altered(*each) if each else None for each in fields)
    return _Edit(provider, Project(provider, *project) if project else None, name, directory)
