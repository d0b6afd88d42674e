"""Looking at configs, projects and evaluations, and making projects, in conversations over a real registry."""

from __future__ import annotations

from tests.scenarios.chat import ADA, RAVI
from tests.scenarios.stage import Stage


async def test_a_config_is_looked_at_from_the_list_of_its_project(stage: Stage) -> None:
    chat = stage.chat
    listed = await chat.answered(ADA, "/config list support reply")
    assert listed.text.startswith("5 configs of `Support reply`")

    await chat.press(ADA, listed, "Show")
    shown = await chat.is_told(ADA, "Its content", "{{question}}")
    assert "against" in shown.text

    compared = await chat.answered(ADA, "/config diff config_w with config_x")
    assert "They differ in: settings (`model`" in compared.text
    assert await chat.said(ADA) == [], "nobody else is told"


async def test_an_evaluation_is_completed_from_its_page_and_reopened(stage: Stage) -> None:
    chat = stage.chat
    project = await chat.answered(ADA, "/project show onboarding guide")
    assert "1 evaluation is running." in project.text

    await chat.say(ADA, "/evaluations onboarding guide running")
    runs = await chat.is_told(ADA, "1 running evaluation of `Onboarding guide`")
    await chat.press(ADA, runs, "Show")
    shown = await chat.is_told(ADA, "Dataset: `First-week questions`", "Reviewed by a person")
    await chat.press(ADA, shown, "Mark completed")
    done = await chat.is_told(ADA, "is now completed. I read it back")
    evaluation = done.text.split("`")[1]

    await chat.say(ADA, f"/configbot evaluation reopen {evaluation}")
    await chat.is_told(ADA, f"Evaluation `{evaluation}`", "in `Onboarding guide` is now running again.")


async def test_a_project_is_made_renamed_and_used(stage: Stage) -> None:
    chat = stage.chat
    shown = await chat.answered(ADA, "/project create Returns in chat in dir_1a2b")
    assert shown.text.startswith("Create the project `Returns in chat`?")
    await chat.press(ADA, shown, "Make it")
    await chat.is_told(ADA, "I created the project `Returns in chat`.")

    change = await chat.answered(ADA, '/project update "Returns in chat" name=Returns')
    assert "won't find it any more" in change.text
    await chat.press(ADA, change, "Change it")
    await chat.is_told(ADA, "I changed the project `Returns`.")
    await chat.say(ADA, "/config list returns")
    await chat.is_told(ADA, "`Returns` has no configs.")


async def test_making_a_config_active_is_a_deploy_to_the_default_environment(stage: Stage) -> None:
    await stage.chat.say(ADA, "/project update support reply active=config_x")
    card = await stage.chat.hears(RAVI, "waiting for approval", "config_x", private=False)
    assert "`config_w` → `config_x` in `production`" in card.body()
    assert await stage.registry.live("Support reply") == "config_w"
