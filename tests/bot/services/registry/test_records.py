from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from tests.bot.services.registry.conftest import Api, StandingClock

CASES: list[dict[str, Any]] = [
    {"inputs": {"customer": "Marek"}, "target": {"queue": "double-charge"}},
    {"inputs": {"customer": "Ines"}, "messages": [{"role": "user", "content": "Where is it?"}]},
    {"target": {"queue": "other", "weight": 3}},
]


class Run:
    """A running evaluation with an external boolean judge over three cases."""

    def __init__(self, api: Api, project_id: str, config_id: str, run: Any, cases: list[str]) -> None:
        self.api, self.project_id, self.config_id = api, project_id, config_id
        self.id = run["id"]
        self.path = f"/evaluations/{run['id']}"
        self.judges = [evaluator["id"] for evaluator in run["evaluators"]]
        self.dataset_id = run["dataset"]["id"]
        self.cases = cases

    async def log(self, case: int = 0, status: int = 201, **content: Any) -> Any:
        body = {"datapoint_id": self.cases[case], "log": {"output": "double-charge"} | content}
        return await self.api.post(f"{self.path}/log", body, status)

    async def result(self, log: Any, status: int = 201, **said: Any) -> Any:
        body = {"log_id": log, "evaluator_id": self.judges[0]} | said
        return await self.api.post(f"{self.path}/result", body, status)

    async def means(self) -> list[float | None]:
        run = await self.api.get(self.path, params={"evaluator_aggregates": True})
        return [row["aggregate_value"] for row in run["evaluator_aggregates"]]


async def started(api: Api, *kinds: str, return_type: str = "boolean", name: str = "Refund triage") -> Run:
    project_id = await api.project(name)
    config_id = await api.config(project_id)
    dataset_id = await api.dataset(project_id)
    points = await api.post(f"/datasets/{dataset_id}/datapoints", CASES)
    judges: list[str] = []
    for kind in kinds or ("external",):
        judge = await api.evaluator(kind, f"judge {len(judges)}")
        if return_type != "boolean":
            await api.patch(f"/evaluators/{judge}", {"return_type": return_type})
        judges.append(judge)
    body = {"config_id": config_id, "evaluator_ids": judges, "dataset_id": dataset_id}
    run = await api.post(f"/projects/{project_id}/evaluations", body)
    return Run(api, project_id, config_id, run, [point["id"] for point in points])


# Logs and results


async def test_means_follow_the_results(api: Api) -> None:
    run = await started(api)
    assert await run.means() == [None]
    first, second = await run.log(0), await run.log(1)
    await run.result(first["id"], result=True)
    assert await run.means() == [1]
    await run.result(second["id"], result=False)
    assert await run.means() == [0.5]
    (config,) = await api.get(f"/projects/{run.project_id}/configs", params={"evaluation_aggregates": True})
    assert [mean["aggregate_value"] for mean in config["evaluation_aggregates"]] == [0.5]


async def test_a_result_has_every_field_and_the_newer_one_counts(api: Api, clock: StandingClock) -> None:
    run = await started(api)
    log = await run.log()
    said = await run.result(log["id"], result=True)
    assert re.fullmatch(r"evr_[0-9A-Za-z]{21}", said["id"])
    assert re.fullmatch(r"evv_[0-9A-Za-z]{21}", said["evaluator_version_id"])
    assert said == {
        "id": said["id"],
        "evaluator_id": run.judges[0],
        "evaluator_version_id": said["evaluator_version_id"],
        "evaluation_id": run.id,
        "log_id": log["id"],
        "value": True,
        "error": None,
        "created_at": "2026-03-02T09:00:00Z",
        "updated_at": "2026-03-02T09:00:00Z",
        "log": None,
        "evaluator_log": None,
        "version": None,
        "version_id": None,
    }
    clock.move(minutes=5)
    again = await run.result(log["id"], result=False)
    assert again == said | {"value": False, "updated_at": "2026-03-02T09:05:00Z"}
    assert await run.means() == [0]
    failed = await run.result(log["id"], error="the judge was away")
    assert (failed["value"], failed["error"], await run.means()) == (None, "the judge was away", [None])


async def test_a_log_is_answered_as_a_reference(api: Api) -> None:
    run = await started(api)
    reference = await run.log(session_id="sesh_1", project_id=run.project_id, config_id=run.config_id)
    assert reference == {"id": reference["id"], "project_id": run.project_id, "session_id": "sesh_1"}
    assert re.fullmatch(r"data_[0-9A-Za-z]{21}", reference["id"])


