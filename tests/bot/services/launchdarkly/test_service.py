"""What every call passes: token, method, size, body, limits, faults."""

from __future__ import annotations

import json
import socket
from typing import Any

import httpx
import pytest

from bot.services.launchdarkly import Fault, Limits, Token, World, rate_limited
from bot.services.launchdarkly.service import Operation, Service, answer
from tests.bot.services.launchdarkly.conftest import CONFIGS, TOKEN, Api, StandingClock, client, live, served

SUPPORT = f"{CONFIGS}/support-assistant"


# The token


@pytest.mark.parametrize("token", ["", "api-stranger", f"Bearer {TOKEN}", TOKEN.upper()])
async def test_an_unknown_token_is_refused_before_anything_else(world: World, token: str) -> None:
    world.limits = Limits(account=0)
    world.faults.add(Fault(status=500))
    async with client(world, token) as http:
        for method, path in (("GET", SUPPORT), ("PATCH", SUPPORT), ("GET", "/nowhere"), ("POST", "/approval-requests")):
            response = await http.request(method, f"/api/v2{path}", content=b"{" * 2_000_000)
            assert (response.status_code, response.json()["code"]) == (401, "unauthorized")


async def test_a_service_token_is_nobody(world: World) -> None:
    world.tokens["api-service"] = Token("api-service", "pipeline")
    async with client(world, "api-service") as http:
        api = Api(http)
        caller = await api.get("/caller-identity")
        assert (caller["serviceToken"], "memberId" in caller) == (True, False)
        await api.get("/members/me", 404)
        await api.serve("terse")
        entry = (await api.get("/auditlog"))["items"][0]
        assert (entry["token"]["name"], "member" in entry) == ("pipeline", False)
        request = await api.ask()
        assert "requestorId" not in request
        await api.post(f"/approval-requests/{request['_id']}/reviews", {"kind": "approve"}, 405)


def test_tokens_are_not_printed() -> None:
    assert "api-service" not in repr(Token("api-service", "pipeline"))


# Bodies and paths


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"{",
        b"\xff",
        b"[]",
        b"3",
        b"null",
        b'{"name": NaN}',
        b'{"name": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"name": 1e999}',
        b"[" * 100_000,
        b'{"name": ' + b"[" * 70 + b"]" * 70 + b"}",
        b'{"name": "x", "tags": [' + b"1" * 5_000 + b"]}",
    ],
)
async def test_broken_bodies_are_refused(api: Api, content: bytes) -> None:
    refused = await api.call("PATCH", SUPPORT, 400, content=content)
    assert refused["code"] == "invalid_request"


async def test_huge_bodies_are_refused(api: Api) -> None:
    content = json.dumps({"description": "x" * 1_000_000}).encode()
    assert (await api.call("PATCH", SUPPORT, 413, content=content))["code"] == "invalid_request"


def test_a_caller_that_hangs_up_while_it_sends_changes_nothing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(world) as base:
        host, _, port = base.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as caller:
            head = f"PATCH /api/v2{SUPPORT} HTTP/1.1\r\nHost: x\r\nAuthorization: {TOKEN}\r\nContent-Length: 20\r\n\r\n"
            caller.sendall(head.encode() + b'{"name": ')
        assert httpx.get(f"{base}/api/v2{SUPPORT}", headers={"Authorization": TOKEN}).json()["version"] == 1
    assert [call.method for call in world.calls] == ["GET"]
    assert "Traceback" not in capsys.readouterr().err


async def test_what_was_sent_is_not_repeated_in_refusals(api: Api) -> None:
    refused = await api.patch(SUPPORT, {"name": {"secret": "s3cr3t"}}, 400)
    assert refused["message"].startswith("name: ")
    assert "s3cr3t" not in json.dumps(refused)


async def test_unknown_paths_and_methods(api: Api) -> None:
    assert (await api.get("/nowhere", 404))["code"] == "not_found"
    assert (await api.call("PUT", SUPPORT, 405))["code"] == "method_not_allowed"
    response = await api.client.get("/")
    assert (response.status_code, response.json()["message"]) == (404, "Unknown path")


