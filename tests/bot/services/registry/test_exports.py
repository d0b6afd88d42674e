from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.services.registry import environments, exports
from bot.services.registry.database import Database, migrate
from bot.services.registry.demo import seed_demo
from bot.services.registry.errors import Unable
from bot.services.registry.exports import write
from bot.services.registry.imports import import_export
from tests.bot.services.registry.conftest import START, Api, StandingClock, registry
from tests.bot.services.registry.test_records import started


@pytest.fixture
async def elsewhere(tmp_path: Path) -> str:
    """Another registry, an empty one."""
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    await migrate(url)
    return url


@pytest.fixture
async def there(elsewhere: str, clock: StandingClock) -> AsyncIterator[Api]:
    async with registry(elsewhere, clock) as api:
        yield api


async def export(url: str) -> dict[str, Any]:
    database = Database(url)
    document = await exports.export(database)
    await database.close()
    return document


async def exported(url: str, path: Path) -> bytes:
    write(await export(url), path)
    return path.read_bytes()


async def test_export_import_elsewhere_export_again_gives_equal_files(
    api: Api, url: str, elsewhere: str, tmp_path: Path, clock: StandingClock
) -> None:
    await seed_demo(url, START)
    run = await started(api, "external", "human", return_type="number", name="Mine")
    log = await run.log(0, inputs={"customer": "Mårek 🙂"}, duration=1.5, output_message={"role": "assistant"})
    await run.result(log["id"], result=0.1)
    await run.result(log["id"], error="away", evaluator_id=run.judges[1])
    await api.patch(f"/evaluators/{run.judges[0]}", {"code": "new version"})
    await api.delete(f"/evaluators/{run.judges[1]}", 204)
    await api.post(f"/datasets/{run.dataset_id}/datapoints", {"messages": [{"role": "user", "content": "hi"}]})
    other = await api.dataset(run.project_id, "gone")
    await api.delete(f"/datasets/{other}")
    await api.config(run.project_id, "v2", tools=[{"name": "t"}], stop=["a"], other={"x": [1, 2.5, None]}, seed=3)
    database = Database(url)
    await environments.rename(database, "production", "live")
    await environments.add(database, "lab")
    await environments.make_default(database, "staging")
    await database.close()
    clock.move(days=1)
    first = await exported(url, tmp_path / "first.json")
    report = await import_export(elsewhere, tmp_path / "first.json", dry_run=False)
    assert (report.left_out, report.added["projects"] > 1) == ((), True)
    assert await exported(elsewhere, tmp_path / "second.json") == first
    again = await import_export(elsewhere, tmp_path / "first.json", dry_run=False)
    assert set(again.added.values()) == {0}
    assert await exported(elsewhere, tmp_path / "second.json") == first


async def test_an_export_goes_back_into_each_kind_of_database(url: str, elsewhere: str, tmp_path: Path) -> None:
    await seed_demo(elsewhere, START)
    first = await exported(elsewhere, tmp_path / "first.json")
    rehearsed = await import_export(url, tmp_path / "first.json", dry_run=True)
    assert (await export(url))["projects"] == []
    done = await import_export(url, tmp_path / "first.json", dry_run=False)
    assert (done.added, list(done.lines())[-1].endswith(" added")) == (rehearsed.added, True)
    assert list(rehearsed.lines())[-1].endswith("would be added (dry run: nothing was changed)")
    assert await exported(url, tmp_path / "second.json") == first


async def saved_answers(api: Api) -> dict[str, Any]:
    """What a script would save of a v4 service that knows nothing of our exports."""
    projects = (await api.get("/projects", params={"size": 1000}))["records"]
    for project in projects:
        path = f"/projects/{project['id']}"
        project["configs"] = await api.get(f"{path}/configs")
        project["deployed_configs"] = await api.get(f"{path}/deployed-configs")
        project["evaluations"] = await api.get(f"{path}/evaluations", params={"evaluator_aggregates": True})
        for run in project["evaluations"]:
            rows = await api.get(f"/evaluations/{run['id']}/datapoints", params={"size": 1000})
            run["datapoints"] = rows["records"]
    return {"projects": projects}


