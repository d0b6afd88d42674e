"""From words to wishes: what resolves, what is asked, and that every suggested line means what its label says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.clients.base import NotDone
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Kind
from bot.domain.errors import Fault
from bot.domain.names import Environment, Project
from bot.domain.outcomes import Ambiguous, EnvironmentMissing, Failed, NotFound
from bot.domain.times import At, LocalTime
from bot.domain.views import Suggestion
from bot.features.changes.due import due_of
from bot.features.changes.forms import from_ids
from bot.features.forms import FieldProblem
from bot.grammar import parse
from bot.grammar.commands import Deploy, Name, Rollback, Understood
from bot.resolve.change_requests import resolve_change
from bot.resolve.index import Index
from bot.resolve.resolver import Question, Resolved, answer, candidates
from tests.bot.features.steps import the
from tests.builders import ADA, PRODUCTION, STAGING, MemoryProvider, MovedClock, demo_provider, problem


def exactly(instant: datetime) -> At:
    """The time, in UTC and to the minute, that means this instant whoever types it."""
    local = instant.astimezone(UTC)
    day = (local.year, local.month, local.day)
    return At(LocalTime(local.hour, local.minute, date=day, zone="UTC"), f"{local:%Y-%m-%d %H:%M} UTC")


async def filled(*providers: MemoryProvider) -> Index:
    index = Index({provider.name: provider for provider in providers or [demo_provider()]}, MovedClock())
    await index.refresh()
    return index


async def meant(index: Index, line: str) -> ChangeRequest | Question | Failed:
    return await resolve_change(index, the(Understood, parse(line)).readings)


async def change_request(index: Index, line: str) -> ChangeRequest:
    return the(ChangeRequest, await meant(index, line))


async def answers(index: Index, choices: Sequence[Suggestion]) -> dict[str, ChangeRequest]:
    """What each button's line means; every one of them means one wish, and no two labels are alike."""
    assert len({choice.label for choice in choices}) == len(choices), choices
    return {choice.label: await change_request(index, choice.line) for choice in choices}


def change_line(index: Index, asked: ChangeRequest) -> str:
    """The line that is offered for exactly this change, which is a deploy or a rollback to a config."""
    assert asked.config is not None
    project, environment, config = (
        Name(f"main:{each.id}") for each in (asked.project, asked.environment, asked.config)
    )
    when = exactly(asked.when) if isinstance(asked.when, datetime) else asked.when
    command = (
        Deploy(config, project, environment, when, asked.because)
        if asked.kind is Kind.DEPLOY
        else Rollback(project, environment, config, when, asked.because)
    )
    return the(Resolved, answer(index, candidates(index, [command]))).line(index)


# One reading resolves


async def test_a_line_with_names_that_exist_is_a_wish() -> None:
    index = await filled()
    found = await change_request(index, "deploy config_x of support to staging because it is better")
    assert found.config is not None
    assert (found.kind, found.project.name, found.config.name, found.environment, found.because) == (
        Kind.DEPLOY,
        "support",
        "config_x",
        STAGING,
        "it is better",
    )


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("rollback support in production", Kind.ROLLBACK),
        ("deactivate support in production", Kind.DEACTIVATE),
        ("promote support from staging to production", Kind.PROMOTE),
        ("deploy config_x to production", Kind.DEPLOY),
        ("deploy support@config_x to production", Kind.DEPLOY),
        ("deploy main:support@config_x to prod", Kind.DEPLOY),
    ],
)
async def test_every_verb_becomes_its_kind_of_wish(line: str, kind: Kind) -> None:
    found = await change_request(await filled(), line)
    assert (found.kind, found.project.name, found.environment) == (kind, "support", PRODUCTION)


async def test_a_promote_knows_where_from() -> None:
    found = await change_request(await filled(), "promote support from staging to production")
    assert (found.source, found.environment) == (STAGING, PRODUCTION)


async def test_a_rollback_to_a_config_names_it() -> None:
    found = await change_request(await filled(), "rollback support in production to baseline")
    assert found.config is not None
    assert found.config.id == "config_support_baseline"


async def test_the_reading_that_resolves_wins_when_names_hold_keywords() -> None:
    provider = demo_provider()
    provider.add("to do", "list of things")
    found = await change_request(await filled(provider), "deploy list of things to staging")
    assert found.config is not None
    assert (found.project.name, found.config.name) == ("to do", "list of things")


