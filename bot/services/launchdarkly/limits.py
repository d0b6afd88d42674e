"""Rate limits in ten-second windows: for the whole account, per route, per token and per address."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

WINDOW = 10_000
"""Milliseconds (REST API v2, *Rate limiting*; the number of calls per window is not published)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Allowed calls per window; None means no limit, and no headers about it."""

    account: int | None = None
    route: int | None = None
    token: int | None = None
    address: int | None = None


class Rates:
    """Counts calls per window. A limit that is not set does not appear in the headers."""

    def __init__(self) -> None:
        self._window = 0
        self._counted: defaultdict[str, int] = defaultdict(int)

    def count(self, limits: Limits, now: int, *, route: str, token: str, address: str) -> tuple[bool, dict[str, str]]:
        """Count a call at `now` (epoch ms). Returns whether it is allowed, and its headers. A refused call counts too.

        The limit per address adds no header until it is reached; then it adds Retry-After, in seconds.
        """
        window = now // WINDOW
        if window != self._window:
            self._window = window
            self._counted.clear()
        reset = str((window + 1) * WINDOW)
        headers: dict[str, str] = {}
        allowed = True
        scopes = (
            ("Global", "account", limits.account, "X-Ratelimit-Reset"),
            ("Route", f"route {route}", limits.route, "X-Ratelimit-Reset"),
            ("Auth-Token", f"token {token}", limits.token, "X-Ratelimit-Auth-Token-Reset"),
        )
        for scope, name, limit, reset_header in scopes:
            if limit is None:
                continue
            self._counted[name] += 1
            left = limit - self._counted[name]
            allowed = allowed and left >= 0
            headers |= {
                f"X-Ratelimit-{scope}-Limit": str(limit),
                f"X-Ratelimit-{scope}-Remaining": str(max(left, 0)),
                reset_header: reset,
            }
        if limits.address is not None:
            self._counted[f"address {address}"] += 1
            if self._counted[f"address {address}"] > limits.address:
                allowed, headers["Retry-After"] = False, str(math.ceil(((window + 1) * WINDOW - now) / 1_000))
        return allowed, headers
