"""The sweeps: each looks at what there is and does what is due, and may be run again at any moment."""

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
"""The name of its job."""


async def interrupted_changes(ctx: Context) -> str:
    """Settle what a crash left behind."""
    return f"{await execution.settle_interrupted(ctx)} settled"


async def scheduled_changes(ctx: Context) -> str:
    """Apply what is due, after looking again."""
    return f"{await schedules.apply_due(ctx)} due"


async def approvals_that_wait(ctx: Context) -> str:
    """Remind of approvals that wait, and end those that waited too long."""
    expired = await approvals.expire(ctx)
    return f"{await approvals.remind(ctx)} reminded, {expired} expired"


async def approvals_at_providers(ctx: Context) -> str:
    """Follow what waits for an approval at a provider."""
    return f"{await provider_followup.follow_all(ctx)} moved on"


async def evaluations_left_running(ctx: Context) -> str:
    """Report evaluations that run for too long."""
    swept = await left_running.sweep(ctx)
    running = f"{swept.running} running in {swept.projects} projects"
    return f"{running}, {swept.reported} reported, {swept.unreadable} unreadable"


async def drift_watch(ctx: Context) -> str:
    """Tell what moved behind our back."""
    with bound_contextvars(job=DRIFT_WATCH):  # every line of the log says so, and the playground leaves its calls out
        result = await watch.watch(ctx)
    left = f", {result.unread} unread" if result.unread else ""
    return f"{result.projects} projects, {result.first} first seen, {result.found} found, {result.ended} ended{left}"


async def notices_to_say(ctx: Context) -> str:
    """Say what Slack did not take before."""
    tried = await delivery.deliver_due(ctx)
    async with ctx.store.read() as tx:
        backlog = await tx.backlog(ctx.clock.now())
    waiting = [each for each in backlog if not each.given_up]
    WAITING.set(sum(each.count for each in waiting))
    since = min((each.since for each in waiting), default=None)
    OLDEST.set((ctx.clock.now() - since).total_seconds() if since else 0)
    return f"{tried} tried"


async def index_refresh(ctx: Context) -> str:
    """Read the names anew."""
    await ctx.index.refresh()
    return f"{len(ctx.index.entries())} projects"


async def clean_up(ctx: Context) -> str:
    """Remove what nobody will ask for again."""
    async with ctx.store.write() as tx:
        now = ctx.clock.now()
        return f"{await tx.clean_up(now) + await tx.forget_processes(now)} removed"
