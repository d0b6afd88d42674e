"""Making and changing projects: shown first, done once when it is confirmed, read back and written down."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.clients.base import Capabilities, ProjectNow, ProviderClient, ProviderError, Unsure
from bot.context import Context, entry
from bot.domain.actors import Actor, Place
from bot.domain.base import Outcome
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Event
from bot.domain.errors import Code, Fault, Problem, Reason
from bot.domain.facts import Denied, ProjectEdit
from bot.domain.names import Project
from bot.domain.outcomes import Ambiguous, Failed, NotFound, ProjectEditable, ProjectPreview, ProjectSaved, Refused
from bot.domain.policies import decide
from bot.domain.project_edits import PlannedEdit, Sought, differing, is_same, meant, mixed, only, text_of
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.domain.views import Suggestion
from bot.features.changes import deploys
from bot.features.drafts import confirmed
from bot.grammar import say
from bot.grammar.commands import Command, CreateProject, Deploy, Name, UpdateProject
from bot.logs import current_request_id, get_logger
from bot.resolve.change_requests import resolve_change
from bot.resolve.labels import project_line, unique
from bot.resolve.resolver import Resolved, resolve

log = get_logger(__name__)

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
"""A person, as Slack writes them in what is typed."""

USED = timedelta(days=8)
"""How long a button that was pressed is remembered: longer than it can be pressed."""


async def create(ctx: Context, reading: CreateProject, actor: Actor) -> Outcome:
    """What making a project would do; nothing is done before `confirm`."""
    typed = reading.name
    prefix, separator, rest = typed.text.partition(":")
    chosen = [name for name in ctx.providers if name.casefold() == prefix.strip().casefold()]
    if separator and chosen and not typed.quoted:
        typed = Name(rest.strip())
    else:
        able = [name for name, client in ctx.providers.items() if client.capabilities.create]
        chosen = able or list(ctx.providers)
    if len(chosen) > 1:
        lines = [(name, say(replace(reading, name=Name(f"{name}:{typed.text}")))) for name in chosen]
        return Ambiguous(typed.text, tuple(Suggestion(name, line) for name, line in lines))
    new = ProjectFields(name=typed.text, directory=reading.directory)
    return _preview(ctx, PlannedEdit(chosen[0], None, ProjectFields(), new), actor)


async def update(
    ctx: Context, readings: Sequence[Command], actor: Actor, place: Place, *, only_explain: bool = False
) -> Outcome:
    """What changing a project would do, or what can be changed of it.

    ``active=`` asks for a deploy to the default environment at once.
    """
    resolved = await resolve(ctx.index, readings, UpdateProject)
    if not isinstance(resolved, Resolved):
        return resolved
    project = resolved.projects[0]
    values = {each.field: each.value for each in resolved.command.assignments}
    capabilities = ctx.provider(project.provider).capabilities
    try:
        if "active" in values and capabilities.default_environment:
            return await _activate(ctx, project, values["active"], actor, place, only_explain=only_explain)
        if not values and capabilities.fields:
            return await _editable(ctx, project, resolved.line(ctx.index))
        return await _changed(ctx, project, values, actor)
    except ProviderError as error:
        return Failed(replace(error.problem, reference=current_request_id()))


async def _editable(ctx: Context, project: Project, line: str) -> ProjectEditable:
    """The fields of a project as they are. Raises `ProviderError`."""
    client = ctx.provider(project.provider)
    now = await client.project(project)
    known = typed_fields(client.capabilities)
    return ProjectEditable(now.project, now.fields, known, line, client.capabilities.noun)


async def _changed(ctx: Context, project: Project, values: Mapping[str, str], actor: Actor) -> ProjectPreview | Refused:
    """What other values would do. Raises `ProviderError`."""
    client = ctx.provider(project.provider)
    known = typed_fields(client.capabilities)
    able = bool(client.capabilities.fields)
    foreign = tuple(field for field in values if field not in known) if able else ()
    now = await client.project(project) if able else ProjectNow(project, ProjectFields())
    sought = await _sought(ctx, client, values, actor) if able and not foreign else ()
    wanted = meant(values, now.fields, sought[0] if sought else None)
    new = differing(now.fields, wanted)
    edit = PlannedEdit(project.provider, now.project, only(now.fields, new), new)
    tags = values.get("tags")
    return _preview(ctx, edit, actor, _Typed(foreign, sought, mixed_tags=tags is not None and mixed(tags)))


async def _sought(ctx: Context, client: ProviderClient, values: Mapping[str, str], actor: Actor) -> tuple[Sought, ...]:
    """Everybody who is named as maintainer, looked up at the provider. Raises `ProviderError`."""
    found = []
    if "maintainer" in values:
        found.append(await _member(ctx, client, values["maintainer"], actor))
    if "team" in values:
        key = values["team"].strip()
        teams = [each for each in await _maintainers(client, key) if each.kind == "team"]
        found.append(Sought(key, "team", found=_exactly(key, teams)))
    return tuple(found)


async def _member(ctx: Context, client: ProviderClient, typed: str, actor: Actor) -> Sought:
    """A mention is a person of Slack, whom the provider knows by the address; other words are looked up as they are."""
    mentioned = _MENTION.fullmatch(typed.strip())
    words, person = typed.strip().removeprefix("@"), ""
    if mentioned is not None:
        person = mentioned[1]
        words = await ctx.people.email(actor.org, actor.team, person)
        if not words:
            return Sought(typed, "member", person, nameless=True)
    members = [each for each in await _maintainers(client, words) if each.kind == "member"]
    return Sought(words, "member", person, _exactly(words, members))


async def _maintainers(client: ProviderClient, words: str) -> Sequence[Maintainer]:
    return await client.maintainers(words) if words else ()


def _exactly(words: str, found: Sequence[Maintainer]) -> tuple[Maintainer, ...]:
    """Those who are called exactly like that, if there are any."""
    wanted = words.casefold()
    exact = [each for each in found if wanted in (each.id.casefold(), each.email.casefold(), each.name.casefold())]
    return tuple(exact or found)


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
    change_request = await resolve_change(ctx.index, [reading])
    if not isinstance(change_request, ChangeRequest):
        return change_request
    if only_explain:
        return await deploys.explain(ctx, change_request, actor, say(reading))
    return await deploys.request(ctx, change_request, actor, place)


@dataclass(frozen=True, slots=True)
class _Typed:
    """What of a line matters beside the values that it leads to."""

    foreign: tuple[str, ...] = ()
    sought: tuple[Sought, ...] = ()
    mixed_tags: bool = False

    @property
    def is_clear(self) -> bool:
        """Whether everything in it means something."""
        return not self.foreign and not self.mixed_tags and all(each.one for each in self.sought)


_AS_SHOWN = _Typed()


def _preview(ctx: Context, edit: PlannedEdit, actor: Actor, typed: _Typed = _AS_SHOWN) -> ProjectPreview | Refused:
    noun = ctx.provider(edit.provider).capabilities.noun
    refused = _refused(ctx, edit, actor, typed)
    return refused or ProjectPreview(edit.provider, edit.project, edit.old, edit.new, edit, noun)


def _refused(ctx: Context, edit: PlannedEdit, actor: Actor, typed: _Typed = _AS_SHOWN) -> Refused | None:
    new, own = edit.new, edit.project.id if edit.project else None
    capabilities = ctx.provider(edit.provider).capabilities
    namesakes = ctx.index.projects(Name(new.name, quoted=True)) if new.name and capabilities.unique_names else []
    able = bool(capabilities.fields) if edit.project else capabilities.create
    answer = decide(
        ProjectEdit(
            actor,
            edit.provider,
            able=able,
            name=new.name,
            directory=new.directory,
            taken=any((each.provider, each.name) == (edit.provider, new.name) and each.id != own for each in namesakes),
            idle=able and not new.named() and typed.is_clear,
            foreign=typed.foreign,
            known=typed_fields(capabilities),
            tags=new.tags,
            mixed_tags=typed.mixed_tags,
            metric=new.metric,
            sought=typed.sought,
            exists=edit.project is not None,
            noun=capabilities.noun,
        )
    )
    return Refused(answer.reasons) if isinstance(answer, Denied) else None


def typed_fields(capabilities: Capabilities) -> tuple[str, ...]:
    """The fields of a line that a provider's projects have, in the order in which people are told of them."""
    words = {"maintainer": ("maintainer", "team")}
    every = [field.name for field in dataclasses.fields(ProjectFields) if field.name in capabilities.fields]
    known = [word for field in every for word in words.get(field, (field,))]
    return (*known, *(("active",) if capabilities.default_environment else ()))


