"""Bolt as we want it: nothing from the environment, nothing posted twice, a bad token told by its name."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import bolt
from bot.slack.bolt import Identity, TokenProblem, build_app, check_tokens, forget_proxies, session, web_client
from tests.bot.slack.requests import COMMAND
from tests.faulty import CUT, FaultyServer, Reply, answer, page_of_html

WHO = {
    "ok": True,
    "url": "https://acorn.slack.com/",
    "team": "Acorn Labs",
    "user": "configbot",
    "team_id": "T0ACORN",
    "user_id": "U0BOT",
    "bot_id": "B0BOT",
}
IDENTITY = Identity("T0ACORN", "T0ACORN", "U0BOT", "B0BOT", "configbot", "Acorn Labs", "https://acorn.slack.com/")


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*bolt.PROXIES, *bolt.BOLT_READS):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between attempts are asked for, not waited for."""
    sleep = asyncio.sleep

    async def at_once(_seconds: float) -> None:
        await sleep(0)

    monkeypatch.setattr("slack_sdk.http_retry.async_handler.asyncio.sleep", at_once)


@pytest.fixture
async def slack() -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server


@pytest.fixture
async def client(slack: FaultyServer) -> AsyncIterator[AsyncWebClient]:
    async with session() as shared:
        yield web_client("xoxb-right", session=shared, base_url=f"{slack.url}/api/")


def methods(slack: FaultyServer) -> list[str]:
    return [request.path.removeprefix("/api/") for request in slack.requests]


async def dispatch(app: AsyncApp, **fields: str) -> int:
    answer = await app.async_dispatch(AsyncBoltRequest(body=COMMAND | fields, mode="socket_mode"))
    return answer.status


# Sending again


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.postEphemeral", "views.open", "views.push"])
async def test_a_post_whose_answer_was_lost_is_not_sent_again(
    slack: FaultyServer, client: AsyncWebClient, method: str
) -> None:
    slack.reply(CUT, answer({"ok": True}))

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.api_call(method, json={"channel": "C1"})

    assert methods(slack) == [method]


@pytest.mark.parametrize("method", ["chat.update", "users.info", "auth.test"])
async def test_a_call_that_sets_or_reads_is_sent_again_when_its_answer_was_lost(
    slack: FaultyServer, client: AsyncWebClient, method: str
) -> None:
    slack.reply(CUT, answer({"ok": True}))

    assert (await client.api_call(method))["ok"]
    assert methods(slack) == [method, method]


async def test_a_call_that_slack_could_not_serve_is_sent_again(slack: FaultyServer, client: AsyncWebClient) -> None:
    slack.reply(page_of_html(503), answer({"ok": True}))

    assert (await client.users_info(user="U0ADA"))["ok"]


async def test_a_post_that_slack_could_not_serve_is_not_sent_again(slack: FaultyServer, client: AsyncWebClient) -> None:
    slack.reply(answer({"ok": False, "error": "internal_error"}, 500), answer({"ok": True}))

    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C1", text="x")

    assert methods(slack) == ["chat.postMessage"]


async def test_a_post_over_the_rate_is_sent_again_after_the_wait(slack: FaultyServer, client: AsyncWebClient) -> None:
    limited = answer({"ok": False, "error": "ratelimited"}, 429, retry_after="1")
    slack.reply(limited, limited, answer({"ok": True}))

    assert (await client.chat_postMessage(channel="C1", text="x"))["ok"]
    assert len(slack.requests) == 3


async def test_a_rate_limit_is_given_back_after_two_waits(slack: FaultyServer, client: AsyncWebClient) -> None:
    slack.always = answer({"ok": False, "error": "ratelimited"}, 429, retry_after="1")

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C1", text="x")

    assert refused.value.response["error"] == "ratelimited"
    assert len(slack.requests) == 3


