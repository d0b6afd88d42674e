"""The methods that read what was said: conversations.history and conversations.replies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.services.slack.directory import channel_to_read, paged
from bot.services.slack.model import Channel, Json, Message, SlackError
from bot.services.slack.payloads import message_object
from bot.services.slack.posts import truth
from bot.services.slack.workspace import Workspace

Args = Mapping[str, Any]


def conversations_history(workspace: Workspace, args: Args) -> Json:
    """The top-level messages of a conversation, newest first, page by page. Raises `SlackError`."""
    channel = _readable(workspace, args)
    found = [one for one in reversed(workspace.conversation(channel.id)) if not one.thread_ts and _between(one, args)]
    page, more = paged(found, args)
    return {"messages": [_shown(workspace, one, args) for one in page], "has_more": _has_more(more), **more}


def conversations_replies(workspace: Workspace, args: Args) -> Json:
    """One thread, its first message first, page by page. Raises `SlackError` (thread_not_found)."""
    channel = _readable(workspace, args)
    first = workspace.message(channel.id, str(args.get("ts") or ""))
    if first is None or first.reader:
        raise SlackError("thread_not_found")
    start = first.thread_ts or first.ts
    thread = [one for one in workspace.conversation(channel.id) if start in (one.ts, one.thread_ts)]
    found = [one for one in thread if one.ts == start or _between(one, args)]
    page, more = paged(found, args)
    return {"messages": [_shown(workspace, one, args) for one in page], "has_more": _has_more(more), **more}


def _readable(workspace: Workspace, args: Args) -> Channel:
    """Raises `SlackError`: missing_scope, channel_not_found, not_in_channel."""
    channel = workspace.channels.get(str(args.get("channel", "")))
    kind = "im" if channel and channel.is_im else "groups" if channel and channel.is_private else "channels"
    if f"{kind}:history" not in workspace.bot.scopes:
        raise SlackError(
            "missing_scope", extra={"needed": f"{kind}:history", "provided": ",".join(workspace.bot.scopes)}
        )
    channel = channel_to_read(workspace, args)
    if not channel.bot_is_member and not channel.is_im:
        raise SlackError("not_in_channel")
    return channel


def _between(message: Message, args: Args) -> bool:
    """Whether a message lies between `oldest` and `latest`. Raises `SlackError` (invalid_ts_oldest, …)."""
    at, whole = float(message.ts), truth(args.get("inclusive"))
    oldest, latest = _bound(args, "oldest"), _bound(args, "latest")
    after = oldest is None or at > oldest or (whole and at == oldest)
    before = latest is None or at < latest or (whole and at == latest)
    return after and before


def _bound(args: Args, name: str) -> float | None:
    given = args.get(name)
    if given in (None, ""):
        return None
    try:
        return float(str(given))
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _shown(workspace: Workspace, message: Message, args: Args) -> Json:
    found = message_object(workspace, message)
    if not truth(args.get("include_all_metadata")):
        found.pop("metadata", None)
    if answers := workspace.replies(message):
        found |= {"thread_ts": message.ts, "reply_count": answers}
    return found


def _has_more(more: Json) -> bool:
    return bool(more["response_metadata"]["next_cursor"])


METHODS: dict[str, Callable[[Workspace, Args], Json]] = {
    "conversations.history": conversations_history,
    "conversations.replies": conversations_replies,
}
