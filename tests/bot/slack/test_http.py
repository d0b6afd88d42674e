"""Slack over HTTP, by the real web server: what is signed is heard, and nothing else."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.slack.bolt import Identity, build_app, session
from bot.slack.health import serving
from bot.slack.http import LARGEST_BODY, NotFromSlack, http_app, read_request
from tests.bot.slack.requests import JSON, SECRET, command, interaction, signed

IDENTITY = Identity(org="T0ACORN", team="T0ACORN", user_id="U0BOT", bot_id="B0BOT")


@pytest.fixture
async def app() -> AsyncIterator[AsyncApp]:
    async with session() as shared:
        yield build_app(token="xoxb-1", signing_secret=SECRET, session=shared, identity=IDENTITY)


@pytest.fixture
def heard(app: AsyncApp) -> list[Any]:
    """The texts of commands, the actions and the events that listeners got."""
    heard: list[Any] = []

    async def on_command(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body["text"])
        await ack(text=f"heard {body['text']}")

    async def on_click(ack: Any, action: dict[str, Any]) -> None:
        heard.append(action["action_id"])
        await ack()

    async def on_event(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    app.command("/deploy")(on_command)
    app.action("change.approve")(on_click)
    app.event("app_mention")(on_event)
    return heard


@pytest.fixture
async def slack(app: AsyncApp, heard: list[Any]) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(http_app(app, checks={}), host="127.0.0.1", port=0) as port:
        limits = httpx.Limits(max_connections=100)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, trust_env=False) as client:
            yield client


async def test_a_signed_command_is_heard_and_acknowledged(slack: httpx.AsyncClient, heard: list[Any]) -> None:
    answer = await slack.post("/slack/events", **signed(command(text="triage-v4 to production")))

    assert (answer.status_code, answer.text) == (200, "heard triage-v4 to production")
    assert heard == ["triage-v4 to production"]


async def test_a_click_is_heard(slack: httpx.AsyncClient, heard: list[Any]) -> None:
    body = interaction(
        {
            "type": "block_actions",
            "team": {"id": "T0ACORN"},
            "user": {"id": "U0RAVI", "team_id": "T0ACORN"},
            "actions": [{"action_id": "change.approve", "block_id": "b", "type": "button", "value": "1:x"}],
        }
    )

    assert (await slack.post("/slack/events", **signed(body))).status_code == 200
    assert heard == ["change.approve"]


async def test_an_event_is_heard(slack: httpx.AsyncClient, heard: list[Any]) -> None:
    body = json.dumps(
        {
            "type": "event_callback",
            "team_id": "T0ACORN",
            "event": {"type": "app_mention", "user": "U0ADA", "text": "the payload of it", "channel": "C1"},
        }
    )

    answer = await slack.post("/slack/events", **signed(body, content_type=JSON))

    assert answer.status_code == 200
    assert heard == ["the payload of it"]


async def test_the_address_is_verified_when_slack_asks_for_it(slack: httpx.AsyncClient) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc"})

    answer = await slack.post("/slack/events", **signed(body, content_type=JSON))

    assert answer.json() == {"challenge": "abc"}


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "payload_v2 to production"},
        {"user_name": "payload"},
        {"channel_name": "payloads"},
        {"text": "triage to production because payload={}&command=x"},
    ],
)
async def test_the_word_payload_in_a_command_is_only_a_word(
    slack: httpx.AsyncClient, heard: list[Any], fields: dict[str, str]
) -> None:
    answer = await slack.post("/slack/events", **signed(command(**fields)))

    assert answer.status_code == 200
    assert len(heard) == 1


async def test_the_word_payload_opens_no_way_round_the_signature(slack: httpx.AsyncClient, heard: list[Any]) -> None:
    request = signed(command(text="payload_v2 to production"), secret="guessed")

    assert (await slack.post("/slack/events", **request)).status_code == 401
    assert heard == []


async def test_a_wrong_signature_is_refused_and_told_in_the_log_without_the_body(
    caplog: pytest.LogCaptureFixture, slack: httpx.AsyncClient, heard: list[Any]
) -> None:
    with caplog.at_level(logging.INFO), structlog.testing.capture_logs() as lines:
        answer = await slack.post("/slack/events", **signed(command(text="hunter2"), secret="guessed"))

    assert answer.status_code == 401
    assert [line["event"] for line in lines] == ["refused a request: its signature does not fit the signing secret"]
    assert "hunter2" not in str(lines) + caplog.text
    assert heard == []


@pytest.mark.parametrize("age", [400, -400])
async def test_a_signature_of_another_time_is_refused_and_the_clock_is_named(
    slack: httpx.AsyncClient, heard: list[Any], age: int
) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = await slack.post("/slack/events", **signed(command(), age=age))

    assert answer.status_code == 401
    assert "too far from this machine's clock" in lines[0]["event"]
    assert abs(lines[0]["seconds"] - age) <= 2
    assert heard == []


@pytest.mark.parametrize("timestamp", ["", "soon", "١٢٣", "-5", "1e3", "9" * 13, "9" * 400, "9" * 5_000])
async def test_a_time_that_is_no_time_is_refused(slack: httpx.AsyncClient, heard: list[Any], timestamp: str) -> None:
    request = signed(command())
    request["headers"]["X-Slack-Request-Timestamp"] = timestamp.encode()

    assert (await slack.post("/slack/events", **request)).status_code == 401
    assert heard == []


async def test_a_changed_body_is_refused(slack: httpx.AsyncClient, heard: list[Any]) -> None:
    request = signed(command(text="triage to staging"))
    request["content"] = request["content"].replace(b"staging", b"prod.us")

    assert (await slack.post("/slack/events", **request)).status_code == 401
    assert heard == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"{not json", "application/json"),
        (b"[1, 2]", "application/json"),
        (b"null", "application/json"),
        (b"payload=%7Bhalf", "application/x-www-form-urlencoded"),
        (b"payload=%5B1%5D", "application/x-www-form-urlencoded"),
        (b'{"a":' * 100_000, "application/json"),
        (b'{"view": 1, "team": 5}', "application/json"),
    ],
    ids=["bytes", "half", "list", "null", "half a payload", "a list as payload", "deep", "wrong parts"],
)
async def test_a_body_that_is_none_of_slacks_is_refused_and_the_next_one_is_heard(
    slack: httpx.AsyncClient, heard: list[Any], body: bytes, content_type: str
) -> None:
    answer = await slack.post("/slack/events", **signed(body, content_type=content_type))
    assert answer.status_code == 400

    assert (await slack.post("/slack/events", **signed(command()))).status_code == 200
    assert len(heard) == 1


async def test_a_body_that_is_far_too_large_is_not_read(slack: httpx.AsyncClient, heard: list[Any]) -> None:
    answer = await slack.post("/slack/events", **signed(b"a" * (LARGEST_BODY + 1)))

    assert answer.status_code == 413
    assert heard == []


async def test_a_body_that_is_cut_off_is_not_heard(slack: httpx.AsyncClient, heard: list[Any]) -> None:
    reader, writer = await asyncio.open_connection(slack.base_url.host, slack.base_url.port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\ncommand=%2Fdeploy")
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await writer.wait_closed()
    reader.feed_eof()

    assert (await slack.post("/slack/events", **signed(command()))).status_code == 200
    assert len(heard) == 1


async def test_more_than_a_hundred_commands_at_once_are_each_heard_once(
    slack: httpx.AsyncClient, heard: list[Any]
) -> None:
    answers = await asyncio.gather(
        *(slack.post("/slack/events", **signed(command(text=f"triage-{n} to staging"))) for n in range(120))
    )

    assert {answer.status_code for answer in answers} == {200}
    assert sorted(heard) == sorted(f"triage-{n} to staging" for n in range(120))


async def test_a_command_that_nobody_listens_for_is_not_acknowledged(slack: httpx.AsyncClient) -> None:
    assert (await slack.post("/slack/events", **signed(command(command="/other")))).status_code == 404


async def test_only_posts_are_taken(slack: httpx.AsyncClient) -> None:
    assert (await slack.get("/slack/events")).status_code == 405


async def test_health_and_metrics_stand_beside_it(slack: httpx.AsyncClient) -> None:
    await slack.post("/slack/events", **signed(command()))

    assert (await slack.get("/healthz")).json() == {"ok": True}
    metrics = (await slack.get("/metrics")).text
    assert 'configbot_slack_acknowledgement_seconds_count{status="200",transport="http"}' in metrics


async def test_mounted_apps_see_the_whole_path_and_have_their_lifespan(app: AsyncApp) -> None:
    lives = []

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        lives.append("began")
        yield
        lives.append("ended")

    registry = FastAPI(lifespan=lifespan)

    @registry.get("/v4/projects")
    async def projects(request: Request) -> str:
        return str(request.url_for("projects").path)

    async def bare(scope: Any, receive: Any, send: Any) -> None:
        await JSONResponse({"path": scope["path"]})(scope, receive, send)

    async def healthz(_request: Request) -> Response:
        return Response("not this one")

    inner = Starlette(routes=[Route("/healthz", healthz)])
    web = http_app(app, checks={}, mounts={"/v4": registry, "/bare": bare, "/inner": inner})
    async with serving(web, host="127.0.0.1", port=0) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert (await client.get("/v4/projects")).json() == "/v4/projects"
            assert (await client.get("/bare/x")).json() == {"path": "/bare/x"}
            assert (await client.get("/healthz")).json() == {"ok": True}
        assert lives == ["began"]
    assert lives == ["began", "ended"]


def test_a_form_with_neither_a_command_nor_a_payload_is_left_as_it_is() -> None:
    request = read_request(b"text=payload", {"content-type": "application/x-www-form-urlencoded"})

    assert request.body == {}


def test_an_empty_body_is_no_request_of_slacks_that_breaks() -> None:
    assert read_request(b"", {}).body == {}
    with pytest.raises(NotFromSlack):
        read_request(b"\xff", {})
