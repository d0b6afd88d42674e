"""Names, ids and values that do not fit, typed over a real registry: a clear sentence each, and nothing is changed."""

from __future__ import annotations

import pytest

from tests.scenarios.chat import ADA, Chat, Line
from tests.scenarios.stage import Stage

NAMES = {
    '/project create ""': "`NAME` is missing",
    '/project create "   "': "`NAME` is missing",
    "/project create Support reply": "There's already a project called `Support reply`",
    '/project create "SUPPORT REPLY\\"': "never closed",
    "/project create " + "x" * 10_240: "The line is too long",
    '/project update Support reply name=""': "A name needs visible letters",
    "/project update Support reply name=Meeting notes": "There's already a project called `Meeting notes`",
    '/project update Support reply name="Support reply"': "Everything is already like that",
    "/project update Support reply directory=root": "`root` is not the id of a directory",
    "/project update Support reply directory=pr_1": "`pr_1` is not the id of a directory",
    "/project update Support reply colour=red": "I can't set `colour`",
    "/project update Support reply name=a name=b": "You named `name` twice",
    "/project update Support reply active=config_x name=b": "`active` has to be alone on its line",
    "/project update Support reply active=nope": "There is no config `nope`",
}
IDS = {
    "/project show pr_0000000000000000000aB": "There is no project `pr_0000000000000000000aB`",
    "/project show ev_0": "There is no project `ev_0`",
    "/config show ev_0": "There is no config `ev_0`",
    "/config list ../../projects": "There is no project `../../projects`",
    "/config diff config_x with pr_0": "There is no config `pr_0`",
    "/configbot evaluation ev_0": "There is no evaluation `ev_0`",
    "/configbot evaluation complete pr_0": "There is no evaluation `pr_0`",
    "/configbot evaluation complete ev_0;drop": "There is no evaluation `ev_0;drop`",
    "/configbot evaluation reopen config_x": "There is no evaluation `config_x`",
    "/configbot change ch-9999999": "There is no change `ch-9999999`",
    "/evaluations Support reply runing": "There is no project `Support reply runing`",
}
LOOKS = (
    "/project show",
    "/config show",
    "/config list",
    "/config diff",
    "/configbot evaluation ev_",
    "/configbot change ",
    "/evaluations",
)
"""Lines that change nothing anyway, so that there is nothing to say of it."""


@pytest.mark.parametrize("lines", [NAMES, IDS], ids=["names", "ids"])
async def test_what_does_not_fit_is_said_and_changes_nothing(stage: Stage, lines: dict[str, str]) -> None:
    before = await stage.registry.projects()
    for line, said in lines.items():
        answer = await stage.chat.answered(ADA, line)
        assert said in answer.text, line[:80]
        assert ("Nothing was" in answer.text) is not line.startswith(LOOKS), line[:80]

    assert await stage.registry.projects() == before
    assert not stage.line.writes
    assert await stage.chat.said(ADA) == []


READABLE = ("a/b", "../etc", "ключ 🔑", "100 % of & <b>", "' OR 1=1 --", "in production")


async def pressed(chat: Chat, line: Line, button: str) -> Line:
    """Press a button, and wait for the new answer that it brings."""
    before = {found.raw["ts"] for found in await chat.answers(ADA)}
    await chat.press(ADA, line, button)
    return await chat.wait_for(ADA, lambda found: found.private and found.raw["ts"] not in before)


async def test_a_name_may_hold_anything_that_can_be_read(stage: Stage) -> None:
    for name in READABLE:
        shown = await stage.chat.answered(ADA, f'/project create "{name}"')
        made = await pressed(stage.chat, shown, "Make it")
        assert made.text.startswith("I created the project ")

    assert set(READABLE) <= set(await stage.registry.projects())
    answer = await stage.chat.answered(ADA, '/project show "in production"')
    assert answer.text.startswith("`in production` has 0 configs")
