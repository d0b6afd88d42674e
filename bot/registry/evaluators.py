"""Evaluators (v4 reference, *Evaluators*)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy import Row, insert, select

from bot.registry.identifiers import Prefix, new_id, stable_id
from bot.registry.service import Here
from bot.registry.tables import evaluator_versions, evaluators
from bot.registry.wire import CreateEvaluator, Evaluator, ModelConfig

router = APIRouter(tags=["Evaluators"])


def answer(row: Row[Any]) -> Evaluator:
    """The evaluator of a row of the table."""
    judge = None
    if row.model_config is not None:
        # An evaluator's own config belongs to no project; its id follows from the evaluator's.
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


@router.get("/evaluators", summary="List")
async def list_evaluators(here: Here) -> list[Evaluator]:
    """All evaluators, the oldest first."""
    async with here.database.read() as connection:
        statement = select(evaluators).order_by(evaluators.c.created_at, evaluators.c.id)
        return [answer(row) for row in await connection.execute(statement)]


@router.post("/evaluators", status_code=201, summary="Create")
async def create_evaluator(body: CreateEvaluator, here: Here) -> Evaluator:
    """A new evaluator in its first version."""
    now = here.now()
    evaluator_id = new_id(Prefix.EVALUATOR)
    row = body.model_dump(exclude={"judge"}) | {
        "id": evaluator_id,
        "model_config": None if body.judge is None else body.judge.model_dump(mode="json"),
        "created_at": now,
        "updated_at": now,
    }
    version = {
        "id": new_id(Prefix.EVALUATOR_VERSION),
        "evaluator_id": evaluator_id,
        "number": 1,
        "created_at": now,
    }
    async with here.database.write() as connection:
        await connection.execute(insert(evaluators), [row])
        await connection.execute(insert(evaluator_versions), [version])
        made = select(evaluators).where(evaluators.c.id == evaluator_id)
        return answer((await connection.execute(made)).one())
