"""Variations: versions, states, and edits of what is live."""

from __future__ import annotations

from typing import Any

import pytest

from bot.services.launchdarkly import ExternalActor, World
from tests.bot.services.launchdarkly.conftest import CONFIGS, Api, StandingClock, live, moved

PATH = f"{CONFIGS}/support-assistant/variations"


async def test_every_edit_is_a_version_with_an_id_of_its_own(api: Api, clock: StandingClock) -> None:
    first = (await api.get(f"{PATH}/terse"))["items"][0]
    clock.move(minutes=1)
    edited = await api.patch(f"{PATH}/terse", {"comment": "warmer", "model": {"modelName": "gpt-4o"}})
    assert (edited["version"], edited["comment"], edited["model"]) == (2, "warmer", {"modelName": "gpt-4o"})
    assert edited["messages"] == first["messages"]
    assert edited["_id"] != first["_id"]
    assert edited["createdAt"] == int(clock().timestamp() * 1_000)
    versions = await api.get(f"{PATH}/terse")
    assert versions == {"items": [first, edited], "totalCount": 2}
    config = await api.get(f"{CONFIGS}/support-assistant")
    assert [each["version"] for each in config["variations"] if each["key"] == "terse"] == [2]
    assert config["version"] == 1
    assert config["updatedAt"] == edited["createdAt"]


async def test_what_is_so_already_is_no_new_version(api: Api) -> None:
    first = (await api.get(f"{PATH}/terse"))["items"][0]
    log = await api.get("/auditlog")
    for body in ({}, {"name": first["name"]}, {"messages": first["messages"]}, {"published": False}):
        assert await api.patch(f"{PATH}/terse", body) == first
    assert await api.get("/auditlog") == log


async def test_an_old_content_comes_back_as_a_newer_version(api: Api) -> None:
    first = (await api.get(f"{PATH}/terse"))["items"][0]
    await api.patch(f"{PATH}/terse", {"messages": [{"role": "user", "content": "x"}]})
    third = await api.patch(f"{PATH}/terse", {"messages": first["messages"]})
    assert (third["version"], third["messages"]) == (3, first["messages"])


async def test_all_that_a_variation_holds_comes_back(api: Api) -> None:
    body = {
        "key": "whole",
        "name": "Whole",
        "comment": "all of it",
        "description": "for agents",
        "instructions": "Do.",
        "messages": [{"role": "system", "content": "Be."}],
        "model": {"modelName": "gpt-4o", "parameters": {"temperature": 0.1}, "custom": {"tier": "gold"}},
        "modelConfigKey": "OpenAI.gpt-4o",
        "modelConfigVersion": 1,
        "outputFormat": {"type": "object"},
        "tools": [{"key": "lookup-order", "version": 1, "customParameters": {"deep": True}}],
        "skills": [{"key": "refunds", "version": 1}],
        "judgeConfiguration": {"judges": [{"judgeConfigKey": "answer-judge", "samplingRate": 1}]},
        "classifiers": [],
    }
    made = await api.post(PATH, body | {"toolKeys": ["search-docs"]})
    assert {name: made[name] for name in body} == body
    assert "toolKeys" not in made
    value = (await api.targeting())["variations"][-1]["value"]
    assert value["_ldMeta"]["variationKey"] == "whole"
    assert value["model"] == {"name": "gpt-4o", "parameters": {"temperature": 0.1}, "custom": {"tier": "gold"}}
    assert (value["instructions"], value["tools"], value["outputFormat"]) == ("Do.", body["tools"], {"type": "object"})
    bare = await api.post(PATH, {"key": "bare", "name": "Bare"})
    assert bare["model"] == {}
    assert set((await api.targeting())["variations"][-1]["value"]) == {"_ldMeta"}


@pytest.mark.parametrize(
    "body",
    [
        {"key": "x"},
        {"name": "X"},
        {"key": "x y", "name": "X"},
        {"key": "x", "name": "X", "messages": "hello"},
        {"key": "x", "name": "X", "messages": [{"role": "system"}]},
        {"key": "x", "name": "X", "model": "gpt-4o"},
        {"key": "x", "name": "X", "tools": [{"key": "lookup-order"}]},
        {"key": "x", "name": "X", "judgeConfiguration": {"judges": [{"judgeConfigKey": "a", "samplingRate": 2}]}},
    ],
)
async def test_what_makes_no_variation_is_refused(api: Api, body: Any) -> None:
    await api.post(PATH, body, 400)
    await api.get(f"{PATH}/x", 404)


async def test_states_move_to_and_fro_without_a_version(api: Api) -> None:
    archived = await api.patch(f"{PATH}/terse", {"state": "archived"})
    assert (archived["state"], archived["version"]) == ("archived", 1)
    assert "_archivedAt" in archived
    await api.patch(f"{PATH}/terse", {"state": "archived"}, 400)
    published = await api.patch(f"{PATH}/terse", {"published": True})
    assert published["state"] == "published"
    assert "_archivedAt" not in published
    await api.patch(f"{PATH}/terse", {"state": "published"}, 400)
    await api.patch(f"{PATH}/terse", {"state": "forgotten"}, 400)


