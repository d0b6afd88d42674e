"""Fills a registry with the demo organisation."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry import tables
from bot.services.registry.configs import digest
from bot.services.registry.database import Database, fold
from bot.services.registry.demo_organisation import (
    DATASETS,
    ENVIRONMENTS,
    EVALUATORS,
    PEOPLE,
    PROJECTS,
    RUNS,
    Dataset,
    Run,
)
from bot.services.registry.identifiers import PRODUCTION_ID, Prefix, stable_id
from bot.services.registry.lookups import name_columns
from bot.services.registry.wire import Parameters

_FROM_OUTSIDE = frozenset({"external", "human"})
_TABLES = (
    tables.environments,
    tables.users,
    tables.projects,
    tables.project_users,
    tables.configs,
    tables.deployments,
    tables.evaluators,
    tables.evaluator_versions,
    tables.datasets,
    tables.dataset_versions,
    tables.datapoints,
    tables.evaluations,
    tables.evaluation_evaluators,
    tables.results,
)
"""The tables to fill, each after the tables that it refers to."""

_Row = tuple[str, dict[str, Any]]
"""A table's name and a row for it."""


def demo_id(prefix: Prefix, *names: str) -> str:
    """The id of an object of the demo organisation, which is the same in every registry.

    `names` is the name of a project, dataset or evaluator; for a config or evaluation, the project's and the config's.
    """
    if prefix is Prefix.ENVIRONMENT and names == ("production",):
        return PRODUCTION_ID
    return stable_id(prefix, "demo", *names)


async def seed_demo(url: str, now: datetime) -> bool:
    """Fill a migrated registry with the demo organisation, as of `now`. Returns whether anything was written.

    A registry that already has the demo organisation is not changed, even if the demo was modified. Raises `ValueError`
    when a project or environment has one of its names, `DatabaseUnavailable` if the database cannot be reached.
    """
    database = Database(url)
    try:
        async with database.write() as connection:
            if await _is_seeded(connection):
                return False
            await _refuse_taken_names(connection)
            rows = _rows(now)
            for table in _TABLES:
                await connection.execute(insert(table), rows[table.name])
            return True
    finally:
        await database.close()


async def _is_seeded(connection: AsyncConnection) -> bool:
    ours = tables.evaluators.c.id == demo_id(Prefix.EVALUATOR, EVALUATORS[0].name)
    return (await connection.execute(select(tables.evaluators.c.id).where(ours))).one_or_none() is not None


async def _refuse_taken_names(connection: AsyncConnection) -> None:
    for column, names in (
        (tables.projects.c.name, [project.name for project in PROJECTS]),
        (tables.environments.c.name, list(ENVIRONMENTS)),
    ):
        taken = (await connection.execute(select(column).where(column.in_(names)))).scalars().all()
        if taken:
            raise ValueError(f"cannot add the demo: the registry already has {sorted(taken)}. Use an empty one")


def _rows(now: datetime) -> dict[str, list[dict[str, Any]]]:
    """All rows by table."""
    rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in _TABLES}
    for table, row in itertools.chain(_organisation(), _projects(now), _evaluators(now), _datasets(now), _runs(now)):
        rows[table].append(row)
    return rows


def _organisation() -> Iterator[_Row]:
    for position, name in enumerate(ENVIRONMENTS, start=1):
        environment_id = demo_id(Prefix.ENVIRONMENT, name)
        yield "environments", {"id": environment_id, "name": name, "is_default": False, "position": position}
    for person in PEOPLE:
        yield (
            "users",
            {
                "id": demo_id(Prefix.USER, person.email_address),
                "email_address": person.email_address,
                "full_name": person.full_name,
                "folded": fold(f"{person.full_name} {person.email_address}"),
            },
        )


def _projects(now: datetime) -> Iterator[_Row]:
    for number, project in enumerate(PROJECTS):
        project_id = demo_id(Prefix.PROJECT, project.name)
        started_at = now - timedelta(days=120 - 5 * number)
        times = {"created_at": started_at, "updated_at": now - timedelta(days=10, hours=number)}
        yield "projects", name_columns(project.name) | times | {"id": project_id, "directory_id": None}
        for person in project.people:
            user_id = demo_id(Prefix.USER, person.email_address)
            yield "project_users", {"project_id": project_id, "user_id": user_id}
        for position, config in enumerate(project.configs):
            parameters = Parameters.model_validate(config.parameters).model_dump(mode="json")
            created_at = started_at + timedelta(days=12 * position, hours=3)
            yield (
                "configs",
                {
                    "id": demo_id(Prefix.CONFIG, project.name, config.name),
                    "project_id": project_id,
                    "name": config.name,
                    "description": config.description,
                    "digest": digest(parameters),
                    "parameters": parameters,
                    "created_at": created_at,
                    "updated_at": created_at,
                    "last_used": created_at,
                },
            )
        for environment, config_name in project.deployed.items():
            yield (
                "deployments",
                {
                    "project_id": project_id,
                    "environment_id": demo_id(Prefix.ENVIRONMENT, environment),
                    "config_id": demo_id(Prefix.CONFIG, project.name, config_name),
                    "deployed_at": now - timedelta(days=10, hours=number),
                },
            )


