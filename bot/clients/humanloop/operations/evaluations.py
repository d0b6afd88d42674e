"""Evaluations, their logs, and the evaluators' results.

v4 reference: *List*, *Get*, *List For Project*, *Create*, *Update Status*, *Add Evaluators*, *List Datapoints*, *Log*,
*Result*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any

from bot.clients.humanloop import wire
from bot.clients.humanloop.operations.group import PAGE_SIZE, Group
from bot.clients.transport import Call, path_of


class Evaluations(Group):
    """Operations on evaluations."""

    async def evaluations_page(
        self,
        project_id: str,
        *,
        ids: Sequence[str] | None = None,
        start_date: date | None = None,
        end_date: date | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> wire.Page[wire.Evaluation]:
        """One page of a project's evaluations, without aggregates; the first page is 0."""
        query = {
            "project_id": project_id,
            "id": ids,
            "start_date": start_date.isoformat() if start_date else None,
            "end_date": end_date.isoformat() if end_date else None,
            "page": page,
            "size": size,
        }
        call = Call("GET", "/evaluations", f"reading the evaluations of {project_id}", query)
        return await self._transport.read(call, wire.EVALUATION_PAGE)

    async def list_evaluations(self, project_id: str) -> list[wire.Evaluation]:
        """All evaluations of a project, from all pages, without aggregates."""

        async def fetch(page: int) -> wire.Page[wire.Evaluation]:
            return await self.evaluations_page(project_id, page=page, size=PAGE_SIZE)

        call = Call("GET", "/evaluations", f"reading the evaluations of {project_id}")
        return await self._all(fetch, attrgetter("id"), call)

    async def list_project_evaluations(
        self, project_id: str, *, evaluator_aggregates: bool | None = None, operation: str | None = None
    ) -> list[wire.Evaluation]:
        """All evaluations of a project in one call, with aggregates on request."""
        call = Call(
            "GET",
            path_of("/projects/{}/evaluations", project_id),
            operation or f"reading the evaluations of {project_id}",
            {"evaluator_aggregates": evaluator_aggregates},
        )
        return await self._transport.read(call, wire.EVALUATIONS)

    async def get_evaluation(self, evaluation_id: str, *, evaluator_aggregates: bool | None = None) -> wire.Evaluation:
        """One evaluation."""
        call = Call(
            "GET",
            path_of("/evaluations/{}", evaluation_id),
            f"reading evaluation {evaluation_id}",
            {"evaluator_aggregates": evaluator_aggregates},
        )
        return await self._transport.read(call, wire.EVALUATION)

    async def create_evaluation(
        self,
        project_id: str,
        *,
        config_id: str,
        evaluator_ids: Sequence[str],
        dataset_id: str,
        hl_generated: bool | None = None,
        name: str | None = None,
    ) -> wire.Evaluation:
        """Start a run."""
        body = {
            "config_id": config_id,
            "evaluator_ids": list(evaluator_ids),
            "dataset_id": dataset_id,
            "hl_generated": hl_generated,
            "name": name,
        }
        path = path_of("/projects/{}/evaluations", project_id)
        return await self._transport.read(
            Call("POST", path, f"starting an evaluation of {config_id}", body=body), wire.EVALUATION
        )

    async def update_evaluation_status(self, evaluation_id: str, status: str) -> wire.Evaluation:
        """Set a status; the service refuses what *Update Status* does not allow. The result has no aggregates."""
        call = Call(
            "PATCH",
            path_of("/evaluations/{}/status", evaluation_id),
            f"setting evaluation {evaluation_id} to {status}",
            body={"status": status},
        )
        return await self._transport.read(call, wire.EVALUATION)

    async def add_evaluators(
        self,
        evaluation_id: str,
        *,
        evaluator_ids: Sequence[str] | None = None,
        evaluator_version_ids: Sequence[str] | None = None,
    ) -> wire.Evaluation:
        """Add evaluators to a run, by their ids or by the ids of their versions."""
        body = {
            "evaluator_ids": None if evaluator_ids is None else list(evaluator_ids),
            "evaluator_version_ids": None if evaluator_version_ids is None else list(evaluator_version_ids),
        }
        path = path_of("/evaluations/{}/evaluators", evaluation_id)
        call = Call("PATCH", path, f"adding evaluators to {evaluation_id}", body=body)
        return await self._transport.read(call, wire.EVALUATION)

    async def evaluation_datapoints_page(
        self, evaluation_id: str, *, page: int | None = None, size: int | None = None, evaluatee_id: str | None = None
    ) -> wire.Page[wire.EvaluationDatapoint]:
        """One page of a run's datapoints with their logs and results; the first page is 1."""
        query = {"page": page, "size": size, "evaluatee_id": evaluatee_id}
        path = path_of("/evaluations/{}/datapoints", evaluation_id)
        call = Call("GET", path, f"reading the datapoints of {evaluation_id}", query)
        return await self._transport.read(call, wire.EVALUATION_DATAPOINTS)

    async def list_evaluation_datapoints(self, evaluation_id: str) -> list[wire.EvaluationDatapoint]:
        """All datapoints of a run with their logs and results, from all pages."""

        async def fetch(page: int) -> wire.Page[wire.EvaluationDatapoint]:
            return await self.evaluation_datapoints_page(evaluation_id, page=page, size=PAGE_SIZE)

        path = path_of("/evaluations/{}/datapoints", evaluation_id)
        call = Call("GET", path, f"reading the datapoints of {evaluation_id}")
        return await self._all(fetch, attrgetter("datapoint.id"), call, first=1)

    async def log_evaluation(
        self, evaluation_id: str, *, datapoint_id: str, log: Mapping[str, Any], evaluatee_id: str | None = None
    ) -> wire.LogReference:
        """Log what was generated for a datapoint of the run's dataset; the run must be running."""
        call = Call(
            "POST",
            path_of("/evaluations/{}/log", evaluation_id),
            f"logging to evaluation {evaluation_id}",
            {"evaluatee_id": evaluatee_id},
            {"datapoint_id": datapoint_id, "log": log},
        )
        return await self._transport.read(call, wire.LOG_REFERENCE)

    async def log_evaluation_result(
        self,
        evaluation_id: str,
        *,
        log_id: str,
        evaluator_id: str,
        result: bool | float | None = None,
        error: str | None = None,
        evaluatee_id: str | None = None,
    ) -> wire.EvaluationResult:
        """Log an evaluator's result for a log of the run, or the error why it has none; the run must be running."""
        call = Call(
            "POST",
            path_of("/evaluations/{}/result", evaluation_id),
            f"judging a log of evaluation {evaluation_id}",
            {"evaluatee_id": evaluatee_id},
            {"log_id": log_id, "evaluator_id": evaluator_id, "result": result, "error": error},
        )
        return await self._transport.read(call, wire.EVALUATION_RESULT)
