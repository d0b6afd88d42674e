from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from bot.services.registry import tables
from bot.services.registry.database import Database
from bot.services.registry.evaluations import MOVES
from bot.services.registry.identifiers import Prefix, new_id
from tests.bot.services.registry.conftest import START, Api, StandingClock

STATUSES = ("pending", "running", "completed", "cancelled")


async def store_results(url: str, evaluation_id: str, numbers: dict[str, Sequence[float | None]]) -> None:
    """Results of a run by evaluator id, as judges would have left them; None is one without a number."""
    database = Database(url)
    async with database.write() as connection:
        dataset = select(tables.evaluations.c.dataset_id).where(tables.evaluations.c.id == evaluation_id)
        dataset_id = (await connection.execute(dataset)).scalar_one()
        for evaluator_id, values in numbers.items():
            versions = select(tables.evaluator_versions.c.id).where(
                tables.evaluator_versions.c.evaluator_id == evaluator_id
            )
            version_id = (await connection.execute(versions)).scalar_one()
            for number in values:
                datapoint_id = new_id(Prefix.DATAPOINT)
                highest = select(tables.datapoints.c.position).where(tables.datapoints.c.dataset_id == dataset_id)
                position = len((await connection.execute(highest)).all())
                point = {"id": datapoint_id, "dataset_id": dataset_id, "added_in": 1, "position": position}
                await connection.execute(insert(tables.datapoints), [point])
                row = {
                    "id": new_id(Prefix.RESULT),
                    "evaluation_id": evaluation_id,
                    "evaluator_version_id": version_id,
                    "datapoint_id": datapoint_id,
                    "log_id": new_id(Prefix.LOG),
                    "value": number,
                    "number": number,
                    "error": None,
                    "created_at": START,
                    "updated_at": START,
                }
                await connection.execute(insert(tables.results), [row])
    await database.close()


async def force(url: str, evaluation_id: str, **values: Any) -> None:
    """Write into a run what no request can."""
    database = Database(url)
    async with database.write() as connection:
        change = update(tables.evaluations).where(tables.evaluations.c.id == evaluation_id)
        await connection.execute(change.values(**values))
    await database.close()


async def test_a_new_evaluation_has_every_field(api: Api) -> None:
    project_id = await api.project()
    config_id = await api.config(project_id, "triage v3")
    evaluator_id = await api.evaluator("external")
    dataset_id = await api.dataset(project_id)
    body = {
        "config_id": config_id,
        "evaluator_ids": [evaluator_id, evaluator_id],
        "dataset_id": dataset_id,
        "name": "spring",
        "provider_api_keys": {"openai": "sk-secret"},
    }
    run = await api.post(f"/projects/{project_id}/evaluations", body)
    assert re.fullmatch(r"ev_[0-9A-Za-z]{21}", run["id"])
    assert re.fullmatch(r"evtsv_[0-9A-Za-z]{21}", run["dataset_version_id"])
    (evaluator,) = await api.get("/evaluators")
    (dataset,) = await api.get("/datasets")
    assert run == {
        "id": run["id"],
        "status": "running",
        "config": await api.get(f"/model-configs/{config_id}"),
        "created_at": "2026-03-02T09:00:00Z",
        "updated_at": "2026-03-02T09:00:00Z",
        "evaluators": [evaluator],
        "dataset": dataset,
        "dataset_version_id": run["dataset_version_id"],
        "dataset_snapshot": None,
        "evaluator_aggregates": None,
    }
    assert await api.get(f"/evaluations/{run['id']}") == run


@pytest.mark.parametrize(
    ("kinds", "hl_generated", "status"),
    [
        (["external"], True, "running"),
        (["python", "external"], True, "running"),
        (["external"], False, "pending"),
        (["human"], True, "pending"),
        (["python", "llm"], True, "pending"),
        (["python"], False, "pending"),
    ],
)
async def test_starts_in_the_status_of_its_kind(lite: Api, kinds: list[str], hl_generated: bool, status: str) -> None:
    project_id = await lite.project()
    run = await lite.evaluation(project_id, await lite.config(project_id), *kinds, hl_generated=hl_generated)
    assert run["status"] == status


