"""What is served where: the document, the instructions, all or nothing, the gate."""

from __future__ import annotations

from typing import Any

import pytest

from bot.services.launchdarkly import PROJECT, ApprovalSettings, ExternalActor, Fault, Token, World
from tests.bot.services.launchdarkly.conftest import CONFIGS, Api, StandingClock, client, key_of, live, moved

STAFF = {"attribute": "email", "op": "endsWith", "values": ["@acorn.example"]}


async def rule(api: Api, **more: Any) -> Any:
    """A rule in staging, as the document has it then."""
    variation = (await api.ids())["terse"]
    body = {"kind": "addRule", "clauses": [STAFF], "variationId": variation, "description": "staff"}
    document = await api.instruct(body | more)
    return next(each for each in staging(document)["rules"] if each["description"] == more.get("description", "staff"))


def staging(document: Any) -> Any:
    return document["environments"]["staging"]


# The document


async def test_the_document_names_variations_by_index_and_by_ids_of_its_own(api: Api) -> None:
    document = await api.targeting()
    config = await api.get(f"{CONFIGS}/support-assistant")
    assert [key_of(document, index) for index in range(4)] == ["", "warm-v1", "warm-v2", "terse"]
    assert live(document, "production") == "warm-v1"
    assert live(document, "staging") == "warm-v2"
    assert live(document, "development") == "terse"
    of_config = {variation["_id"] for variation in config["variations"]}
    assert of_config.isdisjoint(variation["_id"] for variation in document["variations"])
    assert document["variations"][0]["value"] == {"_ldMeta": {"enabled": False, "variationKey": "", "version": 1}}
    warm = document["variations"][2]["value"]
    assert warm["_ldMeta"] == {"enabled": True, "variationKey": "warm-v2", "version": 2, "mode": "completion"}
    assert warm["model"] == {"name": "gpt-4o", "parameters": {"temperature": 0.3, "max_tokens": 400}}
    assert warm["provider"] == {"name": "OpenAI"}
    assert "name the order" in warm["messages"][0]["content"]


async def test_rollouts_rules_and_what_is_off_are_in_it(api: Api) -> None:
    document = await api.targeting("search-answers")
    assert document["environments"]["production"]["fallthrough"] == {
        "rollout": {
            "contextKind": "user",
            "variations": [{"variation": 1, "weight": 90_000}, {"variation": 2, "weight": 10_000}],
        }
    }
    document = await api.targeting("onboarding-guide")
    (staff,) = document["environments"]["production"]["rules"]
    assert (key_of(document, staff["variation"]), staff["description"]) == ("conversation", "staff first")
    assert staff["clauses"][0]["id"] == staff["clauses"][0]["_id"]
    assert document["environments"]["production"]["_environmentName"] == "Production"
    assert (await api.targeting("billing-explainer"))["environments"]["production"]["enabled"] is False
    assert live(await api.targeting("changelog-writer"), "production") == ""
    assert live(await api.targeting("answer-judge"), "production") == "strict"


async def test_content_moves_at_once_and_ids_stay(api: Api) -> None:
    before = await api.targeting()
    messages = [{"role": "system", "content": "Be brief."}]
    await api.patch(f"{CONFIGS}/support-assistant/variations/terse", {"messages": messages})
    after = await api.targeting()
    assert [each["_id"] for each in after["variations"]] == [each["_id"] for each in before["variations"]]
    assert after["variations"][3]["value"]["_ldMeta"]["version"] == 2
    assert after["variations"][3]["value"]["messages"] == messages
    assert after["environments"] == before["environments"]


# The default rule


async def test_moving_the_default_rule_counts_once(api: Api, clock: StandingClock) -> None:
    before = await api.targeting()
    clock.move(minutes=5)
    after = await api.serve("warm-v1", comment="asked by @ana")
    assert live(after, "staging") == "warm-v1"
    assert staging(after)["_version"] == staging(before)["_version"] + 1
    assert after["_version"] == before["_version"] + 1
    assert staging(after)["lastModified"] == int(clock().timestamp() * 1_000)
    others = ("development", "production")
    assert [after["environments"][each] for each in others] == [before["environments"][each] for each in others]
    assert await api.targeting() == after


async def test_what_is_so_already_changes_nothing(api: Api) -> None:
    before, log = await api.targeting(), await api.get("/auditlog")
    assert await api.serve("warm-v2") == before
    assert await api.targeting() == before
    assert await api.get("/auditlog") == log


