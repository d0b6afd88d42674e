"""Parses Slack's payloads into types. No other module sees an unchecked payload.

A payload that differs from what Slack documents raises `BadPayload`; it is never parsed in part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Payload = Mapping[str, Any]
_Kind = TypeVar("_Kind")


class BadPayload(Exception):
    """A payload that differs from what Slack documents. `what` names the part, without any of its content."""

    def __init__(self, what: str) -> None:
        super().__init__(f"reading a payload from slack: {what}")
        self.what = what


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A slash command, with its text as Slack sends it: the grammar reads entities, links and mentions."""

    org: str
    team: str
    channel: str
    user_id: str
    command: str
    text: str
    response_url: str = field(repr=False)
    trigger_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a button, or a choice in a menu, of a message or a modal.

    An ephemeral message has no `message_ts` that could be edited; a modal has no channel and no `response_url`.
    """

    org: str
    team: str
    user_id: str
    user_team: str
    channel: str | None
    message_ts: str | None
    thread_ts: str | None
    is_ephemeral: bool
    action_id: str
    block_id: str
    value: str | None
    """Of a button."""
    selected: str | None
    """Of a menu: an option's value, or the id of a person or channel."""
    response_url: str | None = field(repr=False)
    trigger_id: str = field(repr=False)
    view_id: str | None = None
    view_state: Mapping[str, str] = field(default_factory=dict)
    """Values of the modal's inputs by action_id, without empty ones."""
    callback_id: str = ""
    private_metadata: str = ""
    """Both of the modal; empty in a message."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted modal. `values` by action_id, without empty inputs."""

    org: str
    team: str
    user_id: str
    user_team: str
    callback_id: str
    private_metadata: str
    values: Mapping[str, str]
    view_id: str
    trigger_id: str = field(repr=False)
    blocks: Mapping[str, str] = field(default_factory=dict)
    """The block_id of each input, by action_id: errors go by block_id."""
    view_hash: str = ""
    """Changes with every update of the modal."""

    @property
    def idempotency_key(self) -> str:
        """The same for every delivery of one submission."""
        return f"view:{self.view_id}:{self.view_hash}"


@dataclass(frozen=True, slots=True)
class OptionsRequest:
    """A searchable select asks for options."""

    org: str
    team: str
    user_id: str
    action_id: str
    block_id: str
    query: str
    view_state: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention of the bot in a channel, or a direct message to it (`is_direct`), without the bot's own mention.

    The text is as Slack sends it: the grammar reads entities, links and mentions.
    """

    org: str
    team: str
    channel: str
    user_id: str
    user_team: str
    text: str
    ts: str
    thread_ts: str | None
    event_id: str
    is_direct: bool = False


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """Somebody opened the Home tab. `view_hash` is the hash of the published view, if there is one."""

    org: str
    team: str
    user_id: str
    user_team: str
    view_hash: str | None = None


def slash_command(body: Payload) -> SlashCommand:
    """A slash command. Raises `BadPayload`."""
    team = _text(body, "team_id")
    return SlashCommand(
        org=_maybe_text(body, "enterprise_id") or team,
        team=team,
        channel=_text(body, "channel_id"),
        user_id=_text(body, "user_id"),
        command=_text(body, "command"),
        text=_string(body, "text"),
        response_url=_text(body, "response_url"),
        trigger_id=_text(body, "trigger_id"),
    )


def click(body: Payload) -> Click:
    """A click or a choice (``block_actions``). Raises `BadPayload`."""
    actions = _part(body, "actions", list)
    if not actions or not isinstance(actions[0], Mapping):
        raise BadPayload("actions is empty")
    action: Payload = actions[0]
    org, team, user_id, user_team = _who(body)
    container = _maybe_part(body, "container") or {}
    message = _maybe_part(body, "message") or {}
    view = _maybe_part(body, "view")
    is_ephemeral = container.get("is_ephemeral") is True
    return Click(
        org=org,
        team=team,
        user_id=user_id,
        user_team=user_team,
        channel=_maybe_text(_maybe_part(body, "channel") or {}, "id") or _maybe_text(container, "channel_id"),
        message_ts=None if is_ephemeral else _maybe_text(message, "ts") or _maybe_text(container, "message_ts"),
        thread_ts=_maybe_text(container, "thread_ts") or _maybe_text(message, "thread_ts"),
        is_ephemeral=is_ephemeral,
        action_id=_text(action, "action_id"),
        block_id=_text(action, "block_id"),
        value=_maybe_text(action, "value"),
        selected=_selected(action),
        response_url=_maybe_text(body, "response_url"),
        trigger_id=_text(body, "trigger_id"),
        view_id=None if view is None else _text(view, "id"),
        view_state={} if view is None else _state(view)[0],
        callback_id=_maybe_text(view or {}, "callback_id") or "",
        private_metadata=_maybe_text(view or {}, "private_metadata") or "",
    )


def submission(body: Payload) -> Submission:
    """A submitted modal (``view_submission``). Raises `BadPayload`."""
    view = _part(body, "view", dict)
    org, team, user_id, user_team = _who(body)
    values, blocks = _state(view)
    return Submission(
        org=org,
        team=team,
        user_id=user_id,
        user_team=user_team,
        callback_id=_text(view, "callback_id"),
        private_metadata=_maybe_text(view, "private_metadata") or "",
        values=values,
        view_id=_text(view, "id"),
        trigger_id=_maybe_text(body, "trigger_id") or "",
        blocks=blocks,
        view_hash=_maybe_text(view, "hash") or "",
    )


def options_request(body: Payload) -> OptionsRequest:
    """A searchable select asks for options (``block_suggestion``). Raises `BadPayload`."""
    org, team, user_id, _ = _who(body)
    view = _maybe_part(body, "view")
    return OptionsRequest(
        org=org,
        team=team,
        user_id=user_id,
        action_id=_text(body, "action_id"),
        block_id=_text(body, "block_id"),
        query=unescaped(_string(body, "value")),
        view_state={} if view is None else _state(view)[0],
    )


def mention(body: Payload, *, bot_user_id: str) -> Mention | None:
    """An ``app_mention``, or a direct ``message`` event.

    Returns None for messages not addressed to the bot: those of bots, edits, deletions and other sub-types, and
    ``message`` events in channels that are not direct. Raises `BadPayload`.
    """
    event = _part(body, "event", dict)
    is_direct = event.get("type") == "message"
    if event.get("bot_id") or event.get("subtype") or (is_direct and event.get("channel_type") != "im"):
        return None
    team = _maybe_text(body, "team_id") or _text(event, "team")
    return Mention(
        org=_event_org(body) or team,
        team=team,
        channel=_text(event, "channel"),
        user_id=_text(event, "user"),
        user_team=_maybe_text(event, "user_team") or _maybe_text(event, "team") or team,
        text=without_mention(_string(event, "text"), bot_user_id),
        ts=_text(event, "ts"),
        thread_ts=_maybe_text(event, "thread_ts"),
        event_id=_text(body, "event_id"),
        is_direct=is_direct,
    )


def home_opened(body: Payload) -> HomeOpened | None:
    """An ``app_home_opened`` event. Returns None for the messages tab, which sends it as well. Raises `BadPayload`."""
    event = _part(body, "event", dict)
    if event.get("tab") != "home":
        return None
    team = _text(body, "team_id")
    return HomeOpened(
        org=_event_org(body) or team,
        team=team,
        user_id=_text(event, "user"),
        user_team=_maybe_text(event, "user_team") or team,
        view_hash=_maybe_text(_maybe_part(event, "view") or {}, "hash"),
    )


def unescaped(text: str) -> str:
    """`text` as it was typed: Slack sends ``&``, ``<`` and ``>`` as entities (and no others)."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def without_mention(text: str, bot_user_id: str) -> str:
    """`text` without the bot's own mention at its beginning or, failing that, at its end."""
    own = rf"<@{re.escape(bot_user_id)}(?:\|[^>]*)?>"
    at_start = re.sub(rf"^\s*{own}[\s:,]*", "", text)
    if at_start != text:
        return at_start.strip()
    return re.sub(rf"[\s,]*{own}\s*$", "", text).strip()


