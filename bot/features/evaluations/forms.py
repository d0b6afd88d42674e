"""The forms about one evaluation: a project is picked, then one of its evaluations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.clients.base import ProviderError
from bot.context import Context
from bot.domain.actors import Actor
from bot.domain.errors import Code, Reason, ResolvableBy
from bot.domain.evaluations import Evaluation
from bot.domain.facts import Allowed, StatusUpdate
from bot.domain.names import Project
from bot.domain.outcomes import Failed, Refused
from bot.domain.policies import decide
from bot.features.forms import FieldProblem, Filled, picked_project
from bot.features.registration import LineForm
from bot.grammar.commands import Command, Name
from bot.logs import current_request_id
from bot.resolve.index import SELECT_LIMIT


def form(command: Callable[[Name], Command], status: str | None = None) -> LineForm:
    """The form of a line about one evaluation; `status` is the one that it sets, if any."""

    def fill(ctx: Context, filled: Filled) -> Command | FieldProblem:
        project = picked_project(ctx.index, filled)
        if isinstance(project, FieldProblem):
            return project
        evaluation = filled.get("evaluation")
        return command(Name(evaluation)) if evaluation else FieldProblem("project", "unread")

    return LineForm(fill, load=_choices(status))


def _choices(
    status: str | None,
) -> Callable[[Context, Project, Actor], Awaitable[Sequence[Evaluation] | Refused | Failed]]:
    async def load(ctx: Context, project: Project, actor: Actor) -> Sequence[Evaluation] | Refused | Failed:
        """The evaluations of a project that the line applies to, newest first."""
        client = ctx.provider(project.provider)
        if not client.capabilities.evaluations:
            return Refused((Reason(Code.KEEPS_NO_EVALUATIONS, ResolvableBy.NOBODY, {"provider": project.provider}),))
        try:
            evaluations = await client.evaluations(project)
        except ProviderError as error:
            return Failed(replace(error.problem, reference=current_request_id()))
        fitting = [
            one
            for one in evaluations
            if status is None or isinstance(decide(StatusUpdate(actor, one, status)), Allowed)
        ]
        return sorted(fitting, key=lambda one: one.created_at, reverse=True)[:SELECT_LIMIT]

    return load
