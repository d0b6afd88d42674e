"""Projects, environments, people, gates, measures, the library and the audit log: what is read, and how it is paged."""

from __future__ import annotations

from typing import Any

import pytest

from bot.services.launchdarkly import PROJECT, ApprovalSettings, ExternalActor, World
from bot.services.launchdarkly.demo_configs import ADA, MIRA, RAVI
from bot.services.launchdarkly.records import Item, Member, Project, Usage
from tests.bot.services.launchdarkly.conftest import CONFIGS, Api, StandingClock

DAY = 86_400_000
BETA = {"LD-API-Version": "beta"}
GATES = f"/approval-requests/projects/{PROJECT}/settings"


async def keys(api: Api, path: str, **query: Any) -> list[str]:
    return [each["key"] for each in (await api.get(path, **query))["items"]]


# Pages


async def test_pages_link_to_each_other_and_lead_nowhere_else(api: Api, world: World) -> None:
    for number in range(25):
        world.save(Member(id=f"m{number:02}", email=f"m{number:02}@acorn.example", created_at=0))
    page = await api.get("/members")
    assert (len(page["items"]), page["totalCount"], set(page["_links"])) == (20, 28, {"self", "next", "last"})
    seen, href = [], "/api/v2/members?limit=10&filter=query:acorn.example"
    while href:
        page = (await api.client.get(href)).json()
        seen += [member["email"] for member in page["items"]]
        if "next" in page["_links"]:
            assert page["_links"]["last"]["href"].startswith("/api/v2/members?limit=10&offset=20")
            assert "filter=query%3Aacorn.example" in page["_links"]["next"]["href"]
        href = page["_links"].get("next", {}).get("href", "")
    assert (len(seen), len(set(seen))) == (28, 28)
    assert set(page["_links"]) == {"self", "first", "prev"}
    assert page["_links"]["prev"]["href"].startswith("/api/v2/members?limit=10&offset=10")
    beyond = await api.get("/members", offset=100)
    assert (beyond["items"], set(beyond["_links"])) == ([], {"self", "first", "prev"})


# Projects and environments


async def test_projects_are_found(api: Api, world: World) -> None:
    world.save(Project(id="p2", key="zoo", name="Animals", tags=["a", "b"], created_at=0))
    assert await keys(api, "/projects", sort="name") == [PROJECT, "zoo"]
    assert await keys(api, "/projects", sort="-name") == ["zoo", PROJECT]
    assert await keys(api, "/projects", sort="createdOn") == ["zoo", PROJECT]
    assert await keys(api, "/projects", filter="query:anim") == ["zoo"]
    assert await keys(api, "/projects", filter="tags:a+b") == ["zoo"]
    assert await keys(api, "/projects", filter=f"keys:{PROJECT}|other") == [PROJECT]
    assert "environments" not in await api.get(f"/projects/{PROJECT}")
    expanded = await api.get("/projects", expand="environments")
    assert [each["environments"]["totalCount"] for each in expanded["items"]] == [3, 0]
    await api.get("/projects", 400, expand="secrets")
    for bad in ("mood:good", "query", "tags"):
        await api.get("/projects", 400, filter=bad)


async def test_environments_are_found_and_carry_secrets(api: Api) -> None:
    path = f"/projects/{PROJECT}/environments"
    assert await keys(api, path) == ["development", "staging", "production"]
    assert await keys(api, path, sort="-name") == ["staging", "production", "development"]
    assert await keys(api, path, sort="createdOn") == ["development", "staging", "production"]
    assert (await keys(api, path, sort="-critical"))[0] == "production"
    assert await keys(api, path, filter="query:STAG") == ["staging"]
    assert await keys(api, path, filter="critical:false,query:dev") == ["development"]
    assert await keys(api, path, filter="tags:none") == []
    production = await api.get(f"{path}/production")
    assert production["apiKey"].startswith("sdk-")
    assert production["mobileKey"].startswith("mob-")
    settings = production["resourceApprovalSettings"]["aiconfig"]
    assert (settings["required"], settings["minNumApprovals"], settings["canReviewOwnRequest"]) == (True, 1, False)
    assert "resourceApprovalSettings" not in await api.get(f"{path}/staging")
    await api.get(f"{path}/moon", 404)
    await api.get("/projects/nowhere/environments", 404)


