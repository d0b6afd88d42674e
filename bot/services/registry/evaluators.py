"""Evaluators (v4 reference, *Evaluators*)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry.errors import not_found
from bot.services.registry.identifiers import Prefix, new_id, stable_id
from bot.services.registry.service import Here
from bot.services.registry.tables import evaluator_versions, evaluators
from bot.services.registry.wire import ModelConfig
from bot.services.registry.wire_evaluations import CreateEvaluator, Evaluator, UpdateEvaluator

router = APIRouter(tags=["Evaluators"])


def answer(row: Row[Any]) -> Evaluator:
    """Convert a row of the table to the API's evaluator."""
    judge = None
    if row.model_config is not None:
        # An evaluator's own config belongs to no project; its id is derived from the evaluator's.
        judge = ModelConfig.of(stable_id(Prefix.CONFIG, row.id), row.name, None, row.model_config)
    return Evaluator(
        id=row.id,
        name=row.name,
        description=row.description,
        type=row.type,
        arguments_type=row.arguments_type,
        return_type=row.return_type,
        code=row.code,
        judge=judge,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _version(evaluator_id: str, number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(Prefix.EVALUATOR_VERSION),
        "evaluator_id": evaluator_id,
        "number": number,
        "created_at": now,
    }


async def _row(connection: AsyncConnection, evaluator_id: str, *, lock: bool = False) -> Row[Any]:
    """The evaluator's row. Raises 404."""
    statement = select(evaluators).where(evaluators.c.id == evaluator_id, evaluators.c.deleted_at.is_(None))
    row = (await connection.execute(statement.with_for_update() if lock else statement)).one_or_none()
    if row is None:
        raise not_found("Evaluator", evaluator_id)
    return row


@router.get("/evaluators", summary="List")
async def list_evaluators(here: Here) -> list[Evaluator]:
    """All evaluators, oldest first."""
    async with here.database.read() as connection:
        statement = select(evaluators).where(evaluators.c.deleted_at.is_(None))
        statement = statement.order_by(evaluators.c.created_at, evaluators.c.id)
        return [answer(row) for row in await connection.execute(statement)]


@router.post("/evaluators", status_code=201, summary="Create")
async def create_evaluator(body: CreateEvaluator, here: Here) -> Evaluator:
    """Create an evaluator in its first version."""
    now = here.now()
    evaluator_id = new_id(Prefix.EVALUATOR)
    row = body.model_dump(exclude={"judge"}) | {
        "id": evaluator_id,
        "model_config": None if body.judge is None else body.judge.model_dump(mode="json"),
        "created_at": now,
        "updated_at": now,
    }
    version = _version(evaluator_id, 1, now)
    async with here.database.write() as connection:
        await connection.execute(insert(evaluators), [row])
        await connection.execute(insert(evaluator_versions), [version])
        statement = select(evaluators).where(evaluators.c.id == evaluator_id)
        return answer((await connection.execute(statement)).one())


@router.get("/evaluators/{id}", summary="Get")
async def get_evaluator(id: str, here: Here) -> Evaluator:  # noqa: A002 - its name on the wire
    """One evaluator."""
    async with here.database.read() as connection:
        return answer(await _row(connection, id))


@router.patch("/evaluators/{id}", summary="Update")
async def update_evaluator(id: str, body: UpdateEvaluator, here: Here) -> Evaluator:  # noqa: A002 - its name on the wire
    """Update the fields that are sent. Any but name and description makes a new version of the evaluator."""
    now = here.now()
    changes = body.model_dump(exclude={"judge"}, exclude_none=True)
    if body.judge is not None:
        changes["model_config"] = body.judge.model_dump(mode="json")
    async with here.database.write() as connection:
        row = await _row(connection, id, lock=True)
        changes = {name: value for name, value in changes.items() if getattr(row, name) != value}
        if changes:
            await connection.execute(update(evaluators).where(evaluators.c.id == id).values(updated_at=now, **changes))
        if changes.keys() - {"name", "description"}:
            mine = evaluator_versions.c.evaluator_id == id
            number = (await connection.execute(select(func.max(evaluator_versions.c.number)).where(mine))).scalar_one()
            await connection.execute(insert(evaluator_versions), [_version(id, number + 1, now)])
        return answer(await _row(connection, id))


@router.delete("/evaluators/{id}", status_code=204, response_class=Response, summary="Delete")
async def delete_evaluator(id: str, here: Here) -> None:  # noqa: A002 - its name on the wire
    """Delete an evaluator. Evaluations keep it and its results."""
    async with here.database.write() as connection:
        await _row(connection, id, lock=True)
        await connection.execute(update(evaluators).where(evaluators.c.id == id).values(deleted_at=here.now()))
