"""Two config services at once: a registry and LaunchDarkly, from one channel."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.services.launchdarkly import PROJECT, REVIEWER, Fault, World, demo_world
from tests.scenarios.chat import ADA, RAVI, Line
from tests.scenarios.stage import RunningClock, Stage, staged

SUPPORT = "support-assistant"


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def world(clock: RunningClock) -> Iterator[World]:
    made = demo_world("api-0000", "api-1111", now=clock.now)
    yield made
    made.close()


@pytest.fixture
async def both(tmp_path: Path, world: World, clock: RunningClock) -> AsyncIterator[Stage]:
    async with staged(tmp_path, world=world, clock=clock) as made:
        yield made


def served(world: World, environment: str, config: str = SUPPORT) -> str:
    """The key of the variation that the default rule serves."""
    found = world.config(PROJECT, config)
    keys = {entry.id: entry.key for entry in found.entries}
    return keys[found.places[environment].fallthrough.entry or ""]


async def test_tags_and_metric_of_an_ai_config_are_changed_after_old_and_new_were_seen(
    both: Stage, world: World
) -> None:
    chat = both.chat
    await chat.say(ADA, f"/config update {SUPPORT} tags=+checked,-support metric=helpful-rate maintainer=@Ravi Menon")
    shown = await chat.is_told(
        ADA,
        "Change the AI Config `Support assistant`?",
        "Tags: `support, customer-facing` → `customer-facing, checked`",
        "Maintainer: `team support-ai` → `ravi@acorn.example`",
        "Metric: `resolved-rate` → `helpful-rate`",
    )
    assert world.config(PROJECT, SUPPORT).tags == ["support", "customer-facing"], "nothing is done yet"

    await chat.press(ADA, shown, "Change it")

    await chat.is_told(ADA, "I changed the AI Config `Support assistant`.", "I read it back to make sure")
    now = world.config(PROJECT, SUPPORT)
    assert (now.tags, now.metric) == (["customer-facing", "checked"], "helpful-rate")
    assert now.maintainer == REVIEWER
    assert now.description == "Answers tickets of the shop", "what was not named stays"


async def test_what_an_ai_config_has_not_is_refused_in_words(both: Stage) -> None:
    line = f'/configbot ai config update {SUPPORT} directory=dir_1 tags="two words" name=""'
    answer = await both.chat.answered(ADA, line)
    assert "AI Configs in `launchdarkly` have no field `directory`." in answer.text
    answer = await both.chat.answered(ADA, f'/project update {SUPPORT} tags="two words" name="" team=nobody')
    for words in ("`two words` is not a tag", "A name needs visible letters", "`launchdarkly` has no team `nobody`"):
        assert words in f"{answer.text} {answer.body()}"
    answer = await both.chat.answered(ADA, "/project create launchdarkly:Returns")
    assert "AI Configs in `launchdarkly` can't be made from here." in answer.text
    answer = await both.chat.answered(ADA, f"/evaluations {SUPPORT}")
    assert "`launchdarkly` keeps no evaluations." in answer.text


async def test_a_variation_is_deployed_to_staging_at_once_and_rolled_back(both: Stage, world: World) -> None:
    chat = both.chat
    assert served(world, "staging") == "warm-v2"

    card = await chat.asks(f"/deploy warm-v1 of {SUPPORT} to staging")
    card = await chat.card_says(card, "I read it back, and it took effect", "`launchdarkly` · AI Config")
    assert served(world, "staging") == "warm-v1"
    assert "keeps no evaluations" in card.body()

    undone = await chat.asks(f"/rollback {SUPPORT} in staging")
    await chat.card_says(undone, "I read it back, and it took effect")
    assert served(world, "staging") == "warm-v2"

    gone = await chat.asks(f"/deactivate {SUPPORT} in staging because it answers twice")
    await chat.card_says(gone, "Deactivated", "I read it back, and it took effect")
    assert served(world, "staging") == ""
    assert served(world, "development") == "terse", "no other environment moved"


async def test_one_name_in_two_services_is_a_question_that_names_them(both: Stage) -> None:
    chat = both.chat
    asked = await chat.answered(ADA, "/project show Onboarding guide")
    assert "can mean several things" in asked.text
    assert {"Onboarding guide · registry", "Onboarding guide · launchdarkly"} <= set(asked.buttons())

    await chat.press(ADA, asked, "Onboarding guide · launchdarkly")
    await chat.is_told(ADA, "`onboarding-guide` · `launchdarkly` · AI Config")
    await chat.say(ADA, '/project show launchdarkly:"Onboarding guide"')
    await chat.is_told(ADA, "`onboarding-guide` · `launchdarkly` · AI Config")


async def test_an_environment_of_both_services_is_no_question(both: Stage) -> None:
    card = await both.chat.asks("/deploy config_x to production")
    assert "`registry`" in card.body()
    answer = await both.chat.answered(ADA, f"/configbot explain deploy warm-v2 of {SUPPORT} to production")
    assert "it would wait for 1 approval" in answer.text
    assert "Now live in `Production` of `Support assistant`: `Warm, first`." in answer.body()


async def test_a_service_that_refuses_our_key_stops_nothing_of_the_other(both: Stage, world: World) -> None:
    chat = both.chat
    world.faults.add(Fault(status=401, times=1_000))
    await both.bot.ctx.index.refresh()

    board = await chat.answered(ADA, "/deployments")
    assert "I haven't been able to read `launchdarkly` since" in board.text
    assert "it did not accept my key (HTTP 401)" in board.text
    missed = await chat.answered(ADA, "/project show Nobody knows it")
    assert "in what I can read" in missed.text
    assert "I haven't been able to read `launchdarkly` since" in missed.text
    card = await chat.asks("/deploy config_x to production")
    await chat.press(RAVI, card, "Approve")
    await chat.card_says(card, "I read it back, and it took effect")


async def test_a_board_shows_both_services_and_every_form_of_what_is_served(both: Stage) -> None:
    home = await both.chat.opens_home(ADA, "What is live")
    assert "`launchdarkly` · AI Config" in home.body()
    board = await both.chat.answered(ADA, "/deployments")
    assert "`registry`" in board.body()
    assert "`launchdarkly` · AI Config" in board.body()


async def test_two_variations_are_compared_word_by_word(both: Stage) -> None:
    shown = await both.chat.answered(ADA, f"/config diff warm-v1 of {SUPPORT} with warm-v2 of {SUPPORT}")
    assert "`Warm, first` → `Warm, shorter` of `Support assistant`" in shown.text


async def test_selects_say_of_which_service_something_is(both: Stage, world: World) -> None:
    chat = both.chat
    await chat.say(ADA, "/deploy")
    view = await chat.modal(ADA, "Deploy")
    assert {"Production · launchdarkly", "production · registry"} <= set(
        await chat.offers(ADA, view, "pick.environment")
    )
    offered = await chat.offers(ADA, view, "pick.config", "terse")
    assert "Terse · Support assistant · launchdarkly" in offered

    staging = (await chat.offers(ADA, view, "pick.environment", "staging"))["Staging · launchdarkly"]
    config = offered["Terse · Support assistant · launchdarkly"]
    assert await chat.submit(ADA, view, pick_config=config, pick_environment=staging) == {"ok": True}
    await chat.hears(ADA, "`Terse` of `Support assistant`", "I read it back, and it took effect", private=False)
    assert served(world, "staging") == "terse"


async def review(both: Stage, card: Line, kind: str) -> None:
    """Follow the card's link, and say yes or no there as the other member."""
    link = re.search(r"(/projects/[^|>]+)\|Review it there", card.body())
    assert link is not None, card.body()
    shown = await both.chat.http.get(link[1])
    assert "<b>Warm, shorter</b>" in shown.text
    form = re.search(r'action="([^"]+)"', shown.text)
    assert form is not None, shown.text
    sent = await both.chat.http.post(form[1], data={"kind": kind, "comment": "Read it there."})
    assert sent.status_code == 303


