"""Environments, which operators change by commands: v4 has no operations for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry.database import Database
from bot.services.registry.errors import Unable
from bot.services.registry.identifiers import Prefix, new_id
from bot.services.registry.tables import environments

_LONGEST_NAME = 100


async def listed(database: Database) -> Sequence[Row[Any]]:
    """All environments, in display order: `id`, `name`, `is_default`."""
    async with database.read() as connection:
        statement = select(environments).order_by(environments.c.position, environments.c.id)
        return (await connection.execute(statement)).all()


async def add(database: Database, name: str) -> str:
    """Add an environment after the others and return its id. Raises `Unable` for a taken or invalid name."""
    name = _checked(name)
    environment_id = new_id(Prefix.ENVIRONMENT)
    try:
        async with database.write() as connection:
            last = (await connection.execute(select(func.max(environments.c.position)))).scalar_one()
            row = {"id": environment_id, "name": name, "is_default": False, "position": last + 1}
            await connection.execute(insert(environments), [row])
    except IntegrityError:
        raise _taken(name) from None
    return environment_id


async def rename(database: Database, old: str, new: str) -> None:
    """Rename an environment; its id stays the same. Raises `Unable`."""
    new = _checked(new)
    try:
        async with database.write() as connection:
            environment = await _named(connection, old)
            await connection.execute(update(environments).where(environments.c.id == environment.id).values(name=new))
    except IntegrityError:
        raise _taken(new) from None


async def make_default(database: Database, name: str) -> None:
    """Make this environment the only default one. Deployments stay as they are. Raises `Unable`."""
    async with database.write() as connection:
        environment = await _named(connection, name)
        await connection.execute(update(environments).where(environments.c.is_default).values(is_default=False))
        await connection.execute(
            update(environments).where(environments.c.id == environment.id).values(is_default=True)
        )


def _checked(name: str) -> str:
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Unable(f"the name of an environment must have 1 to {_LONGEST_NAME} printable characters")
    return name


async def _named(connection: AsyncConnection, name: str) -> Row[Any]:
    """The environment's row; locks all environments until the transaction ends. Raises `Unable`."""
    statement = select(environments).order_by(environments.c.position).with_for_update()
    by_name = {row.name: row for row in await connection.execute(statement)}
    if name.strip() not in by_name:
        raise Unable(f'there is no environment "{name.strip()}"; known: {", ".join(by_name)}')
    return by_name[name.strip()]


def _taken(name: str) -> Unable:
    return Unable(f'there is already an environment "{name}"')
