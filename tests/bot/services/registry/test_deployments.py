from __future__ import annotations

import asyncio

from sqlalchemy import text

from bot.services.registry.database import Database
from bot.services.registry.identifiers import PRODUCTION_ID
from tests.bot.services.registry.conftest import Api, StandingClock

STAGING = "env_2MnBv7CxZa4SdFgHjK8Ql"


async def with_staging(url: str) -> None:
    """Make a second environment, as an operator of the service would: there is no request for that."""
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(
            text("INSERT INTO environments (id, name, is_default, position) VALUES (:id, 'staging env', :no, 1)"),
            {"id": STAGING, "no": False},
        )
    await database.close()


async def live(api: Api, project_id: str) -> list[str | None]:
    return [row["model_config_id"] for row in await api.get(f"/projects/{project_id}/deployed-configs")]


async def test_there_is_a_row_for_every_environment(api: Api, url: str) -> None:
    await with_staging(url)
    project_id = await api.project()
    config_id = await api.config(project_id, "triage v3")
    project = {"project_id": project_id, "project_name": "Refund triage"}
    assert await api.get(f"/projects/{project_id}/deployed-configs") == [
        project
        | {"environment_id": PRODUCTION_ID, "environment_name": "production", "environment_tag": "default"}
        | {"model_config_id": config_id, "model_config_name": "triage v3"},
        project
        | {"environment_id": STAGING, "environment_name": "staging env", "environment_tag": "other"}
        | {"model_config_id": None, "model_config_name": None},
    ]


async def test_deploys_to_the_environments_that_are_named_and_to_no_other(api: Api, url: str) -> None:
    await with_staging(url)
    project_id = await api.project()
    first, second = await api.config(project_id, "first"), await api.config(project_id, "second")
    path = f"/projects/{project_id}/deploy-config"
    rows = await api.patch(path, {"config_id": second, "environments": [{"id": STAGING, "name": "ignored"}]})
    assert [row["model_config_id"] for row in rows] == [first, second]
    both = [{"id": PRODUCTION_ID}, {"id": STAGING}, {"id": STAGING}]
    assert [row["model_config_id"] for row in await api.patch(path, {"config_id": second, "environments": both})] == [
        second,
        second,
    ]


async def test_without_environments_it_deploys_to_the_default_one(api: Api, url: str) -> None:
    await with_staging(url)
    project_id = await api.project()
    await api.config(project_id, "first")
    second = await api.config(project_id, "second")
    for body in ({"config_id": second}, {"config_id": second, "environments": None}):
        await api.patch(f"/projects/{project_id}/deploy-config", body)
        assert await live(api, project_id) == [second, None]


async def test_deploying_what_is_deployed_changes_nothing(api: Api, clock: StandingClock) -> None:
    project_id = await api.project()
    config_id = await api.config(project_id)
    before = await api.get(f"/projects/{project_id}")
    clock.move(hours=1)
    await api.patch(f"/projects/{project_id}/deploy-config", {"config_id": config_id})
    assert await api.get(f"/projects/{project_id}") == before


async def test_refuses_a_deploy_that_names_nothing_or_strangers(api: Api) -> None:
    project_id = await api.project()
    config_id = await api.config(project_id, "first")
    stranger = await api.config(await api.project("Other"), "stranger")
    path = f"/projects/{project_id}/deploy-config"
    await api.patch(path, {"config_id": stranger}, 404)
    assert await api.patch(path, {"config_id": stranger, "environments": [{"id": "env_1"}]}, 404) == {
        "detail": f"Model config with ID '{stranger}' was not found."
    }
    assert await api.patch(path, {"config_id": config_id, "environments": [{"id": "env_1"}]}, 404) == {
        "detail": "Environment with ID 'env_1' was not found."
    }
    (entry,) = (await api.patch(path, {"config_id": config_id, "environments": []}, 422))["detail"]
    assert (entry["loc"], entry["type"]) == (["body", "environments"], "value_error.list.min_items")
    (entry,) = (await api.patch(path, {"config_id": config_id, "environments": [{}]}, 422))["detail"]
    assert entry["loc"] == ["body", "environments", 0, "id"]
    assert await live(api, project_id) == [config_id]