async def test_a_config_of_another_project_is_a_wish_that_can_be_refused_with_its_reason() -> None:
    found = await change_request(await filled(), "deploy rewrite of support to production")
    assert found.config is not None
    assert found.config.project_id == "pr_search"
    assert found.project.id == "pr_support"


async def test_configs_of_several_other_projects_are_one_mistake_not_a_question() -> None:
    provider = demo_provider()
    provider.add("empty")
    found = await change_request(await filled(provider), "deploy baseline of empty to production")
    assert found.project.name == "empty"
    question = await meant(await filled(provider), "deploy baseline of empty")
    assert len(the(EnvironmentMissing, question).choices) == 3


async def test_a_name_of_a_provider_in_front_chooses_it() -> None:
    other = MemoryProvider("other")
    other.add("support", "config_x")
    found = await change_request(await filled(demo_provider(), other), "deploy other:config_x to production")
    assert (found.project.provider, found.environment.provider) == ("other", "other")


# Questions


async def test_a_config_of_two_projects_is_asked() -> None:
    index = await filled()
    question = the(Ambiguous, await meant(index, "deploy baseline to production because x"))
    assert question.word == "baseline"

    chosen = await answers(index, question.choices)
    assert sorted(chosen) == ["baseline · search → production", "baseline · support → production"]
    for label, found in chosen.items():
        assert found.project.name in label
        assert found.because == "x"


async def test_the_same_names_at_two_providers_are_asked_with_their_providers() -> None:
    other = MemoryProvider("other")
    other.add("support", "config_x")
    index = await filled(demo_provider(), other)
    question = the(Ambiguous, await meant(index, "deploy config_x of support to production"))

    chosen = await answers(index, question.choices)
    assert {label: found.project.provider for label, found in chosen.items()} == {
        "config_x · support · main → production": "main",
        "config_x · support · other → production": "other",
    }


async def test_the_same_ids_at_two_providers_can_be_told_apart() -> None:
    other = MemoryProvider("other")
    other.add("pr_support", "config_x")
    other.projects_["pr_support"] = replace(other.projects_.pop("pr_pr_support"), id="pr_support", name="support")
    other.configs_["pr_support"] = [
        replace(found, config=replace(found.config, project_id="pr_support", id="config_support_config_x"))
        for found in other.configs_.pop("pr_pr_support")
    ]
    index = await filled(demo_provider(), other)
    for line in ("rollback support in production", "deploy config_x to production", "promote support from dev to prod"):
        question = the(Ambiguous, await meant(index, line))
        chosen = await answers(index, question.choices)
        assert {found.project.provider for found in chosen.values()} == {"main", "other"}


async def test_two_projects_of_one_name_are_told_apart_by_their_ids() -> None:
    provider = demo_provider()
    provider.add("twin", "config_t")
    twin = provider.add("support-2", "config_t")
    provider.projects_[twin.id] = replace(twin, name="twin")
    index = await filled(provider)
    for line in ("deactivate twin in production", "deploy config_t to staging"):
        chosen = await answers(index, the(Ambiguous, await meant(index, line)).choices)
        assert sorted(found.project.id for found in chosen.values()) == ["pr_support-2", "pr_twin"]
        assert all(found.project.id in label for label, found in chosen.items())


async def test_two_configs_of_one_name_are_told_apart_by_their_ids() -> None:
    provider = demo_provider()
    older = provider.configs_["pr_support"][0]
    newer = replace(older, config=replace(older.config, id="config_newer", content_version="config_newer"))
    provider.configs_["pr_support"].append(newer)
    index = await filled(provider)

    chosen = await answers(index, the(Ambiguous, await meant(index, "deploy config_w to staging")).choices)
    assert sorted(found.config.id for found in chosen.values() if found.config) == [
        "config_newer",
        "config_support_config_w",
    ]


async def test_two_environments_of_one_name_are_told_apart_by_their_ids() -> None:
    provider = demo_provider()
    provider.environments.append(Environment("main", "env_eu", "production"))
    index = await filled(provider)
    chosen = await answers(index, the(Ambiguous, await meant(index, "deploy config_x to production")).choices)
    assert sorted(found.environment.id for found in chosen.values()) == ["env_eu", "env_prd"]

    chosen = await answers(index, the(EnvironmentMissing, await meant(index, "deploy config_x")).choices)
    assert len(chosen) == 4

    sources = await answers(index, the(Ambiguous, await meant(index, "promote support from prod to dev")).choices)
    assert {found.source.id for found in sources.values() if found.source} == {"env_eu", "env_prd"}