async def test_a_rollout_needs_the_whole(api: Api) -> None:
    ids = await api.ids()
    kind = {"kind": "updateFallthroughVariationOrRollout"}
    good = kind | {"rolloutWeights": {ids["terse"]: 10_000, ids["warm-v2"]: 90_000}, "rolloutBucketBy": "country"}
    document = await api.instruct(good)
    assert staging(document)["fallthrough"]["rollout"] == {
        "contextKind": "user",
        "bucketBy": "country",
        "variations": [{"variation": 2, "weight": 90_000}, {"variation": 3, "weight": 10_000}],
    }
    bodies: tuple[dict[str, Any], ...] = (
        {"rolloutWeights": {ids["terse"]: 10_000, ids["warm-v2"]: 80_000}},
        {"rolloutWeights": {ids["terse"]: 110_000, ids["warm-v2"]: -10_000}},
        {"rolloutWeights": {ids["terse"]: 0.5}},
        {"rolloutWeights": {"nobody": 100_000}},
        {"rolloutWeights": {}},
        {},
        {"variationId": ids["terse"], "rolloutWeights": {ids["terse"]: 100_000}},
        {"variationId": "nobody"},
        {"variationId": 7},
    )
    for bad in bodies:
        await api.instruct(kind | bad, status=400)
    assert await api.targeting() == document


async def test_one_bad_instruction_undoes_all(api: Api) -> None:
    before = await api.targeting()
    ids = await api.ids()
    good = moved(ids["warm-v1"])
    await api.instruct(good, {"kind": "updateOffVariation", "variationId": "nobody"}, status=400)
    for kind in ("turnTargetingOn", "turnTargetingOff", "turnFlagOn", "startAutomatedRelease", "", None):
        await api.instruct(good, {"kind": kind}, status=400)
    await api.instruct(good, {}, status=400)
    assert await api.targeting() == before


async def test_archived_variations_are_not_served_anew(api: Api, somebody_else: ExternalActor) -> None:
    somebody_else.archive("support-assistant", "warm-v1")
    somebody_else.archive("support-assistant", "terse")
    assert live(await api.targeting(), "production") == "warm-v1"
    await api.serve("terse", status=400)
    await api.serve("terse", "development")
    variation = (await api.ids())["warm-v1"]
    await api.instruct({"kind": "addRule", "clauses": [STAFF], "variationId": variation}, status=400)


@pytest.mark.parametrize("holder", ["experiment", "measuredRollout"])
async def test_an_experiment_or_a_guarded_rollout_holds_the_default_rule(
    api: Api, somebody_else: ExternalActor, holder: Any
) -> None:
    somebody_else.hold("support-assistant", "staging", holder, "warm-v1", "warm-v2", "terse")
    rollout = staging(await api.targeting())["fallthrough"]["rollout"]
    assert rollout["experimentAllocation"]["type"] == holder
    assert [share["weight"] for share in rollout["variations"]] == [33_334, 33_333, 33_333]
    await api.serve("terse", status=409)
    await api.instruct({"kind": "updateTrackEvents", "trackEvents": True})
    somebody_else.hold("support-assistant", "staging", None)
    await api.serve("terse")


# Other instructions


async def test_the_off_variation_and_tracking(api: Api) -> None:
    ids = await api.ids()
    document = await api.instruct(
        {"kind": "updateOffVariation", "variationId": ids["terse"]},
        {"kind": "updateTrackEvents", "trackEvents": True},
        {"kind": "updateTrackEventsFallthrough", "trackEvents": True},
    )
    place = staging(document)
    assert (key_of(document, place["offVariation"]), place["trackEvents"], place["trackEventsFallthrough"]) == (
        "terse",
        True,
        True,
    )
    await api.instruct({"kind": "updateTrackEvents", "trackEvents": "yes"}, status=400)


async def test_defaults_are_named_by_value_or_id(api: Api) -> None:
    before = await api.targeting()
    ids, kind = await api.ids(), {"kind": "updateDefaultVariation"}
    value = before["variations"][2]["value"]
    document = await api.instruct(kind | {"onVariationValue": value, "offVariationValue": ids["terse"]})
    assert document["defaults"] == {"onVariation": 2, "offVariation": 3}
    assert document["environments"] == before["environments"]
    assert document["_version"] == before["_version"] + 1
    await api.instruct(kind, status=400)
    await api.instruct(kind | {"onVariationValue": {"no": "such"}}, status=400)


