"""The jobs' sweeps: each does what is due and can be repeated at any time. Returns a summary for the log."""

from __future__ import annotations

from prometheus_client import Gauge
from structlog.contextvars import bound_contextvars

from bot.context import Context
from bot.features.changes import approvals, execution, provider_followup, schedules
from bot.features.drift import watch
from bot.features.reminders import left_running
from bot.logs import get_logger
from bot.outbox import delivery

log = get_logger(__name__)

WAITING = Gauge("configbot_notices_waiting", "messages that are to be said")
OLDEST = Gauge("configbot_notices_oldest_seconds", "how long the oldest of them waits")

DRIFT_WATCH = "drift watch"
"""The name of the drift watch's job."""


async def interrupted_changes(ctx: Context) -> str:
    """Settle changes that a crash interrupted."""
    return f"{await execution.settle_interrupted(ctx)} settled"


async def scheduled_changes(ctx: Context) -> str:
    """Apply scheduled changes that are due, after checking them again."""
    return f"{await schedules.apply_due(ctx)} due"


async def approvals_that_wait(ctx: Context) -> str:
    """Remind of waiting approvals, and expire those that waited too long."""
    expired = await approvals.expire(ctx)
    return f"{await approvals.remind(ctx)} reminded, {expired} expired"


async def approvals_at_providers(ctx: Context) -> str:
    """Check the approvals at providers that changes wait for."""
    return f"{await provider_followup.follow_all(ctx)} moved on"


async def evaluations_left_running(ctx: Context) -> str:
    """Report evaluations that have been running for too long."""
    swept = await left_running.sweep(ctx)
    running = f"{swept.running} running in {swept.projects} projects"
    return f"{running}, {swept.reported} reported, {swept.unreadable} unreadable"


async def drift_watch(ctx: Context) -> str:
    """Report what was changed outside configbot."""
    with bound_contextvars(job=DRIFT_WATCH):  # for the log, and so that the playground can leave its calls out
        result = await watch.watch(ctx)
    left = f", {result.unread} unread" if result.unread else ""
    return f"{result.projects} projects, {result.first} first seen, {result.found} found, {result.ended} ended{left}"


async def notices_to_say(ctx: Context) -> str:
    """Deliver messages that are still to be posted or edited."""
    tried = await delivery.deliver_due(ctx)
    async with ctx.store.read() as tx:
        backlog = await tx.backlog(ctx.clock.now())
    waiting = [each for each in backlog if not each.given_up]
    WAITING.set(sum(each.count for each in waiting))
    since = min((each.since for each in waiting), default=None)
    OLDEST.set((ctx.clock.now() - since).total_seconds() if since else 0)
    return f"{tried} tried"


async def index_refresh(ctx: Context) -> str:
    """Refresh the index of names."""
    await ctx.index.refresh()
    return f"{len(ctx.index.entries())} projects"


async def clean_up(ctx: Context) -> str:
    """Delete drafts, notices and other rows that are no longer needed."""
    async with ctx.store.write() as tx:
        now = ctx.clock.now()
        return f"{await tx.clean_up(now) + await tx.forget_processes(now)} removed"
