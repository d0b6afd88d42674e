"""What Slack sends becomes typed, or is refused; nothing half understood goes on."""

from __future__ import annotations

import time
from typing import Any

import pytest

from handlers.payloads import (
    BadPayload,
    HomeOpened,
    click,
    home_opened,
    mention,
    options_request,
    slash_command,
    submission,
    unescaped,
    without_mention,
)

COMMAND = {
    "token": "verification",
    "team_id": "T0ACORN",
    "team_domain": "acorn",
    "channel_id": "C0DEPLOYS",
    "channel_name": "deploys",
    "user_id": "U0ADA",
    "user_name": "ada",
    "command": "/deploy",
    "text": "triage-v4 to production because &lt;2% &amp; falling",
    "is_enterprise_install": "false",
    "response_url": "https://hooks.slack.com/commands/T0ACORN/1/x",
    "trigger_id": "1.2.3",
}

CLICK: dict[str, Any] = {
    "type": "block_actions",
    "team": {"id": "T0ACORN", "domain": "acorn"},
    "enterprise": None,
    "user": {"id": "U0RAVI", "username": "ravi", "team_id": "T0ACORN"},
    "container": {
        "type": "message",
        "message_ts": "1763700000.000100",
        "channel_id": "C0DEPLOYS",
        "is_ephemeral": False,
        "thread_ts": "1763699999.000100",
    },
    "channel": {"id": "C0DEPLOYS", "name": "deploys"},
    "message": {"ts": "1763700000.000100", "text": "…"},
    "response_url": "https://hooks.slack.com/actions/T0ACORN/1/x",
    "trigger_id": "1.2.3",
    "actions": [
        {"action_id": "change.approve", "block_id": "decide", "type": "button", "value": "1:01J", "action_ts": "1"}
    ],
}

VIEW: dict[str, Any] = {
    "id": "V01",
    "type": "modal",
    "callback_id": "form.deploy",
    "private_metadata": "deploy/C0DEPLOYS",
    "hash": "1.a",
    "state": {
        "values": {
            "pick.config": {
                "pick.config": {"type": "external_select", "selected_option": {"text": {}, "value": "config_x"}}
            },
            "pick.source": {"pick.source": {"type": "static_select", "selected_option": None}},
            "type.because": {"type.because": {"type": "plain_text_input", "value": "a & b"}},
            "who": {"who": {"type": "users_select", "selected_user": "U0MIRA"}},
        }
    },
}

SUBMISSION: dict[str, Any] = {
    "type": "view_submission",
    "team": {"id": "T0ACORN", "domain": "acorn"},
    "user": {"id": "U0ADA", "team_id": "T0ACORN"},
    "view": VIEW,
    "trigger_id": "1.2.3",
}

MENTION: dict[str, Any] = {
    "type": "event_callback",
    "team_id": "T0ACORN",
    "event_id": "Ev01",
    "authorizations": [{"enterprise_id": None, "team_id": "T0ACORN", "user_id": "U0BOT", "is_bot": True}],
    "event": {
        "type": "app_mention",
        "user": "U0ADA",
        "team": "T0ACORN",
        "channel": "C0DEPLOYS",
        "text": "<@U0BOT> deploy triage-v4 to production",
        "ts": "1763700000.000200",
        "thread_ts": "1763700000.000100",
    },
}


def heard(**event: Any) -> dict[str, Any]:
    return MENTION | {"event": MENTION["event"] | event}


# Slash commands


def test_a_command_is_read_with_its_text_as_slack_sends_it() -> None:
    command = slash_command(COMMAND)

    assert (command.org, command.team, command.user_id) == ("T0ACORN", "T0ACORN", "U0ADA")
    assert command.channel == "C0DEPLOYS"
    assert (command.command, command.text) == ("/deploy", "triage-v4 to production because &lt;2% &amp; falling")
    assert command.trigger_id == "1.2.3"


def test_a_bare_command_has_an_empty_text() -> None:
    assert slash_command(COMMAND | {"text": ""}).text == ""
    assert slash_command({name: value for name, value in COMMAND.items() if name != "text"}).text == ""


def test_on_grid_the_enterprise_is_the_organisation() -> None:
    command = slash_command(COMMAND | {"enterprise_id": "E0ACORN", "team_id": "T0OTHER"})

    assert (command.org, command.team) == ("E0ACORN", "T0OTHER")


def test_no_address_and_no_trigger_is_in_a_repr() -> None:
    assert "hooks.slack.com" not in repr(slash_command(COMMAND)) + repr(click(CLICK))
    assert "1.2.3" not in repr(slash_command(COMMAND)) + repr(click(CLICK)) + repr(submission(SUBMISSION))


