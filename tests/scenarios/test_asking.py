"""What people type, wrong lines among them: nothing is guessed, and every answer says what to do next."""

from __future__ import annotations

import pytest

from tests.scenarios.chat import ADA, DEPLOYS, MIRA, RAVI
from tests.scenarios.stage import Stage


async def test_a_typo_in_the_environment_deploys_nothing_and_offers_what_was_meant(stage: Stage) -> None:
    await stage.chat.say(ADA, "/deploy config_x to prodction")
    question = await stage.chat.is_told(ADA, "There is no environment `prodction`", "Nothing was deployed")
    assert list(question.buttons()) == ["production"]
    assert await stage.chat.said(ADA) == []

    await stage.chat.press(ADA, question, "production")
    card = await stage.chat.hears(RAVI, "waiting for approval", "config_x", private=False)
    assert "`config_w` → `config_x` in `production`" in card.body()
    assert not stage.line.writes


async def test_no_environment_is_a_question_and_never_production(stage: Stage) -> None:
    await stage.chat.say(ADA, "/deploy config_x")
    question = await stage.chat.is_told(ADA, "Which environment do you mean?", "Nothing was deployed")
    assert set(question.buttons()) == {"production", "staging", "development"}
    assert await stage.chat.said(ADA) == []
    await stage.chat.press(ADA, question, "staging")
    await stage.chat.hears(ADA, "live", "staging", private=False)
    assert await stage.registry.live("Support reply", "staging") == "config_x"
    assert await stage.registry.live("Support reply") == "config_w"


async def test_a_name_that_two_projects_have_is_a_question(stage: Stage) -> None:
    await stage.chat.say(ADA, "/deploy baseline to production")
    question = await stage.chat.is_told(ADA, "`baseline` can mean several things")
    assert list(question.buttons()) == [
        "baseline · Meeting notes → production",
        "baseline · Onboarding guide → production",
    ]
    await stage.chat.press(ADA, question, "baseline · Meeting notes → production")
    card = await stage.chat.hears(RAVI, "waiting for approval", private=False)
    assert "`decisions first` → `baseline` in `production`" in card.body()


async def test_text_of_people_is_inert_everywhere(stage: Stage) -> None:
    for line in ("deploy <!channel> to production", "<!here> *hello* <https://evil.example|click>", "change <@U0RAVI>"):
        await stage.chat.say(ADA, f"/configbot {line}")
    await stage.rests()
    for answer in await stage.chat.answers(ADA):
        whole = f"{answer.text} {answer.body()}"
        assert "<!channel>" not in whole
        assert "<!here>" not in whole
        assert "<https://evil" not in whole
    assert len(await stage.chat.answers(ADA)) == 3


async def test_a_bare_command_opens_a_form_whose_selects_search(stage: Stage) -> None:
    chat = stage.chat
    await chat.say(ADA, "/deploy")
    form = await chat.modal(ADA, "Deploy")
    configs = await chat.offers(ADA, form, "pick.config", "config_x")
    environments = await chat.offers(ADA, form, "pick.environment", "prod")
    assert next(iter(configs)) == "config_x · Support reply"
    assert next(iter(environments)) == "production"
    came = await chat.submit(
        ADA,
        form,
        pick_config=configs["config_x · Support reply"],
        pick_environment=environments["production"],
        type_because="Answers sooner",
    )
    assert came == {"ok": True}
    card = await chat.hears(RAVI, "waiting for approval", "Answers sooner", private=False)
    await chat.press(RAVI, card, "Approve")
    await chat.card_says(card, "I read it back, and it took effect")


@pytest.mark.parametrize("verb", ["promote", "rollback", "deactivate"])
async def test_every_verb_that_changes_something_has_a_form(stage: Stage, verb: str) -> None:
    chat = stage.chat
    await chat.say(ADA, f"/{verb}")
    form = await chat.modal(ADA, "Project")
    project = (await chat.offers(ADA, form, "pick.project", "Refund"))["Refund triage"]
    places = await chat.offers(ADA, form, "pick.environment")
    values = {"pick_project": project, "pick_environment": places["production"]}
    if verb == "promote":
        same = await chat.submit(ADA, form, **values, pick_source=places["production"])
        assert same == {
            "ok": False,
            "errors": {"pick.environment": "This is the same environment as the other one. Pick a different one."},
        }
        values["pick_source"] = places["staging"]
    assert await chat.submit(ADA, form, **values) == {"ok": True}
    if verb == "rollback":
        await chat.is_told(ADA, "I don't know what was live there before")
    else:
        await chat.hears(RAVI, "waiting for approval", "Refund triage", private=False)


async def test_a_mention_in_a_thread_is_answered_there(stage: Stage) -> None:
    chat = stage.chat
    await chat.say(MIRA, "What about config_x?")
    root = (await chat.messages(MIRA))[-1]
    await chat.say(ADA, "@configbot deployments Support reply", thread_ts=root.raw["ts"])
    await chat.is_told(ADA, "What is live", "Support reply", thread_ts=root.raw["ts"])
    await chat.say(ADA, "@configbot deploy config_x to production", thread_ts=root.raw["ts"])
    card = await chat.hears(RAVI, "waiting for approval", private=False)
    assert card.raw.get("thread_ts") is None, "the card stands in the channel"
    told = await chat.is_told(
        ADA, "`ch-1` is waiting for 1 approval", "Its card has the buttons", thread_ts=root.raw["ts"]
    )
    await chat.press(ADA, told, "Show")
    await chat.modal(ADA, "config_x")


async def test_a_bare_mention_offers_help_and_a_form(stage: Stage) -> None:
    await stage.chat.say(ADA, "@configbot deploy")
    offer = await stage.chat.is_told(ADA, "form")
    await stage.chat.press(ADA, offer, next(name for name in offer.buttons() if "form" in name.lower()))
    await stage.chat.modal(ADA, "Deploy")
    await stage.chat.say(ADA, "@configbot")
    await stage.chat.is_told(ADA, "What you can type")


async def test_what_is_asked_in_a_direct_message_has_its_card_where_others_see_it(stage: Stage) -> None:
    chat, here = stage.chat, stage.workspace.im_of(ADA)
    await chat.say(ADA, "deployments Support reply", channel=here)
    await chat.hears(ADA, "What is live", channel=here)
    await chat.say(ADA, "deploy config_x to production", channel=here)
    await chat.hears(ADA, "`ch-1` is waiting for 1 approval", channel=here)
    card = await chat.hears(RAVI, "waiting for approval", private=False, channel=DEPLOYS)
    await chat.press(RAVI, card, "Approve")
    await chat.card_says(card, "I read it back, and it took effect")
