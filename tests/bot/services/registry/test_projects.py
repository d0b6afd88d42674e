from __future__ import annotations

import re

import pytest

from bot.services.registry.identifiers import TEAM_ID
from tests.bot.services.registry.conftest import Api, StandingClock


async def test_a_new_project_has_every_field(api: Api) -> None:
    project = await api.post("/projects", {"name": "Refund triage", "directory_id": "dir_6AsDf0GhJk2LzXcVb8NmQ"})
    assert re.fullmatch(r"pr_[0-9A-Za-z]{21}", project["id"])
    assert project == {
        "id": project["id"],
        "name": "Refund triage",
        "users": [],
        "data_count": 0,
        "feedback_types": [],
        "team_id": TEAM_ID,
        "created_at": "2026-03-02T09:00:00Z",
        "updated_at": "2026-03-02T09:00:00Z",
        "active_config": None,
        "config_type": None,
        "active_evaluators": [],
        "directory_id": "dir_6AsDf0GhJk2LzXcVb8NmQ",
    }
    assert await api.get(f"/projects/{project['id']}") == project


async def test_names_are_trimmed_and_may_be_anything(api: Api) -> None:
    for name in ("  Refund  triage ", "🧾 Ré́sumé", "a" * 1000, "".join(map(chr, range(0x4E00, 0x4E00 + 1000)))):
        project = await api.post("/projects", {"name": name})
        assert project["name"] == name.strip()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, "value_error.missing"),
        ({"name": None}, "type_error.none.not_allowed"),
        ({"name": "   "}, "value_error.any_str.min_length"),
        ({"name": "a" * 1001}, "value_error.any_str.max_length"),
        ({"name": 5}, "type_error.str"),
    ],
)
async def test_refuses_names_that_are_none(lite: Api, body: dict[str, object], kind: str) -> None:
    detail = (await lite.post("/projects", body, 422))["detail"]
    assert [(entry["loc"], entry["type"]) for entry in detail] == [(["body", "name"], kind)]


async def test_refuses_a_name_that_is_taken(api: Api) -> None:
    await api.project("Refund triage")
    refused = await api.post("/projects", {"name": " Refund triage "}, 409)
    assert refused == {"detail": "A project with the name 'Refund triage' already exists."}
    other = await api.project("Refunds")
    await api.patch(f"/projects/{other}", {"name": "Refund triage"}, 409)
    assert (await api.get(f"/projects/{other}"))["name"] == "Refunds"


async def test_lists_page_by_page_from_zero_the_newest_first(api: Api, clock: StandingClock) -> None:
    for number in range(12):
        await api.project(f"Project {number:02}")
        clock.move(minutes=1)
    first = await api.get("/projects")
    assert (first["page"], first["size"], first["total"]) == (0, 10, 12)
    assert [project["name"] for project in first["records"]][:2] == ["Project 11", "Project 10"]
    second = await api.get("/projects", params={"page": 1})
    assert [project["name"] for project in second["records"]] == ["Project 01", "Project 00"]
    beyond = await api.get("/projects", params={"page": 2_000_000_000, "size": 5})
    assert (beyond["records"], beyond["total"]) == ([], 12)
    assert (await api.get("/projects", params={"size": 0}))["records"] == []
    assert (await api.get("/projects", params={"size": 10**30}))["size"] == 1000


