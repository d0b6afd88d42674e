"""What a report about a running evaluation shows, read fresh each time it is said."""

from __future__ import annotations

from datetime import datetime

from bot.clients.base import ProviderError
from bot.domain.errors import Fault
from bot.domain.evaluations import RUNNING, Evaluation
from bot.domain.names import Project
from bot.domain.notices import EvaluationView, Notice, Reminder
from bot.store import Reading
from bot.usecases.context import Context
from bot.usecases.ports import NotDelivered

GONE = "gone"
"""How a reminder ends whose evaluation is no longer at the provider."""


def subject_of(reminder: Reminder) -> str:
    """The notice's subject: one per evaluation and per time that it was seen to start."""
    return f"{reminder.provider}:{reminder.evaluation_id}@{reminder.first_seen.isoformat()}"


def key_of(subject: str) -> tuple[str, str]:
    """Provider and evaluation id of a subject, or of the shorter form on buttons: ``provider:evaluation``."""
    provider, _, rest = subject.partition(":")
    return provider, rest.rpartition("@")[0] or rest


async def reminder_for(tx: Reading, subject: str) -> Reminder | None:
    """The reminder that a notice's subject, or a button's value, means."""
    provider, evaluation_id = key_of(subject)
    return await tx.reminder(provider, evaluation_id)


async def evaluation_view(ctx: Context, notice: Notice) -> EvaluationView | None:
    """The report as it is now; None when nothing is known of it any more. Raises `NotDelivered` to try later."""
    async with ctx.store.read() as tx:
        reminder = await reminder_for(tx, notice.subject)
    if reminder is None or reminder.provider not in ctx.providers:
        return None
    project = Project(reminder.provider, reminder.project_id, reminder.project_name)
    now = ctx.clock.now()
    try:
        evaluation = await ctx.provider(reminder.provider).evaluation(project, reminder.evaluation_id)
    except ProviderError as error:
        if error.problem.fault is not Fault.NOT_FOUND:
            raise NotDelivered(f"evaluation unreadable: {error.problem.fault}") from error
        evaluation = _vanished(reminder, now)
    return EvaluationView(
        evaluation=evaluation,
        project_name=reminder.project_name,
        reminder=reminder,
        since=reminder.first_seen,
        exact=reminder.first_seen != evaluation.created_at,
        now=now,
        may_complete=evaluation.status == RUNNING and evaluation.takes_status_from_caller,
    )


def _vanished(reminder: Reminder, now: datetime) -> Evaluation:
    """What is left to say about an evaluation that is gone: its ids."""
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
        updated_at=now,
    )