async def test_saved_answers_of_a_v4_service_are_an_export_as_well(
    api: Api, url: str, there: Api, elsewhere: str, tmp_path: Path
) -> None:
    await seed_demo(url, START)
    run = await started(api, "llm", "external", name="Mine")
    judge = {"model_config": {"model": "gpt-4o", "prompt_template": "Polite? {{log}}"}}
    await api.patch(f"/evaluators/{run.judges[0]}", judge)
    log = await run.log()
    await run.result(log["id"], result=True, evaluator_id=run.judges[1])
    answers = await saved_answers(api)
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    report = await import_export(elsewhere, tmp_path / "answers.json", dry_run=False)
    assert report.left_out == ()
    found = await saved_answers(there)
    assert len(found["projects"]) == len(answers["projects"])
    for before, after in zip(answers["projects"], found["projects"], strict=True):
        for name in ("id", "name", "users", "deployed_configs", "created_at"):
            assert after[name] == before[name]
        assert [row["config"]["id"] for row in after["configs"]] == [row["config"]["id"] for row in before["configs"]]
        for old, new in zip(before["evaluations"], after["evaluations"], strict=True):
            assert new["evaluator_aggregates"] == old["evaluator_aggregates"]
            assert (new["status"], new["config"]["id"]) == (old["status"], old["config"]["id"])


async def order(api: Api, query: dict[str, str]) -> list[str]:
    return [run["id"] for run in (await api.get("/evaluations", params=query))["records"]]


async def test_means_that_come_without_results_are_kept(
    api: Api, url: str, there: Api, elsewhere: str, tmp_path: Path
) -> None:
    await seed_demo(url, START)
    answers = await saved_answers(api)
    for project in answers["projects"]:
        for run in project["evaluations"]:
            del run["datapoints"]
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    await import_export(elsewhere, tmp_path / "answers.json", dry_run=False)
    found = await saved_answers(there)
    for before, after in zip(answers["projects"], found["projects"], strict=True):
        assert [run["evaluator_aggregates"] for run in after["evaluations"]] == [
            run["evaluator_aggregates"] for run in before["evaluations"]
        ]
    most = max(found["projects"], key=lambda each: len(each["evaluations"]))
    judge = most["evaluations"][0]["evaluators"][0]["id"]
    query = {"project_id": most["id"], "sort": f"evaluator-{judge}.desc"}
    assert await order(there, query) == await order(api, query)
    await exported(elsewhere, tmp_path / "first.json")
    third = f"sqlite:///{tmp_path / 'third.db'}"
    await migrate(third)
    await import_export(third, tmp_path / "first.json", dry_run=False)
    assert await export(third) == await export(elsewhere)


TIMES = {"created_at": "2024-05-14T08:12:30.114000", "updated_at": "2024-06-02T16:40:05Z"}


def project(**more: Any) -> dict[str, Any]:
    return {"id": "pr_1", "name": "Refund triage", **TIMES, **more}


def config(config_id: str, **more: Any) -> dict[str, Any]:
    parameters = {"id": config_id, "type": "model", "name": config_id, "model": "gpt-4o"} | more
    return {**TIMES, "last_used": TIMES["updated_at"], "config": parameters}


