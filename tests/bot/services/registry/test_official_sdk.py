"""The official client `humanloop` 0.7.35, unchanged, against the registry over a port."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from humanloop import ApiException, Humanloop

import bot.services.registry
from tests.bot.services.registry.conftest import KEY, served


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry on a port of its own; the client is synchronous, so it runs beside the tests."""
    with served(f"sqlite:///{tmp_path_factory.mktemp('sdk') / 'registry.db'}") as base:
        yield base


@pytest.fixture(scope="module")
def sdk(host: str) -> Any:
    return Humanloop(api_key=KEY, host=host)


def fresh(words: str) -> str:
    """A name that no other test takes."""
    return f"{words} {uuid4().hex}"


def refused(call: Callable[[], Any]) -> Any:
    """What the client raises: the status and the body's `detail`."""
    with pytest.raises(ApiException) as caught:
        call()
    return caught.value.status, caught.value.body["detail"]


class Prepared:
    """A project with two configs, an external evaluator and a dataset."""

    def __init__(self, sdk: Any) -> None:
        self.project = sdk.projects.create(name=fresh("Refund triage"))
        self.first, self.second = (
            sdk.model_configs.register(project_id=self.project.id, name=name, model=name).config.id
            for name in ("triage v1", "triage v2")
        )
        self.evaluator = sdk.evaluators.create(
            name="queue matches",
            description="Right queue?",
            type="external",
            arguments_type="target_required",
            return_type="boolean",
        )
        self.dataset = sdk.datasets.create(project_id=self.project.id, name="refund cases", description="By hand")

    def evaluation(self, sdk: Any, **more: Any) -> Any:
        return sdk.evaluations.create(
            project_id=self.project.id,
            config_id=self.first,
            evaluator_ids=[self.evaluator.id],
            dataset_id=self.dataset.id,
            **more,
        )


@pytest.fixture
def made(sdk: Any) -> Prepared:
    return Prepared(sdk)


# Projects


def test_projects_are_made_found_changed_and_removed(sdk: Any) -> None:
    name = fresh("Refund triage")
    project = sdk.projects.create(name=name, directory_id="dir_6AsDf0GhJk2LzXcVb8NmQ")
    assert (project.name, project.directory_id, project.active_config) == (name, "dir_6AsDf0GhJk2LzXcVb8NmQ", None)
    assert sdk.projects.get(id=project.id).created_at == project.created_at
    page = sdk.projects.list(page=0, size=5, filter=name.upper(), sort_by="name", order="asc")
    assert ([row.id for row in page.records], page.page, page.size, page.total) == ([project.id], 0, 5, 1)
    assert sdk.projects.list().size == 10
    renamed = sdk.projects.update(id=project.id, name=f"{name} again")
    assert renamed.name == f"{name} again"
    assert sdk.projects.update(id=project.id).name == f"{name} again"
    assert sdk.projects.delete(id=project.id) is None
    assert refused(lambda: sdk.projects.get(id=project.id))[0] == 404


def test_a_taken_name_is_a_conflict(sdk: Any) -> None:
    name = fresh("Taken")
    sdk.projects.create(name=name)
    assert refused(lambda: sdk.projects.create(name=name)) == (409, f"A project with the name '{name}' already exists.")


@pytest.mark.parametrize("key", ["hl_sk_wrong", KEY[:-1]])
def test_a_wrong_key_is_refused(host: str, key: str) -> None:
    stranger: Any = Humanloop(api_key=key, host=host)
    assert refused(stranger.projects.list) == (401, "The key in the header X-API-KEY is not valid.")


def test_ids_of_nothing_are_not_found(sdk: Any) -> None:
    for call in (
        lambda: sdk.projects.get(id="pr_0"),
        lambda: sdk.projects.update(id="pr_0", name="x"),
        lambda: sdk.projects.delete(id="pr_0"),
        lambda: sdk.projects.list_configs(id="pr_0"),
        lambda: sdk.projects.list_deployed_configs(id="pr_0"),
        lambda: sdk.projects.deactivate_config(id="pr_0"),
        lambda: sdk.projects.get_active_config(id="pr_0"),
        lambda: sdk.model_configs.get(id="config_0"),
        lambda: sdk.evaluations.get(id="ev_0"),
        lambda: sdk.evaluations.list(project_id="pr_0"),
        lambda: sdk.evaluations.update_status(id="ev_0", status="completed"),
        lambda: sdk.datasets.create(project_id="pr_0", name="n", description=""),
    ):
        status, detail = refused(call)
        assert (status, detail.endswith("was not found.")) == (404, True)


