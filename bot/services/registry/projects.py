"""Projects and their active configs (v4 reference, *Projects*)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry.configs import COLUMNS, config_in_project, project_config
from bot.services.registry.database import fold
from bot.services.registry.deployments import clear, deploy
from bot.services.registry.errors import Refusal
from bot.services.registry.identifiers import TEAM_ID
from bot.services.registry.lookups import environment_row, insert_project, name_columns, name_taken, project_row
from bot.services.registry.service import Here, PageNumber, PageSize
from bot.services.registry.tables import configs, deployments, environments, project_users, projects, users
from bot.services.registry.wire import ActiveConfig, Page
from bot.services.registry.wire_projects import CreateProject, Project, UpdateProject, User

router = APIRouter(tags=["Projects"])

EnvironmentName = Annotated[str | None, Query(description="A name; absent: the default environment.")]

_SORTS = {"created_at": projects.c.created_at, "updated_at": projects.c.updated_at, "name": projects.c.folded}


def _selected() -> Select[Any]:
    """Select projects with the config that is live in the default environment."""
    deployed = and_(deployments.c.project_id == projects.c.id, deployments.c.environment_id == environments.c.id)
    some_config = configs.alias("some_config")
    return (
        select(projects, *COLUMNS, exists().where(some_config.c.project_id == projects.c.id).label("has_configs"))
        .select_from(projects)
        .join(environments, environments.c.is_default)
        .outerjoin(deployments, deployed)
        .outerjoin(configs, configs.c.id == deployments.c.config_id)
    )


def _answer(row: Row[Any], people: list[User]) -> Project:
    return Project(
        id=row.id,
        name=row.name,
        users=people,
        team_id=TEAM_ID,
        created_at=row.created_at,
        updated_at=row.updated_at,
        active_config=None if row.config_id is None else project_config(row, row.name),
        config_type="model" if row.has_configs else None,
        directory_id=row.directory_id,
    )


async def _people(connection: AsyncConnection, project_ids: list[str]) -> dict[str, list[User]]:
    statement = (
        select(project_users.c.project_id, users)
        .join(users, users.c.id == project_users.c.user_id)
        .where(project_users.c.project_id.in_(project_ids))
        .order_by(users.c.folded, users.c.id)
    )
    people: defaultdict[str, list[User]] = defaultdict(list)
    for row in await connection.execute(statement):
        people[row.project_id].append(User(id=row.id, email_address=row.email_address, full_name=row.full_name))
    return people


async def answer_project(connection: AsyncConnection, project_id: str) -> Project:
    """The project, as the API returns it; it has to exist."""
    row = (await connection.execute(_selected().where(projects.c.id == project_id))).one()
    return _answer(row, (await _people(connection, [project_id]))[project_id])


def _matching(words: str | None, user_words: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if words:
        conditions.append(projects.c.folded.contains(fold(words), autoescape=True))
    if user_words:
        member = (
            exists()
            .where(project_users.c.project_id == projects.c.id)
            .where(project_users.c.user_id == users.c.id)
            .where(users.c.folded.contains(fold(user_words), autoescape=True))
        )
        conditions.append(member)
    return conditions


@router.get("/projects", summary="List")
async def list_projects(
    here: Here,
    page: PageNumber = 0,
    size: PageSize = 10,
    filter: Annotated[str | None, Query(description="Part of the name, in any case.")] = None,  # noqa: A002 - its name on the wire
    user_filter: Annotated[str | None, Query(description="Part of a user's name or address, in any case.")] = None,
    sort_by: Literal["created_at", "updated_at", "name"] = "created_at",
    order: Literal["asc", "desc"] = "desc",
) -> Page[Project]:
    """A page of projects."""
    conditions = _matching(filter, user_filter)
    column = _SORTS[sort_by]
    sorting = (column.asc(), projects.c.id.asc()) if order == "asc" else (column.desc(), projects.c.id.desc())
    statement = _selected().where(*conditions).order_by(*sorting).limit(size).offset(page * size)
    async with here.database.read() as connection:
        counting = select(func.count()).select_from(projects).where(*conditions)
        total = (await connection.execute(counting)).scalar_one()
        rows = (await connection.execute(statement)).all()
        people = await _people(connection, [row.id for row in rows])
    return Page(records=[_answer(row, people[row.id]) for row in rows], page=page, size=size, total=total)


@router.post("/projects", status_code=201, summary="Create")
async def create_project(body: CreateProject, here: Here) -> Project:
    """Create a project. Responds with 409 when the name is taken."""
    async with here.database.write() as connection:
        project_id = await insert_project(connection, body.name, here.now(), directory_id=body.directory_id)
        return await answer_project(connection, project_id)


@router.get("/projects/{id}", summary="Get")
async def get_project(id: str, here: Here) -> Project:  # noqa: A002 - its name on the wire
    """One project."""
    async with here.database.read() as connection:
        await project_row(connection, id)
        return await answer_project(connection, id)


@router.patch("/projects/{id}", summary="Update")
async def update_project(id: str, body: UpdateProject, here: Here) -> Project:  # noqa: A002 - its name on the wire
    """Update the fields that are sent. `active_config_id` is deployed to the default environment. Taken name: 409."""
    now = here.now()
    async with here.database.write() as connection:
        row = await project_row(connection, id, lock=True)
        if body.active_config_id is not None:
            await config_in_project(connection, id, body.active_config_id)
        await _rename_or_move(connection, row, body, now)
        if body.active_config_id is not None:
            default = await environment_row(connection, None)
            await deploy(connection, id, body.active_config_id, [default.id], now)
        return await answer_project(connection, id)


async def _rename_or_move(connection: AsyncConnection, row: Row[Any], body: UpdateProject, now: datetime) -> None:
    changes: dict[str, Any] = {}
    if body.name is not None and body.name != row.name:
        changes |= name_columns(body.name)
    if body.directory_id is not None and body.directory_id != row.directory_id:
        changes["directory_id"] = body.directory_id
    if not changes:
        return
    try:
        await connection.execute(update(projects).where(projects.c.id == row.id).values(updated_at=now, **changes))
    except IntegrityError:
        raise name_taken(str(body.name)) from None


@router.delete("/projects/{id}", status_code=204, response_class=Response, summary="Delete")
async def delete_project(id: str, here: Here) -> None:  # noqa: A002 - its name on the wire
    """Delete a project with its configs, deployments and evaluations. Its datasets stay."""
    async with here.database.write() as connection:
        await project_row(connection, id, lock=True)
        await connection.execute(delete(projects).where(projects.c.id == id))


@router.get("/projects/{id}/active-config", summary="Get Active Config")
async def get_active_config(id: str, here: Here, environment: EnvironmentName = None) -> ActiveConfig:  # noqa: A002 - its name on the wire
    """The config that is live in an environment; 404 when there is none."""
    async with here.database.read() as connection:
        project = await project_row(connection, id)
        target = await environment_row(connection, environment)
        statement = (
            select(*COLUMNS)
            .join(deployments, deployments.c.config_id == configs.c.id)
            .where(deployments.c.project_id == id, deployments.c.environment_id == target.id)
        )
        row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise Refusal(404, f"Project with ID '{id}' has no active config in environment '{target.name}'.")
    return ActiveConfig(**dict(project_config(row, project.name)), environment_id=target.id)


@router.delete("/projects/{id}/active-config", summary="Deactivate Config")
async def deactivate_config(id: str, here: Here, environment: EnvironmentName = None) -> Project:  # noqa: A002 - its name on the wire
    """Remove the live config from an environment; does nothing where none is live. The config itself stays.

    The project that is returned has the active config of the default environment, whichever one was named.
    """
    async with here.database.write() as connection:
        await project_row(connection, id, lock=True)
        target = await environment_row(connection, environment)
        await clear(connection, id, target.id, here.now())
        return await answer_project(connection, id)
