"""Who is acting, and from where: people of a chat workspace, keyed so that one Grid is one organisation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """What a person is to the workspace that the bot serves."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    STRANGER = "stranger"
    UNKNOWN = "unknown"
    """Slack could not tell: treated as no right at all."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person. `org` is the enterprise id on Grid, else the team id; `(org, user_id)` is the identity."""

    org: str
    team: str
    user_id: str
    name: str = ""
    standing: Standing = Standing.UNKNOWN
    tz: str = "UTC"
    """IANA zone of the person's Slack profile."""

    @property
    def key(self) -> tuple[str, str]:
        """The identity: one key is one vote, whatever the display name."""
        return (self.org, self.user_id)


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation. `thread_ts` is set when something was said inside a thread."""

    org: str
    team: str
    channel: str
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class MessageAt:
    """Where a posted message stands: the channel id that Slack answered with, and its timestamp."""

    channel: str
    ts: str
