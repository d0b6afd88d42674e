from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from bot.clients import catalog
from bot.clients.base import ProviderError

KEY = SecretStr("marmalade")


def project_of(kind: str) -> str | None:
    return "shop" if kind in catalog.WITH_PROJECT else None


@pytest.mark.parametrize("kind", catalog.KINDS)
async def test_builds_a_client_of_every_kind_that_keeps_its_name_and_hides_its_key(kind: str) -> None:
    client = catalog.build(kind, "acorn", "https://config.example.com/v4", KEY, project=project_of(kind))
    assert client.name == "acorn"
    assert "marmalade" not in repr(client)
    await client.close()


@pytest.mark.parametrize("kind", catalog.KINDS)
async def test_a_key_with_white_space_around_it_is_masked_as_it_is_sent(kind: str) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        said = f"not a key: {request.headers.get('X-API-KEY') or request.headers['Authorization']}"
        return httpx.Response(401, json={"detail": said, "code": "unauthorized", "message": said})

    client = catalog.build(
        kind,
        "acorn",
        "http://in-process.invalid/v4",
        SecretStr(" hl_sk_choose-a-long-random-one\n"),
        project=project_of(kind),
        transport=httpx.MockTransport(refuse),
    )
    with pytest.raises(ProviderError) as refused:
        await client.check()
    await client.close()
    assert refused.value.problem.detail == "not a key: [masked]"


async def test_speaks_through_the_transport_it_was_given() -> None:
    mock = httpx.MockTransport(lambda request: httpx.Response(200, json={"records": [], "total": 0}))
    client = catalog.build("humanloop", "acorn", "http://in-process.invalid/v4", KEY, transport=mock)
    await client.check()
    await client.close()


def test_names_the_kinds_there_are_when_asked_for_another() -> None:
    with pytest.raises(ValueError, match="acorn is of kind 'humanlop'; there is humanloop, launchdarkly"):
        catalog.build("humanlop", "acorn", "https://config.example.com", KEY)


def test_a_project_is_named_for_the_kinds_that_are_one_and_for_no_other() -> None:
    with pytest.raises(ValueError, match="acorn needs the key of its LaunchDarkly project"):
        catalog.build("launchdarkly", "acorn", "https://config.example.com", KEY)
    with pytest.raises(ValueError, match="acorn is of kind humanloop, which takes no project"):
        catalog.build("humanloop", "acorn", "https://config.example.com", KEY, project="shop")
