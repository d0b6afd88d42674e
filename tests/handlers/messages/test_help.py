from __future__ import annotations

import pytest

from bot.grammar import Syntax, language
from handlers import ids, messages
from handlers.ids import Action
from tests.handlers.messages.checking import check
from tests.handlers.messages.reading import buttons, read

LINES = language().lines


def test_every_line_of_the_language_has_a_heading() -> None:
    for line in LINES:
        assert line.heading, line.key


def test_the_overview_shows_every_line_that_works_once() -> None:
    made = messages.help_message(None, commands=[f"/{command.name}" for command in language().slash_commands])
    check(made)
    said = read(made)
    for line in LINES:
        if line.ready:
            assert said.count(f"`{line.usage}`") == 1, line.key
    assert "`/deploy`" in said


def test_the_overview_says_what_is_not_built_yet() -> None:
    said = read(messages.help_message("  "))
    for line in LINES:
        if not line.ready:
            assert f"`{line.key}`" in said.split("I understand these, but can't do them yet:")[1]
    assert "Also as slash commands" not in said


def test_an_overview_of_lines_that_all_work_has_nothing_to_add() -> None:
    lines = [line for line in LINES if line.key in ("deploy", "promote")]
    said = read(messages.help_message(None, lines))
    assert "*Change what is live*" in said
    assert "*Evaluations*" not in said


def test_the_overview_opens_a_form() -> None:
    found = buttons(messages.help_message(None))
    assert found["Deploy with a form"]["action_id"] == Action.OPEN_FORM
    assert found["Deploy with a form"]["value"] == ids.value("deploy")


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.key)
def test_help_on_a_line_shows_usage_meaning_and_an_example(line: Syntax) -> None:
    made = messages.help_message(line.key)
    check(made)
    said = read(made)
    assert f"`{line.usage}`" in said
    assert line.does in said
    assert f"For example: `{line.example}`" in said
    assert ("I can't do this yet." in said) == (not line.ready) or len(made.blocks) > 2


@pytest.mark.parametrize("word", ["/deploy", "Deploy", "roll back", "ai config update", "prompts"])
def test_help_understands_other_spellings(word: str) -> None:
    assert "Help on" in read(messages.help_message(word))


def test_help_on_an_unknown_word_says_where_to_look() -> None:
    made = messages.help_message("lunch")
    check(made)
    assert made.text == "I have no help on `lunch`. Type `help` to see everything you can type."


def test_a_mention_gets_a_button_that_opens_the_form() -> None:
    made = messages.open_form("rollback")
    check(made)
    assert buttons(made)["Open form"]["value"] == ids.value("rollback")
    assert buttons(messages.open_form("lunch"))["Open form"]["value"] == ids.value("deploy")
