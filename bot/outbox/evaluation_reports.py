"""Views for reports about evaluations left running, read anew for every delivery."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.clients.base import ProviderError
from bot.context import Context, new_id
from bot.domain.changes import OPEN, Change, State
from bot.domain.errors import Fault
from bot.domain.evaluations import RUNNING, Evaluation, Progress
from bot.domain.names import Config, Project
from bot.domain.notices import (
    TO_THE_OWNER,
    EvaluationsView,
    EvaluationView,
    ListedEvaluation,
    Notice,
    NoticeKind,
    Reminder,
    ReminderView,
    SampleView,
)
from bot.domain.reminder_hours import next_times
from bot.logs import get_logger
from bot.ports import NotDelivered

if TYPE_CHECKING:
    from bot.store import ReadTransaction

log = get_logger(__name__)

GONE = "gone"
"""The final status of a reminder whose evaluation no longer exists at the provider."""

LIST = "LIST:"
"""Prefix of a list's subject; no provider name is in upper case."""

LIST_PAGE = 5
"""Evaluations per page of a list; each is read from the provider when shown."""

UNDER_WAY = OPEN | {State.SCHEDULED}


def subject_of(reminder: Reminder, time: int = 1) -> str:
    """The notice's subject: a new one for each report, and for each time that the evaluation started."""
    again = f"#{time}" if time > 1 else ""
    return f"{reminder.provider}:{reminder.evaluation_id}@{reminder.first_seen.isoformat()}{again}"


def new_list() -> str:
    """A subject for a new list."""
    return f"{LIST}{new_id()}"


def key_of(subject: str) -> tuple[str, str]:
    """Provider and evaluation id from a subject, or from the shorter form in buttons, ``provider:evaluation``."""
    provider, _, rest = subject.partition(":")
    return provider, rest.rpartition("@")[0] or rest


def project_of(reminder: Reminder) -> Project:
    """The project in which the evaluation was seen."""
    return Project(reminder.provider, reminder.project_id, reminder.project_name)


def channel_of(ctx: Context, project: Project) -> str | None:
    """The channel for reports about a project's evaluations; None if no channel is configured."""
    return ctx.reminding.channel_of(project) or ctx.evaluations_channel or ctx.default_channel


async def evaluation_view(ctx: Context, notice: Notice) -> EvaluationView | None:
    """The current report; None if its reminder no longer exists. Raises `NotDelivered` to try later."""
    async with ctx.store.read() as tx:
        reminder = await tx.reminder(*key_of(notice.subject))
    if reminder is None or reminder.provider not in ctx.providers:
        return None
    if reminder.said_in != notice.subject:
        return replace(_of(ctx, reminder, _vanished(reminder)), replaced=True)
    try:
        view = await view_of(ctx, reminder)
    except ProviderError as error:
        raise NotDelivered(f"evaluation unreadable: {error.problem.fault}") from error
    return replace(view, meant_for=_intended_channel(ctx, notice, project_of(reminder)))


async def view_of(ctx: Context, reminder: Reminder) -> EvaluationView:
    """The current view of one evaluation: one call, and one for the progress if it runs. Raises `ProviderError`."""
    client, project = ctx.provider(reminder.provider), project_of(reminder)
    try:
        evaluation = await client.evaluation(project, reminder.evaluation_id)
    except ProviderError as error:
        if error.problem.fault is not Fault.NOT_FOUND:
            raise
        evaluation = _vanished(reminder)
    if reminder.ended_at is None and evaluation.status != RUNNING:  # the sweep will store this later
        reminder = replace(reminder, ended_at=ctx.clock.now(), ended_as=evaluation.status)
    view = _of(ctx, reminder, evaluation)
    if reminder.ended_at is not None:
        return view
    async with ctx.store.read() as tx:
        muted = any((each.provider, each.project_id) == project.key for each in await tx.muted())
        changes = await concerning(tx, project, evaluation.config_id)
    times = next_times(reminder, ctx.running_threshold, ctx.reminding, view.now, 1)
    return replace(
        view,
        may_complete=evaluation.takes_status_from_caller,
        progress=await progress_of(ctx, project, evaluation),
        changes=changes,
        muted=muted,
        next_at=times[0] if times and not muted else None,
    )


