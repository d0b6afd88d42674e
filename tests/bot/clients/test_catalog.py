from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from bot.clients import catalog

KEY = SecretStr("marmalade")


@pytest.mark.parametrize("kind", catalog.KINDS)
async def test_builds_a_client_of_every_kind_that_keeps_its_name_and_hides_its_key(kind: str) -> None:
    client = catalog.build(kind, "acorn", "https://config.example.com/v4", KEY)
    assert client.name == "acorn"
    assert "marmalade" not in repr(client)
    await client.close()


async def test_speaks_through_the_transport_it_was_given() -> None:
    mock = httpx.MockTransport(lambda request: httpx.Response(200, json={"records": [], "total": 0}))
    client = catalog.build("humanloop", "acorn", "http://in-process.invalid/v4", KEY, transport=mock)
    await client.check()
    await client.close()


def test_names_the_kinds_there_are_when_asked_for_another() -> None:
    with pytest.raises(ValueError, match="acorn is of kind 'humanlop'; there is humanloop"):
        catalog.build("humanlop", "acorn", "https://config.example.com", KEY)
