"""How the bot is, in words: what is wrong first, and no secret anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.errors import Fault, Problem
from bot.domain.health import About, CheckUp, ProviderHealth, job_health
from bot.domain.jobs import JobPlan, JobRun
from bot.domain.notices import Backlog
from bot.domain.rate_limits import EDITING, RateLimitBucket
from handlers.messages import plain_text
from handlers.messages.health import checkup

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAN = JobPlan("notices", MINUTE, MINUTE)
RUN = JobRun("notices", "", NOON, "one", NOON + MINUTE, NOON, NOON + timedelta(milliseconds=40), True, "3 tried", NOON)
ABOUT = About("1.2.3", "Acorn Labs", "U0BOT")


def found(**different: Any) -> CheckUp:
    fine = ProviderHealth("main", None, None, NOON, 12)
    values = {"providers": (fine,), "jobs": (job_health(PLAN, [RUN], NOON),), "backlog": (), "buckets": ()}
    return CheckUp(about=ABOUT, now=NOON, **(values | different))


def told(**different: Any) -> str:
    return plain_text(checkup(found(**different)))


def test_all_that_is_well_is_said_with_its_age() -> None:
    assert checkup(found()).text == "All is well."
    said = told()
    for words in (
        "main answers. I know its 12 projects, read",
        "My database answers.",
        "notices: 3 tried, 2026-03-02 12:00 UTC, took 40 milliseconds, next 2026-03-02 12:01 UTC.",
        "Waiting messages",
        "None.",
        "in Acorn Labs, configbot 1.2.3",
    ):
        assert words in said, said


def test_what_is_wrong_stands_in_the_first_line() -> None:
    silent = ProviderHealth("main", Problem(Fault.UNREACHABLE, "main", "checking"), NOON, None, 0)
    late = job_health(PLAN, [RUN], NOON + 60 * MINUTE)
    failed = job_health(PLAN, [replace(RUN, fine=False, result="ZeroDivisionError")], NOON)
    waiting = (
        Backlog("C0DEPLOYS", True, 1, NOON, "is_archived"),
        Backlog("C0EVALS", False, 2, NOON - 10 * MINUTE, "ServerDisconnectedError"),
        Backlog("C0NEW", False, 2, NOON, ""),
    )
    message = checkup(found(providers=(silent,), jobs=(late, failed), backlog=waiting))
    assert message.text.startswith("5 things to look at. `main` could not be reached.")
    said = plain_text(message)
    for words in (
        "I haven't read its projects yet.",
        "It is late: check that a process runs the jobs.",
        "ZeroDivisionError",
        "It last succeeded 2026-03-02 12:00 UTC.",
        "1 message for <#C0DEPLOYS> given up since 2026-03-02 12:00 UTC: it is archived.",
        "2 messages for <#C0EVALS> waiting since 2026-03-02 11:50 UTC: ServerDisconnectedError.",
        "2 messages for <#C0NEW> waiting since 2026-03-02 12:00 UTC.",
    ):
        assert words.replace("<#", "").replace(">", "") in said.replace("<#", "").replace(">", "").replace("#", ""), (
            said
        )


def test_jobs_that_run_or_never_ran_or_never_went_well_are_told_apart() -> None:
    never = job_health(PLAN, [], NOON)
    running = job_health(PLAN, [replace(RUN, ended_at=None)], NOON)
    bad = job_health(PLAN, [replace(RUN, fine=False, succeeded_at=None)], NOON)
    said = told(jobs=(never, running, bad))
    assert "notices: has not run yet." in said
    assert "notices: started 2026-03-02 12:00 UTC and is still running." in said
    assert "The log from then says why." in said
    assert "succeeded" not in said
    assert "Background jobs" not in told(jobs=())


def test_that_slack_asked_to_wait_is_said_as_long_as_it_holds() -> None:
    until = NOON + MINUTE
    buckets = (
        RateLimitBucket("C0DEPLOYS", not_before=until),
        RateLimitBucket(EDITING, not_before=until),
        RateLimitBucket("C0EVALS", trouble="x"),
    )
    said = told(buckets=buckets)
    assert said.count("Slack asked me to wait") == 2
    assert "with edits until" in said


def test_a_bot_that_knows_nothing_of_itself_still_answers() -> None:
    message = checkup(replace(found(), about=About()))
    assert "configbot without a version" in plain_text(message)
