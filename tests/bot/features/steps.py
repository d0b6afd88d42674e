"""What tests of use cases do again and again, in the words of the product."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import select, update

from bot.domain.base import Outcome
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Change, Kind, State
from bot.domain.errors import Code
from bot.domain.facts import Rule, RuleFor
from bot.domain.live_state import Nothing
from bot.domain.names import Environment
from bot.domain.outcomes import Applied, AwaitingApproval, Refused
from bot.domain.targets import PreviouslyLive
from bot.features.changes import approvals, deploys, execution
from bot.store import Store
from bot.store.tables import drafts
from tests.builders import ADA, DEPLOYS, PRODUCTION, RAVI, World

T = TypeVar("T")


def deploy(world: World, config: str = "config_x", environment: Environment = PRODUCTION) -> ChangeRequest:
    project = world.provider.projects_["pr_support"]
    return ChangeRequest(Kind.DEPLOY, project, environment, world.provider.config("support", config))


def deactivate(world: World, environment: Environment = PRODUCTION) -> ChangeRequest:
    return ChangeRequest(Kind.DEACTIVATE, world.provider.projects_["pr_support"], environment, Nothing())


def rollback(world: World, environment: Environment = PRODUCTION) -> ChangeRequest:
    return ChangeRequest(Kind.ROLLBACK, world.provider.projects_["pr_support"], environment, PreviouslyLive())


def codes(outcome: Outcome) -> list[Code]:
    assert isinstance(outcome, Refused), outcome
    return [reason.code for reason in outcome.reasons]


def the(kind: type[T], outcome: object) -> T:
    assert isinstance(outcome, kind), outcome
    return outcome


def needs(approvals: int, **more: object) -> RuleFor:
    """A policy that asks everywhere for so many approvals."""
    rule = Rule("tests/quorum", approvals, **more)  # type: ignore[arg-type]  # whatever a test names
    return lambda project, environment: rule


async def asked(world: World, change_request: ChangeRequest | None = None) -> str:
    outcome = await deploys.request(world.ctx, change_request or deploy(world), ADA, DEPLOYS)
    return the(AwaitingApproval, outcome).change.id


async def applied(world: World, change_request: ChangeRequest | None = None) -> Change:
    """A change to production that Ada asked for and Ravi approved."""
    change = await asked(world, change_request)
    return the(Applied, await approvals.approve(world.ctx, change, RAVI)).change


async def stored(world: World, change_id: str) -> Change:
    async with world.store.read() as tx:
        change = await tx.change(change_id)
    assert change is not None
    return change


async def state(world: World, change_id: str) -> State:
    return (await stored(world, change_id)).state


class Killed(BaseException):
    """The process ends here: nothing in the product may catch it."""


async def die() -> None:
    raise Killed


async def killed(world: World, change_id: str, method: str, *, after: bool = False) -> Change:
    """A change that was approved while the process died at this call, or right after it."""
    (world.provider.then if after else world.provider.first)[method] = die
    try:
        await approvals.approve(world.ctx, change_id, RAVI)
    except* Killed:
        pass
    return await stored(world, change_id)


async def settled(world: World) -> int:
    return await execution.settle_interrupted(world.ctx)


async def rewritten(store: Store, write: Callable[[str], str]) -> None:
    """Another version, or a mishap, wrote every stored draft in another way: `write` makes it of what is there."""
    async with store.write() as tx:
        connection = tx._connection
        for identifier, text in (await connection.execute(select(drafts.c.id, drafts.c.text))).all():
            await connection.execute(update(drafts).where(drafts.c.id == identifier).values(text=write(text)))