async def test_methods_may_be_tunnelled_through_a_post(api: Api) -> None:
    headers = {"X-HTTP-Method-Override": "PATCH"}
    changed = await api.call("POST", SUPPORT, json={"name": "Tunnelled"}, headers=headers)
    assert changed["name"] == "Tunnelled"
    await api.call("POST", SUPPORT, 405, json={}, headers={"X-HTTP-Method-Override": "GET"})
    await api.call("GET", SUPPORT, headers={"X-HTTP-Method-Override": "DELETE"})


async def test_what_breaks_inside_is_a_500_without_a_word_about_it(world: World) -> None:
    def broken(incoming: Any) -> Any:
        raise KeyError("s3cr3t")

    service = Service(world, [Operation("GET", "/broken", broken), Operation("GET", "/fine", lambda _: answer({}))])
    transport = httpx.ASGITransport(service)
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers={"Authorization": TOKEN}) as http:
        response = await http.get("/broken")
        assert (response.status_code, "s3cr3t" in response.text) == (500, False)
        assert (await http.get("/fine")).json() == {}


# Limits


async def test_limits_are_told_and_kept(api: Api, reviewer: Api, world: World, clock: StandingClock) -> None:
    assert not [name for name in (await api.client.get("/api/v2/projects")).headers if "ratelimit" in name]
    world.limits = Limits(account=4, route=2, token=3)
    first = await api.client.get("/api/v2/projects")
    assert first.headers["X-Ratelimit-Global-Limit"] == "4"
    assert first.headers["X-Ratelimit-Global-Remaining"] == "3"
    assert first.headers["X-Ratelimit-Route-Limit"] == "2"
    assert first.headers["X-Ratelimit-Auth-Token-Limit"] == "3"
    assert first.headers["X-Ratelimit-Reset"] == str(int(clock().timestamp() * 1_000) + 10_000)
    assert first.headers["X-Ratelimit-Auth-Token-Reset"] == first.headers["X-Ratelimit-Reset"]
    assert (await api.client.get("/api/v2/projects")).status_code == 200
    refused = await api.client.get("/api/v2/projects")
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert refused.headers["X-Ratelimit-Route-Remaining"] == "0"
    assert (await api.client.get("/api/v2/members")).status_code == 429  # the token has had its three
    assert (await reviewer.client.get("/api/v2/members")).status_code == 429  # the account has had its four
    clock.move(seconds=10)
    assert (await api.client.get("/api/v2/projects")).status_code == 200


async def test_the_limit_by_address_says_how_long_to_wait(api: Api, world: World, clock: StandingClock) -> None:
    world.limits = Limits(address=1)
    clock.move(seconds=3.5)
    assert "Retry-After" not in (await api.client.get("/api/v2/projects")).headers
    refused = await api.client.get("/api/v2/members")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert not [name for name in refused.headers if "ratelimit" in name]


async def test_a_call_over_the_limit_is_not_carried_out(api: Api, world: World) -> None:
    ids = await api.ids()
    world.limits = Limits(token=0)
    body = {
        "environmentKey": "staging",
        "instructions": [{"kind": "updateFallthroughVariationOrRollout", "variationId": ids["terse"]}],
    }
    await api.patch(f"{SUPPORT}/targeting", body, 429)
    world.limits = Limits()
    assert live(await api.targeting(), "staging") == "warm-v2"


# Faults


async def test_faults_are_used_up_one_by_one(api: Api, world: World) -> None:
    world.faults.add(
        Fault(status=500, times=2),
        Fault(status=409, code="optimistic_locking_error", message="Try again"),
        rate_limited(after=3),
        rate_limited(),
        Fault(status=502, text="<html>Bad gateway</html>"),
    )
    assert (await api.get("/projects", 500))["code"] == "internal_service_error"
    await api.get("/projects", 500)
    conflict = await api.get("/projects", 409)
    assert (conflict["code"], conflict["message"]) == ("optimistic_locking_error", "Try again")
    limited = await api.client.get("/api/v2/projects")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "3")
    assert limited.headers["X-Ratelimit-Route-Remaining"] == "0"
    assert "Retry-After" not in (await api.client.get("/api/v2/projects")).headers
    gateway = await api.client.get("/api/v2/projects")
    assert (gateway.status_code, gateway.headers["content-type"]) == (502, "text/html; charset=utf-8")
    await api.get("/projects")


