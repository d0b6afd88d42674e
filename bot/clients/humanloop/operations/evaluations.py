"""Evaluations, and what was judged in them.

v4 reference: *Get*, *List For Project*, *Update Status*, *List Datapoints*.
"""

from __future__ import annotations

from bot.clients.humanloop import wire
from bot.clients.humanloop.operations.group import Group
from bot.clients.transport import Call, path_of


class Evaluations(Group):
    """Operations on evaluations."""

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

    async def update_evaluation_status(self, evaluation_id: str, status: str) -> wire.Evaluation:
        """Set a status; the service refuses what *Update Status* does not allow. The result has no aggregates."""
        call = Call(
            "PATCH",
            path_of("/evaluations/{}/status", evaluation_id),
            f"setting evaluation {evaluation_id} to {status}",
            body={"status": status},
        )
        return await self._transport.read(call, wire.EVALUATION)

    async def evaluation_datapoints_page(
        self, evaluation_id: str, *, page: int | None = None, size: int | None = None
    ) -> wire.Page[wire.EvaluationDatapoint]:
        """One page of a run's cases with their logs and results; the first is 1."""
        query = {"page": page, "size": size}
        path = path_of("/evaluations/{}/datapoints", evaluation_id)
        call = Call("GET", path, f"reading the datapoints of {evaluation_id}", query)
        return await self._transport.read(call, wire.EVALUATION_DATAPOINTS)
