"""The one wrapper: acknowledged first, then done in a tracked task that answers for its own errors."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from bot.domain.errors import Cause
from bot.services.slack.delivery import NotAcknowledged
from bot.slack.http import http_app
from bot.slack.manifest import EVENTS_PATH
from bot.store import Store, StoreUnavailable
from handlers.people import SlackPeople
from tests.bot.slack.requests import command, interaction, signed
from tests.builders import MemoryProvider
from tests.handlers.conversation import Talk
from tests.scenarios.chat import ADA, RAVI, Line


async def broken(*_given: object, **_named: object) -> Any:
    raise LookupError("the drawer is empty, xoxb-secret")


def whole(line: Line) -> str:
    return f"{line.text} {line.body()}"


async def test_the_acknowledgement_waits_for_nothing(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Store, providers and Slack hang; what is typed, clicked and sent is acknowledged at once all the same."""
    await talk.types(ADA, "/deploy")
    await talk.presses(RAVI, await talk.asked(), "Review")
    click, never = copy.deepcopy(talk.delivery.sent[-1]), asyncio.Event()
    click["actions"][0]["action_id"] = "change.approve"

    async def hang(*_given: object, **_named: object) -> None:
        await never.wait()

    @asynccontextmanager
    async def hung(_store: Store) -> AsyncIterator[None]:
        await never.wait()
        yield

    for name in ("projects", "configs", "served", "evaluations"):
        monkeypatch.setattr(MemoryProvider, name, hang)
    for name in ("read", "write"):
        monkeypatch.setattr(Store, name, hung)
    monkeypatch.setattr(SlackPeople, "actor", hang)

    async with asyncio.timeout(30):
        await talk.says(ADA, "/deploy config_x to production")
        await talk.says(ADA, "@configbot deploy config_x to production")
        assert await talk.delivery.bring(click) == {}

    assert len(talk.tasks) == 3
    assert not await talk.tasks.drain(0.01)


