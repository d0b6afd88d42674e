"""The Home tab: published whenever it is opened; its buttons answer although a Home is no conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import Cause
from bot.domain.notices import Reminder
from bot.features.drafts import MOST_DRAFTS
from bot.store import Store, StoreUnavailable
from tests.builders import NOON
from tests.handlers.conversation import STRAY, Talk, talking
from tests.scenarios.chat import ADA, DEPLOYS, RAVI


@pytest.fixture
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    with capture_logs() as entries:
        yield entries


@pytest.fixture
async def shown(tmp_path: Path, _no_surroundings: None) -> AsyncIterator[Talk]:
    """A conversation with a channel for cards that cannot stand where they were asked for."""
    async with talking(tmp_path, default_channel=DEPLOYS) as made:
        yield made


async def seen_running(talk: Talk) -> str:
    run = talk.world.provider.evaluated("support", "config_x", 0.5, status="running")
    async with talk.world.store.write() as tx:
        await tx.save_reminder(Reminder("main", run.project_id, "support", run.id, NOON))
    return run.id


def hashes(talk: Talk) -> list[str | None]:
    """What each publication was to replace."""
    return [call.get("hash") for call in talk.calls("views.publish")]


# What stands there


async def test_opening_it_shows_what_waits_for_me_what_is_live_and_what_runs(talk: Talk) -> None:
    await talk.asked()
    run = await seen_running(talk)

    home = await talk.opens_home(RAVI)

    assert "deploy `config_x` of `support` to `production`" in home.body()
    assert f"`{run}` in `support`" in home.body()
    assert set(home.buttons()) == {
        "Deploy with a form", "Review", "Show the whole board", "Show", "Show all running evaluations",
    }  # fmt: skip


async def test_what_was_looked_up_in_the_days_before_takes_no_button_from_it(talk: Talk) -> None:
    await seen_running(talk)
    async with talk.world.store.write() as tx:
        for number in range(MOST_DRAFTS):
            await tx.save_draft(f"draft {number}", "T0ACORN", ADA, "help", talk.world.clock.now() + timedelta(days=7))
    talk.world.clock.move(timedelta(days=1))

    home = await talk.opens_home(ADA)

    assert {"Show the whole board", "Show all running evaluations"} <= set(home.buttons())


async def test_what_i_asked_for_is_mine_and_waits_for_somebody_else(talk: Talk) -> None:
    await talk.asked()

    home = await talk.opens_home(ADA)

    assert "Nothing is waiting for you." in home.body()
    assert "Review" not in home.buttons()
    assert "Show" in home.buttons()


async def test_it_is_read_anew_whenever_it_is_opened(talk: Talk) -> None:
    card = await talk.asked()
    await talk.opens_home(RAVI)

    await talk.presses(RAVI, card, "Approve")
    home = await talk.opens_home(RAVI)

    assert "Nothing is waiting for you." in home.body()
    assert "`production`: `config_x`, since" in home.body()
    assert hashes(talk)[0] is None
    assert hashes(talk)[1] is not None


async def test_the_messages_tab_is_left_alone(talk: Talk) -> None:
    await talk.opens_home(RAVI)
    event = talk.delivery.sent[-1]["event"]

    await talk.again(event={**event, "tab": "messages"})
    await talk.again(event={**event, "tab": "home"})

    assert len(talk.calls("views.publish")) == 2


async def test_a_stranger_sees_nothing_but_why(talk: Talk) -> None:
    await talk.asked()
    talk.world.provider.calls.clear()

    home = await talk.opens_home(STRAY)

    assert "another organisation" in home.body()
    assert "support" not in home.body()
    assert home.buttons() == {}
    assert talk.world.provider.calls == []


# Pressing its buttons: no channel, no response_url


async def test_review_opens_the_change(talk: Talk) -> None:
    await talk.asked()
    await talk.opens_home(RAVI)

    await talk.presses_at_home(RAVI, "Review")

    assert (await talk.open(RAVI))["title"]["text"] == "Review ch-1"
    assert await talk.direct(RAVI) == []


async def test_a_review_that_slack_does_not_open_is_answered_directly(talk: Talk) -> None:
    await talk.asked()
    await talk.opens_home(RAVI)
    talk.fault("views.open", "expired_trigger_id")

    await talk.presses_at_home(RAVI, "Review")

    assert [text for text in await talk.direct(RAVI) if "config_x" in text]
    assert await talk.heard(RAVI) == []


@pytest.mark.parametrize(
    ("button", "says"),
    [
        ("Show the whole board", "What is live"),
        ("Show", "has been running"),
        ("Show all running evaluations", "ev_0_config_x"),
    ],
)
async def test_what_a_button_shows_comes_directly(talk: Talk, button: str, says: str) -> None:
    await seen_running(talk)
    await talk.opens_home(ADA)

    await talk.presses_at_home(ADA, button)

    (answer,) = await talk.direct(ADA)
    assert says in answer
    assert await talk.messages(ADA) == []


async def test_the_form_asks_for_a_change_whose_card_stands_in_the_default_channel(shown: Talk) -> None:
    await shown.opens_home(ADA)

    await shown.presses_at_home(ADA, "Deploy with a form")
    await shown.submits(ADA, config="config_x", environment="production")

    assert "waiting for approval" in (await shown.card()).text
    (answer,) = await shown.direct(ADA)
    assert "ch-1" in answer


async def test_without_a_default_channel_the_form_is_refused_directly(talk: Talk) -> None:
    await talk.opens_home(ADA)

    await talk.presses_at_home(ADA, "Deploy with a form")
    await talk.submits(ADA, config="config_x", environment="production")

    (answer,) = await talk.direct(ADA)
    assert "Not done" in answer
    assert "You didn't ask in a channel" in answer
    assert "this channel" not in answer, "there is none"
    assert talk.world.provider.writes() == 0


# What goes wrong


async def test_what_was_published_since_it_was_opened_is_looked_at_again(talk: Talk) -> None:
    await talk.opens_home(RAVI)
    late = {**talk.delivery.sent[-1]["event"], "view": {"hash": "1700000000.outdated"}}
    await talk.asked("@configbot deploy config_x to production")

    await talk.again(event=late)

    assert "`ch-1`" in (await talk.home(RAVI)).body()
    assert hashes(talk)[-2:] == ["1700000000.outdated", None]


async def test_two_openings_at_once_leave_what_is_so(talk: Talk) -> None:
    await talk.opens_home(RAVI)
    await talk.asked()
    opened = {**talk.delivery.sent[0]["event"], "view": {"hash": (await talk.home(RAVI)).raw["hash"]}}
    body = {**talk.delivery.sent[0], "event": opened}

    await asyncio.gather(talk.delivery.bring(body), talk.delivery.bring(body))
    await talk.settle()

    assert "`ch-1`" in (await talk.home(RAVI)).body()


@pytest.mark.parametrize("error", ["hash_conflict", "user_not_found"])
async def test_a_tab_that_slack_does_not_take_is_logged_and_nobody_is_bothered(
    talk: Talk, logged: list[MutableMapping[str, Any]], error: str
) -> None:
    talk.fault("views.publish", error)

    home = await talk.opens_home(RAVI)

    assert home.raw["blocks"] == []
    assert [(entry["event"], entry["error"]) for entry in logged if "error" in entry] == [("home.not_published", error)]
    assert talk.calls("chat.postMessage") == []


async def test_a_database_that_does_not_answer_is_told_in_the_tab(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, logged: list[MutableMapping[str, Any]]
) -> None:
    def locked(_store: Store) -> None:
        raise StoreUnavailable("reading", Cause.LOCKED)

    monkeypatch.setattr(Store, "read", locked)

    home = await talk.opens_home(RAVI)

    assert "my database" in home.body()
    assert "r-" in home.body()
    assert "store.unavailable" in [entry["event"] for entry in logged]
    assert talk.calls("chat.postMessage") == []


async def test_lines_that_cannot_be_kept_cost_only_their_buttons(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(_store: Store) -> None:
        raise StoreUnavailable("writing", Cause.READ_ONLY)

    monkeypatch.setattr(Store, "write", read_only)

    home = await talk.opens_home(RAVI)

    assert "`production`: `config_w`" in home.body()
    assert set(home.buttons()) == {"Deploy with a form"}


async def test_a_fault_of_our_own_is_told_in_the_tab_and_logged(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, logged: list[MutableMapping[str, Any]]
) -> None:
    async def broken(*_given: object) -> None:
        raise LookupError("the drawer is empty")

    monkeypatch.setattr("handlers.home.home", broken)

    home = await talk.opens_home(RAVI)

    assert "Something went wrong on my side" in home.body()
    assert "drawer" not in home.body()
    assert "listener.failed" in [entry["event"] for entry in logged]


async def test_an_opening_that_is_not_what_slack_documents_is_acknowledged(talk: Talk) -> None:
    await talk.opens_home(RAVI)

    assert await talk.again(event={**talk.delivery.sent[-1]["event"], "user": ""}) == {}

    assert len(talk.calls("views.publish")) == 1


async def test_during_a_shutdown_it_stays_as_it_is(talk: Talk) -> None:
    await talk.tasks.drain(1)

    home = await talk.opens_home(RAVI)

    assert home.raw["blocks"] == []
    assert talk.calls("chat.postMessage") == []
