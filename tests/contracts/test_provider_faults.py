"""What every provider of the catalog says when its service fails: each failure of each method of the contract.

The service is a server that fails on purpose, over a real socket.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import stamina
from pydantic import SecretStr

from bot.clients import catalog
from bot.clients.base import NotDone, ProviderClient, ProviderError, Unsure
from bot.clients.transport import ATTEMPTS
from bot.domain.errors import Fault
from bot.domain.evaluations import Evaluation
from bot.domain.names import Config, Environment, Project
from bot.domain.project_fields import ProjectFields
from tests.contracts import humanloop, launchdarkly
from tests.contracts.services import KEY
from tests.faulty import CUT, FaultyServer, Reply, answer, page_of_html

PROJECT = Project("acorn", "pr_8QmVb2Zk0sTnYc4LxHdE7", "Refund triage")
PRODUCTION = Environment("acorn", "env_9LkJh3GfDs6AqWeRtY1Zx", "production", is_default=True)
CONFIG = Config("acorn", PROJECT.id, "config_x", "x", "config_x")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RUN = Evaluation(
    provider="acorn",
    project_id=PROJECT.id,
    id="ev_1",
    status="running",
    config_id=CONFIG.id,
    config_name=CONFIG.name,
    evaluators=(),
    scores=(),
    dataset_id="evts_1",
    dataset_name="cases",
    dataset_version_id="v1",
    datapoints=1,
    created_at=NOON,
    updated_at=NOON,
)

GOOD_ANSWERS: dict[str, dict[str, Any]] = {"humanloop": humanloop.GOOD, "launchdarkly": launchdarkly.GOOD}
"""Kind → method of the contract → an answer that it takes; methods that ask the service nothing are not here."""

SETTINGS: dict[str, dict[str, Any]] = {"humanloop": {}, "launchdarkly": {"project": "shop"}}
"""Kind → what its client has to be told beside address and key."""

CALLS = {("launchdarkly", "served"): 2, ("launchdarkly", "check"): 2}
"""How many calls a method makes when all is well, where it is not one."""

Ask = Callable[[ProviderClient], Awaitable[Any]]
READS: dict[str, Ask] = {
    "check": lambda client: client.check(),
    "projects": lambda client: client.projects(),
    "project": lambda client: client.project(PROJECT),
    "configs": lambda client: client.configs(PROJECT),
    "served": lambda client: client.served(PROJECT),
    "evaluations": lambda client: client.evaluations(PROJECT),
    "evaluation": lambda client: client.evaluation(PROJECT, "ev_1"),
    "last_moved": lambda client: client.last_moved(PROJECT, PRODUCTION),
    "progress": lambda client: client.progress(PROJECT, RUN),
}
WRITES: dict[str, Ask] = {
    "serve": lambda client: client.serve(PROJECT, PRODUCTION, CONFIG),
    "clear": lambda client: client.clear(PROJECT, PRODUCTION),
    "create_project": lambda client: client.create_project("Refunds", "dir_6AsDf0GhJk2LzXcVb8NmQ"),
    "update_project": lambda client: client.update_project(PROJECT, ProjectFields("Refunds")),
    "set_evaluation_status": lambda client: client.set_evaluation_status(PROJECT, "ev_1", "completed"),
}
READING = [(kind, method) for kind, good in GOOD_ANSWERS.items() for method in READS if method in good]
WRITING = [(kind, method) for kind, good in GOOD_ANSWERS.items() for method in WRITES if method in good]


def said(text: str, **more: Any) -> dict[str, Any]:
    """A sentence as every kind of service says it; `more` replaces how one of them does."""
    return {"detail": text, "code": "refused", "message": text, **more}


FIELD_ERROR = said(
    f"environments.0.id: not {KEY}",
    detail=[{"loc": ["body", "environments", 0, "id"], "msg": f"not {KEY}", "type": "value_error"}],
)


@dataclass(frozen=True)
class Failure:
    """One way to fail, and what it means for a read and for a write."""

    reply: Reply
    fault: Fault
    unsure: bool = False
    """Whether a write may have happened all the same."""
    repeated: bool = False
    """Whether what is safe to repeat is asked again."""
    write_fault: Fault | None = None
    says: str = ""
    status: int | None = None


FAILURES: dict[str, Failure] = {
    "slow": Failure(answer({}, delay=5), Fault.TIMED_OUT, unsure=True),
    "bad request": Failure(answer(said("no"), 400), Fault.INVALID, says="no"),
    "wrong key": Failure(answer(said(f"key {KEY} is unknown"), 401), Fault.UNAUTHORIZED, says="is unknown"),
    "no right": Failure(answer({}, 403), Fault.FORBIDDEN),
    "not there": Failure(answer(said("Project was not found."), 404), Fault.NOT_FOUND, says="was not found"),
    "conflict": Failure(answer(said("taken"), 409), Fault.CONFLICT, says="taken"),
    "invalid, fields": Failure(answer(FIELD_ERROR, 422), Fault.INVALID, says="environments.0.id: not"),
    "invalid, string": Failure(answer(said("must be running"), 422), Fault.INVALID, says="must be running"),
    "invalid, object": Failure(
        answer(said("too long", detail={"type": "t", "message": "too long", "code": 422, "origin": "Humanloop"}), 422),
        Fault.INVALID,
        says="too long",
    ),
    "too many": Failure(answer(said("slow down"), 429), Fault.RATE_LIMITED, repeated=True, says="slow down"),
    "too many, now": Failure(answer({}, 429, retry_after="0"), Fault.RATE_LIMITED, repeated=True),
    "too many, come back tomorrow": Failure(answer({}, 429, retry_after="86400"), Fault.RATE_LIMITED),
    "crash": Failure(answer(said("oops"), 500), Fault.UNAVAILABLE, unsure=True, says="oops"),
    "bad gateway": Failure(page_of_html(502), Fault.UNAVAILABLE, unsure=True, says="HTML"),
    "not implemented": Failure(answer(said("cannot"), 501), Fault.INVALID, says="cannot"),
    "overloaded": Failure(answer(said("busy"), 503), Fault.UNAVAILABLE, repeated=True, says="busy"),
    "gateway out of time": Failure(page_of_html(504), Fault.UNAVAILABLE, unsure=True),
    "redirect": Failure(Reply(302, b"", (("Location", "http://127.0.0.1:1/"),)), Fault.UNINTELLIGIBLE, unsure=True),
    "page of HTML": Failure(page_of_html(200), Fault.UNINTELLIGIBLE, unsure=True, says="HTML"),
    "broken JSON": Failure(Reply(200, b'{"records": ['), Fault.UNINTELLIGIBLE, unsure=True),
    "wrong types": Failure(answer(17), Fault.UNINTELLIGIBLE, unsure=True),
    "wrongly packed": Failure(
        Reply(200, b"not gzip", (("Content-Type", "application/json"), ("Content-Encoding", "gzip"))),
        Fault.UNINTELLIGIBLE,
        unsure=True,
    ),
    "cut before the answer": Failure(
        CUT, Fault.UNREACHABLE, unsure=True, repeated=True, write_fault=Fault.CUT_AFTER_WRITE
    ),
    "cut inside the answer": Failure(
        Reply(200, b"[" * 99, cut=120), Fault.UNREACHABLE, unsure=True, repeated=True, write_fault=Fault.CUT_AFTER_WRITE
    ),
}
REPEATABLE_WRITES: dict[str, set[str]] = {"humanloop": {"clear"}, "launchdarkly": set()}
"""Kind → writes that are safe to repeat and are, after an answer that says nothing happened."""

SAYS_LIMITED_IS_NOT_DONE = {"launchdarkly"}
"""Kinds whose every write is repeated after a 429."""

TAKES_ANY_JSON = {("humanloop", "clear")}
"""Its success answer is not specified."""


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server


@pytest.fixture
def no_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):
        yield


def build(kind: str, url: str, *, timeout: float = 10.0) -> ProviderClient:
    return catalog.build(kind, "acorn", f"{url}/v4", SecretStr(KEY), timeout=timeout, **SETTINGS[kind])


async def ready(kind: str, server: FaultyServer, *, timeout: float = 10.0) -> ProviderClient:
    """A client that has looked at what is live, so that what it asks next is the method's own."""
    client = build(kind, server.url, timeout=timeout)
    kept, server.always = server.always, answer(GOOD_ANSWERS[kind]["served"])
    await client.served(PROJECT)
    server.always = kept
    server.requests.clear()
    return client