async def test_faults_wait_for_the_call_they_are_meant_for(api: Api, world: World) -> None:
    world.faults.add(Fault(method="POST", status=500), Fault(path="*/members", status=404))
    await api.get("/projects")
    await api.get("/members", 404)
    world.faults.clear()
    await api.post(f"{SUPPORT}/variations", {"key": "x", "name": "X"})


@pytest.mark.parametrize(("cut", "expected"), [("before", "warm-v2"), ("after", "terse")])
async def test_a_connection_that_breaks_is_an_error_of_the_transport(
    api: Api, world: World, cut: Any, expected: str
) -> None:
    world.faults.add(Fault(method="PATCH", cut=cut))
    with pytest.raises(httpx.RemoteProtocolError):
        await api.serve("terse")
    assert live(await api.targeting(), "staging") == expected


async def test_an_answer_may_come_late(world: World) -> None:
    world.faults.add(Fault(delay=1), Fault(delay=0.01, status=500))
    with served(world) as base:
        async with httpx.AsyncClient(base_url=base, headers={"Authorization": TOKEN}, timeout=None) as http:
            with pytest.raises(httpx.ReadTimeout):
                await http.get("/api/v2/projects", timeout=httpx.Timeout(None, read=0.05))
            assert (await http.get("/api/v2/projects")).status_code == 500
            assert (await http.get("/api/v2/projects")).status_code == 200


async def test_a_header_asks_for_a_fault_of_this_very_call(api: Api) -> None:
    await api.call("GET", "/projects", 409, headers={"X-Playground-Fault": '{"status": 409}'})
    refused = await api.call("GET", "/projects", 400, headers={"X-Playground-Fault": '{"status": 200}'})
    assert "status" in refused["message"]


# From another process


async def test_faults_and_oddities_are_set_from_outside(api: Api, world: World) -> None:
    http = api.client
    assert (await http.post("/control/faults", json={"method": "PATCH", "status": 500, "times": 5})).status_code == 204
    await api.serve("terse", status=500)
    assert (await http.delete("/control/faults")).status_code == 204
    await api.serve("terse")
    settings = {
        "lag": 1,
        "gateStatus": 405,
        "thinVersions": True,
        "accountLimit": 50,
        "tokenLimit": 40,
        "addressLimit": 60,
    }
    assert (await http.patch("/control/settings", json=settings)).status_code == 204
    assert (world.lag, world.gate_status, world.thin_versions) == (1, 405, True)
    assert world.limits == Limits(account=50, token=40, address=60)
    assert (await http.patch("/control/settings", json={"routeLimit": 9})).status_code == 204
    assert world.limits == Limits(account=50, route=9, token=40, address=60)
    assert (world.lag, world.gate_status, world.thin_versions) == (1, 405, True)
    for bad in ({"lag": -1}, {"gateStatus": 404}, {"thinVersions": "yes"}):
        assert (await http.patch("/control/settings", json=bad)).status_code == 400
    calls = (await http.get("/control/calls")).json()["items"]
    assert {"method": "PATCH", "path": f"/api/v2{SUPPORT}/targeting", "status": 500} in calls
    async with client(world, "api-stranger") as stranger:
        assert (await stranger.get("/control/calls")).status_code == 401


async def test_calls_are_kept_for_tests_that_count(api: Api, world: World) -> None:
    world.calls.clear()
    await api.get(SUPPORT)
    await api.patch(SUPPORT, {"name": "Other"})
    seen = [(call.method, call.status, call.body) for call in world.calls]
    assert seen == [("GET", 200, b""), ("PATCH", 200, b'{"name":"Other"}')]
