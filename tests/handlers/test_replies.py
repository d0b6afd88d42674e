"""Where an answer goes, and what happens when Slack does not take it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from handlers.messages import apology
from handlers.replies import Reply
from handlers.slack_calls import NotTaken, taken
from tests.faulty import CUT, FaultyServer, answer, page_of_html
from tests.faulty import Reply as Answer
from tests.handlers.conversation import LEADS, Talk
from tests.scenarios.chat import ADA, RAVI

OK = answer({"ok": True, "channel": "C1", "ts": "1.1"})
MESSAGE = apology("r-1")


@pytest.fixture
async def slack(_no_surroundings: None) -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server


def client(slack: FaultyServer) -> AsyncWebClient:
    return AsyncWebClient(token="xoxb-1", base_url=f"{slack.url}/api/", retry_handlers=[])


def went(slack: FaultyServer) -> list[str]:
    return [request.path.removeprefix("/api/") for request in slack.requests]


def refused(error: str) -> Answer:
    return answer({"ok": False, "error": error})


def through_url(slack: FaultyServer, channel: str | None = "C1") -> Reply:
    return Reply(client(slack), "U0ADA", channel, respond=AsyncRespond(response_url=f"{slack.url}/response"))


async def test_an_answer_goes_through_the_response_url_to_one_person(slack: FaultyServer) -> None:
    slack.reply(Answer(200, b"ok"))

    await through_url(slack).say(MESSAGE)

    (request,) = slack.requests
    assert request.json()["response_type"] == "ephemeral"
    assert request.json()["replace_original"] is False
    assert request.json()["text"] == MESSAGE.text


@pytest.mark.parametrize(
    "failures", [[Answer(404, b"used_url")], [page_of_html(500)], [CUT, CUT]], ids=["used", "broken", "lost"]
)
async def test_a_response_url_that_does_not_work_is_followed_by_an_ephemeral_message(
    slack: FaultyServer, failures: list[Answer]
) -> None:
    slack.reply(*failures, OK)

    await through_url(slack).say(MESSAGE)

    assert went(slack)[-1] == "chat.postEphemeral"


@pytest.mark.parametrize("error", ["channel_not_found", "not_in_channel", "user_not_in_channel", "thread_not_found"])
async def test_who_cannot_be_told_in_a_conversation_is_told_directly(slack: FaultyServer, error: str) -> None:
    slack.reply(refused(error), OK)

    await Reply(client(slack), "U0ADA", "G0LEADS").say(MESSAGE)

    assert went(slack) == ["chat.postEphemeral", "chat.postMessage"]
    assert slack.requests[1].json()["channel"] == "U0ADA"


async def test_a_direct_conversation_between_others_is_answered_in_our_own(slack: FaultyServer) -> None:
    slack.reply(refused("channel_not_found"), OK)

    await Reply(client(slack), "U0ADA", "D0OTHERS", direct=True).say(MESSAGE)

    assert [request.json()["channel"] for request in slack.requests] == ["D0OTHERS", "U0ADA"]


@pytest.mark.parametrize(
    "failure",
    [
        refused("ratelimited"),
        answer({"ok": False, "error": "ratelimited"}, 429, retry_after="30"),
        refused("msg_too_long"),
        answer({"ok": False}),
    ],
    ids=["rate", "429", "refused", "unknown"],
)
async def test_what_slack_says_it_did_not_take_is_said_directly(slack: FaultyServer, failure: Answer) -> None:
    slack.reply(failure, OK)

    await Reply(client(slack), "U0ADA", "C1").say(MESSAGE)

    assert went(slack) == ["chat.postEphemeral", "chat.postMessage"]
    assert slack.requests[1].json()["channel"] == "U0ADA"


@pytest.mark.parametrize(
    "failure",
    [
        refused("internal_error"),
        page_of_html(502),
        Answer(200, b"{half"),
        Answer(200, b"sign in first", (("Content-Type", "text/plain"),)),
        CUT,
        Answer(200, b'{"ok": true}', cut=40),
    ],
    ids=["error", "gateway", "half", "text", "lost", "cut"],
)
async def test_what_slack_may_have_taken_is_logged_as_an_error_and_not_raised(
    slack: FaultyServer, failure: Answer
) -> None:
    """It may have arrived, so it is not said elsewhere as well."""
    slack.reply(failure, OK)

    with capture_logs() as logs:
        await Reply(client(slack), "U0ADA", "C1").say(MESSAGE)

    assert went(slack) == ["chat.postEphemeral"]
    assert [(line["event"], line["log_level"]) for line in logs] == [
        ("reply.not_taken", "warning"),
        ("reply.not_delivered", "error"),
    ]
    assert (logs[-1]["error"], logs[-1]["unsure"]) == (logs[0]["error"], True)
    assert MESSAGE.text not in str(logs)


async def test_when_nothing_works_it_is_logged_as_an_error(slack: FaultyServer) -> None:
    slack.reply(Answer(404, b"used_url"), refused("ratelimited"), refused("user_not_in_channel"))

    with capture_logs() as logs:
        await through_url(slack).say(MESSAGE)

    assert len(slack.requests) == 3
    assert [line["event"] for line in logs] == ["reply.not_taken"] * 3 + ["reply.not_delivered"]
    assert (logs[-1]["error"], logs[-1]["unsure"]) == ("user_not_in_channel", False)


async def test_without_a_channel_it_is_a_direct_message(slack: FaultyServer) -> None:
    slack.reply(OK)

    await Reply(client(slack), "U0ADA").say(MESSAGE)

    assert went(slack) == ["chat.postMessage"]
    assert slack.requests[0].json()["unfurl_links"] is False


@pytest.mark.parametrize("failure", [Answer(200, b"ok"), Answer(404, b"used_url"), CUT])
async def test_taking_a_question_back_never_raises(slack: FaultyServer, failure: Answer) -> None:
    slack.always = failure

    await through_url(slack).delete_original()

    assert slack.requests[0].json()["delete_original"] is True


async def test_without_a_response_url_a_question_stands(slack: FaultyServer) -> None:
    await Reply(client(slack), "U0ADA", "C1").delete_original()

    assert slack.requests == []


@pytest.mark.parametrize(
    ("failure", "code", "wait"),
    [
        (answer({"ok": False, "error": "ratelimited"}, 429, retry_after="30"), "ratelimited", 30.0),
        (answer({"ok": False, "error": "ratelimited"}, 429, retry_after="86400"), "ratelimited", 86_400.0),
        (answer({"ok": False, "error": "ratelimited"}, 429, retry_after="1760000000000000"), "ratelimited", 86_400.0),
        (answer({"ok": False, "error": "ratelimited"}, 429, retry_after="9" * 400), "ratelimited", 86_400.0),
        (answer({"ok": False, "error": "ratelimited"}, 429, retry_after="soon"), "ratelimited", None),
        (refused("not_in_channel"), "not_in_channel", None),
        (answer({"ok": False}), "unknown", None),
        (page_of_html(502), "unknown", None),
        (Answer(200, b"{half"), "no_json", None),
        (Answer(200, b"sign in first", (("Content-Type", "text/plain"),)), "no_json", None),
        (CUT, "ServerDisconnectedError", None),
    ],
)
async def test_every_fault_of_a_call_is_one_error(
    slack: FaultyServer, failure: Answer, code: str, wait: float | None
) -> None:
    slack.reply(failure)

    with pytest.raises(NotTaken) as raised:
        await taken(client(slack).chat_postMessage(channel="C1", text="x"))

    assert (raised.value.code, raised.value.retry_after) == (code, wait)
    assert str(raised.value) == f"calling slack: {code}"


# In a conversation


async def test_a_response_url_that_was_used_up_is_followed_by_an_ephemeral_message(talk: Talk) -> None:
    talk.fault("response_url", "used_url")

    await talk.types(ADA, "/deployments")

    assert "support" in (await talk.last(ADA)).body()
    assert len(await talk.heard(ADA)) == 1


async def test_where_the_bot_is_not_a_member_the_response_url_still_works(talk: Talk) -> None:
    await talk.types(RAVI, "/deployments", LEADS)

    assert "support" in (await talk.last(RAVI, LEADS)).body()


async def test_an_answer_that_slack_loses_does_not_undo_what_was_done(talk: Talk) -> None:
    card = await talk.asked()
    for method in ("response_url", "chat.postEphemeral", "chat.update"):
        talk.fault(method, "server_error", times=9)

    await talk.presses(RAVI, card, "Approve")

    assert talk.world.provider.writes() == 1
    assert await talk.heard(RAVI) == []