async def test_environments_come_go_and_change_their_names(
    api: Api, world: World, somebody_else: ExternalActor
) -> None:
    staging = world.environment(PROJECT, "staging")
    assert staging.sdk_key not in repr(staging)
    world.add_environment(PROJECT, staging.model_copy(update={"key": "canary", "name": "Canary"}))
    somebody_else.rename_environment("staging", "Rehearsal")
    places = (await api.targeting())["environments"]
    assert places["canary"]["_environmentName"] == "Canary"
    assert places["staging"]["_environmentName"] == "Rehearsal"
    somebody_else.delete_environment("staging")
    assert set((await api.targeting())["environments"]) == {"development", "production", "canary"}
    await api.serve("terse", "staging", 404)


# People


async def test_members_are_found(api: Api) -> None:
    async def found(filter_: str, **more: Any) -> list[str]:
        return [each["_id"] for each in (await api.get("/members", filter=filter_, **more))["items"]]

    assert await found("query:RAVI") == [RAVI]
    assert await found("email:ada@acorn.example|ravi@acorn.example") == [ADA, RAVI]
    assert await found(f"id:{MIRA}") == [MIRA]
    assert await found("role:admin|owner") == [MIRA]
    assert await found("team:SUPPORT-ai", sort="-email") == [RAVI, ADA]
    assert await found("team:growth", sort="displayName") == [MIRA]
    me = await api.get("/members/me")
    assert (me["_id"], me["email"], me["teams"][0]["key"]) == (ADA, "ada@acorn.example", "support-ai")
    await api.get("/members/nobody", 404)


async def test_teams_are_found(api: Api) -> None:
    assert await keys(api, "/teams", sort="name") == ["growth", "support-ai"]
    assert await keys(api, "/teams", sort="-memberCount") == ["support-ai", "growth"]
    assert await keys(api, "/teams", filter="query:SUPPORT") == ["support-ai"]
    assert await keys(api, "/teams", filter="nomembers:true") == []
    assert (await api.get("/teams/growth"))["members"] == {"totalCount": 1}
    await api.get("/teams/nobody", 404)


# Gates


async def test_gates_are_read_and_set_as_a_beta(api: Api) -> None:
    await api.get(GATES, 403)
    await api.patch(GATES, {}, 403)
    everything = await api.call("GET", GATES, headers=BETA)
    assert set(everything["aiconfig"]["environments"]) == {"development", "staging", "production"}
    one = await api.call("GET", GATES, headers=BETA, params={"environmentKey": "production"})
    assert one["aiconfig"]["environments"]["production"]["required"] is True
    assert await api.call("GET", GATES, headers=BETA, params={"resourceKind": "flag"}) == {}
    await api.call("GET", GATES, 404, headers=BETA, params={"environmentKey": "moon"})
    body = {"environmentKey": "staging", "resourceKind": "aiconfig", "required": True, "minNumApprovals": 2}
    changed = await api.call("PATCH", GATES, headers=BETA, json=body)
    assert changed["aiconfig"]["environments"]["staging"]["minNumApprovals"] == 2
    await api.serve("terse", "staging", 403)
    for bad in ({"minNumApprovals": 6}, {"requiredApprovalTags": ["x"]}, {"resourceKind": "flag"}):
        await api.call("PATCH", GATES, 400, headers=BETA, json=body | bad)


# Measures


async def test_what_is_measured_is_found(api: Api) -> None:
    path = f"/metrics/{PROJECT}"
    assert await keys(api, path, sort="name") == ["helpful-rate", "handover-rate", "resolved-rate"]
    assert len(await keys(api, path, sort="createdAt")) == 3
    assert await keys(api, path, filter="query:handover") == ["handover-rate"]
    assert (await api.get(f"{path}/handover-rate"))["successCriteria"] == "LowerThanBaseline"
    await api.get(f"{path}/nothing", 404)
    await api.get("/metrics/nowhere", 404)
    await api.get(path, 400, limit=51)


