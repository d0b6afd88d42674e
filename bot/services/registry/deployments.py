"""Which config is live in each environment of a project (v4 reference, *Deploy Config*, *Deactivate Config*)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fastapi import APIRouter
from sqlalchemy import Select, and_, delete, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry.configs import config_in_project
from bot.services.registry.database import Database, put
from bot.services.registry.errors import Unable, not_found
from bot.services.registry.lookups import environment_row, project_row
from bot.services.registry.service import Here
from bot.services.registry.tables import configs, deployments, environments, projects
from bot.services.registry.wire_projects import DeployConfig, Deployment

router = APIRouter(tags=["Deployments"])


async def deploy(
    connection: AsyncConnection, project_id: str, config_id: str, environment_ids: Iterable[str], now: datetime
) -> None:
    """Make a config live in these environments; does nothing where it is live already."""
    statement = select(deployments.c.environment_id).where(
        deployments.c.project_id == project_id, deployments.c.config_id == config_id
    )
    unchanged = set((await connection.execute(statement)).scalars())
    changed = [environment_id for environment_id in dict.fromkeys(environment_ids) if environment_id not in unchanged]
    for environment_id in changed:
        row = {
            "project_id": project_id,
            "environment_id": environment_id,
            "config_id": config_id,
            "deployed_at": now,
        }
        await put(
            connection, deployments, row, keys=["project_id", "environment_id"], update=["config_id", "deployed_at"]
        )
    if changed:
        await connection.execute(update(projects).where(projects.c.id == project_id).values(updated_at=now))


async def clear(connection: AsyncConnection, project_id: str, environment_id: str, now: datetime) -> None:
    """Remove the live config from an environment; does nothing where none is live."""
    deleted = await connection.execute(
        delete(deployments).where(
            deployments.c.project_id == project_id, deployments.c.environment_id == environment_id
        )
    )
    if deleted.rowcount:
        await connection.execute(update(projects).where(projects.c.id == project_id).values(updated_at=now))


async def _deployed(connection: AsyncConnection, project_id: str) -> list[Deployment]:
    """One row for each environment, including those without a live config."""
    here = and_(deployments.c.environment_id == environments.c.id, deployments.c.project_id == projects.c.id)
    statement = (
        select(
            projects.c.id.label("project_id"),
            projects.c.name.label("project_name"),
            environments.c.id.label("environment_id"),
            environments.c.name.label("environment_name"),
            environments.c.is_default,
            configs.c.id.label("config_id"),
            configs.c.name.label("config_name"),
        )
        .select_from(projects)
        .join(environments, true())
        .outerjoin(deployments, here)
        .outerjoin(configs, configs.c.id == deployments.c.config_id)
        .where(projects.c.id == project_id)
        .order_by(environments.c.position, environments.c.id)
    )
    return [
        Deployment(
            project_id=row.project_id,
            project_name=row.project_name,
            environment_id=row.environment_id,
            environment_name=row.environment_name,
            environment_tag="default" if row.is_default else "other",
            model_config_id=row.config_id,
            model_config_name=row.config_name,
        )
        for row in await connection.execute(statement)
    ]


@router.get("/projects/{id}/deployed-configs", summary="List Deployed Configs")
async def list_deployed_configs(id: str, here: Here) -> list[Deployment]:  # noqa: A002 - its name on the wire
    """One row for each environment; the config is null where none is live."""
    async with here.database.read() as connection:
        await project_row(connection, id)
        return await _deployed(connection, id)


@router.patch("/projects/{project_id}/deploy-config", summary="Deploy Config")
async def deploy_config(project_id: str, body: DeployConfig, here: Here) -> list[Deployment]:
    """Make a config live in `environments`, by default in the default one. Returns all environments."""
    async with here.database.write() as connection:
        await project_row(connection, project_id, lock=True)
        await config_in_project(connection, project_id, body.config_id)
        if body.environments is None:
            environment_ids = [(await environment_row(connection, None)).id]
        else:
            environment_ids = [environment.id for environment in body.environments]
            existing = set((await connection.execute(select(environments.c.id))).scalars())
            for environment_id in environment_ids:
                if environment_id not in existing:
                    raise not_found("Environment", environment_id)
        await deploy(connection, project_id, body.config_id, environment_ids, here.now())
        return await _deployed(connection, project_id)


@router.delete("/projects/{project_id}/deployed-config/{environment_id}", summary="Delete Deployed Config")
async def delete_deployed_config(project_id: str, environment_id: str, here: Here) -> None:
    """Remove the live config from an environment; does nothing where none is live. Returns null."""
    async with here.database.write() as connection:
        await project_row(connection, project_id, lock=True)
        statement = select(environments.c.id).where(environments.c.id == environment_id)
        if (await connection.execute(statement)).one_or_none() is None:
            raise not_found("Environment", environment_id)
        await clear(connection, project_id, environment_id, here.now())


async def deploy_by_name(database: Database, project: str, config: str, environment: str, now: datetime) -> None:
    """Make a config live in an environment; all three are given by name or id. Raises `Unable`."""
    async with database.write() as connection:
        project_id = await _one(connection, "project", select(projects.c.id, projects.c.name), project)
        own = select(configs.c.id, configs.c.name).where(configs.c.project_id == project_id)
        config_id = await _one(connection, "config", own, config)
        environment_id = await _one(
            connection, "environment", select(environments.c.id, environments.c.name), environment
        )
        await deploy(connection, project_id, config_id, [environment_id], now)


async def _one(connection: AsyncConnection, noun: str, rows: Select[str, str], word: str) -> str:
    """The id of the only row with this name or id. Raises `Unable` when there is none or more than one."""
    candidates: list[tuple[str, str]] = [(row.id, row.name) for row in await connection.execute(rows)]
    matches = [id for id, name in candidates if word in (id, name)]  # noqa: A001 - the wire's word
    if len(matches) != 1:
        names = ", ".join(sorted(name for _, name in candidates)[:20]) or "none"
        raise Unable(f'there {"are several" if matches else "is no"} {noun} "{word}"; known: {names}')
    return matches[0]
