from __future__ import annotations

import pytest

from bot.services.slack import Workspace
from bot.services.slack.typed import escaped_command, escaped_message
from tests.bot.services.slack.slack import MovableClock, make_workspace


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
