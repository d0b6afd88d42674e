"""A line that was understood, carried out: names resolved, the one use case for it called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.context import Context
from bot.domain.actors import Actor, Place
from bot.domain.change_requests import ChangeRequest
from bot.domain.evaluations import COMPLETED, RUNNING
from bot.domain.facts import Denied, Lookup
from bot.domain.names import Environment, Project
from bot.domain.outcomes import (
    Ambiguous,
    EnvironmentMissing,
    Harmless,
    NotFound,
    NotYet,
    Outcome,
    ProjectPreview,
    Refused,
)
from bot.domain.policies import decide
from bot.domain.views import Suggestion
from bot.features import explain
from bot.features.changes import approvals, deploys, history, schedules
from bot.features.configs import config_queries
from bot.features.evaluations import evaluation_queries, updates
from bot.features.health import doctor
from bot.features.projects import edits
from bot.features.projects import project_queries as projects
from bot.features.reminders import switches
from bot.grammar import is_not_yet, say
from bot.grammar.commands import (
    CheckHealth,
    Command,
    CompleteEvaluation,
    CreateProject,
    Deactivate,
    Deploy,
    DiffConfigs,
    Explain,
    ListApprovals,
    ListChanges,
    ListConfigs,
    ListEvaluations,
    ListProjects,
    Name,
    Promote,
    Reminders,
    ReopenEvaluation,
    Reschedule,
    Rollback,
    ShowBoard,
    ShowChange,
    ShowConfig,
    ShowEvaluation,
    ShowProject,
    UpdateProject,
    Withdraw,
)
from bot.resolve.change_requests import understand
from bot.resolve.index import Index
from bot.resolve.labels import label, unique


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says a line, and where."""

    actor: Actor
    place: Place


def changes_what_is_live(readings: Sequence[Command]) -> bool:
    """Whether carrying them out asks for a change; looking can be repeated at will."""
    return any(isinstance(reading, Deploy | Promote | Rollback | Deactivate) for reading in readings)


async def run(ctx: Context, readings: Sequence[Command], speaker: Speaker, *, page: int = 1) -> Outcome:
    """Carry out the one reading that resolves. Several that do are a question, none is a helpful no.

    A name that nothing has may be one of a provider that could not be read: the answer says so.
    """
    came = await _run(ctx, readings, speaker, page)
    if isinstance(came, NotFound) and came.noun != "change":
        return replace(came, unread=ctx.index.unread())
    return came


async def _run(ctx: Context, readings: Sequence[Command], speaker: Speaker, page: int) -> Outcome:
    answer = decide(Lookup(speaker.actor))
    if isinstance(answer, Denied):
        return Refused(answer.reasons)
    first, ready = readings[0], [reading for reading in readings if not is_not_yet(reading)]
    if is_not_yet(first):
        return NotYet(say(first))
    match first:
        case Deploy() | Promote() | Rollback() | Deactivate():
            change_request = await understand(ctx.index, ready)
            if not isinstance(change_request, ChangeRequest):
                return change_request
            return await deploys.request(ctx, change_request, speaker.actor, speaker.place)
        case ShowBoard() | ListChanges():
            return await _listing(ctx, ready, page)
        case ShowConfig() | ListConfigs() | DiffConfigs():
            return await config_queries.answer(ctx, ready, page=page)
        case ShowProject():
            return await projects.answer(ctx, ready)
        case UpdateProject():
            return await edits.update(ctx, ready, speaker.actor, speaker.place)
        case ListEvaluations() | ShowEvaluation():
            return await evaluation_queries.answer(ctx, ready, speaker.actor, page=page)
        case _:
            return await _other(ctx, ready, speaker, page)


async def _other(ctx: Context, ready: Sequence[Command], speaker: Speaker, page: int) -> Outcome:
    """Lines of which mostly the first reading is all there is to know."""
    reading = ready[0]
    match reading:
        case Explain():
            return await _explain(ctx, reading, speaker)
        case Reminders():
            return await switches.answer(ctx, ready, speaker.actor, page=page)
        case ListApprovals():
            return await history.approvals(ctx, speaker.actor, page=page)
        case CreateProject():
            return await edits.create(ctx, reading, speaker.actor)
        case ListProjects(words):
            return await projects.listed(ctx, words, say(reading), page=page)
        case ShowChange():
            return await history.detail(ctx, reading.change.text)
        case CheckHealth():
            return await doctor.check_up(ctx, speaker.actor)
        case Withdraw() | Reschedule():
            return await _before_it_is_applied(ctx, reading, speaker)
        case CompleteEvaluation() | ReopenEvaluation():
            status = COMPLETED if isinstance(reading, CompleteEvaluation) else RUNNING
            return await updates.set_status(ctx, reading.evaluation.text, status, speaker.actor)
        case _:
            return Harmless(say(reading))


async def _before_it_is_applied(ctx: Context, reading: Withdraw | Reschedule, speaker: Speaker) -> Outcome:
    """What can be done about a change that is not applied yet: take it back, or move it to another time."""
    change = await history.find(ctx, reading.change.text)
    if change is None:
        return NotFound("change", reading.change.text)
    if isinstance(reading, Withdraw):
        return await approvals.withdraw(ctx, change.id, speaker.actor)
    return await schedules.move(ctx, change.id, reading.when, speaker.actor)


