"""What an earlier version left: its database is opened, migrated and used, its cards and buttons go on working."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.changes import State
from bot.services.launchdarkly import PROJECT, World, demo_world
from bot.services.registry.database import migrate
from bot.services.registry.demo import seed_demo
from tests.scenarios.chat import ADA, EVALS, RAVI, Line
from tests.scenarios.stage import RunningClock, Stage, staged

EARLIER = Path(__file__).parent / "earlier"
SEEDED = datetime(2026, 11, 30, 18, 45, 11, 191331, UTC)
"""When the registry's demo was made, which the evaluations that are left running are counted from."""
LEFT = datetime(2026, 11, 30, 19, 0, 16, tzinfo=UTC)
"""When the earlier version was stopped."""


@pytest.fixture
def clock() -> RunningClock:
    made = RunningClock()
    made.moved = LEFT - datetime.now(UTC)
    return made


@pytest.fixture
def world(clock: RunningClock) -> Iterator[World]:
    made = demo_world("api-0000", "api-1111", now=clock.now)
    yield made
    made.close()


@pytest.fixture
async def upgraded(tmp_path: Path, clock: RunningClock, world: World) -> AsyncIterator[Stage]:
    """Today's bot on what the earlier version left; its config services are as that version left them, too."""
    for name in ("configbot", "slack"):
        with closing(sqlite3.connect(tmp_path / f"{name}.db")) as database:
            database.executescript((EARLIER / f"{name}.sql").read_text())
    registry = f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}"
    await migrate(registry)
    await seed_demo(registry, SEEDED)
    async with staged(tmp_path, clock=clock, world=world) as made:
        await made.registry.deploy("Support reply", "config_x")
        await made.registry.deploy("Refund triage", "triage v1")
        yield made


async def card(stage: Stage, reference: str) -> Line:
    return next(line for line in await stage.chat.said(ADA) if line.text.startswith(f"`{reference}`"))


async def states(stage: Stage) -> dict[int, State]:
    async with stage.bot.ctx.store.read() as tx:
        changes, _ = await tx.changes()
    return {change.number: change.state for change in changes}


async def test_every_change_reads_as_it_was_left(upgraded: Stage) -> None:
    assert await states(upgraded) == {
        1: State.APPLIED,
        2: State.REJECTED,
        3: State.WITHDRAWN,
        4: State.FAILED,
        5: State.WAITING,
        6: State.SCHEDULED,
    }
    await upgraded.chat.say(ADA, "/configbot change ch-2")
    await upgraded.chat.is_told(ADA, "ch-2", "rejected")
    async with upgraded.bot.ctx.store.read() as tx:
        change = await tx.change_by_number(2)
        assert change is not None
        history = [entry.facts.get("comment") for entry in await tx.audit(change.id)]
        (decision,) = await tx.decisions(change.id)
    assert "not before Friday" in history
    assert decision.actor.user_id == RAVI


async def test_a_change_that_waited_is_approved_applied_and_undone_and_its_card_says_so(upgraded: Stage) -> None:
    waiting = await card(upgraded, "ch-5")
    await upgraded.chat.press(RAVI, waiting, "Approve")
    live = await upgraded.chat.card_says(waiting, "`ch-5`: live")
    assert await upgraded.registry.live("Support reply") == "config_v"
    await upgraded.chat.press(ADA, live, "Undo")
    await upgraded.chat.hears(ADA, "`ch-7`: live", private=False)
    assert await upgraded.registry.live("Support reply") == "config_x"


async def test_a_scheduled_change_is_applied_when_its_time_has_come(upgraded: Stage) -> None:
    scheduled = await card(upgraded, "ch-6")
    await upgraded.time_passes(minutes=10)
    assert (await states(upgraded))[6] is State.SCHEDULED
    await upgraded.time_passes(hours=1, minutes=50)
    await upgraded.chat.card_says(scheduled, "`ch-6`: live")
    assert await upgraded.registry.live("Support reply", "staging") == "config_x"


async def test_a_change_outside_that_was_seen_before_is_not_told_again_and_can_be_adopted(upgraded: Stage) -> None:
    before = await upgraded.chat.said(ADA)
    await upgraded.time_passes(minutes=5)
    message = await upgraded.chat.hears(ADA, "`Refund triage` in `production` was changed outside", private=False)
    await upgraded.chat.press(RAVI, message, "Adopt")
    await upgraded.chat.card_says(message, "<@U0RAVI> adopted it")
    await upgraded.rests()
    assert [line.raw["ts"] for line in await upgraded.chat.said(ADA)] == [line.raw["ts"] for line in before]


async def test_a_reminder_that_was_put_off_stays_quiet_until_then(upgraded: Stage) -> None:
    reports = len(await upgraded.chat.said(ADA, EVALS))
    await upgraded.time_passes(minutes=30)
    assert len(await upgraded.chat.said(ADA, EVALS)) == reports
    await upgraded.time_passes(minutes=31)
    assert len(await upgraded.chat.said(ADA, EVALS)) == reports + 1


async def test_the_button_of_a_question_means_the_line_that_stood_behind_it(upgraded: Stage) -> None:
    await upgraded.registry.deploy("Support reply", "config_w")
    (question,) = [line for line in await upgraded.chat.answers(ADA) if list(line.buttons()) == ["production"]]
    await upgraded.chat.press(ADA, question, "production")
    await upgraded.chat.is_told(ADA, "ch-5")  # it is in the way of another change of production


async def test_the_button_that_confirms_an_edit_does_that_edit(upgraded: Stage, world: World) -> None:
    (question,) = [line for line in await upgraded.chat.answers(ADA) if list(line.buttons()) == ["Change it"]]
    await upgraded.chat.press(ADA, question, "Change it")
    await upgraded.rests()
    assert world.config(PROJECT, "support-assistant").tags == ["support", "customer-facing", "checked"]


async def test_the_button_that_gives_a_split_up_asks_for_that_change(upgraded: Stage) -> None:
    (question,) = [line for line in await upgraded.chat.answers(ADA) if list(line.buttons()) == ["Replace the split"]]
    await upgraded.chat.press(ADA, question, "Replace the split")
    asked = await upgraded.chat.hears(ADA, "`ch-7`", "cited-v2", private=False)
    assert "Approve" in asked.buttons()
    assert (await states(upgraded))[7] is State.WAITING


async def test_a_draft_that_was_damaged_meanwhile_is_refused_in_words(upgraded: Stage, tmp_path: Path) -> None:
    (question,) = [line for line in await upgraded.chat.answers(ADA) if list(line.buttons()) == ["Replace the split"]]
    with closing(sqlite3.connect(tmp_path / "configbot.db")) as database, database:
        database.execute("""update drafts set text = replace(text, '"config":', '"konfig":')""")
    await upgraded.chat.press(ADA, question, "Replace the split")
    await upgraded.chat.is_told(ADA, "from another version", "Type the line again.")
    assert 7 not in await states(upgraded)


async def test_what_the_earlier_version_kept_is_used_up_within_its_time(upgraded: Stage, tmp_path: Path) -> None:
    """Drafts and occasions run out; changes and their audit stay."""
    upgraded.clock.moved += timedelta(days=9)
    await upgraded.bot.scheduler.first_round()
    with closing(sqlite3.connect(tmp_path / "configbot.db")) as database:
        assert database.execute("select count(*) from drafts").fetchone() == (0,)
    assert (await states(upgraded))[1] is State.APPLIED
