"""Evaluations: runs of evaluators over a dataset for one config (v4 reference, *Evaluations*).

The registry calls no models: a run for which it would have to generate logs itself stays pending.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry import scores
from bot.services.registry.configs import COLUMNS, config_in_project, model_config
from bot.services.registry.datasets import newest
from bot.services.registry.errors import Refusal, not_found
from bot.services.registry.evaluators import answer as answer_evaluator
from bot.services.registry.identifiers import Prefix, new_id
from bot.services.registry.lookups import project_row
from bot.services.registry.service import Here, PageNumber, PageSize
from bot.services.registry.tables import (
    configs,
    dataset_versions,
    datasets,
    evaluation_evaluators,
    evaluations,
    evaluator_versions,
    evaluators,
    results,
)
from bot.services.registry.wire import Page
from bot.services.registry.wire_evaluations import CreateEvaluation, Dataset, Evaluation, Evaluator, UpdateStatus

router = APIRouter(tags=["Evaluations"])

MOVES = frozenset({("pending", "running"), ("running", "completed"), ("completed", "running")})
"""The status changes that a caller may make (reference page *Update Status*; the first from the guide *Evaluating
externally generated Logs*)."""

FROM_OUTSIDE = frozenset({"external", "human"})
"""Types of evaluators whose results come from a caller or a person."""

EvaluateeId = Annotated[str | None, Query(description="Which evaluatee to show; every run here has one.")]
WithAggregates = Annotated[bool, Query(description="Fill that field.")]
Several = Annotated[list[str] | None, Query()]


def _selected() -> Select[Any]:
    """Select runs with their config, their dataset, the dataset version they ran over and the newest one."""
    then: Subquery = select(dataset_versions).subquery("then")
    return (
        select(
            *(column for column in evaluations.c if column.name != "config_id"),
            *COLUMNS,
            datasets.c.id.label("data_id"),
            datasets.c.project_id.label("data_project_id"),
            datasets.c.name.label("data_name"),
            datasets.c.description.label("data_description"),
            datasets.c.created_at.label("data_created_at"),
            datasets.c.updated_at.label("data_updated_at"),
            dataset_versions.c.id.label("newest_version_id"),
            dataset_versions.c.datapoint_count,
            then.c.datapoint_count.label("datapoint_count_then"),
            then.c.created_at.label("version_created_at"),
        )
        .select_from(evaluations)
        .join(configs, configs.c.id == evaluations.c.config_id)
        .join(datasets, datasets.c.id == evaluations.c.dataset_id)
        .join(dataset_versions, and_(dataset_versions.c.dataset_id == datasets.c.id, newest))
        .join(then, then.c.id == evaluations.c.dataset_version_id)
    )


async def _answers(
    connection: AsyncConnection, statement: Select[Any], *, aggregates: bool, which: ColumnElement[bool] | None = None
) -> list[Evaluation]:
    """The runs that a statement selects; `which` is an optional cheaper condition that selects the same runs."""
    rows = (await connection.execute(statement)).all()
    if which is None:
        which = evaluations.c.id.in_([row.id for row in rows])
    judges = await _evaluators(connection, which)
    means = await scores.by_evaluation(connection, which) if aggregates else None
    return [
        Evaluation(
            id=row.id,
            status=row.status,
            config=model_config(row),
            created_at=row.created_at,
            updated_at=row.updated_at,
            evaluators=judges[row.id],
            dataset=_dataset(row, row.datapoint_count, row.data_updated_at),
            dataset_version_id=row.dataset_version_id,
            # Set only if the dataset has a newer version than the run's.
            dataset_snapshot=None
            if row.newest_version_id == row.dataset_version_id
            else _dataset(row, row.datapoint_count_then, row.version_created_at),
            evaluator_aggregates=None if means is None else means[row.id],
        )
        for row in rows
    ]


def _dataset(row: Row[Any], datapoint_count: int, updated_at: datetime) -> Dataset:
    return Dataset(
        id=row.data_id,
        project_id=row.data_project_id or "",
        name=row.data_name,
        description=row.data_description,
        datapoint_count=datapoint_count,
        created_at=row.data_created_at,
        updated_at=updated_at,
    )


async def _evaluators(connection: AsyncConnection, which: ColumnElement[bool]) -> dict[str, list[Evaluator]]:
    statement = (
        select(evaluation_evaluators.c.evaluation_id, evaluators)
        .join(evaluations, evaluations.c.id == evaluation_evaluators.c.evaluation_id)
        .join(evaluator_versions, evaluator_versions.c.id == evaluation_evaluators.c.evaluator_version_id)
        .join(evaluators, evaluators.c.id == evaluator_versions.c.evaluator_id)
        .where(which)
        .order_by(evaluation_evaluators.c.position)
    )
    by_run: defaultdict[str, list[Evaluator]] = defaultdict(list)
    for row in await connection.execute(statement):
        by_run[row.evaluation_id].append(answer_evaluator(row))
    return by_run


async def answer_evaluation(connection: AsyncConnection, evaluation_id: str, *, aggregates: bool) -> Evaluation:
    """The run, as the API returns it. Raises 404."""
    mine = evaluations.c.id == evaluation_id
    runs = await _answers(connection, _selected().where(mine), aggregates=aggregates, which=mine)
    if not runs:
        raise not_found("Evaluation", evaluation_id)
    return runs[0]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _between(start: date | None, end: date | None) -> list[ColumnElement[bool]]:
    """Conditions for runs created from `start` to `end`, both inclusive, in UTC."""
    conditions: list[ColumnElement[bool]] = []
    if start is not None:
        conditions.append(evaluations.c.created_at >= _midnight(start))
    if end is not None and end < date.max:
        conditions.append(evaluations.c.created_at < _midnight(end + timedelta(days=1)))
    return conditions


def _sorting(columns: list[str]) -> list[ColumnElement[Any]]:
    """The order given as `column.asc|desc`, as in the v4 reference. Raises 422 for anything else."""
    named: dict[str, ColumnElement[Any]] = {
        "dataset": datasets.c.name,
        "config": configs.c.name,
        "status": evaluations.c.status,
    }
    orders: list[ColumnElement[Any]] = []
    for words in columns:
        name, _, direction = words.rpartition(".")
        column = _mean_of(name.removeprefix("evaluator-")) if name.startswith("evaluator-") else named.get(name)
        if column is None or direction not in {"asc", "desc"}:
            raise Refusal(
                422, f"Cannot sort by '{words}': write dataset, config, status or evaluator-{{id}}, then .asc or .desc."
            )
        orders.append(column.asc() if direction == "asc" else column.desc())
    return [*orders, evaluations.c.created_at.desc(), evaluations.c.id.desc()]


def _mean_of(evaluator_id: str) -> ColumnElement[Any]:
    """The mean of this evaluator in a run, or 0 if there is none, so that both databases sort alike."""
    of_results = (
        select(func.avg(results.c.number))
        .join(evaluator_versions, evaluator_versions.c.id == results.c.evaluator_version_id)
        .where(results.c.evaluation_id == evaluations.c.id, evaluator_versions.c.evaluator_id == evaluator_id)
        .correlate(evaluations)
        .scalar_subquery()
    )
    imported = (
        select(func.avg(evaluation_evaluators.c.imported_mean))
        .join(evaluator_versions, evaluator_versions.c.id == evaluation_evaluators.c.evaluator_version_id)
        .where(evaluation_evaluators.c.evaluation_id == evaluations.c.id)
        .where(evaluator_versions.c.evaluator_id == evaluator_id)
        .correlate(evaluations)
        .scalar_subquery()
    )
    return func.coalesce(of_results, imported, 0)


@router.get("/evaluations", summary="List")
async def list_evaluations(
    project_id: Annotated[str, Query()],
    here: Here,
    id: Several = None,  # noqa: A002 - its name on the wire
    start_date: date | None = None,
    end_date: date | None = None,
    page: PageNumber = 0,
    size: PageSize = 50,
    evaluatee_id: EvaluateeId = None,  # noqa: ARG001 - v4 takes it, and it changes nothing here
    sort: Several = None,
    id_filter: Several = None,
    dataset_filter: Several = None,
    config_filter: Several = None,
    status_filter: Several = None,
) -> Page[Evaluation]:
    """A page of a project's runs, newest first. The filters for datasets and configs take ids and names."""
    conditions = [evaluations.c.project_id == project_id, *_between(start_date, end_date)]
    conditions.extend(evaluations.c.id.in_(wanted) for wanted in (id, id_filter) if wanted)
    if dataset_filter:
        conditions.append(or_(datasets.c.id.in_(dataset_filter), datasets.c.name.in_(dataset_filter)))
    if config_filter:
        conditions.append(or_(configs.c.id.in_(config_filter), configs.c.name.in_(config_filter)))
    if status_filter:
        conditions.append(evaluations.c.status.in_(status_filter))
    order = _sorting(sort or [])
    counting = (
        select(func.count())
        .select_from(evaluations)
        .join(configs, configs.c.id == evaluations.c.config_id)
        .join(datasets, datasets.c.id == evaluations.c.dataset_id)
        .where(*conditions)
    )
    statement = _selected().where(*conditions).order_by(*order).limit(size).offset(page * size)
    async with here.database.read() as connection:
        await project_row(connection, project_id)
        total = (await connection.execute(counting)).scalar_one()
        records = await _answers(connection, statement, aggregates=False)
    return Page(records=records, page=page, size=size, total=total)


