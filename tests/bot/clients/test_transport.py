from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic, time
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import SecretStr, TypeAdapter

from bot.clients.base import NotDone, ProviderError, Unsure
from bot.clients.transport import DETAIL_LENGTH, Call, Transport, checked_key, checked_url, path_of
from bot.domain.errors import Fault
from bot.domain.rate_limits import LONGEST_ASKED_FOR
from bot.logs import new_request_id
from tests.faulty import CUT, FaultyServer, Reply, answer, page_of_html

ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)
SECRET = SecretStr("marmalade")
READ = Call("GET", "/things", "reading the things")
WRITE = Call("PATCH", "/things", "changing the things", body={"name": "tea"})
REMOVE = Call("DELETE", "/things", "removing the things")


def detail_of(body: Any) -> str:
    return str(body["detail"])


@asynccontextmanager
async def connected(url: str = "http://service.test/v4", **settings: Any) -> AsyncIterator[Transport]:
    transport = Transport(
        "acorn", url, headers={"X-API-KEY": "marmalade"}, secret=SECRET, detail_of=detail_of, **settings
    )
    yield transport
    await transport.close()


async def failure(transport: Transport, call: Call) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await transport.read(call, ANYTHING)
    return caught.value


def raising(error: Exception) -> httpx.MockTransport:
    def handle(request: httpx.Request) -> httpx.Response:
        raise error

    return httpx.MockTransport(handle)


# the request


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("pr_1", "pr_1"),
        ("a/b", "a%2Fb"),
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("v1.2", "v1.2"),
        ("100%", "100%25"),
        ("größe", "gr%C3%B6%C3%9Fe"),
        ("\ud800", "%3F"),
    ],
)
async def test_no_id_reaches_another_path(value: str, escaped: str, server: FaultyServer) -> None:
    server.always = answer({})
    async with connected(f"{server.url}/v4") as transport:
        await transport.read(Call("GET", path_of("/projects/{}/configs", value), "reading"), ANYTHING)
    assert server.requests[0].target == f"/v4/projects/{escaped}/configs"


@pytest.mark.parametrize("template", ["/projects/{}", "/projects/{}/configs"])
async def test_an_empty_id_names_nothing_and_is_not_sent(template: str, server: FaultyServer) -> None:
    async with connected(server.url) as transport:
        error = await failure(transport, Call("DELETE", path_of(template, ""), "removing"))
    assert isinstance(error, NotDone)
    assert error.problem.fault is Fault.NOT_FOUND
    assert server.requests == []


async def test_sends_key_and_accept_and_a_content_type_only_with_a_body(server: FaultyServer) -> None:
    server.always = answer({})
    async with connected(server.url) as transport:
        for call in (READ, REMOVE, WRITE):
            await transport.read(call, ANYTHING)
    read, remove, write = server.requests
    assert all(request.headers["x-api-key"] == "marmalade" for request in server.requests)
    assert all(request.headers["accept"] == "application/json" for request in server.requests)
    assert "content-type" not in read.headers
    assert "content-type" not in remove.headers
    assert "content-length" not in read.headers
    assert (write.headers["content-type"], write.json()) == ("application/json", {"name": "tea"})


async def test_leaves_out_what_is_unset(server: FaultyServer) -> None:
    server.always = answer({})
    call = Call("GET", "/things", "reading", {"page": 0, "filter": None, "id": ["a", "b"], "all": True, "q": "a b"})
    async with connected(server.url) as transport:
        await transport.read(call, ANYTHING)
        await transport.read(Call("POST", "/things", "making", body={"name": "tea", "directory_id": None}), ANYTHING)
        await transport.read(Call("GET", "/things", "reading", {"filter": None}), ANYTHING)
    assert parse_qsl(server.requests[0].query) == [
        ("page", "0"),
        ("id", "a"),
        ("id", "b"),
        ("all", "true"),
        ("q", "a b"),
    ]
    assert server.requests[1].json() == {"name": "tea"}
    assert server.requests[2].target == "/things"


async def test_calls_the_hooks_with_request_and_response(server: FaultyServer) -> None:
    server.always = answer({})
    heard: list[str] = []

    async def on_request(request: httpx.Request) -> None:
        heard.append(request.method)

    async def on_response(response: httpx.Response) -> None:
        heard.append(str(response.status_code))

    hooks = {"request": [on_request], "response": [on_response]}
    async with connected(server.url, event_hooks=hooks) as transport:
        await transport.read(READ, ANYTHING)
    assert heard == ["GET", "200"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://config.example.com/v4/", "https://config.example.com/v4"),
        ("  http://127.0.0.1:8000/v4 ", "http://127.0.0.1:8000/v4"),
        ("https://example.com", "https://example.com"),
    ],
)
def test_takes_an_address_without_its_last_slash(given: str, kept: str) -> None:
    assert checked_url("acorn", given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "config.example.com",
        "ftp://example.com",
        "https://",
        "http://example.com:marmalade",
        "https://ann:marmalade@example.com",
        "https://example.com/v4?key=marmalade",
        "https://example.com/v4#marmalade",
    ],
)
def test_refuses_an_address_that_cannot_work_and_does_not_repeat_it(given: str) -> None:
    with pytest.raises(ValueError, match="the address of acorn") as caught:
        checked_url("acorn", given)
    assert "marmalade" not in str(caught.value)


