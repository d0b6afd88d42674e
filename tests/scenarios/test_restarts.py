"""The bot and the playground are started again on what they left: cards still work, nothing is said or done twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from tests.scenarios.chat import ADA, EVALS, MIRA, RAVI
from tests.scenarios.stage import Stage, staged


async def test_a_card_from_before_a_restart_can_be_decided_on(tmp_path: Path) -> None:
    async with staged(tmp_path) as before:
        card = await before.chat.asks()
        await before.rests()
    async with staged(tmp_path) as after:
        await after.chat.press(RAVI, card, "Review")
        await after.chat.modal(RAVI, "config_x")
        await after.chat.press(RAVI, card, "Approve")
        live = await after.chat.card_says(card, "Live", "I read it back, and it took effect")
        assert await after.registry.live("Support reply") == "config_x"
        await after.rests()
    async with staged(tmp_path) as later:
        await later.chat.press(MIRA, card, "Approve")  # the card as it was, on a page that was never reloaded
        await later.chat.is_told(MIRA, "The change is now: live", "<@U0RAVI>")
        await later.chat.press(ADA, live, "Undo")
        await later.chat.hears(ADA, "ch-2", "I read it back, and it took effect")
        assert await later.registry.live("Support reply") == "config_w"
        await later.rests()
        assert len(await later.chat.said(ADA)) == 2


async def test_buttons_of_a_question_work_after_a_restart(tmp_path: Path) -> None:
    async with staged(tmp_path) as before:
        question = await before.chat.answered(ADA, "/deploy config_x to prodction")
        await before.rests()
    async with staged(tmp_path) as after:
        await after.chat.press(ADA, question, "production")
        await after.chat.hears(RAVI, "waiting for approval", private=False)
        await after.rests()


async def test_a_button_that_nobody_knows_any_more_is_answered(stage: Stage) -> None:
    question = await stage.chat.answered(ADA, "/deploy config_x to prodction")
    stage.clock.move(days=8)
    await stage.chat.press(ADA, question, "production")
    await stage.chat.is_told(ADA, "This button is too old", "Type the line again")
    assert await stage.chat.said(ADA) == []


async def test_a_hundred_clicks_at_once_have_one_effect_and_a_hundred_answers(stage: Stage) -> None:
    card = await stage.chat.asks()
    clicks = [stage.chat.press(who, card, "Approve") for who in (RAVI, MIRA) * 50]
    await asyncio.gather(*clicks)
    await stage.rests()
    live = await stage.chat.card_says(card, "Live", "I read it back, and it took effect")
    assert len(stage.line.writes) == 1
    answers = [*await stage.chat.answers(RAVI), *await stage.chat.answers(MIRA)]
    said = Counter(
        "live" if "read it back to make sure" in answer.text else "late" if "not done" in answer.text else answer.text
        for answer in answers
    )
    assert said == {"live": 1, "late": 99}
    assert len(await stage.chat.said(ADA)) == 1
    assert live.body().count("<@U0RAVI>") + live.body().count("<@U0MIRA>") == 1, "one vote was needed, one counts"


async def test_forty_undos_at_once_take_back_once(stage: Stage) -> None:
    live = await stage.chat.makes_live()
    await stage.rests()
    before = len(await stage.chat.answers(ADA)) + len(await stage.chat.answers(RAVI))
    await asyncio.gather(*(stage.chat.press(who, live, "Undo") for who in (ADA, RAVI) * 20))
    await stage.rests()
    assert await stage.registry.live("Support reply") == "config_w"
    assert len(stage.line.writes) == 2
    answers = [*await stage.chat.answers(ADA), *await stage.chat.answers(RAVI)]
    assert len(answers) == before + 40, "one for each click"


async def test_reports_of_evaluations_arrive_by_themselves_and_once_over_restarts(tmp_path: Path) -> None:
    for number in range(3):
        async with staged(tmp_path, jobs=True) as stage:
            report = await stage.chat.hears(ADA, "Meeting notes", "has been running for", channel=EVALS, private=False)
            assert {"Mark completed", "Stop reminding"} <= set(report.buttons())
            await stage.time_passes(minutes=10 * number)
            await stage.rests()
            said = await stage.chat.said(ADA, EVALS)
            assert len(said) == 2, "two have been running for more than four hours"
            assert "Search rewrite" in " ".join(line.text for line in said)