async def test_a_fault_of_ours_gives_an_apology_with_the_reference_of_the_log(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.features.changes.history.board", broken)

    await talk.types(ADA, "/deployments")

    said = whole(await talk.last(ADA))
    assert "Something went wrong on my side" in said
    assert "r-" in said
    assert "drawer" not in said
    assert "Traceback" not in said
    assert "listener.failed" in capsys.readouterr().out


@pytest.mark.parametrize("button", ["Approve", "Review", "Reject"])
async def test_a_click_that_breaks_something_is_answered_too(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, button: str
) -> None:
    card = await talk.asked()
    for name in ("approvals.approve", "history.detail", "approvals.may_vote"):
        monkeypatch.setattr(f"bot.features.changes.{name}", broken)

    await talk.presses(RAVI, card, button)

    assert "Something went wrong on my side" in whole(await talk.last(RAVI))


async def test_a_form_that_breaks_something_is_answered_too(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    await talk.types(ADA, "/deploy")
    monkeypatch.setattr("bot.features.changes.deploys.request", broken)

    assert await talk.submits(ADA, config="config_x", environment="production") == {"ok": True}

    assert "Something went wrong on my side" in whole(await talk.last(ADA))


async def test_a_fault_after_the_sign_of_life_is_an_apology_all_the_same(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(*_given: object, **_named: object) -> Any:
        await asyncio.sleep(0.1)
        raise LookupError

    monkeypatch.setattr("handlers.listen.PATIENCE", 0.01)
    monkeypatch.setattr("bot.features.changes.history.board", slow)

    await talk.types(ADA, "/deployments")

    working, apology = [line.text for line in await talk.heard(ADA)]
    assert working.startswith("I'm working on it")
    assert apology.startswith("Something went wrong")


async def test_a_slow_mention_says_its_own_words(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.listen.PATIENCE", 0.01)
    talk.world.provider.pause = 0.1

    await talk.types(ADA, "@configbot deployments")

    assert (await talk.heard(ADA))[0].text == "I'm working on it: `deployments`"


async def test_a_slow_click_says_nothing_before_its_answer(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The card itself shows that something is going on."""
    card = await talk.asked()
    monkeypatch.setattr("handlers.listen.PATIENCE", 0.01)
    talk.world.provider.pause = 0.05

    await talk.presses(RAVI, card, "Approve")

    assert len(await talk.heard(RAVI)) == 1


@pytest.mark.parametrize("line", ["/deploy config_x to staging", "@configbot deploy config_x to staging"])
async def test_a_shutdown_takes_nothing_new_and_says_so(talk: Talk, line: str) -> None:
    await talk.tasks.drain(1)

    await talk.says(ADA, line)

    async with asyncio.timeout(30):
        while not await talk.heard(ADA):
            await asyncio.sleep(0.01)
    assert "restarting" in (await talk.last(ADA)).text
    assert talk.world.provider.writes() == 0


async def test_a_shutdown_waits_for_what_runs(talk: Talk) -> None:
    talk.world.provider.pause = 0.05
    await talk.says(ADA, "/deploy config_x to staging")

    assert await talk.tasks.drain(10)

    assert talk.world.provider.writes() == 1


async def test_what_runs_for_too_long_is_cancelled_whole(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = []

    async def long(*_given: object, **_named: object) -> Any:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("the work")

    monkeypatch.setattr("bot.features.changes.history.board", long)
    await talk.says(ADA, "/deployments")
    await asyncio.sleep(0.1)

    assert not await talk.tasks.drain(0.01)

    assert ended == ["the work"]


# What is not what it should be


async def test_a_command_that_is_no_payload_is_acknowledged_and_logged_without_its_text(
    talk: Talk, capsys: pytest.CaptureFixture[str]
) -> None:
    await talk.types(ADA, "/deployments")
    capsys.readouterr()

    assert await talk.again(trigger_id="", text="a secret word") == {}

    printed = capsys.readouterr().out
    assert "payload.bad" in printed
    assert "trigger_id is missing" in printed
    assert "secret" not in printed


async def test_a_command_that_is_registered_at_slack_only_is_still_read(talk: Talk) -> None:
    await talk.types(ADA, "/deployments")

    await talk.again(command="/confbot", text="help deploy")

    assert "deploy CONFIG" in whole(await talk.last(ADA))


@pytest.mark.parametrize("actions", [[], None, ["approve"], [{"action_id": "", "block_id": "b"}]])
async def test_a_click_that_is_none_is_acknowledged(talk: Talk, actions: Any) -> None:
    card = await talk.asked()
    await talk.presses(RAVI, card, "Review")
    heard = len(await talk.heard(RAVI))

    try:
        answer = await talk.again(actions=actions)
    except NotAcknowledged:  # Bolt itself finds no action in it, and so does Slack never send it
        answer = {}

    assert answer == {}
    assert len(await talk.heard(RAVI)) == heard


# Over signed HTTP, as Slack sends it


async def test_a_signed_command_and_a_signed_click_reach_the_same_listeners(talk: Talk) -> None:
    app = talk.delivery.app
    assert app is not None
    card = await talk.asked()
    await talk.presses(RAVI, card, "Review")
    click = copy.deepcopy(talk.delivery.sent[-1])
    click["actions"][0] |= {"action_id": "change.approve"}
    transport = httpx.ASGITransport(http_app(app, checks={}))
    async with httpx.AsyncClient(transport=transport, base_url="http://configbot") as http:
        for body in (command(text="payload_v2 to production"), interaction(click)):
            answer = await http.post(EVENTS_PATH, **signed(body))
            assert (answer.status_code, answer.text) == (200, "")
    await talk.settle()

    assert talk.world.provider.writes() == 1


# A database that does not answer


def locked(_store: Store) -> Any:
    raise StoreUnavailable("using the database", Cause.LOCKED)


async def test_a_database_that_cannot_be_read_is_said_as_such(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    card = await talk.asked()
    monkeypatch.setattr(Store, "read", locked)

    await talk.presses(RAVI, card, "Review")

    assert "database" in whole(await talk.last(RAVI))
    assert "Something went wrong" not in whole(await talk.last(RAVI))


async def test_a_question_is_asked_without_buttons_when_they_cannot_be_kept(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "write", locked)

    await talk.types(ADA, "/deploy config_x")

    assert "Which environment do you mean?" in (said := await talk.last(ADA)).text
    assert said.buttons() == {}
