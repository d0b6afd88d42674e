"""Deploys over a LaunchDarkly account that answers over HTTP: direct ones, and those that wait for its approvals."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from pydantic import SecretStr

from bot.clients import catalog
from bot.clients.base import ProviderClient
from bot.context import LEASE, Context
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Change, Kind, State
from bot.domain.errors import Code, Fault
from bot.domain.live_state import Nothing, One, Split
from bot.domain.names import Environment, Project
from bot.domain.outcomes import (
    Applied,
    AtProvider,
    AwaitingApproval,
    ConfirmReplacesRollout,
    Failed,
    Rejected,
    Void,
    Withdrawn,
)
from bot.features.changes import approvals, deploys, provider_followup
from bot.features.changes.deploys import replace_split
from bot.features.drafts import keep_drafts
from bot.resolve.index import Index
from bot.services import launchdarkly as ld
from bot.services.launchdarkly.records import Approval
from tests.bot.features.steps import codes, settled, the
from tests.builders import ADA, DEPLOYS, RAVI, MovedClock, World, make_world
from tests.contracts.services import NOW, served

TOKEN, REVIEWER = "api-0000-the-bot", "api-1111-the-reviewer"
SUPPORT = Project("shop", "support-assistant", "Support assistant")
SEARCH = Project("shop", "search-answers", "Search answers")
BILLING = Project("shop", "billing-explainer", "Billing explainer")


@dataclass
class Account:
    """A bot's inside over a LaunchDarkly account on a port, and somebody else who works in that account."""

    world: World
    account: ld.World
    url: str

    @property
    def ctx(self) -> Context:
        return self.world.ctx

    @property
    def client(self) -> ProviderClient:
        return self.ctx.providers["shop"]

    @property
    def somebody(self) -> ld.ExternalActor:
        return ld.ExternalActor(self.account, ld.PROJECT)

    async def environment(self, identifier: str, project: Project = SUPPORT) -> Environment:
        now = await self.client.served(project)
        return next(each for each in now.environments if each.id == identifier)

    async def change_request(self, variation: str, environment: str, project: Project = SUPPORT) -> ChangeRequest:
        config = next(each.config for each in await self.client.configs(project) if each.config.id == variation)
        return ChangeRequest(Kind.DEPLOY, project, await self.environment(environment, project), config)

    async def live(self, environment: str, project: Project = SUPPORT) -> Any:
        return (await self.client.served(project)).served[environment].live

    def patches(self) -> int:
        """How often targeting was changed through the API."""
        return sum(call.method == "PATCH" and call.status == 200 for call in self.account.calls)

    async def review(self, change: Change, kind: str, comment: str = "") -> None:
        """What the member with the other token says to the request."""
        assert change.gate is not None
        async with httpx.AsyncClient(headers={"Authorization": REVIEWER}) as http:
            path = f"{self.url}/api/v2/approval-requests/{change.gate.id}/reviews"
            assert (await http.post(path, json={"kind": kind, "comment": comment})).status_code == 200

    async def waiting(self) -> Change:
        """A deploy to production that was approved here and waits there."""
        change_request = await self.change_request("terse", "production")
        asked = the(AwaitingApproval, await deploys.request(self.ctx, change_request, ADA, DEPLOYS))
        return the(AtProvider, await approvals.approve(self.ctx, asked.change.id, RAVI)).change


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[Account]:
    made = ld.demo_world(TOKEN, REVIEWER, now=lambda: NOW)
    async with served(ld.create_app(made)) as url:
        client = catalog.build("launchdarkly", "shop", url, SecretStr(TOKEN), project=ld.PROJECT)
        providers = {"shop": client}
        world = await make_world(tmp_path, providers=providers, index=Index(providers, MovedClock()))
        yield Account(world, made, url)
        await world.store.close()
        await client.close()
    made.close()


async def test_a_deploy_is_one_patch_and_its_answer_is_the_read_back(account: Account) -> None:
    change_request = await account.change_request("terse", "staging")
    account.account.calls.clear()
    the(Applied, await deploys.request(account.ctx, change_request, ADA, DEPLOYS))
    assert await account.live("staging") == One("terse", "1", "Terse")
    assert account.patches() == 1
    entry = await account.client.last_moved(SUPPORT, change_request.environment)
    assert entry is not None
    assert entry.comment == "ch-1, asked for by Ada"


