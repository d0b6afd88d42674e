"""Datapoints: the cases in a dataset (v4 reference, *Datasets*, *Datapoints*)."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry.datasets import dataset_row, newest
from bot.services.registry.errors import not_found
from bot.services.registry.identifiers import Prefix, new_id
from bot.services.registry.service import Here, PageNumber, PageSize
from bot.services.registry.tables import datapoints, dataset_versions, datasets, logs
from bot.services.registry.wire import Page
from bot.services.registry.wire_logs import CreateDatapoint, CreateDatapoints, CreateDatapointsFromLogs, Datapoint

router = APIRouter(tags=["Datasets"])


def answer_datapoint(row: Row[Any]) -> Datapoint:
    """Convert a row of the table to the API's datapoint."""
    return Datapoint(id=row.id, dataset_id=row.dataset_id, inputs=row.inputs, messages=row.messages, target=row.target)


@router.get("/datasets/{dataset_id}/datapoints", summary="List Datapoints")
async def list_datapoints(dataset_id: str, here: Here, page: PageNumber = 0, size: PageSize = 50) -> Page[Datapoint]:
    """A page of the datapoints in a dataset's newest version, in the order in which they were added."""
    async with here.database.read() as connection:
        await dataset_row(connection, dataset_id)
        mine = datapoints.c.dataset_id == dataset_id
        counting = select(func.count()).select_from(datapoints).where(mine)
        total = (await connection.execute(counting)).scalar_one()
        statement = select(datapoints).where(mine).order_by(datapoints.c.position).limit(size).offset(page * size)
        records = [answer_datapoint(row) for row in await connection.execute(statement)]
    return Page(records=records, page=page, size=size, total=total)


@router.get("/datapoints/{id}", summary="Get", tags=["Datapoints"])
async def get_datapoint(id: str, here: Here) -> Datapoint:  # noqa: A002 - its name on the wire
    """One datapoint."""
    async with here.database.read() as connection:
        statement = (
            select(datapoints)
            .join(datasets, datasets.c.id == datapoints.c.dataset_id)
            .where(datapoints.c.id == id, datasets.c.deleted_at.is_(None))
        )
        row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise not_found("Datapoint", id)
    return answer_datapoint(row)


@router.post("/datasets/{dataset_id}/datapoints", status_code=201, summary="Create Datapoint")
async def create_datapoints(dataset_id: str, body: CreateDatapoints, here: Here) -> list[Datapoint]:
    """Add one datapoint, several, or those of logs. This makes a new version of the dataset, unless there are none."""
    now = here.now()
    async with here.database.write() as connection:
        await dataset_row(connection, dataset_id, lock=True)
        points = await _contents(connection, body)
        if not points:
            return []
        present = select(dataset_versions).where(dataset_versions.c.dataset_id == dataset_id, newest)
        version = (await connection.execute(present)).one()
        highest = select(func.max(datapoints.c.position)).where(datapoints.c.dataset_id == dataset_id)
        last = (await connection.execute(highest)).scalar_one()
        first = 0 if last is None else last + 1
        rows = [
            point
            | {
                "id": new_id(Prefix.DATAPOINT),
                "dataset_id": dataset_id,
                "added_in": version.number + 1,
                "position": position,
            }
            for position, point in enumerate(points, start=first)
        ]
        following = {
            "id": new_id(Prefix.DATASET_VERSION),
            "dataset_id": dataset_id,
            "number": version.number + 1,
            "datapoint_count": version.datapoint_count + len(rows),
            "created_at": now,
        }
        await connection.execute(insert(dataset_versions), [following])
        await connection.execute(insert(datapoints), rows)
        await connection.execute(update(datasets).where(datasets.c.id == dataset_id).values(updated_at=now))
    return [Datapoint.model_validate(row) for row in rows]


async def _contents(
    connection: AsyncConnection, body: CreateDatapointsFromLogs | CreateDatapoint | list[CreateDatapoint]
) -> list[dict[str, Any]]:
    """The content of the new datapoints. Raises 404 for an unknown log."""
    if isinstance(body, CreateDatapointsFromLogs):
        statement = select(logs.c.id, logs.c.content).where(logs.c.id.in_(body.log_ids))
        contents = {row.id: row.content for row in await connection.execute(statement)}
        for log_id in body.log_ids:
            if log_id not in contents:
                raise not_found("Log", log_id)
        return [_case(contents[log_id]) for log_id in body.log_ids]
    return [point.model_dump(mode="json") for point in (body if isinstance(body, list) else [body])]


def _case(content: dict[str, Any]) -> dict[str, Any]:
    """A log's inputs and messages as a datapoint. Its inputs become strings; a log's can have any type."""
    inputs = content.get("inputs")
    texts = None if inputs is None else {name: _text(value) for name, value in inputs.items()}
    return {"inputs": texts, "messages": content.get("messages"), "target": None}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
