"""Socket Mode against the playground: requests are heard, lost connections come back, and a shutdown is in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
from slack_bolt.async_app import AsyncApp

from bot.services.slack import Bot, Channel, Person, Team, Workspace, create_app
from bot.services.slack.delivery import NotAcknowledged, SocketDelivery
from bot.services.slack.faults import Fault
from bot.slack import bolt, socket
from bot.slack.bolt import build_app, check_tokens, session
from bot.slack.health import serving
from bot.slack.socket import NotConnected, connected
from bot.tasks import Tasks
from tests.bot.slack.requests import COMMAND


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*bolt.PROXIES, *bolt.BOLT_READS):
        monkeypatch.delenv(name, raising=False)


@dataclass
class Slack:
    """A running playground, and an app that listens to it."""

    delivery: SocketDelivery
    port: int
    app: AsyncApp
    heard: list[str]

    async def type(self, text: str) -> dict[str, Any]:
        """Send a slash command; answers its acknowledgement."""
        return await self.delivery.send("slash_commands", COMMAND | {"text": text})


@asynccontextmanager
async def playground(delivery: SocketDelivery, workspace: Workspace, port: int = 0) -> AsyncIterator[int]:
    async with serving(create_app(workspace, delivery=delivery), host="127.0.0.1", port=port, patience=1) as port:
        yield port
        workspace.audience.end()
        await delivery.close()


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    made = Workspace(
        Team("T0ACORN", "Acorn Labs"),
        [Person("U0ADA", "Ada Ibarra")],
        [Channel("C0DEPLOYS", "deploys")],
        rate_limits=False,
    )
    yield made
    made.close()


@pytest.fixture
async def slack(workspace: Workspace) -> AsyncIterator[Slack]:
    async with slack_here(workspace, ack_seconds=1) as made:
        yield made


@asynccontextmanager
async def slack_here(workspace: Workspace, ack_seconds: float) -> AsyncIterator[Slack]:
    delivery = SocketDelivery(workspace, ack_seconds)
    async with playground(delivery, workspace) as port, session() as shared:
        app = build_app(token=Bot().token, signing_secret="", session=shared, base_url=f"http://127.0.0.1:{port}/api/")
        made = Slack(delivery, port, app, [])

        async def on_command(ack: Any, body: dict[str, Any]) -> None:
            made.heard.append(body["text"])
            await ack(text=f"heard {body['text']}")

        app.command("/deploy")(on_command)
        yield made


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not await true():
        assert time.monotonic() < deadline, "it did not come to that in time"
        await asyncio.sleep(0.02)


async def test_a_command_is_heard_and_acknowledged(slack: Slack) -> None:
    await check_tokens(slack.app.client, app_token=Bot().app_token)

    async with connected(slack.app, Bot().app_token) as connection:
        await until(lambda: asyncio.sleep(0, slack.delivery.connected))
        assert await connection.check() is None
        assert await slack.type("payload_v2 to production") == {"text": "heard payload_v2 to production"}

    assert slack.heard == ["payload_v2 to production"]


async def test_a_hundred_commands_at_once_are_each_heard_once(workspace: Workspace) -> None:
    async with slack_here(workspace, ack_seconds=60) as slack, connected(slack.app, Bot().app_token):
        await until(lambda: asyncio.sleep(0, slack.delivery.connected))
        await asyncio.gather(*(slack.type(str(n)) for n in range(120)))

    assert sorted(slack.heard, key=int) == [str(n) for n in range(120)]


async def test_a_listener_that_breaks_is_no_acknowledgement_and_the_next_one_is_heard(slack: Slack) -> None:
    async def breaks(ack: Any) -> None:
        raise RuntimeError("broken")

    slack.app.command("/broken")(breaks)
    async with connected(slack.app, Bot().app_token):
        await until(lambda: asyncio.sleep(0, slack.delivery.connected))
        with pytest.raises(NotAcknowledged):
            await slack.delivery.send("slash_commands", COMMAND | {"command": "/broken"})
        await slack.type("still here")

    assert slack.heard == ["still here"]


async def test_comes_again_when_slack_asks_for_it(slack: Slack) -> None:
    async with connected(slack.app, Bot().app_token) as connection:
        await until(lambda: asyncio.sleep(0, slack.delivery.connected))
        await slack.delivery.ask_to_reconnect()
        await asyncio.sleep(0.2)
        await until(lambda: asyncio.sleep(0, slack.delivery.connected))

        await slack.type("after the refresh")
        assert await connection.check() is None

    assert slack.heard == ["after the refresh"]


async def test_a_wrong_app_token_ends_the_start_in_time(slack: Slack) -> None:
    with pytest.raises(NotConnected, match=r"not connected after 0\.2 s"):
        async with connected(slack.app, "xapp-wrong", first_connect=0.2, ping_interval=0.05):
            raise AssertionError("it must not come so far")


async def test_the_shutdown_lets_what_runs_end_and_takes_nothing_new(slack: Slack) -> None:
    tasks, ended = Tasks(), []

    async def work() -> None:
        await asyncio.sleep(0.3)
        ended.append("deployed")

    async def on_command(ack: Any) -> None:
        tasks.spawn(work(), "work")
        await ack()

    slack.app.command("/work")(on_command)
    async with connected(slack.app, Bot().app_token):
        await until(lambda: asyncio.sleep(0, slack.delivery.connected))
        await slack.delivery.send("slash_commands", COMMAND | {"command": "/work"})

    with pytest.raises(NotAcknowledged):
        await slack.type("late")
    assert ended == []
    assert await tasks.drain(5)
    assert ended == ["deployed"]
    assert slack.heard == []


async def test_what_is_being_acknowledged_at_the_shutdown_still_is(slack: Slack) -> None:
    async def slow(ack: Any) -> None:
        await asyncio.sleep(0.2)
        await ack(text="in time")

    slack.app.command("/slow")(slow)
    async with connected(slack.app, Bot().app_token):
        await until(lambda: asyncio.sleep(0, slack.delivery.connected))
        asking = asyncio.create_task(slack.delivery.send("slash_commands", COMMAND | {"command": "/slow"}))
        await asyncio.sleep(0.05)

    assert await asking == {"text": "in time"}


async def test_no_task_is_left_behind(slack: Slack) -> None:
    before = asyncio.all_tasks()

    async with connected(slack.app, Bot().app_token):
        await until(lambda: asyncio.sleep(0, slack.delivery.connected))
        await slack.type("x")

    left = {
        task for task in asyncio.all_tasks() - before if "uvicorn" not in repr(task) and "starlette" not in repr(task)
    }
    assert not left


async def test_a_connection_that_is_lost_is_told_and_comes_back(workspace: Workspace) -> None:
    """Slack goes away whole, for longer than the SDK tries by itself with one address, and comes back."""
    delivery = SocketDelivery(workspace, ack_seconds=1)
    async with session() as shared:
        async with playground(delivery, workspace) as port:
            app = build_app(
                token=Bot().token, signing_secret="", session=shared, base_url=f"http://127.0.0.1:{port}/api/"
            )
            holding = connected(app, Bot().app_token, ping_interval=0.1)
            connection = await holding.__aenter__()
            await until(lambda: asyncio.sleep(0, delivery.connected))
            await until(lambda: asyncio.sleep(0, connection._handler.client.last_ping_pong_time is not None))

        try:
            await until(lambda: _is_down(connection))
            assert (await connection.check() or "").startswith("not connected to slack, last heard ")
            await asyncio.sleep(0.5)
            async with playground(delivery, workspace, port):
                await until(lambda: asyncio.sleep(0, delivery.connected))
                await until(lambda: _is_up(connection))
                await holding.__aexit__(None, None, None)
        except BaseException:
            await holding.__aexit__(None, None, None)
            raise


async def _is_down(connection: socket.SocketMode) -> bool:
    return await connection.check() is not None


async def _is_up(connection: socket.SocketMode) -> bool:
    return await connection.check() is None


async def test_a_connection_that_says_nothing_is_renewed(slack: Slack) -> None:
    async with connected(slack.app, Bot().app_token, ping_interval=0.05, quiet_limit=0.2):
        await until(lambda: asyncio.sleep(0, slack.delivery.connected))
        handed_out = len(slack.delivery._connections)
        first = slack.delivery._connections[0]
        await until(lambda: asyncio.sleep(0, first not in slack.delivery._connections))
        await until(lambda: asyncio.sleep(0, slack.delivery.connected))
        await slack.type("on a new one")

    assert handed_out == 1
    assert slack.heard == ["on a new one"]


async def test_a_renewal_that_slack_refuses_is_told_and_tried_again(slack: Slack, workspace: Workspace) -> None:
    async with connected(slack.app, Bot().app_token, ping_interval=0.05, quiet_limit=0.2):
        await until(lambda: asyncio.sleep(0, slack.delivery.connected))
        first = slack.delivery._connections[0]
        workspace.faults.add(Fault("apps.connections.open", "internal_error"))
        with structlog.testing.capture_logs() as lines:
            await until(
                lambda: asyncio.sleep(0, bool(slack.delivery._connections) and first not in slack.delivery._connections)
            )
        await slack.type("on a new one")

    assert "renewing the connection to slack" in [line["event"] for line in lines]
    assert slack.heard == ["on a new one"]
