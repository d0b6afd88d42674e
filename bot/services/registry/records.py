"""What callers send to a run: evaluators, logs of single cases, results (v4 reference, *Evaluations*).

A run has one log for each case, and one result of each evaluator for each log; a newer result replaces it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry.configs import COLUMNS, model_config
from bot.services.registry.database import put
from bot.services.registry.datapoints import answer_datapoint
from bot.services.registry.errors import Refusal, not_found
from bot.services.registry.evaluations import (
    EvaluateeId,
    answer_evaluation,
    locked_evaluation,
    newest_evaluator_versions,
)
from bot.services.registry.identifiers import Prefix, new_id
from bot.services.registry.service import Here, PageNumberFromOne, PageSize
from bot.services.registry.tables import (
    configs,
    datapoints,
    dataset_versions,
    evaluation_evaluators,
    evaluations,
    evaluator_versions,
    evaluators,
    logs,
    projects,
    results,
)
from bot.services.registry.wire import Page
from bot.services.registry.wire_evaluations import AddEvaluators, Evaluation
from bot.services.registry.wire_logs import (
    CreateLog,
    CreateResult,
    EvaluationDatapoint,
    EvaluationResult,
    Log,
    LogContent,
    LogReference,
    NewLog,
)

router = APIRouter(tags=["Evaluations"])


@router.patch("/evaluations/{id}/evaluators", summary="Add Evaluators")
async def add_evaluators(id: str, body: AddEvaluators, here: Here) -> Evaluation:  # noqa: A002 - its name on the wire
    """Add evaluators to a run. Those that it has already are skipped; a different version of one: 409."""
    async with here.database.write() as connection:
        await locked_evaluation(connection, id)
        wanted = [
            *await newest_evaluator_versions(connection, body.evaluator_ids or []),
            *await _evaluator_versions(connection, body.evaluator_version_ids or []),
        ]
        present = await _judges(connection, id)
        position = max((judge.position for judge in present.values()), default=-1) + 1
        rows: dict[str, dict[str, Any]] = {}
        for judge in wanted:
            version_id = present[judge.id].version_id if judge.id in present else None
            version_id = rows[judge.id]["evaluator_version_id"] if judge.id in rows else version_id
            if version_id is None:
                place = position + len(rows)
                rows[judge.id] = {"evaluation_id": id, "evaluator_version_id": judge.version_id, "position": place}
            elif version_id != judge.version_id and judge.version_id in (body.evaluator_version_ids or []):
                raise Refusal(409, f"Evaluator with ID '{judge.id}' already judges this evaluation in another version.")
        if rows:
            await connection.execute(insert(evaluation_evaluators), list(rows.values()))
            change = update(evaluations).where(evaluations.c.id == id)
            await connection.execute(change.values(updated_at=here.now()))
        return await answer_evaluation(connection, id, aggregates=False)


async def _evaluator_versions(connection: AsyncConnection, version_ids: list[str]) -> list[Any]:
    """The row of each version, in the order of the ids: the evaluator's `id` and `version_id`. Raises 404."""
    statement = (
        select(evaluators.c.id, evaluator_versions.c.id.label("version_id"))
        .join(evaluator_versions, evaluator_versions.c.evaluator_id == evaluators.c.id)
        .where(evaluator_versions.c.id.in_(version_ids), evaluators.c.deleted_at.is_(None))
    )
    by_version = {row.version_id: row for row in await connection.execute(statement)}
    for version_id in version_ids:
        if version_id not in by_version:
            raise not_found("Evaluator version", version_id)
    return [by_version[version_id] for version_id in version_ids]


async def _judges(connection: AsyncConnection, evaluation_id: str) -> dict[str, Any]:
    """The evaluators of a run by id: `version_id`, `position`, `return_type`."""
    statement = (
        select(
            evaluators.c.id,
            evaluators.c.return_type,
            evaluator_versions.c.id.label("version_id"),
            evaluation_evaluators.c.position,
        )
        .join(evaluator_versions, evaluator_versions.c.evaluator_id == evaluators.c.id)
        .join(evaluation_evaluators, evaluation_evaluators.c.evaluator_version_id == evaluator_versions.c.id)
        .where(evaluation_evaluators.c.evaluation_id == evaluation_id)
    )
    return {row.id: row for row in await connection.execute(statement)}


async def _running(connection: AsyncConnection, evaluation_id: str) -> Row[Any]:
    """The run's row, locked. Raises 404, and 422 when it is not running."""
    run = await locked_evaluation(connection, evaluation_id)
    if run.status != "running":
        raise Refusal(422, f"The evaluation must be running for this, but it is {run.status}.")
    return run


