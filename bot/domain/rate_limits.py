"""How fast Slack may be told things: a lane is what Slack counts together, and a pace is what it takes in it.

Slack's *Rate limits*: about one `chat.postMessage` a second in a channel, short bursts tolerated; `chat.update` 50 a
minute (tier 3) in the whole workspace. How long a burst may be is not said: ours are guesses on the safe side, and a
refusal is obeyed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """One message `every` so often, and up to `burst` at once after a rest."""

    every: timedelta
    burst: int

    @property
    def slack(self) -> timedelta:
        """How far a lane may run ahead of its pace."""
        return self.every * (self.burst - 1)


POSTS = Pace(timedelta(seconds=1), 8)
"""New messages of one channel."""

EDITS = Pace(timedelta(seconds=60) / 50, 20)
"""Edits of all messages together."""

EDITING = "edits"
"""The name of the lane of all edits; every other lane has the name of its channel."""


@dataclass(frozen=True, slots=True)
class RateLimitBucket:
    """What was sent in a lane so far, as one instant; whether Slack asked to wait; whether it takes nothing at all."""

    name: str
    free_at: datetime | None = None
    """When all that was sent would have been sent at an even pace."""
    not_before: datetime | None = None
    """Slack asked to send nothing before."""
    trouble: str = ""
    """Slack's word for why this channel takes no message; empty while it does."""
    trouble_since: datetime | None = None

    def opens_at(self, pace: Pace, now: datetime) -> datetime:
        """The earliest instant, not before `now`, at which the next message may go out."""
        ahead = now if self.free_at is None else self.free_at - pace.slack
        return max(now, ahead, self.not_before or now)

    def sent(self, pace: Pace, now: datetime) -> RateLimitBucket:
        """The lane after one message more."""
        return replace(self, free_at=max(self.free_at or now, now) + pace.every)

    def held(self, pace: Pace, until: datetime) -> RateLimitBucket:
        """The lane after Slack asked to wait: nothing before then, and from then on no burst."""
        until = max(until, self.not_before or until)
        return replace(self, not_before=until, free_at=max(self.free_at or until, until + pace.slack))