async def test_reads_that_lag_behind_a_write_do_not_make_it_fail(account: Account) -> None:
    account.account.lag = 5
    the(Applied, await deploys.request(account.ctx, await account.change_request("terse", "staging"), ADA, DEPLOYS))


async def test_a_deactivate_moves_the_default_rule_to_the_disabled_entry(account: Account) -> None:
    change_request = ChangeRequest(Kind.DEACTIVATE, SUPPORT, await account.environment("staging"), Nothing())
    done = the(Applied, await deploys.request(account.ctx, change_request, ADA, DEPLOYS)).change
    assert codes(await deploys.request(account.ctx, change_request, ADA, DEPLOYS)) == [Code.NOTHING_LIVE]
    the(Applied, await deploys.undo(account.ctx, done.id, ADA, DEPLOYS))
    assert await account.live("staging") == One("warm-v2", "2", "Warm, shorter")


async def test_what_is_switched_off_is_refused(account: Account) -> None:
    assert codes(
        await deploys.request(account.ctx, await account.change_request("table", "production", BILLING), ADA, DEPLOYS)
    ) == [Code.SWITCHED_OFF]


async def test_an_experiment_on_the_default_rule_is_refused(account: Account) -> None:
    account.somebody.hold("support-assistant", "staging", "experiment")
    found = codes(await deploys.request(account.ctx, await account.change_request("terse", "staging"), ADA, DEPLOYS))
    assert found == [Code.EXPERIMENT_RUNNING]


async def test_an_archived_variation_is_refused(account: Account) -> None:
    account.somebody.archive("support-assistant", "warm-v1")
    found = codes(await deploys.request(account.ctx, await account.change_request("warm-v1", "staging"), ADA, DEPLOYS))
    assert found == [Code.ARCHIVED]


async def test_weights_are_given_up_knowingly_and_put_back_by_an_undo(account: Account) -> None:
    account.somebody.gate("production", None)
    weights = await account.live("production", SEARCH)
    assert isinstance(weights, Split)
    shown = the(
        ConfirmReplacesRollout,
        await deploys.request(
            account.ctx, await account.change_request("cited-v2", "production", SEARCH), ADA, DEPLOYS
        ),
    )
    drafts = await keep_drafts(account.ctx, [shown.kept], ADA)
    asked = the(AwaitingApproval, await replace_split(account.ctx, drafts[shown.kept], ADA, DEPLOYS)).change
    done = the(Applied, await approvals.approve(account.ctx, asked.id, RAVI)).change
    assert isinstance(await account.live("production", SEARCH), One)
    the(Applied, await deploys.undo(account.ctx, done.id, ADA, DEPLOYS))
    assert await account.live("production", SEARCH) == weights


async def test_an_edit_of_what_was_approved_voids_it(account: Account) -> None:
    account.somebody.gate("production", None)
    asked = the(
        AwaitingApproval,
        await deploys.request(account.ctx, await account.change_request("terse", "production"), ADA, DEPLOYS),
    ).change
    account.somebody.edit("support-assistant", "terse", instructions="Say nothing.")
    void = the(Void, await approvals.approve(account.ctx, asked.id, RAVI)).change
    assert [each.code for each in void.reasons] == [Code.CONTENT_CHANGED]


# approvals that the account demands


async def test_what_production_demands_is_asked_for_there_reviewed_there_and_applied_once(account: Account) -> None:
    waits = await account.waiting()
    assert isinstance(await account.live("production"), One)
    assert account.patches() == 0
    the(AtProvider, await provider_followup.check_now(account.ctx, waits.id, ADA))

    await account.review(waits, "approve", "read it")
    the(Applied, await provider_followup.check_now(account.ctx, waits.id, ADA))

    assert await account.live("production") == One("terse", "1", "Terse")
    assert account.patches() == 0
    assert sum("/apply" in call.path for call in account.account.calls) == 1


async def test_a_token_that_passes_the_gate_asks_all_the_same(account: Account) -> None:
    token = account.account.tokens[TOKEN]
    account.account.tokens[TOKEN] = replace(token, bypasses=True)
    await account.waiting()
    assert account.patches() == 0


