"""Datasets (v4 reference, *Datasets*). A dataset has versions; its content is that of its newest version."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry.errors import not_found
from bot.services.registry.identifiers import Prefix, new_id
from bot.services.registry.lookups import project_row
from bot.services.registry.service import Here
from bot.services.registry.tables import dataset_versions, datasets
from bot.services.registry.wire_evaluations import CreateDataset, Dataset, UpdateDataset

router = APIRouter(tags=["Datasets"])

_other = dataset_versions.alias("other_version")
newest = dataset_versions.c.number == (
    select(func.max(_other.c.number)).where(_other.c.dataset_id == dataset_versions.c.dataset_id).scalar_subquery()
)
"""Condition that selects the newest version of each dataset."""


def _selected() -> Select[Any]:
    return (
        select(datasets, dataset_versions.c.datapoint_count)
        .join(dataset_versions, dataset_versions.c.dataset_id == datasets.c.id)
        .where(newest, datasets.c.deleted_at.is_(None))
        .order_by(datasets.c.created_at, datasets.c.id)
    )


def _answer(row: Row[Any]) -> Dataset:
    return Dataset(
        id=row.id,
        project_id=row.project_id or "",
        name=row.name,
        description=row.description,
        datapoint_count=row.datapoint_count,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


@router.get("/datasets", summary="List")
async def list_datasets(here: Here) -> list[Dataset]:
    """All datasets of the organisation, oldest first."""
    async with here.database.read() as connection:
        return [_answer(row) for row in await connection.execute(_selected())]


@router.get("/projects/{project_id}/datasets", summary="List For Project", deprecated=True)
async def list_project_datasets(project_id: str, here: Here) -> list[Dataset]:
    """The datasets that were created in a project, oldest first."""
    async with here.database.read() as connection:
        await project_row(connection, project_id)
        statement = _selected().where(datasets.c.project_id == project_id)
        return [_answer(row) for row in await connection.execute(statement)]


@router.post("/projects/{project_id}/datasets", status_code=201, summary="Create")
async def create_dataset(project_id: str, body: CreateDataset, here: Here) -> Dataset:
    """Create a dataset; its first version is empty."""
    now = here.now()
    dataset_id = new_id(Prefix.DATASET)
    row = {
        "id": dataset_id,
        "project_id": project_id,
        "name": body.name,
        "description": body.description,
        "created_at": now,
        "updated_at": now,
    }
    version = {
        "id": new_id(Prefix.DATASET_VERSION),
        "dataset_id": dataset_id,
        "number": 1,
        "datapoint_count": 0,
        "created_at": now,
    }
    async with here.database.write() as connection:
        await project_row(connection, project_id, lock=True)
        await connection.execute(insert(datasets), [row])
        await connection.execute(insert(dataset_versions), [version])
        return _answer((await connection.execute(_selected().where(datasets.c.id == dataset_id))).one())


async def dataset_row(connection: AsyncConnection, dataset_id: str, *, lock: bool = False) -> Row[Any]:
    """The dataset's row; `lock` keeps others from changing it until the transaction ends. Raises 404."""
    statement = select(datasets).where(datasets.c.id == dataset_id, datasets.c.deleted_at.is_(None))
    row = (await connection.execute(statement.with_for_update() if lock else statement)).one_or_none()
    if row is None:
        raise not_found("Dataset", dataset_id)
    return row


@router.get("/datasets/{id}", summary="Get")
async def get_dataset(id: str, here: Here) -> Dataset:  # noqa: A002 - its name on the wire
    """One dataset."""
    async with here.database.read() as connection:
        row = (await connection.execute(_selected().where(datasets.c.id == id))).one_or_none()
    if row is None:
        raise not_found("Dataset", id)
    return _answer(row)


@router.patch("/datasets/{id}", summary="Update")
async def update_dataset(id: str, body: UpdateDataset, here: Here) -> Dataset:  # noqa: A002 - its name on the wire
    """Update the fields that are sent: name, description."""
    async with here.database.write() as connection:
        await dataset_row(connection, id, lock=True)
        changes = body.model_dump(exclude_none=True)
        if changes:
            change = update(datasets).where(datasets.c.id == id)
            await connection.execute(change.values(updated_at=here.now(), **changes))
        return _answer((await connection.execute(_selected().where(datasets.c.id == id))).one())


@router.delete("/datasets/{id}", summary="Delete")
async def delete_dataset(id: str, here: Here) -> None:  # noqa: A002 - its name on the wire
    """Delete a dataset and its datapoints. Evaluations keep the version that they ran over. Returns null."""
    async with here.database.write() as connection:
        await dataset_row(connection, id, lock=True)
        await connection.execute(update(datasets).where(datasets.c.id == id).values(deleted_at=here.now()))
