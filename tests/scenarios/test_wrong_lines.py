"""Wrong lines, one after the other in one playground: each is answered, none does anything."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.scenarios.chat import ADA
from tests.scenarios.stage import Stage, staged

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("lines")) as made:
        yield made


@pytest.mark.parametrize(
    ("line", "words", "button"),
    [
        ("deploy config_xx to production", "There is no config `config_xx`", "config_x"),
        ("promote Suport reply from staging to production", "There is no project `Suport reply`", "Support reply"),
        ("deactivate Refund triag in production", "There is no project `Refund triag`", "Refund triage"),
        ("rollback Support reply in prodution", "There is no environment `prodution`", "production"),
        ("changes Suport reply", "There is no project `Suport reply`", "Support reply"),
        ("deployments Suport reply", "There is no project `Suport reply`", "Support reply"),
        ("explain deploy config_x to prodction", "There is no environment `prodction`", "production"),
    ],
)
async def test_an_unknown_name_offers_what_is_like_it(shared: Stage, line: str, words: str, button: str) -> None:
    before = len(await shared.chat.said(ADA))
    question = await shared.chat.answered(ADA, f"/configbot {line}")
    assert words in question.text
    changes = line.startswith(("deploy ", "promote ", "deactivate ", "rollback "))
    assert ("Nothing was deployed or changed" in question.text) is changes, "what only looks could not have done it"
    assert button in question.buttons()
    assert len(await shared.chat.said(ADA)) == before
    await shared.chat.press(ADA, question, button)
    await shared.rests()
    assert not any(words in answer.text for answer in await shared.chat.answers(ADA)), "the question is answered"
    assert not shared.line.writes


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("deploy zzzzzz to production", "There is no config `zzzzzz`"),
        ("deploy config_w to production", "Exactly this config is already live there"),
        ("deploy config_x of Refund triage to production", "`config_x` does not belong to `Refund triage`"),
        ("promote Support reply from production to production", "Both environments are the same"),
        ("promote Meeting notes from staging to production", "Nothing is live there"),
        ("deactivate Meeting notes in staging", "Nothing is live there"),
        ("change ch-999", "There is no change `ch-999`"),
        ("withdraw ch-999", "There is no change `ch-999`"),
        ("frobnicate everything", "I don't know `frobnicate`"),
        ("deploy to production", "Nothing was deployed or changed"),
        ("evaluation complete ev_nothing", "There is no evaluation `ev_nothing`"),
        ("lock production because Friday", "can't do it yet"),
        ("payload", "I don't know `payload`"),
        ("help deploy", "deploy CONFIG [of PROJECT] to ENV"),
        ("help nonsense", "help"),
        ("help", "What you can type"),
    ],
)
async def test_a_line_that_cannot_be_done_is_answered_and_does_nothing(shared: Stage, line: str, words: str) -> None:
    before = len(await shared.chat.said(ADA))
    answer = await shared.chat.answered(ADA, f"/configbot {line}")
    assert words in f"{answer.text} {answer.body()}"
    assert len(await shared.chat.said(ADA)) == before
    assert not shared.line.writes
