"""Every operation of the client against a service that speaks the same wire; what is there, its owner made."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.clients.base import NotDone
from bot.clients.humanloop import HumanloopClient
from bot.clients.humanloop.operations import PAGE_SIZE, Operations
from bot.domain.errors import Fault, Problem
from bot.services.registry import app as registry
from bot.services.registry.database import migrate
from bot.slack.health import serving
from tests.bot.clients.humanloop.calls import METHODS


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    url = f"sqlite:///{tmp_path / 'registry.db'}"
    await migrate(url)
    app = registry.create_app(url, api_keys=["marmalade"])
    async with serving(app, host="127.0.0.1", port=0) as port:
        yield f"http://127.0.0.1:{port}/v4"
    await registry.close(app)


@pytest.fixture
async def wire(address: str) -> AsyncIterator[Operations]:
    client = HumanloopClient("acorn", address, SecretStr("marmalade"))
    yield client.wire
    await client.close()


class Owner:
    """Whoever uses the service by other means than this client."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def post(self, path: str, body: Any) -> Any:
        answer = await self._http.post(path, json=body)
        answer.raise_for_status()
        return answer.json()

    async def config(self, project_id: str, **fields: Any) -> str:
        """Register a config; its id."""
        body = {"project_id": project_id, "model": "gpt-4o", **fields}
        return str((await self.post("/model-configs", body))["config"]["id"])


@pytest.fixture
async def owner(address: str) -> AsyncIterator[Owner]:
    async with httpx.AsyncClient(base_url=address, headers={"X-API-KEY": "marmalade"}) as http:
        yield Owner(http)


async def refused(work: Awaitable[object]) -> Problem:
    with pytest.raises(NotDone) as caught:
        await work
    return caught.value.problem


def test_every_operation_is_asked_of_the_service() -> None:
    tree = ast.parse(Path(__file__).read_text("utf-8"))
    asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert set(METHODS) <= asked


async def test_a_project_is_made_and_renamed(wire: Operations) -> None:
    made = await wire.create_project("Tone of voice")
    renamed = await wire.update_project(made.id, name="Tone")
    assert renamed.name == (await wire.get_project(made.id)).name == "Tone"
    assert renamed.created_at == made.created_at <= renamed.updated_at
    assert (await refused(wire.get_project("pr_0"))).fault is Fault.NOT_FOUND


async def test_a_name_that_is_taken_is_a_conflict_and_no_second_project(wire: Operations) -> None:
    await wire.create_project("Tone")
    assert (await refused(wire.create_project("Tone"))).fault is Fault.CONFLICT
    assert len(await wire.list_projects()) == 1
    assert (await wire.projects_page(size=1)).total == 1


async def test_projects_are_read_over_all_pages(wire: Operations) -> None:
    names = [f"project {number:03}" for number in range(PAGE_SIZE + 5)]
    for name in names:
        await wire.create_project(name)
    assert [project.name for project in await wire.list_projects()] == names
    assert [project.name for project in await wire.list_projects(filter="PROJECT 00")] == names[:10]


async def test_configs_are_listed_with_what_was_registered(wire: Operations, owner: Owner) -> None:
    project = await wire.create_project("Tone")
    first = await owner.config(project.id, prompt_template="Say {{word}}", temperature=0.2)
    second = await owner.config(project.id, name="warmer", temperature=0.7)
    listed = {row.config.id: row.config for row in await wire.list_configs(project.id)}
    assert set(listed) == {first, second}
    assert (listed[first].prompt_template, listed[second].name) == ("Say {{word}}", "warmer")


async def test_what_is_live_is_read_and_taken_away_by_environment_id(wire: Operations, owner: Owner) -> None:
    project = await wire.create_project("Tone")
    config = await owner.config(project.id)
    (row,) = await wire.list_deployed_configs(project.id)
    assert (row.environment_name, row.model_config_id) == ("production", config)

    await wire.delete_deployed_config(project.id, row.environment_id)
    (row,) = await wire.list_deployed_configs(project.id)
    assert row.model_config_id is None

    (row,) = await wire.deploy_config(project.id, config, [row.environment_id])
    assert row.model_config_id == config
    assert (await refused(wire.deploy_config(project.id, config, ["env_0"]))).fault is Fault.NOT_FOUND


@dataclass
class Run:
    """A run with one case that an external evaluator judges."""

    project: str
    evaluation: str
    evaluator: str
    datapoint: str


@pytest.fixture
async def run(wire: Operations, owner: Owner) -> Run:
    project = (await wire.create_project("Tone")).id
    config = await owner.config(project)
    judging = {"type": "external", "arguments_type": "target_required", "return_type": "boolean"}
    judge = await owner.post("/evaluators", {"name": "right", "description": "", **judging})
    dataset = await owner.post(f"/projects/{project}/datasets", {"name": "cases", "description": "By hand"})
    case = {"inputs": {"who": "Marek"}, "target": {"queue": "refund"}}
    (datapoint,) = await owner.post(f"/datasets/{dataset['id']}/datapoints", [case])
    body = {"config_id": config, "evaluator_ids": [judge["id"]], "dataset_id": dataset["id"], "hl_generated": False}
    evaluation = await owner.post(f"/projects/{project}/evaluations", body)
    await wire.update_evaluation_status(evaluation["id"], "running")
    return Run(project, evaluation["id"], judge["id"], datapoint["id"])


async def test_an_evaluation_is_read_completed_and_reopened(wire: Operations, owner: Owner, run: Run) -> None:
    log = await owner.post(
        f"/evaluations/{run.evaluation}/log", {"datapoint_id": run.datapoint, "log": {"output": "To refunds."}}
    )
    result = {"log_id": log["id"], "evaluator_id": run.evaluator, "result": True}
    await owner.post(f"/evaluations/{run.evaluation}/result", result)

    page = await wire.evaluation_datapoints_page(run.evaluation)
    (case,) = page.records
    assert (page.total, case.datapoint.id) == (1, run.datapoint)
    assert [each.value for each in case.evaluation_results] == [True]

    assert (await wire.update_evaluation_status(run.evaluation, "completed")).status == "completed"
    scored = await wire.get_evaluation(run.evaluation, evaluator_aggregates=True)
    assert [each.aggregate_value for each in scored.evaluator_aggregates] == [1]
    assert (await refused(wire.update_evaluation_status(run.evaluation, "cancelled"))).fault is Fault.INVALID
    assert (await wire.update_evaluation_status(run.evaluation, "running")).status == "running"


async def test_evaluations_are_listed_for_a_project(wire: Operations, run: Run) -> None:
    other = await wire.create_project("Quiet")
    assert await wire.list_project_evaluations(other.id) == []
    assert [each.id for each in await wire.list_project_evaluations(run.project)] == [run.evaluation]
