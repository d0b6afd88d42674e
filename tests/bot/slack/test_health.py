"""Health, and the server that everything is served by."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.slack import health
from bot.slack.health import PortTaken, routes, serving
from tests.waiting import happens


def open_file(name: str) -> None:
    raise FileNotFoundError(name)


async def fine() -> str | None:
    return None


async def down() -> str | None:
    return "the database is locked"


async def broken() -> str | None:
    raise RuntimeError("postgresql://u:hunter2@h")


async def ask(app: Starlette, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        return await client.get(path)


async def test_is_ready_when_every_check_is_fine() -> None:
    answer = await ask(Starlette(routes=routes({"store": fine, "slack": fine})), "/readyz")

    assert (answer.status_code, answer.json()) == (200, {"ok": True, "checks": {"store": "ok", "slack": "ok"}})


async def test_is_not_ready_when_one_check_is_not_and_says_which() -> None:
    answer = await ask(Starlette(routes=routes({"store": down, "slack": fine, "index": broken})), "/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "store": "the database is locked",
        "slack": "ok",
        "index": "the check itself failed, see the log",
    }


async def test_a_check_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.01)

    async def hangs() -> str | None:
        await asyncio.sleep(60)
        return None

    answer = await ask(Starlette(routes=routes({"slack": hangs})), "/readyz")

    assert answer.json()["checks"] == {"slack": "no answer within 0.01 s"}


async def test_is_alive_even_when_it_is_not_ready() -> None:
    app = Starlette(routes=routes({"store": down}, metrics=CollectorRegistry()))

    assert (await ask(app, "/healthz")).status_code == 200
    assert (await ask(app, "/metrics")).text.strip() == ""


async def test_says_where_it_cannot_listen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"cannot listen on 127.0.0.1:{port}"):
            async with serving(Starlette(), host="127.0.0.1", port=port):
                raise AssertionError("it must not come so far")


async def test_says_when_there_is_no_such_host() -> None:
    with pytest.raises(PortTaken, match=r"cannot listen on nowhere\.invalid:0"):
        async with serving(Starlette(), host="nowhere.invalid", port=0):
            raise AssertionError("it must not come so far")


async def test_an_app_that_does_not_come_up_stops_the_start() -> None:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        open_file("no such file")
        yield

    with pytest.raises(RuntimeError, match="the web server did not start"):
        async with serving(Starlette(lifespan=lifespan), host="127.0.0.1", port=0):
            raise AssertionError("it must not come so far")


async def test_a_request_that_runs_is_answered_before_the_server_goes() -> None:
    began = asyncio.Event()

    async def slow(_request: Request) -> Response:
        began.set()
        await asyncio.sleep(0.2)
        return PlainTextResponse("done")

    async with httpx.AsyncClient(trust_env=False) as client:
        async with serving(Starlette(routes=[Route("/", slow)]), host="127.0.0.1", port=0) as port:
            asking = asyncio.create_task(client.get(f"http://127.0.0.1:{port}/"))
            await happens(began)
        assert (await asking).text == "done"
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/")
