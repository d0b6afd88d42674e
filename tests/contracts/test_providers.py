"""One suite over every provider of the catalog, on every service there is of its kind, when all is well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.clients import catalog
from bot.clients.base import Capabilities, ConfigWithContent, NotDone, ProviderClient, ServedNow
from bot.domain.errors import Fault
from bot.domain.evaluations import COMPLETED, PENDING, RUNNING, Evaluation
from bot.domain.live_state import NOTHING
from bot.domain.names import Config, Environment, Project
from bot.domain.project_fields import ProjectFields
from tests.contracts.services import CAPABILITIES, KEY, SAMPLES, SERVICES, Reach, Sample, copied, demo_database


def ways(able: Callable[[Capabilities], object] = lambda _: True) -> list[Any]:
    """Every way to every kind of service that is able to do something."""
    return [
        pytest.param((kind, reach), id=way)
        for kind, reaches in SERVICES.items()
        for way, reach in reaches.items()
        if able(CAPABILITIES[kind])
    ]


EVALUATING = pytest.mark.parametrize("way", ways(lambda can: can.evaluations), indirect=True)
CREATING = pytest.mark.parametrize("way", ways(lambda can: can.create), indirect=True)
FILING = pytest.mark.parametrize("way", ways(lambda can: "directory" in can.fields), indirect=True)
DESCRIBING = pytest.mark.parametrize("way", ways(lambda can: "description" in can.fields), indirect=True)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_database(tmp_path_factory.mktemp("demo"))


@pytest.fixture(params=ways())
def way(request: pytest.FixtureRequest) -> tuple[str, Reach]:
    way: tuple[str, Reach] = request.param
    return way


@pytest.fixture
def reach(way: tuple[str, Reach]) -> Reach:
    return way[1]


@pytest.fixture
def sample(way: tuple[str, Reach]) -> Sample:
    return SAMPLES[way[0]]


@pytest.fixture
async def client(reach: Reach, demo: Path, tmp_path: Path) -> AsyncIterator[ProviderClient]:
    async with reach(copied(demo, tmp_path), KEY) as client:
        yield client


async def project(client: ProviderClient) -> Project:
    """A project with something live, several configs and, where there are such, evaluations."""
    (found,) = await client.projects("Support")
    return found


async def environment(client: ProviderClient, name: str) -> Environment:
    now = await client.served(await project(client))
    return next(one for one in now.environments if one.name.casefold() == name)


def another(configs: list[ConfigWithContent], now: ServedNow, there: Environment) -> Config:
    """A config that is not live there."""
    return next(
        one.config for one in configs if not now.served[there.id].serves(one.config.id, one.config.content_version)
    )


def others(now: ServedNow, there: Environment) -> dict[str, str]:
    """What every other environment has live."""
    return {identifier: served.fingerprint() for identifier, served in now.served.items() if identifier != there.id}


def test_every_provider_kind_has_a_service_to_be_tried_on() -> None:
    assert SERVICES.keys() == SAMPLES.keys() == catalog.KINDS.keys()


async def test_finds_out_that_address_and_key_are_right(client: ProviderClient) -> None:
    await client.check()


async def test_finds_out_that_the_key_is_wrong(reach: Reach, demo: Path, tmp_path: Path) -> None:
    async with reach(copied(demo, tmp_path), "hl_sk_wrong") as client:
        with pytest.raises(NotDone) as caught:
            await client.check()
    assert caught.value.problem.fault is Fault.UNAUTHORIZED
    assert "wrong" not in str(caught.value)


async def test_lists_all_projects_under_its_own_name(client: ProviderClient, sample: Sample) -> None:
    found = await client.projects()
    assert {sample.project, sample.another} <= {each.name for each in found}
    assert {each.provider for each in found} == {client.name} == {"acorn"}
    assert len({each.id for each in found}) == len(found)


@pytest.mark.parametrize("change", [str.lower, str.upper, lambda name: name[2:-3]], ids=["lower", "upper", "part"])
async def test_finds_projects_by_a_part_of_their_name_in_whatever_case(
    change: Callable[[str], str], client: ProviderClient, sample: Sample
) -> None:
    assert [each.name for each in await client.projects(change(sample.another))] == [sample.another]


@pytest.mark.parametrize("words", ["nobody has this", "%", "_efund"])
async def test_finds_no_project_where_there_is_none(words: str, client: ProviderClient) -> None:
    assert list(await client.projects(words)) == []


async def test_reads_configs_with_what_stands_in_them(client: ProviderClient, sample: Sample) -> None:
    there = await project(client)
    found = {each.config.name: each for each in await client.configs(there)}
    candidate = found[sample.candidate]
    assert candidate.config.project_id == there.id
    assert candidate.content.messages
    assert candidate.content.model
    assert all(candidate.content != found[live].content for live in sample.live.values())
    assert len({each.config.id for each in found.values()}) == len(found)


async def test_the_version_of_a_content_stays_while_nobody_changes_it(client: ProviderClient) -> None:
    there = await project(client)
    assert list(await client.configs(there)) == list(await client.configs(there))


async def test_says_for_every_environment_what_is_live(client: ProviderClient, sample: Sample) -> None:
    now = await client.served(await project(client))
    assert now.served.keys() == {each.id for each in now.environments}
    assert [each.name for each in now.environments if each.is_default] == list(filter(None, [sample.default]))
    known = {each.config.name: each.config for each in await client.configs(await project(client))}
    live = {each.name: now.served[each.id] for each in now.environments}
    for environment, name in sample.live.items():
        assert live[environment].serves(known[name].id, known[name].content_version)


@pytest.mark.parametrize("name", ["production", "staging", "development"])
async def test_makes_a_config_live_in_exactly_one_environment(name: str, client: ProviderClient) -> None:
    here, there = await project(client), await environment(client, name)
    before = await client.served(here)
    config = another(list(await client.configs(here)), before, there)
    answered = await client.serve(here, there, config)
    after = await client.served(here)
    assert answered in ((after,) if client.capabilities.answers_state else (None,))
    assert after.served[there.id].serves(config.id, config.content_version)
    assert others(after, there) == others(before, there)


@pytest.mark.parametrize("name", ["production", "staging", "development"])
async def test_makes_nothing_live_in_exactly_one_environment(name: str, client: ProviderClient) -> None:
    here, there = await project(client), await environment(client, name)
    before = await client.served(here)
    await client.clear(here, there)
    after = await client.served(here)
    assert after.served[there.id].same_as(NOTHING)
    assert others(after, there) == others(before, there)


async def test_doing_it_twice_is_doing_it_once(client: ProviderClient) -> None:
    here, there = await project(client), await environment(client, "staging")
    config = another(list(await client.configs(here)), await client.served(here), there)
    await client.clear(here, there)
    await client.clear(here, there)
    await client.serve(here, there, config)
    once = await client.served(here)
    await client.serve(here, there, config)
    assert (await client.served(here)).served[there.id].same_as(once.served[there.id])


async def test_a_cleared_environment_can_serve_again(client: ProviderClient) -> None:
    here, there = await project(client), await environment(client, "production")
    before = await client.served(here)
    (live,) = (
        each.config
        for each in await client.configs(here)
        if before.served[there.id].serves(each.config.id, each.config.content_version)
    )
    await client.clear(here, there)
    await client.serve(here, there, live)
    assert (await client.served(here)).served[there.id].same_as(before.served[there.id])


async def test_of_two_at_the_same_moment_one_is_last_and_is_live(client: ProviderClient) -> None:
    here, there = await project(client), await environment(client, "staging")
    one, other = [each.config for each in await client.configs(here)][:2]
    await asyncio.gather(client.serve(here, there, one), client.serve(here, there, other))
    live = (await client.served(here)).served[there.id]
    assert live.serves(one.id, one.content_version) or live.serves(other.id, other.content_version)


@CREATING
async def test_makes_a_project_that_is_listed_and_has_nothing_live(client: ProviderClient) -> None:
    made = await client.create_project("Refunds in chat", "dir_6AsDf0GhJk2LzXcVb8NmQ")

    assert (made.project.name, made.fields.directory) == ("Refunds in chat", "dir_6AsDf0GhJk2LzXcVb8NmQ")
    assert await client.project(made.project) == made
    assert made.project in await client.projects("refunds in")
    assert list(await client.configs(made.project)) == []
    assert set((await client.served(made.project)).served.values()) == {NOTHING}


@CREATING
async def test_a_project_without_a_directory_has_none(client: ProviderClient) -> None:
    assert (await client.create_project("Refunds in chat", None)).fields.directory is None


@CREATING
async def test_of_two_projects_of_one_name_made_at_once_there_is_one(client: ProviderClient) -> None:
    ends = await asyncio.gather(
        *(client.create_project("Refunds in chat", None) for _ in range(2)), return_exceptions=True
    )
    (refused,) = [each for each in ends if isinstance(each, NotDone)]
    assert refused.problem.fault is Fault.CONFLICT
    assert len(await client.projects("refunds in chat")) == 1


@FILING
async def test_renames_and_moves_only_what_is_named(client: ProviderClient) -> None:
    here = await project(client)
    before = await client.project(here)

    moved = await client.update_project(here, ProjectFields(directory="dir_6AsDf0GhJk2LzXcVb8NmQ"))
    renamed = await client.update_project(here, ProjectFields("Support answers"))

    assert moved.project.name == before.project.name
    assert (renamed.project.name, renamed.fields.directory) == ("Support answers", "dir_6AsDf0GhJk2LzXcVb8NmQ")
    assert renamed.project.id == here.id
    assert await client.project(here) == renamed


@DESCRIBING
async def test_changes_only_the_fields_that_are_named(client: ProviderClient) -> None:
    here = await project(client)
    before = await client.project(here)
    (team, *_) = [each for each in await client.maintainers("support-ai") if each.kind == "team"]
    (member,) = await client.maintainers("ravi@acorn.example")

    described = await client.update_project(here, ProjectFields(description="Answers.", tags=("a", "b")))
    kept = await client.update_project(here, ProjectFields(maintainer=team))
    last = await client.update_project(here, ProjectFields(name="Answers", maintainer=member, inverted=True))

    assert described.fields == replace(before.fields, description="Answers.", tags=("a", "b"))
    assert kept.fields.maintainer == team
    assert last.fields == replace(described.fields, name="Answers", maintainer=member, inverted=True)
    assert await client.project(here) == last


@FILING
async def test_a_name_that_is_taken_renames_nothing(client: ProviderClient) -> None:
    here = await project(client)
    with pytest.raises(NotDone) as caught:
        await client.update_project(here, ProjectFields("Refund triage"))
    assert caught.value.problem.fault is Fault.CONFLICT
    assert (await client.project(here)).project.name == here.name


NOWHERE = Environment("acorn", "env_000000000000000000000", "nowhere")
NOBODY = Config("acorn", "pr_0", "config_000000000000000000000", "nobody", "config_000000000000000000000")
NO_PROJECT = Project("acorn", "pr_000000000000000000000", "no project")
CLIMBER = Project("acorn", "../projects", "climber")
REFUSED: dict[str, Callable[[ProviderClient, Project, Environment], Awaitable[Any]]] = {
    "a config nobody has": lambda client, here, there: client.serve(here, there, NOBODY),
    "an environment nobody has": lambda client, here, _: client.serve(here, NOWHERE, NOBODY),
    "clearing an environment nobody has": lambda client, here, _: client.clear(here, NOWHERE),
    "serving in no project": lambda client, _, there: client.serve(NO_PROJECT, there, NOBODY),
    "clearing in no project": lambda client, _, there: client.clear(NO_PROJECT, there),
    "clearing through a crafted id": lambda client, _, there: client.clear(CLIMBER, there),
    "renaming no project": lambda client, *_: client.update_project(NO_PROJECT, ProjectFields("nothing")),
    "renaming through a crafted id": lambda client, *_: client.update_project(CLIMBER, ProjectFields("climbed")),
    "an evaluation nobody has": lambda client, here, _: client.set_evaluation_status(here, "ev_0", COMPLETED),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_refused_changes_nothing(name: str, client: ProviderClient) -> None:
    here, there = await project(client), await environment(client, "production")
    before = await client.served(here)
    with pytest.raises(NotDone) as caught:
        await REFUSED[name](client, here, there)
    assert caught.value.problem.fault in (Fault.NOT_FOUND, Fault.INVALID)
    assert caught.value.problem.detail
    assert await client.served(here) == before


@pytest.mark.parametrize("missing", [NO_PROJECT, CLIMBER, Project("acorn", "", "empty"), Project("acorn", "..", "up")])
async def test_reading_from_a_project_nobody_has_is_told_as_such(missing: Project, client: ProviderClient) -> None:
    reads = [client.configs, client.served, *([client.evaluations] if client.capabilities.evaluations else [])]
    for read in reads:
        with pytest.raises(NotDone) as caught:
            await read(missing)
        assert caught.value.problem.fault is Fault.NOT_FOUND


async def evaluations(client: ProviderClient) -> list[Evaluation]:
    return [one for each in await client.projects() for one in await client.evaluations(each)]


@EVALUATING
async def test_evaluations_come_with_scores_and_say_what_they_rest_on(client: ProviderClient) -> None:
    here = await project(client)
    done = [one for one in await client.evaluations(here) if one.status == COMPLETED]
    configs = {each.config.id for each in await client.configs(here)}
    assert done
    for one in done:
        assert one.project_id == here.id
        assert one.config_id in configs
        assert {score.evaluator_id for score in one.scores} == {evaluator.id for evaluator in one.evaluators}
        assert all(score.value is not None for score in one.scores)
        assert one.dataset_version_id
        assert one.datapoints > 0
        assert one.created_at.utcoffset() is not None


@EVALUATING
async def test_one_evaluation_is_the_same_alone_and_among_all(client: ProviderClient) -> None:
    here = await project(client)
    for one in await client.evaluations(here):
        assert await client.evaluation(here, one.id) == one


@EVALUATING
async def test_evaluations_come_without_scores_where_nobody_asks_for_them(client: ProviderClient) -> None:
    here = await project(client)
    with_scores = await client.evaluations(here)
    without = await client.evaluations(here, scores=False)
    assert without == tuple(replace(one, scores=()) for one in with_scores)


async def test_how_far_an_evaluation_is_counts_its_results(client: ProviderClient) -> None:
    for one in await evaluations(client):
        progress = await client.progress(Project("acorn", one.project_id, "wherever it is"), one)
        assert progress.total == one.datapoints
        assert progress.looked_at == min(progress.total, 500)
        assert progress.judged.keys() == {evaluator.id for evaluator in one.evaluators}
        assert progress.done == min(progress.judged.values(), default=progress.looked_at)
        if one.status == COMPLETED:
            assert progress.done == progress.looked_at
        if one.status == RUNNING and one.takes_status_from_caller:
            assert progress.done < progress.looked_at


@EVALUATING
async def test_an_evaluation_that_waits_for_people_can_be_completed_and_reopened(client: ProviderClient) -> None:
    one = next(run for run in await evaluations(client) if run.status == RUNNING and run.takes_status_from_caller)
    here = Project("acorn", one.project_id, "wherever it is")
    assert (await client.set_evaluation_status(here, one.id, COMPLETED)).status == COMPLETED
    assert (await client.evaluation(here, one.id)).status == COMPLETED
    assert (await client.set_evaluation_status(here, one.id, RUNNING)).status == RUNNING


@EVALUATING
@pytest.mark.parametrize("status", [PENDING, "cancelled", "done", ""])
async def test_a_status_that_cannot_be_set_leaves_the_evaluation_as_it_was(status: str, client: ProviderClient) -> None:
    one = next(run for run in await evaluations(client) if run.status == RUNNING and run.takes_status_from_caller)
    here = Project("acorn", one.project_id, "wherever it is")
    with pytest.raises(NotDone) as caught:
        await client.set_evaluation_status(here, one.id, status)
    assert caught.value.problem.fault is Fault.INVALID
    assert (await client.evaluation(here, one.id)).status == RUNNING


async def test_answers_many_questions_at_once(client: ProviderClient) -> None:
    here = await project(client)
    answers = await asyncio.gather(*(client.served(here) for _ in range(50)))
    assert all(answer == answers[0] for answer in answers)