async def test_use_is_counted_by_the_days_asked_for(api: Api, world: World) -> None:
    now = world.ms()
    window: dict[str, Any] = {"from": now - 2 * DAY, "to": now + DAY, "env": "production"}
    path = f"{CONFIGS}/search-answers"
    whole = await api.get(f"{path}/metrics", **window)
    assert whole["generationCount"] == 2 * (9_200 + 1_020)
    assert whole["satisfactionRating"] == pytest.approx((0.79 + 0.84) / 2)
    assert whole["inputCost"] == pytest.approx(2 * (6.1 + 0.8) / 3, abs=0.001)
    each = await api.get(f"{path}/metrics-by-variation", **window)
    assert [one["variationKey"] for one in each] == ["cited-v1", "cited-v2"]
    assert await api.get(f"{path}/metrics", **(window | {"env": "staging"})) == {}
    assert await api.get(f"{path}/metrics", **(window | {"from": now})) == {}
    for bad in ({"to": now - 3 * DAY}, {"to": now + 99 * DAY}, {"from": "yesterday"}):
        await api.get(f"{path}/metrics", 400, **(window | bad))
    for name in window:
        await api.get(f"{path}/metrics", 400, **{key: value for key, value in window.items() if key != name})
    await api.get(f"{path}/metrics", 404, **{**window, "env": "moon"})
    await api.get(f"{CONFIGS}/nobody/metrics", 404, **window)


async def test_quick_stats_count_what_is_served(api: Api, somebody_else: ExternalActor) -> None:
    path = f"{CONFIGS}/quick-stats"
    before = await api.get(path, env="production")
    assert (before["activeConfigs"], before["activeExperiments"]) == (4, 0)
    somebody_else.hold("support-assistant", "production", "experiment", "warm-v1", "warm-v2")
    somebody_else.switch("search-answers", "production", on=False)
    after = await api.get(path, env="production")
    assert (after["activeConfigs"], after["activeExperiments"]) == (3, 1)
    assert (await api.get(path, env="staging"))["averageSatisfaction7D"] is None
    await api.get(path, 400)
    await api.get(path, 404, env="moon")


# The library


async def test_the_library_is_read(api: Api, world: World) -> None:
    tools = f"/projects/{PROJECT}/ai-tools"
    assert await keys(api, tools, sort="key") == ["lookup-order", "search-docs"]
    assert await keys(api, tools, filter="key equals search-docs") == ["search-docs"]
    assert (await api.get(f"{tools}/lookup-order"))["version"] == 2
    assert (await api.get(f"{tools}/lookup-order", version=1))["description"] == "Find an order"
    assert (await api.get(f"{tools}/lookup-order/versions"))["totalCount"] == 2
    references = await api.get(f"{tools}/search-docs/references", limit=1)
    assert (references["resourceKey"], references["totalCount"]) == ("search-docs", 2)
    assert references["items"][0]["aiConfigKey"] == "onboarding-guide"
    await api.get(f"{tools}/lookup-order", 404, version=9)
    await api.get(f"{tools}/nothing", 404)
    await api.get(f"{tools}/nothing/references", 404)
    await api.get("/projects/nowhere/ai-tools", 404)
    models = await api.get(f"{CONFIGS}/model-configs", sort="name")
    assert [model["name"] for model in models] == sorted(model["name"] for model in models)
    snippet = {"name": "Tone of voice", "text": "Kinder.", "tags": [], "createdAt": 0}
    world.save(Item(project=PROJECT, kind="snippet", key="tone", version=2, body=snippet))
    assert (await api.get(f"{CONFIGS}/prompt-snippets/tone"))["text"] == "Kinder."
    assert [each["version"] for each in (await api.get(f"{CONFIGS}/prompt-snippets"))["items"]] == [2]
    messages = [{"role": "system", "content": "{{snippet.tone#1}} and {{snippet.tone#2}}"}]
    await api.patch(f"{CONFIGS}/support-assistant/variations/terse", {"messages": messages})
    users = await api.get(f"{CONFIGS}/prompt-snippets/tone/references")
    assert [each["resourceVersion"] for each in users["items"]] == [1, 2]


# The audit log


async def test_the_log_is_newest_first_and_goes_back_in_steps(api: Api, clock: StandingClock) -> None:
    for name in ("one", "two", "three"):
        clock.move(seconds=1)
        await api.patch(f"{CONFIGS}/support-assistant", {"description": name})
    seen: list[int] = []
    href = "/api/v2/auditlog?limit=20"
    while href:
        page = (await api.client.get(href)).json()
        seen += [entry["date"] for entry in page["items"]]
        href = page["_links"].get("next", {}).get("href", "")
    assert seen == sorted(seen, reverse=True)
    assert len(seen) > 40
    assert len((await api.get("/auditlog"))["items"]) == 10
    newest = seen[0]
    assert [entry["date"] for entry in (await api.get("/auditlog", after=newest - 1_001))["items"]] == seen[:2]
    assert (await api.get("/auditlog", before=newest))["items"][0]["date"] == seen[1]
    for bad in ({"limit": 0}, {"limit": 21}, {"before": "now"}):
        await api.get("/auditlog", 400, **bad)


