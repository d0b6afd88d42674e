"""The health check of the bot, for people in Slack and for the operator."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.clients.base import ProviderError
from bot.context import Context
from bot.domain.actors import Actor
from bot.domain.base import Outcome
from bot.domain.errors import Fault, Problem
from bot.domain.facts import Denied, Inspection
from bot.domain.health import CheckUp, ProviderHealth, job_health
from bot.domain.outcomes import Refused
from bot.domain.policies import decide

PATIENCE = 5.0
"""Timeout of the check of one provider, in seconds."""

REMEMBERED = timedelta(days=7)
"""How long messages that were given up are reported."""


async def check_up(ctx: Context, actor: Actor) -> Outcome:
    """The health check, for full members only."""
    answer = decide(Inspection(actor))
    return Refused(answer.reasons) if isinstance(answer, Denied) else await look(ctx)


async def look(ctx: Context) -> CheckUp:
    """The health check. Raises `StoreUnavailable`."""
    providers = await asyncio.gather(*(_provider(ctx, name) for name in ctx.providers))
    now = ctx.clock.now()
    async with ctx.store.read() as tx:
        runs = await tx.job_runs()
        backlog = await tx.backlog(now - REMEMBERED)
        buckets = await tx.lanes_held(now)
    jobs = tuple(job_health(plan, runs, now) for plan in ctx.jobs)
    return CheckUp(ctx.about, tuple(providers), jobs, backlog, buckets, now)


async def _provider(ctx: Context, name: str) -> ProviderHealth:
    problem: Problem | None = None
    try:
        async with asyncio.timeout(PATIENCE):
            await ctx.provider(name).check()
    except ProviderError as error:
        problem = error.problem
    except TimeoutError:
        problem = Problem(Fault.TIMED_OUT, name, "checking the provider")
    cache = ctx.index.caches[name]
    return ProviderHealth(name, problem, cache.problem_since, cache.refreshed_at, len(cache.entries))
