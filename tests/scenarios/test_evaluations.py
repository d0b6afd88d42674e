"""An evaluation that somebody left running: reported, completed, put off, ended by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.reminder_hours import Reminding
from bot.domain.workhours import ALWAYS
from bot.services.slack import Person
from tests.scenarios.chat import ADA, DEPLOYS, EVALS, RAVI, Line
from tests.scenarios.stage import Stage, staged


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
    over = await stage.chat.card_says(report, "completed after at least 3 days", "by <@U0RAVI>")
    assert not over.buttons()
    await stage.chat.is_told(RAVI, "is now completed", "I read it back to make sure", channel=EVALS)
    await stage.chat.press(ADA, report, "Mark completed", channel=EVALS)
    await stage.chat.is_told(ADA, "can't become", channel=EVALS)
    assert len(stage.line.writes) == 1
    before = len(await stage.chat.said(ADA, EVALS))
    await stage.time_passes(days=1)
    assert not any("Meeting notes" in line.text for line in (await stage.chat.said(ADA, EVALS))[before:])


async def test_a_snooze_is_quiet_for_an_hour_and_then_says_it_anew(stage: Stage) -> None:
    report = await reported(stage)
    await stage.chat.choose(ADA, report, "Snooze 1 h", channel=EVALS)
    await stage.chat.is_told(ADA, "I won't remind anyone about evaluation", channel=EVALS)
    await stage.chat.card_says(report, "quiet until")
    await stage.time_passes(minutes=59)
    assert len(await stage.chat.said(ADA, EVALS)) == 2
    await stage.time_passes(minutes=2)
    again = await reported(stage)
    assert again.raw["ts"] != report.raw["ts"]
    await stage.chat.card_says(report, "A newer message has its current state")


async def test_an_evaluation_that_ends_elsewhere_says_so_by_itself(stage: Stage) -> None:
    report = await reported(stage)
    await stage.registry.call(
        "PATCH",
        f"/evaluations/{report.buttons()['Mark completed']['value'].rpartition(':')[2]}/status",
        {"status": "completed"},
    )
    await stage.time_passes(minutes=5)
    await stage.chat.card_says(report, "completed after at least 3 days")


async def test_a_run_that_waits_for_nobody_cannot_be_marked(stage: Stage, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "registry.db")) as registry, registry:
        registry.execute(
            "update evaluations set status = 'running' where project_id in"
            " (select id from projects where name = 'Invoice extraction')"
        )
    report = await reported(stage, "Invoice extraction")
    assert list(report.buttons()) == ["Open", "Stop reminding"]
    assert "None of its evaluators waits for people" in report.text


async def test_an_evaluation_can_be_completed_and_reopened_by_a_line(stage: Stage) -> None:
    report = await reported(stage)
    evaluation = report.buttons()["Mark completed"]["value"].rpartition(":")[2]
    await stage.chat.say(ADA, f"/configbot evaluation complete {evaluation}")
    await stage.chat.is_told(ADA, "is now completed")
    await stage.chat.card_says(report, "completed after at least 3 days", "by <@U0ADA>")
    assert await stage.chat.said(ADA, DEPLOYS) == []


async def test_a_snooze_until_tomorrow_is_said_back_as_an_instant_and_holds_until_then(stage: Stage) -> None:
    report = await reported(stage)
    await stage.chat.choose(ADA, report, "Until tomorrow 9:00", channel=EVALS)
    told = await stage.chat.is_told(ADA, "I won't remind anyone about evaluation", "until <!date^", channel=EVALS)
    until = datetime.fromtimestamp(int(told.text.split("<!date^")[1].split("^")[0]), ZoneInfo("Europe/Madrid"))
    assert (until.hour, until.minute) == (9, 0)
    left = (until - stage.clock.now()).total_seconds()
    await stage.time_passes(seconds=left - 60)
    await stage.chat.card_says(report, "quiet until")
    await stage.time_passes(seconds=120)
    assert (await reported(stage)).raw["ts"] != report.raw["ts"]


async def test_it_is_opened_and_put_off_from_there_and_stopped(stage: Stage) -> None:
    report = await reported(stage)
    await stage.chat.press(ADA, report, "Open", channel=EVALS)
    opened = await stage.chat.is_told(ADA, "has been running for at least 3 days", "have all results", channel=EVALS)
    assert "Mark completed" in opened.buttons()
    await stage.chat.press(ADA, opened, "Stop reminding", channel=EVALS)
    await stage.chat.is_told(ADA, "I won't remind anyone about evaluation", channel=EVALS)
    stopped = await stage.chat.card_says(report, "<@U0ADA> stopped its reminders")
    await stage.chat.press(ADA, stopped, "Remind again", channel=EVALS)
    await stage.chat.card_says(report, "next reminder")


async def test_a_guest_may_look_and_not_decide(tmp_path: Path) -> None:
    gail = Person("U0GAIL", "Gail Osei", "Contractor", email="gail@example.com", tz="Europe/Paris", is_restricted=True)
    async with staged(tmp_path, people=[gail]) as stage:
        report = await reported(stage)
        await stage.chat.choose(gail.id, report, "Snooze 1 h", channel=EVALS)
        await stage.chat.is_told(gail.id, "guest account", channel=EVALS)
        await stage.chat.press(gail.id, report, "Stop reminding", channel=EVALS)
        await stage.chat.press(gail.id, report, "Open", channel=EVALS)
        await stage.chat.is_told(gail.id, "has been running for at least 3 days", channel=EVALS)
        assert "Stop reminding" in (await reported(stage)).buttons()


async def test_the_owner_is_told_in_a_direct_message_and_completes_it_there(tmp_path: Path) -> None:
    async with staged(tmp_path, reminding=Reminding(ALWAYS, owner=RAVI)) as stage:
        report = await reported(stage)
        direct = stage.workspace.im_of(RAVI)
        mine = await stage.chat.hears(RAVI, "Meeting notes", "has been running for", channel=direct)
        await stage.chat.press(RAVI, mine, "Mark completed", channel=direct)
        await stage.chat.card_says(report, "completed after at least 3 days", "by <@U0RAVI>")
        over = await stage.chat.hears(RAVI, "Meeting notes", "completed after", channel=direct)
        assert over.raw["ts"] == mine.raw["ts"]


async def test_reminders_are_listed_muted_and_tried(stage: Stage) -> None:
    report = await reported(stage)
    listed = await stage.chat.answered(ADA, "/configbot reminders")
    assert "`Meeting notes`" in listed.text
    assert "every day, 0:00 to midnight" in listed.body()
    muted = await stage.chat.answered(ADA, "/configbot reminders mute Meeting notes")
    assert "I won't remind anyone about evaluations of `Meeting notes` any more." in muted.text
    await stage.chat.card_says(report, "no reminders, because the project is muted")
    await stage.chat.press(ADA, muted, "Unmute")
    await stage.chat.is_told(ADA, "I'll remind people about evaluations of `Meeting notes` again.")
    sent = await stage.chat.answered(ADA, "/configbot reminders test")
    assert "It's in your direct messages" in sent.text
    await stage.chat.hears(ADA, "only a sample", channel=stage.workspace.im_of(ADA))


async def test_more_than_five_at_once_are_one_list_that_pages(stage: Stage, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "registry.db")) as registry, registry:
        registry.execute("update evaluations set status = 'running'")
    await stage.time_passes(seconds=1)
    shown = await stage.chat.hears(ADA, "evaluations left running, page 1 of", channel=EVALS, private=False)
    assert len(await stage.chat.said(ADA, EVALS)) == 1
    await stage.chat.press(ADA, shown, "Next page", channel=EVALS)
    second = await stage.chat.is_told(ADA, "evaluations left running, page 2 of", channel=EVALS)
    await stage.chat.press(ADA, second, "Previous page", channel=EVALS)
    await stage.chat.is_told(ADA, "evaluations left running, page 1 of", channel=EVALS)
    await stage.chat.press(ADA, shown, "Stop reminding of all", channel=EVALS)
    await stage.chat.is_told(ADA, "I won't remind anyone about these", channel=EVALS)
