from __future__ import annotations

import pytest

from bot.services.slack import Channel, Person, Workspace
from bot.services.slack import workspace as module
from bot.services.slack.model import Message
from bot.services.slack.workspace import looks_real, wall_clock
from tests.bot.services.slack.slack import MovableClock


def test_only_the_newest_messages_are_kept(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_MESSAGES", 2)
    for text in "abc":
        workspace.post(Message("C0DEPLOYS", workspace.next_ts(), text, "U0ADA"))
    assert [message.text for message in workspace.messages("C0DEPLOYS", "U0ADA")] == ["b", "c"]


def test_response_urls_that_ran_out_long_ago_are_forgotten(workspace: Workspace, clock: MovableClock) -> None:
    old = workspace.permits.new_response("C0DEPLOYS", "U0ADA")
    clock.instant = clock.instant.replace(hour=11)
    workspace.permits.new_response("C0DEPLOYS", "U0ADA")
    assert old.id not in workspace.permits._responses


def test_a_message_of_somebody_who_left_is_read_by_those_who_stay(workspace: Workspace) -> None:
    workspace.set_channel(Channel("C0TEAM", "team", members=("U0ADA",)))
    message = workspace.post(Message("C0TEAM", workspace.next_ts(), "x", "U0ADA"))
    assert workspace.messages("C0TEAM", "U0RAVI") == [message]
    workspace.set_person(Person("U0OUT", "Out Sider", is_stranger=True))
    assert workspace.messages("C0TEAM", "U0OUT") == []
    assert workspace.messages("C0TEAM", "U0NONE") == []


def test_real_tokens_are_known_by_their_shape() -> None:
    assert looks_real("xoxb-123")
    assert looks_real("xapp-1-A0")
    assert not looks_real("xoxb-playground")
    assert not looks_real("")


def test_the_wall_clock_knows_its_zone() -> None:
    assert wall_clock().utcoffset() is not None