def test_a_field_that_does_not_fit_is_a_list_of_entries(sdk: Any) -> None:
    status, (entry,) = refused(lambda: sdk.projects.create(name="  "))
    assert (status, entry["loc"], entry["type"]) == (422, ["body", "name"], "value_error.any_str.min_length")


@pytest.mark.parametrize("size", [1_000_001, 20_000_000])
def test_a_body_that_is_too_large_is_refused_with_an_answer(sdk: Any, size: int) -> None:
    """Not with a connection that breaks while the client still sends."""
    call = lambda: sdk.model_configs.register(project="Large", model="m", prompt_template="x" * size)  # noqa: E731 - one call that a test repeats
    assert refused(call) == (413, "The body is larger than 1,000,000 bytes.")
    assert sdk.projects.list(filter="Large").total == 0


# Configs and deployments


def test_a_config_is_registered_once_and_read_back(sdk: Any) -> None:
    name = fresh("By name")
    parameters: dict[str, Any] = {
        "project": name,
        "name": "triage v3",
        "description": "Shorter",
        "model": "gpt-4o",
        "provider": "openai",
        "endpoint": "chat",
        "chat_template": [{"role": "system", "content": "Sort the request of {{customer}}."}],
        "temperature": 0.2,
        "max_tokens": 400,
        "stop": ["END"],
        "response_format": {"type": "json_object"},
        "tools": [{"name": "refund", "description": "Pays back", "parameters": {"type": "object"}}],
        "other": {"logit_bias": {"50256": -100}},
    }
    registered = sdk.model_configs.register(**parameters)
    assert registered.project_name == name
    again = sdk.model_configs.register(**parameters)
    assert again.config.id == registered.config.id
    config = sdk.model_configs.get(id=registered.config.id)
    assert (config.name, config.temperature, config.tools[0].name) == ("triage v3", 0.2, "refund")
    assert config.chat_template[0].content == "Sort the request of {{customer}}."
    assert sdk.projects.get_active_config(id=registered.project_id).config.id == config.id


def test_deployments_move_between_environments(sdk: Any, made: Prepared) -> None:
    project_id = made.project.id
    rows = sdk.projects.list_deployed_configs(id=project_id)
    assert [(row.environment_name, row.environment_tag, row.model_config_id_) for row in rows] == [
        ("production", "default", made.first)
    ]
    production = {"id": rows[0].environment_id}
    deployed = sdk.projects.deploy_config(project_id=project_id, config_id=made.second, environments=[production])
    assert [row.model_config_id_ for row in deployed] == [made.second]
    active = sdk.projects.get_active_config(id=project_id, environment="production")
    assert (active.config.id, active.environment_id) == (made.second, production["id"])
    assert sdk.projects.update(id=project_id, active_config_id=made.first).active_config.config.id == made.first
    assert sdk.projects.deactivate_config(id=project_id, environment="production").active_config is None
    assert refused(lambda: sdk.projects.get_active_config(id=project_id))[0] == 404
    sdk.projects.deploy_config(project_id=project_id, config_id=made.second)
    sdk.projects.delete_deployed_config(project_id=project_id, environment_id=production["id"])
    assert sdk.projects.get(id=project_id).active_config is None
    assert [row.config.id for row in sdk.projects.list_configs(id=project_id)] == [made.first, made.second]