@pytest.mark.parametrize("wait", ["6", "3600", "soon", pytest.param("9" * 4400, id="thousands of digits")])
async def test_a_long_wait_is_left_to_the_caller(slack: FaultyServer, client: AsyncWebClient, wait: str) -> None:
    slack.always = answer({"ok": False, "error": "ratelimited"}, 429, retry_after=wait)

    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C1", text="x")

    assert len(slack.requests) == 1


async def test_whoever_keeps_things_for_later_waits_for_no_rate_limit(
    slack: FaultyServer, client: AsyncWebClient
) -> None:
    slack.always = answer({"ok": False, "error": "ratelimited"}, 429, retry_after="1")
    with pytest.raises(SlackApiError):
        await bolt.impatient(client).chat_update(channel="C1", ts="1.1", text="hello")
    assert len(slack.requests) == 1


async def test_a_rate_limit_that_names_no_wait_is_waited_for_a_moment(
    slack: FaultyServer, client: AsyncWebClient
) -> None:
    slack.reply(answer({"ok": False, "error": "ratelimited"}, 429), answer({"ok": True}))

    assert (await client.users_info(user="U0ADA"))["ok"]


# Tokens


async def test_tells_who_the_bot_is_when_both_tokens_are_right(slack: FaultyServer, client: AsyncWebClient) -> None:
    slack.reply(answer(WHO), answer({"ok": True, "url": "wss://x"}))

    assert await check_tokens(client, app_token="xapp-right") == IDENTITY

    assert methods(slack) == ["auth.test", "apps.connections.open"]
    assert slack.requests[1].headers["authorization"] == "Bearer xapp-right"


async def test_on_grid_the_enterprise_is_the_organisation(slack: FaultyServer, client: AsyncWebClient) -> None:
    slack.reply(answer(WHO | {"enterprise_id": "E0ACORN"}))

    assert (await check_tokens(client)).org == "E0ACORN"


@pytest.mark.parametrize(
    ("replies", "setting", "error"),
    [
        (
            [answer({"ok": False, "error": "invalid_auth"})],
            "SLACK_BOT_TOKEN",
            "slack refused it in auth.test: invalid_auth",
        ),
        ([answer(WHO | {"bot_id": None})], "SLACK_BOT_TOKEN", "it is a person's token"),
        ([Reply(200, b"{half")], "SLACK_BOT_TOKEN", "slack did not answer auth.test as it should"),
        ([page_of_html(200)], "SLACK_BOT_TOKEN", "slack did not answer auth.test as it should"),
        (
            [Reply(200, b"sign in first", (("Content-Type", "text/plain"),))],
            "SLACK_BOT_TOKEN",
            "slack did not answer auth.test as it should",
        ),
        ([CUT] * 2, "SLACK_BOT_TOKEN", "slack was not reached for auth.test"),
        (
            [answer(WHO), answer({"ok": False, "error": "not_allowed_token_type"})],
            "SLACK_APP_TOKEN",
            "slack refused it in apps.connections.open: not_allowed_token_type",
        ),
        ([answer(WHO), CUT, CUT], "SLACK_APP_TOKEN", "slack was not reached for apps.connections.open"),
    ],
)
async def test_names_the_setting_of_a_token_that_does_not_work(
    slack: FaultyServer, client: AsyncWebClient, replies: list[Reply], setting: str, error: str
) -> None:
    slack.reply(*replies)

    with pytest.raises(TokenProblem) as raised:
        await check_tokens(client, app_token="xapp-right")

    assert raised.value.setting == setting
    assert str(raised.value).startswith(f"{setting}: {error}")
    assert "xoxb-right" not in str(raised.value)
    assert "xapp-right" not in str(raised.value)


async def test_an_app_token_of_another_kind_is_not_even_sent(slack: FaultyServer, client: AsyncWebClient) -> None:
    with pytest.raises(TokenProblem, match="SLACK_APP_TOKEN: it does not begin with xapp-"):
        await check_tokens(client, app_token="xoxb-right")

    assert slack.requests == []


# The app