async def test_rules_are_added_ordered_described_and_removed(api: Api) -> None:
    first = await rule(api)
    second = await rule(api, description="second", beforeRuleId=first["_id"])
    document = await api.targeting()
    assert [each["_id"] for each in staging(document)["rules"]] == [second["_id"], first["_id"]]
    ids = await api.ids()
    document = await api.instruct(
        {"kind": "reorderRules", "ruleIds": [first["_id"], second["_id"]]},
        {"kind": "updateRuleDescription", "ruleId": first["_id"], "description": "people of Acorn"},
        {"kind": "updateRuleTrackEvents", "ruleId": first["_id"], "trackEvents": True},
        {"kind": "updateRuleVariationOrRollout", "ruleId": second["_id"], "rolloutWeights": {ids["terse"]: 100_000}},
        {"kind": "removeRule", "ruleId": "nobody"},
    )
    one, two = staging(document)["rules"]
    assert (one["_id"], one["description"], one["trackEvents"]) == (first["_id"], "people of Acorn", True)
    assert two["rollout"]["variations"] == [{"variation": 3, "weight": 100_000}]
    for bad in (
        {"kind": "reorderRules", "ruleIds": [first["_id"]]},
        {"kind": "updateRuleDescription", "ruleId": "nobody", "description": "x"},
        {"kind": "addRule", "clauses": [], "variationId": ids["terse"]},
        {"kind": "addRule", "clauses": [STAFF | {"op": "sounds like"}], "variationId": ids["terse"]},
        {"kind": "addRule", "clauses": [STAFF], "variationId": ids["terse"], "beforeRuleId": "nobody"},
    ):
        await api.instruct(bad, status=400)
    other = {"clauses": [STAFF], "variationId": ids["terse"]}
    document = await api.instruct({"kind": "removeRule", "ruleId": first["_id"]})
    assert [each["_id"] for each in staging(document)["rules"]] == [second["_id"]]
    document = await api.instruct({"kind": "replaceRules", "rules": [other]})
    assert len(staging(document)["rules"]) == 1
    assert staging(document)["rules"][0]["_id"] != second["_id"]


async def test_clauses_and_their_values_are_changed(api: Api) -> None:
    made = await rule(api)
    one = {"ruleId": made["_id"], "clauseId": made["clauses"][0]["_id"]}
    plan = {"attribute": "plan", "op": "in", "values": ["free"]}
    document = await api.instruct(
        {"kind": "addClauses", "ruleId": made["_id"], "clauses": [plan]},
        {"kind": "addValuesToClause", "values": ["@oak.example", "@acorn.example"], **one},
        {"kind": "removeValuesFromClause", "values": ["@acorn.example", "@elm.example"], **one},
    )
    first, second = staging(document)["rules"][0]["clauses"]
    assert (first["values"], second["attribute"]) == (["@oak.example"], "plan")
    adult = {"attribute": "age", "op": "lessThan", "values": [18], "negate": True}
    document = await api.instruct(
        {"kind": "updateClause", "clause": adult, **one},
        {"kind": "removeClauses", "ruleId": made["_id"], "clauseIds": [second["_id"]]},
    )
    (only,) = staging(document)["rules"][0]["clauses"]
    assert (only["_id"], only["attribute"], only["negate"], only["values"]) == (first["_id"], "age", True, [18])
    await api.instruct({"kind": "removeClauses", "ruleId": made["_id"], "clauseIds": [only["_id"]]}, status=400)
    await api.instruct({"kind": "removeClauses", "ruleId": made["_id"], "clauseIds": ["nobody"]}, status=400)


async def test_contexts_are_targeted_one_by_one(api: Api) -> None:
    ids = await api.ids()
    terse, warm = ({"variationId": ids[key]} for key in ("terse", "warm-v2"))
    document = await api.instruct(
        {"kind": "addTargets", "values": ["ana", "bo", "ana"], **terse},
        {"kind": "addTargets", "values": ["cy"], **terse},
        {"kind": "addTargets", "values": ["acme"], "contextKind": "organization", **warm},
    )
    assert staging(document)["targets"] == [{"contextKind": "user", "variation": 3, "values": ["ana", "bo", "cy"]}]
    assert staging(document)["contextTargets"] == [{"contextKind": "organization", "variation": 2, "values": ["acme"]}]
    await api.instruct({"kind": "addTargets", "values": ["bo"], **warm}, status=400)
    document = await api.instruct({"kind": "removeTargets", "values": ["ana", "bo", "cy", "dee"], **terse})
    assert staging(document)["targets"] == []
    eve, twice, fay = {"values": ["eve"], **terse}, {"values": ["eve"], **warm}, {"values": ["fay"], **warm}
    await api.instruct({"kind": "replaceTargets", "targets": [eve, twice]}, status=400)
    document = await api.instruct({"kind": "replaceTargets", "targets": [eve, fay]})
    assert staging(document)["contextTargets"] == []
    document = await api.instruct({"kind": "clearTargets", **terse})
    assert staging(document)["targets"] == [{"contextKind": "user", "variation": 2, "values": ["fay"]}]


