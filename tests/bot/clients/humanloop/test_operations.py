from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from pydantic import SecretStr

from bot.clients.base import NotDone
from bot.clients.humanloop import HumanloopClient, operations
from bot.clients.humanloop.operations import Operations
from bot.domain.errors import Fault
from tests.contracts.humanloop import CONFIG, DEPLOYMENTS, EVALUATION, PAGE, PROJECT, PROJECT_CONFIG
from tests.faulty import FaultyServer, answer

EVALUATION_PAGE = {"records": [EVALUATION], "page": 0, "size": 100, "total": 1}

Ask = Callable[[Operations], Awaitable[Any]]


@pytest.fixture
async def wire(server: FaultyServer) -> AsyncIterator[Operations]:
    client = HumanloopClient("acorn", f"{server.url}/v4", SecretStr("marmalade"))
    yield client.wire
    await client.close()


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
        EVALUATION_PAGE,
        "GET /v4/evaluations?project_id=pr_1&id=ev_1&id=ev_2&start_date=2024-01-01&end_date=2024-02-01&page=0&size=5",
        None,
    ),
    (
        lambda wire: wire.list_evaluations("pr_1"),
        EVALUATION_PAGE,
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
]


@pytest.mark.parametrize(("ask", "given", "line", "body"), LINES, ids=[line for _, _, line, _ in LINES])
async def test_sends_the_request_of_the_reference(
    ask: Ask, given: Any, line: str, body: Any, wire: Operations, server: FaultyServer
) -> None:
    server.always = answer(given)
    await ask(wire)
    (request,) = server.requests
    assert f"{request.method} {request.target}" == line
    assert (request.json() if request.body else None) == body


def page(*names: str, total: int) -> dict[str, Any]:
    return {"records": [PROJECT | {"id": f"pr_{name}", "name": name} for name in names], "total": total}


async def test_reads_pages_from_nought_until_the_total_is_seen(wire: Operations, server: FaultyServer) -> None:
    server.reply(answer(page("a", "b", total=3)), answer(page("c", total=3)))
    assert [project.name for project in await wire.list_projects(filter="x")] == ["a", "b", "c"]
    assert [request.query for request in server.requests] == [
        "page=0&size=100&filter=x&sort_by=created_at&order=asc",
        "page=1&size=100&filter=x&sort_by=created_at&order=asc",
    ]


async def test_stops_at_an_empty_page_whatever_the_total_says(wire: Operations, server: FaultyServer) -> None:
    server.reply(answer(page("a", total=9)), answer(page(total=9)))
    assert [project.name for project in await wire.list_projects()] == ["a"]


async def test_a_project_that_slid_to_the_next_page_is_there_once(wire: Operations, server: FaultyServer) -> None:
    server.reply(answer(page("a", "b", total=4)), answer(page("b", "c", total=4)))
    assert [project.name for project in await wire.list_projects()] == ["a", "b", "c"]


async def test_a_service_that_repeats_its_page_is_not_asked_for_ever(wire: Operations, server: FaultyServer) -> None:
    server.always = answer(page("a", total=9))
    with pytest.raises(NotDone) as caught:
        await wire.list_projects()
    assert caught.value.problem.fault is Fault.UNINTELLIGIBLE
    assert len(server.requests) == 2


async def test_a_list_without_an_end_is_given_up(
    wire: Operations, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "MOST_PAGES", 3)
    server.reply(*(answer(page(str(number), total=number + 99)) for number in range(9)))
    with pytest.raises(NotDone) as caught:
        await wire.list_projects()
    assert caught.value.problem.fault is Fault.UNINTELLIGIBLE
    assert len(server.requests) == 3