def _who(body: Payload) -> tuple[str, str, str, str]:
    """Org, team, user and the user's own team of an interaction. With org-wide installs `team` is null."""
    user = _part(body, "user", dict)
    user_id = _text(user, "id")
    team = _maybe_text(_maybe_part(body, "team") or {}, "id") or _maybe_text(user, "team_id")
    if team is None:
        raise BadPayload("team.id and user.team_id are missing")
    enterprise = _maybe_text(_maybe_part(body, "enterprise") or {}, "id")
    enterprise = enterprise or _maybe_text(_maybe_part(body, "team") or {}, "enterprise_id")
    return enterprise or team, team, user_id, _maybe_text(user, "team_id") or team


def _event_org(body: Payload) -> str | None:
    """The enterprise that received the event; in a shared channel the outer `enterprise_id` can be the other side's."""
    authorizations = body.get("authorizations")
    if isinstance(authorizations, list) and authorizations and isinstance(authorizations[0], Mapping):
        return _maybe_text(authorizations[0], "enterprise_id")
    return _maybe_text(body, "enterprise_id")


_SELECTED = ("selected_user", "selected_channel", "selected_conversation", "selected_date", "selected_time")


def _selected(element: Payload) -> str | None:
    option = element.get("selected_option")
    if isinstance(option, Mapping):
        return _text(option, "value")
    instant = element.get("selected_date_time")
    if isinstance(instant, int):  # the only numeric value: seconds since 1970
        return str(instant)
    return next((text for name in _SELECTED if (text := _maybe_text(element, name))), None)


def _state(view: Payload) -> tuple[dict[str, str], dict[str, str]]:
    """Values and block ids of a modal's inputs, both by action_id."""
    values: dict[str, str] = {}
    blocks: dict[str, str] = {}
    state = _maybe_part(view, "state") or {}
    for block_id, elements in (_maybe_part(state, "values") or {}).items():
        if not isinstance(elements, Mapping):
            raise BadPayload("view.state.values holds something that is no block")
        for action_id, element in elements.items():
            if not isinstance(element, Mapping):
                raise BadPayload("view.state.values holds something that is no element")
            blocks[action_id] = block_id
            text = _selected(element) or _maybe_text(element, "value")
            if text:
                values[action_id] = text
    return values, blocks


def _text(body: Payload, name: str) -> str:
    value = body.get(name)
    if isinstance(value, str) and value:
        return value
    raise BadPayload(f"{name} is missing" if not value else f"{name} is no text")


def _string(body: Payload, name: str) -> str:
    """Text that may be empty or missing."""
    value = body.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    raise BadPayload(f"{name} is no text")


def _maybe_text(body: Payload, name: str) -> str | None:
    value = body.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    raise BadPayload(f"{name} is no text")


def _part(body: Payload, name: str, kind: type[_Kind]) -> _Kind:
    value = body.get(name)
    if isinstance(value, kind):
        return value
    raise BadPayload(f"{name} is missing" if value is None else f"{name} is not what it should be")


def _maybe_part(body: Payload, name: str) -> Payload | None:
    return None if body.get(name) is None else _part(body, name, dict)
