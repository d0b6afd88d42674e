"""Every operation that we use, each way to fail: what it means, how often it is asked; and nothing secret shows."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from time import time
from typing import Any

import pytest
import stamina
from pydantic import SecretStr

from bot.clients.base import NotDone, ProviderError, Unsure
from bot.clients.launchdarkly import LaunchDarklyClient
from bot.clients.launchdarkly.operations import Operations
from bot.clients.transport import ATTEMPTS
from bot.domain.errors import Fault
from tests.faulty import CUT, FaultyServer, Reply, answer, page_of_html

KEY = "api-marmalade-0000"
DOING = "doing something"
STEP = {"kind": "updateFallthroughVariationOrRollout", "variationId": "x"}

OPERATIONS: dict[str, Callable[[Operations], Awaitable[Any]]] = {
    "Identify the caller": lambda wire: wire.caller(),
    "List AI Configs": lambda wire: wire.list_ai_configs(),
    "Get AI Config": lambda wire: wire.get_ai_config("support", operation=DOING),
    "Update AI Config": lambda wire: wire.update_ai_config("support", {"name": "x"}, operation=DOING),
    "Show targeting": lambda wire: wire.get_targeting("support", operation=DOING),
    "Update targeting": lambda wire: wire.patch_targeting("support", "test", [STEP], comment="ch-1", operation=DOING),
    "List environments": lambda wire: wire.list_environments(operation=DOING),
    "Create approval request": lambda wire: wire.create_approval("r", [STEP], description="d", operation=DOING),
    "List approval requests": lambda wire: wire.pending_approvals("r", operation=DOING),
    "Get approval request": lambda wire: wire.get_approval("66b0"),
    "Apply approval request": lambda wire: wire.apply_approval("66b0", comment="ch-1"),
    "Delete approval request": lambda wire: wire.delete_approval("66b0"),
    "List members": lambda wire: wire.find_members("query:ada", operation=DOING),
    "List teams": lambda wire: wire.find_teams("ada", operation=DOING),
    "Get metric": lambda wire: wire.get_metric("thumbs-up", operation=DOING),
    "List audit log entries": lambda wire: wire.newest_audit_entry("r", operation=DOING),
}
WRITES = {
    "Update AI Config",
    "Update targeting",
    "Create approval request",
    "Apply approval request",
    "Delete approval request",
}


def refusal(status: int, code: str, message: str, **headers: str) -> Reply:
    found = answer({"code": code, "message": message, "id": "7c0f"}, status)
    return Reply(status, found.body, (*found.headers, *headers.items()))


def in_a_moment() -> str:
    return str(int(time() * 1000) - 1)


@dataclass(frozen=True)
class Failure:
    """One way to fail. `unsure`: a write may have happened; `repeated`, `limited`: reads, all are asked again."""

    reply: Callable[[], Reply]
    fault: Fault
    unsure: bool = False
    repeated: bool = False
    limited: bool = False


FAILURES: dict[str, Failure] = {
    "400": Failure(lambda: refusal(400, "invalid_request", f"bad {KEY}"), Fault.INVALID),
    "401": Failure(lambda: refusal(401, "unauthorized", f"{KEY} is unknown"), Fault.UNAUTHORIZED),
    "403": Failure(lambda: refusal(403, "forbidden", "no"), Fault.FORBIDDEN),
    "403, approval": Failure(lambda: refusal(403, "forbidden", "approval is required"), Fault.GATED),
    "404": Failure(lambda: refusal(404, "not_found", "Unknown AI Config"), Fault.NOT_FOUND),
    "405, approval": Failure(lambda: refusal(405, "method_not_allowed", "require approval: no"), Fault.GATED),
    "409": Failure(lambda: refusal(409, "optimistic_locking_error", "moved"), Fault.CONFLICT),
    "422": Failure(lambda: refusal(422, "patch_failed", "cannot"), Fault.INVALID),
    "429": Failure(lambda: refusal(429, "rate_limited", "slow"), Fault.RATE_LIMITED, limited=True),
    "429, Retry-After": Failure(
        lambda: refusal(429, "rate_limited", "slow", **{"Retry-After": "0"}), Fault.RATE_LIMITED, limited=True
    ),
    "429, far away": Failure(
        lambda: refusal(429, "rate_limited", "slow", **{"X-Ratelimit-Reset": str(int(time() * 1000) + 60_000)}),
        Fault.RATE_LIMITED,
    ),
    "500": Failure(lambda: refusal(500, "internal", "oops"), Fault.UNAVAILABLE, unsure=True),
    "503": Failure(lambda: refusal(503, "unavailable", "busy"), Fault.UNAVAILABLE, repeated=True),
    "HTML of a proxy": Failure(lambda: page_of_html(502), Fault.UNAVAILABLE, unsure=True),
    "an empty body": Failure(lambda: Reply(403, b""), Fault.FORBIDDEN),
    "no answer in time": Failure(lambda: answer({}, delay=5), Fault.TIMED_OUT, unsure=True),
    "cut": Failure(lambda: CUT, Fault.UNREACHABLE, unsure=True, repeated=True),
}


@pytest.fixture
def no_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):
        yield


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_a_failure_means_what_it_says(
    operation: str, name: str, server: FaultyServer, no_pauses: None, caplog: pytest.LogCaptureFixture
) -> None:
    failure, writes = FAILURES[name], operation in WRITES
    server.always = failure.reply()
    caplog.set_level(logging.DEBUG)
    timeout = 0.4 if name == "no answer in time" else 10
    client = LaunchDarklyClient("shop", server.url, SecretStr(KEY), project="shop", timeout=timeout)
    with pytest.raises(ProviderError) as caught:
        await OPERATIONS[operation](client.wire)
    await client.close()

    problem = caught.value.problem
    assert type(caught.value) is (Unsure if writes and failure.unsure else NotDone)
    assert problem.fault is (Fault.CUT_AFTER_WRITE if writes and name == "cut" else failure.fault)
    idempotent = operation == "Delete approval request" and not failure.unsure
    again = failure.limited or (failure.repeated and (not writes or idempotent))
    assert len(server.requests) == (ATTEMPTS if again else 1)
    told = [repr(client), caplog.text, repr(problem), str(caught.value), repr(caught.value.__cause__)]
    assert not any(KEY in text for text in told)


@pytest.mark.parametrize("header", ["X-Ratelimit-Reset", "X-Ratelimit-Auth-Token-Reset"])
@pytest.mark.parametrize("operation", ["Get AI Config", "Update targeting"])
async def test_what_was_told_to_wait_is_asked_again_when_the_window_is_over(
    operation: str, header: str, server: FaultyServer
) -> None:
    """With a real pause, of a second: the end of the window is past already."""
    server.reply(refusal(429, "rate_limited", "slow", **{header: in_a_moment()}))
    server.always = answer({})
    client = LaunchDarklyClient("shop", server.url, SecretStr(KEY), project="shop")
    with pytest.raises(ProviderError) as caught:
        await OPERATIONS[operation](client.wire)
    await client.close()
    assert caught.value.problem.fault is Fault.UNINTELLIGIBLE
    assert len(server.requests) == 2
