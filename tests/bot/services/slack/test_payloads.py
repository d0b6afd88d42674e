from __future__ import annotations

from dataclasses import replace

import pytest

from bot.services.slack import Channel, Workspace
from bot.services.slack.payloads import slash_command


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