async def test_cases_are_listed_from_page_one_with_what_was_said_of_them(api: Api) -> None:
    run = await started(api)
    content: dict[str, Any] = {
        "inputs": {"customer": "Marek", "tries": 2},
        "output_message": {"role": "assistant", "content": "double-charge"},
        "metadata": {"host": "a"},
        "duration": 1.25,
        "prompt_tokens": 12,
        "created_at": "2026-03-01T10:00:00+02:00",
        "feedback": {"type": "rating", "value": "good"},
        "something": "new",
    }
    log = await run.log(0, **content)
    said = await run.result(log["id"], result=True)
    failed = await run.log(1, output=None, error="no answer")
    page = await api.get(f"{run.path}/datapoints")
    assert (page["page"], page["size"], page["total"]) == (1, 10, 3)
    first, second, third = page["records"]
    assert first["datapoint"] == {"id": run.cases[0], "dataset_id": run.dataset_id, "messages": None, **CASES[0]}
    assert first["evaluation_results"] == first["log"]["evaluation_results"] == [said]
    kept = first["log"]
    assert (kept["id"], kept["config"]["id"], kept["observability_status"]) == (log["id"], run.config_id, "completed")
    assert (kept["inputs"], kept["duration"], kept["prompt_tokens"]) == (content["inputs"], 1.25, 12)
    assert (kept["created_at"], kept["updated_at"]) == ("2026-03-01T08:00:00Z", "2026-03-02T09:00:00Z")
    assert (kept["feedback"], kept["project"], kept["project_id"]) == ([], "Refund triage", run.project_id)
    assert (second["log"]["id"], second["log"]["observability_status"]) == (failed["id"], "failed")
    assert (third["log"], third["evaluation_results"]) == (None, [])
    last = await api.get(f"{run.path}/datapoints", params={"page": 2, "size": 2})
    assert [row["datapoint"]["id"] for row in last["records"]] == run.cases[2:]
    assert (await api.get(f"{run.path}/datapoints", params={"page": 9}))["records"] == []
    (entry,) = (await api.get(f"{run.path}/datapoints", 422, params={"page": 0}))["detail"]
    assert (entry["loc"], entry["type"]) == (["query", "page"], "value_error.number.not_ge")
    await api.get("/evaluations/ev_1/datapoints", 404)


async def test_a_run_holds_the_cases_of_its_dataset_as_it_was(api: Api) -> None:
    run = await started(api)
    (later,) = await api.post(f"/datasets/{run.dataset_id}/datapoints", {"inputs": {"customer": "Late"}})
    assert (await api.get(f"{run.path}/datapoints"))["total"] == 3
    body = {"datapoint_id": later["id"], "log": {"output": "x"}}
    refused = await api.post(f"{run.path}/log", body, 404)
    assert refused["detail"] == f"Datapoint with ID '{later['id']}' was not found in the evaluated dataset."
    assert (await api.get(run.path))["dataset_snapshot"]["datapoint_count"] == 3


@pytest.mark.parametrize("status", ["pending", "completed"])
async def test_only_a_running_run_takes_logs_and_results(lite: Api, status: str) -> None:
    run = await started(lite)
    log = await run.log()
    body = {"config_id": run.config_id, "evaluator_ids": run.judges, "dataset_id": run.dataset_id}
    if status == "completed":
        await lite.patch(f"{run.path}/status", {"status": "completed"})
    else:
        other = await lite.post(f"/projects/{run.project_id}/evaluations", body | {"hl_generated": False})
        run.path = f"/evaluations/{other['id']}"
    refused = await run.log(1, status=422)
    assert refused["detail"] == f"The evaluation must be running for this, but it is {status}."
    assert await run.result(log["id"], status=422, result=True) == refused


async def test_a_case_has_one_log_also_when_two_come_at_once(api: Api) -> None:
    run = await started(api)
    body = {"datapoint_id": run.cases[0], "log": {"output": "x"}}
    responses = await asyncio.gather(*(api.client.post(f"{run.path}/log", json=body) for _ in range(3)))
    assert sorted(response.status_code for response in responses) == [201, 409, 409]
    assert "has a log in this evaluation already" in (await run.log(0, status=409))["detail"]


