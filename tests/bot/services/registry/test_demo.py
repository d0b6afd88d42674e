from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.services.registry.database import migrate
from bot.services.registry.demo import demo_id, seed_demo
from bot.services.registry.identifiers import PRODUCTION_ID, Prefix
from tests.bot.services.registry.conftest import START, Api


async def everything(api: Api) -> list[dict[str, Any]]:
    """All projects with their configs, deployments and evaluations."""
    projects: list[dict[str, Any]] = (await api.get("/projects", params={"size": 100}))["records"]
    for project in projects:
        path = f"/projects/{project['id']}"
        project["configs"] = await api.get(f"{path}/configs")
        project["deployed"] = {row["environment_name"]: row for row in await api.get(f"{path}/deployed-configs")}
        project["runs"] = await api.get(f"{path}/evaluations", params={"evaluator_aggregates": True})
    return projects


def means(project: dict[str, Any], config: str) -> dict[str, float]:
    """The means of the completed run of a config, by evaluator."""
    (run,) = (run for run in project["runs"] if run["config"]["name"] == config and run["status"] == "completed")
    names = {evaluator["id"]: evaluator["name"] for evaluator in run["evaluators"]}
    return {names[mean["evaluator_id"]]: mean["aggregate_value"] for mean in run["evaluator_aggregates"]}


@pytest.fixture
async def demo(api: Api, url: str) -> list[dict[str, Any]]:
    assert await seed_demo(url, START)
    return await everything(api)


def named(demo: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (project,) = (project for project in demo if project["name"] == name)
    return project


async def test_filling_twice_changes_nothing_and_undoes_nothing(api: Api, url: str, demo: list[dict[str, Any]]) -> None:
    project = named(demo, "Support reply")
    await api.delete(f"/projects/{project['id']}/active-config")
    after = await everything(api)
    assert not await seed_demo(url, START + timedelta(days=1))
    assert await everything(api) == after


async def test_ids_are_the_same_everywhere(demo: list[dict[str, Any]]) -> None:
    project = named(demo, "Support reply")
    assert project["id"] == demo_id(Prefix.PROJECT, "Support reply")
    assert project["deployed"]["production"]["environment_id"] == demo_id(Prefix.ENVIRONMENT, "production")
    assert demo_id(Prefix.ENVIRONMENT, "production") == PRODUCTION_ID
    assert project["deployed"]["development"]["model_config_id"] == demo_id(Prefix.CONFIG, "Support reply", "config_x")


async def test_exactly_one_config_is_config_x_and_it_waits_for_production(demo: list[dict[str, Any]]) -> None:
    names = Counter(row["config"]["name"] for project in demo for row in project["configs"])
    assert names["config_x"] == 1
    assert [name for name, count in names.items() if count > 1] == ["baseline"]
    project = named(demo, "Support reply")
    assert project["deployed"]["production"]["model_config_name"] == "config_w"
    assert "config_x" in [row["config"]["name"] for row in project["configs"]]


async def test_config_x_is_better_in_one_evaluator_and_worse_in_none(demo: list[dict[str, Any]]) -> None:
    project = named(demo, "Support reply")
    live, candidate = means(project, "config_w"), means(project, "config_x")
    assert live == {"Answer matches": 0.84, "Polite enough": 0.96, "Latency in seconds": 2.1}
    assert candidate == {"Answer matches": 0.92, "Polite enough": 0.96, "Latency in seconds": 1.7}
    assert len({(run["dataset"]["id"], run["dataset_version_id"]) for run in project["runs"]}) == 1
    versions = [{mean["evaluator_version_id"] for mean in run["evaluator_aggregates"]} for run in project["runs"]]
    assert versions[0] == versions[1]


async def test_another_candidate_is_clearly_worse_in_one_evaluator(demo: list[dict[str, Any]]) -> None:
    project = named(demo, "Refund triage")
    live, candidate = means(project, "triage v3"), means(project, "triage v4")
    assert candidate["Answer matches"] > live["Answer matches"]
    assert candidate["Polite enough"] < live["Polite enough"] - 0.3


async def test_there_are_runs_in_every_state_and_age(demo: list[dict[str, Any]]) -> None:
    runs = [run for project in demo for run in project["runs"]]
    assert {run["status"] for run in runs} == {"pending", "running", "completed", "cancelled"}
    running = {
        START - datetime.fromisoformat(run["created_at"]): {evaluator["type"] for evaluator in run["evaluators"]}
        for run in runs
        if run["status"] == "running"
    }
    assert running == {
        timedelta(days=3): {"python", "human"},
        timedelta(hours=6): {"python", "external"},
        timedelta(minutes=40): {"python", "human"},
    }
    assert {evaluator["type"] for run in runs for evaluator in run["evaluators"]} == {
        "python",
        "llm",
        "human",
        "external",
    }
    assert all(run["dataset"]["datapoint_count"] >= 20 for run in runs)
    evaluated = {run["config"]["name"] for run in named(demo, "Invoice extraction")["runs"]}
    assert evaluated == {"fields v2"}


async def test_it_is_a_believable_organisation(api: Api, demo: list[dict[str, Any]]) -> None:
    assert len(demo) == 8
    assert all(3 <= len(project["configs"]) <= 6 for project in demo)
    assert {tuple(project["deployed"]) for project in demo} == {("production", "staging", "development")}
    found = (await api.get("/projects", params={"user_filter": "MIRA@", "size": 50}))["records"]
    assert all("Mira Okafor" in [user["full_name"] for user in project["users"]] for project in found)
    assert 0 < len(found) < len(demo)
    newest = max(project["updated_at"] for project in demo)
    assert datetime.fromisoformat(newest) < START


async def test_projects_that_stand_in_the_way_are_named(sqlite_url: str, lite: Api) -> None:
    await lite.project("Support reply")
    with pytest.raises(ValueError, match="'Support reply'"):
        await seed_demo(sqlite_url, START)
    assert (await lite.get("/projects"))["total"] == 1


async def test_the_demo_can_be_used_like_any_registry(api: Api, demo: list[dict[str, Any]]) -> None:
    project = named(demo, "Meeting notes")
    (run,) = (run for run in project["runs"] if run["status"] == "running")
    await api.patch(f"/evaluations/{run['id']}/status", {"status": "completed"})
    config_id = demo_id(Prefix.CONFIG, "Meeting notes", "owners and dates")
    staging = {"id": demo_id(Prefix.ENVIRONMENT, "staging")}
    path = f"/projects/{project['id']}/deploy-config"
    rows = await api.patch(path, {"config_id": config_id, "environments": [staging]})
    assert [row["model_config_name"] for row in rows] == ["decisions first", "owners and dates", "baseline"]


async def test_the_demo_needs_the_tables(sqlite_url: str) -> None:
    from bot.services.registry.database import DatabaseUnavailable

    with pytest.raises(DatabaseUnavailable):
        await seed_demo(sqlite_url, START)
    await migrate(sqlite_url)
    assert await seed_demo(sqlite_url, START)
