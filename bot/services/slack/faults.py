"""Faults that a test queues, and Slack's rate limits."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace

ANSWER_LOST = "answer_lost"
"""Fault: the call is executed, but the connection breaks before the response arrives."""
SERVER_ERROR = "server_error"
"""Fault: HTTP 500; the call is not executed."""
RATE_LIMITED = "ratelimited"
"""Fault: HTTP 429 with Retry-After."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault for the next `times` calls of a method; an empty `error` only delays, by `delay` seconds."""

    method: str
    error: str = ""
    retry_after: int = 1
    times: int = 1
    delay: float = 0.0
    channel: str = ""
    """The fault applies only to calls for this channel; when empty, to all calls."""


class Faults:
    """Queues of faults by method, first in, first out."""

    def __init__(self) -> None:
        self._queued: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def add(self, fault: Fault) -> None:
        """Add a fault to its queue."""
        self._queued[fault.method].append(fault)

    def take(self, method: str, channel: str = "") -> Fault | None:
        """Take the next fault for this call of `method`. Returns None when there is none."""
        queue = self._queued[method]
        fault = next((one for one in queue if one.channel in ("", channel)), None)
        if fault is None:
            return None
        position = queue.index(fault)
        del queue[position]
        if fault.times > 1:
            queue.insert(position, replace(fault, times=fault.times - 1))
        return fault


TIER_1, TIER_2, TIER_3, TIER_4 = 1, 20, 50, 100
PER_MINUTE = {
    "apps.connections.open": TIER_1,
    "users.list": TIER_2,
    "conversations.list": TIER_2,
    "usergroups.users.list": TIER_2,
    "chat.update": TIER_3,
    "chat.delete": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.open": TIER_3,
    "conversations.replies": TIER_3,
    "bots.info": TIER_3,
    "team.info": TIER_3,
    "chat.postEphemeral": TIER_4,
    "users.info": TIER_4,
    "conversations.members": TIER_4,
    "views.open": TIER_4,
    "views.update": TIER_4,
    "views.push": TIER_4,
    "views.publish": TIER_4,
}
"""Calls per minute that Slack at least allows (its rate limit tiers); other methods have no limit here."""
BURST = 10
"""Calls in a burst. Slack tolerates short bursts but does not document their size; this one is ours."""


class Rates:
    """Token buckets: one per method, and for chat.postMessage one per channel (about one call per second)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait(self, method: str, channel: str) -> int:
        """Whole seconds to wait before this call is allowed; when it is allowed, counts it and returns 0."""
        if method == "chat.postMessage":
            return self._take(f"{method} {channel}", 1.0, BURST)
        per_minute = PER_MINUTE.get(method)
        return self._take(method, per_minute / 60, max(per_minute, BURST)) if per_minute else 0

    def _take(self, name: str, per_second: float, size: float) -> int:
        now = self._clock()
        left, since = self._buckets.get(name, (size, now))
        left = min(size, left + (now - since) * per_second)
        if left < 1:
            self._buckets[name] = (left, now)
            return math.ceil((1 - left) / per_second)
        self._buckets[name] = (left - 1, now)
        return 0
