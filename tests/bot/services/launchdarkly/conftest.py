"""The demo account under test: its world, a clock that stands, a client for each member, and a server on a port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from bot.services.launchdarkly import PROJECT, ExternalActor, World, create_app, demo_world
from tests.waiting import served_in_a_thread

TOKEN, REVIEWER = "api-0000-the-bot", "api-1111-the-reviewer"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CONFIGS = f"/projects/{PROJECT}/ai-configs"


class StandingClock:
    """Stands at nine on a Monday until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


class Api:
    """Calls the service as one member, and insists on the status."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def call(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        response = await self.client.request(method, f"/api/v2{path}", **more)
        assert response.status_code == status, f"{method} {path}: {response.status_code} {response.text}"
        if status == 204:
            assert response.content == b""
            return None
        assert response.headers["content-type"] == "application/json"
        body = response.json()
        if status >= 400:
            assert set(body) == {"code", "message", "id"}
        return body

    async def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return await self.call("GET", path, status, params=query or None)

    async def post(self, path: str, body: Any, status: int = 201) -> Any:
        return await self.call("POST", path, status, json=body)

    async def patch(self, path: str, body: Any, status: int = 200) -> Any:
        return await self.call("PATCH", path, status, json=body)

    async def delete(self, path: str, status: int = 204) -> Any:
        return await self.call("DELETE", path, status)

    async def targeting(self, config: str = "support-assistant") -> Any:
        return await self.get(f"{CONFIGS}/{config}/targeting")

    async def ids(self, config: str = "support-assistant") -> dict[str, str]:
        """Ids of the targeting entries by variation key; the disabled one is the empty key."""
        document = await self.targeting(config)
        return {each["value"]["_ldMeta"]["variationKey"]: each["_id"] for each in document["variations"]}

    async def instruct(
        self,
        *instructions: dict[str, Any],
        config: str = "support-assistant",
        environment: str = "staging",
        status: int = 200,
        **more: Any,
    ) -> Any:
        """A semantic patch on targeting."""
        body = {"environmentKey": environment, "instructions": instructions, **more}
        return await self.patch(f"{CONFIGS}/{config}/targeting", body, status)

    async def serve(self, variation: str, environment: str = "staging", status: int = 200, **more: Any) -> Any:
        """Move the default rule of the support assistant."""
        step = moved((await self.ids())[variation])
        return await self.instruct(step, environment=environment, status=status, **more)

    async def ask(self, *instructions: dict[str, Any], environment: str = "production", **more: Any) -> Any:
        """Ask for an approval of a change of the support assistant."""
        body = {
            "resourceId": f"proj/{PROJECT}:env/{environment}:aiconfig/support-assistant",
            "description": "deploy support-assistant@warm-v2 to production",
            "instructions": instructions or (moved((await self.ids())["warm-v2"]),),
        }
        status = more.pop("status", 201)
        return await self.post("/approval-requests", body | more, status)


def moved(variation_id: str) -> dict[str, Any]:
    """The instruction that moves the default rule."""
    return {"kind": "updateFallthroughVariationOrRollout", "variationId": variation_id}


def encoded(key: str) -> str:
    """A key as it stands in a path."""
    return quote(key, safe="")


def key_of(document: Any, index: int) -> str:
    """The variation key at an index of the targeting document."""
    return str(document["variations"][index]["value"]["_ldMeta"]["variationKey"])


def live(document: Any, environment: str) -> str:
    """The variation key that the default rule serves."""
    return key_of(document, document["environments"][environment]["fallthrough"]["variation"])


@contextmanager
def served(world: World) -> Iterator[str]:
    """The service on a port, in a thread of its own, for clients that wait: its base URL."""
    with served_in_a_thread(create_app(world), "critical") as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def world(clock: StandingClock) -> Iterator[World]:
    made = demo_world(TOKEN, REVIEWER, now=clock)
    yield made
    made.close()


@pytest.fixture
def somebody_else(world: World) -> ExternalActor:
    return ExternalActor(world, PROJECT)


@pytest.fixture
async def api(world: World) -> AsyncIterator[Api]:
    """The bot's member."""
    async with client(world, TOKEN) as http:
        yield Api(http)


@pytest.fixture
async def reviewer(world: World) -> AsyncIterator[Api]:
    """The member who reviews."""
    async with client(world, REVIEWER) as http:
        yield Api(http)


def client(world: World, token: str) -> httpx.AsyncClient:
    """A client without a port."""
    transport = httpx.ASGITransport(create_app(world))
    return httpx.AsyncClient(transport=transport, base_url="http://launchdarkly.test", headers={"Authorization": token})