async def test_a_project_whose_name_is_another_ones_id_is_never_mistaken_for_it() -> None:
    provider = demo_provider()
    provider.add("pr_support", "baseline")
    index = await filled(provider)
    chosen = await answers(index, the(Ambiguous, await meant(index, "deploy baseline to production")).choices)
    assert sorted(found.project.id for found in chosen.values()) == ["pr_pr_support", "pr_search", "pr_support"]


async def test_no_environment_is_a_question_and_never_production() -> None:
    index = await filled()
    question = the(EnvironmentMissing, await meant(index, "deploy config_x because x"))
    chosen = await answers(index, question.choices)
    assert {label: found.environment.name for label, found in chosen.items()} == {
        name: name for name in ("development", "staging", "production")
    }
    assert {found.because for found in chosen.values()} == {"x"}


@pytest.mark.parametrize("line", ["rollback support", "deactivate support", "rollback support to baseline"])
async def test_no_environment_is_asked_for_every_verb(line: str) -> None:
    index = await filled()
    chosen = await answers(index, the(EnvironmentMissing, await meant(index, line)).choices)
    assert {label: found.environment.name for label, found in chosen.items()} == {
        name: name for name in ("development", "staging", "production")
    }


async def test_a_promote_without_a_target_does_not_offer_the_place_it_comes_from() -> None:
    index = await filled()
    chosen = await answers(index, the(EnvironmentMissing, await meant(index, "promote support from staging")).choices)
    assert sorted(chosen) == ["development", "production"]
    assert all(found.source == STAGING for found in chosen.values())


async def test_a_promote_without_a_source_asks_where_from() -> None:
    index = await filled()
    question = the(EnvironmentMissing, await meant(index, "promote support to production"))
    chosen = await answers(index, question.choices)
    assert {label: (found.source and found.source.name) for label, found in chosen.items()} == {
        "development": "development",
        "staging": "staging",
    }
    assert all(found.environment == PRODUCTION for found in chosen.values())


async def test_a_promote_without_anything_asks_twice() -> None:
    index = await filled()
    first = the(EnvironmentMissing, await meant(index, "promote support"))
    for choice in first.choices:
        second = the(EnvironmentMissing, await meant(index, choice.line))
        assert all(found.environment.name == choice.label for found in (await answers(index, second.choices)).values())


async def test_what_is_asked_first_is_the_subject_when_both_are_missing() -> None:
    index = await filled()
    question = the(Ambiguous, await meant(index, "deploy baseline"))
    assert sorted(choice.label for choice in question.choices) == ["baseline · search", "baseline · support"]
    for choice in question.choices:
        the(EnvironmentMissing, await meant(index, choice.line))


async def test_rollback_to_an_environment_asks_which_was_meant() -> None:
    index = await filled()
    question = the(Ambiguous, await meant(index, "rollback support to staging"))
    assert question.word == "staging"
    assert [choice.label for choice in question.choices] == ["support → staging"]
    found = await change_request(index, question.choices[0].line)
    assert (found.kind, found.environment, found.config) == (Kind.ROLLBACK, STAGING, None)


async def test_rollback_to_what_is_both_a_config_and_an_environment_offers_both() -> None:
    provider = demo_provider()
    provider.add("chat", "staging")
    index = await filled(provider)
    question = the(Ambiguous, await meant(index, "rollback chat to staging"))
    assert [choice.label for choice in question.choices] == ["chat → staging", "staging · chat"]
    of_config = the(EnvironmentMissing, await meant(index, question.choices[1].line))
    assert {found.config and found.config.name for found in (await answers(index, of_config.choices)).values()} == {
        "staging"
    }


# Names that nothing has


async def test_a_typo_in_the_environment_is_no_wish_and_offers_what_is_near() -> None:
    index = await filled()
    answer = the(NotFound, await meant(index, "deploy config_x to prodction because x"))
    assert (answer.noun, answer.word) == ("environment", "prodction")
    chosen = await answers(index, answer.near)
    assert chosen["production"].environment == PRODUCTION
    assert chosen["production"].because == "x"


