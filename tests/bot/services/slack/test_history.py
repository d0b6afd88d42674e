"""What was said can be read again, as far as Slack lets an app."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.slack import Bot, Workspace
from tests.bot.services.slack.slack import MovableClock

METADATA = {"event_type": "change", "event_payload": {"id": "ch"}}


async def say(client: AsyncWebClient, text: str, **more: Any) -> str:
    sent = await client.chat_postMessage(channel="C0DEPLOYS", text=text, **more)
    return str(sent["ts"])


async def history(client: AsyncWebClient, **more: Any) -> list[dict[str, Any]]:
    answer = await client.conversations_history(channel="C0DEPLOYS", **more)
    return list(answer["messages"])


async def test_top_level_messages_are_read_newest_first_and_without_what_one_person_sees(
    client: AsyncWebClient,
) -> None:
    first = await say(client, "one")
    await say(client, "in the thread", thread_ts=first)
    await client.chat_postEphemeral(channel="C0DEPLOYS", user="U0ADA", text="for Ada")
    await say(client, "two")
    found = await history(client)
    assert [one["text"] for one in found] == ["two", "one"]
    assert (found[1]["reply_count"], found[1]["thread_ts"]) == (1, first)


async def test_metadata_is_told_to_who_asks_for_it(client: AsyncWebClient) -> None:
    await say(client, "one", metadata=METADATA)
    assert "metadata" not in (await history(client))[0]
    assert (await history(client, include_all_metadata=True))[0]["metadata"] == METADATA


async def test_a_thread_is_read_from_its_first_message_on(client: AsyncWebClient) -> None:
    first = await say(client, "one")
    await say(client, "another")
    reply = await say(client, "a", thread_ts=first)
    await say(client, "b", thread_ts=first, metadata=METADATA)
    for ts in (first, reply):
        answer = await client.conversations_replies(channel="C0DEPLOYS", ts=ts, include_all_metadata=True)
        assert [one["text"] for one in answer["messages"]] == ["one", "a", "b"]
        assert answer["messages"][2]["metadata"] == METADATA
    answer = await client.conversations_replies(channel="C0DEPLOYS", ts=first, oldest=reply)
    assert [one["text"] for one in answer["messages"]] == ["one", "b"]


async def test_only_what_was_said_in_a_time_is_read(client: AsyncWebClient, clock: MovableClock) -> None:
    said = []
    for text in ("one", "two", "three"):
        said.append(await say(client, text))
        await clock.move(60)

    async def texts(**bounds: Any) -> list[str]:
        return [one["text"] for one in await history(client, **bounds)]

    assert await texts(oldest=said[0]) == ["three", "two"]
    assert await texts(oldest=said[0], latest=said[2], inclusive=True) == ["three", "two", "one"]
    assert await texts(oldest=said[0], latest=said[2]) == ["two"]


async def test_long_conversations_are_read_page_by_page(client: AsyncWebClient) -> None:
    for number in range(5):
        await say(client, str(number))
    first = await client.conversations_history(channel="C0DEPLOYS", limit=3)
    assert first["has_more"]
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel="C0DEPLOYS", limit=3, cursor=cursor)
    assert not second["has_more"]
    assert [one["text"] for one in [*first["messages"], *second["messages"]]] == list("43210")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NONE"}, "channel_not_found"),
        ({"channel": "C0QUIET"}, "not_in_channel"),
        ({"channel": "G0LEADS"}, "channel_not_found"),
        ({"channel": "C0DEPLOYS", "oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"channel": "C0DEPLOYS", "latest": "today"}, "invalid_ts_latest"),
        ({"channel": "C0DEPLOYS", "cursor": "x"}, "invalid_cursor"),
    ],
)
async def test_what_cannot_be_read_is_refused_in_slacks_words(
    client: AsyncWebClient, arguments: dict[str, Any], error: str
) -> None:
    await say(client, "one")
    with pytest.raises(SlackApiError) as refused:
        await client.conversations_history(**arguments)
    assert refused.value.response["error"] == error


async def test_a_thread_that_is_not_there_is_refused(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.conversations_replies(channel="C0DEPLOYS", ts="1.1")
    assert refused.value.response["error"] == "thread_not_found"


@pytest.mark.parametrize(
    ("channel", "scope"), [("C0DEPLOYS", "channels:history"), ("G0LEADS", "groups:history"), ("D0ADA", "im:history")]
)
async def test_each_kind_of_conversation_has_its_scope(
    client: AsyncWebClient, workspace: Workspace, channel: str, scope: str
) -> None:
    bot = Bot()
    workspace.bot = replace(bot, scopes=tuple(each for each in bot.scopes if each != scope))
    with pytest.raises(SlackApiError) as refused:
        await client.conversations_history(channel=channel)
    assert (refused.value.response["error"], refused.value.response["needed"]) == ("missing_scope", scope)
    workspace.bot = bot
    if channel == "D0ADA":
        assert (await client.conversations_history(channel=channel))["messages"] == []


async def test_nothing_is_edited_in_a_channel_that_was_archived(client: AsyncWebClient, workspace: Workspace) -> None:
    ts = await say(client, "one")
    workspace.set_channel(replace(workspace.channels["C0DEPLOYS"], is_archived=True))
    with pytest.raises(SlackApiError) as refused:
        await client.chat_update(channel="C0DEPLOYS", ts=ts, text="two")
    assert refused.value.response["error"] == "is_inactive"