# What a patch needs


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"instructions": []}, 400),
        ({"environmentKey": "staging", "instructions": []}, 400),
        ({"environmentKey": "staging", "instructions": {}}, 400),
        ({"environmentKey": "staging"}, 400),
        ({"environmentKey": 3, "instructions": [{"kind": "removeRule", "ruleId": "x"}]}, 400),
        ({"instructions": [{"kind": "removeRule", "ruleId": "x"}]}, 400),
        ({"environmentKey": "moon", "instructions": [{"kind": "removeRule", "ruleId": "x"}]}, 404),
        ({"environmentKey": "staging", "instructions": [{"kind": "removeRule", "ruleId": "x"}], "mood": "good"}, 200),
    ],
)
async def test_bodies_of_the_wrong_form_are_refused(api: Api, body: Any, status: int) -> None:
    await api.patch(f"{CONFIGS}/support-assistant/targeting", body, status)


async def test_unknown_configs_and_projects_are_not_found(api: Api) -> None:
    await api.get(f"{CONFIGS}/nobody/targeting", 404)
    await api.get("/projects/nowhere/ai-configs/support-assistant/targeting", 404)
    await api.instruct(moved("x"), config="nobody", status=404)


@pytest.mark.parametrize("kind", ["application/json", "application/json; domain-model=launchdarkly.semanticpatch"])
async def test_both_content_types_are_taken(api: Api, kind: str) -> None:
    body = b'{"environmentKey": "staging", "instructions": [{"kind": "updateTrackEvents", "trackEvents": true}]}'
    path = f"{CONFIGS}/support-assistant/targeting"
    document = await api.call("PATCH", path, content=body, headers={"Content-Type": kind})
    assert staging(document)["trackEvents"] is True


# The gate


async def test_a_gated_environment_asks_for_an_approval(api: Api, world: World) -> None:
    before = await api.targeting()
    refused = await api.serve("warm-v2", "production", 403)
    assert (refused["code"], refused["message"]) == ("forbidden", "approval is required")
    world.gate_status = 405
    refused = await api.serve("warm-v2", "production", 405)
    assert (refused["code"], refused["message"]) == ("method_not_allowed", "approval is required")
    assert await api.targeting() == before


async def test_a_gate_may_ask_for_tagged_configs_only(api: Api, somebody_else: ExternalActor) -> None:
    somebody_else.gate("production", ApprovalSettings(required_tags=["support"]))
    await api.serve("warm-v2", "production", 403)
    somebody_else.gate("production", ApprovalSettings(required_tags=["growth"]))
    await api.serve("warm-v2", "production")
    somebody_else.gate("production", None)
    await api.serve("terse", "production")


async def test_some_tokens_bypass_the_gate_and_some_may_not_write(world: World) -> None:
    for token in (
        Token("api-bypass", "wildcard", bypasses=True),
        Token("api-reader", "reader", may_write=False),
    ):
        world.tokens[token.secret] = token
    async with client(world, "api-bypass") as http:
        assert live(await Api(http).serve("warm-v2", "production"), "production") == "warm-v2"
    async with client(world, "api-reader") as http:
        refused = await Api(http).serve("warm-v2", "staging", 403)
    assert "approval" not in refused["message"]


# Behind the caller's back


async def test_what_somebody_else_does_is_seen_and_told(api: Api, somebody_else: ExternalActor) -> None:
    before = await api.targeting()
    somebody_else.serve("support-assistant", "production", "terse", comment="by hand")
    after = await api.targeting()
    assert live(after, "production") == "terse"
    assert after["environments"]["production"]["_version"] == before["environments"]["production"]["_version"] + 1
    log = await api.get("/auditlog", spec=f"proj/{PROJECT}:env/production:aiconfig/support-assistant")
    assert log["items"][0]["comment"] == "by hand"
    assert "token" not in log["items"][0]


async def test_targeting_can_be_switched_off_behind_the_callers_back(api: Api, somebody_else: ExternalActor) -> None:
    somebody_else.switch("support-assistant", "staging", on=False)
    off = staging(await api.targeting())
    somebody_else.switch("support-assistant", "staging", on=False)
    assert staging(await api.targeting()) == off
    assert off["enabled"] is False


async def test_reads_may_lag(api: Api, world: World) -> None:
    world.lag = 2
    before = await api.targeting()
    after = await api.serve("terse")
    assert live(after, "staging") == "terse"
    assert await api.targeting() == before
    assert await api.targeting() == before
    assert await api.targeting() == after


async def test_a_fault_can_be_meant_for_targeting_alone(api: Api, world: World) -> None:
    world.faults.add(Fault(method="PATCH", path="*/targeting", status=409))
    await api.get(f"{CONFIGS}/support-assistant")
    await api.serve("terse", status=409)
    assert live(await api.serve("terse"), "staging") == "terse"
