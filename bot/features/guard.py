"""Turns a failure of our own database into an outcome, for listeners."""

from __future__ import annotations

from collections.abc import Awaitable

from bot.domain.base import Outcome
from bot.domain.errors import Fault, Problem, StoreUnavailable
from bot.domain.outcomes import Failed
from bot.logs import current_request_id, get_logger

log = get_logger(__name__)


async def guarded(work: Awaitable[Outcome]) -> Outcome:
    """The outcome of `work`; `Failed` when our own database was locked, read-only or gone.

    A change that was begun is settled by the sweep for interrupted changes once the database is back. A failure that is
    stored with no change is logged here, under the reference that the person gets.
    """
    try:
        outcome = await work
    except StoreUnavailable as error:
        log.exception("store.unavailable", cause=str(error))
        return Failed(Problem(Fault.OWN_DATABASE, "", "writing down the change", reference=current_request_id()))
    if isinstance(outcome, Failed) and outcome.change is None:
        problem = outcome.problem
        log.warning(
            "outcome.failed",
            provider=problem.provider,
            operation=problem.operation,
            fault=problem.fault.value,
            status=problem.status,
            detail=problem.detail,
            reference=problem.reference,
        )
    return outcome