async def test_an_environment_that_is_like_nothing_offers_those_that_there_are() -> None:
    index = await filled()
    answer = the(NotFound, await meant(index, "deploy config_x to zzz"))
    assert [choice.label for choice in answer.near] == ["development", "staging", "production"]
    assert answer.known == ("development", "staging", "production")


async def test_an_unknown_source_offers_sources() -> None:
    index = await filled()
    answer = the(NotFound, await meant(index, "promote support from stagng to production"))
    assert (answer.noun, answer.word) == ("environment", "stagng")
    assert (await answers(index, answer.near))["staging"].source == STAGING


async def test_an_unknown_config_offers_configs() -> None:
    index = await filled()
    answer = the(NotFound, await meant(index, "deploy confg_x to staging"))
    assert (answer.noun, answer.word) == ("config", "confg_x")
    assert (await answers(index, answer.near))["config_x"].environment == STAGING


async def test_an_unknown_project_before_an_at_sign_offers_lines_that_mean_something() -> None:
    index = await filled()
    for line in ("deploy serch@baseline to staging", "deploy main@serch@baseline to staging"):
        answer = the(NotFound, await meant(index, line))
        assert (answer.noun, answer.word) == ("project", line.split()[1].rpartition("@")[0])
        found = (await answers(index, answer.near))["search"]
        assert (found.project.name, found.config and found.config.name) == ("search", "baseline")


async def test_a_name_full_of_at_signs_is_looked_up_a_few_times_and_not_for_every_pair_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index = await filled()
    asked: list[Name] = []

    def counted(name: Name) -> list[Project]:
        asked.append(name)
        return projects(name)

    projects, at_most = index.projects, 200
    monkeypatch.setattr(index, "projects", counted)
    for signs in (50, 1480):
        asked.clear()
        assert isinstance(await meant(index, "deploy " + "a@" * signs + "zz to production"), NotFound)
        assert len(asked) < at_most


async def test_an_unknown_config_of_a_project_offers_that_projects_configs() -> None:
    index = await filled()
    for line in ("deploy basline of search to staging", "deploy search@basline to staging"):
        answer = the(NotFound, await meant(index, line))
        assert (answer.noun, answer.word) == ("config", "basline")
        assert answer.known == ("rewrite", "baseline")
        assert (await answers(index, answer.near))["baseline"].project.name == "search"

    answer = the(NotFound, await meant(index, "rollback search in staging to basline"))
    found = (await answers(index, answer.near))["baseline"]
    assert (found.kind, found.config and found.config.project_id) == (Kind.ROLLBACK, "pr_search")


@pytest.mark.parametrize(
    "line",
    [
        "rollback suport in staging",
        "deactivate suport in staging",
        "promote suport from dev to staging",
        "deploy config_x of suport to staging",
        "rollback suport in staging to baseline",
    ],
)
async def test_an_unknown_project_offers_projects(line: str) -> None:
    index = await filled()
    answer = the(NotFound, await meant(index, line))
    assert (answer.noun, answer.word) == ("project", "suport")
    assert (await answers(index, answer.near))["support"].environment == STAGING


async def test_of_several_misses_the_one_that_came_furthest_is_told() -> None:
    provider = demo_provider()
    provider.add("to do")
    answer = the(NotFound, await meant(await filled(provider), "rollback to do in stagng"))
    assert (answer.noun, answer.word) == ("environment", "stagng")


async def test_a_name_that_is_new_at_the_provider_resolves_after_one_more_look() -> None:
    provider, clock = demo_provider(), MovedClock()
    index = Index({"main": provider}, clock)
    await index.refresh()
    provider.add("billing", "v9")
    clock.move(timedelta(minutes=1))

    assert (await change_request(index, "deploy v9 to staging")).project.name == "billing"


async def test_a_provider_that_does_not_answer_is_said_rather_than_that_the_name_is_wrong() -> None:
    provider = demo_provider()
    provider.fail("projects", NotDone(problem(Fault.UNREACHABLE)))
    index = Index({"main": provider}, MovedClock())
    await index.refresh()

    answer = the(Failed, await meant(index, "deploy config_x to staging"))
    assert answer.problem.fault is Fault.UNREACHABLE


async def test_a_near_name_is_offered_even_while_a_provider_does_not_answer() -> None:
    provider = demo_provider()
    index = Index({"main": provider}, MovedClock())
    await index.refresh()
    provider.fail("projects", NotDone(problem(Fault.UNREACHABLE)))
    await index.refresh()

    the(NotFound, await meant(index, "deploy confg_x to staging"))