# Logs


@router.post("/evaluations/{evaluation_id}/log", status_code=201, summary="Log")
async def log(
    evaluation_id: str,
    body: CreateLog,
    here: Here,
    evaluatee_id: EvaluateeId = None,  # noqa: ARG001 - v4 takes it, and it changes nothing here
) -> LogReference:
    """Store the log of a case of a running run. A second log for the same case: 409."""
    now = here.now()
    async with here.database.write() as connection:
        run = await _running(connection, evaluation_id)
        await _check_case(connection, run, body.datapoint_id)
        _check_owner(run, body.log)
        row = {
            "id": new_id(Prefix.LOG),
            "evaluation_id": evaluation_id,
            "datapoint_id": body.datapoint_id,
            "content": body.log.model_dump(mode="json", include=set(LogContent.model_fields), exclude_none=True),
            "created_at": body.log.created_at or now,
            "updated_at": now,
        }
        try:
            await connection.execute(insert(logs), [row])
        except IntegrityError:
            detail = f"Datapoint with ID '{body.datapoint_id}' has a log in this evaluation already."
            raise Refusal(409, detail) from None
    return LogReference(id=str(row["id"]), project_id=run.project_id, session_id=body.log.session_id)


async def _check_case(connection: AsyncConnection, run: Row[Any], datapoint_id: str) -> None:
    """Raise 404 unless this datapoint is in the dataset version of the run."""
    version = dataset_versions.c.id == run.dataset_version_id
    statement = (
        select(datapoints.c.id)
        .join(dataset_versions, dataset_versions.c.dataset_id == datapoints.c.dataset_id)
        .where(version, datapoints.c.id == datapoint_id, datapoints.c.added_in <= dataset_versions.c.number)
    )
    if (await connection.execute(statement)).one_or_none() is None:
        raise Refusal(404, f"Datapoint with ID '{datapoint_id}' was not found in the evaluated dataset.")


def _check_owner(run: Row[Any], content: NewLog) -> None:
    """Raise 422 for a log of another project or config, which would count for the config of the run."""
    for name, expected in (("project_id", run.project_id), ("config_id", run.config_id)):
        value = getattr(content, name)
        if value not in (None, expected):
            raise Refusal(422, f"The log has the {name} '{value}', but the evaluation is of '{expected}'.")


# Results


@router.post("/evaluations/{evaluation_id}/result", status_code=201, summary="Result")
async def result(
    evaluation_id: str,
    body: CreateResult,
    here: Here,
    evaluatee_id: EvaluateeId = None,  # noqa: ARG001 - v4 takes it, and it changes nothing here
) -> EvaluationResult:
    """Store an evaluator's result for a log of a running run; a newer result replaces it."""
    now = here.now()
    async with here.database.write() as connection:
        await _running(connection, evaluation_id)
        datapoint_id = await _case_of(connection, evaluation_id, body.log_id)
        judge = (await _judges(connection, evaluation_id)).get(body.evaluator_id)
        if judge is None:
            raise Refusal(404, f"Evaluator with ID '{body.evaluator_id}' does not judge this evaluation.")
        _check_type(judge.return_type, body.result)
        row = {
            "id": new_id(Prefix.RESULT),
            "evaluation_id": evaluation_id,
            "evaluator_version_id": judge.version_id,
            "datapoint_id": datapoint_id,
            "log_id": body.log_id,
            "value": body.result,
            "number": None if body.result is None else float(body.result),
            "error": body.error,
            "created_at": now,
            "updated_at": now,
        }
        keys = ["evaluation_id", "evaluator_version_id", "log_id"]
        await put(connection, results, row, keys=keys, update=["value", "number", "error", "updated_at"])
        same = [getattr(results.c, key) == row[key] for key in keys]
        stored = await connection.execute(_selected_results().where(*same))
        return _answer_result(stored.one())


async def _case_of(connection: AsyncConnection, evaluation_id: str, log_id: str) -> str:
    """The datapoint id of a log of a run. Raises 404."""
    statement = select(logs.c.datapoint_id).where(logs.c.id == log_id, logs.c.evaluation_id == evaluation_id)
    datapoint_id: str | None = (await connection.execute(statement)).scalar_one_or_none()
    if datapoint_id is None:
        raise Refusal(404, f"Log with ID '{log_id}' was not found in this evaluation.")
    return datapoint_id