async def test_with_the_identity_no_request_asks_slack_who_the_bot_is(slack: FaultyServer) -> None:
    seen: list[Any] = []

    async def on_command(ack: Any, context: Any, client: AsyncWebClient) -> None:
        seen.append((context.bot_user_id, context.bot_id, context.team_id, client.token, client.base_url))
        await ack()

    async with session() as shared:
        app = build_app(
            token="xoxb-right", signing_secret="", session=shared, base_url=f"{slack.url}/api/", identity=IDENTITY
        )
        app.command("/deploy")(on_command)
        assert await dispatch(app) == 200

    assert seen == [("U0BOT", "B0BOT", "T0ACORN", "xoxb-right", f"{slack.url}/api/")]
    assert slack.requests == []


async def test_without_it_slack_is_asked_once_for_all_that_wait(slack: FaultyServer) -> None:
    slack.always = answer(WHO | {"enterprise_id": "E0ACORN"}, delay=0.02)
    enterprises = []

    async def on_command(ack: Any, context: Any) -> None:
        enterprises.append(context.authorize_result.enterprise_id)
        await ack()

    async with session() as shared:
        app = build_app(token="xoxb-right", signing_secret="", session=shared, base_url=f"{slack.url}/api/")
        app.command("/deploy")(on_command)
        assert await asyncio.gather(*(dispatch(app) for _ in range(5))) == [200] * 5

    assert methods(slack) == ["auth.test"]
    assert enterprises == ["E0ACORN"] * 5


async def test_a_token_that_is_refused_later_is_told_to_the_person(slack: FaultyServer) -> None:
    slack.always = answer({"ok": False, "error": "token_revoked"})

    async with session() as shared:
        app = build_app(token="xoxb-right", signing_secret="", session=shared, base_url=f"{slack.url}/api/")
        found = await app.async_dispatch(AsyncBoltRequest(body=dict(COMMAND), mode="socket_mode"))

    assert (found.status, found.body) == (200, "Slack does not tell this bot who it is just now. Please try again.")


async def test_nothing_in_the_environment_changes_the_app(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in bolt.BOLT_READS:
        monkeypatch.setenv(name, "from-the-shell")

    async with session() as shared:
        app = build_app(token="xoxb-right", signing_secret="right", session=shared, identity=IDENTITY)

    assert app.oauth_flow is None
    assert app.installation_store is None
    assert app.client.token == "xoxb-right"
    assert app.client.base_url == "https://slack.com/api/"
    assert app.process_before_response
    assert caplog.records == []
    assert os.environ["SLACK_CLIENT_SECRET"] == "from-the-shell"


async def test_the_sdk_does_not_write_payloads_out_for_nothing(slack: FaultyServer) -> None:
    async with session() as shared:
        app = build_app(token="xoxb-right", signing_secret="", session=shared, identity=IDENTITY)

    assert app.logger.level >= logging.INFO
    assert app.client.logger is not None
    assert app.client.logger.level >= logging.INFO


async def test_a_proxy_of_the_shell_does_not_come_between_once_it_is_forgotten(
    slack: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in bolt.PROXIES:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    slack.always = answer(WHO)

    forget_proxies()

    async with session() as shared:
        client = web_client("xoxb-right", session=shared, base_url=f"{slack.url}/api/")
        assert (await check_tokens(client)).team == "T0ACORN"
    assert not any(name in os.environ for name in bolt.PROXIES)


async def test_what_is_not_signed_is_never_written_down_whole(
    client: AsyncWebClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), caplog.at_level(logging.INFO, logger="slack_bolt"):
        async with session() as shared:
            app = build_app(
                token="xoxb-right", signing_secret="right", session=shared, base_url=client.base_url, identity=IDENTITY
            )
            headers: dict[str, str | Sequence[str]] = {
                "x-slack-signature": ["v0=wrong"],
                "x-slack-request-timestamp": ["1"],
            }
            refused = await app.async_dispatch(AsyncBoltRequest(body="text=hunter2", headers=headers))
        assert refused.status == 401
        assert "hunter2" not in caplog.text