@pytest.mark.parametrize("given", ["", "  ", "marma\nlade", "märmalade"])
def test_refuses_a_key_that_no_header_can_carry_and_does_not_show_it(given: str) -> None:
    with pytest.raises(ValueError, match="the key of acorn") as caught:
        checked_key("acorn", SecretStr(given))
    assert "lade" not in str(caught.value)


# repeating and pausing


@pytest.mark.parametrize("call", [READ, REMOVE])
async def test_waits_as_long_as_the_service_asks_before_it_tries_again(call: Call, server: FaultyServer) -> None:
    server.reply(answer({"detail": "slow down"}, 429, retry_after="1"), answer("tea"))
    start = monotonic()
    async with connected(server.url) as transport:
        assert await transport.read(call, ANYTHING) == "tea"
    assert 1 <= monotonic() - start < 8


async def test_understands_a_date_in_retry_after(server: FaultyServer) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=100)
    server.reply(answer({"detail": ""}, 503, retry_after=format_datetime(moment, usegmt=True)))
    async with connected(server.url) as transport:
        error = await failure(transport, READ)
    assert 90 < (error.problem.retry_after or 0) <= 100
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0.0),
        ("Wed, 21 Oct 99999999999999 07:28:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
async def test_takes_no_harm_from_an_odd_retry_after(header: str, seconds: float | None, server: FaultyServer) -> None:
    server.always = answer({"detail": ""}, 503, retry_after=header)
    async with connected(server.url) as transport:
        error = await failure(transport, READ)
    assert error.problem.retry_after == seconds
    assert len(server.requests) == 3


@pytest.mark.parametrize("header", ["86401", "1760000000000000", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_nobody_is_asked_to_wait_longer_than_a_day(header: str, server: FaultyServer) -> None:
    server.always = answer({"detail": ""}, 429, retry_after=header)
    async with connected(server.url) as transport:
        error = await failure(transport, READ)
    assert error.problem.retry_after == LONGEST_ASKED_FOR == 86_400
    assert len(server.requests) == 1


@pytest.mark.parametrize("call", [WRITE, Call("POST", "/things", "making a thing", body={})])
async def test_never_repeats_a_write_that_is_not_safe_to_repeat(call: Call, server: FaultyServer) -> None:
    server.always = answer({"detail": "busy"}, 503, retry_after="0")
    async with connected(server.url) as transport:
        assert isinstance(await failure(transport, call), NotDone)
    assert len(server.requests) == 1


async def test_does_not_repeat_a_delete_whose_answer_was_lost(server: FaultyServer) -> None:
    server.always = CUT
    async with connected(server.url) as transport:
        error = await failure(transport, REMOVE)
    assert isinstance(error, Unsure)
    assert len(server.requests) == 1


async def test_other_calls_wait_too_while_the_service_wants_a_rest(server: FaultyServer) -> None:
    server.reply(answer({"detail": ""}, 429, retry_after="1"))
    server.always = answer("tea")
    async with connected(server.url) as transport:
        start = monotonic()
        await failure(transport, WRITE)
        assert await transport.read(READ, ANYTHING) == "tea"
    assert 1 <= monotonic() - start < 8


async def test_a_call_that_would_rest_too_long_is_not_sent(server: FaultyServer) -> None:
    server.reply(answer({"detail": ""}, 429, retry_after="20"))
    server.always = answer("tea")
    async with connected(server.url) as transport:
        await failure(transport, READ)
        error = await failure(transport, WRITE)
    assert isinstance(error, NotDone)
    assert error.problem.fault is Fault.RATE_LIMITED
    assert 15 < (error.problem.retry_after or 0) <= 20
    assert len(server.requests) == 1


def limited(**resets: float) -> Reply:
    """A 429 of which each named limit ends in so many seconds."""
    names = {"window": "X-Ratelimit-Reset", "token": "X-Ratelimit-Auth-Token-Reset"}
    headers = [(names[name], str(int((time() + seconds) * 1000))) for name, seconds in resets.items()]
    return Reply(429, b'{"detail": ""}', (("Content-Type", "application/json"), *headers))


@pytest.mark.parametrize(
    ("resets", "least", "most"),
    [
        ({"window": -9}, 1, 1.25),
        ({"token": 0.2}, 1, 1.25),
        ({"window": 3, "token": 20}, 10, 20.25),
        ({"window": 20, "token": -3}, 10, 20.25),
        ({"window": 900}, 29.7, 30),
    ],
)
async def test_waits_for_the_end_of_the_longest_window_for_a_second_at_least(
    resets: dict[str, float], least: float, most: float, server: FaultyServer
) -> None:
    """Clocks differ: an end in the past is a second away, and none is further than windows are long."""
    server.always = limited(**resets)
    async with connected(server.url, timeout=0.5) as transport:
        error = await failure(transport, READ)
    assert error.problem.fault is Fault.RATE_LIMITED
    assert least <= (error.problem.retry_after or 0) <= most
    assert len(server.requests) == 1


async def test_an_end_that_is_no_number_is_nobodys_end(server: FaultyServer) -> None:
    body = b'{"detail": ""}'
    server.always = Reply(429, body, (("X-Ratelimit-Reset", "soon"), ("Retry-After", "4")))
    async with connected(server.url, timeout=0.5) as transport:
        error = await failure(transport, READ)
    assert error.problem.retry_after == 4


async def test_every_call_waits_for_the_end_of_a_window(server: FaultyServer) -> None:
    server.reply(limited(window=-1))
    server.always = answer("tea")
    async with connected(server.url) as transport:
        start = monotonic()
        await failure(transport, WRITE)
        assert await transport.read(READ, ANYTHING) == "tea"
    assert 1 <= monotonic() - start < 8


async def test_a_service_whose_429_means_not_done_gets_its_writes_again(server: FaultyServer) -> None:
    server.reply(answer({"detail": ""}, 429, retry_after="0"))
    server.always = answer("tea")
    async with connected(server.url, refused_when_limited=True) as transport:
        assert await transport.read(WRITE, ANYTHING) == "tea"
    assert [request.method for request in server.requests] == ["PATCH", "PATCH"]


async def test_names_the_right_that_the_key_lacks(server: FaultyServer) -> None:
    server.reply(answer({"detail": "no"}, 403), answer({"detail": ""}, 403))
    async with connected(server.url) as transport:
        told = [(await failure(transport, replace(WRITE, right="bakeCakes"))).problem.detail for _ in range(2)]
    assert told == ["no (the key needs the right bakeCakes)", "(the key needs the right bakeCakes)"]


async def test_says_what_was_wrong_when_time_runs_out_between_two_tries() -> None:
    """The pauses before the second and the third try are at least 0.1 and 0.2 seconds."""
    busy = httpx.MockTransport(lambda request: httpx.Response(503, json={"detail": "busy"}))
    async with connected(transport=busy, timeout=0.29) as transport:
        error = await failure(transport, READ)
    assert error.problem.fault is Fault.UNAVAILABLE


# time and room


async def test_a_call_that_found_no_room_in_time_was_not_sent(server: FaultyServer) -> None:
    async with connected(server.url, timeout=0.1, concurrency=1) as transport, transport._slots:
        error = await failure(transport, WRITE)
    assert isinstance(error, NotDone)
    assert error.problem.fault is Fault.TIMED_OUT
    assert server.requests == []


async def test_never_has_more_calls_under_way_than_allowed() -> None:
    under_way: list[int] = [0]
    most = 0

    async def handle(request: httpx.Request) -> httpx.Response:
        nonlocal most
        under_way[0] += 1
        most = max(most, under_way[0])
        await asyncio.sleep(0.001)
        under_way[0] -= 1
        return httpx.Response(200, json="tea")

    async with connected(transport=httpx.MockTransport(handle), concurrency=3) as transport:
        await asyncio.gather(*(transport.read(READ, ANYTHING) for _ in range(20)))
    assert most == 3


@pytest.mark.parametrize(("call", "kind"), [(READ, NotDone), (WRITE, Unsure)])
async def test_an_answer_that_only_drips_ends_in_time(call: Call, kind: type[ProviderError]) -> None:
    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    mock = httpx.MockTransport(lambda request: httpx.Response(200, content=drip()))
    async with connected(transport=mock, timeout=0.1) as transport:
        error = await failure(transport, call)
    assert type(error) is kind
    assert error.problem.fault is Fault.TIMED_OUT


@pytest.mark.parametrize(
    ("broken", "fault", "sent"),
    [
        (httpx.ConnectTimeout("late"), Fault.TIMED_OUT, False),
        (httpx.PoolTimeout("full"), Fault.TIMED_OUT, False),
        (httpx.ConnectError("refused"), Fault.UNREACHABLE, False),
        (httpx.ProxyError("refused"), Fault.UNREACHABLE, False),
        (httpx.ReadTimeout("late"), Fault.TIMED_OUT, True),
        (httpx.WriteTimeout("late"), Fault.TIMED_OUT, True),
        (httpx.ReadError("reset"), Fault.CUT_AFTER_WRITE, True),
        (httpx.WriteError("reset"), Fault.CUT_AFTER_WRITE, True),
        (httpx.RemoteProtocolError("nonsense"), Fault.CUT_AFTER_WRITE, True),
    ],
)
async def test_a_write_is_unsure_exactly_when_it_left(broken: Exception, fault: Fault, sent: bool) -> None:
    async with connected(transport=raising(broken)) as transport:
        error = await failure(transport, WRITE)
    assert type(error) is (Unsure if sent else NotDone)
    assert error.problem.fault is fault


@pytest.mark.parametrize(("call", "kind"), [(READ, NotDone), (WRITE, Unsure)])
async def test_an_answer_that_cannot_be_unpacked_cannot_be_read(call: Call, kind: type[ProviderError]) -> None:
    async with connected(transport=raising(httpx.DecodingError("not gzip"))) as transport:
        error = await failure(transport, call)
    assert type(error) is kind
    assert error.problem.fault is Fault.UNINTELLIGIBLE


async def test_a_lost_connection_is_told_when_a_read_finds_no_other(server: FaultyServer) -> None:
    server.always = CUT
    async with connected(server.url) as transport:
        error = await failure(transport, READ)
    assert error.problem.fault is Fault.UNREACHABLE
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (402, Fault.INVALID),
        (418, Fault.INVALID),
        (500, Fault.UNAVAILABLE),
        (529, Fault.UNAVAILABLE),
        (301, Fault.UNINTELLIGIBLE),
    ],
)
async def test_a_status_without_a_body_still_has_its_fault(status: int, fault: Fault, server: FaultyServer) -> None:
    server.always = Reply(status)
    async with connected(server.url) as transport:
        error = await failure(transport, READ)
    assert (error.problem.fault, error.problem.status, error.problem.detail) == (fault, status, "")


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"detail": "\\ud800"}', b"\xff", b"busy"])
async def test_an_error_body_that_cannot_be_read_hides_no_error(body: bytes, server: FaultyServer) -> None:
    server.always = Reply(404, body)
    async with connected(server.url) as transport:
        error = await failure(transport, READ)
    assert (error.problem.fault, error.problem.detail) == (Fault.NOT_FOUND, "")