async def test_the_active_config_is_asked_for_by_the_environments_name(api: Api, url: str) -> None:
    await with_staging(url)
    project_id = await api.project()
    config_id = await api.config(project_id)
    path = f"/projects/{project_id}/active-config"
    active = await api.get(path)
    assert (active["config"]["id"], active["environment_id"]) == (config_id, PRODUCTION_ID)
    assert await api.get(path, params={"environment": "production"}) == active
    refused = await api.get(path, 404, params={"environment": "staging env"})
    assert refused == {"detail": f"Project with ID '{project_id}' has no active config in environment 'staging env'."}
    unknown = await api.get(path, 404, params={"environment": "Production"})
    assert unknown == {"detail": "Environment with name 'Production' was not found."}


async def test_deactivating_empties_one_environment_and_keeps_the_config(
    api: Api, url: str, clock: StandingClock
) -> None:
    await with_staging(url)
    project_id = await api.project()
    config_id = await api.config(project_id)
    places = [{"id": PRODUCTION_ID}, {"id": STAGING}]
    await api.patch(f"/projects/{project_id}/deploy-config", {"config_id": config_id, "environments": places})
    clock.move(hours=1)
    project = await api.delete(f"/projects/{project_id}/active-config?environment=staging+env")
    assert project["active_config"]["config"]["id"] == config_id
    assert project["updated_at"] == "2026-03-02T10:00:00Z"
    assert await live(api, project_id) == [config_id, None]
    project = await api.delete(f"/projects/{project_id}/active-config")
    assert (project["active_config"], await live(api, project_id)) == (None, [None, None])
    clock.move(hours=1)
    assert await api.delete(f"/projects/{project_id}/active-config") == project
    await api.get(f"/model-configs/{config_id}")
    await api.delete(f"/projects/{project_id}/active-config?environment=moon", 404)


async def test_a_deployment_is_deleted_by_the_environments_id(api: Api) -> None:
    project_id = await api.project()
    await api.config(project_id)
    path = f"/projects/{project_id}/deployed-config"
    for _ in range(2):
        assert await api.delete(f"{path}/{PRODUCTION_ID}") is None
        assert await live(api, project_id) == [None]
    await api.delete(f"{path}/env_1", 404)


async def test_two_deploys_at_once_leave_one_row(api: Api) -> None:
    project_id = await api.project()
    await api.config(project_id, "first")
    await api.delete(f"/projects/{project_id}/active-config")
    ids = [await api.config(project_id, name) for name in ("a", "b", "c", "d")]
    path = f"/projects/{project_id}/deploy-config"
    answers = await asyncio.gather(*(api.patch(path, {"config_id": config_id}) for config_id in ids))
    assert sorted(rows[0]["model_config_id"] for rows in answers) == sorted(ids)
    (row,) = await live(api, project_id)
    assert row in ids


async def test_two_creates_of_one_name_at_once_make_one_project(api: Api) -> None:
    responses = await asyncio.gather(*(api.client.post("/projects", json={"name": "Twin"}) for _ in range(4)))
    assert sorted(response.status_code for response in responses) == [201, 409, 409, 409]
    assert (await api.get("/projects"))["total"] == 1


async def test_two_first_configs_at_once_make_one_project_with_one_active_config(api: Api) -> None:
    bodies = [{"project": "Twin", "model": model} for model in "abcd"]
    answers = await asyncio.gather(*(api.post("/model-configs", body, 200) for body in bodies))
    (project_id,) = {answer["project_id"] for answer in answers}
    (active,) = await live(api, project_id)
    assert active in {answer["config"]["id"] for answer in answers}
    same = await asyncio.gather(*(api.post("/model-configs", {"project": "Twin", "model": "e"}, 200) for _ in range(4)))
    assert len({answer["config"]["id"] for answer in same}) == 1
