"""The Home tab over the playground: what waits stands there, can be reviewed from there, and is gone once decided."""

from __future__ import annotations

from tests.scenarios.chat import ADA, RAVI
from tests.scenarios.stage import Stage


async def test_a_reviewer_finds_what_waits_reviews_it_and_sees_it_gone_after_the_approval(stage: Stage) -> None:
    card = await stage.chat.asks("/deploy config_x to production")
    home = await stage.chat.opens_home(RAVI, "ch-1", "deploy `config_x` of `Support reply` to `production`")
    assert "`production`: `config_w`" in home.body()
    assert set(home.buttons()) >= {"Review", "Deploy with a form", "Show the whole board"}

    await stage.chat.press_at_home(RAVI, home, "Review")
    review = await stage.chat.modal(RAVI, "Review ch-1", "Waiting for approval")
    (await stage.chat.http.post("/playground/close", json={"as": RAVI, "view_id": review["id"]})).raise_for_status()
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.card_says(card, "I read it back, and it took effect")

    after = await stage.chat.opens_home(RAVI, "Nothing is waiting for you.")
    assert "Review" not in after.buttons()
    assert "Nothing you asked for is under way." in after.body()


async def test_what_a_button_of_the_home_shows_comes_as_a_direct_message(stage: Stage) -> None:
    await stage.time_passes(seconds=1)  # the sweep sees what runs
    home = await stage.chat.opens_home(ADA, "Evaluations running", "Meeting notes")
    await stage.chat.press_at_home(ADA, home, "Show the whole board")
    direct = stage.workspace.im_of(ADA)
    assert direct is not None
    await stage.chat.hears(ADA, "What is live", channel=direct)