async def test_the_log_is_filtered(api: Api, reviewer: Api, world: World) -> None:
    await reviewer.patch(f"{CONFIGS}/search-answers", {"description": "by Ravi"})
    await api.serve("terse", comment="asked by @ana")

    async def found(**query: Any) -> list[tuple[str, str]]:
        items = (await api.get("/auditlog", limit=20, **query))["items"]
        return [(entry["relatedAIConfig"]["key"], entry["accesses"][0]["action"]) for entry in items]

    assert (await found(member=RAVI))[0] == ("search-answers", "updateAIConfig")
    assert {key for key, _ in await found(member=[RAVI, MIRA])} >= {"search-answers", "billing-explainer"}
    ravis = next(token for token in world.tokens.values() if token.member == RAVI)
    assert {action for _, action in await found(token=ravis.id)} == {"reviewApprovalRequest", "updateAIConfig"}
    assert (await found(q="@ANA")) == [("support-assistant", "updateAIConfigTargeting")]
    spec = f"proj/{PROJECT}:env/staging:aiconfig/support-assistant"
    assert len(await found(spec=spec)) == 3
    assert await found(spec="proj/*:env/staging:aiconfig/support-*") == await found(spec=spec)
    assert await found(spec=f"proj/{PROJECT}") == []
    assert await found(spec=f"proj/{PROJECT}:env/moon:aiconfig/*") == []

    async def search(*statements: Any, status: int = 200) -> Any:
        return await api.post("/auditlog", list(statements), status)

    every = await search({"resources": ["proj/*:aiconfig/*"], "notActions": ["create*"], "effect": "allow"})
    assert every["items"][0]["relatedAIConfig"]["key"] == "search-answers"
    nothing = await search({"notResources": ["*", "*:*", "*:*:*"]})
    assert nothing["items"] == []
    created = await search({"actions": ["createAIConfig"]})
    assert {entry["accesses"][0]["action"] for entry in created["items"]} == {"createAIConfig"}
    await search({"actions": "create"}, status=400)
    await api.post("/auditlog", {"actions": []}, 400)


async def test_an_entry_holds_both_states(api: Api) -> None:
    await api.serve("terse")
    newest = (await api.get("/auditlog"))["items"][0]
    entry = await api.get(f"/auditlog/{newest['_id']}")
    assert entry["previousVersion"]["environments"]["staging"]["fallthrough"] == {"variation": 2}
    assert entry["currentVersion"] == await api.targeting()
    assert entry["delta"] is None
    assert entry["title"] == "Ada Ibarra updated the targeting of Support assistant"
    await api.post(CONFIGS, {"key": "greeter", "name": "Greeter"})
    made = await api.get(f"/auditlog/{(await api.get('/auditlog'))['items'][0]['_id']}")
    assert ("previousVersion" in made, made["currentVersion"]["key"]) == (False, "greeter")
    await api.get("/auditlog/nobody", 404)


async def test_an_entry_of_nobody_known(api: Api, somebody_else: ExternalActor) -> None:
    somebody_else.gate("production", ApprovalSettings())
    somebody_else.serve("support-assistant", "production", "")
    entry = (await api.get("/auditlog"))["items"][0]
    assert entry["title"].startswith("Somebody updated")
    assert {"member", "token", "subject", "comment"}.isdisjoint(entry)


async def test_use_of_what_is_gone_is_not_told_by_variation(api: Api, world: World) -> None:
    config = world.config(PROJECT, "changelog-writer").model_copy(deep=True)
    config.usage = [Usage(variation="gone", environment="production", daily={"generationCount": 3})]
    world.save(config)
    window: dict[str, Any] = {"from": world.ms() - DAY, "to": world.ms(), "env": "production"}
    assert await api.get(f"{CONFIGS}/changelog-writer/metrics-by-variation", **window) == []
    assert (await api.get(f"{CONFIGS}/changelog-writer/metrics", **window)) == {"generationCount": 3}
