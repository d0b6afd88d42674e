"""Looking at the bot itself: services, jobs and messages, for full members."""

from __future__ import annotations

import pytest

from bot.clients.base import NotDone
from bot.domain.actors import Standing
from bot.domain.errors import Code, Fault
from bot.domain.facts import Allowed, Denied
from bot.domain.health import CheckUp
from bot.domain.outcomes import Permission, Refused
from bot.features.health import doctor
from bot.jobs.scheduler import Scheduler, table
from bot.ports import NotDelivered
from bot.tasks import Tasks
from tests.bot.features.steps import asked, the
from tests.bot.features.test_dispatch import said
from tests.builders import ADA, World, actor, problem


def with_jobs(world: World) -> World:
    return world.again("one", jobs=tuple(job.plan for job in table()))


async def test_all_is_well_after_a_first_round(world: World) -> None:
    world = with_jobs(world)
    await Scheduler(world.ctx, Tasks()).first_round()
    found = the(CheckUp, await said(world, "doctor"))
    assert found.wrong == 0
    assert all(job.run is not None and job.run.fine for job in found.jobs)
    assert len(found.jobs) == len(table())
    assert [(each.name, each.problem, each.names) for each in found.providers] == [("main", None, 2)]


async def test_a_provider_that_does_not_answer_hides_nothing_else(world: World) -> None:
    world.provider.fail("check", NotDone(problem(Fault.UNREACHABLE)))
    found = the(CheckUp, await doctor.check_up(with_jobs(world).ctx, ADA))
    (provider,) = found.providers
    assert provider.problem is not None
    assert (provider.problem.fault, found.wrong) == (Fault.UNREACHABLE, 1)


async def test_a_provider_that_takes_too_long_is_not_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 0.01)
    world.provider.pause = 60
    found = the(CheckUp, await doctor.check_up(world.ctx, ADA))
    assert found.providers[0].problem is not None
    assert found.providers[0].problem.fault is Fault.TIMED_OUT


async def test_messages_that_wait_are_seen(world: World) -> None:
    world.memo.failing = [NotDelivered("ratelimited", retry_after=60)]
    await asked(world)
    found = the(CheckUp, await doctor.check_up(world.ctx, ADA))
    assert [(each.channel, each.count, each.last_error) for each in found.backlog] == [("C0DEPLOYS", 1, "ratelimited")]
    assert [bucket.name for bucket in found.buckets] == ["C0DEPLOYS"]


async def test_guests_see_nothing_of_it(world: World) -> None:
    guest = actor("gil", Standing.GUEST)
    refused = the(Refused, await said(world, "doctor", guest))
    assert [reason.code for reason in refused.reasons] == [Code.GUEST]
    assert isinstance(the(Permission, await said(world, "explain doctor", guest)).answer, Denied)
    assert isinstance(the(Permission, await said(world, "explain doctor")).answer, Allowed)
