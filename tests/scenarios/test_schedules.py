"""Changes with a time of their own, whole: asked for, approved, applied when the clock says so, moved, taken back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.store import migrate
from tests.scenarios.chat import ADA, MIRA, RAVI, Line
from tests.scenarios.stage import RunningClock, Stage, a_read, down, staged

PROJECT = "Support reply"
IN_TWO_HOURS = "/deploy config_x to production in 2h"


async def scheduled(stage: Stage, line: str = IN_TWO_HOURS) -> Line:
    """Ada asked for it and Ravi approved: its card."""
    card = await stage.chat.asks(line)
    await stage.chat.press(RAVI, card, "Approve")
    return await stage.chat.card_says(card, "Scheduled", "When:")


async def nothing_happens(stage: Stage, live: str = "config_w") -> None:
    assert stage.line.writes == []
    assert await stage.registry.live(PROJECT) == live


async def test_a_scheduled_deploy_is_applied_when_its_time_has_come(stage: Stage) -> None:
    card = await scheduled(stage)
    await nothing_happens(stage)
    await stage.time_passes(hours=1, minutes=59)
    await nothing_happens(stage)
    await stage.time_passes(minutes=1)
    live = await stage.chat.card_says(card, "Live", "I read it back, and it took effect")
    assert await stage.registry.live(PROJECT) == "config_x"
    assert {"Move", "Withdraw"}.isdisjoint(live.buttons())
    await stage.time_passes(minutes=5)
    thread = [line.text for line in await stage.chat.said(ADA, thread_ts=card.raw["ts"])]
    assert [text.partition(": ")[2].split(":")[0] for text in thread] == [
        f"<@{RAVI}> approved.",
        "It is scheduled",
        "Live. I read it back, and it took effect.",
    ]
    assert len(await stage.chat.said(ADA)) == 1, "what went well needs no message of its own"
    assert len(stage.line.writes) == 1


async def test_the_scheduler_applies_it_by_itself(tmp_path: Path) -> None:
    async with staged(tmp_path, jobs=True) as stage:
        card = await stage.chat.asks("/deploy config_x to staging in 1s")
        end = asyncio.get_running_loop().time() + 300
        while await stage.registry.live(PROJECT, "staging") != "config_x":
            assert asyncio.get_running_loop().time() < end, "nothing was applied by itself"
            await asyncio.sleep(0.2)
        await stage.rests()
        await stage.chat.card_says(card, "Live")


async def test_every_way_of_saying_when_is_said_back_with_date_and_zone(stage: Stage) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).astimezone()
    for said in ("at 9:00 tomorrow UTC", "tomorrow 9:00 UTC", f"at {tomorrow:%Y-%m-%d} 09:00 UTC"):
        answer = await stage.chat.answered(ADA, f"/configbot explain deploy config_x to production {said}")
        assert "09:00 (UTC)" in answer.text
        assert "<!date^" in answer.body()
    own = await stage.chat.answered(ADA, "/configbot explain deploy config_x to production at 9:00")
    assert "09:00 (Europe/Madrid)" in own.text
    assert await stage.chat.said(ADA) == []


async def test_an_approver_who_lost_the_right_stops_it_and_that_is_told(stage: Stage) -> None:
    card = await scheduled(stage)
    stage.workspace.people[RAVI] = replace(stage.workspace.people[RAVI], is_restricted=True)
    await stage.time_passes(hours=2)
    await stage.chat.card_says(card, "Void", "An approver is no longer allowed to approve")
    told = await stage.chat.hears(MIRA, f"<@{ADA}>", "was not applied at its time", "To ask again", private=False)
    assert told.raw["ts"] != card.raw["ts"]
    await stage.chat.hears(MIRA, "An approver is no longer allowed", thread_ts=card.raw["ts"])
    await nothing_happens(stage)


async def test_a_requester_whose_account_was_deactivated_is_named_where_the_change_is_discussed(stage: Stage) -> None:
    card = await scheduled(stage)
    stage.workspace.people[ADA] = replace(stage.workspace.people[ADA], deleted=True)
    await stage.time_passes(hours=2)
    why = f"<@{ADA}>'s account is deactivated, so the change they scheduled didn't run."
    await stage.chat.card_says(card, "Void", why)
    told = await stage.chat.hears(MIRA, "was not applied at its time", why, private=False)
    assert told.raw["ts"] != card.raw["ts"]
    await stage.chat.hears(MIRA, why, thread_ts=card.raw["ts"])
    await nothing_happens(stage)


async def test_what_moved_meanwhile_stops_it_and_that_is_told(stage: Stage) -> None:
    card = await scheduled(stage)
    await stage.registry.deploy(PROJECT, "config_v")
    await stage.time_passes(hours=2)
    await stage.chat.card_says(
        card, "Void", "What is live there has changed since this change was asked for", "config_v"
    )
    await stage.chat.hears(MIRA, f"<@{ADA}>", "was not applied at its time", private=False)
    assert stage.line.writes == []


async def test_a_provider_that_is_away_is_told_with_what_to_do(stage: Stage) -> None:
    card = await scheduled(stage)
    stage.goes_wrong(a_read, down)
    await stage.time_passes(hours=2)
    await stage.chat.card_says(card, "Failed")
    await stage.chat.hears(MIRA, f"<@{ADA}>", "was not applied at its time", "could not be reached", private=False)


async def test_another_change_in_the_way_stops_it_and_is_named(stage: Stage) -> None:
    card = await scheduled(stage)
    await stage.chat.asks("/deploy config_v to production")
    await stage.time_passes(hours=2)
    await stage.chat.card_says(card, "Void", "ch-2")
    await nothing_happens(stage)


async def test_its_time_without_an_approval_is_its_end(stage: Stage) -> None:
    card = await stage.chat.asks(IN_TWO_HOURS)
    await stage.time_passes(hours=2)
    await stage.chat.card_says(card, "Expired", "It was still waiting for approval when its time came")
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.is_told(RAVI, "expired")
    await stage.time_passes(hours=2)
    await nothing_happens(stage)


async def test_it_is_taken_back_by_a_button_and_by_a_line(stage: Stage) -> None:
    for number, withdraw in enumerate(("button", "line"), start=1):
        card = await scheduled(stage)
        if withdraw == "button":
            await stage.chat.press(ADA, card, "Withdraw")
        else:
            await stage.chat.say(ADA, f"/configbot withdraw ch-{number}")
        await stage.chat.card_says(card, "Withdrawn")
    await stage.time_passes(hours=3)
    await nothing_happens(stage)


async def test_it_is_moved_by_its_form_and_by_a_line(stage: Stage) -> None:
    card = await scheduled(stage)
    await stage.chat.press(ADA, card, "Move")
    view = await stage.chat.modal(ADA, "Move", "Its approvals stay as they are")
    wrong = await stage.chat.submit(ADA, view, type_time="yesterday")
    assert "as a time" in wrong["errors"]["type.time"]
    await stage.chat.submit(ADA, view, type_time="in 4h")
    await stage.chat.hears(ADA, "moved it to another time", thread_ts=card.raw["ts"])
    await stage.time_passes(hours=2)
    await nothing_happens(stage)
    await stage.chat.say(RAVI, "/configbot move ch-1 in 1h")
    await stage.chat.is_told(RAVI, "ch-1", "was moved from")
    await stage.time_passes(hours=1)
    await stage.chat.card_says(card, "Live")
    assert len(stage.line.writes) == 1


async def test_lists_the_board_and_the_home_show_it(stage: Stage) -> None:
    await scheduled(stage)
    for line in ("/configbot changes", "/deployments Support reply", "/configbot change ch-1"):
        shown = await stage.chat.answered(MIRA, line)
        assert "ch-1" in shown.body()
        assert "<!date^" in shown.body()
    waits = await stage.chat.asks("/deploy config_v to production in 3h")
    assert "ch-2" in waits.text
    assert ", due <!date^" in (await stage.chat.answered(MIRA, "/approvals")).body()
    await stage.chat.opens_home(ADA, "What you asked for", "`ch-1` scheduled", "`ch-2` waiting for approval")


async def test_a_time_that_cannot_be_meant_deploys_nothing(stage: Stage) -> None:
    for line, said in (
        ("/deploy config_x to staging at 25:00", "I can't read `25:00` as a time"),
        ("/deploy config_x to staging at 30 february 9:00", "I can't read `30 february` as a date"),
        ("/deploy config_x to staging at 9:00 PST", "`PST` is not the name of one time zone"),
        ("/deploy config_x to staging tomorrow", "tomorrow` is a day without a time"),
        ("/deploy config_x to staging in 0h", "I can't read `0h` as a length of time"),
        ("/deploy config_x to staging at 2020-01-01 9:00", "has already passed"),
        ("/deploy config_x to staging in 91 days", "more than 90 days away"),
    ):
        answer = await stage.chat.answered(ADA, line)
        assert said in answer.text, line
        assert "Nothing was" in answer.text
    assert stage.line.writes == []


async def test_a_form_schedules(stage: Stage) -> None:
    await stage.chat.say(ADA, "/deploy")
    view = await stage.chat.modal(ADA, "When?")
    config = (await stage.chat.offers(ADA, view, "pick.config", "config_x"))[f"config_x · {PROJECT}"]
    environment = (await stage.chat.offers(ADA, view, "pick.environment"))["staging"]
    soon = int((stage.clock.now() + timedelta(hours=2)).timestamp())
    await stage.chat.submit(ADA, view, pick_config=config, pick_environment=environment, type_when=soon)
    card = await stage.chat.hears(ADA, "Scheduled", "staging", private=False)
    await stage.time_passes(hours=2)
    await stage.chat.card_says(card, "Live")
    assert await stage.registry.live(PROJECT, "staging") == "config_x"


async def test_a_restart_in_between_loses_nothing(tmp_path: Path) -> None:
    clock = RunningClock()
    async with staged(tmp_path, clock=clock) as before:
        card = await scheduled(before)
        await before.rests()
    clock.move(hours=1)
    async with staged(tmp_path, clock=clock) as after:
        await nothing_happens(after)
        await after.time_passes(hours=1, minutes=1)
        await after.chat.card_says(card, "Live", "I read it back, and it took effect")
        assert await after.registry.live(PROJECT) == "config_x"


async def test_after_a_long_night_it_is_not_applied_and_that_is_told(tmp_path: Path) -> None:
    clock = RunningClock()
    async with staged(tmp_path, clock=clock) as before:
        card = await scheduled(before)
        await before.rests()
    clock.move(hours=9)
    async with staged(tmp_path, clock=clock) as after:
        await after.time_passes(minutes=1)
        await after.chat.card_says(card, "Void", "it is more than 15 minutes late")
        await after.chat.hears(MIRA, f"<@{ADA}>", "was not applied at its time", private=False)
        await nothing_happens(after)


async def test_two_bots_apply_it_once(tmp_path: Path, postgres_url: str) -> None:
    await asyncio.to_thread(asyncio.run, migrate(postgres_url))
    async with staged(tmp_path, database_url=postgres_url) as stage, stage.second_bot() as second:
        cards = [await scheduled(stage), await stage.chat.asks("/deploy config_x to staging in 2h")]
        stage.clock.move(hours=2)
        await asyncio.gather(*(bot.scheduler.first_round() for bot in (stage.bot, second)))
        for card in cards:
            await stage.chat.card_says(card, "Live", "I read it back, and it took effect")
        await asyncio.gather(*(bot.scheduler.first_round() for bot in (stage.bot, second)))
        assert len(stage.line.writes) == 2
        assert len(await stage.chat.said(ADA)) == 2