def _check_type(return_type: str, value: float | None) -> None:
    """Raise 422 when the value is not of the evaluator's type. v4 accepts no text or choice results from callers."""
    if value is None or (return_type == "boolean" and isinstance(value, bool)):
        return
    if return_type == "number" and not isinstance(value, bool):
        return
    raise Refusal(422, f"This evaluator's results are of type {return_type}, so this value can't be saved.")


def _selected_results() -> Any:
    return select(results, evaluator_versions.c.evaluator_id).join(
        evaluator_versions, evaluator_versions.c.id == results.c.evaluator_version_id
    )


def _answer_result(row: Row[Any]) -> EvaluationResult:
    return EvaluationResult(
        id=row.id,
        evaluator_id=row.evaluator_id,
        evaluator_version_id=row.evaluator_version_id,
        evaluation_id=row.evaluation_id,
        log_id=row.log_id,
        value=row.value,
        error=row.error,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


# Cases


@router.get("/evaluations/{id}/datapoints", summary="List Datapoints")
async def list_evaluation_datapoints(
    id: str,  # noqa: A002 - its name on the wire
    here: Here,
    page: PageNumberFromOne = 1,
    size: PageSize = 10,
    evaluatee_id: EvaluateeId = None,  # noqa: ARG001 - v4 takes it, and it changes nothing here
) -> Page[EvaluationDatapoint]:
    """A page (from 1) of the cases of a run, with their logs and results."""
    async with here.database.read() as connection:
        run = await _evaluated(connection, id)
        cases = (
            select(datapoints)
            .where(datapoints.c.dataset_id == run.dataset_id, datapoints.c.added_in <= run.version_number)
            .order_by(datapoints.c.position)
        )
        total = (await connection.execute(select(func.count()).select_from(cases.subquery()))).scalar_one()
        rows = (await connection.execute(cases.limit(size).offset((page - 1) * size))).all()
        datapoint_ids = [row.id for row in rows]
        results_of = await _results_by_case(connection, id, datapoint_ids)
        log_of = await _logs_by_case(connection, id, datapoint_ids)
    records = [
        EvaluationDatapoint(
            datapoint=answer_datapoint(row),
            evaluation_results=results_of[row.id],
            log=None if row.id not in log_of else _answer_log(log_of[row.id], run, results_of[row.id]),
        )
        for row in rows
    ]
    return Page(records=records, page=page, size=size, total=total)


async def _evaluated(connection: AsyncConnection, evaluation_id: str) -> Row[Any]:
    """The run with its project's name, its config and the number of its dataset version. Raises 404."""
    statement = (
        select(
            evaluations.c.dataset_id,
            dataset_versions.c.number.label("version_number"),
            projects.c.name.label("project_name"),
            *COLUMNS,
        )
        .join(dataset_versions, dataset_versions.c.id == evaluations.c.dataset_version_id)
        .join(projects, projects.c.id == evaluations.c.project_id)
        .join(configs, configs.c.id == evaluations.c.config_id)
        .where(evaluations.c.id == evaluation_id)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise not_found("Evaluation", evaluation_id)
    return row


async def _results_by_case(
    connection: AsyncConnection, evaluation_id: str, datapoint_ids: list[str]
) -> defaultdict[str, list[EvaluationResult]]:
    statement = (
        _selected_results()
        .where(results.c.evaluation_id == evaluation_id, results.c.datapoint_id.in_(datapoint_ids))
        .order_by(results.c.created_at, results.c.id)
    )
    by_case: defaultdict[str, list[EvaluationResult]] = defaultdict(list)
    for row in await connection.execute(statement):
        by_case[row.datapoint_id].append(_answer_result(row))
    return by_case


async def _logs_by_case(
    connection: AsyncConnection, evaluation_id: str, datapoint_ids: list[str]
) -> dict[str, Row[Any]]:
    statement = select(logs).where(logs.c.evaluation_id == evaluation_id, logs.c.datapoint_id.in_(datapoint_ids))
    return {row.datapoint_id: row for row in await connection.execute(statement)}


def _answer_log(row: Row[Any], run: Row[Any], case_results: list[EvaluationResult]) -> Log:
    created_at: datetime = row.created_at
    return Log(
        **row.content,
        id=row.id,
        project=run.project_name,
        project_id=run.config_project_id,
        config_id=run.config_id,
        config=model_config(run),
        evaluation_results=[each for each in case_results if each.log_id == row.id],
        observability_status="failed" if row.content.get("error") is not None else "completed",
        created_at=created_at,
        updated_at=row.updated_at,
    )
