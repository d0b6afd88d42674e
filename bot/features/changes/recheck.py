"""Reads again, just before a change is applied, everything that its approvals are bound to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from bot.clients.base import ServedNow
from bot.context import Context
from bot.domain.changes import Change, Say
from bot.domain.evaluations import Evidence
from bot.domain.facts import Application
from bot.domain.names import Config, Environment
from bot.features.provider_reads import evaluations_of, evidence_for, side_by_side, undone_facts


@dataclass(frozen=True, slots=True)
class Recheck:
    """The facts for deciding whether the approvals still hold, and what is live."""

    facts: Application
    served: ServedNow


async def check_again(ctx: Context, change: Change) -> Recheck:
    """Read everything that an approval is bound to: two calls."""
    client = ctx.provider(change.project.provider)
    async with side_by_side() as reads:
        reading = reads.create_task(client.served(change.project))
        proving = reads.create_task(evaluations_of(ctx, change.project)) if isinstance(change.target, Config) else None
    served, evaluations = reading.result(), proving.result() if proving else None
    environment = _environment(served, change)
    now_served = served.served.get(change.environment.id)
    evidence: Evidence = evidence_for(ctx, evaluations, change.project, change.target, change.seen.base)
    async with ctx.store.read() as tx:
        decisions = await tx.decisions(change.id)
        undone = await undone_facts(tx, change.undoes, now_served)
    voters = [decision.actor for decision in decisions if decision.say is Say.APPROVE]
    people = await asyncio.gather(
        ctx.people.actor(change.requester.org, change.requester.team, change.requester.user_id),
        *(ctx.people.actor(voter.org, voter.team, voter.user_id) for voter in voters),
    )
    facts = Application(
        kind=change.kind,
        requester=people[0],
        seen=change.seen,
        target=change.target,
        target_version=_version_now(change, served),
        environment=environment,
        served=now_served,
        rule=ctx.rule_for(change.project, environment) if environment else None,
        evidence=evidence,
        approvers=tuple(people[1:]),
        asked_at=change.created_at,
        undone=undone,
        blockers=tuple(served.blockers.get(change.environment.id, ())),
        late=_late(ctx, change),
    )
    return Recheck(facts, served)


def _late(ctx: Context, change: Change) -> timedelta:
    """How late the change is; zero if it was approved at the provider, where the approver saw how late it is."""
    if change.due is None or change.gate is not None:
        return timedelta(0)
    return ctx.clock.now() - change.due.at


def _environment(served: ServedNow, change: Change) -> Environment | None:
    return next((each for each in served.environments if each.id == change.environment.id), None)


def _version_now(change: Change, served: ServedNow) -> str | None:
    """The current content version of the target. Returns None when it no longer exists, or is not a config."""
    if not isinstance(change.target, Config):
        return None
    if served.versions is None:
        return change.target.content_version
    return served.versions.get(change.target.id)
