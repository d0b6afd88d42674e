"""The parts of a workspace, as plain data that the caller passes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
"""A JSON object as Slack sends it."""


SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "users:read",
    "users:read.email",
)
"""The scopes that an app is granted by default."""


class SlackError(Exception):
    """A response ``{"ok": false, "error": …}`` with Slack's name; `messages` go to `response_metadata.messages`."""

    def __init__(self, error: str, *messages: str, extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.extra = dict(extra or {})


class RateLimited(Exception):
    """Slack's response 429; `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"ratelimited, retry after {retry_after} s")
        self.retry_after = retry_after


class Impossible(Exception):
    """The page requested something that a person in Slack cannot do; the text says what, and what to do instead."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Team:
    """The workspace; with `enterprise_id` it belongs to an Enterprise Grid."""

    id: str
    name: str
    domain: str = "acorn-labs"
    enterprise_id: str | None = None
    enterprise_name: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A member, a guest, another bot, or a stranger from a shared channel (`is_stranger`, another `team_id`)."""

    id: str
    name: str
    title: str = ""
    handle: str = ""
    """The name after the @; when empty, the first word of the name."""
    email: str = ""
    tz: str = "Etc/UTC"
    team_id: str = ""
    """When empty, the team of the workspace."""
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    enterprise_user: Mapping[str, Any] | None = None

    @property
    def username(self) -> str:
        """The handle, as Slack writes it."""
        return self.handle or self.name.split()[0].lower()


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation. With `members` None, everybody but strangers is in it; `bot_is_member` is for the bot."""

    id: str
    name: str
    topic: str = ""
    is_private: bool = False
    is_im: bool = False
    is_ext_shared: bool = False
    is_archived: bool = False
    bot_is_member: bool = True
    members: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command, as registered in the manifest."""

    command: str
    usage: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Bot:
    """The app under test and its fake tokens; real tokens are refused."""

    user_id: str = "U0BOT"
    name: str = "configbot"
    bot_id: str = "B0BOT"
    app_id: str = "A0CONFIGBOT"
    scopes: tuple[str, ...] = SCOPES
    token: str = field(default="xoxb-playground", repr=False)
    app_token: str = field(default="xapp-playground", repr=False)


@dataclass(slots=True)
class Message:
    """A message in a channel; `reader` is set if it is ephemeral: only that person sees it."""

    channel: str
    ts: str
    text: str
    user: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    reader: str | None = None
    edited: bool = False
    metadata: Json | None = None
    earlier: list[list[Json]] = field(default_factory=list)
    """The blocks before each edit, newest first: people may still see them and click."""

    @property
    def ephemeral_id(self) -> str | None:
        """The page's id for an ephemeral message, which has no usable ts. None for other messages."""
        return f"E{self.ts}" if self.reader else None


@dataclass(slots=True)
class View:
    """A modal or Home tab of one person; `state` is what the person has entered so far."""

    id: str
    user: str
    body: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    state: Json = field(default_factory=dict)

    @property
    def type(self) -> str:
        """``modal`` or ``home``."""
        return str(self.body["type"])


@dataclass(slots=True)
class ResponseUrl:
    """A response_url: `expires` is a Unix time, `left` the uses left, `source_ts` the message that was clicked."""

    id: str
    channel: str
    user: str
    expires: float
    left: int = 5
    source_ts: str | None = None


@dataclass(slots=True)
class Trigger:
    """A trigger_id, which is valid for three seconds and one use."""

    user: str
    expires: float
    used: bool = False
    view_id: str | None = None
    """The modal that it was created in, from which `views.push` knows the stack."""


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A user group, such as @ai-leads."""

    id: str
    handle: str
    users: tuple[str, ...]
    disabled: bool = False