async def test_refuses_to_evaluate_what_is_not_there(lite: Api) -> None:
    project_id = await lite.project()
    stranger = await lite.config(await lite.project("Other"), "stranger")
    body = {
        "config_id": await lite.config(project_id),
        "evaluator_ids": [await lite.evaluator()],
        "dataset_id": await lite.dataset(project_id),
    }
    path = f"/projects/{project_id}/evaluations"
    for change, words in (
        ({"config_id": stranger}, "Model config"),
        ({"evaluator_ids": ["evfn_1"]}, "Evaluator with ID 'evfn_1'"),
        ({"dataset_id": "evts_1"}, "Dataset with ID 'evts_1'"),
    ):
        assert words in (await lite.post(path, body | change, 404))["detail"]
    await lite.post(path, body | {"evaluator_ids": []}, 422)
    await lite.post("/projects/pr_1/evaluations", body, 404)
    assert await lite.get(path) == []


async def test_means_are_computed_from_the_results(api: Api, url: str) -> None:
    project_id = await api.project()
    config_id = await api.config(project_id)
    run = await api.evaluation(project_id, config_id, "python", "human", "external")
    first, second, third = (evaluator["id"] for evaluator in run["evaluators"])
    await store_results(url, run["id"], {first: [1, 1, 0, 1], second: [0.1, 0.2, None]})
    with_means = await api.get(f"/evaluations/{run['id']}", params={"evaluator_aggregates": "true"})
    aggregates = with_means.pop("evaluator_aggregates")
    assert with_means == {name: value for name, value in run.items() if name != "evaluator_aggregates"}
    assert [(row["evaluator_id"], row["aggregate_value"]) for row in aggregates] == [
        (first, 0.75),
        (second, 0.15),
        (third, None),
    ]
    assert {row["model_config_id"] for row in aggregates} == {config_id}
    assert all(re.fullmatch(r"evv_[0-9A-Za-z]{21}", row["evaluator_version_id"]) for row in aggregates)
    listed = f"/projects/{project_id}/evaluations"
    assert [row["evaluator_aggregates"] for row in await api.get(listed)] == [None]
    (row,) = await api.get(listed, params={"evaluator_aggregates": True})
    assert row["evaluator_aggregates"] == aggregates


async def test_a_configs_mean_is_that_of_all_its_runs(api: Api, url: str) -> None:
    project_id = await api.project()
    config_id, other = await api.config(project_id, "a"), await api.config(project_id, "b")
    run = await api.evaluation(project_id, config_id, "python")
    (evaluator_id,) = (evaluator["id"] for evaluator in run["evaluators"])
    body = {"config_id": config_id, "evaluator_ids": [evaluator_id], "dataset_id": run["dataset"]["id"]}
    again = await api.post(f"/projects/{project_id}/evaluations", body)
    await store_results(url, run["id"], {evaluator_id: [1, 1, 1]})
    await store_results(url, again["id"], {evaluator_id: [0]})
    rows = await api.get(f"/projects/{project_id}/configs", params={"evaluation_aggregates": True})
    means = {row["config"]["id"]: [mean["aggregate_value"] for mean in row["evaluation_aggregates"]] for row in rows}
    assert means == {config_id: [0.75], other: []}


async def test_a_dataset_that_moved_on_says_what_it_was(api: Api, url: str) -> None:
    project_id = await api.project()
    run = await api.evaluation(project_id, await api.config(project_id), "python")
    database = Database(url)
    async with database.write() as connection:
        version = {"id": "evtsv_2", "dataset_id": run["dataset"]["id"], "number": 2, "datapoint_count": 40}
        await connection.execute(insert(tables.dataset_versions), [version | {"created_at": START}])
    await database.close()
    now = await api.get(f"/evaluations/{run['id']}")
    assert (now["dataset"]["datapoint_count"], now["dataset_snapshot"]["datapoint_count"]) == (40, 0)
    assert now["dataset_version_id"] == run["dataset_version_id"]