async def test_what_does_not_belong_together_is_refused(lite: Api) -> None:
    run = await started(lite)
    log = await run.log()
    stranger = await lite.evaluator("external", "stranger")
    assert "does not judge this" in (await run.result(log["id"], 404, result=True, evaluator_id=stranger))["detail"]
    assert "not found in this evaluation" in (await run.result("data_1", 404, result=True))["detail"]
    assert "the config_id 'config_1'" in (await run.log(1, 422, config_id="config_1"))["detail"]
    assert "the project_id 'pr_1'" in (await run.log(1, 422, project_id="pr_1"))["detail"]
    for name, body in (("log", {"datapoint_id": "x", "log": {}}), ("result", {"log_id": "x", "evaluator_id": "y"})):
        await lite.post(f"/evaluations/ev_1/{name}", body | {"result": True}, 404)


@pytest.mark.parametrize(
    ("said", "location"),
    [
        ({}, ["body"]),
        ({"result": None, "error": None}, ["body"]),
        ({"result": "true"}, ["body", "result"]),
        ({"result": [1]}, ["body", "result"]),
        ({"result": 10**400}, ["body", "result"]),
        ({"error": 1}, ["body", "error"]),
        ({"log_id": 1, "result": True}, ["body", "log_id"]),
    ],
)
async def test_refuses_results_that_do_not_fit(lite: Api, said: dict[str, Any], location: list[str]) -> None:
    run = await started(lite)
    refused = await run.result("data_1", 422, **said)
    assert refused["detail"][0]["loc"] == location


@pytest.mark.parametrize(
    ("return_type", "fits", "does_not"),
    [("boolean", [True, False], [1, 0.5]), ("number", [1, 0.5, -2], [True]), ("text", [], [True, 1])],
)
async def test_a_result_is_of_its_evaluators_type(
    lite: Api, return_type: str, fits: list[Any], does_not: list[Any]
) -> None:
    run = await started(lite, return_type=return_type)
    log = await run.log()
    for value in fits:
        said = await run.result(log["id"], result=value)
        assert (said["value"], type(said["value"])) == (value, type(value))
    for value in does_not:
        refused = await run.result(log["id"], 422, result=value)
        assert refused["detail"] == f"This evaluator's results are of type {return_type}, so this value can't be saved."


@pytest.mark.parametrize(
    ("content", "location"),
    [
        ({"config": {"model": "m", "colour": "red"}}, ["body", "log", "config", "colour"]),
        ({"messages": [{"role": "nobody"}]}, ["body", "log", "messages", 0, "role"]),
        ({"created_at": "yesterday"}, ["body", "log", "created_at"]),
        ({"created_at": "9999-12-31T23:59:59-12:00"}, ["body", "log", "created_at"]),
        ({"duration": "long"}, ["body", "log", "duration"]),
        ({"judgment": {}}, ["body", "log", "judgment"]),
    ],
)
async def test_refuses_logs_that_do_not_fit(lite: Api, content: dict[str, Any], location: list[Any]) -> None:
    run = await started(lite)
    refused = await run.log(0, 422, **content)
    assert refused["detail"][0]["loc"] == location


async def test_a_log_may_say_its_config_and_a_time_without_offset(lite: Api) -> None:
    run = await started(lite)
    await run.log(0, config={"type": "model", "model": "gpt-4o", "name": "n"}, created_at="2026-03-01T10:00:00")
    (first, *_) = (await lite.get(f"{run.path}/datapoints"))["records"]
    assert first["log"]["created_at"] == "2026-03-01T10:00:00Z"


# Adding evaluators


async def test_evaluators_are_added_behind_those_that_are_there(api: Api, clock: StandingClock) -> None:
    run = await started(api)
    second, third = await api.evaluator("human", "second"), await api.evaluator("python", "third")
    clock.move(hours=1)
    changed = await api.patch(f"{run.path}/evaluators", {"evaluator_ids": [third, run.judges[0], second, third]})
    assert [evaluator["id"] for evaluator in changed["evaluators"]] == [run.judges[0], third, second]
    assert changed["updated_at"] == "2026-03-02T10:00:00Z"
    clock.move(hours=1)
    bodies: list[dict[str, Any]] = [
        {},
        {"evaluator_ids": []},
        {"evaluator_ids": [second], "evaluator_version_ids": None},
    ]
    for body in bodies:
        assert await api.patch(f"{run.path}/evaluators", body) == changed
    log = await run.log()
    await run.result(log["id"], result=True, evaluator_id=second)
    assert await run.means() == [None, None, 1]


