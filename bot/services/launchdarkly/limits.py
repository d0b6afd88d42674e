"""Rate limits: windows of ten seconds for the whole account, for one route, for one token and for one address."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

WINDOW = 10_000
"""Milliseconds (REST API v2, *Rate limiting*; how many calls fit is not published)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls that fit into a window; None: no limit, and no headers about it."""

    account: int | None = None
    route: int | None = None
    token: int | None = None
    address: int | None = None


class Rates:
    """Counts calls. A limit that does not apply is not mentioned in the headers."""

    def __init__(self) -> None:
        self._window = 0
        self._counted: defaultdict[str, int] = defaultdict(int)

    def count(self, limits: Limits, now: int, *, route: str, token: str, address: str) -> tuple[bool, dict[str, str]]:
        """Whether this call is allowed at `now`, and the headers that its answer has. A refused call counts too.

        The limit by address says nothing before it is reached, and then in seconds how long to wait.
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
