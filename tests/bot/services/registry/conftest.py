"""A registry under test: its database, its app, a client with the key and a clock that stands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.services.registry.app import close, create_app
from bot.services.registry.database import migrate, migrate_blocking
from tests.databases import KINDS, migrated
from tests.waiting import served_in_a_thread

KEY = "hl_sk_0123456789abcdef0123456789abcdef0123456789abcdef"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class StandingClock:
    """Stands at nine on a Monday until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


class Api:
    """Calls the registry and insists on the status."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def call(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        response = await self.client.request(method, path, **more)
        assert response.status_code == status, f"{method} {path}: {response.status_code} {response.text}"
        if status == 204:
            assert response.content == b""
            return None
        assert response.headers["content-type"] == "application/json"
        return response.json()

    async def get(self, path: str, status: int = 200, **more: Any) -> Any:
        return await self.call("GET", path, status, **more)

    async def post(self, path: str, body: Any, status: int = 201) -> Any:
        return await self.call("POST", path, status, json=body)

    async def patch(self, path: str, body: Any, status: int = 200) -> Any:
        return await self.call("PATCH", path, status, json=body)

    async def delete(self, path: str, status: int = 200) -> Any:
        return await self.call("DELETE", path, status)

    async def project(self, name: str = "Refund triage") -> str:
        return str((await self.post("/projects", {"name": name}))["id"])

    async def config(self, project_id: str, name: str = "triage v1", **parameters: Any) -> str:
        body = {"project_id": project_id, "name": name, "model": name, **parameters}
        return str((await self.post("/model-configs", body, 200))["config"]["id"])

    async def evaluator(self, kind: str = "external", name: str = "queue matches") -> str:
        body = {
            "name": name,
            "description": "Right queue?",
            "type": kind,
            "arguments_type": "target_required",
            "return_type": "boolean",
        }
        return str((await self.post("/evaluators", body))["id"])

    async def dataset(self, project_id: str, name: str = "refund cases") -> str:
        body = {"name": name, "description": "Hand-labelled"}
        return str((await self.post(f"/projects/{project_id}/datasets", body))["id"])

    async def evaluation(self, project_id: str, config_id: str, *kinds: str, **more: Any) -> Any:
        evaluators = [await self.evaluator(kind, f"{kind} {number}") for number, kind in enumerate(kinds)]
        body = {"config_id": config_id, "evaluator_ids": evaluators, "dataset_id": await self.dataset(project_id)}
        return await self.post(f"/projects/{project_id}/evaluations", body | more)


@asynccontextmanager
async def registry(url: str, clock: StandingClock) -> AsyncIterator[Api]:
    """A registry on a migrated database, reached without a port."""
    app = create_app(url, api_keys=["another key", KEY], now=clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://registry.test/v4", headers={"X-API-KEY": KEY}
    ) as client:
        yield Api(client)
    await close(app)


@contextmanager
def served(url: str) -> Iterator[str]:
    """A registry on a port, in a thread of its own, for clients that wait: its base URL. Migrates the database."""
    migrate_blocking(url)
    with served_in_a_thread(create_app(url, api_keys=[KEY]), "warning") as port:
        yield f"http://127.0.0.1:{port}/v4"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database, once of each kind."""
    with migrated(request, request.param, migrate) as made:
        yield made


@pytest.fixture
async def api(url: str, clock: StandingClock) -> AsyncIterator[Api]:
    """A registry on each kind of database."""
    async with registry(url, clock) as api:
        yield api


@pytest.fixture
def lite_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated SQLite file."""
    with migrated(request, "sqlite", migrate) as made:
        yield made


@pytest.fixture
async def lite(lite_url: str, clock: StandingClock) -> AsyncIterator[Api]:
    """A registry on SQLite, for what has nothing to do with the database."""
    async with registry(lite_url, clock) as api:
        yield api
