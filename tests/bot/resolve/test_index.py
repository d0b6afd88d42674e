"""The index: what names mean, and what is kept when a provider does not answer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clients.base import NotDone
from bot.domain.errors import Fault
from bot.domain.names import Config, Environment, Project
from bot.grammar.commands import Name
from bot.resolve.index import MISS_PAUSE, SELECT_LIMIT, Entry, Index
from tests.builders import PRODUCTION, STAGING, MemoryProvider, MovedClock, demo_provider, problem


async def filled(*providers: MemoryProvider, clock: MovedClock | None = None) -> Index:
    index = Index({provider.name: provider for provider in providers}, clock or MovedClock())
    await index.refresh()
    for provider in providers:
        provider.calls.clear()
    return index


def config_ids(index: Index, text: str, project: Project | None = None, *, quoted: bool = False) -> list[str]:
    return [config.id for _, config in index.configs(Name(text, quoted), project)]


def project_ids(index: Index, text: str) -> list[str]:
    return [f"{project.provider}/{project.id}" for project in index.projects(Name(text))]


# Reading the providers


async def test_a_refresh_reads_projects_configs_and_environments() -> None:
    provider = demo_provider()
    index = Index({"main": provider}, MovedClock())
    assert index.entries() == []

    await index.refresh()
    assert [entry.project.name for entry in index.entries()] == ["search", "support"]
    assert [config.name for config in index.entries()[1].configs] == ["config_w", "config_x", "baseline"]
    assert [environment.name for environment in index.environments()] == ["development", "staging", "production"]


async def test_what_is_new_is_known_after_the_next_refresh_and_what_is_gone_is_not() -> None:
    provider = demo_provider()
    index = await filled(provider)
    provider.add("billing", "v1")
    del provider.projects_["pr_search"]

    await index.refresh()
    assert [entry.project.name for entry in index.entries()] == ["billing", "support"]
    assert project_ids(index, "search") == []
    assert config_ids(index, "rewrite") == []


async def test_two_refreshes_at_once_read_once() -> None:
    provider = demo_provider()
    index = await filled(provider)
    await asyncio.gather(*(index.refresh() for _ in range(5)))

    assert provider.calls.count("projects") == 1


async def test_who_gives_up_waiting_does_not_end_a_refresh_for_the_others() -> None:
    provider = demo_provider()
    provider.pause = 0.01
    index = Index({"main": provider}, MovedClock())
    impatient = asyncio.create_task(index.refresh())
    patient = asyncio.create_task(index.refresh())
    await asyncio.sleep(0)
    impatient.cancel()
    await patient

    assert len(index.entries()) == 2


async def test_a_provider_that_does_not_answer_keeps_its_names_and_says_why() -> None:
    provider, clock = demo_provider(), MovedClock()
    index = await filled(provider, clock=clock)
    began = clock.now()
    for method in ("projects", "configs"):
        provider.fail(method, NotDone(problem(Fault.UNAVAILABLE, 503)))
        await index.refresh()
        clock.move(timedelta(minutes=5))

    assert len(index.entries()) == 2
    (unread,) = index.unread()
    assert (unread.problem.fault, unread.since) == (Fault.UNAVAILABLE, began)
    assert index.silence() == unread.problem


async def test_a_provider_that_answers_again_has_no_problem_any_more() -> None:
    provider = demo_provider()
    index = await filled(provider)
    provider.fail("projects", NotDone(problem(Fault.TIMED_OUT)))
    await index.refresh()
    await index.refresh()

    assert index.unread() == ()
    assert index.silence() is None
    assert index.caches["main"].problem_since is None


async def test_one_provider_that_fails_does_not_stop_the_other() -> None:
    one, other = demo_provider(), MemoryProvider("other")
    other.add("billing", "v1")
    one.fail("projects", NotDone(problem(Fault.UNREACHABLE)))
    index = await filled(one, other)

    assert [entry.project.name for entry in index.entries()] == ["billing"]
    assert [each.problem.fault for each in index.unread()] == [Fault.UNREACHABLE]
    assert index.silence() is None, "one of them answers"


async def test_a_project_that_was_deleted_while_it_was_read_is_left_out() -> None:
    provider = demo_provider()
    provider.gone.add("pr_support")
    index = await filled(provider)

    assert [entry.project.name for entry in index.entries()] == ["search"]
    assert index.environments() != []
    assert index.unread() == ()


async def test_what_was_made_or_renamed_during_a_refresh_stays_known() -> None:
    provider = demo_provider()
    index = await filled(provider)

    async def saved() -> None:
        index.learn_project(Project("main", "pr_billing", "billing"))
        index.learn_project(Project("main", "pr_search", "find"))

    provider.first["configs"] = saved
    await index.refresh()
    assert [entry.project.name for entry in index.entries()] == ["billing", "find", "support"]
    assert project_ids(index, "billing") == ["main/pr_billing"]
    assert project_ids(index, "search") == []
    assert config_ids(index, "rewrite", Project("main", "pr_search", "find")) != [], "its configs were read"

    await index.refresh()
    assert [entry.project.name for entry in index.entries()] == ["search", "support"], "a later refresh knows better"


async def test_environments_stay_known_when_no_project_is_left_to_read_them_from() -> None:
    provider = demo_provider()
    index = await filled(provider)
    provider.projects_.clear()
    await index.refresh()

    assert index.entries() == []
    assert [environment.name for environment in index.environments()] == ["development", "staging", "production"]


async def test_environments_that_cannot_be_read_are_a_problem() -> None:
    provider = demo_provider()
    provider.fail("served", NotDone(problem(Fault.FORBIDDEN, 403)))
    index = await filled(provider)

    assert [each.problem.fault for each in index.unread()] == [Fault.FORBIDDEN]


async def test_environments_that_a_look_has_shown_are_known() -> None:
    index = await filled(demo_provider())
    index.learn("main", [STAGING])
    assert index.environments("main") == [STAGING]


async def test_misses_read_the_providers_at_most_once_in_a_while() -> None:
    provider, clock = demo_provider(), MovedClock()
    index = await filled(provider, clock=clock)
    assert not await index.miss()
    clock.move(MISS_PAUSE + timedelta(seconds=1))
    answers = await asyncio.gather(*(index.miss() for _ in range(20)))

    assert all(answers)
    assert provider.calls.count("projects") == 1
    assert not await index.miss()


async def test_a_miss_before_the_first_refresh_reads() -> None:
    index = Index({"main": demo_provider()}, MovedClock())
    assert await index.miss()
    assert project_ids(index, "support") == ["main/pr_support"]


# Names


async def test_a_project_is_found_by_its_id_its_name_and_its_name_in_any_case() -> None:
    index = await filled(demo_provider())
    for word in ("pr_support", "support", "SUPPORT", "main:support", "MAIN: Support", "main:pr_support"):
        assert project_ids(index, word) == ["main/pr_support"], word


async def test_an_exact_name_beats_one_in_another_case() -> None:
    provider = demo_provider()
    provider.add("Support")
    index = await filled(provider)

    assert project_ids(index, "Support") == ["main/pr_Support"]
    assert project_ids(index, "support") == ["main/pr_support"]
    assert project_ids(index, "SUPPORT") == ["main/pr_support", "main/pr_Support"]


async def test_an_id_beats_a_name() -> None:
    provider = demo_provider()
    provider.add("pr_support")
    index = await filled(provider)

    assert project_ids(index, "pr_support") == ["main/pr_support"]


async def test_a_name_at_two_providers_means_both_until_one_is_chosen() -> None:
    one, other = demo_provider(), MemoryProvider("other")
    other.add("support", "config_x")
    index = await filled(one, other)

    assert project_ids(index, "support") == ["main/pr_support", "other/pr_support"]
    assert project_ids(index, "other:support") == ["other/pr_support"]
    assert [project.provider for project, _ in index.configs(Name("other:config_x"))] == ["other"]


async def test_a_colon_that_belongs_to_a_name_stays_in_it() -> None:
    provider = demo_provider()
    provider.add("main:support")
    provider.add("tone: friendly")
    index = await filled(provider)

    assert project_ids(index, "main:support") == ["main/pr_main:support"]
    assert project_ids(index, "tone: friendly") == ["main/pr_tone: friendly"]


async def test_in_quotes_a_colon_and_an_at_sign_are_letters() -> None:
    index = await filled(demo_provider())
    assert index.projects(Name("main:support", quoted=True)) == []
    assert config_ids(index, "support@config_x", quoted=True) == []


async def test_a_config_is_found_in_every_project_that_has_it_or_in_the_one_that_is_named() -> None:
    provider = demo_provider()
    index = await filled(provider)
    assert config_ids(index, "baseline") == ["config_support_baseline", "config_search_baseline"]
    assert config_ids(index, "baseline", provider.projects_["pr_search"]) == ["config_search_baseline"]
    assert config_ids(index, "config_x", provider.projects_["pr_search"]) == []
    assert config_ids(index, "config_x", Project("main", "pr_unknown", "unknown")) == []


async def test_a_config_of_the_named_project_is_not_hidden_by_an_id_elsewhere() -> None:
    provider = demo_provider()
    provider.add("odd", "config_support_baseline")
    index = await filled(provider)

    found = config_ids(index, "config_support_baseline", provider.projects_["pr_odd"])
    assert found == ["config_odd_config_support_baseline"]


@pytest.mark.parametrize(
    "word", ["support@config_x", "SUPPORT@Config_X", "main:support@config_x", "pr_support@config_support_config_x"]
)
async def test_project_at_config_is_the_config_of_that_project(word: str) -> None:
    index = await filled(demo_provider())
    assert config_ids(index, word) == ["config_support_config_x"]


async def test_project_at_config_chooses_among_configs_of_one_name() -> None:
    index = await filled(demo_provider())
    assert config_ids(index, "search@baseline") == ["config_search_baseline"]


async def test_project_at_config_finds_nothing_where_the_project_has_no_such_config() -> None:
    index = await filled(demo_provider())
    assert config_ids(index, "search@config_x") == []
    assert config_ids(index, "nobody@config_x") == []
    assert config_ids(index, "@config_x") == []
    assert config_ids(index, "support@") == []


async def test_at_signs_inside_names_are_tried_at_every_place() -> None:
    provider = demo_provider()
    provider.add("ada@corp", "a@b", "plain")
    index = await filled(provider)

    assert config_ids(index, "ada@corp@plain") == ["config_ada@corp_plain"]
    assert config_ids(index, "ada@corp@a@b") == ["config_ada@corp_a@b"]
    assert config_ids(index, "a@b") == ["config_ada@corp_a@b"]


async def test_an_at_sign_that_divides_in_two_ways_means_both() -> None:
    provider = demo_provider()
    provider.add("a", "b@c")
    provider.add("a@b", "c")
    index = await filled(provider)

    assert config_ids(index, "a@b@c") == ["config_a_b@c", "config_a@b_c"]


async def test_project_at_config_counts_only_for_the_project_that_is_asked() -> None:
    provider = demo_provider()
    index = await filled(provider)
    assert config_ids(index, "search@baseline", provider.projects_["pr_search"]) == ["config_search_baseline"]
    assert config_ids(index, "search@baseline", provider.projects_["pr_support"]) == []


async def test_an_alias_means_its_environment_and_never_beats_a_name() -> None:
    provider = demo_provider()
    index = await filled(provider)
    assert index.environment(Name("prod")) == [PRODUCTION]
    assert index.environment(Name("LIVE"), "main") == [PRODUCTION]
    assert index.environment(Name("prod", quoted=True)) == []

    live = Environment("main", "env_live", "live")
    index.learn("main", [PRODUCTION, live])
    assert index.environment(Name("live")) == [live]


async def test_an_alias_whose_target_does_not_exist_means_nothing() -> None:
    index = await filled(demo_provider())
    index.learn("main", [STAGING])
    assert index.environment(Name("prod")) == []


async def test_an_unknown_environment_is_nothing_however_near_it_is() -> None:
    index = await filled(demo_provider())
    assert index.environment(Name("prodction")) == []


async def test_things_are_found_by_their_ids() -> None:
    provider = demo_provider()
    index = await filled(provider)
    assert index.config("main", "config_support_config_x") == provider.config("support", "config_x")
    assert index.project("main", "pr_search") == provider.projects_["pr_search"]
    for provider_name in ("main", "nowhere"):
        assert index.config(provider_name, "gone") is None
        assert index.project(provider_name, "gone") is None


# Near names and selects


async def test_near_names_are_alike_the_likest_first_or_hold_what_was_typed() -> None:
    index = await filled()
    names = ["production", "staging", "pre-production", "development"]
    assert index.near("prodction", names)[0] == "production"
    assert index.near("stag", ["staging eu", "a very long name with stag in it"]) == [
        "staging eu",
        "a very long name with stag in it",
    ]
    assert index.near("zzz", names) == []
    assert index.near("in", ["a long name with in in it"]) == []
    assert len(index.near("name", [f"name {number}" for number in range(20)])) == 4


async def test_selects_offer_everything_until_something_is_typed() -> None:
    index = await filled(demo_provider())
    assert [project.name for project in index.search_projects(" ")] == ["search", "support"]
    assert [environment.name for environment in index.search_environments("")] == [
        "development",
        "staging",
        "production",
    ]


async def test_selects_offer_what_holds_all_words_in_any_order_and_the_whole_of_it_first() -> None:
    provider = demo_provider()
    provider.add("reply of support")
    provider.add("support reply")
    index = await filled(provider)
    assert [found.name for found in index.search_projects("Support")] == [
        "reply of support",
        "support",
        "support reply",
    ]
    assert [found.name for found in index.search_projects("support reply")] == ["support reply", "reply of support"]


async def test_selects_offer_what_is_like_it_only_where_nothing_holds_what_was_typed() -> None:
    provider = demo_provider()
    provider.add("support reply")
    index = await filled(provider)
    assert [project.name for project in index.search_projects("suport")] == ["support", "support reply"]
    assert index.search_projects("xyzzy") == []


async def test_selects_offer_configs_with_their_projects_of_one_project_or_all() -> None:
    index = await filled(demo_provider())
    names = [f"{config.name} of {project.name}" for project, config in index.search_configs("baseline")]
    assert names[:2] == ["baseline of search", "baseline of support"]
    within = index.search_configs("", "main:pr_search")
    assert [config.name for _, config in within] == ["rewrite", "baseline"]


async def test_selects_offer_environments_of_one_provider_and_of_all_when_it_is_unknown() -> None:
    one, other = demo_provider(), MemoryProvider("other")
    other.add("billing")
    index = await filled(one, other)
    assert {found.provider for found in index.search_environments("prod", "other")} == {"other"}
    assert {found.provider for found in index.search_environments("prod", "nowhere")} == {"main", "other"}


async def test_selects_offer_at_most_what_slack_takes() -> None:
    provider = MemoryProvider()
    for number in range(SELECT_LIMIT + 5):
        provider.add(f"project {number}")
    index = await filled(provider)
    assert len(index.search_projects("")) == SELECT_LIMIT
    assert len(index.search_projects("project")) == SELECT_LIMIT


def test_resolving_costs_the_same_however_many_projects_there_are() -> None:
    index = Index({"main": MemoryProvider()}, MovedClock())
    projects = [Project("main", f"pr_{number}", f"project {number}") for number in range(2_000)]
    index.caches["main"].fill(
        Entry(
            project, tuple(replace(_config(project, number), name=f"{project.name} v{number}") for number in range(20))
        )
        for project in projects
    )
    wanted = projects[1_234]
    began = time.perf_counter()
    for _ in range(100):
        assert index.projects(Name("PROJECT 1234")) == [wanted]
        assert len(index.configs(Name("project 1234 V7"))) == 1
        assert len(index.configs(Name("project 1234@project 1234 v7"))) == 1
    assert (time.perf_counter() - began) / 300 < 0.001


def _config(project: Project, number: int) -> Config:
    return Config("main", project.id, f"config_{project.id}_{number}", "", "")
