"""People of a Slack workspace and the conversations they act in, keyed so that one Grid is one organisation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """A person's membership status in the workspace that the bot serves."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    STRANGER = "stranger"
    UNKNOWN = "unknown"
    """Could not be read from Slack: has no permissions."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person. `org` is the enterprise id on Grid, else the team id; `(org, user_id)` is the identity."""

    org: str
    team: str
    user_id: str
    name: str = ""
    standing: Standing = Standing.UNKNOWN
    tz: str = "UTC"
    """IANA time zone from the person's Slack profile."""

    @property
    def key(self) -> tuple[str, str]:
        """The person's identity: one key is one vote, whatever the display name."""
        return (self.org, self.user_id)


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation. `thread_ts` is set for a message inside a thread."""

    org: str
    team: str
    channel: str
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class MessageAt:
    """A posted message: the channel id that Slack returned, and the message's timestamp."""

    channel: str
    ts: str
