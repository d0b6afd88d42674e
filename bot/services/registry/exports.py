"""Exports a registry as one JSON document of v4 API objects, so an import also takes other v4 services' responses.

    {"environments": […], "evaluators": […], "datasets": [{…, "datapoints": […]}],
     "projects": [{…, "configs": […], "deployed_configs": […], "evaluations": [{…, "datapoints": […]}]}]}

A project's lists are those of *List Configs*, *List Deployed Configs* and *List For Project* (evaluations), those of a
dataset and an evaluation of *List Datapoints*. In addition there are a few fields that v4 does not have: the versions
of evaluators and datasets, `hl_generated`, and when something was deployed or deleted. API keys are not exported.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry import tables
from bot.services.registry.database import Database

_Grouped = defaultdict[str, list[dict[str, Any]]]


async def export(database: Database) -> dict[str, Any]:
    """Export everything in a registry, from one consistent snapshot. Raises `DatabaseUnavailable`."""
    async with database.read() as connection:
        return {
            "environments": [
                {"id": row.id, "name": row.name, "tag": "default" if row.is_default else "other"}
                for row in await _rows(connection, tables.environments, "position", "id")
            ],
            "evaluators": await _evaluators(connection),
            "datasets": await _datasets(connection),
            "projects": await _projects(connection),
        }


def write(document: dict[str, Any], path: Path) -> None:
    """Write the file atomically. Raises `OSError`."""
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(path)


async def _rows(connection: AsyncConnection, table: Table, *order: str) -> Iterable[Row[Any]]:
    return (await connection.execute(select(table).order_by(*(table.c[name] for name in order)))).all()


def _time(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def _times(row: Row[Any]) -> dict[str, str]:
    return {"created_at": _time(row.created_at), "updated_at": _time(row.updated_at)}


def _deleted(row: Row[Any]) -> dict[str, str]:
    return {} if row.deleted_at is None else {"deleted_at": _time(row.deleted_at)}


async def _evaluators(connection: AsyncConnection) -> list[dict[str, Any]]:
    versions: _Grouped = defaultdict(list)
    for row in await _rows(connection, tables.evaluator_versions, "evaluator_id", "number"):
        versions[row.evaluator_id].append({"id": row.id, "created_at": _time(row.created_at)})
    return [
        {
            "id": row.id,
            "name": row.name,
            "description": row.description,
            "type": row.type,
            "arguments_type": row.arguments_type,
            "return_type": row.return_type,
            "code": row.code,
            "model_config": row.model_config,
            **_times(row),
            **_deleted(row),
            "versions": versions[row.id],
        }
        for row in await _rows(connection, tables.evaluators, "created_at", "id")
    ]


async def _datasets(connection: AsyncConnection) -> list[dict[str, Any]]:
    versions: _Grouped = defaultdict(list)
    for row in await _rows(connection, tables.dataset_versions, "dataset_id", "number"):
        version = {"id": row.id, "created_at": _time(row.created_at), "datapoint_count": row.datapoint_count}
        versions[row.dataset_id].append(version)
    points: _Grouped = defaultdict(list)
    for row in await _rows(connection, tables.datapoints, "dataset_id", "position"):
        points[row.dataset_id].append(
            {
                "id": row.id,
                "inputs": row.inputs,
                "messages": row.messages,
                "target": row.target,
                "added_in": row.added_in,
            }
        )
    return [
        {
            "id": row.id,
            "project_id": row.project_id or "",
            "name": row.name,
            "description": row.description,
            **_times(row),
            **_deleted(row),
            "versions": versions[row.id],
            "datapoints": points[row.id],
        }
        for row in await _rows(connection, tables.datasets, "created_at", "id")
    ]


async def _projects(connection: AsyncConnection) -> list[dict[str, Any]]:
    people = await _people(connection)
    configs: _Grouped = defaultdict(list)
    for row in await _rows(connection, tables.configs, "created_at", "name", "id"):
        head = {"id": row.id, "type": "model", "name": row.name, "description": row.description}
        config = {**_times(row), "last_used": _time(row.last_used), "config": head | row.parameters}
        configs[row.project_id].append(config)
    deployed: _Grouped = defaultdict(list)
    for row in await _rows(connection, tables.deployments, "project_id", "environment_id"):
        deployed[row.project_id].append(
            {
                "environment_id": row.environment_id,
                "model_config_id": row.config_id,
                "deployed_at": _time(row.deployed_at),
            }
        )
    runs = await _evaluations(connection)
    return [
        {
            "id": row.id,
            "name": row.name,
            "directory_id": row.directory_id,
            **_times(row),
            "users": people[row.id],
            "configs": configs[row.id],
            "deployed_configs": deployed[row.id],
            "evaluations": runs[row.id],
        }
        for row in await _rows(connection, tables.projects, "created_at", "id")
    ]


async def _people(connection: AsyncConnection) -> _Grouped:
    statement = (
        select(tables.project_users.c.project_id, tables.users)
        .join(tables.users, tables.users.c.id == tables.project_users.c.user_id)
        .order_by(tables.users.c.id)
    )
    people: _Grouped = defaultdict(list)
    for row in await connection.execute(statement):
        user = {"id": row.id, "email_address": row.email_address, "full_name": row.full_name}
        people[row.project_id].append(user)
    return people


async def _evaluations(connection: AsyncConnection) -> _Grouped:
    """The runs of each project; they refer to configs, evaluators and datasets by id."""
    judges, means = await _judges(connection)
    cases = await _cases(connection)
    runs: _Grouped = defaultdict(list)
    for row in await _rows(connection, tables.evaluations, "created_at", "id"):
        run = {
            "id": row.id,
            "name": row.name,
            "status": row.status,
            "hl_generated": row.hl_generated,
            "config": {"id": row.config_id},
            "evaluators": judges[row.id],
            "dataset": {"id": row.dataset_id},
            "dataset_version_id": row.dataset_version_id,
            **_times(row),
            "evaluator_aggregates": means.get(row.id),
            "datapoints": cases[row.id],
        }
        runs[row.project_id].append(run)
    return runs


async def _judges(connection: AsyncConnection) -> tuple[_Grouped, _Grouped]:
    """The evaluators of each run, and its means that were imported from another service."""
    judging = tables.evaluation_evaluators
    statement = (
        select(judging, tables.evaluator_versions.c.evaluator_id)
        .join(tables.evaluator_versions, tables.evaluator_versions.c.id == judging.c.evaluator_version_id)
        .order_by(judging.c.evaluation_id, judging.c.position)
    )
    judges: _Grouped = defaultdict(list)
    means: _Grouped = defaultdict(list)
    for row in await connection.execute(statement):
        judges[row.evaluation_id].append({"id": row.evaluator_id, "version_id": row.evaluator_version_id})
        if row.imported_mean is not None:
            mean = {
                "evaluator_id": row.evaluator_id,
                "evaluator_version_id": row.evaluator_version_id,
                "aggregate_value": row.imported_mean,
            }
            means[row.evaluation_id].append(mean)
    return judges, means


async def _cases(connection: AsyncConnection) -> _Grouped:
    """The logs and results of each run, for the datapoints that have any."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}

    def case(row: Row[Any]) -> dict[str, Any]:
        empty: dict[str, Any] = {"datapoint": {"id": row.datapoint_id}, "log": None, "evaluation_results": []}
        return rows.setdefault((row.evaluation_id, row.datapoint_id), empty)

    for row in await _rows(connection, tables.logs, "evaluation_id", "datapoint_id"):
        case(row)["log"] = {"id": row.id, **row.content, **_times(row)}
    for row in await _rows(connection, tables.results, "evaluation_id", "datapoint_id", "created_at", "id"):
        result = {
            "id": row.id,
            "evaluator_version_id": row.evaluator_version_id,
            "log_id": row.log_id,
            "value": row.value,
            "number": row.number,
            "error": row.error,
            **_times(row),
        }
        case(row)["evaluation_results"].append(result)
    cases: _Grouped = defaultdict(list)
    for evaluation_id, datapoint_id in sorted(rows):
        cases[evaluation_id].append(rows[evaluation_id, datapoint_id])
    return cases
