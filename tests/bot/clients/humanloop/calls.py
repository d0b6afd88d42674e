"""One good call of every operation: what it asks, what a service answers, and the request that goes over the wire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.clients.humanloop.operations import Operations
from tests.contracts.humanloop import (
    DEPLOYMENTS,
    EVALUATION,
    EVALUATION_DATAPOINT,
    PAGE,
    PROJECT,
    PROJECT_CONFIG,
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
        lambda wire: wire.update_project("pr_1", name="q", directory_id="dir_1"),
        PROJECT,
        "PATCH /v4/projects/pr_1",
        {"name": "q", "directory_id": "dir_1"},
    ),
    (lambda wire: wire.update_project("pr_1"), PROJECT, "PATCH /v4/projects/pr_1", {}),
    (lambda wire: wire.list_configs("pr_1"), [PROJECT_CONFIG], "GET /v4/projects/pr_1/configs", None),
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
        lambda wire: wire.list_project_evaluations("pr_1", evaluator_aggregates=True),
        [EVALUATION],
        "GET /v4/projects/pr_1/evaluations?evaluator_aggregates=true",
        None,
    ),
    (lambda wire: wire.get_evaluation("ev_1"), EVALUATION, "GET /v4/evaluations/ev_1", None),
    (
        lambda wire: wire.update_evaluation_status("ev_1", "completed"),
        EVALUATION,
        "PATCH /v4/evaluations/ev_1/status",
        {"status": "completed"},
    ),
    (lambda wire: wire.list_projects(), PAGE, "GET /v4/projects?page=0&size=100&sort_by=created_at&order=asc", None),
    (
        lambda wire: wire.evaluation_datapoints_page("ev_1", page=2, size=5),
        paged(EVALUATION_DATAPOINT),
        "GET /v4/evaluations/ev_1/datapoints?page=2&size=5",
        None,
    ),
]
"""Operation, answer, request line and body; an operation has several where what is sent differs."""


def name_of(ask: Ask) -> str:
    """The method that is called."""
    names: tuple[str, ...] = ask.__code__.co_names
    return names[0]


METHODS = sorted(name for name in dir(Operations) if not name.startswith("_"))
"""The public methods."""
