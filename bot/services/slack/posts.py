"""Checks on what an app posts, by any route: Web API, response_url, or the response to a command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.services.slack.blocks import CAREFUL_CHARACTERS, MESSAGE_CHARACTERS, check_message, check_view
from bot.services.slack.kinds import characters, with_ids
from bot.services.slack.model import Json, Message, ResponseUrl, SlackError
from bot.services.slack.workspace import Workspace

CUT = 40_000
"""Characters after which the top-level text of a message is truncated."""


def parsed(value: Any, error: str) -> Any:
    """Return a list or object that may have been sent as JSON text. Raises `SlackError` (`error`)."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SlackError(error, "[ERROR] must be valid json") from None


def truth(value: Any) -> bool:
    """Return a boolean that may have been sent as text."""
    return value is True or str(value).lower() in ("true", "1")


def checked_text(args: Mapping[str, Any]) -> str:
    """The top-level text, truncated. Raises `SlackError` for attachments, which are not supported."""
    if args.get("attachments"):
        raise SlackError("invalid_arguments", "[ERROR] attachments are not played here: use blocks")
    text = args.get("text")
    return str(text)[:CUT] if text is not None else ""


def checked_blocks(workspace: Workspace, args: Mapping[str, Any]) -> list[Json]:
    """The blocks of a message with all ids set. Raises `SlackError` (invalid_blocks, msg_blocks_too_long)."""
    blocks = parsed(args.get("blocks") or [], "invalid_blocks_format")
    problems = check_message(blocks)
    if problems:
        raise SlackError("invalid_blocks", *(f"[ERROR] {problem}" for problem in problems), extra={"errors": problems})
    size = characters(blocks)
    if size > MESSAGE_CHARACTERS:
        raise SlackError("msg_blocks_too_long", f"[ERROR] {size:,} characters in all, about {MESSAGE_CHARACTERS:,} fit")
    if size > CAREFUL_CHARACTERS:
        workspace.notice(f"a message has {size:,} characters in its blocks: Slack may refuse it, stay below 9,000")
    return with_ids(blocks)


def checked_content(workspace: Workspace, args: Mapping[str, Any]) -> tuple[str, list[Json]]:
    """The text and blocks of a new message. Raises `SlackError` (no_text when there is neither)."""
    text, blocks = checked_text(args), checked_blocks(workspace, args)
    if not text and not blocks:
        raise SlackError("no_text")
    return text, blocks


def checked_view(value: Any, *types: str) -> Json:
    """A modal or Home tab with all ids set. Raises `SlackError` (invalid_arguments)."""
    view = parsed(value, "invalid_arguments")
    problems = check_view(view)
    if not problems and view["type"] not in types:
        problems = [f"must be one of: {', '.join(types)} [json-pointer:/view/type]"]
    if problems:
        raise SlackError("invalid_arguments", *(f"[ERROR] {problem}" for problem in problems))
    allowed = ("type", "title", "submit", "close", "callback_id", "external_id", "private_metadata", "notify_on_close")
    body = {key: view[key] for key in (*allowed, "clear_on_close") if view.get(key) is not None}
    return {**body, "blocks": with_ids(view["blocks"])}


def thread_of(workspace: Workspace, channel: str, thread_ts: Any) -> str | None:
    """The ts of the thread to reply in, or None. Raises `SlackError` when no message with this ts can start one."""
    if not thread_ts:
        return None
    parent = workspace.message(channel, str(thread_ts))
    if parent is None or parent.reader or parent.thread_ts:
        raise SlackError("thread_not_found", f"[ERROR] no message {thread_ts} that starts a thread in {channel}")
    return parent.ts


def bot_message(
    workspace: Workspace,
    channel: str,
    content: tuple[str, list[Json]],
    *,
    thread_ts: str | None = None,
    reader: str | None = None,
    metadata: Json | None = None,
) -> Message:
    """Post a message as the bot; with a `reader` it is ephemeral."""
    text, blocks = content
    ts = workspace.next_ts()
    message = Message(channel, ts, text, workspace.bot.user_id, blocks, thread_ts, reader, metadata=metadata)
    return workspace.post(message)


def respond(workspace: Workspace, response: ResponseUrl, body: Mapping[str, Any]) -> Message | None:
    """Handle a post to a response_url. Returns None when it deleted a message. Raises `SlackError`."""
    source = workspace.message(response.channel, response.source_ts) if response.source_ts else None
    if truth(body.get("delete_original")):
        if source is None:
            raise SlackError("message_not_found", "[ERROR] there is no original to delete")
        workspace.remove(source)
        return None
    content = checked_content(workspace, body)
    if truth(body.get("replace_original")) and source is not None:
        workspace.edit(source, text=content[0], blocks=content[1], edited=not content[1])
        return source
    kind = body.get("response_type", "ephemeral")
    if kind not in ("ephemeral", "in_channel"):
        raise SlackError("invalid_arguments", "[ERROR] response_type must be ephemeral or in_channel")
    thread = thread_of(workspace, response.channel, body.get("thread_ts"))
    reader = response.user if kind == "ephemeral" else None
    return bot_message(workspace, response.channel, content, thread_ts=thread, reader=reader)
