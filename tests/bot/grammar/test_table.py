"""The table of lines: complete, true to itself, and what help, commands and *not yet* make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.grammar import Language, Syntax, commands, language, parse, register, registered, say
from bot.grammar.commands import (
    Command,
    Deploy,
    Explain,
    Help,
    ListApprovals,
    ListChanges,
    Name,
    OpenForm,
    Reminders,
    ShowProject,
    Understood,
)
from bot.grammar.vocabulary import PLACES

x = Name("x")

LINES = language().lines


def test_every_command_has_a_line_and_every_line_a_command() -> None:
    """A form is the one that has none: it is a first word with nothing behind it."""
    kinds = [kind for kind in vars(commands).values() if isinstance(kind, type)]
    built_in = {kind for kind in kinds if issubclass(kind, Command)} - {Command}
    assert {line.command for line in LINES} | {OpenForm} == built_in


def test_keys_are_unique_and_begin_the_usage() -> None:
    assert len({line.key for line in LINES}) == len(LINES)
    for line in LINES:
        assert line.usage.startswith(line.key)


def test_only_locks_cannot_be_done_yet() -> None:
    assert [line.key for line in LINES if not line.ready] == ["lock", "unlock"]


def test_a_key_is_taken_once() -> None:
    with pytest.raises(ValueError, match="deploy is registered twice"):
        register(LINES[0])
    assert language().lines == LINES


def test_a_place_that_fills_no_field_is_refused_when_the_line_is_registered() -> None:
    odd = Syntax(key="sing", usage="sing EVALUATION", does="Sing.", example="sing ev_1", command=Command, group="More")
    with pytest.raises(ValueError, match="its command has no evaluation"), registered(odd):
        pytest.fail("it was registered")
    assert language().lines == LINES


@dataclass(frozen=True, slots=True)
class Sing(Command):
    """A song by its name."""

    name: Name


SING = Syntax(key="sing", usage="sing NAME", does="Sing.", example="sing x", command=Sing, group="More", slash="sing")


def test_a_sound_line_is_registered() -> None:
    with registered(SING):
        assert language().lines == (*LINES, SING)


@pytest.mark.parametrize(
    ("different", "problem"),
    [
        ({"usage": "sing GIZMO"}, "its command has no gizmo"),
        ({"also": ("sing [NAME]",)}, "its command needs name"),
        ({"fixed": {"verb": "low"}}, "its command has no verb"),
        ({"key": "hum"}, "its usage does not begin with its first word"),
        ({"usage": ""}, "its usage does not begin with its first word"),
        ({"usage": "sing [NAME"}, "'sing .NAME' cannot be read from character 6 on"),
        ({"also": ("sing NAME]",)}, "'sing NAME.' cannot be read from character 9 on"),
        ({"does": ""}, "help needs its words"),
        ({"example": ""}, "help needs its words"),
        ({"group": ""}, "help needs its words"),
        ({"spellings": ("s i ng",)}, "a spelling has one word or two"),
        ({"slash": "configbot"}, "every line is typed behind /configbot"),
    ],
)
def test_a_line_that_could_not_be_typed_or_explained_is_refused(different: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=f"registering .*: {problem}"), registered(replace(SING, **different)):
        pytest.fail("it was registered")
    assert language().lines == LINES


@pytest.mark.parametrize(
    ("different", "problem"),
    [
        ({"usage": "sing CONFIG", "command": Deploy}, "registering sing: it is parsed into the command of deploy"),
        ({"opens_form": ("deploy",)}, "registering sing: deploy opens the form of deploy"),
        ({"slash": "deploy"}, "registering sing: /deploy is the slash command of deploy"),
        ({"spellings": ("roll back",)}, "registering sing: roll back is a spelling of rollback"),
        ({"spellings": ("projects",)}, "registering sing: projects is a spelling of project create"),
        ({"spellings": ("deploy",)}, "deploy is a first word and a spelling of another"),
    ],
)
def test_a_line_that_takes_what_another_has_is_refused(different: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem), registered(replace(SING, **different)):
        pytest.fail("it was registered")
    assert language().lines == LINES


def test_a_language_without_lines_says_what_to_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.grammar.lines._current", Language(()))
    with pytest.raises(RuntimeError, match=r"import bot\.features"):
        parse("deploy x")


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.key)
def test_an_example_means_its_line_first(line: Syntax) -> None:
    parsed = parse(line.example)
    assert isinstance(parsed, Understood)
    assert language().line_of(parsed.readings[0]) == line
    assert line.does.endswith(".")


@pytest.mark.parametrize("head", sorted(language().heads))
def test_every_place_of_every_pattern_fills_a_field(head: str) -> None:
    for pattern in language().patterns(head):
        assert set(pattern.fields) <= set(pattern.line.command.__dataclass_fields__)


def test_every_place_is_used() -> None:
    used = {
        part.text
        for head in language().heads
        for pattern in language().patterns(head)
        for part in pattern.parts
        if part.is_place
    }
    assert used | {"REASON"} == set(PLACES)


def test_other_spellings_lead_to_first_words_of_lines() -> None:
    assert set(language().spellings.values()) <= language().heads
    assert language().heads >= {form.split()[0] for form in language().forms}


def test_commands_are_those_that_are_registered() -> None:
    names = "deploy promote rollback deactivate project config evaluations approvals deployments configbot"
    assert sorted(command.name for command in language().slash_commands) == sorted(names.split())
    for command in language().slash_commands:
        assert command.description.endswith(".")
        assert 0 < len(command.usage) <= 1_000
    assert {line.key for line in LINES if line.slash_command} >= {"deploy", "project show", "evaluation", "approvals"}
    assert not any(line.slash_command for line in LINES if line.key in ("lock", "changes", "help"))


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
    assert language().usage(verb) == line


@pytest.mark.parametrize("reading", [Reminders("mute"), Reminders("test", x), Reminders("hum")])
def test_refuses_to_say_what_no_line_can_mean(reading: Command) -> None:
    with pytest.raises(ValueError, match="no line means this"):
        say(reading)


def test_says_even_a_name_that_no_line_can_hold() -> None:
    """A card must not fail because of what somebody called a config."""
    assert say(Deploy(Name(" "), environment=x)) == 'deploy " " to "x"'