@router.get("/projects/{project_id}/evaluations", summary="List For Project", deprecated=True)
async def list_project_evaluations(
    project_id: str,
    here: Here,
    evaluatee_id: EvaluateeId = None,  # noqa: ARG001 - v4 takes it, and it changes nothing here
    evaluator_aggregates: WithAggregates = False,
) -> list[Evaluation]:
    """All runs of a project, newest first."""
    mine = evaluations.c.project_id == project_id
    statement = _selected().where(mine).order_by(*_sorting([]))
    async with here.database.read() as connection:
        await project_row(connection, project_id)
        return await _answers(connection, statement, aggregates=evaluator_aggregates, which=mine)


@router.get("/evaluations/{id}", summary="Get")
async def get_evaluation(
    id: str,  # noqa: A002 - its name on the wire
    here: Here,
    evaluatee_id: EvaluateeId = None,  # noqa: ARG001 - v4 takes it, and it changes nothing here
    evaluator_aggregates: WithAggregates = False,
) -> Evaluation:
    """One run."""
    async with here.database.read() as connection:
        return await answer_evaluation(connection, id, aggregates=evaluator_aggregates)


@router.post("/projects/{project_id}/evaluations", status_code=201, summary="Create")
async def create_evaluation(project_id: str, body: CreateEvaluation, here: Here) -> Evaluation:
    """Create a run over the newest version of a dataset.

    It starts `running` when an evaluator is external and the service generates the logs, otherwise `pending`.
    """
    now = here.now()
    evaluator_ids = list(dict.fromkeys(body.evaluator_ids))
    async with here.database.write() as connection:
        await project_row(connection, project_id, lock=True)
        await config_in_project(connection, project_id, body.config_id)
        version = await _newest_dataset_version(connection, body.dataset_id)
        judges = await newest_evaluator_versions(connection, evaluator_ids)
        external = any(judge.type == "external" for judge in judges)
        evaluation_id = new_id(Prefix.EVALUATION)
        row = {
            "id": evaluation_id,
            "project_id": project_id,
            "config_id": body.config_id,
            "dataset_id": body.dataset_id,
            "dataset_version_id": version,
            "name": body.name,
            "status": "running" if external and body.hl_generated else "pending",
            "hl_generated": body.hl_generated,
            "created_at": now,
            "updated_at": now,
        }
        await connection.execute(insert(evaluations), [row])
        await connection.execute(
            insert(evaluation_evaluators),
            [
                {"evaluation_id": evaluation_id, "evaluator_version_id": judge.version_id, "position": position}
                for position, judge in enumerate(judges)
            ],
        )
        return await answer_evaluation(connection, evaluation_id, aggregates=False)