def test_reading_a_command_costs_next_to_nothing() -> None:
    """It stands before the acknowledgement: under 50 µs, in the best of several rounds, for the machine is shared."""
    rounds = []
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(100):
            slash_command(COMMAND)
        rounds.append((time.perf_counter() - started) / 100)

    assert min(rounds) < 50e-6


# Clicks


def test_a_click_is_read() -> None:
    found = click(CLICK)

    assert (found.org, found.team, found.user_id, found.user_team) == ("T0ACORN", "T0ACORN", "U0RAVI", "T0ACORN")
    assert (found.channel, found.message_ts, found.thread_ts) == ("C0DEPLOYS", "1763700000.000100", "1763699999.000100")
    assert (found.action_id, found.block_id, found.value, found.selected) == ("change.approve", "decide", "1:01J", None)
    assert found.response_url == "https://hooks.slack.com/actions/T0ACORN/1/x"
    assert (found.is_ephemeral, found.view_id, found.view_state) == (False, None, {})


def test_a_click_on_an_ephemeral_message_has_no_message_to_edit() -> None:
    body = CLICK | {"container": CLICK["container"] | {"is_ephemeral": True}}
    del body["message"]

    found = click(body)

    assert (found.is_ephemeral, found.message_ts, found.channel) == (True, None, "C0DEPLOYS")


def test_a_click_whose_channel_stands_only_in_the_container_is_read() -> None:
    body = {name: part for name, part in CLICK.items() if name not in ("channel", "message")}

    assert (click(body).channel, click(body).message_ts) == ("C0DEPLOYS", "1763700000.000100")


def test_a_reply_in_a_thread_is_known_by_its_message_too() -> None:
    body = CLICK | {"container": {"type": "message"}, "message": {"ts": "2.1", "thread_ts": "1.1"}}

    assert (click(body).message_ts, click(body).thread_ts) == ("2.1", "1.1")


def test_a_click_in_a_modal_brings_what_stands_in_it() -> None:
    body = {name: part for name, part in CLICK.items() if name not in ("channel", "message", "response_url")}
    body |= {"container": {"type": "view", "view_id": "V01"}, "view": VIEW}

    found = click(body)

    assert (found.channel, found.message_ts, found.response_url, found.view_id) == (None, None, None, "V01")
    assert found.view_state == {"pick.config": "config_x", "type.because": "a & b", "who": "U0MIRA"}


@pytest.mark.parametrize(
    ("element", "selected"),
    [
        ({"selected_option": {"value": "tomorrow"}}, "tomorrow"),
        ({"selected_user": "U0MIRA"}, "U0MIRA"),
        ({"selected_conversation": "C0EVALS"}, "C0EVALS"),
        ({"selected_date": "2026-11-23"}, "2026-11-23"),
        ({"selected_option": None}, None),
    ],
)
def test_a_choice_is_read(element: dict[str, Any], selected: str | None) -> None:
    action = {"action_id": "a", "block_id": "b", "type": "static_select"} | element

    assert click(CLICK | {"actions": [action]}).selected == selected


def test_a_click_from_another_team_of_the_same_grid_keeps_both_teams() -> None:
    body = CLICK | {
        "enterprise": {"id": "E0ACORN", "name": "Acorn"},
        "user": {"id": "U0RAVI", "team_id": "T0OTHER"},
    }

    found = click(body)

    assert (found.org, found.team, found.user_team) == ("E0ACORN", "T0ACORN", "T0OTHER")


def test_the_enterprise_may_stand_in_the_team() -> None:
    assert click(CLICK | {"team": {"id": "T0ACORN", "enterprise_id": "E0ACORN"}}).org == "E0ACORN"


def test_with_an_org_wide_installation_the_team_is_the_persons() -> None:
    found = click(CLICK | {"team": None, "enterprise": {"id": "E0ACORN"}})

    assert (found.org, found.team, found.user_team) == ("E0ACORN", "T0ACORN", "T0ACORN")


def test_a_person_without_a_team_is_of_the_team_of_the_click() -> None:
    assert click(CLICK | {"user": {"id": "U0RAVI"}}).user_team == "T0ACORN"


# Modals


