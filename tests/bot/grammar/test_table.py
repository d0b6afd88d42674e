"""The table of lines: complete, true to itself, and what help, commands and *not yet* make of it."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from bot.domain.times import In
from bot.grammar import COMMANDS, LINES, NOT_YET, Line, is_not_yet, line_of, parse, say, usage
from bot.grammar.commands import (
    Command,
    Deploy,
    Explain,
    Help,
    ListApprovals,
    ListChanges,
    Lock,
    Name,
    OpenForm,
    Reminders,
    ShowProject,
    Understood,
)
from bot.grammar.lines import FORMS, HEADS
from bot.grammar.patterns import heads, patterns
from bot.grammar.vocabulary import PLACES

x = Name("x")


def test_every_reading_has_a_line_and_every_line_a_reading() -> None:
    """A form is the one that has none: it is a first word with nothing behind it."""
    assert {line.reading for line in LINES} | {OpenForm} == set(get_args(Command))


def test_keys_are_unique_and_begin_the_usage() -> None:
    assert len({line.key for line in LINES}) == len(LINES)
    for line in LINES:
        assert line.usage.startswith(line.key)


def test_what_cannot_be_done_yet_is_in_the_table() -> None:
    assert {line.key for line in LINES} >= NOT_YET


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.key)
def test_an_example_means_its_line_first(line: Line) -> None:
    parsed = parse(line.example)
    assert isinstance(parsed, Understood)
    assert line_of(parsed.readings[0]) == line
    assert line.does.endswith(".")


@pytest.mark.parametrize("head", sorted(heads()))
def test_every_place_of_every_pattern_fills_a_field(head: str) -> None:
    for pattern in patterns(head):
        assert set(pattern.fields) <= set(pattern.line.reading.__dataclass_fields__)


def test_every_place_is_used() -> None:
    used = {part.text for head in heads() for pattern in patterns(head) for part in pattern.parts if part.is_place}
    assert used | {"REASON"} == set(PLACES)


def test_other_spellings_lead_to_first_words_of_lines() -> None:
    assert set(HEADS.values()) <= heads()
    assert heads() >= {form.split()[0] for form in FORMS}


def test_commands_are_those_that_are_registered() -> None:
    names = "deploy promote rollback deactivate project config evaluations approvals deployments configbot"
    assert sorted(command.name for command in COMMANDS) == sorted(names.split())
    for command in COMMANDS:
        assert command.description.endswith(".")
        assert 0 < len(command.usage) <= 1_000
    assert {line.key for line in LINES if line.has_command} >= {"deploy", "project show", "evaluation", "approvals"}
    assert not any(line.has_command for line in LINES if line.key in ("lock", "changes", "help"))


@pytest.mark.parametrize(
    ("text", "command", "reading"),
    [
        ("", None, Help()),
        ("", "configbot", Help()),
        ("  ", "configbot", Help()),
        ("", "deploy", OpenForm("deploy")),
        ("help", "deploy", Help("deploy")),
        ("config_x to production", "deploy", Deploy(Name("config_x"), environment=Name("production"))),
        ("", "project", OpenForm("project")),
        ("show x", "project", ShowProject(x)),
        ("", "config", OpenForm("config")),
        ("", "approvals", ListApprovals()),
        ("explain approvals", "configbot", Explain("approvals", (ListApprovals(),))),
        ("in x", "changes", ListChanges(environment=x)),
    ],
)
def test_a_slash_command_is_the_first_word_of_its_line(text: str, command: str | None, reading: Command) -> None:
    parsed = parse(text, command)
    assert isinstance(parsed, Understood)
    assert parsed.readings == (reading,)


@pytest.mark.parametrize(
    ("verb", "line"),
    [
        ("approvals", "approvals"),
        ("approval", "approvals"),
        ("project update", "project update PROJECT [FIELD=VALUE…]"),
        ("Project update", "project update PROJECT [FIELD=VALUE…]"),
        ("prompts", " · ".join(line.usage for line in LINES if line.key.startswith("project "))),
        ("roll back", "rollback PROJECT in ENV [to CONFIG] [at TIME | in DURATION] [because REASON]"),
        ("sing", ""),
        ("", ""),
    ],
)
def test_usage_of_a_word(verb: str, line: str) -> None:
    assert usage(verb) == line


@pytest.mark.parametrize(
    ("reading", "not_yet"),
    [
        (Deploy(x), False),
        (Deploy(x, when=In(timedelta(hours=2), "2h")), False),
        (ListApprovals(), False),
        (ShowProject(x), False),
        (Lock(x), True),
        (OpenForm("deploy"), False),
        (OpenForm("lock"), True),
        (Explain("approvals", (ListApprovals(),)), False),
        (Explain("lock x", (Lock(x),)), True),
        (Reminders("test"), False),
    ],
)
def test_says_what_cannot_be_done_yet(reading: Command, not_yet: bool) -> None:
    assert is_not_yet(reading) is not_yet


@pytest.mark.parametrize("reading", [Reminders("mute"), Reminders("test", x), Reminders("hum")])
def test_refuses_to_say_what_no_line_can_mean(reading: Command) -> None:
    with pytest.raises(ValueError, match="no line means this"):
        say(reading)


def test_says_even_a_name_that_no_line_can_hold() -> None:
    """A card must not fail because of what somebody called a config."""
    assert say(Deploy(Name(" "), environment=x)) == 'deploy " " to "x"'
