"""The drift watch over a LaunchDarkly: who did it is told, edits in place, rules and switches count."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from bot.clients import catalog
from bot.domain.drift import Drift, edited_in_place
from bot.domain.live_state import NOTHING, LiveState, Off, One
from bot.domain.notices import DriftView
from bot.features.drift import answers
from bot.resolve.index import Index
from bot.services.launchdarkly import PROJECT, ExternalActor, create_app, demo_world
from tests.bot.features.drift.test_watch import looks
from tests.builders import RAVI, World, make_world

MIRA = "mira@acorn.example"
ASSISTANT = "support-assistant"


@dataclass(frozen=True, slots=True)
class Account:
    """A bot over the demo account, and somebody who works in the browser meanwhile."""

    world: World
    mira: ExternalActor

    async def drift(self) -> Drift:
        """The one drift that is told, after time has passed."""
        assert (await looks(self.world)).found == 1
        return self.world.memo.drifts()[-1]


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[Account]:
    world = await make_world(tmp_path)
    there = demo_world("api-the-bot", "api-the-reviewer", now=world.clock.now)
    transport = httpx.ASGITransport(create_app(there))
    key = SecretStr("api-the-bot")
    client = catalog.build("launchdarkly", "acorn", "http://ld.test", key, project=PROJECT, transport=transport)
    index = Index({"acorn": client}, world.clock)
    world.ctx = replace(world.ctx, providers={"acorn": client}, index=index, default_channel="C0DEPLOYS")
    await index.refresh()
    assert (await looks(world)).found == 0
    (mira,) = [each["_id"] for each in await members(transport) if each["email"] == MIRA]
    yield Account(world, ExternalActor(there, PROJECT, mira))
    await client.close()
    there.close()
    await world.store.close()


async def members(transport: httpx.ASGITransport) -> list[dict[str, str]]:
    headers = {"Authorization": "api-the-bot"}
    async with httpx.AsyncClient(transport=transport, base_url="http://ld.test", headers=headers) as http:
        found: list[dict[str, str]] = (await http.get("/api/v2/members")).json()["items"]
    return found


async def test_who_moved_the_default_rule_is_told_with_what_they_wrote(account: Account) -> None:
    account.mira.serve(ASSISTANT, "staging", "terse", comment="trying the terse one")
    at = account.world.clock.now()
    drift = await account.drift()
    assert drift.moved is not None
    assert (drift.moved.by, drift.moved.comment, drift.moved.at) == (MIRA, "trying the terse one", at)
    assert isinstance(drift.now.live, One)
    assert drift.now.live.config_id == "terse"
    assert drift.now_content is not None


async def test_several_lines_of_the_audit_log_about_one_thing_are_one_notice(account: Account) -> None:
    """Promise: paired events of a provider are one notice."""
    account.mira.serve(ASSISTANT, "staging", "terse", comment="first")
    account.mira.serve(ASSISTANT, "staging", "warm-v1", comment="and then")
    await account.drift()
    await looks(account.world)
    await looks(account.world)
    assert len(account.world.memo.said) == 1


async def test_one_edit_of_what_is_live_in_several_environments_is_one_notice_and_adopted_at_once(
    account: Account,
) -> None:
    """Promise: paired events of a provider are one notice."""
    world = account.world
    shared = await live_in(account, "production")
    account.mira.serve(ASSISTANT, "staging", shared)
    await account.drift()
    world.memo.said.clear()
    await answers.adopt(world.ctx, await shown(world), RAVI)
    world.memo.said.clear()
    account.mira.edit(ASSISTANT, shared, instructions="Answer in one word.", comment="shorter")
    assert (await looks(world)).found == 2
    assert {said.at.ts for said in world.memo.said} == {world.memo.said[0].at.ts}
    view = world.memo.said[-1].view
    assert isinstance(view, DriftView)
    assert (view.drift.environment.id, [each.id for each in view.beside]) == ("production", ["staging"])
    assert view.drift.moved is not None
    assert (view.drift.moved.by, view.drift.moved.comment) == (MIRA, "shorter")
    await looks(world)
    async with world.store.read() as tx:
        assert len(await tx.open_drifts()) == 2
    await answers.adopt(world.ctx, f"{view.drift.id}@{view.drift.version}", RAVI)
    async with world.store.read() as tx:
        assert await tx.open_drifts() == ()
    said = len(world.memo.said)
    assert (await looks(world)).found == 0
    assert len(world.memo.said) == said


async def shown(world: World) -> str:
    async with world.store.read() as tx:
        (drift,) = await tx.open_drifts()
    return f"{drift.id}@{drift.version}"


async def test_what_was_told_with_another_has_a_message_of_its_own_once_that_is_over(account: Account) -> None:
    world = account.world
    shared = await live_in(account, "production")
    account.mira.serve(ASSISTANT, "staging", shared)
    await account.drift()
    await answers.adopt(world.ctx, await shown(world), RAVI)
    account.mira.edit(ASSISTANT, shared, instructions="Answer in one word.")
    await looks(world)
    world.memo.said.clear()
    other = "terse" if shared != "terse" else "warm-v2"
    account.mira.serve(ASSISTANT, "production", other)
    assert (await looks(world)).found == 1
    views = [said.view for said in world.memo.said if isinstance(said.view, DriftView)]
    assert [(view.drift.environment.id, view.beside) for view in views] == [("production", ()), ("staging", ())]


async def test_an_edit_of_what_is_live_is_told_with_what_it_said_before(account: Account) -> None:
    live = await live_in(account, "production")
    account.mira.edit(ASSISTANT, live, instructions="Answer in one word.", comment="shorter")
    found = []
    assert (await looks(account.world)).found >= 1
    for drift in account.world.memo.drifts():
        assert edited_in_place(drift.was.served, drift.now)
        assert drift.was_content != drift.now_content
        assert drift.was_content is not None
        assert drift.now_content is not None
        found.append(drift.environment.id)
    assert found[0] == "production"


async def live_in(account: Account, environment: str) -> str:
    project = account.world.ctx.index.project("acorn", ASSISTANT)
    assert project is not None
    live = (await account.world.ctx.provider("acorn").served(project)).served[environment].live
    assert isinstance(live, One)
    return live.config_id


async def test_a_rule_that_wins_is_drift(account: Account) -> None:
    clauses = [{"attribute": "plan", "op": "in", "values": ["free"], "contextKind": "user"}]
    before = await live_in(account, "staging")
    account.mira.patch(
        ASSISTANT, "staging", {"kind": "addRule", "clauses": clauses, "variationId": entry_of(account, before)}
    )
    drift = await account.drift()
    assert drift.now == replace(drift.was.served, winning_rules=drift.was.served.winning_rules + 1)


def entry_of(account: Account, variation: str) -> str:
    return account.mira._config(ASSISTANT).entry(variation).id


async def test_switching_targeting_off_is_drift(account: Account) -> None:
    account.mira.switch(ASSISTANT, "staging", on=False)
    assert isinstance((await account.drift()).now.live, Off)
    account.mira.switch(ASSISTANT, "staging", on=True)
    assert (await looks(account.world)).ended == 1


async def test_a_variation_that_is_deleted_leaves_nothing_live(account: Account) -> None:
    account.mira.delete(ASSISTANT, await live_in(account, "staging"))
    await looks(account.world)
    found = {each.environment.id: each.now for each in account.world.memo.drifts()}
    assert found["staging"].same_as(LiveState(NOTHING.live, found["staging"].winning_rules))


async def test_an_ai_config_that_is_deleted_ends_it(account: Account) -> None:
    account.mira.switch(ASSISTANT, "staging", on=False)
    await account.drift()
    account.mira.delete_config(ASSISTANT)
    assert (await looks(account.world)).ended == 1
