"""What a feature costs: one registration and its words. Nothing of the product is touched."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import slash_commands
from bot.domain.base import Outcome
from bot.domain.facts import Inspection
from bot.features.registration import Call, Line
from bot.grammar import language, parse, registered
from bot.grammar.commands import Command, Misunderstood, Name, Understood
from bot.services.slack import Person
from bot.settings import load
from bot.slack.manifest import manifest
from handlers import messages
from handlers.messages.blocks import Message, code, compose, section
from handlers.messages.rendering import renders
from tests.bot.commands import as_in_an_empty_shell, call
from tests.scenarios.chat import ADA
from tests.scenarios.conftest import stage
from tests.scenarios.stage import Stage, staged

__all__ = ["stage"]

# --- the feature -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ping(Command):
    """Call somebody's name."""

    name: Name


@dataclass(frozen=True, slots=True)
class Pong(Outcome):
    """The name came back."""

    name: str


async def ping(call: Call) -> Pong:
    return Pong(call.command.name.text)


PING = Line(
    key="ping",
    usage="ping NAME",
    does="Say a name back.",
    example="ping triage",
    command=Ping,
    group="More",
    slash="ping",
    may=lambda call: Inspection(call.actor),
    run=ping,
)


@renders(Pong)
def pong(result: Pong) -> Message:
    text = f"Pong, {code(result.name)}."
    return compose(text, section(text))


# --- the end of the feature ------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def pings() -> Iterator[None]:
    with registered(PING):
        yield


def test_the_feature_takes_forty_lines_at_most() -> None:
    source = Path(__file__).read_text().split("# --- ")[1]
    lines = [line for line in source.splitlines()[1:] if line.strip()]
    assert len(lines) <= 40
    assert ast.parse("\n".join(lines))


def test_it_is_in_help_and_in_the_manifest() -> None:
    assert "`ping NAME`" in str(messages.help_message(None).blocks)
    assert "Say a name back." in str(messages.help_message("ping").blocks)
    known = [(each.name, each.description, each.usage) for each in language().slash_commands]
    slash = {each["command"]: each for each in manifest(known)["features"]["slash_commands"]}
    assert slash["/ping"]["usage_hint"] == "NAME"
    assert slash["/ping"]["description"] == "Say a name back."


@pytest.mark.parametrize("chosen", ["", "ping"])
def test_the_command_line_prints_and_the_bot_takes_its_slash_command(
    chosen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the operator chooses the slash commands."""
    monkeypatch.chdir(tmp_path)
    with as_in_an_empty_shell():
        if chosen:
            monkeypatch.setenv("CONFIGBOT_COMMANDS", chosen)
        made = json.loads(call("manifest").stdout)
        commands = slash_commands(load("manifest").commands or (), "")
    assert "/ping" in [each["command"] for each in made["features"]["slash_commands"]]
    assert commands["/ping"] == "ping"


def test_it_is_parsed_and_a_slip_of_it_is_offered() -> None:
    parsed = parse("ping Refund triage")
    assert isinstance(parsed, Understood)
    assert parsed.readings == (Ping(Name("Refund triage")),)
    wrong = parse("pign triage")
    assert isinstance(wrong, Misunderstood)
    assert wrong.near[0] == "ping triage"
    missing = parse("ping")
    assert isinstance(missing, Misunderstood)
    assert (missing.problem, missing.usage) == ("missing_part", "ping NAME")


async def test_it_answers_in_the_playground(stage: Stage) -> None:
    await stage.chat.say(ADA, "/configbot ping triage")
    await stage.chat.is_told(ADA, "Pong, `triage`.")


async def test_it_is_explained_without_being_done(stage: Stage) -> None:
    await stage.chat.say(ADA, "/configbot explain ping triage")
    answer = await stage.chat.is_told(ADA, "ping triage")
    assert "Pong" not in answer.text


async def test_a_guest_is_refused(tmp_path: Path) -> None:
    guest = Person("U0GUS", "Gus Guest", is_restricted=True)
    async with staged(tmp_path, people=[guest]) as stage:
        await stage.chat.say(guest.id, "/configbot ping triage")
        answer = await stage.chat.is_told(guest.id, "guest")
    assert "Pong" not in answer.text


def test_two_lines_of_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="ping is registered twice"), registered(PING):
        pytest.fail("it was registered")
