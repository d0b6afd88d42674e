"""The operations that no method of the provider contract needs, against a service that speaks the same wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from bot.clients.base import NotDone
from bot.clients.humanloop import HumanloopClient
from bot.clients.humanloop.operations import PAGE_SIZE, Operations
from bot.domain.errors import Fault
from bot.registry import app as registry
from bot.registry.database import migrate


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Operations]:
    url = f"sqlite:///{tmp_path / 'registry.db'}"
    await migrate(url)
    app = registry.create_app(url, api_keys=["marmalade"])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = HumanloopClient("acorn", "http://registry.invalid/v4", SecretStr("marmalade"), transport=transport)
    yield client.wire
    await client.close()
    await registry.close(app)


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


async def test_evaluations_are_listed_for_a_project(wire: Operations) -> None:
    project = await wire.create_project("Tone")
    assert await wire.list_evaluations(project.id) == []
    assert await wire.list_project_evaluations(project.id) == []
    with pytest.raises(NotDone) as caught:
        await wire.create_evaluation(project.id, config_id="config_0", evaluator_ids=[], dataset_id="evts_0")
    assert caught.value.problem.fault in (Fault.NOT_FOUND, Fault.INVALID)
