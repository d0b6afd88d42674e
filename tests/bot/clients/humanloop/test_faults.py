"""Each failure of each operation once, over a real socket: its name, and whether anything can have happened."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import stamina
from pydantic import SecretStr

from bot.clients.base import NotDone, ProviderError, Unsure
from bot.clients.humanloop import HumanloopClient
from bot.clients.humanloop.operations import Operations
from bot.clients.transport import ATTEMPTS
from bot.domain.errors import Fault
from tests.bot.clients.humanloop.calls import LINES, METHODS, Ask, name_of
from tests.contracts.services import KEY
from tests.contracts.test_provider_faults import FAILURES, Failure
from tests.faulty import FaultyServer, answer

CALLS: dict[str, tuple[Ask, str]] = {name_of(ask): (ask, line.split()[0]) for ask, _, line, _ in LINES}
"""Operation → one call of it, and the method of HTTP that it uses."""

ANY_ANSWER = {"delete_deployed_config"}
"""Its success answer is not specified, so any JSON is a good one."""

LAST = "too many, come back tomorrow"
"""After it a client asks nothing for a long time."""


@pytest.fixture
def no_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):
        yield


def test_the_table_names_every_operation() -> None:
    assert sorted(CALLS) == METHODS


async def failed(wire: Operations, name: str) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await CALLS[name][0](wire)
    return caught.value


def expected(name: str, failure: Failure) -> tuple[type[ProviderError], Fault, int]:
    """The error, its kind, and how often the service was asked, by the method that the operation uses."""
    method = CALLS[name][1]
    writes = method != "GET"
    unsure = writes and failure.unsure
    times = ATTEMPTS if failure.repeated and (method == "GET" or (method == "DELETE" and not unsure)) else 1
    fault = failure.write_fault or failure.fault if writes else failure.fault
    return (Unsure if unsure else NotDone), fault, times


@pytest.mark.parametrize("name", METHODS)
async def test_every_failure_of_an_operation_is_told_apart(name: str, server: FaultyServer, no_pauses: None) -> None:
    client = HumanloopClient("acorn", f"{server.url}/v4", SecretStr(KEY))
    for failing, failure in sorted(FAILURES.items(), key=lambda item: item[0] == LAST):
        if failing == "slow" or (failing == "wrong types" and name in ANY_ANSWER):
            continue
        server.always = failure.reply
        server.requests.clear()

        error = await failed(client.wire, name)

        kind, fault, times = expected(name, failure)
        assert (type(error), error.problem.fault, len(server.requests)) == (kind, fault, times), failing
        assert error.problem.status == (failure.reply.status if failure.reply.status >= 300 else None), failing
        assert failure.says in error.problem.detail, failing
        assert error.problem.operation, failing
        assert KEY not in repr(error.problem), failing
    await client.close()


async def test_every_operation_that_takes_too_long_is_given_up(server: FaultyServer) -> None:
    server.always = answer({}, delay=60)
    client = HumanloopClient("acorn", f"{server.url}/v4", SecretStr(KEY), timeout=2, concurrency=len(METHODS))

    errors = dict(zip(METHODS, await asyncio.gather(*(failed(client.wire, name) for name in METHODS)), strict=True))
    await client.close()

    for name, error in errors.items():
        assert (type(error), error.problem.fault) == expected(name, FAILURES["slow"])[:2], name


@pytest.mark.parametrize("name", METHODS)
async def test_nothing_happened_when_nobody_listens(name: str, no_pauses: None) -> None:
    async with FaultyServer() as gone:
        url = gone.url
    client = HumanloopClient("acorn", f"{url}/v4", SecretStr(KEY))

    error = await failed(client.wire, name)
    await client.close()

    assert (type(error), error.problem.fault) == (NotDone, Fault.UNREACHABLE)
