"""The operations that no method of the provider contract needs, against a service that speaks the same wire."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path

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
async def wire(tmp_path: Path) -> AsyncIterator[Operations]:
    url = f"sqlite:///{tmp_path / 'registry.db'}"
    await migrate(url)
    app = registry.create_app(url, api_keys=["marmalade"])
    async with serving(app, host="127.0.0.1", port=0) as port:
        client = HumanloopClient("acorn", f"http://127.0.0.1:{port}/v4", SecretStr("marmalade"))
        yield client.wire
        await client.close()
    await registry.close(app)


def test_every_operation_is_asked_of_the_service() -> None:
    tree = ast.parse(Path(__file__).read_text("utf-8"))
    asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert set(METHODS) <= asked


async def test_a_project_is_made_and_renamed(wire: Operations) -> None:
    made = await wire.create_project("Tone of voice")
    assert (made.data_count, made.active_config) == (0, None)
    renamed = await wire.update_project(made.id, name="Tone")
    assert renamed.name == (await wire.get_project(made.id)).name == "Tone"
    assert renamed.created_at == made.created_at <= renamed.updated_at


async def test_a_name_that_is_taken_is_a_conflict_and_no_second_project(wire: Operations) -> None:
    await wire.create_project("Tone")
    with pytest.raises(NotDone) as caught:
        await wire.create_project("Tone")
    assert caught.value.problem.fault is Fault.CONFLICT
    assert len(await wire.list_projects()) == 1


async def test_a_config_is_registered_made_active_and_deactivated_by_name(wire: Operations) -> None:
    project = await wire.create_project("Tone")
    fields = {"project_id": project.id, "model": "gpt-4o", "prompt_template": "Say {{word}}", "temperature": 0.2}
    first = await wire.register_config(fields)
    second = await wire.register_config(fields | {"temperature": 0.7, "name": "warmer"})
    assert (await wire.register_config(fields)).config.id == first.config.id
    assert (await wire.get_model_config(second.config.id)).name == "warmer"
    assert {row.config.id for row in await wire.list_configs(project.id)} == {first.config.id, second.config.id}

    assert (await wire.get_active_config(project.id, "production")).config.id == first.config.id
    updated = await wire.update_project(project.id, active_config_id=second.config.id)
    assert updated.active_config is not None
    assert updated.active_config.config.id == second.config.id
    assert (await wire.deactivate_config(project.id, "production")).active_config is None
    with pytest.raises(NotDone) as caught:
        await wire.get_active_config(project.id, "production")
    assert caught.value.problem.fault is Fault.NOT_FOUND


async def test_an_unknown_environment_deactivates_nothing(wire: Operations) -> None:
    project = await wire.create_project("Tone")
    await wire.register_config({"project_id": project.id, "model": "gpt-4o"})
    with pytest.raises(NotDone) as caught:
        await wire.deactivate_config(project.id, "prodution")
    assert caught.value.problem.fault is Fault.NOT_FOUND
    assert (await wire.get_project(project.id)).active_config is not None


async def test_an_unknown_field_of_a_config_is_named(wire: Operations) -> None:
    with pytest.raises(NotDone) as caught:
        await wire.register_config({"project": "Tone", "model": "gpt-4o", "temprature": 1})
    assert caught.value.problem.fault is Fault.INVALID
    assert "temprature" in caught.value.problem.detail


async def test_projects_are_read_over_all_pages(wire: Operations) -> None:
    names = [f"project {number:03}" for number in range(PAGE_SIZE + 5)]
    for name in names:
        await wire.create_project(name)
    assert [project.name for project in await wire.list_projects()] == names
    assert [project.name for project in await wire.list_projects(filter="PROJECT 00")] == names[:10]


async def refused(work: Awaitable[object]) -> Problem:
    with pytest.raises(NotDone) as caught:
        await work
    return caught.value.problem


async def test_what_is_live_is_read_and_taken_away_by_environment_id(wire: Operations) -> None:
    project = await wire.create_project("Tone")
    config = (await wire.register_config({"project_id": project.id, "model": "gpt-4o"})).config
    (row,) = await wire.list_deployed_configs(project.id)
    assert (row.environment_name, row.model_config_id) == ("production", config.id)

    await wire.delete_deployed_config(project.id, row.environment_id)
    (row,) = await wire.list_deployed_configs(project.id)
    assert row.model_config_id is None

    (row,) = await wire.deploy_config(project.id, config.id, [row.environment_id])
    assert row.model_config_id == config.id
    assert (await refused(wire.deploy_config(project.id, config.id, ["env_0"]))).fault is Fault.NOT_FOUND


async def test_a_deleted_project_is_gone_with_its_configs(wire: Operations) -> None:
    project = await wire.create_project("Tone")
    await wire.register_config({"project_id": project.id, "model": "gpt-4o"})

    await wire.delete_project(project.id)

    assert (await wire.projects_page(size=1)).total == 0
    assert (await refused(wire.get_project(project.id))).fault is Fault.NOT_FOUND
    assert (await refused(wire.delete_project(project.id))).fault is Fault.NOT_FOUND
    assert (await wire.create_project("Tone")).id != project.id, "its name is free again"


async def test_a_config_goes_to_a_prompt_file_and_back(wire: Operations) -> None:
    fields = {"model": "gpt-4o", "prompt_template": "Say {{word}}", "temperature": 0.2}
    made = await wire.register_config({"project": "Tone", **fields})

    file = await wire.export_config(made.config.id)

    assert file == await wire.serialize_config(fields)
    read = await wire.deserialize_config(file)
    assert (read.model, read.prompt_template) == ("gpt-4o", "Say {{word}}")
    assert (await refused(wire.deserialize_config("no file"))).fault is Fault.INVALID
    assert (await refused(wire.export_config("config_0"))).fault is Fault.NOT_FOUND


async def test_evaluators_are_made_changed_and_removed(wire: Operations) -> None:
    made = await wire.create_evaluator(
        name="polite",
        description="Kind?",
        type="llm",
        arguments_type="target_free",
        return_type="boolean",
        model_config={"model": "gpt-4o", "prompt_template": "Is this polite? {{log}}"},
    )
    assert made.nested is not None
    assert made.nested.model == "gpt-4o"

    changed = await wire.update_evaluator(made.id, name="polite enough")

    assert (changed.name, changed.description, changed.type) == ("polite enough", "Kind?", "llm")
    assert [each.id for each in await wire.list_evaluators()] == [made.id]
    assert (await wire.get_evaluator(made.id)).name == "polite enough"
    await wire.delete_evaluator(made.id)
    assert await wire.list_evaluators() == []
    assert (await refused(wire.get_evaluator(made.id))).fault is Fault.NOT_FOUND
    wrong = wire.create_evaluator(
        name="x", description="", type="robot", arguments_type="target_free", return_type="boolean"
    )
    assert "type" in (await refused(wrong)).detail


async def test_datasets_are_made_filled_changed_and_removed(wire: Operations) -> None:
    project = await wire.create_project("Tone")
    made = await wire.create_dataset(project.id, name="cases", description="By hand")
    assert (made.datapoint_count, made.project_id) == (0, project.id)

    added = await wire.create_datapoints(made.id, [{"inputs": {"n": str(n)}} for n in range(PAGE_SIZE + 3)])

    assert [each.inputs for each in await wire.list_datapoints(made.id)] == [each.inputs for each in added]
    assert (await wire.datapoints_page(made.id, page=1, size=PAGE_SIZE)).total == PAGE_SIZE + 3
    assert (await wire.get_datapoint(added[0].id)).inputs == {"n": "0"}
    assert (await wire.update_dataset(made.id, description="By heart")).name == "cases"
    assert [each.description for each in await wire.list_datasets()] == ["By heart"]
    assert [each.id for each in await wire.list_project_datasets(project.id)] == [made.id]
    assert (await wire.get_dataset(made.id)).datapoint_count == PAGE_SIZE + 3
    await wire.delete_dataset(made.id)
    assert (await refused(wire.get_dataset(made.id))).fault is Fault.NOT_FOUND


@dataclass
class Run:
    """A run with one case that an external evaluator judges."""

    project: str
    evaluation: str
    evaluator: str
    dataset: str
    datapoint: str


@pytest.fixture
async def run(wire: Operations) -> Run:
    project = await wire.create_project("Tone")
    config = (await wire.register_config({"project_id": project.id, "model": "gpt-4o"})).config
    judge = await wire.create_evaluator(
        name="right", description="", type="external", arguments_type="target_required", return_type="boolean"
    )
    dataset = await wire.create_dataset(project.id, name="cases", description="By hand")
    (case,) = await wire.create_datapoints(dataset.id, [{"inputs": {"who": "Marek"}, "target": {"queue": "refund"}}])
    evaluation = await wire.create_evaluation(
        project.id, config_id=config.id, evaluator_ids=[judge.id], dataset_id=dataset.id, hl_generated=False
    )
    assert evaluation.status == "pending"
    await wire.update_evaluation_status(evaluation.id, "running")
    return Run(project.id, evaluation.id, judge.id, dataset.id, case.id)


async def test_an_evaluation_is_logged_judged_completed_and_reopened(wire: Operations, run: Run) -> None:
    log = await wire.log_evaluation(run.evaluation, datapoint_id=run.datapoint, log={"output": "To refunds."})
    result = await wire.log_evaluation_result(run.evaluation, log_id=log.id, evaluator_id=run.evaluator, result=True)
    assert (result.value, result.log_id, log.project_id) == (True, log.id, run.project)

    (case,) = await wire.list_evaluation_datapoints(run.evaluation)
    assert (case.datapoint.id, case.log and case.log.output) == (run.datapoint, "To refunds.")
    assert [each.value for each in case.evaluation_results] == [True]
    assert (await wire.evaluation_datapoints_page(run.evaluation)).total == 1

    assert (await wire.update_evaluation_status(run.evaluation, "completed")).status == "completed"
    shown = await wire.get_evaluation(run.evaluation, evaluator_aggregates=True)
    assert [each.aggregate_value for each in shown.evaluator_aggregates] == [1]
    late = wire.log_evaluation(run.evaluation, datapoint_id=run.datapoint, log={"output": "Late."})
    assert (await refused(late)).fault is Fault.INVALID
    assert (await refused(wire.update_evaluation_status(run.evaluation, "cancelled"))).fault is Fault.INVALID
    assert (await wire.update_evaluation_status(run.evaluation, "running")).status == "running"


async def test_more_evaluators_can_judge_a_run(wire: Operations, run: Run) -> None:
    second = await wire.create_evaluator(
        name="short", description="", type="human", arguments_type="target_free", return_type="boolean"
    )
    assert len((await wire.add_evaluators(run.evaluation, evaluator_ids=[second.id])).evaluators) == 2
    assert (await refused(wire.add_evaluators(run.evaluation, evaluator_ids=["evfn_0"]))).fault is Fault.NOT_FOUND


async def test_a_log_becomes_a_case_of_a_dataset(wire: Operations, run: Run) -> None:
    log = await wire.log_evaluation(run.evaluation, datapoint_id=run.datapoint, log={"inputs": {"who": "Ana"}})
    (added,) = await wire.create_datapoints_from_logs(run.dataset, [log.id])
    assert added.inputs == {"who": "Ana"}
    assert (await wire.get_dataset(run.dataset)).datapoint_count == 2


async def test_evaluations_are_listed_for_a_project(wire: Operations, run: Run) -> None:
    other = await wire.create_project("Quiet")
    assert await wire.list_evaluations(other.id) == []
    assert await wire.list_project_evaluations(other.id) == []
    assert [each.id for each in await wire.list_evaluations(run.project)] == [run.evaluation]
    assert [each.id for each in await wire.list_project_evaluations(run.project)] == [run.evaluation]
    assert (await wire.evaluations_page(run.project, ids=["ev_0"])).total == 0
    wrong = wire.create_evaluation(other.id, config_id="config_0", evaluator_ids=[], dataset_id="evts_0")
    assert (await refused(wrong)).fault in (Fault.NOT_FOUND, Fault.INVALID)