async def failing(client: ProviderClient, ask: Ask) -> ProviderError:
    """The error that asking ends in; the client is closed afterwards."""
    try:
        with pytest.raises(ProviderError) as caught:
            await ask(client)
    finally:
        await client.close()
    return caught.value


def test_every_provider_kind_takes_part() -> None:
    assert GOOD_ANSWERS.keys() == catalog.KINDS.keys()
    assert all(good.keys() <= READS.keys() | WRITES.keys() for good in GOOD_ANSWERS.values())
    assert {method for _, method in (*READING, *WRITING)} == READS.keys() | WRITES.keys()


@pytest.mark.parametrize(("kind", "method"), [*READING, *WRITING])
async def test_asks_the_service_once_when_it_answers_well(kind: str, method: str, server: FaultyServer) -> None:
    server.always = answer(GOOD_ANSWERS[kind][method])
    client = await ready(kind, server)
    await (READS | WRITES)[method](client)
    await client.close()
    assert len(server.requests) == CALLS.get((kind, method), 1)


@pytest.mark.parametrize(("kind", "method"), READING)
@pytest.mark.parametrize("name", FAILURES)
async def test_a_read_that_fails_did_nothing_and_says_why(
    kind: str, method: str, name: str, server: FaultyServer, no_pauses: None, caplog: pytest.LogCaptureFixture
) -> None:
    failure = FAILURES[name]
    server.always = failure.reply
    caplog.set_level(logging.DEBUG)
    client = build(kind, server.url, timeout=0.4 if name == "slow" else 10)
    error = await failing(client, READS[method])
    assert isinstance(error, NotDone)
    assert_explained(error, failure, failure.fault)
    times = ATTEMPTS if failure.repeated else 1
    assert times <= len(server.requests) <= times * CALLS.get((kind, method), 1)
    assert_keeps_the_key(client, error, caplog)