async def test_the_last_published_variation_stays(api: Api, somebody_else: ExternalActor) -> None:
    path = f"{CONFIGS}/changelog-writer/variations"
    await api.patch(f"{path}/draft-a", {"state": "archived"})
    refused = await api.patch(f"{path}/draft-b", {"state": "archived"}, 400)
    assert refused["message"] == "The only variation cannot be archived"
    await api.delete(f"{path}/draft-a")
    refused = await api.delete(f"{path}/draft-b", 400)
    assert refused["message"] == "The only variation cannot be deleted"


async def test_what_somebody_gets_is_not_deleted(api: Api) -> None:
    await api.delete(f"{PATH}/warm-v1", 403)
    refused = await api.delete(f"{PATH}/terse", 400)
    assert "development" in refused["message"]
    await api.instruct(moved((await api.ids())["warm-v1"]), environment="development")
    await api.patch(f"{CONFIGS}/support-assistant", {"defaultVariationKey": "terse"})
    await api.delete(f"{PATH}/terse", 400)
    await api.patch(f"{CONFIGS}/support-assistant", {"defaultVariationKey": "warm-v2"})
    await api.delete(f"{PATH}/terse")
    await api.get(f"{PATH}/terse", 404)
    assert "terse" not in await api.ids()
    document = await api.targeting()
    assert (live(document, "staging"), live(document, "production")) == ("warm-v2", "warm-v1")


async def test_an_edit_of_what_is_live_behind_a_gate_needs_an_approval(api: Api) -> None:
    refused = await api.patch(f"{PATH}/warm-v1", {"name": "Other"}, 403)
    assert "approval" in refused["message"]
    await api.patch(f"{PATH}/warm-v2", {"name": "Other"})
    for key in ("cited-v1", "cited-v2"):
        await api.patch(f"{CONFIGS}/search-answers/variations/{key}", {"name": "Other"}, 403)
    await api.patch(f"{CONFIGS}/onboarding-guide/variations/conversation", {"name": "Other"}, 403)


async def test_lists_of_versions_may_leave_things_out(api: Api, world: World) -> None:
    path = f"{CONFIGS}/onboarding-guide/variations/checklist"
    (whole,) = (await api.get(path))["items"]
    world.thin_versions = True
    (thin,) = (await api.get(path))["items"]
    assert set(whole) - set(thin) == {"instructions", "description"}


async def test_unknown_variations_are_not_found(api: Api) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        await api.call(method, f"{PATH}/nobody", 404)
    await api.call("GET", f"{CONFIGS}/nobody/variations/terse", 404)
    await api.post(f"{CONFIGS}/nobody/variations", {}, 404)
    await api.call("GET", PATH, 405)


# Behind the caller's back


async def test_an_edit_behind_the_callers_back_is_live_at_once(api: Api, somebody_else: ExternalActor) -> None:
    somebody_else.edit("support-assistant", "warm-v1", comment="quick fix", messages=[{"role": "user", "content": "x"}])
    served = (await api.targeting())["variations"][1]["value"]
    assert (served["_ldMeta"]["version"], served["messages"]) == (2, [{"role": "user", "content": "x"}])
    entry = (await api.get("/auditlog"))["items"][0]
    assert (entry["comment"], entry["accesses"][0]["action"]) == ("quick fix", "updateAIConfigVariation")


async def test_a_deletion_behind_the_callers_back_leaves_nothing_served(api: Api, somebody_else: ExternalActor) -> None:
    terse = (await api.ids())["terse"]
    await api.instruct(
        {"kind": "updateOffVariation", "variationId": terse},
        {"kind": "addTargets", "variationId": terse, "values": ["ana"]},
        {"kind": "updateDefaultVariation", "onVariationValue": terse},
    )
    somebody_else.delete("search-answers", "cited-v1")
    assert live(await api.targeting("search-answers"), "production") == ""
    somebody_else.delete("onboarding-guide", "conversation")
    document = await api.targeting("onboarding-guide")
    assert live(document, "production") == "checklist"
    assert document["environments"]["production"]["rules"][0]["variation"] == 0
    before = await api.targeting()
    somebody_else.delete("support-assistant", "terse")
    document = await api.targeting()
    assert document["environments"]["staging"]["offVariation"] == 0
    assert document["environments"]["staging"]["targets"] == []
    assert live(document, "staging") == "warm-v2"
    assert live(document, "development") == ""
    assert document["defaults"] == {"onVariation": 0, "offVariation": 0}
    assert document["environments"]["production"] == before["environments"]["production"]


async def test_a_variation_with_no_weight_is_named_all_the_same(api: Api, somebody_else: ExternalActor) -> None:
    ids = await api.ids("search-answers")
    weights = {ids["cited-v1"]: 0, ids["cited-v2"]: 100_000}
    step = {"kind": "updateFallthroughVariationOrRollout", "rolloutWeights": weights}
    for environment in ("development", "staging"):
        await api.instruct(step, config="search-answers", environment=environment)
    somebody_else.serve("search-answers", "production", "cited-v2")
    path = f"{CONFIGS}/search-answers/variations/cited-v1"
    assert (await api.patch(path, {"name": "Nobody gets it"}))["version"] == 2
    assert "development" in (await api.delete(path, 400))["message"]
    somebody_else.delete("search-answers", "cited-v1")
    document = await api.targeting("search-answers")
    assert (live(document, "staging"), live(document, "production")) == ("", "cited-v2")