async def test_an_evaluator_is_added_in_a_version_once(api: Api) -> None:
    run, other = await started(api), await api.evaluator("human", "other")
    body = {"config_id": run.config_id, "evaluator_ids": [other], "dataset_id": run.dataset_id}
    elsewhere = await api.post(f"/projects/{run.project_id}/evaluations", body)
    found = await api.get(f"/evaluations/{elsewhere['id']}", params={"evaluator_aggregates": True})
    old = found["evaluator_aggregates"][0]["evaluator_version_id"]
    await api.patch(f"/evaluators/{other}", {"return_type": "number"})
    added = await api.patch(f"{run.path}/evaluators", {"evaluator_version_ids": [old]})
    assert [evaluator["id"] for evaluator in added["evaluators"]] == [run.judges[0], other]
    assert await api.patch(f"{run.path}/evaluators", {"evaluator_ids": [other]}) == added
    assert await api.patch(f"{run.path}/evaluators", {"evaluator_version_ids": [old]}) == added
    third = await api.post(f"/projects/{run.project_id}/evaluations", body)
    refused = await api.patch(f"/evaluations/{third['id']}/evaluators", {"evaluator_version_ids": [old]}, 409)
    assert refused["detail"] == f"Evaluator with ID '{other}' already judges this evaluation in another version."


async def test_unknown_evaluators_are_not_added(lite: Api) -> None:
    run = await started(lite)
    for body in ({"evaluator_ids": ["evfn_1"]}, {"evaluator_version_ids": ["evv_1"]}):
        await lite.patch(f"{run.path}/evaluators", body, 404)
        await lite.patch("/evaluations/ev_1/evaluators", body, 404)
    (entry,) = (await lite.patch(f"{run.path}/evaluators", {"evaluator_ids": ["x"] * 1001}, 422))["detail"]
    assert (entry["loc"], entry["type"]) == (["body", "evaluator_ids"], "value_error.list.max_items")
    assert [evaluator["id"] for evaluator in (await lite.get(run.path))["evaluators"]] == run.judges


# Evaluators


async def test_an_evaluator_is_read_changed_and_removed(api: Api, clock: StandingClock) -> None:
    run = await started(api)
    path = f"/evaluators/{run.judges[0]}"
    before = await api.get(path)
    assert await api.patch(path, {}) == await api.patch(path, {"name": None, "type": "python"}) == before
    clock.move(hours=1)
    changes: dict[str, Any] = {
        "name": "right queue",
        "description": "",
        "return_type": "number",
        "arguments_type": "target_free",
        "code": "return 1",
        "model_config": {"model": "gpt-4o"},
    }
    changed = await api.patch(path, changes)
    assert changed["model_config"]["model"] == "gpt-4o"
    assert changed == before | changes | {
        "model_config": changed["model_config"],
        "updated_at": "2026-03-02T10:00:00Z",
    }
    assert await api.get(path) == changed
    await api.delete(path, 204)
    for call in (api.get(path, 404), api.patch(path, {"name": "x"}, 404), api.delete(path, 404)):
        assert (await call)["detail"] == f"Evaluator with ID '{run.judges[0]}' was not found."
    assert await api.get("/evaluators") == []
    assert [evaluator["id"] for evaluator in (await api.get(run.path))["evaluators"]] == run.judges
    body = {"config_id": run.config_id, "evaluator_ids": run.judges, "dataset_id": run.dataset_id}
    await api.post(f"/projects/{run.project_id}/evaluations", body, 404)


async def test_another_judgement_is_another_version_another_name_is_not(lite: Api) -> None:
    run = await started(lite)
    path = f"/evaluators/{run.judges[0]}"
    body = {"config_id": run.config_id, "evaluator_ids": run.judges, "dataset_id": run.dataset_id}
    versions = []
    for change in ({"name": "x"}, {"code": "y"}, {"code": "y"}):
        await lite.patch(path, change)
        made = await lite.post(f"/projects/{run.project_id}/evaluations", body)
        found = await lite.get(f"/evaluations/{made['id']}", params={"evaluator_aggregates": True})
        versions.append(found["evaluator_aggregates"][0]["evaluator_version_id"])
    assert versions[0] != versions[1] == versions[2]


async def test_refuses_changes_of_evaluators_that_do_not_fit(lite: Api) -> None:
    path = f"/evaluators/{await lite.evaluator()}"
    for change in ({"name": " "}, {"description": "a" * 256}, {"return_type": "x"}, {"model_config": {"model": ""}}):
        (entry,) = (await lite.patch(path, change, 422))["detail"]
        assert entry["loc"][1] == next(iter(change))


# Datasets and datapoints


