"""The page's side: what it reads, what is refused, and the stream."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.slack import Channel, HttpDelivery, Person, Workspace
from bot.services.slack.events import QUEUE, Audience
from tests.bot.services.slack.slack import MovableClock, Page, make_workspace, playground


async def test_the_session_says_who_and_what_is_there(page: Page, workspace: Workspace) -> None:
    workspace.set_person(Person("U0GONE", "Gone Away", deleted=True))
    session = await page.session()
    assert session["team"] == {"id": "T0ACORN", "name": "Acorn Labs"}
    assert [person["name"] for person in session["people"]] == ["Ada Ibarra", "Ravi Menon", "Mira Okafor"]
    assert [channel["id"] for channel in session["channels"]] == ["C0DEPLOYS", "C0PROMPTS", "C0QUIET", "D0ADA"]
    assert session["channels"][-1] == {
        "id": "D0ADA",
        "name": "configbot",
        "topic": "",
        "is_private": False,
        "is_im": True,
    }
    assert session["bot"] == {"user_id": "U0BOT", "name": "configbot", "connected": False}
    assert session["commands"][0]["command"] == "/deploy"
    ravi = await page.as_("U0RAVI").session()
    assert "leads-only" in [channel["name"] for channel in ravi["channels"]]
    first = await page.http.get("/playground/session")
    assert first.json()["channels"][-1]["id"] == "D0ADA"


async def test_a_stranger_sees_only_shared_channels(page: Page, workspace: Workspace) -> None:
    workspace.set_person(Person("U0OUT", "Out Sider", is_stranger=True, team_id="T0OTHER"))
    workspace.set_channel(Channel("C0SHARED", "shared", is_ext_shared=True))
    session = await page.as_("U0OUT").session()
    assert [channel["id"] for channel in session["channels"]] == ["D0OUT", "C0SHARED"]


@pytest.mark.parametrize(
    ("name", "body", "status", "words"),
    [
        ("say", {"as": "U0NONE", "channel": "C0DEPLOYS", "text": "x"}, 400, "there is no person 'U0NONE' here"),
        ("say", {"as": "U0ADA", "channel": "G0LEADS", "text": "x"}, 404, "can't see channel"),
        ("say", {"as": "U0ADA", "channel": "C0DEPLOYS", "text": " "}, 400, "nothing to send"),
        ("say", {"as": "U0ADA", "channel": "C0DEPLOYS"}, 400, "text is missing"),
        ("say", {"as": "U0ADA", "channel": "C0DEPLOYS", "text": 1}, 400, "text is missing or not a text"),
        ("say", {"as": "U0GONE", "channel": "C0DEPLOYS", "text": "x"}, 403, "is deactivated"),
        ("say", {"as": "U0ADA", "channel": "C0OLD", "text": "x"}, 400, "is archived"),
        ("action", {"as": "U0ADA", "channel": "C0DEPLOYS", "ts": "1.1"}, 404, "this message is gone"),
        ("action", {"as": "U0ADA", "view_id": "V0"}, 404, "this view is gone"),
        ("submit", {"as": "U0ADA", "view_id": "V0", "values": {"a": 1}}, 400, "must be an object of objects"),
        ("submit", {"as": "U0ADA", "view_id": "V0", "values": []}, 404, "this view is gone"),
        ("faults", {"method": "chat.update", "times": -1}, 400, "times must be a number"),
        ("faults", {"method": "chat.update", "delay": True}, 400, "delay must be a number"),
        ("faults", {"method": "chat.postMesage"}, 400, "the bot doesn't call 'chat.postMesage'"),
        ("faults", {"method": "socket", "error": "explode"}, 400, "error must be drop"),
        ("clock", {"seconds": "soon"}, 400, "seconds must be a number"),
        ("clock", {"as": "U0ADA", "to": "christmas"}, 400, "choose one of tomorrow, monday"),
        ("clock", {"as": "U0NOBODY", "to": "monday"}, 400, "U0NOBODY"),
    ],
)
async def test_what_cannot_be_done_is_refused_in_words(
    page: Page, workspace: Workspace, name: str, body: Any, status: int, words: str
) -> None:
    workspace.set_person(Person("U0GONE", "Gone Away", deleted=True))
    workspace.set_channel(Channel("C0OLD", "old", is_archived=True))
    answer = await page.http.post(f"/playground/{name}", json=body)
    assert answer.status_code == status
    assert words in answer.json()["error"]


@pytest.mark.parametrize(
    "path",
    [
        "messages?as=U0NONE",
        "log?after=x",
        "log?after=²",
        pytest.param("log?after=" + "9" * 5_000, id="a number without an end"),
        "events?as=U0NONE",
        "session?as=U0NONE",
    ],
)
async def test_reads_that_make_no_sense_are_refused(page: Page, path: str) -> None:
    answer = await page.http.get(f"/playground/{path}")
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_only_json_objects_are_taken(page: Page) -> None:
    form = await page.http.post("/playground/say", data={"as": "U0ADA"})
    assert form.status_code == 415
    broken = await page.http.post("/playground/say", content="{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 400
    listed = await page.http.post("/playground/say", json=[1])
    assert "one JSON object" in listed.json()["error"]
    large = await page.http.post("/playground/say", json={"text": "x" * 1_000_001})
    assert large.status_code == 413


async def test_the_stream_tells_what_happens_and_stays_alive(page: Page, client: AsyncWebClient) -> None:
    async with page.events() as events:
        await events.still_here()
        await client.chat_postEphemeral(channel="C0DEPLOYS", user="U0RAVI", text="not for Ada")
        await client.chat_postMessage(channel="C0DEPLOYS", text="for all")
        assert (await events.next("message"))["message"]["text"] == "for all"
        assert (await events.next("log"))["name"] == "chat.postMessage"


async def test_a_listener_that_falls_behind_is_let_go() -> None:
    audience = Audience()
    slow = audience.join("U0ADA")
    for number in range(QUEUE + 5):
        audience.tell("log", number)
    assert slow.queue.qsize() == QUEUE + 1
    items = [slow.queue.get_nowait() for _ in range(QUEUE + 1)]
    assert items[-1] is None
    other = audience.join("U0RAVI")
    for number in range(QUEUE):
        audience.tell("log", number)
    other.queue.put_nowait(None)
    audience.end()
    assert other.queue.full()


async def test_the_log_shows_requests_and_answers_after_a_number(
    page: Page, client: AsyncWebClient, workspace: Workspace
) -> None:
    await client.auth_test()
    await page.http.get("/api/auth.test", params={"token": "xoxb-playground"})
    workspace.log.add("bot→service", "humanloop", "GET /v4/projects", {"X-API-KEY": "hl_sk_abc123"}, [], 12.34)
    entries = (await page.get("log"))["entries"]
    assert [entry["n"] for entry in entries] == [1, 2, 3]
    assert entries[1]["request"] == {"token": "•••"}
    assert entries[2]["ms"] == 12.3
    assert entries[2]["request"] == {"X-API-KEY": "•••"}
    assert len((await page.get("log", after="2"))["entries"]) == 1


async def test_the_clock_moves_on_only_where_it_can(page: Page, clock: MovableClock) -> None:
    before = await page.get("clock")
    async with page.events() as events:
        await page.post("clock", seconds=3600)
        assert await events.next("clock") == {"now": before["now"] + 3600}
        await page.post("clock", **{"as": "U0ADA", "to": "tomorrow"})
        assert await events.next("clock") == {"now": datetime(2026, 11, 22, 8, 0, tzinfo=UTC).timestamp()}
    fixed = make_workspace(now=clock)
    async with playground(fixed) as other:
        assert not (await other.get("clock"))["movable"]
        assert "can't be moved" in (await other.refused("clock", seconds=1))[1]
    fixed.close()


async def test_the_page_itself_is_served_with_a_strict_policy(page: Page) -> None:
    index = await page.http.get("/")
    assert index.status_code == 200
    assert "script-src 'self'" in index.headers["content-security-policy"]
    assert index.headers["x-content-type-options"] == "nosniff"
    assert (await page.http.get("/static/app.js")).status_code == 200
    assert (await page.http.get("/static/../server.py")).status_code == 404


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Host": "evil.example"}, "answers to 127.0.0.1"),
        ({"Host": "127.0.0.1:1"}, "answers to 127.0.0.1"),
        ({"Origin": "https://evil.example"}, "another page (https://evil.example)"),
        ({"Origin": "null"}, "another page (null)"),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, "another site"),
    ],
)
async def test_other_hosts_and_pages_are_refused(page: Page, headers: dict[str, str], words: str) -> None:
    for path in ("/playground/session", "/api/auth.test", "/"):
        answer = await page.http.get(path, headers=headers)
        assert answer.status_code == 403
        assert words in answer.json()["error"]
        assert "content-security-policy" in answer.headers


async def test_its_own_page_and_a_link_to_it_are_welcome(page: Page) -> None:
    port = page.base_url.rpartition(":")[2]
    for headers in (
        {"Origin": f"http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"},
        {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"},
        {"Host": f"[::1]:{port}"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ):
        assert (await page.http.get("/", headers=headers)).status_code == 200


async def test_over_http_there_is_no_socket_to_break(workspace: Workspace) -> None:
    nowhere = HttpDelivery("http://127.0.0.1:9/slack/events", "s3cret", transport=httpx.MockTransport(_fine))
    async with playground(workspace, delivery=nowhere) as page:
        assert "there is no socket" in (await page.refused("faults", method="socket", error="drop"))[1]
        assert (await page.session())["bot"]["connected"]
        await asyncio.sleep(0)
    assert not nowhere.connected


def _fine(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200)
