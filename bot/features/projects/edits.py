"""Creating and changing projects: previewed, done once after confirmation, read back and recorded."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.clients.base import Capabilities, NotDone, ProjectNow, ProviderClient, ProviderError, Unsure
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
from bot.features.drafts import USED, confirmed, first_time, not_done, was_claimed
from bot.grammar import say
from bot.grammar.commands import Command, CreateProject, Deploy, ListProjects, Name, UpdateProject
from bot.logs import current_request_id, get_logger
from bot.resolve.change_requests import resolve_change
from bot.resolve.labels import project_line, unique
from bot.resolve.resolver import Resolved, resolve

log = get_logger(__name__)

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
"""A mention of a person, as Slack sends it."""


async def create(ctx: Context, command: CreateProject, actor: Actor) -> Outcome:
    """Preview creating a project; nothing is done before `confirm`."""
    typed = command.name
    prefix, separator, rest = typed.text.partition(":")
    providers = [name for name in ctx.providers if name.casefold() == prefix.strip().casefold()]
    if separator and providers and not typed.quoted:
        typed = Name(rest.strip())
    else:
        creatable = [name for name, client in ctx.providers.items() if client.capabilities.create]
        providers = creatable or list(ctx.providers)
    if len(providers) > 1:
        lines = [(name, say(replace(command, name=Name(f"{name}:{typed.text}")))) for name in providers]
        return Ambiguous(typed.text, tuple(Suggestion(name, line) for name, line in lines))
    new = ProjectFields(name=typed.text, directory=command.directory)
    return _preview(ctx, PlannedEdit(providers[0], None, ProjectFields(), new), actor)


async def update(
    ctx: Context, readings: Sequence[Command], actor: Actor, place: Place, *, only_explain: bool = False
) -> Outcome:
    """Preview changing a project; without fields, show the editable ones.

    ``active=`` requests a deploy to the default environment at once.
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
    """The current fields of a project. Raises `ProviderError`."""
    client = ctx.provider(project.provider)
    current = await client.project(project)
    fields = typed_fields(client.capabilities)
    return ProjectEditable(current.project, current.fields, fields, line, client.capabilities.noun)


async def _changed(ctx: Context, project: Project, values: Mapping[str, str], actor: Actor) -> ProjectPreview | Refused:
    """Preview new values. Raises `ProviderError`."""
    client = ctx.provider(project.provider)
    fields = typed_fields(client.capabilities)
    is_editable = bool(client.capabilities.fields)
    foreign = tuple(field for field in values if field not in fields) if is_editable else ()
    current = await client.project(project) if is_editable else ProjectNow(project, ProjectFields())
    maintainers = await _find_maintainers(ctx, client, values, actor) if is_editable and not foreign else ()
    target = meant(values, current.fields, maintainers[0] if maintainers else None)
    new = differing(current.fields, target)
    edit = PlannedEdit(project.provider, current.project, only(current.fields, new), new)
    tags = values.get("tags")
    return _preview(ctx, edit, actor, _LineFacts(foreign, maintainers, mixed_tags=tags is not None and mixed(tags)))


async def _find_maintainers(
    ctx: Context, client: ProviderClient, values: Mapping[str, str], actor: Actor
) -> tuple[Sought, ...]:
    """Look up the maintainers that the line names at the provider. Raises `ProviderError`."""
    sought = []
    if "maintainer" in values:
        sought.append(await _member(ctx, client, values["maintainer"], actor))
    if "team" in values:
        key = values["team"].strip()
        teams = [each for each in await _maintainers(client, key) if each.kind == "team"]
        sought.append(Sought(key, "team", found=_exact_or_all(key, teams)))
    return tuple(sought)


async def _member(ctx: Context, client: ProviderClient, typed: str, actor: Actor) -> Sought:
    """Look up a member: a Slack mention by the person's e-mail address, other text as it is. Raises `ProviderError`."""
    mention = _MENTION.fullmatch(typed.strip())
    query, user_id = typed.strip().removeprefix("@"), ""
    if mention is not None:
        user_id = mention[1]
        query = await ctx.people.email(actor.org, actor.team, user_id)
        if not query:
            return Sought(typed, "member", user_id, nameless=True)
    members = [each for each in await _maintainers(client, query) if each.kind == "member"]
    return Sought(query, "member", user_id, _exact_or_all(query, members))


async def _maintainers(client: ProviderClient, query: str) -> Sequence[Maintainer]:
    return await client.maintainers(query) if query else ()


def _exact_or_all(query: str, candidates: Sequence[Maintainer]) -> tuple[Maintainer, ...]:
    """The exact matches by id, e-mail address or name, or all candidates if there are none."""
    name = query.casefold()
    matches = [each for each in candidates if name in (each.id.casefold(), each.email.casefold(), each.name.casefold())]
    return tuple(matches or candidates)


async def _activate(
    ctx: Context, project: Project, config: str, actor: Actor, place: Place, *, only_explain: bool
) -> Outcome:
    """Request a deploy to the current default environment, by its id: v4 would take whatever is the default later."""
    current = await ctx.provider(project.provider).served(project)
    ctx.index.learn(project.provider, current.environments)
    default = next((each for each in current.environments if each.is_default), None)
    if default is None:
        return NotFound("environment", "default", known=tuple(each.name for each in current.environments))
    reading = Deploy(Name(config), unique(project, ctx.index.projects), Name(f"{project.provider}:{default.id}"))
    change_request = await resolve_change(ctx.index, [reading])
    if not isinstance(change_request, ChangeRequest):
        return change_request
    if only_explain:
        return await deploys.explain(ctx, change_request, actor, say(reading))
    return await deploys.request(ctx, change_request, actor, place)


