"""Socket Mode and signed HTTP, down to the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import httpx
import pytest
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.websockets import WebSocketDisconnect

from bot.services.slack import Bot, HttpDelivery, SocketDelivery, Workspace
from bot.services.slack.delivery import Connection, NotAcknowledged
from tests.bot.services.slack.slack import Page, actions, bolt, button, playground


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


async def _ticket(page: Page) -> str:
    headers = {"Authorization": f"Bearer {Bot().app_token}"}
    return str((await page.http.post("/api/apps.connections.open", headers=headers)).json()["url"])


async def test_a_ticket_opens_one_connection(page: Page, session: aiohttp.ClientSession) -> None:
    url = await _ticket(page)
    assert url.startswith("ws://127.0.0.1:")
    async with session.ws_connect(url) as socket:
        hello = await socket.receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"] == {"app_id": "A0CONFIGBOT"}
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(url)


async def test_another_page_cannot_open_a_socket(page: Page, session: aiohttp.ClientSession) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await session.ws_connect(await _ticket(page), headers={"Origin": "https://evil.example"})
    assert caught.value.status == 403


async def test_an_app_holds_ten_connections_at_most(
    page: Page, session: aiohttp.ClientSession, workspace: Workspace
) -> None:
    workspace.rates = None
    sockets = [await session.ws_connect(await _ticket(page)) for _ in range(11)]
    greetings = [await socket.receive_json() for socket in sockets]
    assert [greeting["type"] for greeting in greetings] == ["hello"] * 10 + ["disconnect"]
    assert greetings[-1]["reason"] == "too_many_websockets"
    for socket in sockets:
        await socket.close()


async def test_an_envelope_carries_the_payload_and_its_acknowledgement_the_answer(
    page: Page, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(await _ticket(page)) as socket, page.events() as events:
        await socket.receive_json()
        for nonsense in ("nonsense", '{"envelope_id": "unknown"}', "[]"):
            await socket.send_str(nonsense)
            assert "acknowledges nothing" in (await events.next("notice"))["text"]

        async def answer() -> Any:
            envelope = await socket.receive_json()
            await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": "as plain text"})
            return envelope

        said, envelope = await asyncio.gather(page.say("/deploy x"), answer())
    assert said == {"ok": True}
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert envelope["payload"]["text"] == "x"
    assert await page.texts() == ["as plain text"]


class Gone:
    """A websocket whose other end has left without a word."""

    async def send_json(self, _data: Any) -> None:
        raise WebSocketDisconnect(1006)

    async def close(self, _code: int) -> None:
        raise RuntimeError("closed already")


async def test_a_dead_connection_is_passed_over(workspace: Workspace) -> None:
    delivery = SocketDelivery(workspace, ack_seconds=0.05)
    delivery._connections = [Connection(Gone()), Connection(Gone())]  # type: ignore[arg-type]  # as much of a socket as is used
    with pytest.raises(NotAcknowledged, match="dispatch_failed"):
        await delivery.send("slash_commands", {"command": "/deploy"})
    assert not delivery.connected
    for end in (delivery.ask_to_reconnect, delivery.close):
        delivery._connections = [Connection(Gone())]  # type: ignore[arg-type]  # as much of a socket as is used
        await end()
        assert not delivery.connected


def over_http(app: AsyncApp, **options: Any) -> HttpDelivery:
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Any:
        return await handler.handle(request)

    server = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
    transport = httpx.ASGITransport(server, raise_app_exceptions=False)
    return HttpDelivery("http://bot.example/slack/events", "s3cret", transport=transport, **options)


async def test_the_same_conversation_over_signed_http(workspace: Workspace) -> None:
    app = bolt("http://127.0.0.1:9")
    seen: list[str] = []

    @app.command("/deploy")
    async def deploy(ack: Any, command: Any) -> None:
        kind = "in_channel" if command["text"] == "for all" else "ephemeral"
        await ack(text=f"on it: {command['text']}", response_type=kind)

    @app.command("/silent")
    async def short(ack: Any) -> None:
        await ack("as plain text")

    @app.action("b")
    async def clicked(ack: Any, body: Any) -> None:
        await ack()
        seen.append(body["message"]["text"])

    @app.event("app_mention")
    async def mention(event: Any, req: Any) -> None:
        seen.append(event["text"])

    async with playground(workspace, delivery=over_http(app)) as page:
        app.client.base_url = f"{page.base_url}/api/"
        await page.say("/deploy config_x")
        await page.say("/deploy for all")
        await page.say("/silent")
        assert await page.texts() == ["on it: config_x", "on it: for all", "as plain text"]
        assert await page.as_("U0RAVI").texts() == ["on it: for all"]
        await app.client.chat_postMessage(channel="C0DEPLOYS", text="card", blocks=[actions(button("b"))])
        await page.click(await page.last(), "b")
        await page.say("@configbot help")
        await page.until(lambda _: seen == ["card", "<@U0BOT> help"], page.session)
        assert await page.say("/unheard") == {"ok": False, "error": "dispatch_failed"}
        client = AsyncWebClient(token=Bot().app_token, base_url=f"{page.base_url}/api/")
        with pytest.raises(Exception, match="not_allowed"):
            await client.apps_connections_open(app_token=Bot().app_token)
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(f"{page.base_url}/socket?ticket=x")


async def test_http_that_answers_late_or_not_at_all(workspace: Workspace) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) == 1:
            raise httpx.ReadTimeout("late", request=request)
        if len(asked) == 2:
            raise httpx.ConnectError("nobody", request=request)
        return httpx.Response(200, text="taken")

    delivery = HttpDelivery("http://bot.example/", "s3cret", transport=httpx.MockTransport(answer))
    with pytest.raises(NotAcknowledged, match="operation_timeout"):
        await delivery.send("events_api", {"event_id": "Ev1"})
    with pytest.raises(NotAcknowledged, match="dispatch_failed"):
        await delivery.send("events_api", {"event_id": "Ev1"}, 1)
    assert await delivery.send("events_api", {"event_id": "Ev1"}, 2) == {"text": "taken"}
    assert "x-slack-retry-num" not in asked[0].headers
    assert asked[2].headers["x-slack-retry-num"] == "2"
    await delivery.close()
