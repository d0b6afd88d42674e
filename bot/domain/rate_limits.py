"""Rate limits for posting to Slack. A bucket is a group of calls that Slack counts together; a pace is its limit.

Slack's *Rate limits*: about one `chat.postMessage` a second per channel, short bursts tolerated; `chat.update` 50 a
minute (tier 3) in the whole workspace. The size of a burst is not documented: ours are cautious guesses, and a 429
answer is respected.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """One message per `every`, and up to `burst` at once after a pause."""

    every: timedelta
    burst: int

    @property
    def slack(self) -> timedelta:
        """How far a bucket may run ahead of the even pace."""
        return self.every * (self.burst - 1)


POSTS = Pace(timedelta(seconds=1), 8)
"""For new messages in one channel."""

LONGEST_ASKED_FOR = 86_400.0
"""Seconds that anybody who asks us to wait is believed at most: a day. Slack and providers alike."""

EDITS = Pace(timedelta(seconds=60) / 50, 20)
"""For edits of all messages together."""

EDITING = "edits"
"""The name of the bucket for all edits; every other bucket is named after its channel."""


@dataclass(frozen=True, slots=True)
class RateLimitBucket:
    """The state of one bucket: how much was sent, whether Slack asked to wait, whether the channel rejects messages."""

    name: str
    free_at: datetime | None = None
    """When everything sent so far would have been sent at the even pace; None if nothing was sent."""
    not_before: datetime | None = None
    """Slack asked us to send nothing before this time."""
    trouble: str = ""
    """Slack's error code if the channel rejects messages; empty otherwise."""
    trouble_since: datetime | None = None

    def opens_at(self, pace: Pace, now: datetime) -> datetime:
        """The earliest time, not before `now`, at which the next message may be sent."""
        ahead = now if self.free_at is None else self.free_at - pace.slack
        return max(now, ahead, self.not_before or now)

    def sent(self, pace: Pace, now: datetime) -> RateLimitBucket:
        """The bucket after one more message."""
        return replace(self, free_at=max(self.free_at or now, now) + pace.every)

    def held(self, pace: Pace, until: datetime) -> RateLimitBucket:
        """The bucket after Slack asked us to wait: nothing is sent before `until`, and no burst after it."""
        until = max(until, self.not_before or until)
        return replace(self, not_before=until, free_at=max(self.free_at or until, until + pace.slack))
