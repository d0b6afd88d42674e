"""What was seen moves between the card and the approval: the approval is void, and says what moved."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.scenarios.chat import ADA, RAVI
from tests.scenarios.stage import Stage


async def test_something_else_went_live_behind_our_back(stage: Stage) -> None:
    card = await stage.chat.asks()
    await stage.registry.deploy("Support reply", "config_v")
    await stage.chat.press(RAVI, card, "Approve")
    void = await stage.chat.card_says(
        card, "Void", "What is live there has changed since this change was asked for: it is now `config_v`"
    )
    assert not void.buttons().keys() & {"Approve", "Undo", "Withdraw"}
    assert 'To ask again: `deploy config_x of "Support reply" to production`' in void.body()
    await stage.chat.is_told(RAVI, "`ch-1` is void", "Nothing was deployed")
    await stage.chat.hears(ADA, "so I didn't apply it", thread_ts=card.raw["ts"])
    assert await stage.registry.live("Support reply") == "config_v"
    assert not stage.line.writes

    again = await stage.chat.makes_live()
    assert "`config_v` → `config_x`" in again.body()


async def test_another_environment_that_moved_voids_nothing(stage: Stage) -> None:
    card = await stage.chat.asks()
    await stage.registry.deploy("Support reply", "config_v", "staging")
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.card_says(card, "Live", "I read it back, and it took effect")


async def test_an_undo_of_what_was_replaced_behind_our_back_is_refused(stage: Stage) -> None:
    live = await stage.chat.makes_live()
    await stage.registry.deploy("Support reply", "config_v")
    await stage.chat.press(ADA, live, "Undo")
    await stage.chat.is_told(ADA, "Something else was deployed on top of it")
    assert await stage.registry.live("Support reply") == "config_v"
    await stage.chat.say(ADA, "/deployments Support reply")
    board = await stage.chat.is_told(ADA, "`production`: `config_v`")
    assert "by <@U0ADA>" not in board.body(), "nobody says that Ada did this"


async def test_evaluations_that_got_worse_void_the_approval(stage: Stage, tmp_path: Path) -> None:
    card = await stage.chat.asks()
    assert "Evaluations: pass" in card.body()
    with closing(sqlite3.connect(tmp_path / "registry.db")) as registry, registry:
        registry.execute(
            "update results set value = 'false', number = 0 where evaluation_id in (select evaluations.id from"
            " evaluations join configs on configs.id = config_id where configs.name = 'config_x')"
        )
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.card_says(card, "Void", "Verdict before: `pass`. Verdict now: `fail`")
    assert not stage.line.writes