@pytest.mark.parametrize(("kind", "method"), WRITING)
@pytest.mark.parametrize("name", FAILURES)
async def test_a_write_that_fails_tells_not_done_from_unsure(
    kind: str, method: str, name: str, server: FaultyServer, no_pauses: None, caplog: pytest.LogCaptureFixture
) -> None:
    failure = FAILURES[name]
    server.always = failure.reply
    caplog.set_level(logging.DEBUG)
    client = await ready(kind, server, timeout=0.4 if name == "slow" else 10)
    if name == "wrong types" and (kind, method) in TAKES_ANY_JSON:
        await WRITES[method](client)
        await client.close()
        return
    error = await failing(client, WRITES[method])
    assert type(error) is (Unsure if failure.unsure else NotDone)
    assert_explained(error, failure, failure.write_fault or failure.fault)
    limited = failure.reply.status == 429 and kind in SAYS_LIMITED_IS_NOT_DONE
    safe = failure.repeated and not failure.unsure and (limited or method in REPEATABLE_WRITES[kind])
    assert sum(request.method != "GET" for request in server.requests) == (ATTEMPTS if safe else 1)
    assert_keeps_the_key(client, error, caplog)


@pytest.mark.parametrize(("kind", "method"), [*READING, *WRITING])
async def test_nothing_happened_when_nobody_listens(kind: str, method: str, no_pauses: None) -> None:
    async with FaultyServer() as gone:
        url = gone.url
    client = build(kind, url)
    error = await failing(client, (READS | WRITES)[method])
    assert isinstance(error, NotDone)
    assert error.problem.fault is Fault.UNREACHABLE


@pytest.mark.parametrize(("kind", "method"), READING)
async def test_a_read_goes_on_after_a_fault_that_passes(kind: str, method: str, server: FaultyServer) -> None:
    """With real pauses: a busy answer, then a lost connection, then the answer."""
    server.reply(answer({}, 503), CUT)
    server.always = answer(GOOD_ANSWERS[kind][method])
    client = build(kind, server.url)
    await READS[method](client)
    await client.close()
    assert len(server.requests) == 2 + CALLS.get((kind, method), 1)


@pytest.mark.parametrize("kind", catalog.KINDS)
async def test_many_calls_at_once_all_get_their_answer(kind: str, server: FaultyServer) -> None:
    server.always = answer(GOOD_ANSWERS[kind]["served"])
    client = build(kind, server.url)
    answers = await asyncio.gather(*(client.served(PROJECT) for _ in range(200)))
    await client.close()
    assert all(given == answers[0] for given in answers)
    assert len(server.requests) == 200 * CALLS.get((kind, "served"), 1)


def assert_explained(error: ProviderError, failure: Failure, fault: Fault) -> None:
    problem = error.problem
    assert problem.fault is fault
    assert problem.provider == "acorn"
    assert problem.operation
    assert PROJECT.id not in problem.operation
    assert failure.says in problem.detail
    answered_badly = failure.reply.status >= 300
    assert problem.status == (failure.reply.status if answered_badly else None)


def assert_keeps_the_key(client: ProviderClient, error: ProviderError, caplog: pytest.LogCaptureFixture) -> None:
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__) is not None:
        chain.append(cause)
    told = [repr(client), caplog.text, repr(error.problem), *map(str, chain), *map(repr, chain)]
    assert all(KEY not in text for text in told)