@dataclass(frozen=True, slots=True)
class _LineFacts:
    """What the policy checks about a line besides the resulting values."""

    foreign: tuple[str, ...] = ()
    sought: tuple[Sought, ...] = ()
    mixed_tags: bool = False

    @property
    def is_clear(self) -> bool:
        """Whether all parts of the line could be resolved."""
        return not self.foreign and not self.mixed_tags and all(each.one for each in self.sought)


_CONFIRMED = _LineFacts()


def _preview(ctx: Context, edit: PlannedEdit, actor: Actor, line: _LineFacts = _CONFIRMED) -> ProjectPreview | Refused:
    noun = ctx.provider(edit.provider).capabilities.noun
    refused = _refused(ctx, edit, actor, line)
    return refused or ProjectPreview(edit.provider, edit.project, edit.old, edit.new, edit, noun)


def _refused(ctx: Context, edit: PlannedEdit, actor: Actor, line: _LineFacts = _CONFIRMED) -> Refused | None:
    new, own_id = edit.new, edit.project.id if edit.project else None
    capabilities = ctx.provider(edit.provider).capabilities
    namesakes = ctx.index.projects(Name(new.name, quoted=True)) if new.name and capabilities.unique_names else []
    is_able = bool(capabilities.fields) if edit.project else capabilities.create
    answer = decide(
        ProjectEdit(
            actor,
            edit.provider,
            able=is_able,
            name=new.name,
            directory=new.directory,
            taken=any(
                (each.provider, each.name) == (edit.provider, new.name) and each.id != own_id for each in namesakes
            ),
            idle=is_able and not new.named() and line.is_clear,
            foreign=line.foreign,
            known=typed_fields(capabilities),
            tags=new.tags,
            mixed_tags=line.mixed_tags,
            metric=new.metric,
            sought=line.sought,
            exists=edit.project is not None,
            noun=capabilities.noun,
        )
    )
    return Refused(answer.reasons) if isinstance(answer, Denied) else None


def typed_fields(capabilities: Capabilities) -> tuple[str, ...]:
    """The fields that a line can set for a provider's projects, in display order."""
    spellings = {"maintainer": ("maintainer", "team")}
    fields = [field.name for field in dataclasses.fields(ProjectFields) if field.name in capabilities.fields]
    names = [word for field in fields for word in spellings.get(field, (field,))]
    return (*names, *(("active",) if capabilities.default_environment else ()))


async def confirm(ctx: Context, draft_id: str, actor: Actor) -> Outcome:
    """Make the previewed edit, once, if the person still may and the project has not changed since the preview."""
    edit = await confirmed(ctx, draft_id, actor, PlannedEdit)
    if not isinstance(edit, PlannedEdit):
        return edit
    if edit.provider not in ctx.providers:
        return Refused((Reason(Code.BUTTON_USED),))
    key = f"project:{draft_id}"
    if await was_claimed(ctx, key):
        return Refused((Reason(Code.BUTTON_USED),))
    try:
        refused = await _refused_now(ctx, edit, actor)
        if refused is not None:  # by what another press has done meanwhile, perhaps
            return Refused((Reason(Code.BUTTON_USED),)) if await was_claimed(ctx, key) else refused
        if not await first_time(ctx, key, USED):
            return Refused((Reason(Code.BUTTON_USED),))
        saved = await _write(ctx, edit, key)
    except ProviderError as error:
        problem = replace(error.problem, reference=current_request_id())
        return Failed(problem, look=_look(ctx, edit) if isinstance(error, Unsure) else None)
    if not _is_saved(saved, edit):
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
    """Check the edit again with current data. Returns None when it is still allowed."""
    refused = _refused(ctx, edit, actor)
    if refused is not None or edit.project is None:
        return refused
    current = await ctx.provider(edit.provider).project(edit.project)
    has_changed = not all(is_same(edit.old, current.fields, field) for field in edit.new.named())
    return Refused((Reason(Code.PROJECT_CHANGED),)) if has_changed else None


async def _write(ctx: Context, edit: PlannedEdit, key: str) -> ProjectNow:
    """Send the edit. If the answer is lost, read the result; nothing is sent twice.

    Raises `ProviderError`: `Unsure` when reading cannot tell that it happened; after `NotDone`, which says that nothing
    happened, the button can be pressed again.
    """
    client = ctx.provider(edit.provider)
    try:
        if edit.project is not None:
            return await client.update_project(edit.project, edit.new)
        return await client.create_project(edit.new.name or "", edit.new.directory)
    except NotDone:
        await not_done(ctx, key)
        raise
    except Unsure as unsure:
        try:
            current = await _read_after(client, edit)
        except ProviderError as error:
            log.warning("project.unread", fault=error.problem.fault, after=unsure.problem.fault)
            raise unsure from error
        if current is None or not _is_saved(current, edit):
            raise
        return current


async def _read_after(client: ProviderClient, edit: PlannedEdit) -> ProjectNow | None:
    """The project as it is after an edit. Returns None when there is none. Raises `ProviderError`."""
    if edit.project is not None:
        return await client.project(edit.project)
    # the name was free before, so the project that has it now is the one we created
    matches = [each for each in await client.projects(edit.new.name or "") if each.name == edit.new.name]
    return await client.project(matches[0]) if matches else None


def _look(ctx: Context, edit: PlannedEdit) -> str:
    """The line that shows whether an edit was made."""
    return project_line(ctx.index, edit.project) if edit.project else say(ListProjects(edit.new.name))


def _is_saved(current: ProjectNow, edit: PlannedEdit) -> bool:
    """Whether the project has the requested values."""
    return all(is_same(current.fields, edit.new, field) for field in edit.new.named())
