"""AI Configs: made, listed, changed, removed, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from bot.services.launchdarkly import World
from bot.services.launchdarkly.demo_configs import ADA, RAVI
from bot.services.launchdarkly.records import Member, Team
from tests.bot.services.launchdarkly.conftest import CONFIGS, Api, StandingClock, encoded, live

TERSE = {"key": "first", "name": "First", "model": {"modelName": "gpt-4o"}}


async def test_a_new_config_serves_nothing_anywhere(api: Api) -> None:
    made = await api.post(CONFIGS, {"key": "greeter", "name": " Greeter "})
    assert (made["name"], made["description"], made["mode"], made["version"]) == ("Greeter", "", "completion", 1)
    assert (made["tags"], made["variations"], made["_maintainer"]["_id"]) == ([], [], ADA)
    document = await api.targeting("greeter")
    for environment in ("development", "staging", "production"):
        assert live(document, environment) == ""
        assert document["environments"][environment]["enabled"] is True
    assert document["defaults"] == {"onVariation": 0, "offVariation": 0}


async def test_a_config_with_a_default_variation_serves_it_everywhere(api: Api) -> None:
    made = await api.post(CONFIGS, {"key": "greeter", "name": "Greeter", "mode": "judge", "defaultVariation": TERSE})
    assert [each["key"] for each in made["variations"]] == ["first"]
    document = await api.targeting("greeter")
    assert {live(document, each) for each in document["environments"]} == {"first"}
    assert all(each["offVariation"] == 0 for each in document["environments"].values())


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"key": "greeter"},
        {"name": "Greeter"},
        {"key": "greeter", "name": " "},
        {"key": "greeter", "name": 7},
        {"key": "gre eter", "name": "Greeter"},
        {"key": "a/b", "name": "Greeter"},
        {"key": "greeter", "name": "x" * 257},
        {"key": "greeter", "name": "Greeter", "mode": "poem"},
        {"key": "greeter", "name": "Greeter", "tags": "a"},
        {"key": "greeter", "name": "Greeter", "tags": [1]},
        {"key": "greeter", "name": "Greeter", "isInverted": "yes"},
        {"key": "greeter", "name": "Greeter", "maintainerId": "nobody"},
        {"key": "greeter", "name": "Greeter", "maintainerTeamKey": "nobody"},
        {"key": "greeter", "name": "Greeter", "evaluationMetricKey": "nothing"},
        {"key": "greeter", "name": "Greeter", "maintainerId": RAVI, "maintainerTeamKey": "growth"},
        {"key": "greeter", "name": "Greeter", "defaultVariation": {"key": "first"}},
        {"key": "model-configs", "name": "Greeter"},
        {"key": "skills", "name": "Greeter"},
        {"key": "support-assistant", "name": "Again"},
        [],
        "greeter",
        None,
    ],
)
async def test_what_makes_no_config_is_refused(api: Api, body: Any) -> None:
    refused = await api.post(CONFIGS, body, 400)
    assert refused["code"] == "invalid_request"
    await api.get(f"{CONFIGS}/greeter", 404)


async def test_only_what_is_named_changes(api: Api, clock: StandingClock) -> None:
    before = await api.get(f"{CONFIGS}/support-assistant")
    clock.move(minutes=1)
    after = await api.patch(f"{CONFIGS}/support-assistant", {"description": "Answers mails", "unknown": 1})
    assert after == before | {
        "description": "Answers mails",
        "version": before["version"] + 1,
        "updatedAt": int(clock().timestamp() * 1_000),
    }
    assert await api.get(f"{CONFIGS}/support-assistant") == after


async def test_tags_replace_the_list_and_maintainers_each_other(api: Api) -> None:
    path = f"{CONFIGS}/support-assistant"
    assert (await api.patch(path, {"tags": ["b", "a", "b"]}))["tags"] == ["b", "a"]
    assert (await api.patch(path, {"tags": []}))["tags"] == []
    assert (await api.patch(path, {"maintainerId": RAVI}))["_maintainer"]["email"] == "ravi@acorn.example"
    team = await api.patch(path, {"maintainerTeamKey": "growth"})
    assert team["_maintainer"] == {"key": "growth", "name": "Growth"}
    metric = await api.patch(path, {"evaluationMetricKey": "handover-rate", "isInverted": True})
    assert (metric["evaluationMetricKey"], metric["isInverted"]) == ("handover-rate", True)
    assert (await api.patch(path, {"isInverted": False}))["isInverted"] is False


async def test_what_is_so_already_is_no_new_version(api: Api) -> None:
    path = f"{CONFIGS}/support-assistant"
    before, log = await api.get(path), await api.get("/auditlog")
    assert await api.patch(path, {"name": before["name"], "tags": before["tags"], "description": None}) == before
    assert await api.get("/auditlog") == log


async def test_a_default_variation_has_to_be_there(api: Api) -> None:
    path = f"{CONFIGS}/support-assistant"
    before = await api.targeting()
    await api.patch(path, {"defaultVariationKey": "nobody"}, 400)
    await api.patch(path, {"defaultVariationKey": "terse"})
    after = await api.targeting()
    assert after["defaults"]["onVariation"] == 3
    assert after["environments"] == before["environments"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": ["x"]},
        {"tags": "a,b"},
        {"maintainerId": "nobody"},
        {"maintainerTeamKey": "nobody"},
        {"evaluationMetricKey": "nothing"},
        {"isInverted": 1},
    ],
)
async def test_a_wrong_field_changes_nothing(api: Api, body: Any) -> None:
    before = await api.get(f"{CONFIGS}/support-assistant")
    await api.patch(f"{CONFIGS}/support-assistant", body | {"description": "other"}, 400)
    assert await api.get(f"{CONFIGS}/support-assistant") == before


async def test_configs_are_found_by_filters_and_in_order(api: Api, clock: StandingClock) -> None:
    async def keys(**query: Any) -> list[str]:
        return [each["key"] for each in (await api.get(CONFIGS, **query))["items"]]

    assert await keys(filter='mode anyOf ["judge", "agent"]') == [
        "answer-judge",
        "onboarding-guide",
        "changelog-writer",
    ]
    assert await keys(filter='tags anyOf ["support"],mode equals completion') == [
        "support-assistant",
        "billing-explainer",
    ]
    assert await keys(filter=f"maintainerId equals {RAVI}") == ["search-answers"]
    assert await keys(filter='maintainerTeamKey equals "growth"') == ["onboarding-guide"]
    assert await keys(filter='name equals "Search answers"') == ["search-answers"]
    assert await keys(filter="key notEquals answer-judge", limit=2, sort="key") == [
        "billing-explainer",
        "changelog-writer",
    ]
    clock.move(minutes=1)
    await api.patch(f"{CONFIGS}/billing-explainer", {"description": "x"})
    assert (await keys(sort="-lastModified"))[0] == "billing-explainer"
    assert (await keys(sort="createdAt"))[0] == "answer-judge"
    assert (await keys(sort="name"))[-1] == "support-assistant"
    for bad in ({"sort": "mood"}, {"filter": "mode"}, {"limit": "x"}, {"limit": 0}, {"offset": "-1"}, {"limit": "²"}):
        await api.get(CONFIGS, 400, **bad)


async def test_removed_configs_are_gone(api: Api, world: World) -> None:
    await api.delete(f"{CONFIGS}/support-assistant")
    await api.get(f"{CONFIGS}/support-assistant", 404)
    await api.get(f"{CONFIGS}/support-assistant/targeting", 404)
    await api.patch(f"{CONFIGS}/support-assistant", {"name": "x"}, 404)
    await api.delete(f"{CONFIGS}/support-assistant", 404)
    entry = (await api.get("/auditlog"))["items"][0]
    assert (entry["accesses"][0]["action"], entry["relatedAIConfig"]) == (
        "deleteAIConfig",
        {"key": "support-assistant"},
    )


async def test_a_key_with_a_slash_is_one_part_of_the_path(api: Api) -> None:
    refused = await api.get(f"{CONFIGS}/{encoded('support-assistant/targeting')}", 404)
    assert refused["message"] == "Unknown AI Config"
    assert (await api.get(f"{CONFIGS}/{encoded('support')}%2Dassistant"))["key"] == "support-assistant"


async def test_a_maintainer_who_is_gone_is_left_out(api: Api, world: World) -> None:
    ravi, growth = world.find(Member, RAVI), world.find(Team, "growth")
    assert ravi is not None
    assert growth is not None
    world.drop(ravi)
    world.drop(growth)
    assert "_maintainer" not in await api.get(f"{CONFIGS}/search-answers")
    assert "_maintainer" not in await api.get(f"{CONFIGS}/onboarding-guide")
