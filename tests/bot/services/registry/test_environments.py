from __future__ import annotations

import asyncio

import pytest

from bot.services.registry import environments
from bot.services.registry.database import Database
from bot.services.registry.errors import Unable
from tests.bot.services.registry.conftest import Api


async def test_environments_are_added_renamed_and_made_default(api: Api, url: str) -> None:
    project_id = await api.project()
    config_id = await api.config(project_id)
    database = Database(url)
    staging = await environments.add(database, " staging ")
    await environments.rename(database, "production", "live")
    rows = await api.get(f"/projects/{project_id}/deployed-configs")
    assert [(row["environment_name"], row["environment_tag"], row["model_config_id"]) for row in rows] == [
        ("live", "default", config_id),
        ("staging", "other", None),
    ]
    await environments.make_default(database, "staging")
    await environments.make_default(database, "staging")
    assert [(row.name, row.is_default) for row in await environments.listed(database)] == [
        ("live", False),
        ("staging", True),
    ]
    assert (await api.get(f"/projects/{project_id}"))["active_config"] is None
    assert (await api.get(f"/projects/{project_id}/active-config?environment=live"))["config"]["id"] == config_id
    await api.patch(f"/projects/{project_id}/deploy-config", {"config_id": config_id})
    assert (await api.get(f"/projects/{project_id}/active-config"))["environment_id"] == staging
    await database.close()


async def test_refuses_environments_that_cannot_be(url: str) -> None:
    database = Database(url)
    await environments.add(database, "staging")
    for call, words in (
        (environments.add(database, "staging"), 'there is already an environment "staging"'),
        (environments.add(database, " "), "1 to 100 printable characters"),
        (environments.rename(database, "staging", "production"), 'there is already an environment "production"'),
        (environments.rename(database, "staging", "a\tb"), "1 to 100 printable characters"),
        (environments.rename(database, "prod", "x"), 'no environment "prod"; known: production, staging'),
        (environments.make_default(database, "prod"), 'no environment "prod"; known: production, staging'),
    ):
        with pytest.raises(Unable, match=words):
            await call
    assert [row.name for row in await environments.listed(database)] == ["production", "staging"]
    await database.close()


async def test_there_is_one_default_whatever_comes_at_once(url: str) -> None:
    database = Database(url)
    for name in ("a", "b"):
        await environments.add(database, name)
    await asyncio.gather(*(environments.make_default(database, name) for name in ("a", "b", "a")))
    assert sum(row.is_default for row in await environments.listed(database)) == 1
    await database.close()
