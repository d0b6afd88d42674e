from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.clients.base import NotDone
from bot.clients.humanloop import HumanloopClient
from bot.clients.humanloop.operations import Operations, group
from bot.domain.errors import Fault
from tests.bot.clients.humanloop.calls import LINES, METHODS, Ask, name_of
from tests.contracts.humanloop import PROJECT
from tests.faulty import FaultyServer, answer


@pytest.fixture
async def wire(server: FaultyServer) -> AsyncIterator[Operations]:
    client = HumanloopClient("acorn", f"{server.url}/v4", SecretStr("marmalade"))
    yield client.wire
    await client.close()


@pytest.mark.parametrize(("ask", "given", "line", "body"), LINES, ids=[line for _, _, line, _ in LINES])
async def test_sends_the_request_of_the_reference(
    ask: Ask, given: Any, line: str, body: Any, wire: Operations, server: FaultyServer
) -> None:
    server.always = answer(given)
    await ask(wire)
    (request,) = server.requests
    assert f"{request.method} {request.target}" == line
    assert (request.json() if request.body else None) == body


def test_the_table_calls_every_operation() -> None:
    assert sorted({name_of(ask) for ask, *_ in LINES}) == METHODS


def page(*names: str, total: int) -> dict[str, Any]:
    return {"records": [PROJECT | {"id": f"pr_{name}", "name": name} for name in names], "total": total}


async def test_reads_pages_from_nought_until_the_total_is_seen(wire: Operations, server: FaultyServer) -> None:
    server.reply(answer(page("a", "b", total=3)), answer(page("c", total=3)))
    assert [project.name for project in await wire.list_projects(filter="x")] == ["a", "b", "c"]
    assert [request.query for request in server.requests] == [
        "page=0&size=100&filter=x&sort_by=created_at&order=asc",
        "page=1&size=100&filter=x&sort_by=created_at&order=asc",
    ]


async def test_stops_at_an_empty_page_whatever_the_total_says(wire: Operations, server: FaultyServer) -> None:
    server.reply(answer(page("a", total=9)), answer(page(total=9)))
    assert [project.name for project in await wire.list_projects()] == ["a"]


async def test_a_project_that_slid_to_the_next_page_is_there_once(wire: Operations, server: FaultyServer) -> None:
    server.reply(answer(page("a", "b", total=4)), answer(page("b", "c", total=4)))
    assert [project.name for project in await wire.list_projects()] == ["a", "b", "c"]


async def test_a_service_that_repeats_its_page_is_not_asked_for_ever(wire: Operations, server: FaultyServer) -> None:
    server.always = answer(page("a", total=9))
    with pytest.raises(NotDone) as caught:
        await wire.list_projects()
    assert caught.value.problem.fault is Fault.UNINTELLIGIBLE
    assert len(server.requests) == 2


async def test_a_list_without_an_end_is_given_up(
    wire: Operations, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "MOST_PAGES", 3)
    server.reply(*(answer(page(str(number), total=number + 99)) for number in range(9)))
    with pytest.raises(NotDone) as caught:
        await wire.list_projects()
    assert caught.value.problem.fault is Fault.UNINTELLIGIBLE
    assert len(server.requests) == 3
