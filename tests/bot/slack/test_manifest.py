"""A manifest that Slack takes: its limits, and the reserved names that its own schema does not know."""

from __future__ import annotations

import json
import re

import pytest

from bot.services.slack import Bot
from bot.slack.manifest import EVENTS, RESERVED, SCOPES, ManifestError, command_name, manifest

COMMANDS = [
    ("configbot", "Anything that configbot understands", "deploy CONFIG to ENV"),
    ("deploy", "Make a config live", "CONFIG to ENV"),
    ("approvals", "What waits for you", ""),
]


def test_a_manifest_for_socket_mode_holds_no_address() -> None:
    document = manifest(COMMANDS)

    assert document["settings"]["socket_mode_enabled"] is True
    assert not re.search(r"https?:|_url", json.dumps(document))


def test_a_manifest_for_http_names_the_address_everywhere() -> None:
    document = manifest(COMMANDS, http_url="https://bot.example.com/")

    address = "https://bot.example.com/slack/events"
    settings = document["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == address
    assert settings["interactivity"]["request_url"] == address
    assert settings["interactivity"]["message_menu_options_url"] == address
    assert {command["url"] for command in document["features"]["slash_commands"]} == {address}


def test_the_whole_address_may_be_given_as_well() -> None:
    document = manifest(COMMANDS, http_url="https://example.com/bot/slack/events")

    assert document["settings"]["interactivity"]["request_url"] == "https://example.com/bot/slack/events"


def test_the_home_tab_is_there_and_its_opening_is_heard() -> None:
    document = manifest(COMMANDS)

    assert document["features"]["app_home"]["home_tab_enabled"] is True
    assert "app_home_opened" in document["settings"]["event_subscriptions"]["bot_events"]


def test_people_arrive_as_ids() -> None:
    assert all(command["should_escape"] for command in manifest(COMMANDS)["features"]["slash_commands"])


def test_every_command_is_registered_with_the_prefix() -> None:
    commands = manifest(COMMANDS, prefix="acorn-")["features"]["slash_commands"]

    assert [command["command"] for command in commands] == ["/acorn-configbot", "/acorn-deploy", "/acorn-approvals"]
    assert commands[0]["usage_hint"] == "deploy CONFIG to ENV"
    assert "usage_hint" not in commands[2]
    assert command_name("/deploy") == "/deploy"


def test_only_keys_of_the_schema_are_used() -> None:
    document = manifest(COMMANDS, http_url="https://bot.example.com")

    assert set(document) == {"_metadata", "display_information", "features", "oauth_config", "settings"}
    assert document["_metadata"] == {"major_version": 2}
    assert len(document["display_information"]["name"]) <= 35
    assert len(document["display_information"]["description"]) <= 140
    assert set(document["features"]) == {"app_home", "bot_user", "slash_commands"}
    assert set(document["settings"]) == {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
    }


def test_every_event_has_the_scope_that_it_needs() -> None:
    needs = {"app_home_opened": set(), "app_mention": {"app_mentions:read"}, "message.im": {"im:history"}}

    assert set().union(*(needs[event] for event in EVENTS)) <= set(SCOPES)
    assert manifest(COMMANDS)["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)


def test_the_playground_grants_what_the_manifest_asks_for_and_nothing_else() -> None:
    """Otherwise something would work there that Slack refuses."""
    assert Bot().scopes == SCOPES


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_refuses_a_name_that_slack_keeps_for_itself(name: str) -> None:
    with pytest.raises(ManifestError, match=f"^/{name}: Slack reserves this name"):
        manifest([(name, "x", "")])

    assert manifest([(name, "x", "")], prefix="acorn-")


@pytest.mark.parametrize(
    ("commands", "problem"),
    [
        ([], "0 commands: Slack accepts 1 to 50"),
        ([(f"c{n}", "x", "") for n in range(51)], "51 commands: Slack accepts 1 to 50"),
        ([("a" * 32, "x", "")], "33 characters; Slack accepts 32"),
        ([("Deploy", "x", "")], "/Deploy: use only lower-case letters"),
        ([("de ploy", "x", "")], "/de ploy: use only lower-case letters"),
        ([("deploy", "x", ""), ("/deploy", "y", "")], "/deploy: listed twice"),
    ],
)
def test_refuses_commands_that_slack_would_refuse(commands: list[tuple[str, str, str]], problem: str) -> None:
    with pytest.raises(ManifestError, match=re.escape(problem)):
        manifest(commands)


@pytest.mark.parametrize(
    "address", ["http://bot.example.com", "bot.example.com", "https://", "https://u:p@h", "https://h?x"]
)
def test_refuses_an_address_that_slack_cannot_use(address: str) -> None:
    with pytest.raises(ManifestError, match="must begin with https://"):
        manifest(COMMANDS, http_url=address)


def test_refuses_a_name_of_the_app_that_is_too_long() -> None:
    with pytest.raises(ManifestError, match="36 characters"):
        manifest(COMMANDS, name="c" * 36)


def test_says_every_problem_at_once() -> None:
    with pytest.raises(ManifestError) as raised:
        manifest([("status", "x", ""), ("UP", "x", "")], http_url="nowhere")

    assert len(str(raised.value).splitlines()) == 3


def test_long_words_are_cut_where_slack_cuts_them() -> None:
    command = manifest([("deploy", "d" * 3000, "u" * 3000)])["features"]["slash_commands"][0]

    assert (len(command["description"]), len(command["usage_hint"])) == (2000, 1000)
