"""Reads of a provider: what is live, the configs and the evaluations of a project; three calls at most."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients.base import ConfigWithContent, ProviderError, ServedNow
from bot.context import Context
from bot.domain.changes import Kind, Say
from bot.domain.drift import is_live
from bot.domain.evaluations import Evaluation, Evidence, weigh
from bot.domain.facts import Undone
from bot.domain.live_state import LiveState, One, Split
from bot.domain.names import Config, Environment, Project
from bot.domain.targets import Target
from bot.logs import get_logger

if TYPE_CHECKING:
    from bot.store import ReadTransaction

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ProviderSnapshot:
    """The result of one read of a project: three calls at most."""

    served: ServedNow
    configs: Sequence[ConfigWithContent]
    evaluations: Sequence[Evaluation] | None

    def in_environment(self, environment: Environment) -> LiveState | None:
        """What is live there. Returns None when the environment no longer exists."""
        return self.served.served.get(environment.id)

    def find(self, config_id: str) -> ConfigWithContent | None:
        """A config of the project by its id."""
        return next((each for each in self.configs if each.config.id == config_id), None)


async def look(ctx: Context, project: Project) -> ProviderSnapshot:
    """Read what is live, the configs and the evaluations of a project, concurrently.

    Raises `ProviderError` when one of the first two cannot be read; evaluations that cannot be read prove nothing.
    """
    client = ctx.provider(project.provider)
    async with side_by_side() as reads:
        served = reads.create_task(client.served(project))
        configs = reads.create_task(client.configs(project))
        evaluations = reads.create_task(evaluations_of(ctx, project))
    ctx.index.learn(project.provider, served.result().environments)
    return ProviderSnapshot(served.result(), configs.result(), evaluations.result())


@asynccontextmanager
async def side_by_side() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group for concurrent reads: the first failure cancels the others, so that none outlives its caller.

    That first exception is raised as it is, not as a group.
    """
    try:
        async with asyncio.TaskGroup() as reads:
            yield reads
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def evaluations_of(ctx: Context, project: Project) -> Sequence[Evaluation] | None:
    """The project's evaluations. Returns None when they cannot be read, which proves nothing and stops nothing."""
    client = ctx.provider(project.provider)
    if not client.capabilities.evaluations:
        return None
    try:
        return await client.evaluations(project)
    except ProviderError as error:
        log.warning("evaluations.unreadable", project=project.id, fault=error.problem.fault)
        return None


def evidence_for(
    ctx: Context, evaluations: Sequence[Evaluation] | None, project: Project, target: Target, base: LiveState
) -> Evidence:
    """What the evaluations prove about `target` compared with `base` (what is live); only for a single config."""
    if not isinstance(target, Config):
        return weigh((), live_config_id=None, candidate_config_id="", available=False)
    return weigh(
        evaluations,
        live_config_id=base.live.config_id if isinstance(base.live, One) else None,
        candidate_config_id=target.id,
        available=ctx.provider(project.provider).capabilities.evaluations,
        split=isinstance(base.live, Split),
    )


async def undone_facts(tx: ReadTransaction, change_id: str | None, served: LiveState | None) -> Undone | None:
    """The facts about the change that an undo reverts. Returns None when it was never applied."""
    undone = await tx.change(change_id) if change_id else None
    if undone is None or undone.applied_at is None:
        return None
    last = await tx.last_applied(undone.project.provider, undone.project.id, undone.environment.id)
    decisions = await tx.decisions(undone.id)
    approvers = frozenset(decision.actor.key for decision in decisions if decision.say is Say.APPROVE)
    on_top = last is None or last.id != undone.id or not is_live(undone, served)
    return Undone(undone.requester.key, approvers, undone.applied_at, on_top, is_undo=undone.kind is Kind.UNDO)