async def test_a_dataset_is_read_changed_and_removed(api: Api, clock: StandingClock) -> None:
    run = await started(api)
    path = f"/datasets/{run.dataset_id}"
    before = await api.get(path)
    assert (before["datapoint_count"], await api.patch(path, {})) == (3, before)
    clock.move(hours=1)
    changed = await api.patch(path, {"name": "new name"})
    assert changed == before | {"name": "new name", "updated_at": "2026-03-02T10:00:00Z"}
    assert await api.delete(path) is None
    for call in (
        api.get(path, 404),
        api.patch(path, {}, 404),
        api.delete(path, 404),
        api.get(f"{path}/datapoints", 404),
    ):
        assert (await call)["detail"] == f"Dataset with ID '{run.dataset_id}' was not found."
    await api.post(f"{path}/datapoints", {}, 404)
    await api.get(f"/datapoints/{run.cases[0]}", 404)
    assert await api.get("/datasets") == []
    assert (await api.get(run.path))["dataset"]["name"] == "new name"
    assert (await api.get(f"{run.path}/datapoints"))["total"] == 3
    body = {"config_id": run.config_id, "evaluator_ids": run.judges, "dataset_id": run.dataset_id}
    await api.post(f"/projects/{run.project_id}/evaluations", body, 404)


async def test_datapoints_are_added_one_several_or_from_logs(api: Api) -> None:
    run = await started(api)
    path = f"/datasets/{run.dataset_id}/datapoints"
    (one,) = await api.post(path, {"inputs": {"a": "b"}, "note": "ignored"})
    assert re.fullmatch(r"evtc_[0-9A-Za-z]{21}", one["id"])
    assert one == {
        "id": one["id"],
        "dataset_id": run.dataset_id,
        "inputs": {"a": "b"},
        "messages": None,
        "target": None,
    }
    assert await api.get(f"/datapoints/{one['id']}") == one
    message = {"role": "user", "content": "hello"}
    log = await run.log(0, inputs={"name": "Marek", "tries": 2}, messages=[message])
    empty = await run.log(1)
    from_log, from_empty = await api.post(path, {"log_ids": [log["id"], empty["id"]]})
    assert (from_log["inputs"], from_log["target"]) == ({"name": "Marek", "tries": "2"}, None)
    assert from_log["messages"][0]["content"] == "hello"
    assert (from_empty["inputs"], from_empty["messages"]) == (None, None)
    assert await api.post(path, []) == await api.post(path, {"log_ids": []}) == []
    page = await api.get(path, params={"page": 1, "size": 3})
    assert (page["page"], page["size"], page["total"]) == (1, 3, 6)
    assert page["records"] == [one, from_log, from_empty]
    assert (await api.get(f"/datasets/{run.dataset_id}"))["datapoint_count"] == 6
    first = await api.get(path)
    assert (first["page"], first["size"], [row["id"] for row in first["records"]][:3]) == (0, 50, run.cases)


async def test_datapoints_that_come_at_once_are_all_kept(api: Api) -> None:
    dataset_id = await api.dataset(await api.project())
    path = f"/datasets/{dataset_id}/datapoints"
    responses = await asyncio.gather(*(api.client.post(path, json=[{}, {}]) for _ in range(4)))
    assert [response.status_code for response in responses] == [201] * 4
    assert ((await api.get(path))["total"], (await api.get(f"/datasets/{dataset_id}"))["datapoint_count"]) == (8, 8)


@pytest.mark.parametrize(
    ("body", "location"),
    [
        ({"inputs": {"a": 1}}, ["body", "inputs", "a"]),
        ([{}, {"target": "x"}], ["body", 1, "target"]),
        ({"messages": [{"role": "x"}]}, ["body", "messages", 0, "role"]),
        ({"log_ids": "x"}, ["body", "log_ids"]),
        ({"log_ids": None}, ["body", "log_ids"]),
        ("x", ["body"]),
        ([1], ["body", 0]),
    ],
)
async def test_refuses_datapoints_that_do_not_fit(lite: Api, body: Any, location: list[Any]) -> None:
    dataset_id = await lite.dataset(await lite.project())
    (entry,) = (await lite.post(f"/datasets/{dataset_id}/datapoints", body, 422))["detail"]
    assert entry["loc"] == location
    assert (await lite.get(f"/datasets/{dataset_id}"))["datapoint_count"] == 0


async def test_unknown_logs_make_no_datapoints(lite: Api) -> None:
    run = await started(lite)
    log = await run.log()
    path = f"/datasets/{run.dataset_id}/datapoints"
    assert (await lite.post(path, {"log_ids": [log["id"], "data_1"]}, 404))["detail"].startswith("Log with ID 'data_1'")
    assert (await lite.get(path))["total"] == 3
    await lite.get("/datapoints/evtc_1", 404)
