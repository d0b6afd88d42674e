"""Our LaunchDarkly client against the service of the playground: two parts that know nothing of each other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.clients import catalog
from bot.clients.base import NotDone, ProviderClient, ServedNow, Unsure
from bot.domain.errors import Fault as Wrong
from bot.domain.live_state import Nothing, One, Split
from bot.domain.names import Config, Environment, Project
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.domain.provider_approvals import GateState
from bot.services.launchdarkly import PROJECT, REVIEWER, ExternalActor, Fault, World, create_app, demo_world
from bot.services.launchdarkly.approvals import Reviewing, reviewed
from bot.services.launchdarkly.records import Approval
from bot.services.launchdarkly.world import Actor

TOKEN = "api-0000-the-bot"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Stage:
    """An account, our client, and the support assistant as it was found."""

    def __init__(self, world: World, client: ProviderClient) -> None:
        self.world = world
        self.client = client
        self.somebody_else = ExternalActor(world, PROJECT)
        self.project = Project(client.name, "support-assistant", "Support assistant")

    async def served(self) -> ServedNow:
        return await self.client.served(self.project)

    async def environment(self, key: str) -> Environment:
        return next(each for each in (await self.served()).environments if each.id == key)

    async def config(self, key: str) -> Config:
        found = await self.client.configs(self.project)
        return next(each.config for each in found if each.config.id == key)

    async def serve(self, key: str, environment: str = "staging", **more: Any) -> ServedNow | None:
        return await self.client.serve(
            self.project, await self.environment(environment), await self.config(key), **more
        )

    def review(self, approval: str, kind: Any) -> None:
        """The other member says yes or no."""
        found = self.world.find(Approval, approval)
        assert found is not None
        reviewed(self.world, Actor(REVIEWER), found, Reviewing(kind=kind, comment="as discussed"))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    world = demo_world(TOKEN, "api-1111-the-reviewer", now=lambda: START)
    client = catalog.build(
        "launchdarkly",
        "main",
        "http://launchdarkly.test",
        SecretStr(TOKEN),
        project=PROJECT,
        transport=httpx.ASGITransport(create_app(world)),
    )
    yield Stage(world, client)
    await client.close()


def live(now: ServedNow | None, environment: str = "staging") -> Any:
    assert now is not None
    return now.served[environment].live


async def test_everything_in_the_demo_is_understood(stage: Stage) -> None:
    await stage.client.check()
    projects = {project.id: project for project in await stage.client.projects()}
    assert len(projects) == 6
    now = {key: await stage.client.served(project) for key, project in projects.items()}
    assert live(now["support-assistant"], "production") == One("warm-v1", "1", "Warm, first")
    assert isinstance(live(now["search-answers"], "production"), Split)
    assert now["onboarding-guide"].served["production"].winning_rules == 1
    assert "production" in now["billing-explainer"].blockers
    assert live(now["changelog-writer"], "production") == Nothing()
    assert now["support-assistant"].gated == {"production"}
    for project in projects.values():
        assert (await stage.client.project(project)).fields.name == project.name
        assert all(each.config.project_id == project.id for each in await stage.client.configs(project))


async def test_no_secret_of_an_environment_gets_in(stage: Stage) -> None:
    now = repr(await stage.served())
    for environment in stage.world.project(PROJECT).environments.values():
        assert environment.sdk_key not in now
        assert environment.mobile_key not in now


async def test_what_is_live_moves_and_the_log_tells_who_did_it(stage: Stage) -> None:
    assert live(await stage.serve("terse", comment="asked by @ana")) == One("terse", "1", "Terse")
    moved = await stage.client.last_moved(stage.project, await stage.environment("staging"))
    assert moved is not None
    assert (moved.at, moved.by, moved.comment) == (START, "ada@acorn.example", "asked by @ana")
    assert live(await stage.client.clear(stage.project, await stage.environment("staging"))) == Nothing()


async def test_an_answer_is_the_read_back_when_reads_lag(stage: Stage) -> None:
    stage.world.lag = 3
    before = live(await stage.served())
    assert live(await stage.serve("terse")) == One("terse", "1", "Terse")
    assert live(await stage.served()) == before


async def test_a_split_comes_back_as_it_was(stage: Stage) -> None:
    project = Project("main", "search-answers", "Search answers")
    split = live(await stage.client.served(project), "production")
    stage.somebody_else.gate("production", None)
    stage.somebody_else.serve("search-answers", "production", "cited-v2")
    now = await stage.client.served(project)
    environment = next(each for each in now.environments if each.id == "production")
    assert live(await stage.client.serve(project, environment, split), "production") == split


async def test_a_gated_environment_is_changed_by_an_approval_there(stage: Stage) -> None:
    environment, config = await stage.environment("production"), await stage.config("warm-v2")
    with pytest.raises(NotDone) as refused:
        await stage.client.serve(stage.project, environment, config)
    assert refused.value.problem.fault is Wrong.GATED
    ask = stage.client.ask_approval
    asked = await ask(stage.project, environment, config, description="deploy warm-v2 to production")
    again = await ask(stage.project, environment, config, description="once more")
    assert (asked.id, asked.state) == (again.id, GateState.PENDING)
    assert (await stage.client.apply_approval(asked.id)).state is GateState.PENDING
    stage.review(asked.id, "approve")
    approved = await stage.client.approval(asked.id)
    assert (approved.state, approved.reviewers[0].by) == (GateState.APPROVED, "ravi@acorn.example")
    applied = await stage.client.apply_approval(asked.id, comment="deployed")
    assert applied.state is GateState.APPLIED
    assert live(await stage.served(), "production") == One("warm-v2", "2", "Warm, shorter")
    assert (await stage.client.apply_approval(asked.id)).state is GateState.APPLIED


async def test_requests_that_are_declined_or_deleted_or_overtaken(stage: Stage) -> None:
    environment, config = await stage.environment("production"), await stage.config("warm-v2")

    async def ask() -> str:
        return (await stage.client.ask_approval(stage.project, environment, config, description="x")).id

    request = await ask()
    stage.review(request, "decline")
    assert (await stage.client.approval(request)).state is GateState.DECLINED
    await stage.client.drop_approval(request)
    assert (await stage.client.approval(request)).state is GateState.GONE
    request = await ask()
    stage.review(request, "approve")
    stage.somebody_else.serve("support-assistant", "production", "terse")
    failed = await stage.client.apply_approval(request)
    assert failed.state is GateState.FAILED
    assert failed.conflicts


async def test_what_holds_or_switches_off_an_environment_is_a_hindrance(stage: Stage) -> None:
    stage.somebody_else.hold("support-assistant", "staging", "experiment", "warm-v1", "warm-v2")
    stage.somebody_else.switch("support-assistant", "development", on=False)
    hindered = (await stage.served()).blockers
    assert set(hindered) == {"staging", "development"}
    with pytest.raises(NotDone) as refused:
        await stage.serve("terse")
    assert refused.value.problem.fault is Wrong.CONFLICT


async def test_what_is_archived_or_gone_is_not_made_live(stage: Stage) -> None:
    environment, config = await stage.environment("staging"), await stage.config("terse")
    stage.somebody_else.archive("support-assistant", "terse")
    assert (await stage.config("terse")).is_archived
    for gone in (False, True):
        if gone:
            stage.somebody_else.delete("support-assistant", "terse")
        with pytest.raises(NotDone):
            await stage.client.serve(stage.project, environment, config)


async def test_exactly_the_named_fields_change(stage: Stage) -> None:
    before = (await stage.client.project(stage.project)).fields
    (growth,) = await stage.client.maintainers("growth")
    after = await stage.client.update_project(stage.project, ProjectFields(maintainer=growth, tags=("a", "b")))
    assert after.fields.maintainer == Maintainer("team", "growth", "Growth")
    assert after.fields.tags == ("a", "b")
    assert (after.fields.name, after.fields.description) == (before.name, before.description)
    (ravi,) = await stage.client.maintainers("ravi@acorn.example")
    after = await stage.client.update_project(stage.project, ProjectFields(maintainer=ravi, metric="handover-rate"))
    assert after.fields.maintainer == ravi
    for wrong in (ProjectFields(metric="nothing"), ProjectFields(maintainer=Maintainer("team", "nobody", ""))):
        with pytest.raises(NotDone) as refused:
            await stage.client.update_project(stage.project, wrong)
        assert refused.value.problem.fault is Wrong.INVALID
    assert (await stage.client.project(stage.project)).fields == after.fields


async def test_reads_are_asked_again_and_lost_writes_are_not(stage: Stage) -> None:
    stage.world.faults.add(Fault(cut="before"), Fault(status=503, text="<html>Sorry</html>"))
    assert (await stage.client.project(stage.project)).fields.name == "Support assistant"
    environment, config = await stage.environment("staging"), await stage.config("terse")
    stage.world.calls.clear()
    stage.world.faults.add(Fault(method="PATCH", cut="after"))
    with pytest.raises(Unsure):
        await stage.client.serve(stage.project, environment, config)
    assert [call.method for call in stage.world.calls].count("PATCH") == 1
    assert live(await stage.served()) == One("terse", "1", "Terse")


async def test_a_wrong_token_is_said(stage: Stage) -> None:
    stage.world.tokens.clear()
    with pytest.raises(NotDone) as refused:
        await stage.client.check()
    assert refused.value.problem.fault is Wrong.UNAUTHORIZED
