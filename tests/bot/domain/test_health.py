"""What of the bot itself needs somebody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import Fault, Problem
from bot.domain.health import About, CheckUp, ProviderHealth, is_wrong, job_health
from bot.domain.jobs import JobPlan, JobRun
from bot.domain.notices import Backlog

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAN = JobPlan("sweep", MINUTE, MINUTE)
RUN = JobRun("sweep", "", NOON, "one", NOON + MINUTE, NOON, NOON + timedelta(seconds=1), True, "done", NOON)


def test_a_job_that_never_ran_is_due_and_not_wrong() -> None:
    health = job_health(PLAN, [replace(RUN, job="another")], NOON)
    assert (health.run, health.next, health.wrong) == (None, NOON, False)


def test_the_newest_run_of_any_process_counts() -> None:
    newer = replace(RUN, process="two", due=NOON + MINUTE, started_at=NOON + MINUTE)
    health = job_health(PLAN, [RUN, newer], NOON + 2 * MINUTE)
    assert (health.run, health.next, health.wrong) == (newer, NOON + 2 * MINUTE, False)


@pytest.mark.parametrize(("minutes", "late"), [(4, False), (5, False), (6, True)])
def test_a_job_is_late_when_it_should_have_ended_a_while_ago(minutes: int, late: bool) -> None:
    assert job_health(PLAN, [RUN], NOON + minutes * MINUTE).late is late


def test_a_run_that_ended_badly_is_wrong_and_one_that_runs_is_not() -> None:
    assert job_health(PLAN, [replace(RUN, fine=False)], NOON).wrong
    assert not job_health(PLAN, [replace(RUN, fine=False, ended_at=None)], NOON).wrong


def test_messages_that_wait_for_long_or_were_given_up_are_wrong() -> None:
    waiting = Backlog("C0DEPLOYS", False, 3, NOON, "")
    assert not is_wrong(waiting, NOON + 3 * MINUTE)
    assert is_wrong(waiting, NOON + 4 * MINUTE)
    assert is_wrong(replace(waiting, given_up=True), NOON)


def test_all_that_is_wrong_is_counted() -> None:
    problem = Problem(Fault.UNREACHABLE, "main", "checking")
    providers = tuple(ProviderHealth("main", each, None, None, 0) for each in (None, problem))
    jobs = tuple(job_health(PLAN, [replace(RUN, fine=fine)], NOON) for fine in (True, False))
    waiting = (Backlog("C0DEPLOYS", True, 1, NOON, "is_archived"),)
    assert CheckUp(About(), providers, jobs, waiting, (), NOON).wrong == 3
