"""The page of all messages is complete, and nothing on it is said in the old dialect."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.domain.changes import Event, State
from bot.domain.errors import Code, Fault, ResolvableBy
from handlers.messages import errors, refusals, rendering, words
from tests.architecture import messages as page
from tests.scenarios.chat import ADA, RAVI


@pytest.fixture(scope="module")
def everything() -> str:
    return page.everything()


def headings(text: str) -> set[str]:
    return set(re.findall(r"^\[(.+)\]$", text, re.MULTILINE))


def test_every_message_that_is_registered_stands_on_the_page(everything: str) -> None:
    shown = headings(everything)
    assert {code.value for code in Code} <= shown
    assert {fault.value for fault in Fault} <= shown
    assert set(errors.MISUNDERSTANDINGS) <= shown
    assert {kind.__name__ for kind in rendering.rendered()} <= shown
    assert {event.value for event in Event} <= shown
    assert {f"missed: {state}" for state in State} <= shown
    assert {f"card: deploy, {state}" for state in State} <= shown
    assert {name.replace("_", " ") for name in page.offered()} <= shown


def test_every_heading_has_something_below_it_once(everything: str) -> None:
    """Each kind of answer shows at least one line of its own, so that no heading is there for nothing."""
    for kind in rendering.rendered():
        below = everything.partition(f"\n[{kind.__name__}]\n")[2].partition("\n[")[0]
        assert below.strip(), kind


@pytest.mark.parametrize("code", refusals.ABOUT_REQUESTER)
def test_what_others_read_about_a_person_names_them(everything: str, code: Code) -> None:
    below = everything.partition(f"\n[{code.value}]\n")[2].partition("\n[")[0].splitlines()
    assert any("@Ada" in line and "the change" in line for line in below)


def test_everybody_who_can_lift_a_refusal_is_found_where_reasons_are_made() -> None:
    found = page.lifters()
    assert set().union(*found.values()) == set(ResolvableBy)
    assert found[Code.OWN_CHANGE] == {ResolvableBy.APPROVER}
    assert found[Code.OPEN_CHANGE] == {ResolvableBy.REQUESTER}
    assert found[Code.NOT_REQUESTER] == {ResolvableBy.REQUESTER}, "one of two codes by a name"
    assert found[Code.GUARDED_ROLLOUT] == {ResolvableBy.OPERATOR}, "a code from a table"


@pytest.mark.parametrize("code", Code)
def test_a_refusal_says_who_can_help(everything: str, code: Code) -> None:
    below = everything.partition(f"\n[{code.value}]\n")[2].partition("\n[")[0]
    wanted = {refusals.WHO_CAN_HELP[each] for each in page.lifters()[code]} - {""}
    assert {words for words in refusals.WHO_CAN_HELP.values() if words and words in below} == wanted


def test_nothing_is_said_in_riddles(everything: str) -> None:
    """Phrases that a tired reader would have to read twice; each stood in a message once."""
    said = re.sub(r"`[^`\n]*`", "", everything)
    riddles = ("has no say", "nowhere to stand", "database of configbot", "came of it", "Whoever asked", "ask anew")
    assert [riddle for riddle in riddles if riddle in said] == []


def test_no_fact_is_left_unfilled(everything: str) -> None:
    shown = everything.partition("\nWORDS\n")[0]
    assert not re.search(r"\{[a-z_]+\}", shown)
    assert set(words.STATES) == set(State)


@pytest.mark.asyncio
async def test_a_conversation_is_printed_as_it_is_read(tmp_path: Path) -> None:
    script = ((ADA, "/deploy config_x to production"), (ADA, "[Approve]"), (RAVI, "[Approve]"))
    told = await page.conversation(tmp_path, script)
    assert "Ada: /deploy config_x to production" in told
    assert "(only you see this) ⛔" in told
    assert "Approved by @Ravi" in told
