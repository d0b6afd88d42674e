"""The methods that read messages: conversations.history and conversations.replies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.services.slack.directory import channel_to_read, need_scope, paged
from bot.services.slack.model import Channel, Json, Message, SlackError
from bot.services.slack.payloads import message_object
from bot.services.slack.posts import truth
from bot.services.slack.workspace import Workspace

Args = Mapping[str, Any]


def conversations_history(workspace: Workspace, args: Args) -> Json:
    """A page of a conversation's top-level messages, newest first. Raises `SlackError`."""
    channel = _readable(workspace, args)
    messages = [
        message
        for message in reversed(workspace.conversation(channel.id))
        if not message.thread_ts and _is_in_range(message, args)
    ]
    page, more = paged(messages, args)
    return {
        "messages": [_message_json(workspace, message, args) for message in page],
        "has_more": _has_more(more),
        **more,
    }


def conversations_replies(workspace: Workspace, args: Args) -> Json:
    """A page of a thread, starting with its first message. Raises `SlackError` (thread_not_found)."""
    channel = _readable(workspace, args)
    first = workspace.message(channel.id, str(args.get("ts") or ""))
    if first is None or first.reader:
        raise SlackError("thread_not_found")
    start = first.thread_ts or first.ts
    thread = [message for message in workspace.conversation(channel.id) if start in (message.ts, message.thread_ts)]
    messages = [message for message in thread if message.ts == start or _is_in_range(message, args)]
    page, more = paged(messages, args)
    return {
        "messages": [_message_json(workspace, message, args) for message in page],
        "has_more": _has_more(more),
        **more,
    }


def _readable(workspace: Workspace, args: Args) -> Channel:
    """The channel to read. Raises `SlackError`: missing_scope, channel_not_found, not_in_channel."""
    channel = workspace.channels.get(str(args.get("channel", "")))
    kind = "im" if channel and channel.is_im else "groups" if channel and channel.is_private else "channels"
    need_scope(workspace, f"{kind}:history")
    channel = channel_to_read(workspace, args)
    if not channel.bot_is_member and not channel.is_im:
        raise SlackError("not_in_channel")
    return channel


def _is_in_range(message: Message, args: Args) -> bool:
    """Return whether a message is between `oldest` and `latest`. Raises `SlackError` (invalid_ts_oldest, …)."""
    at, whole = float(message.ts), truth(args.get("inclusive"))
    oldest, latest = _bound(args, "oldest"), _bound(args, "latest")
    after = oldest is None or at > oldest or (whole and at == oldest)
    before = latest is None or at < latest or (whole and at == latest)
    return after and before


def _bound(args: Args, name: str) -> float | None:
    value = args.get(name)
    if value in (None, ""):
        return None
    try:
        return float(str(value))
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _message_json(workspace: Workspace, message: Message, args: Args) -> Json:
    body = message_object(workspace, message)
    if not truth(args.get("include_all_metadata")):
        body.pop("metadata", None)
    if answers := workspace.replies(message):
        body |= {"thread_ts": message.ts, "reply_count": answers}
    return body


def _has_more(more: Json) -> bool:
    return bool(more["response_metadata"]["next_cursor"])


METHODS: dict[str, Callable[[Workspace, Args], Json]] = {
    "conversations.history": conversations_history,
    "conversations.replies": conversations_replies,
}
