"""A line from its words to what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.clients.base import NotDone
from bot.domain.actors import Standing
from bot.domain.base import Outcome
from bot.domain.changes import Kind, State
from bot.domain.errors import Code, Fault
from bot.domain.evaluations import COMPLETED, RUNNING
from bot.domain.facts import Denied, NeedsApproval, ReminderChange
from bot.domain.live_state import Nothing
from bot.domain.names import Config
from bot.domain.outcomes import (
    Ambiguous,
    Applied,
    AwaitingApproval,
    EnvironmentMissing,
    EvaluationUpdated,
    Explanation,
    Failed,
    Harmless,
    NotFound,
    NotYet,
    Permission,
    Withdrawn,
)
from bot.domain.views import Board, ChangeDetail, ChangeList, Suggestion
from bot.features.changes import approvals
from bot.features.dispatch import Speaker, run
from bot.features.registration import Call, Line
from bot.grammar import parse, registered
from bot.grammar.commands import Command, Explain, OpenForm, Understood
from tests.bot.features.steps import applied, asked, codes, deploy, the
from tests.builders import ADA, DEPLOYS, MIRA, RAVI, STAGING, MemoryProvider, World, actor, make_world, problem


async def said(world: World, line: str, who: Any = ADA, *, page: int = 1) -> Outcome:
    return await run(world.ctx, the(Understood, parse(line)).readings, Speaker(who, DEPLOYS), page=page)


@pytest.fixture
async def double(tmp_path: Any) -> Any:
    """Two providers that have a project, a config and all environments of the same names."""
    other = MemoryProvider("other")
    other.add("support", "config_x")
    world = await make_world(tmp_path, None, other)
    yield world
    await world.store.close()


@pytest.mark.parametrize(
    ("line", "only_looked"),
    [
        ("config show config_z", True),
        ("explain deploy config_z to production", True),
        ("change ch-99", True),
        ("deploy config_z to production", False),
        ("withdraw ch-99", False),
    ],
)
async def test_an_unknown_name_says_whether_its_line_would_have_changed_anything(
    world: World, line: str, only_looked: bool
) -> None:
    assert the(NotFound, await said(world, line)).only_looked is only_looked


# Changes


async def test_deploy_asks_for_a_deploy(world: World) -> None:
    change = the(AwaitingApproval, await said(world, "deploy config_x to production because it is better")).change
    assert (change.kind, change.because, change.requester) == (Kind.DEPLOY, "it is better", ADA)


async def test_deploy_to_staging_is_done_at_once(world: World) -> None:
    the(Applied, await said(world, "deploy support@config_x to staging"))
    assert world.provider.live_name("support", STAGING) == "config_x"


async def test_promote_deploys_what_is_live_in_the_source(world: World) -> None:
    world.provider.put("support", STAGING, "baseline")
    change = the(AwaitingApproval, await said(world, "promote support from staging to production")).change
    assert isinstance(change.target, Config)
    assert (change.kind, change.target.name, change.source) == (Kind.PROMOTE, "baseline", STAGING)


async def test_rollback_asks_for_what_was_live_before(world: World) -> None:
    await applied(world)
    change = the(AwaitingApproval, await said(world, "rollback support in production")).change
    assert isinstance(change.target, Config)
    assert (change.kind, change.target.name) == (Kind.ROLLBACK, "config_w")


async def test_deactivate_asks_for_nothing_live(world: World) -> None:
    change = the(AwaitingApproval, await said(world, "deactivate support in production")).change
    assert (change.kind, change.target) == (Kind.DEACTIVATE, Nothing())


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("deploy config_x", EnvironmentMissing),
        ("deploy baseline to production", Ambiguous),
        ("deploy config_x to prodction", NotFound),
        ("promote support to production", EnvironmentMissing),
        ("rollback support to staging", Ambiguous),
    ],
)
async def test_a_question_changes_nothing(world: World, line: str, question: type) -> None:
    assert isinstance(await said(world, line), question)
    assert isinstance(await said(world, f"explain {line}"), question)
    assert world.provider.writes() == 0
    assert world.memo.said == []


@pytest.mark.parametrize("line", ["deploy baseline to production", "deploy config_x", "deploy config_x to stagng"])
async def test_buttons_under_an_explanation_explain_as_well(world: World, line: str) -> None:
    outcome = await said(world, f"explain {line}")
    choices = outcome.near if isinstance(outcome, NotFound) else outcome.choices  # type: ignore[attr-defined]  # another outcome fails the test
    assert choices
    for choice in choices:
        the(Explanation, await said(world, choice.line))
    assert world.memo.said == []


@pytest.mark.parametrize("standing", [each for each in Standing if each not in (Standing.MEMBER, Standing.GUEST)])
async def test_strangers_bots_and_the_deactivated_are_not_answered(world: World, standing: Standing) -> None:
    for line in ("deploy config_x to staging", "deployments", "changes", "help", "approvals"):
        assert len(codes(await said(world, line, actor("eve", standing)))) == 1
    assert world.provider.calls == []


async def test_guests_may_look_and_change_nothing(world: World) -> None:
    guest = actor("gil", Standing.GUEST)
    the(Board, await said(world, "deployments", guest))
    assert codes(await said(world, "deploy config_x to staging", guest)) == [Code.GUEST]
    assert world.provider.writes() == 0


async def test_a_line_that_is_not_built_yet_says_so(world: World) -> None:
    the(NotYet, await said(world, "lock production because x"))


async def test_a_line_that_changes_nothing_is_harmless(world: World) -> None:
    the(Harmless, await said(world, "help"))


# Explain


async def test_explain_says_what_would_happen_and_changes_nothing(world: World) -> None:
    outcome = the(Explanation, await said(world, "explain deploy config_x to production"))
    assert isinstance(outcome.target, Config)
    assert (outcome.kind, outcome.target.name, outcome.environment.name) == (Kind.DEPLOY, "config_x", "production")
    assert the(NeedsApproval, outcome.answer).need == 1
    assert the(ChangeList, await said(world, "changes")).changes == ()
    assert world.memo.said == []


async def test_explain_says_why_it_would_be_refused(world: World) -> None:
    await asked(world)
    outcome = the(Explanation, await said(world, "explain deploy config_w to production"))
    assert [reason.code for reason in the(Denied, outcome.answer).reasons] == [Code.ALREADY_LIVE, Code.OPEN_CHANGE]


async def test_explain_of_a_service_that_does_not_answer_says_so(world: World) -> None:
    world.provider.fail("served", NotDone(problem(Fault.UNAVAILABLE, 503)))
    the(Failed, await said(world, "explain deploy config_x to production"))


async def test_explain_of_a_look_up_is_harmless(world: World) -> None:
    assert the(Harmless, await said(world, "explain deployments")).line == "deployments"


async def test_explain_of_a_line_that_is_not_built_yet_says_so(world: World) -> None:
    assert the(NotYet, await said(world, "explain lock production because x")).line == "lock production because x"


async def test_explain_of_an_unknown_name_while_the_provider_is_away_says_so(world: World) -> None:
    world.provider.fail("projects", NotDone(problem(Fault.UNREACHABLE)))
    world.clock.move(timedelta(minutes=1))
    the(Failed, await said(world, "explain deploy zzzz to production"))


# Who may


@dataclass(frozen=True, slots=True)
class Sing(Command):
    """A line that nobody may type."""


async def test_what_a_line_says_about_who_may_is_asked_before_it_is_carried_out(world: World) -> None:
    async def sing(call: Call) -> Outcome:
        pytest.fail(f"it was carried out: {call}")

    line = Line(
        key="sing",
        usage="sing",
        does="Sing.",
        example="sing",
        command=Sing,
        group="More",
        may=lambda call: ReminderChange(call.actor, over=True),
        run=sing,
    )
    with registered(line):
        assert codes(await said(world, "sing")) == [Code.EVALUATION_OVER]
        explained = the(Permission, await said(world, "explain sing"))
    assert [reason.code for reason in the(Denied, explained.answer).reasons] == [Code.EVALUATION_OVER]


# Looking


async def test_approvals_shows_what_waits_for_the_one_who_asks(world: World) -> None:
    change = await asked(world)
    assert [one.id for one in the(ChangeList, await said(world, "approvals", RAVI)).changes] == [change]
    assert the(ChangeList, await said(world, "approvals", ADA)).changes == ()


async def test_change_shows_one_change(world: World) -> None:
    change = await asked(world)
    assert the(ChangeDetail, await said(world, "change ch-1")).change.id == change
    assert the(NotFound, await said(world, "change ch-9")).noun == "change"


async def test_withdraw_takes_it_back(world: World) -> None:
    change = await asked(world)
    assert codes(await said(world, "withdraw ch-1", RAVI)) == [Code.NOT_REQUESTER]
    assert the(Withdrawn, await said(world, "withdraw ch-1")).change.id == change
    assert the(NotFound, await said(world, "withdraw ch-9")).word == "ch-9"


async def test_an_evaluation_is_completed(world: World) -> None:
    run_ = world.provider.evaluated("support", "config_x", 0.5, status=RUNNING)
    the(EvaluationUpdated, await said(world, f"evaluation complete {run_.id}"))
    assert world.provider.runs["pr_support"][0].status == COMPLETED


async def test_deployments_shows_all_projects_or_one(world: World) -> None:
    assert [row.project.name for row in the(Board, await said(world, "deployments")).rows] == ["search", "support"]
    board = the(Board, await said(world, "deployments support"))
    assert ([row.project.name for row in board.rows], board.line) == (["support"], "deployments support")


async def test_a_page_of_a_list_can_be_asked_for(world: World) -> None:
    for number in range(10):
        world.provider.add(f"project {number}")
    await world.ctx.index.refresh()
    assert the(Board, await said(world, "deployments", page=2)).page == 2


async def test_changes_are_narrowed_to_a_project_and_an_environment(world: World) -> None:
    change = await asked(world)
    for line in ("changes", "changes support", "changes support in production", "changes support in prod"):
        assert [one.id for one in the(ChangeList, await said(world, line)).changes] == [change], line
    for line in ("changes search", "changes support in staging"):
        assert the(ChangeList, await said(world, line)).changes == (), line


async def test_a_list_says_the_line_that_shows_it_again(world: World) -> None:
    await asked(world)
    shown = the(ChangeList, await said(world, "changes support in prod"))
    again = the(ChangeList, await said(world, shown.line))
    assert (again.changes, again.line) == (shown.changes, shown.line)


async def test_a_project_that_is_new_at_the_provider_is_found_after_one_more_look(world: World) -> None:
    world.provider.add("billing", "v1")
    world.clock.move(timedelta(minutes=1))
    assert [row.project.name for row in the(Board, await said(world, "deployments billing")).rows] == ["billing"]


async def offered(world: World, outcome: Outcome) -> dict[str, Outcome]:
    near: tuple[Suggestion, ...] = the(NotFound, outcome).near
    return {choice.label: await said(world, choice.line) for choice in near}


async def test_an_unknown_project_offers_projects(world: World) -> None:
    for line, kind in (("deployments suport", Board), ("changes suport", ChangeList)):
        outcome = the(NotFound, await said(world, line))
        assert (outcome.noun, outcome.word, outcome.known) == ("project", "suport", ("search", "support"))
        assert isinstance((await offered(world, outcome))["support"], kind)


async def test_an_unknown_project_keeps_the_environment_in_what_is_offered(world: World) -> None:
    change = await asked(world)
    outcome = await said(world, "changes suport in production")
    assert [one.id for one in the(ChangeList, (await offered(world, outcome))["support"]).changes] == [change]


async def test_an_unknown_environment_of_a_known_project_offers_environments(world: World) -> None:
    change = await asked(world)
    outcome = the(NotFound, await said(world, "changes support in prodction"))
    assert (outcome.noun, outcome.word) == ("environment", "prodction")
    assert [one.id for one in the(ChangeList, (await offered(world, outcome))["production"]).changes] == [change]


async def test_a_name_at_two_providers_is_asked_and_every_button_shows_its_own(double: World) -> None:
    for line in ("deployments support", "changes support", "changes support in production"):
        question = the(Ambiguous, await said(double, line))
        assert question.only_looked
        assert question.word == "support"
        assert len({choice.label for choice in question.choices}) == 2
        for choice in question.choices:
            outcome = await said(double, choice.line)
            assert isinstance(outcome, Board | ChangeList), (line, choice)
            if isinstance(outcome, Board):
                assert outcome.rows[0].project.provider in choice.label


async def test_a_question_about_a_line_that_changes_something_is_no_mere_look(world: World) -> None:
    assert not the(EnvironmentMissing, await said(world, "deploy config_x")).only_looked
    assert not the(Ambiguous, await said(world, "deploy baseline to production")).only_looked


async def test_what_stays_unclear_after_the_index_is_asked(world: World) -> None:
    twin = world.provider.add("twin-2")
    world.provider.add("twin")
    world.provider.projects_[twin.id] = replace(twin, name="twin")
    await world.ctx.index.refresh()
    question = the(Ambiguous, await said(world, "deployments twin"))
    assert question.only_looked
    shown = [the(Board, await said(world, choice.line)).rows[0].project.id for choice in question.choices]
    assert sorted(shown) == ["pr_twin", "pr_twin-2"]


async def test_a_line_after_a_rejection_shows_what_became_of_it(world: World) -> None:
    change = await asked(world, deploy(world))
    await approvals.reject(world.ctx, change, MIRA, "no")
    assert the(ChangeDetail, await said(world, "change 1")).change.state is State.REJECTED


@pytest.mark.parametrize("command", [OpenForm("deploy"), Explain("deploy", (OpenForm("deploy"),))])
async def test_what_has_no_line_is_never_run(world: World, command: Command) -> None:
    with pytest.raises(LookupError, match="no line is registered for OpenForm"):
        await run(world.ctx, [command], Speaker(ADA, DEPLOYS))