def test_nothing_is_deployed_where_something_is_unknown(sdk: Any, made: Prepared) -> None:
    project_id = made.project.id
    for call in (
        lambda: sdk.projects.deploy_config(project_id=project_id, config_id="config_0"),
        lambda: sdk.projects.deploy_config(project_id=project_id, config_id=made.second, environments=[{"id": "env"}]),
        lambda: sdk.projects.deactivate_config(id=project_id, environment="no such place"),
        lambda: sdk.projects.delete_deployed_config(project_id=project_id, environment_id="env_0"),
        lambda: sdk.projects.update(id=project_id, active_config_id="config_0"),
    ):
        assert refused(call)[0] == 404
    assert sdk.projects.get(id=project_id).active_config.config.id == made.first


# Evaluations


def test_an_evaluation_runs_completes_and_is_reopened(sdk: Any, made: Prepared) -> None:
    run = made.evaluation(sdk, name="spring")
    assert (run.status, run.config.id, run.dataset.id) == ("running", made.first, made.dataset.id)
    assert sdk.evaluations.update_status(id=run.id, status="completed").status == "completed"
    assert sdk.evaluations.get(id=run.id, evaluator_aggregates=True).status == "completed"
    assert sdk.evaluations.update_status(id=run.id, status="running").status == "running"
    status, detail = refused(lambda: sdk.evaluations.update_status(id=run.id, status="cancelled"))
    assert (status, detail) == (422, "The status of an evaluation cannot be changed from running to cancelled.")
    assert sdk.evaluations.get(id=run.id).status == "running"


def test_evaluations_are_listed_by_page_and_whole(sdk: Any, made: Prepared) -> None:
    runs = [made.evaluation(sdk).id for _ in range(3)]
    page = sdk.evaluations.list(project_id=made.project.id, page=1, size=2, start_date="2024-01-01")
    assert ([row.id for row in page.records], page.total) == (runs[:1], 3)
    chosen = sdk.evaluations.list(project_id=made.project.id, id=runs[:2])
    assert [row.id for row in chosen.records] == [runs[1], runs[0]]
    everything = sdk.evaluations.list_all_for_project(project_id=made.project.id, evaluator_aggregates=True)
    assert [row.id for row in everything] == runs[::-1]


def test_evaluators_and_datasets_are_listed(sdk: Any, made: Prepared) -> None:
    assert made.evaluator.id in [row.id for row in sdk.evaluators.list()]
    assert made.dataset.id in [row.id for row in sdk.datasets.list()]
    mine = sdk.datasets.list_all_for_project(project_id=made.project.id)
    assert [row.id for row in mine] == [made.dataset.id]


def test_logs_and_results_make_the_means(sdk: Any, made: Prepared) -> None:
    (first, second) = sdk.datasets.create_datapoint(
        dataset_id=made.dataset.id,
        body=[
            {"inputs": {"customer": "Marek"}, "target": {"queue": "double-charge"}},
            {"inputs": {"customer": "Ines"}},
        ],
    )
    run = made.evaluation(sdk)
    for datapoint, value in ((first, True), (second, False)):
        log = sdk.evaluations.log(
            evaluation_id=run.id, datapoint_id=datapoint.id, log={"output": "double-charge", "duration": 1.5}
        )
        assert log.project_id == made.project.id
        said = sdk.evaluations.result(evaluation_id=run.id, log_id=log.id, evaluator_id=made.evaluator.id, result=value)
        assert (said.value, said.log_id) == (value, log.id)
    page = sdk.evaluations.list_datapoints(id=run.id, size=1)
    assert (page.page, page.size, page.total, page.records[0].datapoint.id) == (1, 1, 2, first.id)
    assert page.records[0].log.output == "double-charge"
    aggregates = sdk.evaluations.get(id=run.id, evaluator_aggregates=True).evaluator_aggregates
    assert [row.aggregate_value for row in aggregates] == [0.5]
    again = refused(lambda: sdk.evaluations.log(evaluation_id=run.id, datapoint_id=first.id, log={"output": "x"}))
    assert again[0] == 409
    sdk.evaluations.update_status(id=run.id, status="completed")
    status, detail = refused(
        lambda: sdk.evaluations.result(
            evaluation_id=run.id, log_id="data_0", evaluator_id=made.evaluator.id, error="away"
        )
    )
    assert (status, detail) == (422, "The evaluation must be running for this, but it is completed.")


