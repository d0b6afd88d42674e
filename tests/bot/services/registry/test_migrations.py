"""Databases of earlier schemas, with what can stand in them, brought to the newest one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from alembic import command
from sqlalchemy import Connection, insert, select

from bot.services.registry import tables
from bot.services.registry.database import MIGRATIONS, Database, migrate
from tests.bot.services.registry.conftest import StandingClock, registry

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AT = {"created_at": MONDAY, "updated_at": MONDAY}
NAMED = {"name": "n", "description": "", **AT}


def to_first_schema(connection: Connection) -> None:
    command.upgrade(MIGRATIONS.config(connection), "0001")


def result(name: str, log: str, minutes: int, value: bool, **more: str) -> dict[str, Any]:
    """A result as the first schema kept it: nothing kept an evaluator from judging a log twice."""
    made = MONDAY + timedelta(minutes=minutes)
    ids = {"id": name, "evaluation_id": "ev_1", "evaluator_version_id": "evv_1", "datapoint_id": "evtc_1"}
    return (
        ids | {"log_id": log, "value": value, "number": float(value), "created_at": MONDAY, "updated_at": made} | more
    )


OLD_RESULTS = [
    result("evr_first", "data_1", 0, value=False),
    result("evr_newest", "data_1", 9, value=True),
    result("evr_second", "data_1", 5, value=False),
    result("evr_a", "data_2", 1, value=False),
    result("evr_b", "data_2", 1, value=True),
    result("evr_alone", "data_3", 0, value=True),
    result("evr_other_judge", "data_1", 0, value=False, evaluator_version_id="evv_2"),
]


async def test_of_several_results_of_one_judge_for_one_log_the_newest_stays(database_url: str) -> None:
    database = Database(database_url)
    async with database.write() as connection:
        await connection.run_sync(to_first_schema)
        judge = {"type": "external", "arguments_type": "target_free", "return_type": "boolean", **NAMED}
        rows: list[tuple[Any, dict[str, Any]]] = [
            (tables.projects, {"id": "pr_1", "name": "n", "name_digest": "d", "folded": "n", **AT}),
            (
                tables.configs,
                {"id": "config_1", "project_id": "pr_1", "name": "n", "digest": "d", "last_used": MONDAY, **AT}
                | {"parameters": {"model": "m", "provider": "openai", "endpoint": "chat"}},
            ),
            (tables.datasets, {"id": "evts_1", **NAMED}),
            (
                tables.dataset_versions,
                {"id": "evtsv_1", "dataset_id": "evts_1", "number": 1, "datapoint_count": 1, "created_at": MONDAY},
            ),
            (tables.datapoints, {"id": "evtc_1", "dataset_id": "evts_1", "added_in": 1, "position": 0}),
            (
                tables.evaluations,
                {"id": "ev_1", "project_id": "pr_1", "config_id": "config_1", "dataset_id": "evts_1", **AT}
                | {"dataset_version_id": "evtsv_1", "status": "running", "hl_generated": False},
            ),
        ]
        for number in (1, 2):
            version = {"evaluator_id": f"evfn_{number}", "number": 1, "created_at": MONDAY}
            rows += [
                (tables.evaluators, {"id": f"evfn_{number}", **judge}),
                (tables.evaluator_versions, {"id": f"evv_{number}", **version}),
                (
                    tables.evaluation_evaluators,
                    {"evaluation_id": "ev_1", "evaluator_version_id": f"evv_{number}", "position": number},
                ),
            ]
        rows += [(tables.results, each) for each in OLD_RESULTS]
        for table, row in rows:
            await connection.execute(insert(table), [row])

    await migrate(database_url)

    async with database.read() as connection:
        kept = set((await connection.execute(select(tables.results.c.id))).scalars())
    await database.close()
    assert kept == {"evr_newest", "evr_b", "evr_alone", "evr_other_judge"}
    async with registry(database_url, StandingClock()) as api:
        run = await api.get("/evaluations/ev_1?evaluator_aggregates=true")
        assert [each["aggregate_value"] for each in run["evaluator_aggregates"]] == [1, 0]
        (case,) = (await api.get("/evaluations/ev_1/datapoints"))["records"]
        assert (case["datapoint"]["id"], case["log"]) == ("evtc_1", None)
