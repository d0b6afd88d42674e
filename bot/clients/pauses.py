"""How long a service asks us to wait: ``Retry-After``, and the ends of the windows in which it counts calls."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import time

from bot.domain.rate_limits import LONGEST_ASKED_FOR

LONGEST_PAUSE = 30.0
"""Seconds of ``Retry-After`` that are waited for at most; who asks for more gets no second call."""
SHORTEST_RESET = 1.0
"""Seconds that are waited at least for the end of a window: clocks differ, and an end in the past was seen."""
RESETS = ("X-Ratelimit-Reset", "X-Ratelimit-Auth-Token-Reset")
"""When a window of calls ends, in milliseconds since 1970; each is there only while its limit applies."""
JITTER = 0.25
"""Seconds by which calls that wait for the same end are spread at most."""


def pause_asked_for(headers: Mapping[str, str], *, limited: bool) -> float | None:
    """Seconds to wait before the next call: the longest that any header asks for; None when none does.

    The end of a window is spread a little and is never further than windows are long: clocks differ.
    """
    asked = [_retry_after(headers.get("Retry-After"))]
    ends = [float(end) for name in RESETS if limited and (end := headers.get(name, "").strip()).isdecimal()]
    if ends:
        left = min(max(max(ends) / 1000 - time(), SHORTEST_RESET), LONGEST_PAUSE - JITTER)
        asked.append(left + random.uniform(0, JITTER))  # noqa: S311 - spreads calls, keeps no secret
    return max((each for each in asked if each is not None), default=None)


def _retry_after(header: str | None) -> float | None:
    """Seconds to wait, a day at most, from seconds or an HTTP date (RFC 9110, *Retry-After*).

    None when it is absent or unreadable.
    """
    if header is None:
        return None
    if header.strip().isdecimal():
        return min(float(header), LONGEST_ASKED_FOR)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), LONGEST_ASKED_FOR)