async def test_production_is_approved_in_the_chat_and_at_the_service(both: Stage, world: World) -> None:
    chat = both.chat
    card = await chat.asks(f"/deploy warm-v2 of {SUPPORT} to production because it is shorter")
    assert served(world, "production") == "warm-v1"
    await chat.press(RAVI, card, "Approve")
    card = await chat.card_says(card, "Waiting for approval at the provider", "Review it there")
    assert served(world, "production") == "warm-v1", "the service has not said yes yet"

    await review(both, card, "approve")
    await chat.press(ADA, card, "Check now")

    card = await chat.card_says(card, "Live", "I read it back, and it took effect")
    assert served(world, "production") == "warm-v2"
    await chat.press(ADA, card, "Undo")
    await chat.hears(ADA, "undo the last change", "Waiting for approval at the provider", private=False)
    assert served(world, "production") == "warm-v2", "taking back is approved there, too"


async def test_a_no_at_the_service_ends_the_change(both: Stage, world: World) -> None:
    chat = both.chat
    card = await chat.asks(f"/deploy warm-v2 of {SUPPORT} to production")
    await chat.press(RAVI, card, "Approve")
    card = await chat.card_says(card, "Review it there")

    await review(both, card, "decline")
    await both.time_passes(minutes=1)

    card = await chat.card_says(card, "Nothing was deployed")
    assert "Read it there." in card.body()
    assert served(world, "production") == "warm-v1"
