"""Slash commands: a line behind each, a form where nothing is typed, an answer where it goes wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.services.slack.faults import ANSWER_LOST
from tests.builders import PRODUCTION, STAGING
from tests.handlers.conversation import GUS, Talk
from tests.scenarios.chat import ADA


async def test_a_deploy_puts_one_card_into_the_channel_and_says_nothing_twice(talk: Talk) -> None:
    await talk.types(ADA, "/deploy config_x to production")

    card = await talk.card()
    assert "config_x" in card.text
    assert "waiting for approval" in card.text
    assert set(card.buttons()) == {"Review", "Approve", "Reject", "Full diff", "Withdraw"}
    assert await talk.heard(ADA) == []
    assert talk.world.provider.live_name("support", PRODUCTION) == "config_w"


async def test_a_deploy_that_needs_no_approval_is_live_and_its_card_says_so(talk: Talk) -> None:
    await talk.types(ADA, "/deploy config_x to staging")

    assert talk.world.provider.live_name("support", STAGING) == "config_x"
    assert "Undo" in (await talk.card()).buttons()
    assert await talk.heard(ADA) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/promote support from production to staging", "config_w"),
        ("/rollback support in production", "Nothing was changed"),
        ("/deactivate support in production", "waiting for approval"),
        ("/approvals", "Nothing is waiting"),
        ("/deployments", "support"),
        ("/config list support", "config_w"),
        ("/config diff config_w with config_x", "They differ in"),
        ("/deployments serach", "There is no project"),
        ("/configbot", "What you can type"),
        ("/configbot help deploy", "deploy CONFIG"),
        ("/configbot deploy config_x to production", "waiting for approval"),
        ("/configbot changes", "There are no changes"),
        ("/configbot explain deploy config_x to production", "approval"),
        ("/configbot deploi config_x", "I don't know"),
        ("/configbot project list", "2 projects"),
        ("/project show support", "What is live"),
        ("/configbot evaluations", "There are no evaluations"),
        ("/configbot doctor", "All is well"),
    ],
)
async def test_every_slash_command_is_answered(talk: Talk, line: str, words: str) -> None:
    await talk.types(ADA, line)

    said = [each for each in await talk.messages(ADA) if each.by_bot]
    assert said, "silence"
    assert any(words in f"{each.text} {each.body()}" for each in said), [each.text for each in said]


async def test_a_look_up_is_said_to_nobody_else(talk: Talk) -> None:
    await talk.types(ADA, "/deployments")

    assert len(await talk.heard(ADA)) == 1
    assert await talk.cards() == []


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("/deploy", "Deploy"),
        ("/promote", "Promote"),
        ("/rollback", "Roll back"),
        ("/configbot deactivate", "Deactivate"),
        ("/config", "Configs of a project"),
        ("/project", "Show a project"),
    ],
)
async def test_a_bare_command_opens_its_form(talk: Talk, line: str, title: str) -> None:
    await talk.types(ADA, line)

    assert (await talk.open(ADA))["title"]["text"] == title
    assert await talk.heard(ADA) == []


@pytest.mark.parametrize("error", ["expired_trigger_id", "ratelimited", "server_error", ANSWER_LOST])
async def test_a_form_that_slack_does_not_open_is_offered_by_a_button(talk: Talk, error: str) -> None:
    talk.fault("views.open", error, retry_after=60)

    await talk.types(ADA, "/deploy")

    said = await talk.last(ADA)
    assert "help deploy" in said.text
    await talk.presses(ADA, said, "Open form")
    assert (await talk.open(ADA))["title"]["text"] == "Deploy"


async def test_a_typo_in_the_environment_deploys_nothing_and_offers_the_near_one(talk: Talk) -> None:
    await talk.types(ADA, "/deploy config_x to prodution")

    said = await talk.last(ADA)
    assert "There is no environment" in said.text
    assert talk.world.provider.writes() == 0
    await talk.presses(ADA, said, "production")
    assert "waiting for approval" in (await talk.card()).text


async def test_no_environment_is_a_question_and_never_production(talk: Talk) -> None:
    await talk.types(ADA, "/deploy config_x")

    said = await talk.last(ADA)
    assert "Which environment do you mean?" in said.text
    assert set(said.buttons()) == {"development", "staging", "production"}
    assert await talk.cards() == []


async def test_a_guest_is_told_why_not(talk: Talk) -> None:
    await talk.types(GUS, "/deploy config_x to production")

    assert "guest" in (await talk.last(GUS)).text
    assert await talk.cards() == []


async def test_a_command_where_the_bot_cannot_post_is_answered_with_the_way_out(talk: Talk) -> None:
    await talk.types(ADA, "/deploy config_x to production", "G0LEADS")

    assert "/invite" in f"{(said := await talk.last(ADA, 'G0LEADS')).text} {said.body()}"
    assert talk.world.provider.writes() == 0


async def test_slow_work_says_once_that_it_goes_on(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.listen.PATIENCE", 0.01)
    talk.world.provider.pause = 0.2

    await talk.types(ADA, "/deployments")

    first, second = await talk.heard(ADA)
    assert first.text == "I'm working on it: `/deployments`"
    assert "support" in second.body()


async def test_a_draft_outlives_its_button_only_for_a_week(talk: Talk) -> None:
    await talk.types(ADA, "/deploy config_x")
    said = await talk.last(ADA)
    talk.world.clock.move(timedelta(days=8))

    await talk.presses(ADA, said, "staging")

    assert "too old" in (await talk.last(ADA)).text
    assert talk.world.provider.writes() == 0


async def test_a_command_that_comes_again_changes_nothing_twice(talk: Talk) -> None:
    await talk.types(ADA, "/deactivate support in staging")
    before = len(await talk.heard(ADA)), len(await talk.cards())

    await talk.again()

    assert (len(await talk.heard(ADA)), len(await talk.cards())) == before


async def test_a_look_that_comes_again_is_answered_again(talk: Talk) -> None:
    await talk.types(ADA, "/deployments")
    await talk.again()

    assert len(await talk.heard(ADA)) == 2


async def test_an_answer_whose_buttons_are_not_kept_says_so(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.features.drafts.MOST_DRAFTS", 0)
    await talk.types(ADA, "/deploy config_x")

    said = await talk.last(ADA)
    assert said.buttons() == {}
    assert "I left out the buttons" in said.body()