async def test_lists_the_newest_first_and_filters(api: Api, url: str, clock: StandingClock) -> None:
    project_id = await api.project()
    runs = []
    for name in ("first", "second", "third"):
        runs.append(await api.evaluation(project_id, await api.config(project_id, name), "external"))
        clock.move(days=1)
    first, second, third = (run["id"] for run in runs)
    await api.patch(f"/evaluations/{second}/status", {"status": "completed"})
    await store_results(url, second, {runs[1]["evaluators"][0]["id"]: [1]})

    async def listed(**query: Any) -> list[str]:
        found = await api.get("/evaluations", params={"project_id": project_id} | query)
        assert found["total"] == len(found["records"]) or "size" in query
        return [run["id"] for run in found["records"]]

    page = await api.get("/evaluations", params={"project_id": project_id, "page": 1, "size": 2})
    assert (page["page"], page["size"], page["total"]) == (1, 2, 3)
    assert [run["id"] for run in page["records"]] == [first]
    assert (await api.get("/evaluations", params={"project_id": project_id}))["size"] == 50
    assert await listed() == [third, second, first]
    assert await listed(id=[first, third, "ev_1"]) == [third, first]
    assert await listed(id_filter=[first], id=[third]) == []
    assert await listed(start_date="2026-03-03") == [third, second]
    assert await listed(end_date="2026-03-03") == [second, first]
    assert await listed(start_date="2026-03-03", end_date="2026-03-03") == [second]
    assert await listed(start_date="0001-01-01", end_date="9999-12-31") == [third, second, first]
    assert await listed(status_filter=["completed"]) == [second]
    assert await listed(config_filter=["first", runs[2]["config"]["id"]]) == [third, first]
    assert await listed(dataset_filter=[runs[0]["dataset"]["id"]]) == [first]
    assert await listed(dataset_filter=["refund cases"], evaluatee_id="evv_1") == [third, second, first]
    assert await listed(sort=["status.asc", "config.desc"]) == [second, third, first]
    assert await listed(sort=["dataset.asc", "config.asc"]) == [first, second, third]
    assert (await listed(sort=[f"evaluator-{runs[1]['evaluators'][0]['id']}.desc"]))[0] == second


async def test_refuses_lists_that_do_not_fit(lite: Api) -> None:
    (entry,) = (await lite.get("/evaluations", 422))["detail"]
    assert (entry["loc"], entry["type"]) == (["query", "project_id"], "value_error.missing")
    (entry,) = (await lite.get("/evaluations", 422, params={"project_id": "p", "start_date": "May"}))["detail"]
    assert (entry["loc"], entry["type"]) == (["query", "start_date"], "value_error.date")
    project_id = await lite.project()
    for words in ("colour.asc", "status", "status.up"):
        refused = await lite.get("/evaluations", 422, params={"project_id": project_id, "sort": words})
        assert f"Cannot sort by '{words}'" in refused["detail"]
    await lite.get("/evaluations", 404, params={"project_id": "pr_1"})
    await lite.get("/evaluations/ev_1", 404)


# Status


async def test_a_status_outside_the_four_is_a_field_error(lite: Api) -> None:
    for body, kind in (({"status": "failed"}, "type_error.enum"), ({}, "value_error.missing")):
        (entry,) = (await lite.patch("/evaluations/ev_1/status", body, 422))["detail"]
        assert (entry["loc"], entry["type"]) == (["body", "status"], kind)
    await lite.patch("/evaluations/ev_1/status", {"status": "completed"}, 404)


async def test_a_run_that_waits_for_nobody_outside_keeps_its_status(api: Api, url: str) -> None:
    project_id = await api.project()
    run = await api.evaluation(project_id, await api.config(project_id), "python", "llm")
    await force(url, run["id"], status="running")
    refused = await api.patch(f"/evaluations/{run['id']}/status", {"status": "completed"}, 422)
    assert "external or human evaluator" in refused["detail"]
    assert (await api.get(f"/evaluations/{run['id']}"))["status"] == "running"


@pytest.mark.parametrize("kinds", [["human"], ["python", "external"]])
async def test_a_run_that_waits_for_people_can_be_completed_and_reopened(
    api: Api, url: str, clock: StandingClock, kinds: list[str]
) -> None:
    project_id = await api.project()
    run = await api.evaluation(project_id, await api.config(project_id), *kinds)
    await force(url, run["id"], status="running")
    for status in ("completed", "running"):
        clock.move(hours=1)
        moved = await api.patch(f"/evaluations/{run['id']}/status", {"status": status})
        assert moved["status"] == status
        assert moved["updated_at"] == clock.time.isoformat().replace("+00:00", "Z")