def _evaluators(now: datetime) -> Iterator[_Row]:
    for number, evaluator in enumerate(EVALUATORS):
        evaluator_id = demo_id(Prefix.EVALUATOR, evaluator.name)
        created_at = now - timedelta(days=119 - number)
        judge = evaluator.judge
        yield (
            "evaluators",
            {
                "id": evaluator_id,
                "name": evaluator.name,
                "description": evaluator.description,
                "type": evaluator.type,
                "arguments_type": evaluator.arguments_type,
                "return_type": evaluator.return_type,
                "code": evaluator.code,
                "model_config": None if judge is None else Parameters.model_validate(judge).model_dump(mode="json"),
                "created_at": created_at,
                "updated_at": created_at,
            },
        )
        version_id = demo_id(Prefix.EVALUATOR_VERSION, evaluator.name)
        yield (
            "evaluator_versions",
            {"id": version_id, "evaluator_id": evaluator_id, "number": 1, "created_at": created_at},
        )


def _datasets(now: datetime) -> Iterator[_Row]:
    for number, dataset in enumerate(DATASETS):
        dataset_id = demo_id(Prefix.DATASET, dataset.name)
        created_at = now - timedelta(days=100 - 5 * number)
        yield (
            "datasets",
            {
                "id": dataset_id,
                "project_id": demo_id(Prefix.PROJECT, dataset.project),
                "name": dataset.name,
                "description": dataset.description,
                "created_at": created_at,
                "updated_at": created_at,
            },
        )
        inputs = _inputs(dataset)
        yield (
            "dataset_versions",
            {
                "id": demo_id(Prefix.DATASET_VERSION, dataset.name),
                "dataset_id": dataset_id,
                "number": 1,
                "datapoint_count": len(inputs),
                "created_at": created_at,
            },
        )
        for position, words in enumerate(inputs):
            yield (
                "datapoints",
                {
                    "id": _datapoint_id(dataset, position),
                    "dataset_id": dataset_id,
                    "added_in": 1,
                    "position": position,
                    "inputs": words,
                    "messages": None,
                    "target": {"label": dataset.targets[position % len(dataset.targets)]},
                },
            )


def _inputs(dataset: Dataset) -> list[dict[str, str]]:
    return [dict(zip(dataset.inputs, words, strict=True)) for words in itertools.product(*dataset.inputs.values())]


def _datapoint_id(dataset: Dataset, position: int) -> str:
    return demo_id(Prefix.DATAPOINT, dataset.name, str(position))


def _runs(now: datetime) -> Iterator[_Row]:
    for run in RUNS:
        run_id = demo_id(Prefix.EVALUATION, run.project, run.config)
        created_at = now - run.age
        yield (
            "evaluations",
            {
                "id": run_id,
                "project_id": demo_id(Prefix.PROJECT, run.project),
                "config_id": demo_id(Prefix.CONFIG, run.project, run.config),
                "dataset_id": demo_id(Prefix.DATASET, run.dataset),
                "dataset_version_id": demo_id(Prefix.DATASET_VERSION, run.dataset),
                "name": None,
                "status": run.status,
                "hl_generated": not run.own_logs,
                "created_at": created_at,
                "updated_at": created_at + timedelta(minutes=20 if run.status == "completed" else 0),
            },
        )
        for position, evaluator in enumerate(run.means):
            version_id = demo_id(Prefix.EVALUATOR_VERSION, evaluator)
            yield (
                "evaluation_evaluators",
                {"evaluation_id": run_id, "evaluator_version_id": version_id, "position": position},
            )
        yield from _results(run, run_id, created_at)


def _results(run: Run, run_id: str, created_at: datetime) -> Iterator[_Row]:
    dataset = next(dataset for dataset in DATASETS if dataset.name == run.dataset)
    case_count = len(_inputs(dataset))
    kinds = {evaluator.name: evaluator for evaluator in EVALUATORS}
    for name, mean in run.means.items():
        if mean is None:
            continue
        is_partial = run.status != "completed" and kinds[name].type in _FROM_OUTSIDE
        is_boolean = kinds[name].return_type == "boolean"
        for position, number in enumerate(
            _values(mean, run.judged if is_partial else case_count, is_boolean=is_boolean)
        ):
            judged_at = created_at + timedelta(seconds=20 * (position + 1))
            key = (run.project, run.config, str(position))
            yield (
                "results",
                {
                    "id": demo_id(Prefix.RESULT, name, *key),
                    "evaluation_id": run_id,
                    "evaluator_version_id": demo_id(Prefix.EVALUATOR_VERSION, name),
                    "datapoint_id": _datapoint_id(dataset, position),
                    "log_id": demo_id(Prefix.LOG, *key),
                    "value": number == 1 if is_boolean else number,
                    "number": number,
                    "error": None,
                    "created_at": judged_at,
                    "updated_at": judged_at,
                },
            )


def _values(mean: float, count: int, *, is_boolean: bool) -> list[float]:
    """`count` values with this mean: zeros and ones, or numbers a tenth above and below it."""
    if is_boolean:
        passed = round(mean * count)
        return [float((number + 1) * passed // count > number * passed // count) for number in range(count)]
    swing = mean / 10
    around = [mean - swing if number % 2 else mean + swing for number in range(count - count % 2)]
    return around + [mean] * (count % 2)
