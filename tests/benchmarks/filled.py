"""A registry that holds as much as a large organisation has, for benchmarks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from bot.services.registry import tables
from bot.services.registry.configs import digest
from bot.services.registry.database import Database
from bot.services.registry.database import migrate as migrate_registry
from bot.services.registry.identifiers import PRODUCTION_ID
from bot.services.registry.lookups import name_columns
from bot.services.registry.wire import Parameters

CONFIGS = 20
"""Configs of each project."""
RUNS = 10
"""Evaluations of each project; one in ten is running."""
DATAPOINTS = 5

_EVALUATOR, _EVALUATOR_VERSION = "evfn_reviewed", "evv_reviewed"
_DATASET, _DATASET_VERSION = "evts_questions", "evtsv_questions"


async def fill(url: str, projects: int) -> None:
    """Migrate the database and put so many projects into it, each with one config live in production."""
    await migrate_registry(url)
    now = datetime.now(UTC)
    at = {"created_at": now, "updated_at": now}
    rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in _TABLES}
    rows["evaluators"] = [
        {"id": _EVALUATOR, "name": "Reviewed", "description": "", "type": "human", "arguments_type": "target_free"}
        | {"return_type": "number", "code": None, "model_config": None, **at}
    ]
    rows["evaluator_versions"] = [
        {"id": _EVALUATOR_VERSION, "evaluator_id": _EVALUATOR, "number": 1, "created_at": now}
    ]
    rows["datasets"] = [{"id": _DATASET, "project_id": None, "name": "Questions", "description": None, **at}]
    rows["dataset_versions"] = [
        {"id": _DATASET_VERSION, "dataset_id": _DATASET, "number": 1, "created_at": now}
        | {"datapoint_count": DATAPOINTS}
    ]
    rows["datapoints"] = [
        {"id": f"evtc_{number}", "dataset_id": _DATASET, "added_in": 1, "position": number}
        | {"inputs": None, "messages": None, "target": None}
        for number in range(DATAPOINTS)
    ]
    for number in range(projects):
        for name, found in _project(number, now).items():
            rows[name] += found
    database = Database(url)
    try:
        async with database.write() as connection:
            for table in _TABLES:
                await connection.execute(insert(table), rows[table.name])
    finally:
        await database.close()


_TABLES = (
    tables.projects,
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


def _project(number: int, now: datetime) -> dict[str, list[dict[str, Any]]]:
    project = f"pr_{number}"
    at = {"created_at": now - timedelta(minutes=number), "updated_at": now}
    runs = [f"ev_{number}_{run}" for run in range(RUNS)]
    return {
        "projects": [name_columns(f"Project {number}") | {"id": project, "directory_id": None, **at}],
        "configs": [_config(number, config, now) for config in range(CONFIGS)],
        "deployments": [
            {"project_id": project, "environment_id": PRODUCTION_ID}
            | {"config_id": f"config_{number}_0", "deployed_at": now}
        ],
        "evaluations": [
            {"id": run, "project_id": project, "config_id": f"config_{number}_{place}", "dataset_id": _DATASET}
            | {"dataset_version_id": _DATASET_VERSION, "name": None, "hl_generated": True}
            | {"status": "completed" if place else "running", **at}
            for place, run in enumerate(runs)
        ],
        "evaluation_evaluators": [
            {"evaluation_id": run, "evaluator_version_id": _EVALUATOR_VERSION, "position": 0} for run in runs
        ],
        "results": [
            {"id": f"evr_{run}_{datapoint}", "evaluation_id": run, "evaluator_version_id": _EVALUATOR_VERSION}
            | {
                "datapoint_id": f"evtc_{datapoint}",
                "log_id": f"data_{datapoint}",
                "value": 1.0,
                "number": datapoint / 5,
            }
            | {"error": None, "created_at": now, "updated_at": now}
            for run in runs
            for datapoint in range(DATAPOINTS)
        ],
    }


def _config(project: int, config: int, now: datetime) -> dict[str, Any]:
    template = [{"role": "system", "content": f"You are helper {config}. " + "Answer kindly. " * 40}]
    fields = {"model": "gpt-4o", "endpoint": "chat", "temperature": config / 20, "chat_template": template}
    parameters = Parameters.model_validate(fields).model_dump(mode="json")
    return {
        "id": f"config_{project}_{config}",
        "project_id": f"pr_{project}",
        "name": f"v{config} of {project}",
        "description": None,
        "digest": digest(parameters),
        "parameters": parameters,
        "created_at": now,
        "updated_at": now,
        "last_used": now,
    }
