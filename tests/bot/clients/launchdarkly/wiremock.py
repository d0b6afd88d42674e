"""A LaunchDarkly that answers what a test prepared for a path, without a port, and keeps what it was asked."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import SecretStr

from bot.clients.launchdarkly import LaunchDarklyClient
from tests.contracts import launchdarkly as ld

KEY = "api-marmalade-0000"
CONFIGS = "/api/v2/projects/shop/ai-configs"
TARGETING = f"{CONFIGS}/support-reply/targeting"
ENVIRONMENTS = "/api/v2/projects/shop/environments"
APPROVALS = "/api/v2/approval-requests"


@dataclass
class Service:
    """Answers by ``METHOD path``: queued ones first, then the standing one."""

    standing: dict[str, tuple[int, Any]] = field(default_factory=dict)
    queued: dict[str, deque[tuple[int, Any, dict[str, str]]]] = field(default_factory=lambda: defaultdict(deque))
    requests: list[httpx.Request] = field(default_factory=list)

    def always(self, call: str, body: Any, status: int = 200) -> None:
        """What is answered to a call from now on."""
        self.standing[call] = (status, body)

    def once(self, call: str, body: Any, status: int = 200, **headers: str) -> None:
        """What is answered to a call once, before what stands."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.queued[call].append((status, body, named))

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.requests.append(request)
        call = f"{request.method} {request.url.path}"
        if self.queued[call]:
            status, body, headers = self.queued[call].popleft()
            return httpx.Response(status, json=body, headers=headers)
        unknown = {"code": "not_found", "message": f"nothing was prepared for {call}", "id": "1"}
        status, body = self.standing.get(call, (404, unknown))
        return httpx.Response(status, json=body) if status != 204 else httpx.Response(204)

    def asked(self) -> list[str]:
        """The calls in their order."""
        return [f"{request.method} {request.url.path}" for request in self.requests]

    def sent(self, method: str) -> list[Any]:
        """The bodies of the calls of this method."""
        return [json.loads(request.content) for request in self.requests if request.method == method]


def service() -> Service:
    """With one AI Config in three environments, of which production demands approvals."""
    made = Service()
    made.always(f"GET {CONFIGS}", ld.AI_CONFIGS)
    made.always(f"GET {CONFIGS}/support-reply", ld.AI_CONFIG)
    made.always(f"GET {TARGETING}", ld.TARGETING)
    made.always(f"PATCH {TARGETING}", ld.TARGETING)
    made.always(f"GET {ENVIRONMENTS}", ld.ENVIRONMENTS)
    made.always(f"GET {APPROVALS}", {"items": [], "totalCount": 0})
    made.always("GET /api/v2/members", ld.MEMBERS)
    return made


def client_of(service: Service, **settings: Any) -> LaunchDarklyClient:
    """A client that speaks to it."""
    transport = httpx.MockTransport(service.handle)
    return LaunchDarklyClient(
        "shop", "https://ld.test", SecretStr(KEY), project="shop", transport=transport, **settings
    )
