"""Names of every kind, which the registry takes and so must we: they can be deployed, typed again, and do no harm."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.scenarios.chat import ADA, MIRA, RAVI
from tests.scenarios.stage import Stage, staged

pytestmark = pytest.mark.asyncio(loop_scope="module")

NASTY = (
    "n" * 300,
    "🚀 rocket 🧑‍🚀",
    'the "good" one',
    "line one\nline two",
    "<!channel> <@U0ADA>",
    "*bold* _and_ `code` ~struck~ & <b>",
    "to production",
    "a" * 120 + " because of <https://evil.example|this>",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("names")) as made:
        yield made


@pytest.mark.parametrize("name", NASTY)
async def test_a_name_of_any_kind_can_be_deployed_and_does_no_harm(shared: Stage, name: str) -> None:
    shared.clock.move(minutes=1)  # cards keep to Slack's pace, and this clock stands still
    project, registry = f"{name} project", shared.registry
    await registry.create(project, "before", name)
    await shared.bot.ctx.index.refresh()
    configs = await registry.call("GET", f"/projects/{await registry.project_id(project)}/configs")
    config_id = next(each["config"]["id"] for each in configs if each["config"]["name"] == name)
    card = await shared.chat.asks(f"/deploy {config_id} to production because {name}")
    whole = f"{card.text} {card.body()}"
    for alive in ("<!channel>", "<@U0ADA> ", "<https://evil"):
        assert alive not in whole.replace("<@U0ADA> wants", "")
    await shared.chat.press(RAVI, card, "Approve")
    live = await shared.chat.card_says(card, "I read it back, and it took effect")
    assert await registry.live(project) == name
    number = live.text.split("`")[1]
    await shared.chat.press(ADA, live, "Undo")
    await shared.chat.hears(
        ADA, f"ch-{int(number[3:]) + 1}", "undo the last change", "I read it back, and it took effect"
    )
    assert "What is live" in (await shared.chat.answered(MIRA, "/deployments")).text
    assert "History" in (await shared.chat.answered(MIRA, f"/configbot change {number}")).body()


@pytest.mark.parametrize("name", [name for name in NASTY if "\n" not in name])
async def test_a_line_that_the_bot_offers_can_be_typed_again(shared: Stage, name: str) -> None:
    shared.clock.move(minutes=1)  # as above
    await shared.registry.create(name, "before", "after")
    await shared.bot.ctx.index.refresh()
    configs = await shared.registry.call("GET", f"/projects/{await shared.registry.project_id(name)}/configs")
    after = next(each["config"]["id"] for each in configs if each["config"]["name"] == "after")
    question = await shared.chat.answered(ADA, f"/deploy {after}")
    assert "Which environment do you mean?" in question.text
    before = len(await shared.chat.said(ADA))
    await shared.chat.press(ADA, question, "production")
    card = await shared.chat.hears(ADA, "waiting for approval", "`before` → `after` in `production`", private=False)
    assert len(await shared.chat.said(ADA)) == before + 1
    await shared.chat.press(ADA, card, "Withdraw")
    await shared.chat.card_says(card, "Withdrawn")
