"""What is wrong with a request is said, nothing is half-written, and no request brings the registry down."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.services.registry.app import close, create_app
from bot.services.registry.database import migrate
from tests.bot.services.registry.conftest import KEY, START, Api, StandingClock, registry
from tests.bot.services.registry.test_records import started

DOCUMENT = create_app("sqlite:///never.db", api_keys=[KEY]).openapi()
WITH_BODY = [
    (method.upper(), path.removeprefix("/v4"))
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if "requestBody" in operation
]
PAGED = ["/projects", "/evaluations?project_id={project}", "/datasets/{dataset}/datapoints", "{run}/datapoints"]
EVALUATOR = {"description": "", "type": "human", "arguments_type": "target_free", "return_type": "boolean"}


def filled(path: str) -> str:
    return path.replace("{", "").replace("}", "_1")


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
async def test_bodies_that_are_none_are_refused_by_every_operation(lite: Api, method: str, path: str) -> None:
    headers = {"content-type": "application/json"}
    for content in ('{"a": ', "'a'", "{,}", ""):
        refused = await lite.call(method, filled(path), 422, content=content, headers=headers)
        assert refused["detail"][0]["loc"][0] == "body"
    for content in ("1", '"text"', "true", "null"):
        refused = await lite.call(method, filled(path), 422, content=content, headers=headers)
        assert refused["detail"][0]["loc"] == ["body"]
    for raw in (b"\xff\xfe", b'{"a": ' + b"1" * 5_000 + b"}"):
        response = await lite.client.request(method, filled(path), content=raw, headers=headers)
        assert response.status_code in {400, 404, 422}
    await lite.call(method, filled(path), 413, content=b" " * 1_000_001, headers=headers)
    assert (await lite.get("/projects"))["total"] == 0


@pytest.mark.parametrize(
    "name", ["a/b", "../etc", "ключ 🔑", "e\u0301", "a?b#c%2F", "x" * 255, "' OR 1=1 --", "𝔘" * 100]
)
async def test_names_may_hold_anything_that_can_be_read(lite: Api, name: str) -> None:
    project_id = await lite.project(name)
    (found,) = (await lite.get("/projects", params={"filter": name}))["records"]
    assert (found["id"], found["name"]) == (project_id, name)
    assert (await lite.get(f"/datasets/{await lite.dataset(project_id, name)}"))["name"] == name
    assert (await lite.get(f"/evaluators/{await lite.evaluator(name=name)}"))["name"] == name
    registered = await lite.post("/model-configs", {"project": name, "name": name, "model": "m"}, 200)
    assert (registered["project_id"], registered["config"]["name"]) == (project_id, name)


@pytest.mark.parametrize("name", ["", "   ", "\t\n", "x" * 10_240, 7, True, ["a"], {"a": 1}])
async def test_names_that_are_none_are_refused_wherever_one_is_given(lite: Api, name: Any) -> None:
    project_id = await lite.project()
    dataset_id, evaluator_id = await lite.dataset(project_id), await lite.evaluator()
    for method, path, body in (
        ("POST", "/projects", {}),
        ("PATCH", f"/projects/{project_id}", {}),
        ("POST", "/evaluators", EVALUATOR),
        ("PATCH", f"/evaluators/{evaluator_id}", {}),
        ("POST", f"/projects/{project_id}/datasets", {"description": ""}),
        ("PATCH", f"/datasets/{dataset_id}", {}),
        ("POST", "/model-configs", {"project_id": project_id, "model": "m"}),
    ):
        (entry,) = (await lite.call(method, path, 422, json=body | {"name": name}))["detail"]
        assert entry["loc"] == ["body", "name"]
    (entry,) = (await lite.post("/model-configs", {"project": name, "model": "m"}, 422))["detail"]
    assert entry["loc"] == ["body", "project"]
    assert (await lite.get("/projects"))["total"] == 1


async def test_ids_of_another_kind_are_ids_of_nothing(lite: Api) -> None:
    run = await started(lite)
    ids = [run.project_id, run.config_id, run.id, run.judges[0], run.dataset_id, run.cases[0]]
    kinds = ["/projects/{}", "/model-configs/{}", "/evaluations/{}", "/evaluators/{}", "/datasets/{}", "/datapoints/{}"]
    for mine, kind in zip(ids, kinds, strict=True):
        for each in [*ids, "", " ", "%", "'", "x" * 5_000, "🔑", mine.upper(), f"{mine} "]:
            if each != mine:
                response = await lite.client.get(kind.format(each))
                assert response.status_code in ({404, 307, 200} if each == "" else {404}), (kind, each)
    body = {"config_id": run.judges[0], "evaluator_ids": [run.dataset_id], "dataset_id": run.config_id}
    await lite.post(f"/projects/{run.project_id}/evaluations", body, 404)


@pytest.mark.parametrize("path", PAGED)
async def test_pages_out_of_range_are_refused_or_empty(lite: Api, path: str) -> None:
    run = await started(lite)
    path = path.format(project=run.project_id, dataset=run.dataset_id, run=run.path)
    join = "&" if "?" in path else "?"
    for query in ("page=-1", "size=-1", "page=x", "size=1.5", "page=", f"page={2**31}", f"page={10**30}"):
        (entry,) = (await lite.get(f"{path}{join}{query}", 422))["detail"]
        assert entry["loc"] == ["query", query.partition("=")[0]]
    last = await lite.get(f"{path}{join}page={2**31 - 1}&size={10**30}")
    assert (last["records"], last["size"]) == ([], 1_000)
    assert (await lite.get(f"{path}{join}size=0"))["records"] == []


async def test_a_project_that_is_deployed_can_be_deleted(api: Api) -> None:
    """v4 has no rule against it; the configs, deployments and evaluations go with it, its datasets stay."""
    run = await started(api)
    assert (await api.get(f"/projects/{run.project_id}"))["active_config"] is not None
    await api.delete(f"/projects/{run.project_id}", 204)
    for path in (f"/model-configs/{run.config_id}", run.path, f"/projects/{run.project_id}/deployed-configs"):
        await api.get(path, 404)
    assert (await api.get(f"/datasets/{run.dataset_id}"))["project_id"] == ""
    await api.delete(f"/projects/{run.project_id}", 404)


async def test_a_name_that_is_taken_changes_nothing(api: Api, clock: StandingClock) -> None:
    await api.project("Taken")
    other = await api.project("Other")
    before = await api.get(f"/projects/{other}")
    clock.move(hours=1)
    body = {"name": "Taken", "directory_id": "dir_1", "active_config_id": await api.config(other)}
    before = await api.get(f"/projects/{other}")
    await api.patch(f"/projects/{other}", body, 409)
    assert await api.get(f"/projects/{other}") == before


async def test_two_that_rename_to_one_name_at_once_do_not_both_get_it(api: Api) -> None:
    ids = [await api.project(f"Project {number}") for number in range(3)]
    calls = (api.client.patch(f"/projects/{each}", json={"name": "One"}) for each in ids)
    assert sorted(response.status_code for response in await asyncio.gather(*calls)) == [200, 409, 409]
    assert (await api.get("/projects", params={"filter": "One"}))["total"] == 1


# The database refuses, or goes away


async def test_a_database_that_is_read_only_answers_reads(sqlite_url: str, clock: StandingClock) -> None:
    await migrate(sqlite_url)
    app = create_app(sqlite_url, api_keys=[KEY], now=clock)
    engine = app.state.service.database._connected().sync_engine
    event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA query_only = ON"))
    await check_read_only(app)


async def test_a_postgres_that_is_read_only_answers_reads(postgres_url: str, clock: StandingClock) -> None:
    await migrate(postgres_url)
    await in_another_connection(
        postgres_url,
        "do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database());"
        " end $$",
    )
    await check_read_only(create_app(postgres_url, api_keys=[KEY], now=clock))


async def check_read_only(app: Any) -> None:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x/v4", headers={"X-API-KEY": KEY}) as client:
        refused = await client.post("/projects", json={"name": "x"})
        assert (refused.status_code, refused.json()["detail"]) == (
            503,
            "The database is not available. Try again later.",
        )
        assert (await client.get("/projects")).json()["total"] == 0
    await close(app)


async def test_a_file_that_is_taken_away_takes_no_more_writes(tmp_path: Path, clock: StandingClock) -> None:
    """An open file goes on to exist without a name: what is written into it would be lost with the process."""
    file = tmp_path / "registry.db"
    await migrate(f"sqlite:///{file}")
    async with registry(f"sqlite:///{file}", clock) as api:
        await api.project("Kept")
        file.rename(tmp_path / "moved.db")
        for method, path, body in (("POST", "/projects", {"name": "Lost"}), ("GET", "/projects", None)):
            response = await api.client.request(method, path, json=body)
            assert response.status_code == 503
        (tmp_path / "moved.db").rename(file)
        assert [each["name"] for each in (await api.get("/projects"))["records"]] == ["Kept"]


async def in_another_connection(url: str, statement: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


async def test_a_database_that_goes_away_inside_a_request_leaves_nothing_half_written(postgres_url: str) -> None:
    """The clock is read inside the transaction; this one cuts all connections when it is."""
    await migrate(postgres_url)
    cut = (
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where pid <> pg_backend_pid() and datname = current_database()"
    )
    clock = StandingClock()
    async with registry(postgres_url, clock) as api:
        project_id = await api.project()
        config_id = await api.config(project_id)

    class Cutting(StandingClock):
        armed = True

        def __call__(self) -> Any:
            if self.armed:
                self.armed = False
                with ThreadPoolExecutor(1) as other:
                    other.submit(asyncio.run, in_another_connection(postgres_url, cut)).result()
            return START

    for method, path, body in (
        ("POST", "/projects", {"name": "New"}),
        ("PATCH", f"/projects/{project_id}/deploy-config", {"config_id": config_id}),
        ("DELETE", f"/projects/{project_id}/active-config", None),
    ):
        cutting = Cutting()
        async with registry(postgres_url, cutting) as api:
            response = await api.client.request(method, path, json=body)
            assert response.status_code == 503, (method, path, response.text)
            cutting.armed = False
            assert (await api.get("/projects"))["total"] == 1
            assert (await api.get(f"/projects/{project_id}"))["active_config"]["config"]["id"] == config_id


async def test_nesting_without_end_is_refused(lite: Api) -> None:
    deep = "[" * 100_000
    headers = {"content-type": "application/json"}
    for content in (deep, '{"name": ' + deep, json.dumps({"name": "x"})[:-1] + ', "a": ' + "[" * 900 + "]" * 900 + "}"):
        response = await lite.client.post("/projects", content=content, headers=headers)
        assert response.status_code in {400, 422}
    assert (await lite.get("/projects"))["total"] == 0
