"""Looking at configs: what stands in them, where they are live, how they scored and how they differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.clients.base import Capabilities, NotDone, ServedNow
from bot.domain.base import Outcome
from bot.domain.errors import Fault
from bot.domain.evaluations import Doubt, Verdict
from bot.domain.live_state import LiveState, Off, Split
from bot.domain.names import Project
from bot.domain.outcomes import Ambiguous, Failed, NotFound
from bot.domain.views import ConfigComparison, ConfigDetail, ConfigList
from bot.features.configs.config_queries import PAGE
from bot.features.dispatch import Speaker, run
from bot.grammar import parse
from bot.grammar.commands import Understood
from tests.bot.features.steps import the
from tests.builders import ADA, DEPLOYS, DEVELOPMENT, PRODUCTION, STAGING, MemoryProvider, World, make_world, problem


def unquoted(line: str) -> str:
    return line.replace('"', "")


async def typed(world: World, line: str, page: int = 1) -> Outcome:
    """What a line comes to, as it is typed."""
    parsed = the(Understood, parse(line))
    return await run(world.ctx, parsed.readings, Speaker(ADA, DEPLOYS), page=page)


async def test_a_config_is_shown_with_its_content_and_where_it_is_live(world: World) -> None:
    world.provider.put("support", STAGING, "config_w")

    shown = the(ConfigDetail, await typed(world, "config show config_w"))

    assert (shown.project.name, shown.config.name) == ("support", "config_w")
    assert shown.content.model == "model-config_w"
    assert [(each.environment.name, each.whole) for each in shown.live_in] == [("staging", True), ("production", True)]
    assert shown.against == (), "it is what is live"
    assert shown.line == "config list support"
    assert sorted(world.provider.calls) == ["configs", "evaluations", "served"]


async def test_its_scores_stand_beside_those_of_every_other_config_that_is_live(world: World) -> None:
    world.provider.put("support", STAGING, "baseline")
    world.provider.put("support", DEVELOPMENT, "config_w")
    world.provider.evaluated("support", "config_w", 0.8)
    world.provider.evaluated("support", "config_x", 0.9)

    shown = the(ConfigDetail, await typed(world, "config show config_x"))

    assert shown.live_in == ()
    assert [row.candidate for row in shown.scores.rows] == [0.9]
    default, other = shown.against
    assert [each.name for each in default.environments] == ["production", "development"]
    assert default.evidence.verdict is Verdict.PASS
    assert [each.name for each in other.environments] == ["staging"]
    assert other.evidence.doubts == (Doubt.LIVE_NEVER_RUN,)


async def test_a_config_that_shares_the_traffic_is_live_in_part(world: World) -> None:
    ours, other = world.provider.config("support", "config_x"), world.provider.config("support", "config_w")
    world.provider.live["pr_support", STAGING.id] = LiveState(Split(((other.id, 60_000), (ours.id, 40_000))))
    world.provider.live["pr_support", DEVELOPMENT.id] = LiveState(Split(((other.id, 100_000),)))
    world.provider.live["pr_support", PRODUCTION.id] = LiveState(Off())

    shown = the(ConfigDetail, await typed(world, "config show config_x"))

    assert [(each.environment.name, each.whole) for each in shown.live_in] == [("staging", False)]
    assert shown.against == ()


async def test_an_environment_that_cannot_be_read_is_left_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = world.provider.served

    async def without_production(project: Project) -> ServedNow:
        now = await real(project)
        return replace(now, served={key: value for key, value in now.served.items() if key != PRODUCTION.id})

    monkeypatch.setattr(MemoryProvider, "served", lambda self, project: without_production(project))
    shown = the(ConfigDetail, await typed(world, "config show config_w"))
    assert (shown.live_in, shown.against) == ((), ())


async def test_a_provider_without_evaluations_says_so(tmp_path: Path) -> None:
    provider = MemoryProvider(capabilities=Capabilities(evaluations=False))
    provider.add("support", "config_x")
    world = await make_world(tmp_path, provider)

    shown = the(ConfigDetail, await typed(world, "config config_x"))

    assert shown.scores.verdict is Verdict.NOT_AVAILABLE
    assert provider.calls.count("evaluations") == 0
    await world.store.close()


@pytest.mark.parametrize("line", ["config show baseline", "config baseline"])
async def test_a_name_in_several_projects_is_a_question(world: World, line: str) -> None:
    asked = the(Ambiguous, await typed(world, line))

    assert asked.word == "baseline"
    assert sorted(each.label for each in asked.choices) == ["baseline · search", "baseline · support"]
    for choice in asked.choices:
        shown = the(ConfigDetail, await typed(world, choice.line))
        assert unquoted(choice.line) == f"config show baseline of {shown.project.name}"


async def test_a_word_that_is_a_project_and_a_config_is_a_question(world: World) -> None:
    world.provider.add("rewrite", "one")
    await world.ctx.index.refresh()

    asked = the(Ambiguous, await typed(world, "config rewrite"))

    assert [unquoted(each.line) for each in asked.choices] == ["config show rewrite of search", "config list rewrite"]
    assert asked.choices[1].label == "rewrite"
    assert asked.word == "rewrite"


async def test_two_projects_of_one_name_are_a_question(world: World) -> None:
    twin = replace(world.provider.projects_["pr_support"], id="pr_twin")
    world.provider.projects_["pr_twin"], world.provider.configs_["pr_twin"] = twin, []
    await world.ctx.index.refresh()

    asked = the(Ambiguous, await typed(world, "config list support"))

    assert (asked.word, {each.line for each in asked.choices}) == (
        "support",
        {"config list pr_support", "config list pr_twin"},
    )


@pytest.mark.parametrize(
    ("line", "noun", "near"),
    [
        ("config show config_z", "config", "config show config_x"),
        ("config show confix_x of support", "config", "config show config_x of support"),
        ("config show config_x of suport", "project", "config show config_x of support"),
        ("config show support@confi_x", "config", "config show config_x of support"),
        ("config suport", "project", "config list support"),
        ("config list serch", "project", "config list search"),
        ("config diff config_x with confi_w", "config", "config diff config_x with config_w"),
        ("config diff config_x with confi_w of support", "config", "config diff config_x with config_w of support"),
        ("config diff confi_x of support with config_w", "config", "config diff config_x of support with config_w"),
        ("config diff config_x of suport with config_w", "project", "config diff config_x of support with config_w"),
    ],
)
async def test_an_unknown_name_has_near_ones_after_one_refresh(world: World, line: str, noun: str, near: str) -> None:
    world.clock.move(world.ctx.running_threshold)

    said = the(NotFound, await typed(world, line))

    assert said.noun == noun
    assert near in [unquoted(each.line) for each in said.near]
    assert world.provider.calls.count("projects") == 1


async def test_a_config_of_an_unknown_project_and_an_unknown_name_is_not_found(world: World) -> None:
    said = the(NotFound, await typed(world, "config show zzzzzz of qqqqqq"))
    assert (said.word, said.near) == ("qqqqqq", ())


async def test_a_new_config_is_found_by_the_refresh(world: World) -> None:
    world.provider.add("fresh", "brandnew")
    world.clock.move(world.ctx.running_threshold)

    assert the(ConfigDetail, await typed(world, "config show brandnew")).project.name == "fresh"


async def test_a_provider_that_does_not_answer_is_said_where_it_may_have_the_name(world: World) -> None:
    world.clock.move(world.ctx.running_threshold)
    world.provider.fail("projects", NotDone(problem(Fault.TIMED_OUT)))

    failed = the(Failed, await typed(world, "config show qqqqqq"))

    assert failed.problem.fault is Fault.TIMED_OUT


async def test_a_provider_that_does_not_answer_the_look_is_said(world: World) -> None:
    world.provider.fail("served", NotDone(problem(Fault.UNAVAILABLE, 503)))

    failed = the(Failed, await typed(world, "config show config_x"))

    assert failed.problem.fault is Fault.UNAVAILABLE


@pytest.mark.parametrize("line", ["config show config_x", "config diff config_w with config_x"])
async def test_a_config_that_is_gone_by_now_is_not_found(world: World, line: str) -> None:
    configs = world.provider.configs_["pr_support"]
    del configs[1]

    said = the(NotFound, await typed(world, line))

    assert (said.noun, said.word) == ("config", "config_x")
    assert said.known == ("config_w", "baseline")


async def test_the_configs_of_a_project_are_listed_with_those_that_are_live_first(world: World) -> None:
    world.provider.put("support", STAGING, "config_x")
    world.provider.evaluated("support", "config_x", 0.9)

    shown = the(ConfigList, await typed(world, "config list support"))

    assert [row.config.name for row in shown.rows] == ["config_w", "config_x", "baseline"]
    assert [bool(row.live_in) for row in shown.rows] == [True, True, False]
    assert [row.candidate for row in shown.rows[1].scores.rows] == [0.9]
    assert shown.rows[1].model == "model-config_x"
    assert (shown.total, shown.page, shown.pages, shown.line) == (3, 1, 1, "config list support")
    assert unquoted(shown.rows[2].line) == "config show baseline of support"


async def test_configs_come_in_pages_that_exist(world: World) -> None:
    world.provider.add("many", *(f"c{number:02}" for number in range(PAGE + 2)))
    await world.ctx.index.refresh()

    first = the(ConfigList, await typed(world, "config list many"))
    last = the(ConfigList, await typed(world, "config list many", page=99))

    assert (first.total, first.pages, len(first.rows)) == (PAGE + 2, 2, PAGE)
    assert (last.page, [row.config.name for row in last.rows]) == (2, ["c08", "c09"])


async def test_two_configs_are_compared(world: World) -> None:
    shown = the(ConfigComparison, await typed(world, "config diff config_w with config_x"))

    assert (shown.old[1].name, shown.new[1].name) == ("config_w", "config_x")
    assert [each.name for each in shown.diff.values] == ["model"]
    assert len(shown.diff.messages) == 1
    assert world.provider.calls == ["configs", "evaluations"], "both are of one project"
    assert typed_again(shown) == "config diff config_w of support with config_x of support"


def typed_again(shown: ConfigComparison) -> str:
    return unquoted(shown.line)


async def test_the_scores_of_two_configs_stand_beside_each_other(world: World) -> None:
    world.provider.evaluated("support", "config_w", 0.9)
    world.provider.evaluated("support", "config_x", 0.8)

    scores = the(ConfigComparison, await typed(world, "config diff config_w with config_x")).scores

    assert scores.verdict is Verdict.FAIL
    assert [(row.live, row.candidate) for row in scores.rows] == [(0.9, 0.8)]


async def test_scores_that_cannot_be_read_hide_no_diff(world: World) -> None:
    world.provider.fail("evaluations", NotDone(problem(Fault.TIMED_OUT)), times=2)

    shown = the(ConfigComparison, await typed(world, "config diff config_x of support with rewrite of search"))

    assert shown.diff
    assert shown.scores.doubts == (Doubt.UNREADABLE,)


async def test_configs_of_two_providers_have_no_scores_to_compare(tmp_path: Path) -> None:
    other = MemoryProvider("other")
    other.add("rocket", "v1")
    world = await make_world(tmp_path, None, other)

    shown = the(ConfigComparison, await typed(world, "config diff config_x of support with v1 of rocket"))

    assert shown.scores.verdict is Verdict.NOT_AVAILABLE
    await world.store.close()


async def test_a_provider_that_keeps_no_evaluations_is_not_asked_for_scores(world: World) -> None:
    world.provider.capabilities = Capabilities(evaluations=False)

    shown = the(ConfigComparison, await typed(world, "config diff config_w with config_x"))

    assert shown.scores.verdict is Verdict.NOT_AVAILABLE
    assert world.provider.calls == ["configs"]


async def test_a_name_that_several_projects_have_means_the_one_of_the_same_project(world: World) -> None:
    shown = the(ConfigComparison, await typed(world, "config diff baseline with rewrite"))
    assert (shown.old[0].name, shown.new[0].name) == ("search", "search")


async def test_configs_of_two_projects_are_compared_where_it_is_said(world: World) -> None:
    shown = the(ConfigComparison, await typed(world, "config diff config_x of support with rewrite of search"))
    assert (shown.old[0].name, shown.new[0].name) == ("support", "search")


async def test_which_of_two_pairs_is_meant_is_a_question(world: World) -> None:
    asked = the(Ambiguous, await typed(world, "config diff baseline with baseline"))

    assert sorted(each.label for each in asked.choices) == [
        "baseline · search → baseline · search",
        "baseline · support → baseline · support",
    ]
    assert unquoted(asked.choices[0].line) == "config diff baseline of support with baseline of support"
    assert not the(ConfigComparison, await typed(world, asked.choices[0].line)).diff


async def test_what_a_project_has_is_told_before_what_others_have(world: World) -> None:
    missing = the(NotFound, await typed(world, "config diff rewrite with nothing_like_it"))
    assert missing.known[:2] == ("rewrite", "baseline")
    assert len(missing.known) == 4
