"""Configs: immutable sets of parameters, each unique within its project (v4 reference, *Model Configs*)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Row, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry import scores
from bot.services.registry.errors import not_found
from bot.services.registry.identifiers import Prefix, new_id
from bot.services.registry.lookups import environment_row, project_named, project_row
from bot.services.registry.service import Here
from bot.services.registry.tables import configs, deployments
from bot.services.registry.wire import Aggregate, ModelConfig, ProjectConfig, Register

router = APIRouter(tags=["Configs"])

COLUMNS = [column.label(f"config_{column.name}") for column in configs.c]
"""The columns of a config, labelled to be selected together with those of another table."""


def model_config(row: Row[Any]) -> ModelConfig:
    """The config in a row with `COLUMNS`, without its project."""
    return ModelConfig.of(row.config_id, row.config_name, row.config_description, row.config_parameters)


def project_config(row: Row[Any], project_name: str, means: list[Aggregate] | None = None) -> ProjectConfig:
    """The config in a row with `COLUMNS`, with its project. Logs are not counted: `num_datapoints` is 0."""
    return ProjectConfig(
        project_id=row.config_project_id,
        project_name=project_name,
        created_at=row.config_created_at,
        updated_at=row.config_updated_at,
        last_used=row.config_last_used,
        config=model_config(row),
        num_datapoints=0,
        evaluation_aggregates=means,
    )


def digest(parameters: dict[str, Any]) -> str:
    """A hash of the parameters, which does not depend on the order of their names."""
    return hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Registered:
    """The result of `register`."""

    config_id: str
    name: str
    is_new: bool
    became_active: bool


async def register(
    connection: AsyncConnection,
    project_id: str,
    parameters: dict[str, Any],
    *,
    name: str | None,
    description: str | None,
    now: datetime,
) -> Registered:
    """Store parameters as a config of a project, unless it has them; a project's first config becomes active.

    The caller has to lock the project. Without a name, one is derived from the parameters.
    """
    parameters_digest = digest(parameters)
    same = select(configs.c.id, configs.c.name).where(
        configs.c.project_id == project_id, configs.c.digest == parameters_digest
    )
    existing = (await connection.execute(same)).one_or_none()
    if existing is not None:
        return Registered(existing.id, existing.name, is_new=False, became_active=False)
    config_id = new_id(Prefix.CONFIG)
    name = name or f"config-{parameters_digest[:6]}"
    is_first = not (await connection.execute(select(exists().where(configs.c.project_id == project_id)))).scalar_one()
    row = {
        "id": config_id,
        "project_id": project_id,
        "name": name,
        "description": description,
        "digest": parameters_digest,
        "parameters": parameters,
        "created_at": now,
        "updated_at": now,
        "last_used": now,
    }
    await connection.execute(insert(configs), [row])
    if is_first:
        default = await environment_row(connection, None)
        deployment = {
            "project_id": project_id,
            "environment_id": default.id,
            "config_id": config_id,
            "deployed_at": now,
        }
        await connection.execute(insert(deployments), [deployment])
    return Registered(config_id, name, is_new=True, became_active=is_first)


@router.post("/model-configs", summary="Register")
async def register_config(body: Register, here: Here) -> ProjectConfig:
    """Register parameters as a config; registering the same parameters again returns the existing config.

    The first config of a project becomes its active config. A project given by name is created if it does not exist.
    """
    now = here.now()
    async with here.database.write() as connection:
        if body.project_id is not None:
            project = await project_row(connection, body.project_id, lock=True)
        else:
            project = await project_named(connection, str(body.project), now)
        registered = await register(
            connection, project.id, body.parameters(), name=body.name, description=body.description, now=now
        )
        row = (await connection.execute(select(*COLUMNS).where(configs.c.id == registered.config_id))).one()
        return project_config(row, project.name)


@router.get("/model-configs/{id}", summary="Get")
async def get_config(id: str, here: Here) -> ModelConfig:  # noqa: A002 - its name on the wire
    """One config."""
    async with here.database.read() as connection:
        row = (await connection.execute(select(*COLUMNS).where(configs.c.id == id))).one_or_none()
    if row is None:
        raise not_found("Model config", id)
    return model_config(row)


@router.get("/projects/{id}/configs", summary="List Configs")
async def list_configs(
    id: str,  # noqa: A002 - its name on the wire
    here: Here,
    evaluation_aggregates: Annotated[bool, Query(description="Fill that field of each row.")] = False,
) -> list[ProjectConfig]:
    """All configs of a project, oldest first."""
    async with here.database.read() as connection:
        project = await project_row(connection, id)
        statement = (
            select(*COLUMNS)
            .where(configs.c.project_id == id)
            .order_by(configs.c.created_at, configs.c.name, configs.c.id)
        )
        rows = (await connection.execute(statement)).all()
        means = await scores.by_config(connection, id) if evaluation_aggregates else None
    return [project_config(row, project.name, None if means is None else means.get(row.config_id, [])) for row in rows]


async def config_in_project(connection: AsyncConnection, project_id: str, config_id: str) -> Row[Any]:
    """The config's row, if it belongs to the project. Raises 404."""
    statement = select(*COLUMNS).where(configs.c.id == config_id, configs.c.project_id == project_id)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise not_found("Model config", config_id)
    return row
