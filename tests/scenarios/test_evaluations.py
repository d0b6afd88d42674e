"""An evaluation that somebody left running: reported, completed, put off, ended by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.scenarios.chat import ADA, DEPLOYS, EVALS, RAVI, Line
from tests.scenarios.stage import Stage


async def reported(stage: Stage, project: str = "Meeting notes") -> Line:
    await stage.time_passes(seconds=1)
    return await stage.chat.hears(ADA, project, "has been running for", channel=EVALS, private=False)


async def test_mark_completed_ends_the_evaluation_and_the_message_says_by_whom(stage: Stage) -> None:
    report = await reported(stage)
    assert "`owners and dates`" in report.text
    assert "for at least 3 days" in report.text
    assert "Recorded meetings" in report.body()
    assert "`Reviewed by a person` (human)" in report.text
    await stage.chat.press(RAVI, report, "Mark completed", channel=EVALS)
    over = await stage.chat.card_says(report, "is completed after at least 3 days, by <@U0RAVI>")
    assert not over.buttons()
    await stage.chat.is_told(RAVI, "is completed", "read back and found true", channel=EVALS)
    await stage.chat.press(ADA, report, "Mark completed", channel=EVALS)
    await stage.chat.is_told(ADA, "cannot become", channel=EVALS)
    assert len(stage.line.writes) == 1
    await stage.time_passes(days=1)
    assert len(await stage.chat.said(ADA, EVALS)) == 3, "nothing more about this one; a third runs for too long by now"


async def test_a_snooze_is_quiet_for_an_hour_and_then_says_it_anew(stage: Stage) -> None:
    report = await reported(stage)
    await stage.chat.press(ADA, report, "Snooze 1 h", channel=EVALS)
    await stage.chat.is_told(ADA, "Nothing more is said", channel=EVALS)
    await stage.chat.card_says(report, "quiet until")
    await stage.time_passes(minutes=59)
    assert len(await stage.chat.said(ADA, EVALS)) == 2
    await stage.time_passes(minutes=2)
    said = await stage.chat.said(ADA, EVALS)
    assert sum("Meeting notes" in line.text for line in said) == 2


async def test_an_evaluation_that_ends_elsewhere_says_so_by_itself(stage: Stage) -> None:
    report = await reported(stage)
    await stage.registry.call(
        "PATCH",
        f"/evaluations/{report.buttons()['Mark completed']['value'].rpartition(':')[2]}/status",
        {"status": "completed"},
    )
    await stage.time_passes(minutes=5)
    await stage.chat.card_says(report, "is completed after at least 3 days")


async def test_a_run_that_waits_for_nobody_cannot_be_marked(stage: Stage, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "registry.db")) as registry, registry:
        registry.execute(
            "update evaluations set status = 'running' where project_id in"
            " (select id from projects where name = 'Invoice extraction')"
        )
    report = await reported(stage, "Invoice extraction")
    assert list(report.buttons()) == ["Snooze 1 h"]
    assert "None of its evaluators waits for people" in report.text


async def test_an_evaluation_can_be_completed_and_reopened_by_a_line(stage: Stage) -> None:
    report = await reported(stage)
    evaluation = report.buttons()["Mark completed"]["value"].rpartition(":")[2]
    await stage.chat.say(ADA, f"/configbot evaluation complete {evaluation}")
    await stage.chat.is_told(ADA, "is completed")
    await stage.chat.card_says(report, "is completed after at least 3 days, by <@U0ADA>")
    assert await stage.chat.said(ADA, DEPLOYS) == []
