"""Nothing secret is ever logged, whoever logs it; every line says to which request it belongs."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import logs

RESPONSE_URL = "https://hooks.slack.com/commands/T0ACORN/8812/aBcDeFgHiJkL"
SECRETS = {
    "a bot token": "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy",
    "an app token": "xapp-1-A0ACORN-10101-9f8e7d6c5b4a",
    "a configuration token": "xoxe.xoxp-1-Mi0yLTE2NTM",
    "a key of a v4 service": "hl_sk_00112233445566778899aabbccddeeff0011223344556677",
    "a LaunchDarkly key": "api-8c7b6a59-1234-4f00-9abc-001122334455",
    "an address that answers a command": RESPONSE_URL,
}


class Lines:
    """What was written to standard error so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._seen = ""

    def getvalue(self) -> str:
        self._seen += self._capsys.readouterr().err
        return self._seen


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """What stands in the log. Set up anew by each test; afterwards everything is as it was."""
    root = logging.getLogger()
    handlers, level, structured = root.handlers[:], root.level, structlog.get_config()
    names = (*logs.LIBRARIES, *logs.CHATTY)
    levels = {name: logging.getLogger(name).level for name in names}
    yield Lines(capsys)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.configure(**structured)


def entry(lines: Lines) -> dict[str, Any]:
    """The one line that was logged."""
    (line,) = lines.getvalue().splitlines()
    document: dict[str, Any] = json.loads(line)
    return document


def broken(text: str) -> None:
    raise RuntimeError(text)


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
@pytest.mark.parametrize("json_lines", [True, False], ids=["json", "console"])
def test_masks_whatever_looks_like(lines: Lines, secret: str, json_lines: bool) -> None:
    logs.setup("DEBUG", json_lines)

    logs.get_logger("bot.x").info(
        "saying it everywhere",
        word=f"it is {secret}.",
        deep={"list": [{"inner": secret}], secret: 1},
        seen=ValueError(secret),
    )
    logging.getLogger("slack_sdk.x").warning("the SDK says %s", secret)
    try:
        broken(f"calling with {secret}")
    except RuntimeError:
        logging.getLogger("elsewhere").exception("it broke")

    tail = secret[-10:]
    assert tail not in lines.getvalue()
    assert lines.getvalue().count("[masked]") >= 6


@pytest.mark.parametrize(
    "key", ["token", "bot_token", "Authorization", "X-API-KEY", "api_key", "response_url", "signing_secret", "password"]
)
def test_masks_the_value_of_a_key_that_names_a_secret(lines: Lines, key: str) -> None:
    logs.setup("INFO", json=True)

    logs.get_logger("bot.x").info("calling", headers={key: "plain-words"}, **{key: "plain-words"})

    assert "plain-words" not in lines.getvalue()
    assert entry(lines)[key] == "[masked]"


@pytest.mark.parametrize(
    "text",
    [
        "token=hunter2secret&team_id=T0ACORN",
        '{"token": "hunter2secret"}',
        "{'token': 'hunter2secret', 'response_url': 'http://127.0.0.1:9/response/hunter2secret'}",
        "command=%2Fdeploy&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT0%2F1%2Fhunter2secret&x=1",
        "wss://wss-primary.slack.com/link/?ticket=hunter2secret&app_id=1",
        "Authorization: Bearer hunter2secret",
        "postgresql+asyncpg://configbot:hunter2secret@db/configbot",
        "X-API-KEY: hunter2secret",
    ],
)
def test_masks_a_secret_inside_a_text(text: str) -> None:
    assert "hunter2secret" not in logs.masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens=512 of api-version 2",
        "deploying triage-v4 of refunds to production",
        "reading https://configs.example.com/v4/projects",
        "unexpected token",
    ],
)
def test_leaves_what_is_no_secret(text: str) -> None:
    assert logs.masked(text) == text


def test_leaves_numbers_and_switches_as_they_are(lines: Lines) -> None:
    logs.setup("INFO", json=True)

    logs.get_logger("bot.x").info("said", count=3, share=0.5, done=True, nothing=None, token="", names=("a", "b"))

    assert entry(lines) | {"timestamp": ""} == {
        "event": "said",
        "level": "info",
        "logger": "bot.x",
        "timestamp": "",
        "count": 3,
        "share": 0.5,
        "done": True,
        "nothing": None,
        "token": "",
        "names": ["a", "b"],
    }


def test_writes_down_an_object_by_its_repr(lines: Lines) -> None:
    logs.setup("INFO", json=True)

    logs.get_logger("bot.x").info("said", what={"xoxb-1-2"}, path=asyncio.Lock)

    assert entry(lines)["what"] == ["xoxb-[masked]"]
    assert "Lock" in entry(lines)["path"]


async def test_every_line_of_a_request_carries_its_reference(lines: Lines) -> None:
    logs.setup("INFO", json=True)
    assert logs.current_request_id() == ""

    async def request() -> str:
        reference = logs.new_request_id()

        async def later() -> None:
            await asyncio.sleep(0)
            logging.getLogger("slack_sdk.x").info("in a task that it started")

        await asyncio.create_task(later())
        assert logs.current_request_id() == reference
        return reference

    references = await asyncio.gather(asyncio.create_task(request()), asyncio.create_task(request()))

    seen = [json.loads(line)["request"] for line in lines.getvalue().splitlines()]
    assert sorted(seen) == sorted(references)
    assert len(set(references)) == 2
    assert all(len(reference) == 8 and reference.startswith("r-") for reference in references)


def test_libraries_say_nothing_below_info(lines: Lines) -> None:
    logs.setup("DEBUG")

    logging.getLogger("slack_sdk.web.async_client").debug("a whole payload")
    logging.getLogger("slack_bolt.AsyncApp").debug("a whole payload")
    logging.getLogger("httpx").info("HTTP Request: GET")
    assert lines.getvalue() == ""

    logs.get_logger("bot.x").debug("our own")
    assert "our own" in lines.getvalue()


def test_the_level_holds_for_everybody(lines: Lines) -> None:
    logs.setup("WARNING")

    logs.get_logger("bot.x").info("too little")
    logging.getLogger("slack_sdk.web").info("too little")

    assert lines.getvalue() == ""


def test_refuses_a_level_that_does_not_exist(lines: Lines) -> None:
    with pytest.raises(ValueError, match="LOUD"):
        logs.setup("LOUD")


def test_what_people_type_cannot_forge_a_second_line(lines: Lines) -> None:
    logs.setup("INFO", json=False)

    logs.get_logger("bot.x").info("heard\nfaked", text="deploy\r\n2026 [info] approved by ada")

    assert len(lines.getvalue().splitlines()) == 1


def test_a_trace_on_a_console_keeps_its_lines(lines: Lines) -> None:
    logs.setup("INFO", json=False)
    try:
        broken("xoxb-1-secret")
    except RuntimeError:
        logs.get_logger("bot.x").exception("it broke")

    assert "Traceback" in lines.getvalue()
    assert len(lines.getvalue().splitlines()) > 2
    assert "secret" not in lines.getvalue()


def test_setting_up_twice_says_a_line_once(lines: Lines) -> None:
    logs.setup("INFO")
    logs.setup("INFO", json=True)

    logs.get_logger("bot.x").info("once")

    assert entry(lines)["event"] == "once"
