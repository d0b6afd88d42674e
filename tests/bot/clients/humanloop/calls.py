"""One good call of every operation: what it asks, what a service answers, and the request that goes over the wire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from bot.clients.humanloop.operations import Operations
from tests.contracts.humanloop import (
    CONFIG,
    DATAPOINT,
    DATASET,
    DEPLOYMENTS,
    EVALUATION,
    EVALUATION_DATAPOINT,
    EVALUATOR,
    LOG,
    PAGE,
    PROJECT,
    PROJECT_CONFIG,
    RESULT,
)

Ask = Callable[[Operations], Awaitable[Any]]


def paged(record: dict[str, Any]) -> dict[str, Any]:
    return {"records": [record], "page": 0, "size": 100, "total": 1}


LINES: list[tuple[Ask, Any, str, Any]] = [
    (lambda wire: wire.projects_page(), PAGE, "GET /v4/projects", None),
    (
        lambda wire: wire.projects_page(page=1, size=5, filter="ab", sort_by="name", order="asc"),
        PAGE,
        "GET /v4/projects?page=1&size=5&filter=ab&sort_by=name&order=asc",
        None,
    ),
    (lambda wire: wire.get_project("pr_1"), PROJECT, "GET /v4/projects/pr_1", None),
    (lambda wire: wire.create_project("p"), PROJECT, "POST /v4/projects", {"name": "p"}),
    (
        lambda wire: wire.create_project("p", directory_id="dir_1"),
        PROJECT,
        "POST /v4/projects",
        {"name": "p", "directory_id": "dir_1"},
    ),
    (
        lambda wire: wire.update_project("pr_1", name="q", active_config_id="config_1"),
        PROJECT,
        "PATCH /v4/projects/pr_1",
        {"name": "q", "active_config_id": "config_1"},
    ),
    (lambda wire: wire.update_project("pr_1"), PROJECT, "PATCH /v4/projects/pr_1", {}),
    (lambda wire: wire.list_configs("pr_1"), [PROJECT_CONFIG], "GET /v4/projects/pr_1/configs", None),
    (
        lambda wire: wire.list_configs("pr_1", evaluation_aggregates=True),
        [PROJECT_CONFIG],
        "GET /v4/projects/pr_1/configs?evaluation_aggregates=true",
        None,
    ),
    (
        lambda wire: wire.register_config({"project_id": "pr_1", "model": "gpt-4o"}),
        PROJECT_CONFIG,
        "POST /v4/model-configs",
        {"project_id": "pr_1", "model": "gpt-4o"},
    ),
    (lambda wire: wire.get_model_config("config_1"), CONFIG, "GET /v4/model-configs/config_1", None),
    (
        lambda wire: wire.get_active_config("pr_1", "staging"),
        PROJECT_CONFIG | {"environment_id": None},
        "GET /v4/projects/pr_1/active-config?environment=staging",
        None,
    ),
    (
        lambda wire: wire.deactivate_config("pr_1", "staging"),
        PROJECT,
        "DELETE /v4/projects/pr_1/active-config?environment=staging",
        None,
    ),
    (lambda wire: wire.list_deployed_configs("pr_1"), DEPLOYMENTS, "GET /v4/projects/pr_1/deployed-configs", None),
    (
        lambda wire: wire.deploy_config("pr_1", "config_1", ["env_1"]),
        DEPLOYMENTS,
        "PATCH /v4/projects/pr_1/deploy-config",
        {"config_id": "config_1", "environments": [{"id": "env_1"}]},
    ),
    (
        lambda wire: wire.delete_deployed_config("pr_1", "env_1"),
        None,
        "DELETE /v4/projects/pr_1/deployed-config/env_1",
        None,
    ),
    (
        lambda wire: wire.evaluations_page(
            "pr_1", ids=["ev_1", "ev_2"], start_date=date(2024, 1, 1), end_date=date(2024, 2, 1), size=5, page=0
        ),
        paged(EVALUATION),
        "GET /v4/evaluations?project_id=pr_1&id=ev_1&id=ev_2&start_date=2024-01-01&end_date=2024-02-01&page=0&size=5",
        None,
    ),
    (
        lambda wire: wire.list_evaluations("pr_1"),
        paged(EVALUATION),
        "GET /v4/evaluations?project_id=pr_1&page=0&size=100",
        None,
    ),
    (
        lambda wire: wire.list_project_evaluations("pr_1", evaluator_aggregates=True),
        [EVALUATION],
        "GET /v4/projects/pr_1/evaluations?evaluator_aggregates=true",
        None,
    ),
    (lambda wire: wire.get_evaluation("ev_1"), EVALUATION, "GET /v4/evaluations/ev_1", None),
    (
        lambda wire: wire.create_evaluation(
            "pr_1", config_id="config_1", evaluator_ids=["evfn_1"], dataset_id="evts_1", hl_generated=False
        ),
        EVALUATION,
        "POST /v4/projects/pr_1/evaluations",
        {"config_id": "config_1", "evaluator_ids": ["evfn_1"], "dataset_id": "evts_1", "hl_generated": False},
    ),
    (
        lambda wire: wire.update_evaluation_status("ev_1", "completed"),
        EVALUATION,
        "PATCH /v4/evaluations/ev_1/status",
        {"status": "completed"},
    ),
    (lambda wire: wire.list_projects(), PAGE, "GET /v4/projects?page=0&size=100&sort_by=created_at&order=asc", None),
    (lambda wire: wire.delete_project("pr_1"), None, "DELETE /v4/projects/pr_1", None),
    (
        lambda wire: wire.export_config("config_1"),
        "---\nmodel: gpt-4o\n---\n",
        "POST /v4/model-configs/config_1/export",
        None,
    ),
    (
        lambda wire: wire.serialize_config({"model": "gpt-4o", "prompt_template": "Hi"}),
        "---\nmodel: gpt-4o\n---\nHi",
        "POST /v4/model-configs/serialize",
        {"model": "gpt-4o", "prompt_template": "Hi"},
    ),
    (
        lambda wire: wire.deserialize_config("---\nmodel: gpt-4o\n---\nHi"),
        CONFIG,
        "POST /v4/model-configs/deserialize",
        {"config": "---\nmodel: gpt-4o\n---\nHi"},
    ),
    (
        lambda wire: wire.add_evaluators("ev_1", evaluator_ids=["evfn_1"]),
        EVALUATION,
        "PATCH /v4/evaluations/ev_1/evaluators",
        {"evaluator_ids": ["evfn_1"]},
    ),
    (
        lambda wire: wire.add_evaluators("ev_1", evaluator_version_ids=["evv_1"]),
        EVALUATION,
        "PATCH /v4/evaluations/ev_1/evaluators",
        {"evaluator_version_ids": ["evv_1"]},
    ),
    (
        lambda wire: wire.evaluation_datapoints_page("ev_1", page=2, size=5, evaluatee_id="evv_1"),
        paged(EVALUATION_DATAPOINT),
        "GET /v4/evaluations/ev_1/datapoints?page=2&size=5&evaluatee_id=evv_1",
        None,
    ),
    (
        lambda wire: wire.list_evaluation_datapoints("ev_1"),
        paged(EVALUATION_DATAPOINT),
        "GET /v4/evaluations/ev_1/datapoints?page=1&size=100",
        None,
    ),
    (
        lambda wire: wire.log_evaluation("ev_1", datapoint_id="evtc_1", log={"output": "hello"}, evaluatee_id="evv_1"),
        LOG,
        "POST /v4/evaluations/ev_1/log?evaluatee_id=evv_1",
        {"datapoint_id": "evtc_1", "log": {"output": "hello"}},
    ),
    (
        lambda wire: wire.log_evaluation_result("ev_1", log_id="data_1", evaluator_id="evfn_1", result=False),
        RESULT,
        "POST /v4/evaluations/ev_1/result",
        {"log_id": "data_1", "evaluator_id": "evfn_1", "result": False},
    ),
    (
        lambda wire: wire.log_evaluation_result("ev_1", log_id="data_1", evaluator_id="evfn_1", error="no answer"),
        RESULT | {"value": None, "error": "no answer"},
        "POST /v4/evaluations/ev_1/result",
        {"log_id": "data_1", "evaluator_id": "evfn_1", "error": "no answer"},
    ),
    (lambda wire: wire.list_evaluators(), [EVALUATOR], "GET /v4/evaluators", None),
    (
        lambda wire: wire.create_evaluator(
            name="polite", description="", type="external", arguments_type="target_free", return_type="boolean"
        ),
        EVALUATOR,
        "POST /v4/evaluators",
        {
            "name": "polite",
            "description": "",
            "type": "external",
            "arguments_type": "target_free",
            "return_type": "boolean",
        },
    ),
    (lambda wire: wire.get_evaluator("evfn_1"), EVALUATOR, "GET /v4/evaluators/evfn_1", None),
    (
        lambda wire: wire.update_evaluator("evfn_1", description="Kind?", model_config={"model": "gpt-4o"}),
        EVALUATOR,
        "PATCH /v4/evaluators/evfn_1",
        {"description": "Kind?", "model_config": {"model": "gpt-4o"}},
    ),
    (lambda wire: wire.delete_evaluator("evfn_1"), None, "DELETE /v4/evaluators/evfn_1", None),
    (lambda wire: wire.list_datasets(), [DATASET], "GET /v4/datasets", None),
    (lambda wire: wire.list_project_datasets("pr_1"), [DATASET], "GET /v4/projects/pr_1/datasets", None),
    (
        lambda wire: wire.create_dataset("pr_1", name="cases", description="By hand"),
        DATASET,
        "POST /v4/projects/pr_1/datasets",
        {"name": "cases", "description": "By hand"},
    ),
    (lambda wire: wire.get_dataset("evts_1"), DATASET, "GET /v4/datasets/evts_1", None),
    (
        lambda wire: wire.update_dataset("evts_1", name="more cases"),
        DATASET,
        "PATCH /v4/datasets/evts_1",
        {"name": "more cases"},
    ),
    (lambda wire: wire.delete_dataset("evts_1"), None, "DELETE /v4/datasets/evts_1", None),
    (
        lambda wire: wire.datapoints_page("evts_1", page=3, size=7),
        paged(DATAPOINT),
        "GET /v4/datasets/evts_1/datapoints?page=3&size=7",
        None,
    ),
    (
        lambda wire: wire.list_datapoints("evts_1"),
        paged(DATAPOINT),
        "GET /v4/datasets/evts_1/datapoints?page=0&size=100",
        None,
    ),
    (lambda wire: wire.get_datapoint("evtc_1"), DATAPOINT, "GET /v4/datapoints/evtc_1", None),
    (
        lambda wire: wire.create_datapoints("evts_1", [{"inputs": {"a": "b"}}]),
        [DATAPOINT],
        "POST /v4/datasets/evts_1/datapoints",
        [{"inputs": {"a": "b"}}],
    ),
    (
        lambda wire: wire.create_datapoints_from_logs("evts_1", ["data_1"]),
        [DATAPOINT],
        "POST /v4/datasets/evts_1/datapoints",
        {"log_ids": ["data_1"]},
    ),
]
"""Operation, answer, request line and body; an operation has several where what is sent differs."""


def name_of(ask: Ask) -> str:
    """The method that is called."""
    names: tuple[str, ...] = ask.__code__.co_names
    return names[0]


METHODS = sorted(name for name in dir(Operations) if not name.startswith("_"))
"""The public methods."""