def test_evaluators_are_added_to_a_run(sdk: Any, made: Prepared) -> None:
    run = made.evaluation(sdk)
    human = sdk.evaluators.create(
        name="polite", description="", type="human", arguments_type="target_free", return_type="number"
    )
    changed = sdk.evaluations.add_evaluators(id=run.id, evaluator_ids=[human.id])
    assert [row.id for row in changed.evaluators] == [made.evaluator.id, human.id]
    assert refused(lambda: sdk.evaluations.add_evaluators(id=run.id, evaluator_version_ids=["evv_0"]))[0] == 404


def test_evaluators_are_read_changed_and_removed(sdk: Any, made: Prepared) -> None:
    evaluator_id = made.evaluator.id
    assert sdk.evaluators.get(id=evaluator_id).name == "queue matches"
    changed = sdk.evaluators.update(id=evaluator_id, name="right queue", return_type="number")
    assert (changed.name, changed.return_type, changed.type) == ("right queue", "number", "external")
    assert sdk.evaluators.delete(id=evaluator_id) is None
    assert refused(lambda: sdk.evaluators.get(id=evaluator_id))[0] == 404


def test_datasets_and_datapoints_are_read_changed_and_removed(sdk: Any, made: Prepared) -> None:
    dataset_id = made.dataset.id
    (point,) = sdk.datasets.create_datapoint(dataset_id=dataset_id, inputs={"customer": "Marek"})
    assert sdk.datapoints.get(id=point.id).dataset_id == dataset_id
    page = sdk.datasets.list_datapoints(dataset_id=dataset_id)
    assert (page.page, page.size, page.total, page.records[0].id) == (0, 50, 1, point.id)
    assert sdk.datasets.update(id=dataset_id, name="other cases").name == "other cases"
    assert sdk.datasets.get(id=dataset_id).datapoint_count == 1
    assert refused(lambda: sdk.datasets.create_datapoint(dataset_id=dataset_id, log_ids=["data_0"]))[0] == 404
    sdk.datasets.delete(id=dataset_id)
    assert refused(lambda: sdk.datasets.get(id=dataset_id))[0] == 404
    assert refused(lambda: sdk.datapoints.get(id=point.id))[0] == 404


def test_configs_are_prompt_files_and_back(sdk: Any) -> None:
    template = [{"role": "system", "content": "Answer {{customer}} kindly."}]
    text = sdk.model_configs.serialize(model="gpt-4o", endpoint="chat", chat_template=template, temperature=0.2)
    assert "<system>\n  Answer {{customer}} kindly.\n</system>" in text
    config = sdk.model_configs.deserialize(config=text)
    assert (config.model, config.temperature, config.chat_template[0].content) == (
        "gpt-4o",
        0.2,
        "Answer {{customer}} kindly.",
    )
    registered = sdk.model_configs.register(
        project=fresh("Files"), model="gpt-4o", endpoint="chat", chat_template=template, temperature=0.2
    )
    assert sdk.model_configs.export(id=registered.config.id) == text
    status, (entry,) = refused(lambda: sdk.model_configs.deserialize(config="hello"))
    assert (status, entry["loc"]) == (422, ["body", "config"])
    assert refused(lambda: sdk.model_configs.export(id="config_0"))[0] == 404


# What is not built


def test_what_is_not_built_says_so(sdk: Any, made: Prepared) -> None:
    for call in (
        lambda: sdk.projects.export(id=made.project.id),
        lambda: sdk.sessions.list(project_id=made.project.id),
        lambda: sdk.feedback(type="rating", value="good", data_id="data_0"),
    ):
        status, detail = refused(call)
        assert (status, detail.startswith("This registry does not support ")) == (501, True)


def test_the_example_of_the_readme_runs(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    readme = Path(bot.services.registry.__file__).parent / "README.md"
    (example,) = re.findall(r"```python\n(from humanloop .*?)```", readme.read_text("utf-8"), re.DOTALL)
    assert 'host="http://127.0.0.1:8000/v4"' in example
    exec(example.replace("http://127.0.0.1:8000/v4", host).replace("hl_sk_…", KEY), {})
    assert capsys.readouterr().out == "Hello {{name}}\n"