async def test_own_logs_let_a_run_with_any_evaluator_move(lite: Api) -> None:
    project_id = await lite.project()
    run = await lite.evaluation(project_id, await lite.config(project_id), "python", hl_generated=False)
    for status in ("running", "completed", "running"):
        assert (await lite.patch(f"/evaluations/{run['id']}/status", {"status": status}))["status"] == status


async def test_of_several_completions_at_once_one_succeeds(api: Api) -> None:
    project_id = await api.project()
    run = await api.evaluation(project_id, await api.config(project_id), "external")
    path, body = f"/evaluations/{run['id']}/status", {"status": "completed"}
    responses = await asyncio.gather(*(api.client.patch(path, json=body) for _ in range(4)))
    assert sorted(response.status_code for response in responses) == [200, 422, 422, 422]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from(STATUSES), change_requests=st.lists(st.sampled_from(STATUSES), max_size=6))
async def test_only_the_three_moves_are_made_and_a_refusal_changes_nothing(
    lite: Api, sqlite_url: str, start: str, change_requests: list[str]
) -> None:
    body = {"project": "Moves", "model": "m"}
    registered = await lite.post("/model-configs", body, 200)
    run = await lite.evaluation(registered["project_id"], registered["config"]["id"], "human")
    await force(sqlite_url, run["id"], status=start)
    path, present = f"/evaluations/{run['id']}", start
    for change_request in change_requests:
        before = await lite.get(path)
        if (present, change_request) in MOVES:
            present = (await lite.patch(f"{path}/status", {"status": change_request}))["status"]
            assert present == change_request
        else:
            refused = await lite.patch(f"{path}/status", {"status": change_request}, 422)
            sentence = f"The status of an evaluation cannot be changed from {present} to {change_request}."
            assert refused == {"detail": sentence}
            assert await lite.get(path) == before


# Evaluators and datasets


async def test_an_evaluator_has_every_field_and_its_own_config(api: Api) -> None:
    body = {
        "name": "polite enough",
        "description": "A model judges the tone",
        "type": "llm",
        "arguments_type": "target_free",
        "return_type": "boolean",
        "code": None,
        "model_config": {"model": "gpt-4o", "prompt_template": "Is this polite? {{log}}"},
    }
    evaluator = await api.post("/evaluators", body)
    assert re.fullmatch(r"evfn_[0-9A-Za-z]{21}", evaluator["id"])
    judge = evaluator["model_config"]
    assert (judge["type"], judge["model"], judge["prompt_template"]) == ("model", "gpt-4o", "Is this polite? {{log}}")
    times = {"created_at": "2026-03-02T09:00:00Z", "updated_at": "2026-03-02T09:00:00Z"}
    assert evaluator == body | times | {"id": evaluator["id"], "model_config": judge, "logging_project": None}
    assert await api.get("/evaluators") == [evaluator]


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"name": "a" * 256}, {"description": "a" * 256}, {"type": "robot"}, {"return_type": "x"}]
)
async def test_refuses_an_evaluator_that_does_not_fit(lite: Api, change: dict[str, str]) -> None:
    body = {"name": "n", "description": "", "type": "human", "arguments_type": "target_free", "return_type": "text"}
    (entry,) = (await lite.post("/evaluators", body | change, 422))["detail"]
    assert entry["loc"] == ["body", next(iter(change))]


async def test_a_dataset_has_every_field(api: Api) -> None:
    project_id = await api.project()
    dataset = await api.post(f"/projects/{project_id}/datasets", {"name": "refund cases", "description": "By hand"})
    assert re.fullmatch(r"evts_[0-9A-Za-z]{21}", dataset["id"])
    times = {"created_at": "2026-03-02T09:00:00Z", "updated_at": "2026-03-02T09:00:00Z"}
    assert dataset == times | {
        "id": dataset["id"],
        "project_id": project_id,
        "name": "refund cases",
        "description": "By hand",
        "datapoint_count": 0,
    }
    assert await api.get("/datasets") == await api.get(f"/projects/{project_id}/datasets") == [dataset]
    await api.post("/projects/pr_1/datasets", {"name": "n", "description": ""}, 404)