async def _explain(ctx: Context, reading: Explain, speaker: Speaker) -> Outcome:
    inner = [found for found in reading.readings if not is_not_yet(found)]  # one at least: else it is not yet itself
    match inner[0]:
        case UpdateProject():
            came = await edits.update(ctx, inner, speaker.actor, speaker.place, only_explain=True)
            return _still_explained(came)
        case CompleteEvaluation() | ReopenEvaluation() | Reschedule() | Withdraw() | CheckHealth():
            return await explain.permission(ctx, inner[0], speaker.actor)
        case Reminders(verb="mute" | "unmute" | "test"):
            return await explain.permission(ctx, inner[0], speaker.actor)
        case CreateProject():
            return _still_explained(await edits.create(ctx, inner[0], speaker.actor))
    if not isinstance(inner[0], Deploy | Promote | Rollback | Deactivate):
        return Harmless(say(inner[0]))
    change_request = await understand(ctx.index, inner)
    if not isinstance(change_request, ChangeRequest):
        return _still_explained(change_request)
    return await deploys.explain(ctx, change_request, speaker.actor, say(inner[0]))


def _still_explained(question: Outcome) -> Outcome:
    """A question about a line that is only to be explained: whatever is chosen is only explained as well."""
    match question:
        case NotFound(near=choices):
            return replace(question, near=_explaining(choices))
        case Ambiguous(choices=choices) | EnvironmentMissing(choices=choices):
            return replace(question, choices=_explaining(choices))
        case ProjectPreview():
            return replace(question, kept=None)
        case _:
            return question


def _explaining(choices: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(each.label, say(Explain(each.line, ()))) for each in choices)


@dataclass(frozen=True, slots=True)
class _View:
    """A list that was asked for, narrowed to a project and an environment."""

    reading: ShowBoard | ListChanges
    project: Project | None
    environment: Environment | None


async def _listing(ctx: Context, readings: Sequence[Command], page: int) -> Outcome:
    views = [reading for reading in readings if isinstance(reading, ShowBoard | ListChanges)]
    found = _views(ctx, views)
    if not found and await ctx.index.miss():
        found = _views(ctx, views)
    if not found:
        return _unknown(ctx, views)
    if len(found) > 1:
        word = next((view.project.text for view in views if view.project), "")
        return Ambiguous(word, tuple(_view_suggestion(ctx.index, view) for view in found[:20]))
    view = found[0]
    line = say(view.reading)
    if isinstance(view.reading, ListChanges):
        return await history.history(ctx, view.project, view.environment, line, page=page)
    every = [entry.project for entry in ctx.index.entries()]
    return await history.board(ctx, [view.project] if view.project else every, line, page=page)


def _views(ctx: Context, readings: Sequence[ShowBoard | ListChanges]) -> list[_View]:
    found: dict[tuple[object, ...], _View] = {}
    for reading in readings:
        named = reading.environment if isinstance(reading, ListChanges) else None
        projects: Sequence[Project | None] = ctx.index.projects(reading.project) if reading.project else [None]
        for project in projects:
            provider = project.provider if project else None
            environments: Sequence[Environment | None] = ctx.index.environment(named, provider) if named else [None]
            for environment in environments:
                key = (type(reading), project and project.key, environment and environment.key)
                found.setdefault(key, _View(reading, project, environment))
    return list(found.values())


def _view_suggestion(index: Index, view: _View) -> Suggestion:
    provider = view.project.provider if view.project else None
    project = unique(view.project, index.projects) if view.project else None
    environment = unique(view.environment, partial(_environments, index, provider)) if view.environment else None
    reading = ListChanges(project, environment) if isinstance(view.reading, ListChanges) else ShowBoard(project)
    return Suggestion(label(index, view.project, view.environment), say(reading))


def _environments(index: Index, provider: str | None, name: Name) -> list[Environment]:
    return index.environment(name, provider)


def _unknown(ctx: Context, readings: Sequence[ShowBoard | ListChanges]) -> NotFound:
    """Which name nothing has: the environment when the project is known, else the project."""
    for reading in readings:
        if (
            isinstance(reading, ListChanges)
            and reading.environment
            and (reading.project is None or ctx.index.projects(reading.project))
        ):
            known = [environment.name for environment in ctx.index.environments()]
            project = reading.project
            return _near(ctx, "environment", reading.environment, known, partial(ListChanges, project))
    reading = min(readings, key=lambda found: len(found.project.text) if found.project else 0)
    known = [entry.project.name for entry in ctx.index.entries()]
    word = reading.project or Name("")
    if isinstance(reading, ListChanges):
        environment = reading.environment
        return _near(ctx, "project", word, known, lambda name: ListChanges(name, environment))
    return _near(ctx, "project", word, known, ShowBoard)


def _near(ctx: Context, noun: str, word: Name, known: Sequence[str], line: Callable[[Name], Command]) -> NotFound:
    names = list(dict.fromkeys(known))
    near = ctx.index.near(word.text, names)
    return NotFound(noun, word.text, tuple(Suggestion(name, say(line(Name(name)))) for name in near), tuple(names[:10]))