async def test_a_gate_that_comes_up_between_our_look_and_our_write_is_not_passed(account: Account) -> None:
    change_request = await account.change_request("terse", "staging")
    account.account.faults.add(
        ld.Fault(method="PATCH", path="*/targeting", status=405, message="Approval is required for this")
    )
    failed = the(Failed, await deploys.request(account.ctx, change_request, ADA, DEPLOYS))
    assert failed.problem.fault is Fault.GATED


async def test_a_decline_there_is_a_rejection_here_with_who_and_why(account: Account) -> None:
    waits = await account.waiting()
    await account.review(waits, "decline", "not on a Friday")
    rejected = the(Rejected, await provider_followup.check_now(account.ctx, waits.id, ADA)).change
    assert dict(rejected.reasons[0].facts) == {"reviewer": "ravi@acorn.example", "wrote": "not on a Friday"}


async def test_withdrawing_takes_the_request_back_there(account: Account) -> None:
    waits = await account.waiting()
    assert waits.gate is not None
    the(Withdrawn, await approvals.withdraw(account.ctx, waits.id, ADA))
    the_request = await account.client.approval(waits.gate.id)
    assert the_request.state.value == "gone"


async def test_what_was_moved_there_meanwhile_voids_it(account: Account) -> None:
    waits = await account.waiting()
    account.somebody.serve("support-assistant", "production", "warm-v2")
    await account.review(waits, "approve")
    void = the(Void, await provider_followup.check_now(account.ctx, waits.id, ADA)).change
    assert [each.code for each in void.reasons] == [Code.TARGET_CHANGED]
    assert await account.live("production") == One("warm-v2", "2", "Warm, shorter")


async def test_reads_that_lag_behind_an_applied_approval_do_not_make_it_fail(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.clients.launchdarkly.client.LAG_PAUSES", (0.0,) * 9)
    waits = await account.waiting()
    await account.review(waits, "approve")
    account.account.lag = 4
    the(Applied, await provider_followup.check_now(account.ctx, waits.id, ADA))


@pytest.mark.parametrize("where", ["", "/*/apply"], ids=["asking", "applying"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_whatever_call_is_cut_there_is_one_request_and_one_effect(
    where: str, when: Literal["before", "after"], account: Account
) -> None:
    account.account.faults.add(ld.Fault(method="POST", path=f"*/approval-requests{where}", cut=when))
    waits = await account.waiting()
    if waits.gate is None:
        await provider_followup.follow_all(account.ctx)
        waits = the(AtProvider, await provider_followup.check_now(account.ctx, waits.id, ADA)).change
    await account.review(waits, "approve")
    await provider_followup.follow_all(account.ctx)
    account.world.clock.move(LEASE)
    await settled(account.world)
    await provider_followup.follow_all(account.ctx)

    async with account.world.store.read() as tx:
        found = await tx.change(waits.id)
    assert found is not None
    assert found.state is State.APPLIED
    assert await account.live("production") == One("terse", "1", "Terse")
    assert sum("ch-1," in each.description for each in account.account.all(Approval)) == 1


async def test_no_key_is_kept_logged_or_said_on_the_way(
    account: Account, logged: list[MutableMapping[str, Any]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Replies about environments carry SDK keys, and every call carries our token."""
    caplog.set_level(logging.DEBUG)
    waits = await account.waiting()
    await account.review(waits, "decline", "no")
    await provider_followup.check_now(account.ctx, waits.id, ADA)
    await deploys.request(account.ctx, await account.change_request("terse", "staging"), ADA, DEPLOYS)
    change_request = await account.change_request("warm-v1", "staging")
    account.account.faults.add(ld.Fault(method="GET", path="*/targeting", status=500, message=f"with {TOKEN}"))
    the(Failed, await deploys.request(account.ctx, change_request, ADA, DEPLOYS))
    await account.ctx.index.refresh()

    files = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    told = [str(logged), caplog.text, repr(account.world.memo), repr(account.client), repr(vars(account.client))]
    environments = account.account.project(ld.PROJECT).environments.values()
    for secret in [TOKEN, *(key for each in environments for key in (each.sdk_key, each.mobile_key))]:
        assert not any(secret in text for text in told)
        assert secret.encode() not in files