def test_a_modal_is_read() -> None:
    found = submission(SUBMISSION)

    assert (found.org, found.user_id, found.user_team, found.view_id) == ("T0ACORN", "U0ADA", "T0ACORN", "V01")
    assert (found.callback_id, found.private_metadata) == ("form.deploy", "deploy/C0DEPLOYS")
    assert found.values == {"pick.config": "config_x", "type.because": "a & b", "who": "U0MIRA"}
    assert found.blocks["pick.source"] == "pick.source"


def test_a_modal_without_inputs_has_no_values() -> None:
    found = submission(SUBMISSION | {"view": {"id": "V01", "callback_id": "change.review"}, "trigger_id": None})

    assert (found.values, found.private_metadata, found.trigger_id) == ({}, "", "")


def test_a_search_in_a_select_is_read() -> None:
    body = {
        "type": "block_suggestion",
        "team": {"id": "T0ACORN"},
        "user": {"id": "U0ADA"},
        "action_id": "pick.config",
        "block_id": "pick.config",
        "value": "triage &amp; co",
        "view": VIEW,
    }

    found = options_request(body)

    assert (found.action_id, found.block_id, found.query) == ("pick.config", "pick.config", "triage & co")
    assert found.view_state["pick.config"] == "config_x"
    assert options_request(body | {"view": None, "value": ""}).view_state == {}


# Mentions and direct messages


def test_a_mention_is_read_without_the_bots_own_name() -> None:
    found = mention(MENTION, bot_user_id="U0BOT")

    assert found is not None
    assert (found.org, found.team, found.channel, found.user_id) == ("T0ACORN", "T0ACORN", "C0DEPLOYS", "U0ADA")
    assert (found.text, found.ts) == ("deploy triage-v4 to production", "1763700000.000200")
    assert (found.thread_ts, found.event_id, found.is_direct) == ("1763700000.000100", "Ev01", False)


def test_a_direct_message_is_read() -> None:
    body = heard(type="message", channel="D01", channel_type="im", text="help &lt;me&gt;", thread_ts=None)

    found = mention(body, bot_user_id="U0BOT")

    assert found is not None
    assert (found.text, found.is_direct, found.thread_ts) == ("help &lt;me&gt;", True, None)


@pytest.mark.parametrize(
    "event",
    [
        {"bot_id": "B0OTHER"},
        {"subtype": "bot_message"},
        {"type": "message", "channel_type": "im", "subtype": "message_changed"},
        {"type": "message", "channel_type": "channel"},
        {"type": "message"},
    ],
)
def test_what_nobody_said_to_the_bot_is_nothing(event: dict[str, Any]) -> None:
    assert mention(heard(**event), bot_user_id="U0BOT") is None


def test_a_person_of_another_workspace_in_a_shared_channel_is_known_by_the_team() -> None:
    body = heard(user_team="T0STRANGE", team="T0ACORN") | {"enterprise_id": "E0STRANGE"}

    found = mention(body, bot_user_id="U0BOT")

    assert found is not None
    assert (found.org, found.team, found.user_team) == ("T0ACORN", "T0ACORN", "T0STRANGE")


def test_an_event_without_authorizations_names_its_enterprise_itself() -> None:
    body = MENTION | {"authorizations": [], "enterprise_id": "E0ACORN"}

    found = mention(body, bot_user_id="U0BOT")

    assert found is not None
    assert found.org == "E0ACORN"


def test_an_event_that_names_no_team_is_of_the_team_where_it_was_said() -> None:
    body = {name: part for name, part in MENTION.items() if name != "team_id"}

    found = mention(body, bot_user_id="U0BOT")

    assert found is not None
    assert found.team == "T0ACORN"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<@U0BOT> help", "help"),
        ("<@U0BOT|configbot>: help", "help"),
        ("  <@U0BOT>,  help ", "help"),
        ("help <@U0BOT>", "help"),
        ("help, <@U0BOT>", "help"),
        ("<@U0BOT>", ""),
        ("<@U0RAVI> asked <@U0BOT> to help", "<@U0RAVI> asked <@U0BOT> to help"),
        ("<@U0BOTTLE> help", "<@U0BOTTLE> help"),
        ("help", "help"),
    ],
)
def test_only_the_bots_own_mention_at_either_end_is_taken_away(text: str, words: str) -> None:
    assert without_mention(text, "U0BOT") == words


def test_a_mention_that_was_typed_as_text_stays() -> None:
    found = mention(heard(text="<@U0BOT> explain &lt;@U0BOT&gt; help"), bot_user_id="U0BOT")

    assert found is not None
    assert found.text == "explain &lt;@U0BOT&gt; help"


