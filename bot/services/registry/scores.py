"""Means of stored results, computed by the database in one query for any number of runs."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.registry.tables import evaluation_evaluators, evaluations, evaluator_versions, results
from bot.services.registry.wire import Aggregate

_DIGITS = 10
"""Means are rounded to this: sums in a different order differ in the last digits."""


async def by_evaluation(connection: AsyncConnection, which: ColumnElement[bool]) -> dict[str, list[Aggregate]]:
    """The means of the evaluators of each run, in the run's order."""
    return await _means(connection, which, evaluations.c.id, func.min(evaluation_evaluators.c.position))


async def by_config(connection: AsyncConnection, project_id: str) -> dict[str, list[Aggregate]]:
    """The means of each config of a project, by evaluator version, over all its runs."""
    which = evaluations.c.project_id == project_id
    return await _means(connection, which, evaluations.c.config_id, func.min(evaluations.c.created_at))


async def _means(
    connection: AsyncConnection, which: ColumnElement[bool], key: ColumnElement[str], order: ColumnElement[Any]
) -> dict[str, list[Aggregate]]:
    statement = (
        select(
            key.label("key"),
            evaluations.c.config_id,
            evaluator_versions.c.evaluator_id,
            evaluator_versions.c.id.label("version_id"),
            # The mean of results stored here is preferred to one imported with the run.
            func.coalesce(func.avg(results.c.number), func.avg(evaluation_evaluators.c.imported_mean)).label("mean"),
        )
        .select_from(evaluations)
        .join(evaluation_evaluators, evaluation_evaluators.c.evaluation_id == evaluations.c.id)
        .join(evaluator_versions, evaluator_versions.c.id == evaluation_evaluators.c.evaluator_version_id)
        .outerjoin(
            results,
            and_(
                results.c.evaluation_id == evaluations.c.id,
                results.c.evaluator_version_id == evaluator_versions.c.id,
            ),
        )
        .where(which)
        .group_by(key, evaluations.c.config_id, evaluator_versions.c.evaluator_id, evaluator_versions.c.id)
        .order_by(order, evaluator_versions.c.id)
    )
    means: defaultdict[str, list[Aggregate]] = defaultdict(list)
    for row in await connection.execute(statement):
        means[row.key].append(
            Aggregate(
                model_config_id=row.config_id,
                evaluator_id=row.evaluator_id,
                evaluator_version_id=row.version_id,
                aggregate_value=None if row.mean is None else round(row.mean, _DIGITS),
            )
        )
    return means
