"""The small parts: typed words, the log, faults, pace, inputs, and what the workspace keeps."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.playground import Channel, Person, Workspace
from bot.playground import workspace as module
from bot.playground.faults import Fault, Faults, Rates
from bot.playground.inputs import chosen, clicked, state_of
from bot.playground.log import Log, masked
from bot.playground.model import Impossible, Message
from bot.playground.payloads import slash_command
from bot.playground.posting import truth
from bot.playground.storage import Storage
from bot.playground.typed import escaped_command, escaped_message
from bot.playground.workspace import looks_real, wall_clock
from tests.bot.playground.slack import MovableClock, make_workspace


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("config_x to production", "config_x to production"),
        ("@Ada Ibarra and @ravi", "<@U0ADA|ada> and <@U0RAVI|ravi>"),
        ("@ADA", "<@U0ADA|ada>"),
        ("@nobody @adam", "@nobody @adam"),
        ("#deploys #deploys-old #none", "<#C0DEPLOYS|deploys> #deploys-old #none"),
        ("<!channel> & more", "&lt;!channel&gt; &amp; more"),
        ("see https://a.example/x?a=1&b=2.", "see <https://a.example/x?a=1&amp;b=2>."),
        ("triage.ai", "<http://triage.ai|triage.ai>"),
        ("ada@acorn.example", "<mailto:ada@acorn.example|ada@acorn.example>"),
        ("<@U0RAVI>", "&lt;@U0RAVI&gt;"),
    ],
)
def test_what_is_typed_arrives_as_slack_writes_it(workspace: Workspace, typed: str, written: str) -> None:
    assert escaped_command(typed, workspace) == written


def test_mentions_in_messages_carry_no_label(workspace: Workspace) -> None:
    assert escaped_message("@configbot ask @Ravi Menon", workspace) == "<@U0BOT> ask <@U0RAVI>"


def test_words_are_written_where_there_is_nobody(clock: MovableClock) -> None:
    empty = make_workspace(now=clock, people=(), channels=())
    assert escaped_command("@ada #deploys", empty) == "@ada #deploys"
    empty.close()


@pytest.mark.parametrize(
    ("kind", "name"),
    [("C0DEPLOYS", "deploys"), ("D0ADA", "directmessage"), ("G0TEAM", "privategroup")],
)
def test_a_commands_channel_name_hides_private_conversations(workspace: Workspace, kind: str, name: str) -> None:
    workspace.set_channel(Channel("G0TEAM", "team", is_private=True, members=("U0ADA",)))
    workspace.team = replace(workspace.team, enterprise_id="E0ACORN")
    payload = slash_command(
        workspace, workspace.people["U0ADA"], workspace.channels[kind], "/deploy", "", "http://127.0.0.1/response/x"
    )
    assert (payload["channel_name"], payload["enterprise_name"]) == (name, "E0ACORN")


def test_secrets_are_masked_wherever_they_stand() -> None:
    text = "xoxb-playground xapp-1-A-2 hl_sk_abcd1234 sdk-0a1b2c3d-0000 and sdk-ping-pong"
    assert masked({"a": [text, 1, None], "Token": "x", "token": ""}) == {
        "a": ["xoxb-••• xapp-••• hl_sk_••• sdk-••• and sdk-ping-pong", 1, None],
        "Token": "•••",
        "token": "",
    }
    assert masked("x" * 20_001).endswith("… (20,001 characters)")


def test_the_log_keeps_the_newest() -> None:
    log = Log(lambda: 1.0, size=2)
    for name in "abc":
        log.add("bot→slack", "web api", name)
    assert [(entry["n"], entry["name"]) for entry in log.after(0)] == [(2, "b"), (3, "c")]


def test_faults_come_in_order_and_as_often_as_asked() -> None:
    faults = Faults()
    faults.add(Fault("chat.update", "a", times=2))
    faults.add(Fault("chat.update", "b"))
    assert [fault.error if (fault := faults.take("chat.update")) else None for _ in range(4)] == ["a", "a", "b", None]


def test_pace_by_tier() -> None:
    now = [0.0]
    rates = Rates(lambda: now[0])
    assert [rates.wait("chat.update", "C") for _ in range(51)] == [0] * 50 + [2]
    now[0] = 2.0
    assert rates.wait("chat.update", "C") == 0
    assert rates.wait("auth.test", "") == 0


SELECT = {"type": "static_select", "action_id": "s", "option_groups": [{"options": [{"value": "a"}, {"value": "b"}]}]}


def test_values_by_kind_of_element() -> None:
    assert clicked({"type": "users_select", "action_id": "u"}, "b", {"value": "U0ADA"})["selected_user"] == "U0ADA"
    assert clicked({"type": "datepicker", "action_id": "d"}, "b", {"selected_date": None})["selected_date"] is None
    boxes = {"type": "checkboxes", "action_id": "c", "options": [{"value": "a"}, {"value": "b"}]}
    assert chosen(boxes, {"selected_options": [{"value": "b"}]}) == [{"value": "b"}]
    assert chosen(SELECT, {"selected_option": {"value": "b"}}) == {"value": "b"}


def test_state_begins_with_initial_values() -> None:
    blocks: list[Any] = [
        {"block_id": "1", "element": {"type": "plain_text_input", "action_id": "t", "initial_value": "x"}},
        {"block_id": "2", "accessory": SELECT},
        {"block_id": "3", "elements": [{"type": "button", "action_id": "b"}, {"type": "checkboxes", "action_id": "c"}]},
    ]
    assert state_of(blocks, {"1": {"t": "no object"}}) == {
        "1": {"t": {"type": "plain_text_input", "value": "x"}},
        "2": {"s": {"type": "static_select", "selected_option": None}},
        "3": {"c": {"type": "checkboxes", "selected_options": []}},
    }
    with pytest.raises(Impossible, match="choose one of a, b"):
        state_of(blocks, {"2": {"s": {"value": "z"}}})


def test_only_the_newest_messages_are_kept(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_MESSAGES", 2)
    for text in "abc":
        workspace.post(Message("C0DEPLOYS", workspace.next_ts(), text, "U0ADA"))
    assert [message.text for message in workspace.messages("C0DEPLOYS", "U0ADA")] == ["b", "c"]


def test_response_urls_that_ran_out_long_ago_are_forgotten(workspace: Workspace, clock: MovableClock) -> None:
    old = workspace.new_response("C0DEPLOYS", "U0ADA")
    clock.instant = clock.instant.replace(hour=11)
    workspace.new_response("C0DEPLOYS", "U0ADA")
    assert old.id not in workspace._responses


def test_a_message_of_somebody_who_left_is_read_by_those_who_stay(workspace: Workspace) -> None:
    workspace.set_channel(Channel("C0TEAM", "team", members=("U0ADA",)))
    message = workspace.post(Message("C0TEAM", workspace.next_ts(), "x", "U0ADA"))
    assert workspace.messages("C0TEAM", "U0RAVI") == [message]
    workspace.set_person(Person("U0OUT", "Out Sider", is_stranger=True))
    assert workspace.messages("C0TEAM", "U0OUT") == []
    assert workspace.messages("C0TEAM", "U0NONE") == []


def test_a_file_of_another_version_begins_anew_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "playground.db"
    storage = Storage(path)
    storage.put("message", "1", {"old": True})
    storage.close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    storage = Storage(path)
    assert list(storage.all("message")) == []
    storage.close()
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(ValueError, match="remove it to begin anew"):
        Storage(path)


def test_real_tokens_are_known_by_their_shape() -> None:
    assert looks_real("xoxb-123")
    assert looks_real("xapp-1-A0")
    assert not looks_real("xoxb-playground")
    assert not looks_real("")


def test_yes_and_no_may_be_words() -> None:
    assert truth("true")
    assert truth("1")
    assert truth(True)
    assert not truth("false")
    assert not truth(None)


def test_the_wall_clock_knows_its_zone() -> None:
    assert wall_clock().utcoffset() is not None