async def _newest_dataset_version(connection: AsyncConnection, dataset_id: str) -> str:
    statement = (
        select(dataset_versions.c.id)
        .join(datasets, datasets.c.id == dataset_versions.c.dataset_id)
        .where(datasets.c.id == dataset_id, datasets.c.deleted_at.is_(None), newest)
    )
    version: str | None = (await connection.execute(statement)).scalar_one_or_none()
    if version is None:
        raise not_found("Dataset", dataset_id)
    return version


async def newest_evaluator_versions(connection: AsyncConnection, evaluator_ids: list[str]) -> list[Row[Any, Any, Any]]:
    """The newest version of each evaluator, in the order of the ids: `version_id` and `type`. Raises 404."""
    other = evaluator_versions.alias("other_version")
    newest_number = select(func.max(other.c.number)).where(other.c.evaluator_id == evaluators.c.id).scalar_subquery()
    statement = (
        select(evaluators.c.id, evaluators.c.type, evaluator_versions.c.id.label("version_id"))
        .join(evaluator_versions, evaluator_versions.c.evaluator_id == evaluators.c.id)
        .where(evaluators.c.id.in_(evaluator_ids), evaluator_versions.c.number == newest_number)
        .where(evaluators.c.deleted_at.is_(None))
    )
    by_id = {row.id: row for row in await connection.execute(statement)}
    for evaluator_id in evaluator_ids:
        if evaluator_id not in by_id:
            raise not_found("Evaluator", evaluator_id)
    return [by_id[evaluator_id] for evaluator_id in evaluator_ids]