def _of(ctx: Context, reminder: Reminder, evaluation: Evaluation) -> EvaluationView:
    since, now = reminder.first_seen, ctx.clock.now()
    return EvaluationView(evaluation, reminder.project_name, reminder, since, since != evaluation.created_at, now)


async def progress_of(ctx: Context, project: Project, evaluation: Evaluation) -> Progress | None:
    """How far it is; None if that cannot be read, because the report is useful without it."""
    try:
        return await ctx.provider(project.provider).progress(project, evaluation)
    except ProviderError as error:
        log.warning("evaluation.progress_unreadable", evaluation=evaluation.id, fault=error.problem.fault)
        return None


async def concerning(tx: ReadTransaction, project: Project, config_id: str) -> tuple[Change, ...]:
    """Open changes that would make this config live."""
    changes, _ = await tx.changes(project=project.key, states=UNDER_WAY, limit=50)
    return tuple(change for change in changes if isinstance(change.target, Config) and change.target.id == config_id)


def _intended_channel(ctx: Context, notice: Notice, project: Project) -> str | None:
    """The channel where a report should be, if it was moved to the default channel; else None."""
    channel = channel_of(ctx, project)
    moved = notice.kind in TO_THE_OWNER and notice.place.channel == ctx.default_channel != channel
    return channel if moved else None


async def evaluations_view(
    ctx: Context, subject: str, page: int = 1, notice: Notice | None = None
) -> EvaluationsView | None:
    """One page of a list as it is now; None if it has no reminders and was never posted."""
    async with ctx.store.read() as tx:
        reminders = await tx.reminders_in(subject)
    if not reminders and (notice is None or notice.at is None):
        return None
    reminders = tuple(sorted(reminders, key=lambda reminder: reminder.ended_at is not None))
    pages = max(1, -(-len(reminders) // LIST_PAGE))
    page = min(max(page, 1), pages)
    rows = reminders[(page - 1) * LIST_PAGE : page * LIST_PAGE]
    return EvaluationsView(
        subject=subject,
        rows=tuple(await asyncio.gather(*(_row(ctx, reminder) for reminder in rows))),
        page=page,
        pages=pages,
        total=len(reminders),
        ended=sum(reminder.ended_at is not None for reminder in reminders),
        now=ctx.clock.now(),
        meant_for=_intended_channel(ctx, notice, project_of(reminders[0])) if notice and reminders else None,
    )


async def _row(ctx: Context, reminder: Reminder) -> ListedEvaluation:
    """One row of a list; only with stored data if the provider does not answer."""
    if reminder.provider not in ctx.providers:
        return ListedEvaluation(reminder)
    try:
        return ListedEvaluation(reminder, await view_of(ctx, reminder))
    except ProviderError as error:
        log.warning("evaluation.unreadable", evaluation=reminder.evaluation_id, fault=error.problem.fault)
        return ListedEvaluation(reminder)


def _vanished(reminder: Reminder) -> Evaluation:
    """A stand-in for an evaluation that no longer exists, with its ids only."""
    return Evaluation(
        provider=reminder.provider,
        project_id=reminder.project_id,
        id=reminder.evaluation_id,
        status=GONE,
        config_id="",
        config_name="",
        evaluators=(),
        scores=(),
        dataset_id="",
        dataset_name="",
        dataset_version_id="",
        datapoints=0,
        created_at=reminder.first_seen,
        updated_at=reminder.first_seen,
    )


REPORTS = (*TO_THE_OWNER, *TO_THE_OWNER.values())
"""All kinds of notices about evaluations left running."""

SINGLE = (NoticeKind.EVALUATION, NoticeKind.OWNER_EVALUATION)
"""Kinds of notices about a single evaluation."""


async def reminder_view(ctx: Context, notice: Notice) -> ReminderView | None:
    """The view of a reminder notice; None if there is nothing to show. Raises `NotDelivered` to try later."""
    if notice.kind is NoticeKind.SAMPLE:
        return SampleView(ctx.clock.now())
    if notice.kind in SINGLE:
        return await evaluation_view(ctx, notice)
    return await evaluations_view(ctx, notice.subject, notice=notice)