async def test_sorts_and_filters_in_any_case(api: Api, clock: StandingClock) -> None:
    ids = {}
    for name in ("beta 100%", "Alpha", "ÄRGER", "alpha_2"):
        ids[name] = await api.project(name)
        clock.move(minutes=1)

    async def names(**query: str) -> list[str]:
        return [project["name"] for project in (await api.get("/projects", params=query))["records"]]

    assert await names(sort_by="name", order="asc") == ["Alpha", "alpha_2", "beta 100%", "ÄRGER"]
    assert await names(sort_by="name", order="desc") == ["ÄRGER", "beta 100%", "alpha_2", "Alpha"]
    assert await names(sort_by="created_at", order="asc") == ["beta 100%", "Alpha", "ÄRGER", "alpha_2"]
    await api.patch(f"/projects/{ids['Alpha']}", {"directory_id": "dir_1"})
    assert (await names(sort_by="updated_at"))[0] == "Alpha"
    assert await names(filter="ALPHA") == ["alpha_2", "Alpha"]
    assert await names(filter="ärg") == ["ÄRGER"]
    assert await names(filter="%") == ["beta 100%"]
    assert await names(filter="_") == ["alpha_2"]
    assert await names(filter="") == ["alpha_2", "ÄRGER", "Alpha", "beta 100%"]
    assert await names(user_filter="ines") == []


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({"page": -1}, "value_error.number.not_ge"),
        ({"page": 2**31}, "value_error.number.not_le"),
        ({"size": "x"}, "type_error.integer"),
        ({"size": "1.5"}, "type_error.integer"),
        ({"sort_by": "colour"}, "type_error.enum"),
        ({"order": "up"}, "type_error.enum"),
    ],
)
async def test_refuses_queries_that_do_not_fit(lite: Api, query: dict[str, str], kind: str) -> None:
    (entry,) = (await lite.get("/projects", 422, params=query))["detail"]
    assert (entry["loc"], entry["type"]) == (["query", next(iter(query))], kind)


async def test_changes_only_what_is_sent(api: Api, clock: StandingClock) -> None:
    project_id = await api.project()
    before = await api.get(f"/projects/{project_id}")
    clock.move(hours=1)
    for body in ({}, {"name": None, "directory_id": None}, {"id": "pr_other"}, {"name": "Refund triage"}, {"x": 1}):
        assert await api.patch(f"/projects/{project_id}", body) == before
    after = await api.patch(f"/projects/{project_id}", {"id": project_id, "name": "Refunds", "directory_id": "dir_1"})
    changes = {"name": "Refunds", "directory_id": "dir_1", "updated_at": "2026-03-02T10:00:00Z"}
    assert after == before | changes


async def test_making_a_config_active_deploys_it_to_the_default_environment(api: Api) -> None:
    project_id = await api.project()
    await api.config(project_id, "first")
    second = await api.config(project_id, "second")
    project = await api.patch(f"/projects/{project_id}", {"active_config_id": second})
    assert project["active_config"]["config"]["id"] == second
    (row,) = await api.get(f"/projects/{project_id}/deployed-configs")
    assert (row["model_config_id"], row["environment_tag"]) == (second, "default")


async def test_refuses_to_make_a_config_active_that_is_another_projects(api: Api) -> None:
    stranger = await api.config(await api.project("Other"))
    project_id = await api.project()
    for config_id in (stranger, "config_nowhere"):
        await api.patch(f"/projects/{project_id}", {"name": "Renamed", "active_config_id": config_id}, 404)
    assert (await api.get(f"/projects/{project_id}"))["name"] == "Refund triage"


async def test_says_which_project_was_not_found(lite: Api) -> None:
    expected = {"detail": "Project with ID 'pr_0000000000000000000aB' was not found."}
    path = "/projects/pr_0000000000000000000aB"
    assert await lite.get(path, 404) == expected
    assert await lite.patch(path, {}, 404) == expected
    assert await lite.delete(path, 404) == expected
    for more in ("configs", "active-config", "deployed-configs", "evaluations", "datasets"):
        assert await lite.get(f"{path}/{more}", 404) == expected


async def test_a_deleted_project_is_gone_with_all_that_is_its_own(api: Api) -> None:
    project_id = await api.project()
    config_id = await api.config(project_id)
    run = await api.evaluation(project_id, config_id, "external")
    await api.delete(f"/projects/{project_id}", 204)
    await api.get(f"/projects/{project_id}", 404)
    await api.get(f"/model-configs/{config_id}", 404)
    await api.get(f"/evaluations/{run['id']}", 404)
    assert [dataset["project_id"] for dataset in await api.get("/datasets")] == [""]
    await api.project("Refund triage")
