"""Asking for changes: what is seen, what is decided, what is applied."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clients.base import Capabilities, NotDone
from bot.domain.actors import Standing
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Change, Kind, State
from bot.domain.errors import Code, Fault
from bot.domain.evaluations import Doubt, Verdict
from bot.domain.facts import MOST_REFUSED, REFUSAL_SPAN
from bot.domain.live_state import LiveState, Split
from bot.domain.names import Config, Environment
from bot.domain.outcomes import Applied, AwaitingApproval, Failed, NotFound, Refused
from bot.domain.targets import LiveIn
from bot.features.changes import approvals, deploys
from bot.ports import NotDelivered
from bot.store.write import WriteTransaction
from tests.bot.features.steps import applied, asked, codes, deactivate, deploy, needs, rollback, stored, the
from tests.builders import ADA, DEPLOYS, MIRA, PRODUCTION, RAVI, STAGING, World, actor, problem


async def test_a_deploy_to_production_waits_for_one_approval_and_changes_nothing(world: World) -> None:
    outcome = await deploys.request(world.ctx, deploy(world), ADA, DEPLOYS)

    assert isinstance(outcome, AwaitingApproval)
    assert (outcome.have, outcome.need) == (0, 1)
    assert world.provider.live_name("support", PRODUCTION) == "config_w"
    assert [view.change.state for view in world.memo.cards()] == [State.WAITING]


async def test_a_deploy_to_staging_is_applied_at_once(world: World) -> None:
    outcome = await deploys.request(world.ctx, deploy(world, environment=STAGING), ADA, DEPLOYS)

    assert isinstance(outcome, Applied)
    assert world.provider.live_name("support", STAGING) == "config_x"


async def test_the_card_costs_three_reads_and_applying_two_reads_a_write_and_a_read_back(world: World) -> None:
    change = await asked(world)
    assert sorted(world.provider.calls) == ["configs", "evaluations", "served"]

    world.provider.calls.clear()
    await approvals.approve(world.ctx, change, RAVI)
    assert sorted(world.provider.calls[:2]) == ["evaluations", "served"]
    assert world.provider.calls[2:] == ["serve", "served"]


async def test_the_approval_applies_and_the_card_says_so(world: World) -> None:
    change = await asked(world)
    outcome = await approvals.approve(world.ctx, change, RAVI)

    assert isinstance(outcome, Applied)
    assert world.provider.live_name("support", PRODUCTION) == "config_x"
    assert world.memo.cards()[-1].change.state is State.APPLIED
    assert world.memo.cards()[-1].undoable
    assert world.memo.told() == ["change.approved", "change.applied"]


async def test_what_is_live_already_is_refused(world: World) -> None:
    assert codes(await deploys.request(world.ctx, deploy(world, "config_w"), ADA, DEPLOYS)) == [Code.ALREADY_LIVE]


async def test_a_second_deploy_is_refused_while_one_is_open(world: World) -> None:
    await asked(world)
    assert codes(await deploys.request(world.ctx, deploy(world, "baseline"), MIRA, DEPLOYS)) == [Code.OPEN_CHANGE]


async def test_a_hundred_approvals_at_once_give_one_effect_and_a_hundred_answers(world: World) -> None:
    change = await asked(world)
    answers = await asyncio.gather(*(approvals.approve(world.ctx, change, RAVI if n % 2 else MIRA) for n in range(100)))

    assert len(answers) == 100
    assert sum(isinstance(answer, Applied) for answer in answers) == 1
    assert all(isinstance(answer, Applied | Refused) for answer in answers)
    assert world.provider.writes() == 1


async def test_the_requester_cannot_approve(world: World) -> None:
    change = await asked(world)
    assert codes(await approvals.approve(world.ctx, change, ADA)) == [Code.OWN_CHANGE]
    assert world.provider.writes() == 0


async def test_an_undo_by_the_requester_within_ten_minutes_needs_no_approval(world: World) -> None:
    change = await asked(world)
    await approvals.approve(world.ctx, change, RAVI)
    outcome = await deploys.undo(world.ctx, change, ADA, DEPLOYS)

    assert isinstance(outcome, Applied)
    assert world.provider.live_name("support", PRODUCTION) == "config_w"


# What may not be asked for


async def test_all_reasons_of_a_refusal_come_at_once_and_no_card_is_posted(world: World) -> None:
    await asked(world)
    before = len(world.memo.said)
    guest = actor("gil", Standing.GUEST)
    refused = await deploys.request(world.ctx, deploy(world, "config_w"), guest, DEPLOYS)
    assert codes(refused) == [Code.GUEST, Code.ALREADY_LIVE, Code.OPEN_CHANGE]
    assert len(world.memo.said) == before


async def test_a_refused_change_is_written_down_with_its_reasons(world: World) -> None:
    refused = the(Refused, await deploys.request(world.ctx, deploy(world, "config_w"), ADA, DEPLOYS))
    assert refused.change is not None
    assert refused.change.state is State.REFUSED
    async with world.store.read() as tx:
        events = await tx.audit(refused.change.id)
    assert [(said.event.value, said.facts.get("reasons")) for said in events] == [
        ("change.requested", None),
        ("change.refused", "already_live"),
    ]


async def test_a_config_of_another_project_is_refused(world: World) -> None:
    change_request = replace(deploy(world), target=world.provider.config("search", "rewrite"))
    assert codes(await deploys.request(world.ctx, change_request, ADA, DEPLOYS)) == [Code.OTHER_PROJECT]


async def test_a_reason_is_required_where_the_rule_says_so(world: World) -> None:
    world = world.again(rule_for=needs(1, reason_required=True))
    assert codes(await deploys.request(world.ctx, replace(deploy(world), because=" "), ADA, DEPLOYS)) == [
        Code.REASON_REQUIRED
    ]
    await asked(world, replace(deploy(world), because="it is better"))


async def test_an_environment_that_is_gone_is_not_found(world: World) -> None:
    world.provider.environments = [STAGING]
    outcome = the(NotFound, await deploys.request(world.ctx, deploy(world), ADA, DEPLOYS))
    assert (outcome.noun, outcome.word, outcome.known) == ("environment", "production", ("staging",))


@pytest.mark.parametrize("method", ["served", "configs"])
async def test_a_service_that_does_not_answer_is_said_and_nothing_is_written_down(world: World, method: str) -> None:
    world.provider.fail(method, NotDone(problem(Fault.UNREACHABLE)))
    outcome = the(Failed, await deploys.request(world.ctx, deploy(world), ADA, DEPLOYS))
    assert outcome.problem.fault is Fault.UNREACHABLE
    async with world.store.read() as tx:
        assert (await tx.changes())[1] == 0


async def test_evaluations_that_cannot_be_read_prove_nothing_and_stop_nothing(world: World) -> None:
    world.provider.fail("evaluations", NotDone(problem(Fault.UNREACHABLE)))
    change = await stored(world, await asked(world))
    assert change.seen.evidence.doubts == (Doubt.UNREADABLE,)


async def test_a_provider_without_evaluations_has_none_to_prove(world: World) -> None:
    world.provider.capabilities = Capabilities(evaluations=False)
    change = await stored(world, await asked(world))
    assert change.seen.evidence.verdict is Verdict.NOT_AVAILABLE
    assert "evaluations" not in world.provider.calls


async def test_a_provider_that_is_not_configured_any_more_is_said(world: World) -> None:
    outcome = the(Failed, await deploys.request(world.again(providers={}).ctx, deploy(world), ADA, DEPLOYS))
    assert outcome.problem.provider == "main"


async def test_two_requests_at_once_make_one_open_change(world: World) -> None:
    answers = await asyncio.gather(
        *(deploys.request(world.ctx, deploy(world, name), ADA, DEPLOYS) for name in ("config_x", "baseline"))
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["AwaitingApproval", "Refused"]


async def test_who_comes_second_in_the_same_moment_is_told_of_the_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await asked(world)
    real = WriteTransaction.open_change
    looks = 0

    async def late(tx: WriteTransaction, *where: str) -> Change | None:
        nonlocal looks
        looks += 1
        return await real(tx, *where) if looks > 2 else None

    monkeypatch.setattr(WriteTransaction, "open_change", late)
    refused = the(Refused, await deploys.request(world.ctx, deploy(world, "baseline"), MIRA, DEPLOYS))
    assert [(reason.code, reason.facts.get("change")) for reason in refused.reasons] == [(Code.OPEN_CHANGE, first)]


# Where the card is posted


async def test_the_card_is_posted_where_it_was_asked_and_not_inside_a_thread(world: World) -> None:
    place = replace(DEPLOYS, thread_ts="1.2")
    await deploys.request(world.ctx, deploy(world), ADA, place)
    assert [said.at.channel for said in world.memo.said] == ["C0DEPLOYS"]


async def test_where_the_bot_cannot_post_the_default_channel_takes_the_card(world: World) -> None:
    world.people.closed.add("C0DEPLOYS")
    world = world.again(default_channel="C0MAIN")
    await asked(world)
    assert [said.at.channel for said in world.memo.said] == ["C0MAIN"]


@pytest.mark.parametrize("default", [None, "C0CLOSED"])
async def test_without_a_place_for_the_card_nothing_is_asked_for(world: World, default: str | None) -> None:
    world.people.closed |= {"C0DEPLOYS", "C0CLOSED"}
    world = world.again(default_channel=default)
    assert codes(await deploys.request(world.ctx, deploy(world, environment=STAGING), ADA, DEPLOYS)) == [
        Code.CANNOT_POST
    ]
    assert world.provider.calls == []


async def test_what_was_not_asked_in_a_channel_is_refused_for_that_and_for_no_channel_that_is_closed(
    world: World,
) -> None:
    world.people.closed.add("")
    nowhere = replace(DEPLOYS, channel="")
    assert codes(await deploys.request(world.ctx, deploy(world), ADA, nowhere)) == [Code.NO_CHANNEL]
    assert world.provider.calls == []


# Promote


def promote(world: World, source: Environment, environment: Environment = PRODUCTION) -> ChangeRequest:
    return ChangeRequest(Kind.PROMOTE, world.provider.projects_["pr_support"], environment, LiveIn(source))


async def test_a_promote_takes_what_is_live_in_the_source(world: World) -> None:
    world.provider.put("support", STAGING, "config_x")
    change = await stored(world, await asked(world, promote(world, STAGING)))
    assert isinstance(change.target, Config)
    assert change.target.name == "config_x"


async def test_a_promote_of_a_config_that_is_not_listed_any_more_takes_it_as_it_is_live(world: World) -> None:
    world.provider.put("support", STAGING, "config_x")
    del world.provider.configs_["pr_support"][1]
    change = await stored(world, await asked(world, promote(world, STAGING)))
    assert isinstance(change.target, Config)
    assert (change.target.id, change.seen.target_content) == ("config_support_config_x", None)


async def test_a_promote_needs_one_config_live_in_another_environment(world: World) -> None:
    async def refusal(source: Environment) -> list[Code]:
        return codes(await deploys.request(world.ctx, promote(world, source), ADA, DEPLOYS))

    assert await refusal(PRODUCTION) == [Code.SAME_ENVIRONMENT]
    assert await refusal(STAGING) == [Code.NOTHING_LIVE]
    assert await refusal(Environment("main", "env_gone", "gone")) == [Code.NOTHING_LIVE]
    world.provider.live["pr_support", STAGING.id] = LiveState(Split((("config_support_config_x", 50_000),)))
    assert await refusal(STAGING) == [Code.NOT_ONE_LIVE]


# Rollback, undo, deactivate


async def test_a_rollback_goes_to_what_was_live_before_the_last_change(world: World) -> None:
    await applied(world)
    change = await stored(world, await asked(world, rollback(world)))
    assert isinstance(change.target, Config)
    assert change.target.name == "config_w"


async def test_a_rollback_after_a_rollback_does_not_return_to_what_is_live(world: World) -> None:
    await applied(world)
    world.clock.move(timedelta(hours=1))
    await applied(world, deploy(world, "baseline"))
    world.clock.move(timedelta(hours=1))
    await applied(world, rollback(world))
    assert world.provider.live_name("support", PRODUCTION) == "config_x"
    world.clock.move(timedelta(hours=1))
    change = await stored(world, await asked(world, rollback(world)))
    assert isinstance(change.target, Config)
    assert change.target.name == "baseline"


async def test_a_rollback_without_history_is_refused(world: World) -> None:
    assert codes(await deploys.request(world.ctx, rollback(world), ADA, DEPLOYS)) == [Code.NO_HISTORY]


async def test_a_rollback_does_not_return_to_what_was_put_back_behind_our_back(world: World) -> None:
    await applied(world)
    world.provider.put("support", PRODUCTION, "config_w")
    assert codes(await deploys.request(world.ctx, rollback(world), ADA, DEPLOYS)) == [Code.NO_HISTORY]


async def test_a_rollback_can_name_a_config_that_was_live_there(world: World) -> None:
    await applied(world, deploy(world, "baseline"))
    await applied(world, deploy(world, "config_x"))
    change_request = replace(rollback(world), target=world.provider.config("support", "baseline"))
    change = await stored(world, await asked(world, change_request))
    assert change.kind is Kind.ROLLBACK
    assert isinstance(change.target, Config)
    assert change.target.name == "baseline"


async def test_a_rollback_to_what_was_live_before_the_first_change_is_one(world: World) -> None:
    await applied(world, deploy(world))
    change_request = replace(rollback(world), target=world.provider.config("support", "config_w"))
    assert (await stored(world, await asked(world, change_request))).kind is Kind.ROLLBACK


async def test_a_rollback_to_a_config_that_was_never_live_there_is_a_deploy_like_any_other(world: World) -> None:
    await applied(world, deactivate(world))
    change_request = replace(rollback(world), target=world.provider.config("support", "baseline"))
    assert (await stored(world, await asked(world, change_request))).kind is Kind.DEPLOY
    assert codes(await deploys.request(world.ctx, change_request, MIRA, DEPLOYS)) == [Code.OPEN_CHANGE]


async def test_a_config_that_is_not_listed_any_more_is_still_the_one_that_was_meant(world: World) -> None:
    change_request = deploy(world)
    del world.provider.configs_["pr_support"][1]
    change = await stored(world, await asked(world, change_request))
    assert change.target == change_request.config


@pytest.mark.parametrize("kind", [Kind.ROLLBACK, Kind.DEACTIVATE])
async def test_what_restores_supersedes_what_waits(world: World, kind: Kind) -> None:
    await applied(world)
    waiting = await asked(world, deploy(world, "baseline"))
    change_request = rollback(world) if kind is Kind.ROLLBACK else deactivate(world)
    restoring = the(AwaitingApproval, await deploys.request(world.ctx, change_request, MIRA, DEPLOYS)).change
    assert (await stored(world, waiting)).state is State.SUPERSEDED
    async with world.store.read() as tx:
        assert (await tx.audit(waiting))[-1].facts == {"by": restoring.label}
    assert codes(await approvals.approve(world.ctx, waiting, RAVI)) == [Code.TOO_LATE]


async def test_what_began_to_be_applied_in_the_same_moment_does_not_give_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = await asked(world)

    async def overtaken(*arguments: object) -> None:
        """What the store answers when somebody was faster."""

    monkeypatch.setattr(WriteTransaction, "save", overtaken)
    assert codes(await deploys.request(world.ctx, deactivate(world), MIRA, DEPLOYS)) == [Code.OPEN_CHANGE]
    assert (await stored(world, waiting)).state is State.WAITING


async def test_nothing_live_cannot_be_deactivated(world: World) -> None:
    assert codes(await deploys.request(world.ctx, deactivate(world, STAGING), ADA, DEPLOYS)) == [Code.NOTHING_LIVE]


async def test_an_undo_of_a_first_deploy_makes_nothing_live_again(world: World) -> None:
    first = the(Applied, await deploys.request(world.ctx, deploy(world, environment=STAGING), ADA, DEPLOYS)).change
    the(Applied, await deploys.undo(world.ctx, first.id, RAVI, DEPLOYS))
    assert world.provider.live_name("support", STAGING) is None


async def test_an_undo_by_an_approver_in_time_needs_no_approval_and_later_it_does(world: World) -> None:
    change = await applied(world)
    world.clock.move(timedelta(minutes=10, seconds=1))
    the(AwaitingApproval, await deploys.undo(world.ctx, change.id, RAVI, DEPLOYS))


async def test_an_undo_by_an_approver_in_time_is_done_at_once(world: World) -> None:
    change = await applied(world)
    world.clock.move(timedelta(minutes=10))
    the(Applied, await deploys.undo(world.ctx, change.id, RAVI, DEPLOYS))


async def test_an_undo_by_somebody_else_needs_an_approval(world: World) -> None:
    change = await applied(world)
    the(AwaitingApproval, await deploys.undo(world.ctx, change.id, MIRA, DEPLOYS))


async def test_an_undo_is_refused_once_something_is_on_top(world: World) -> None:
    first = await applied(world)
    world.clock.move(timedelta(minutes=1))
    await applied(world, deploy(world, "baseline"))
    assert Code.NOT_LAST in codes(await deploys.undo(world.ctx, first.id, ADA, DEPLOYS))
    assert world.provider.writes() == 2


async def test_an_undo_is_refused_once_something_was_put_on_top_behind_our_back(world: World) -> None:
    first = await applied(world)
    world.provider.put("support", PRODUCTION, "baseline")
    assert codes(await deploys.undo(world.ctx, first.id, ADA, DEPLOYS)) == [Code.NOT_LAST]


async def test_a_second_click_on_undo_does_nothing_more(world: World) -> None:
    change = await applied(world)
    answers = await asyncio.gather(*(deploys.undo(world.ctx, change.id, ADA, DEPLOYS) for _ in range(5)))
    assert sum(isinstance(answer, Applied) for answer in answers) == 1
    assert world.provider.writes() == 2


async def test_what_was_not_applied_cannot_be_undone(world: World) -> None:
    the(NotFound, await deploys.undo(world.ctx, "nothing", ADA, DEPLOYS))
    change = await asked(world)
    assert codes(await deploys.undo(world.ctx, change, ADA, DEPLOYS)) == [Code.TOO_LATE]


async def test_what_was_a_split_cannot_be_undone_to_one_config(world: World) -> None:
    split = Split((("config_support_config_w", 50_000), ("config_support_baseline", 50_000)))
    world.provider.live["pr_support", PRODUCTION.id] = LiveState(split)
    change = await applied(world, replace(deploy(world), drops=LiveState(split).fingerprint()))
    assert codes(await deploys.undo(world.ctx, change.id, ADA, DEPLOYS)) == [Code.NOT_ONE_LIVE]


async def test_an_undo_returns_to_a_config_that_is_not_listed_any_more(world: World) -> None:
    del world.provider.configs_["pr_support"][0]
    change = await applied(world)
    the(Applied, await deploys.undo(world.ctx, change.id, ADA, DEPLOYS))
    assert world.provider.live_name("support", PRODUCTION) == "config_w"


async def test_explaining_while_the_service_does_not_answer_says_so(world: World) -> None:
    world.provider.fail("served", NotDone(problem(Fault.UNREACHABLE)))
    outcome = await deploys.explain(world.ctx, deploy(world), ADA, "deploy config_x to production")
    assert isinstance(outcome, Failed)
    assert outcome.problem.fault is Fault.UNREACHABLE


async def test_explaining_a_deploy_to_an_environment_that_is_gone_names_those_there_are(world: World) -> None:
    world.provider.environments.remove(STAGING)
    outcome = await deploys.explain(world.ctx, deploy(world, environment=STAGING), ADA, "deploy config_x to staging")
    assert isinstance(outcome, NotFound)
    assert outcome.known == ("development", "production")


async def test_whoever_is_refused_too_often_waits_a_minute_and_fills_no_history(world: World) -> None:
    refused = deploy(world, "config_w")
    for _ in range(MOST_REFUSED):
        came = await deploys.request(world.ctx, refused, ADA, DEPLOYS)
        assert codes(came) == [Code.ALREADY_LIVE]

    came = await deploys.request(world.ctx, refused, ADA, DEPLOYS)
    assert codes(came) == [Code.ALREADY_LIVE, Code.TOO_MANY_REFUSED]
    assert codes(await deploys.request(world.ctx, deploy(world), ADA, DEPLOYS)) == [Code.TOO_MANY_REFUSED]
    async with world.store.read() as tx:
        assert (await tx.changes())[1] == MOST_REFUSED
    assert isinstance(await deploys.request(world.ctx, deploy(world), MIRA, DEPLOYS), AwaitingApproval), "she may"

    world.clock.move(REFUSAL_SPAN)
    assert codes(await deploys.request(world.ctx, refused, ADA, DEPLOYS)) == [Code.ALREADY_LIVE, Code.OPEN_CHANGE]


async def test_a_card_that_slack_did_not_take_yet_is_not_said_to_stand(world: World) -> None:
    world.memo.failing.append(NotDelivered("internal_error"))

    assert not the(AwaitingApproval, await deploys.request(world.ctx, deploy(world), ADA, DEPLOYS)).posted