async def test_what_cannot_be_kept_is_left_out_and_said(there: Api, elsewhere: str, tmp_path: Path) -> None:
    deployed = {"environment_id": "env_1", "environment_name": "live", "environment_tag": "default"}
    run = {
        "id": "ev_1",
        "status": "completed",
        **TIMES,
        "config": {"id": "config_strange"},
        "evaluators": [{"id": "evfn_1"}],
        "dataset": {"id": "evts_1"},
        "dataset_version_id": "evtsv_1",
    }
    document = {
        "projects": [
            project(
                configs=[
                    config("prv_good"),
                    config("prv_same"),
                    config("config_tool", type="tool"),
                    config("config_strange", provider="nobody"),
                    config("config_own", model="m", tools=[{"id": "oc_1", "name": "t", "source": "organization"}]),
                ],
                deployed_configs=[
                    {**deployed, "model_config_id": "prv_same"},
                    {"environment_id": "env_2", "environment_name": "lab", "model_config_id": "config_tool"},
                ],
                evaluations=[run],
            )
        ]
    }
    (tmp_path / "x.json").write_text(json.dumps(document))
    report = await import_export(elsewhere, tmp_path / "x.json", dry_run=False)
    assert not report.fine
    assert [line.partition(": ")[0].partition(", ")[2] for line in report.left_out] == [
        "config config_tool",
        "config config_strange",
        "environment env_2",
        "evaluation ev_1",
    ]
    assert (await there.get("/projects/pr_1"))["active_config"]["config"]["id"] == "prv_good"
    rows = await there.get("/projects/pr_1/deployed-configs")
    assert [(row["environment_id"], row["environment_name"]) for row in rows] == [("env_1", "live"), ("env_2", "lab")]
    assert (await there.get("/projects/pr_1"))["created_at"] == "2024-05-14T08:12:30.114000Z"
    assert len(await there.get("/projects/pr_1/configs")) == 2


async def test_a_registry_in_use_knows_environments_by_their_names(
    api: Api, url: str, there: Api, elsewhere: str, tmp_path: Path
) -> None:
    project_id = await api.project("Elsewhere")
    await api.config(project_id, "v1")
    await there.config(await there.project("Here"), "v1")
    document = await export(url)
    document["environments"] = [{"id": "env_far", "name": "production", "tag": "default"}, {"id": "env_x", "name": "x"}]
    document["projects"][0]["deployed_configs"][0]["environment_id"] = "env_far"
    (tmp_path / "x.json").write_text(json.dumps(document))
    await import_export(elsewhere, tmp_path / "x.json", dry_run=False)
    rows = await there.get(f"/projects/{project_id}/deployed-configs")
    assert [(row["environment_name"], row["environment_tag"]) for row in rows] == [
        ("production", "default"),
        ("x", "other"),
    ]
    assert rows[0]["model_config_id"] is not None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "this is not valid JSON"),
        (b"\xff", "this is not valid JSON"),
        (b"[" * 100_000, "this is not valid JSON"),
        (b"[]", "value is not a valid dict"),
        (b"{}", "projects: field required"),
        (b'{"projects": [{"id": "pr_1", "name": "a\\u0000"}]}', "nothing was imported: texts cannot hold null"),
        (json.dumps({"projects": [{"id": "x" * 65}]}).encode(), "projects.0.id: ensure this value has at most 64"),
        (json.dumps({"projects": [{}, {}]}).encode(), "and 3 more"),
        (json.dumps({"projects": [project(), project(id="pr_2")]}).encode(), "another project is already called"),
        (json.dumps({"projects": [project(), project(name="b")]}).encode(), "have the same id"),
    ],
)
async def test_a_file_that_cannot_be_used_changes_nothing(
    elsewhere: str, tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(Unable, match=words):
        await import_export(elsewhere, tmp_path / "x.json", dry_run=False)
    assert (await export(elsewhere))["projects"] == []


async def test_a_file_that_is_not_there_is_said(elsewhere: str, tmp_path: Path) -> None:
    with pytest.raises(Unable, match=r"cannot read .*: No such file or directory"):
        await import_export(elsewhere, tmp_path / "none.json", dry_run=False)


async def test_a_taken_name_keeps_everything_out(there: Api, elsewhere: str, tmp_path: Path) -> None:
    await there.project("Refund triage")
    (tmp_path / "x.json").write_text(json.dumps({"projects": [project(id="pr_0", name="First"), project()]}))
    with pytest.raises(Unable, match='another project is already called "Refund triage"'):
        await import_export(elsewhere, tmp_path / "x.json", dry_run=False)
    assert (await there.get("/projects"))["total"] == 1