async def confirm(ctx: Context, draft_id: str, actor: Actor) -> Outcome:
    """Do what was shown, once: if the person still may, and the project still is as it was shown."""
    edit = await confirmed(ctx, draft_id, actor, PlannedEdit)
    if not isinstance(edit, PlannedEdit):
        return edit
    if edit.provider not in ctx.providers:
        return Refused((Reason(Code.BUTTON_USED),))
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
    facts = {
        field: f"{text_of(edit.old, field) or '-'} → {text_of(edit.new, field) or '-'}" for field in edit.new.named()
    }
    async with ctx.store.write() as tx:
        await tx.record(entry(event, f"{edit.provider}:{saved.project.id}", ctx.clock.now(), actor, **facts))
    ctx.index.learn_project(saved.project)
    log.info("project.saved", project=saved.project.id, made=edit.project is None)
    line = project_line(ctx.index, saved.project)
    noun = ctx.provider(edit.provider).capabilities.noun
    return ProjectSaved(saved.project, edit.old, edit.new, edit.project is None, line, noun)


async def _refused_now(ctx: Context, edit: PlannedEdit, actor: Actor) -> Refused | None:
    """Why it may not be done now, with everything looked at again."""
    refused = _refused(ctx, edit, actor)
    if refused is not None or edit.project is None:
        return refused
    now = await ctx.provider(edit.provider).project(edit.project)
    moved = not all(is_same(edit.old, now.fields, field) for field in edit.new.named())
    return Refused((Reason(Code.PROJECT_CHANGED),)) if moved else None


async def _write(client: ProviderClient, edit: PlannedEdit) -> ProjectNow:
    """Send it. An answer that is lost is looked for; nothing is sent twice."""
    name = edit.new.name or ""
    try:
        if edit.project is not None:
            return await client.update_project(edit.project, edit.new)
        return await client.create_project(name, edit.new.directory)
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


def _is_so(now: ProjectNow, edit: PlannedEdit) -> bool:
    """Whether the project is as it was asked for."""
    return all(is_same(now.fields, edit.new, field) for field in edit.new.named())