@pytest.mark.parametrize(
    ("sent", "typed"),
    [("a &amp; b", "a & b"), ("&lt;b&gt;", "<b>"), ("&amp;lt;", "&lt;"), ("&quot;", "&quot;"), ("plain", "plain")],
)
def test_exactly_the_three_entities_are_put_back_once(sent: str, typed: str) -> None:
    assert unescaped(sent) == typed


# The Home tab

OPENED: dict[str, Any] = {
    "team_id": "T0ACORN",
    "event_id": "Ev02",
    "authorizations": [{"enterprise_id": "E0ACORN", "team_id": "T0ACORN", "user_id": "U0BOT", "is_bot": True}],
    "event": {"type": "app_home_opened", "user": "U0RAVI", "channel": "D01", "tab": "home", "event_ts": "1"},
}


def opened(**event: Any) -> dict[str, Any]:
    return OPENED | {"event": OPENED["event"] | event}


def test_an_opened_home_tells_who_and_what_stands_there() -> None:
    assert home_opened(OPENED) == HomeOpened("E0ACORN", "T0ACORN", "U0RAVI", "T0ACORN")
    again = home_opened(opened(view={"id": "V01", "hash": "1.abc"}, user_team="T0OTHER"))
    assert again == HomeOpened("E0ACORN", "T0ACORN", "U0RAVI", "T0OTHER", "1.abc")


@pytest.mark.parametrize("tab", ["messages", "about", None])
def test_any_other_tab_is_no_home(tab: str | None) -> None:
    assert home_opened(opened(tab=tab)) is None


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (OPENED | {"event": None}, "event"),
        (OPENED | {"team_id": ""}, "team_id"),
        (opened(user=None), "user"),
        (opened(view="V01"), "view"),
        (opened(view={"hash": 7}), "hash"),
    ],
)
def test_an_opened_home_with_a_part_missing_is_refused(body: dict[str, Any], what: str) -> None:
    with pytest.raises(BadPayload, match=what):
        home_opened(body)


# What is none of them


@pytest.mark.parametrize("name", ["team_id", "channel_id", "user_id", "command", "response_url", "trigger_id"])
def test_a_command_with_a_part_missing_is_refused(name: str) -> None:
    for wrong in ("", None, 5, ["x"]):
        with pytest.raises(BadPayload, match=name):
            slash_command(COMMAND | {name: wrong})


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("actions", None),
        ("actions", []),
        ("actions", ["x"]),
        ("actions", {"0": {}}),
        ("actions", [{"block_id": "b"}]),
        ("actions", [{"action_id": "a", "block_id": "b", "value": 5}]),
        ("actions", [{"action_id": "a", "block_id": "b", "selected_option": {}}]),
        ("user", None),
        ("user", "U0RAVI"),
        ("user", {"team_id": "T0ACORN"}),
        ("team", "T0ACORN"),
        ("container", []),
        ("channel", "C0DEPLOYS"),
        ("message", []),
        ("view", {"callback_id": "x"}),
        ("trigger_id", None),
        ("response_url", 5),
    ],
)
def test_a_click_that_is_none_is_refused(part: str, wrong: Any) -> None:
    with pytest.raises(BadPayload):
        click(CLICK | {part: wrong})


def test_a_click_that_names_no_team_at_all_is_refused() -> None:
    with pytest.raises(BadPayload, match=r"team\.id and user\.team_id are missing"):
        click(CLICK | {"team": None, "user": {"id": "U0RAVI"}})


@pytest.mark.parametrize(
    "view",
    [
        None,
        "V01",
        {"id": "V01"},
        {"callback_id": "x"},
        VIEW | {"state": []},
        VIEW | {"state": {"values": []}},
        VIEW | {"state": {"values": {"b": []}}},
        VIEW | {"state": {"values": {"b": {"a": "text"}}}},
        VIEW | {"private_metadata": {}},
    ],
)
def test_a_modal_that_is_none_is_refused(view: Any) -> None:
    with pytest.raises(BadPayload):
        submission(SUBMISSION | {"view": view})


@pytest.mark.parametrize(
    "body", [{}, {"event": "x"}, heard(user=None), heard(ts=""), heard(channel=None), heard(text=5)]
)
def test_an_event_that_is_none_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        mention(body, bot_user_id="U0BOT")


def test_a_refusal_names_the_part_and_nothing_that_was_sent() -> None:
    with pytest.raises(BadPayload) as raised:
        slash_command(COMMAND | {"team_id": ["hunter2"]})

    assert raised.value.what == "team_id is no text"
    assert str(raised.value) == "reading a payload from slack: team_id is no text"