async def test_a_bug_of_ours_is_not_taken_for_a_fault_of_the_service() -> None:
    async with connected(transport=raising(RuntimeError("bug"))) as transport:
        with pytest.raises(RuntimeError, match="bug"):
            await transport.read(READ, ANYTHING)


# what is said


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("  two\n\n lines\t here ", "two lines here"),
        ("\x1b[31mred\u202egnitirw\u2066", "[31mredgnitirw"),
        ("key marmalade is wrong", "key [masked] is wrong"),
        ("Authorization: Bearer abcdefgh12345678", "Authorization: [masked]"),
        ("x" * 500, "x" * (DETAIL_LENGTH - 1) + "…"),
    ],
)
async def test_tells_what_the_service_says_as_one_short_line(said: str, told: str, server: FaultyServer) -> None:
    server.always = answer({"detail": said}, 422)
    async with connected(server.url) as transport:
        assert (await failure(transport, READ)).problem.detail == told


async def test_an_error_names_the_request_that_the_log_carries(server: FaultyServer) -> None:
    reference = new_request_id()
    async with connected(server.url) as transport:
        assert (await failure(transport, READ)).problem.reference == reference


async def test_an_answer_of_another_shape_is_named_by_its_place_and_not_shown(server: FaultyServer) -> None:
    server.always = answer([{"id": 1}, {"id": "marmalade on toast"}])
    async with connected(server.url) as transport:
        with pytest.raises(NotDone) as caught:
            await transport.read(READ, TypeAdapter(list[dict[str, int]]))
    assert caught.value.problem.detail.startswith("1.id: ")
    assert "toast" not in str(caught.value)


async def test_takes_no_answer_and_any_json_for_a_write_whose_answer_does_not_matter(server: FaultyServer) -> None:
    server.reply(Reply(204), answer(None), answer({"any": "thing"}))
    async with connected(server.url) as transport:
        for _ in range(3):
            await transport.do(REMOVE)
    assert len(server.requests) == 3


@pytest.mark.parametrize("reply", [Reply(200, b"done!"), page_of_html(200)])
async def test_is_unsure_when_such_a_write_is_answered_by_something_that_is_not_json(
    reply: Reply, server: FaultyServer
) -> None:
    server.always = reply
    async with connected(server.url) as transport:
        with pytest.raises(Unsure) as caught:
            await transport.do(REMOVE)
    assert caught.value.problem.fault is Fault.UNINTELLIGIBLE


async def test_shows_no_key_when_it_is_looked_at() -> None:
    async with connected() as transport:
        assert repr(transport) == "<Transport acorn http://service.test/v4>"