async def locked_evaluation(connection: AsyncConnection, evaluation_id: str) -> Row[Any]:
    """The run's row, locked until the transaction ends. Raises 404."""
    statement = select(evaluations).where(evaluations.c.id == evaluation_id).with_for_update()
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise not_found("Evaluation", evaluation_id)
    return row


@router.patch("/evaluations/{id}/status", summary="Update Status")
async def update_status(id: str, body: UpdateStatus, here: Here) -> Evaluation:  # noqa: A002 - its name on the wire
    """Change a run's status from `pending` to `running`, or between `running` and `completed`; else 422.

    Only for runs that wait for outside results: with an external or human evaluator, or with logs from the caller.
    """
    async with here.database.write() as connection:
        row = await locked_evaluation(connection, id)
        if (row.status, body.status) not in MOVES:
            raise Refusal(422, f"The status of an evaluation cannot be changed from {row.status} to {body.status}.")
        if row.hl_generated and not await _waits_for_outside(connection, id):
            raise Refusal(
                422, "The status can be changed only for evaluations with an external or human evaluator or own logs."
            )
        change = update(evaluations).where(evaluations.c.id == id)
        await connection.execute(change.values(status=body.status, updated_at=here.now()))
        return await answer_evaluation(connection, id, aggregates=False)


async def _waits_for_outside(connection: AsyncConnection, evaluation_id: str) -> bool:
    judged_outside = (
        exists()
        .where(evaluation_evaluators.c.evaluation_id == evaluation_id)
        .where(evaluator_versions.c.id == evaluation_evaluators.c.evaluator_version_id)
        .where(evaluators.c.id == evaluator_versions.c.evaluator_id)
        .where(evaluators.c.type.in_(FROM_OUTSIDE))
    )
    return bool((await connection.execute(select(judged_outside))).scalar_one())
