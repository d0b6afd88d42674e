"""Searchable selects: what there is for what was typed, from memory."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.handlers.conversation import Talk
from tests.scenarios.chat import ADA


def labels(options: list[dict[str, Any]]) -> list[str]:
    return [option["text"]["text"] for option in options]


@pytest.mark.parametrize(
    ("line", "field", "query", "first"),
    [
        ("/deploy", "pick.config", "config_x", "config_x · support"),
        ("/deploy", "pick.config", "CONFIG_X", "config_x · support"),
        ("/deploy", "pick.config", "rewr", "rewrite · search"),
        ("/deploy", "pick.environment", "prod", "production"),
        ("/promote", "pick.project", "supp", "support"),
        ("/promote", "pick.source", "stag", "staging"),
    ],
)
async def test_each_select_finds_what_was_typed(talk: Talk, line: str, field: str, query: str, first: str) -> None:
    await talk.types(ADA, line)
    talk.world.provider.calls.clear()

    found = await talk.options(ADA, await talk.open(ADA), field, query)

    assert labels(found)[0] == first
    assert talk.world.provider.calls == []


async def test_without_a_word_everything_is_offered(talk: Talk) -> None:
    await talk.types(ADA, "/deploy")

    found = await talk.options(ADA, await talk.open(ADA), "pick.environment", "")

    assert labels(found) == ["development", "staging", "production"]


async def test_nothing_fits_nothing_is_offered(talk: Talk) -> None:
    await talk.types(ADA, "/deploy")

    assert await talk.options(ADA, await talk.open(ADA), "pick.config", "zzzzzz") == []


async def asking(talk: Talk, state: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    """What is offered while these picks stand in the form."""
    await talk.types(ADA, "/rollback")
    await talk.options(ADA, await talk.open(ADA), "pick.environment", "")
    payload = copy.deepcopy(talk.delivery.sent[-1]) | changes
    payload["view"]["state"] = {"values": state}
    found: list[dict[str, Any]] = (await talk.delivery.bring(payload))["options"]
    return found


def pick(field: str, value: str) -> dict[str, Any]:
    return {field: {field: {"type": "external_select", "selected_option": {"text": {}, "value": value}}}}


async def test_configs_are_those_of_the_project_that_was_picked(talk: Talk) -> None:
    found = await asking(talk, pick("pick.project", "1:main:pr_search"), action_id="pick.config")

    assert labels(found) == ["rewrite · search", "baseline · search"]


async def test_environments_are_those_of_the_provider_that_was_picked(talk: Talk) -> None:
    found = await asking(talk, pick("pick.project", "1:main:pr_search"), action_id="pick.environment")

    assert labels(found) == ["development", "staging", "production"]


@pytest.mark.parametrize("value", ["0:main:pr_search", "nonsense", "1:gone:pr_search"])
async def test_a_pick_that_nobody_knows_narrows_nothing_for_environments(talk: Talk, value: str) -> None:
    found = await asking(talk, pick("pick.project", value), action_id="pick.environment")

    assert len(found) == 3


async def test_a_select_that_nobody_knows_gets_nothing(talk: Talk) -> None:
    assert await asking(talk, {}, action_id="pick.tomorrow") == []


async def test_a_payload_that_is_no_question_is_answered_with_nothing(talk: Talk) -> None:
    assert await asking(talk, {}, block_id="") == []
