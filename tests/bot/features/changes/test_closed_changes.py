"""What cannot be told is no yes: silent evaluations, an environment that moved, a list with a hole."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clients.base import NotDone, ServedNow
from bot.domain.base import Outcome
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Kind, State
from bot.domain.errors import Code, Fault
from bot.domain.names import Environment, Project
from bot.domain.outcomes import AwaitingApproval, Refused, Void
from bot.features.changes import approvals, deploys, execution
from tests.builders import ADA, DEPLOYS, PRODUCTION, RAVI, STAGING, MemoryProvider, World, problem


def change_request(world: World, environment: Environment = PRODUCTION) -> ChangeRequest:
    project = world.provider.projects_["pr_support"]
    return ChangeRequest(Kind.DEPLOY, project, environment, world.provider.config("support", "config_x"))


async def asked(world: World, wanted: ChangeRequest) -> str:
    outcome = await deploys.request(world.ctx, wanted, ADA, DEPLOYS)
    assert isinstance(outcome, AwaitingApproval), outcome
    return outcome.change.id


def codes(outcome: Outcome) -> list[Code]:
    assert isinstance(outcome, Refused), outcome
    return [reason.code for reason in outcome.reasons]


async def test_evaluations_that_cannot_be_read_any_more_void_an_approval_given_on_none(world: World) -> None:
    change = await asked(world, change_request(world))
    world.provider.fail("evaluations", NotDone(problem(Fault.UNAVAILABLE, 503)))
    outcome = await approvals.approve(world.ctx, change, RAVI)

    assert isinstance(outcome, Void)
    assert [reason.code for reason in outcome.change.reasons] == [Code.VERDICT_CHANGED]
    assert world.provider.writes() == 0


async def test_who_saw_that_evaluations_cannot_be_read_may_approve_all_the_same(world: World) -> None:
    world.provider.fail("evaluations", NotDone(problem(Fault.UNAVAILABLE, 503)), times=2)
    change = await asked(world, change_request(world))
    await approvals.approve(world.ctx, change, RAVI)
    assert world.provider.live_name("support", PRODUCTION) == "config_x"


async def test_a_name_that_moved_to_another_environment_changes_nothing(world: World) -> None:
    known = change_request(world, Environment("main", "env_prd", "production"))
    world.provider.environments = [
        Environment("main", "env_prd", "staging"),
        Environment("main", "env_stg", "production", is_default=True),
    ]
    assert codes(await deploys.request(world.ctx, known, ADA, DEPLOYS)) == [Code.ENVIRONMENT_CHANGED]
    assert world.provider.writes() == 0
    assert [found.id for found in world.ctx.index.environments() if found.name == "production"] == ["env_stg"]


async def test_an_environment_missing_from_what_is_live_is_unreadable_not_empty(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = MemoryProvider.served

    async def with_a_hole(self: MemoryProvider, project: Project) -> ServedNow:
        seen = await look(self, project)
        return ServedNow(seen.environments, {each: live for each, live in seen.served.items() if each != STAGING.id})

    monkeypatch.setattr(MemoryProvider, "served", with_a_hole)
    assert codes(await deploys.request(world.ctx, change_request(world, STAGING), ADA, DEPLOYS)) == [
        Code.SERVED_UNREADABLE
    ]
    assert world.provider.writes() == 0


async def test_one_interrupted_change_that_cannot_be_settled_does_not_stop_the_others(world: World) -> None:
    change = await asked(world, change_request(world))
    search = world.provider.projects_["pr_search"]
    other = await asked(
        world, ChangeRequest(Kind.DEPLOY, search, PRODUCTION, world.provider.config("search", "baseline"))
    )
    for each in (change, other):
        async with world.store.write() as tx:
            found = await tx.change(each)
            assert found is not None
            begun = replace(found, state=State.APPLYING, lease_by="dead")
            if each == change:
                begun = replace(begun, project=Project("retired", found.project.id, found.project.name))
            assert await tx.save(begun, State.WAITING, [])
    world.clock.move(timedelta(minutes=3))

    assert await execution.settle_interrupted(world.ctx) == 2
    async with world.store.read() as tx:
        settled = await tx.change(other)
    assert settled is not None
    assert settled.state is State.VOID  # nobody approved it
