"""Looks up the projects and environments that requests name, and creates projects."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry.database import fold
from bot.services.registry.errors import Refusal, not_found
from bot.services.registry.identifiers import Prefix, new_id
from bot.services.registry.tables import environments, projects


async def project_row(connection: AsyncConnection, project_id: str, *, lock: bool = False) -> Row[Any]:
    """The project's row; `lock` keeps others from changing it until the transaction ends. Raises 404."""
    statement = select(projects).where(projects.c.id == project_id)
    row = (await connection.execute(statement.with_for_update() if lock else statement)).one_or_none()
    if row is None:
        raise not_found("Project", project_id)
    return row


async def environment_row(connection: AsyncConnection, name: str | None) -> Row[Any]:
    """The row of the environment with this name; for None, of the default one. Raises 404."""
    wanted = environments.c.is_default if name is None else environments.c.name == name
    row = (await connection.execute(select(environments).where(wanted))).one_or_none()
    if row is None:
        raise Refusal(404, f"Environment with name '{name}' was not found.")
    return row


def name_columns(name: str) -> dict[str, str]:
    """The columns derived from a project's name."""
    return {"name": name, "name_digest": hashlib.sha256(name.encode()).hexdigest(), "folded": fold(name)}


async def insert_project(
    connection: AsyncConnection, name: str, now: datetime, *, directory_id: str | None = None
) -> str:
    """Create a project and return its id. Raises 409 when the name is taken, also by a concurrent request."""
    project_id = new_id(Prefix.PROJECT)
    row = name_columns(name) | {"id": project_id, "directory_id": directory_id, "created_at": now, "updated_at": now}
    try:
        async with connection.begin_nested():
            await connection.execute(insert(projects), [row])
    except IntegrityError:
        raise name_taken(name) from None
    return project_id


async def project_named(connection: AsyncConnection, name: str, now: datetime) -> Row[Any]:
    """The row of the project with this name, locked; the project is created if it does not exist."""
    digest = name_columns(name)["name_digest"]
    statement = select(projects).where(projects.c.name_digest == digest).with_for_update()
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        with suppress(Refusal):  # created concurrently: the next query returns that one
            await insert_project(connection, name, now)
        row = (await connection.execute(statement)).one()
    return row


def name_taken(name: str) -> Refusal:
    """Return a 409 error for the name of a project."""
    return Refusal(409, f"A project with the name '{name}' already exists.")