async def test_lines_of_other_kinds_do_not_disturb() -> None:
    index = await filled()
    readings = [*the(Understood, parse("deployments support")).readings]
    readings += the(Understood, parse("deploy baseline to staging")).readings
    assert the(Ambiguous, await resolve_change(index, readings)).word == "baseline"


async def test_lines_made_of_wishes_mean_them() -> None:
    provider = demo_provider()
    provider.add("Refund triage", "to production", "a@b", 'say "hi"', "in 2 hours")
    index = await filled(provider)
    project = provider.projects_["pr_Refund triage"]
    for found in provider.configs_[project.id]:
        for kind in (Kind.DEPLOY, Kind.ROLLBACK):
            asked = ChangeRequest(kind, project, STAGING, found.config, because='why: "not"?')
            assert await change_request(index, change_line(index, asked)) == asked


@pytest.mark.parametrize("text", ["in 2h", "at 9:00", "at tomorrow 9:00 Europe/Madrid", "at 2026-12-01 09:00"])
async def test_lines_made_of_wishes_keep_the_time(text: str) -> None:
    index = await filled()
    asked = await change_request(index, f"deploy config_x to staging {text}")
    assert asked.when is not None
    assert await change_request(index, change_line(index, asked)) == asked


async def test_an_instant_that_was_picked_becomes_the_line_that_means_it() -> None:
    index = await filled()
    picked = replace(
        await change_request(index, "deploy config_x to staging"), when=datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    )
    said = await change_request(index, change_line(index, picked))
    assert isinstance(said.when, At)
    assert due_of(said.when, ADA, datetime(2026, 11, 1, tzinfo=UTC)).at == picked.when


# Forms

PICKED = {
    "project": "main:pr_support",
    "config": "main:pr_support:config_support_config_x",
    "environment": "main:env_prd",
    "source": "main:env_stg",
}


@pytest.mark.parametrize("kind", [Kind.DEPLOY, Kind.ROLLBACK, Kind.PROMOTE, Kind.DEACTIVATE])
async def test_a_complete_form_is_a_wish(kind: Kind) -> None:
    found = the(ChangeRequest, from_ids(await filled(), kind, PICKED | {"because": "because"}))
    assert (found.kind, found.project.name, found.environment, found.because) == (
        kind,
        "support",
        PRODUCTION,
        "because",
    )


async def test_a_deploy_needs_no_project_because_its_config_has_one() -> None:
    picked = {key: PICKED[key] for key in ("config", "environment")}
    assert the(ChangeRequest, from_ids(await filled(), Kind.DEPLOY, picked)).project.id == "pr_support"


async def test_a_rollback_needs_no_config() -> None:
    picked = {key: PICKED[key] for key in ("project", "environment")}
    assert the(ChangeRequest, from_ids(await filled(), Kind.ROLLBACK, picked)).config is None


@pytest.mark.parametrize(
    ("kind", "changed", "field", "what"),
    [
        (Kind.DEPLOY, {"config": None}, "config", "missing"),
        (Kind.DEPLOY, {"config": "main:config_gone"}, "config", "gone"),
        (Kind.ROLLBACK, {"config": "main:config_gone"}, "config", "gone"),
        (Kind.DEPLOY, {"project": "nowhere:pr_support"}, "project", "gone"),
        (Kind.ROLLBACK, {"project": None, "config": None}, "project", "missing"),
        (Kind.DEPLOY, {"environment": None}, "environment", "missing"),
        (Kind.DEPLOY, {"environment": "main:env_gone"}, "environment", "gone"),
        (Kind.PROMOTE, {"source": None}, "source", "missing"),
        (Kind.PROMOTE, {"source": "main:env_gone"}, "source", "gone"),
        (Kind.PROMOTE, {"source": "main:env_prd"}, "environment", "same"),
        (Kind.DEPLOY, {"environment": "other:env_prd"}, "environment", "other_provider"),
    ],
)
async def test_every_problem_of_a_form_names_its_field(
    kind: Kind, changed: dict[str, str | None], field: str, what: str
) -> None:
    other = MemoryProvider("other")
    other.add("billing")
    picked = {key: pick for key, pick in (PICKED | changed).items() if pick is not None}
    assert from_ids(await filled(demo_provider(), other), kind, picked) == FieldProblem(field, what)
