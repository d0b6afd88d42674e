"""A database that does not answer becomes an outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.base import Outcome
from bot.domain.errors import Cause, Fault
from bot.domain.outcomes import Failed, Harmless
from bot.features.guard import guarded
from bot.store import StoreUnavailable
from tests.bot.features.steps import the
from tests.builders import problem


async def test_an_outcome_passes() -> None:
    async def work() -> Outcome:
        return Harmless("help")

    assert await guarded(work()) == Harmless("help")


@pytest.mark.parametrize("cause", Cause)
async def test_a_database_that_does_not_answer_is_told_with_a_reference_and_logged(
    cause: Cause, logged: list[Any]
) -> None:
    async def work() -> Outcome:
        raise StoreUnavailable("saving", cause)

    problem = the(Failed, await guarded(work())).problem
    assert (problem.fault, problem.provider) == (Fault.OWN_DATABASE, "")
    assert [entry["event"] for entry in logged] == ["store.unavailable"]


async def test_a_mistake_of_ours_is_not_hidden() -> None:
    async def work() -> Outcome:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await guarded(work())


async def test_a_failure_that_no_change_keeps_is_in_the_log_under_its_reference(logged: list[Any]) -> None:
    failed = Failed(replace(problem(Fault.TIMED_OUT), reference="r-1"))

    async def work() -> Outcome:
        return failed

    assert await guarded(work()) is failed
    assert [(entry["event"], entry["reference"], entry["fault"]) for entry in logged] == [
        ("outcome.failed", "r-1", "timed_out")
    ]
