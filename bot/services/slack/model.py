"""What a workspace is made of: plain data, handed in by whoever starts it."""

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
    "im:write",
    "usergroups:read",
    "users:read",
    "users:read.email",
)
"""What an app is granted when nothing else is said."""


class SlackError(Exception):
    """An answer ``{"ok": false, "error": …}``: the name is Slack's, `messages` go to `response_metadata.messages`."""

    def __init__(self, error: str, *messages: str, extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.extra = dict(extra or {})


class RateLimited(Exception):
    """Slack's 429; `retry_after` is whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"ratelimited, retry after {retry_after} s")
        self.retry_after = retry_after


class Impossible(Exception):
    """The page asked for something that a person in Slack cannot do; the text says what, and what to do instead."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Team:
    """The workspace; with `enterprise_id` it is one of a Grid."""

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
    """What stands behind the @; the first word of the name when empty."""
    email: str = ""
    tz: str = "Etc/UTC"
    team_id: str = ""
    """The team of the workspace when empty."""
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    enterprise_user: Mapping[str, Any] | None = None

    @property
    def username(self) -> str:
        """The handle as Slack writes it."""
        return self.handle or self.name.split()[0].lower()


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation. `members` None means everybody who is no stranger; the bot is named by `bot_is_member`."""

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
    """A slash command as the manifest registers it."""

    command: str
    usage: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Bot:
    """The app under test and its tokens, which are made up: real ones are refused."""

    user_id: str = "U0BOT"
    name: str = "configbot"
    bot_id: str = "B0BOT"
    app_id: str = "A0CONFIGBOT"
    scopes: tuple[str, ...] = SCOPES
    token: str = field(default="xoxb-playground", repr=False)
    app_token: str = field(default="xapp-playground", repr=False)


@dataclass(slots=True)
class Message:
    """One message of one channel; `reader` is set for an ephemeral one, which only that person sees."""

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
    """Blocks it had before an edit, newest first: somebody may still look at them, and click."""

    @property
    def ephemeral_id(self) -> str | None:
        """How the page names an ephemeral message, which has no usable ts."""
        return f"E{self.ts}" if self.reader else None


@dataclass(slots=True)
class View:
    """A modal or a Home tab of one person, with what that person has chosen in it so far."""

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
    """What a response_url may still do: `expires` is a Unix time, `source` the message that was clicked."""

    id: str
    channel: str
    user: str
    expires: float
    left: int = 5
    source_ts: str | None = None


@dataclass(slots=True)
class Trigger:
    """A trigger_id: good for three seconds, and once."""

    user: str
    expires: float
    used: bool = False
    view_id: str | None = None
    """The modal in which it arose, so that `views.push` knows the stack."""


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A user group, such as @ai-leads."""

    id: str
    handle: str
    users: tuple[str, ...]
    disabled: bool = False
