"""What the client makes of LaunchDarkly's answers, and what it sends."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from pydantic import SecretStr

from bot.clients.base import NotDone, ProviderError, Unsure
from bot.clients.launchdarkly import LaunchDarklyClient
from bot.domain.errors import Code, Fault
from bot.domain.live_state import LiveState, Nothing, Off, One, Split
from bot.domain.names import Config, Environment, Project
from bot.domain.project_fields import Maintainer, ProjectFields
from tests.bot.clients.launchdarkly.wiremock import (
    CONFIGS,
    ENVIRONMENTS,
    KEY,
    TARGETING,
    Service,
    client_of,
    service,
)
from tests.contracts import launchdarkly as ld
from tests.handlers.messages import samples

SUPPORT = Project("shop", "support-reply", "Support reply")
STAGING = Environment("shop", "staging", "Staging")
PRODUCTION = Environment("shop", "production", "Production", is_critical=True)
WARM = Config("shop", SUPPORT.id, "warm", "Warm tone", "2")
RAVI = Maintainer("member", "65a0000000000000000000bb", "Ravi Iyer", "ravi@shop.example")


def aimed(**environments: dict[str, Any]) -> dict[str, Any]:
    """The targeting document with other environments."""
    return ld.TARGETING | {"environments": environments}


async def served(**environments: dict[str, Any]) -> Any:
    there = service()
    there.always(f"GET {TARGETING}", aimed(**environments))
    there.always(f"GET {ENVIRONMENTS}", {"items": [ld.environment(key, key) for key in environments]})
    return await client_of(there).served(SUPPORT)


def test_says_who_it_is_and_hides_its_key() -> None:
    client = LaunchDarklyClient("shop", "https://ld.test/api/v2/", SecretStr(KEY), project=" shop ")
    assert client.name == "shop"
    assert client.capabilities.noun == "AI Config"
    assert repr(client) == "<LaunchDarklyClient shop https://ld.test shop>"


@pytest.mark.parametrize("project", [None, "", "  "])
def test_a_provider_is_one_project_and_says_so_when_there_is_none(project: str | None) -> None:
    with pytest.raises(ValueError, match="shop needs the key of its LaunchDarkly project"):
        LaunchDarklyClient("shop", "https://ld.test", SecretStr(KEY), project=project)


async def test_sends_the_bare_token_and_the_version_of_the_api_with_every_call() -> None:
    there = service()
    there.always("GET /api/v2/caller-identity", {"tokenName": "configbot"})
    client = client_of(there)
    await client.check()
    await client.serve(SUPPORT, STAGING, WARM)
    for request in there.requests:
        assert request.headers["Authorization"] == KEY
        assert request.headers["LD-API-Version"] == "20240415"


# AI Configs and variations


async def test_lists_ai_configs_over_all_pages_each_once() -> None:
    there = service()
    others = [ld.AI_CONFIG | {"key": f"config-{number}", "name": f"Number {number}"} for number in range(3)]
    there.once(f"GET {CONFIGS}", {"items": others[:2], "totalCount": 4})
    there.once(f"GET {CONFIGS}", {"items": others[1:], "totalCount": 4})
    found = await client_of(there).projects()
    assert [each.id for each in found] == ["config-0", "config-1", "config-2"]
    assert [dict(request.url.params) for request in there.requests] == [
        {"limit": "100"},
        {"limit": "100", "offset": "2"},
    ]


async def test_a_list_that_does_not_count_goes_on_while_there_is_a_next_page() -> None:
    there = service()
    there.once(f"GET {CONFIGS}", {"items": [ld.AI_CONFIG], "_links": {"next": {"href": "/there"}}})
    there.once(f"GET {CONFIGS}", {"items": [ld.AI_CONFIG | {"key": "other"}], "_links": {"self": {}}})
    assert [each.id for each in await client_of(there).projects()] == ["support-reply", "other"]


async def test_a_list_without_an_end_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.clients.launchdarkly.operations.MOST_PAGES", 3)
    there = service()
    there.always(f"GET {CONFIGS}", {"items": [ld.AI_CONFIG], "totalCount": 99})
    with pytest.raises(NotDone) as caught:
        await client_of(there).projects()
    assert caught.value.problem.fault is Fault.UNINTELLIGIBLE


@pytest.mark.parametrize("words", ["REPLY", "support-", "port re"])
async def test_finds_ai_configs_by_name_or_key_in_whatever_case(words: str) -> None:
    assert [each.name for each in await client_of(service()).projects(words)] == ["Support reply"]
    assert await client_of(service()).projects("nobody") == ()


async def test_shows_an_ai_config_with_its_fields() -> None:
    now = await client_of(service()).project(SUPPORT)
    assert now.project == SUPPORT
    assert (now.mode, now.version) == ("completion", 3)
    assert now.fields == ProjectFields(
        name="Support reply",
        description="Answers tickets",
        tags=("support",),
        maintainer=Maintainer("member", "65a0000000000000000000aa", "ana@shop.example", "ana@shop.example"),
        metric="thumbs-up",
        inverted=False,
    )


@pytest.mark.parametrize(
    ("owner", "shown"),
    [
        ({"key": "ml", "name": "ML"}, Maintainer("team", "ml", "ML")),
        ({"key": "ml"}, Maintainer("team", "ml", "ml")),
        ({"_id": "1", "firstName": "Ana", "lastName": None}, Maintainer("member", "1", "Ana")),
        ({}, None),
        (None, None),
    ],
)
async def test_a_maintainer_is_a_member_or_a_team_or_nobody(owner: Any, shown: Maintainer | None) -> None:
    there = service()
    there.always(f"GET {CONFIGS}/support-reply", ld.AI_CONFIG | {"_maintainer": owner})
    assert (await client_of(there).project(SUPPORT)).fields.maintainer == shown


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (ProjectFields(name="Replies"), {"name": "Replies"}),
        (ProjectFields(description="", tags=()), {"description": "", "tags": []}),
        (ProjectFields(tags=("a", "b"), inverted=False), {"tags": ["a", "b"], "isInverted": False}),
        (ProjectFields(maintainer=RAVI), {"maintainerId": RAVI.id}),
        (ProjectFields(maintainer=Maintainer("team", "ml", "ML")), {"maintainerTeamKey": "ml"}),
        (ProjectFields(metric="thumbs-up"), {"evaluationMetricKey": "thumbs-up"}),
    ],
)
async def test_changes_exactly_the_fields_that_are_named(fields: ProjectFields, body: dict[str, Any]) -> None:
    there = service()
    there.always(f"PATCH {CONFIGS}/support-reply", ld.AI_CONFIG | {"version": 4})
    there.always(f"GET {METRIC}", {"key": "thumbs-up"})
    now = await client_of(there).update_project(SUPPORT, fields)
    assert there.sent("PATCH") == [body]
    assert now.version == 4


METRIC = "/api/v2/metrics/shop/thumbs-up"


@pytest.mark.parametrize(("status", "fault"), [(404, Fault.INVALID), (401, Fault.UNAUTHORIZED)])
async def test_a_metric_that_is_not_there_is_refused_before_anything_is_sent(status: int, fault: Fault) -> None:
    there = service()
    there.always(f"GET {METRIC}", {"code": "no", "message": "no"}, status)
    with pytest.raises(NotDone) as caught:
        await client_of(there).update_project(SUPPORT, ProjectFields(metric="thumbs-up"))
    assert caught.value.problem.fault is fault
    assert there.sent("PATCH") == []


async def test_metrics_that_the_key_may_not_read_are_left_to_the_service() -> None:
    there = service()
    there.always(f"GET {METRIC}", {"code": "forbidden", "message": "no"}, 403)
    there.always(f"PATCH {CONFIGS}/support-reply", ld.AI_CONFIG)
    await client_of(there).update_project(SUPPORT, ProjectFields(metric="thumbs-up"))
    assert there.sent("PATCH") == [{"evaluationMetricKey": "thumbs-up"}]


async def test_variations_come_with_their_contents_and_versions() -> None:
    warm, terse, old = await client_of(service()).configs(SUPPORT)
    assert warm.config == WARM
    assert warm.content.variables() == {"customer"}
    assert (warm.content.model, warm.content.vendor) == ("gpt-4o", "OpenAI")
    assert warm.content.parameters == {"temperature": 0.3}
    assert warm.content.tools == {"look-up": {"version": 3}}
    assert [(each.role, each.text) for each in terse.content.messages] == [("instructions", "Be brief.")]
    assert terse.content.response_format == {"type": "object"}
    assert terse.content.judges == {"tone": 0.1}
    assert terse.content.parameters == {}
    assert (old.config.is_archived, old.config.content_version) == (True, "7")


async def test_what_is_new_in_a_variation_is_kept_and_messages_of_any_shape_are_read() -> None:
    odd = {"key": "odd", "name": "", "model": None, "classifiers": ["c"], "state": "retired", "color": "red"}
    parts = [{"role": "user", "content": [{"type": "image"}]}]
    there = service()
    there.always(f"GET {CONFIGS}/support-reply", ld.AI_CONFIG | {"variations": [odd | {"messages": parts}]})
    (found,) = await client_of(there).configs(SUPPORT)
    assert found.config == Config("shop", SUPPORT.id, "odd", "odd", "1")
    assert found.content.parameters == {"classifiers": ["c"]}
    assert [each.text for each in found.content.messages] == ['[{"type": "image"}]']


@pytest.mark.parametrize(
    "odd",
    [
        "all",
        {"judges": [{"judgeConfigKey": "tone", "samplingRate": 0.1}, {"judgeConfigKey": "facts"}]},
        {"judges": [{"judgeConfigKey": "tone", "samplingRate": 0.1, "mode": "strict"}]},
        {"judges": [{"judgeConfigKey": "tone", "samplingRate": 0.1}], "mode": "strict"},
    ],
)
async def test_judges_of_another_form_are_kept_as_they_came(odd: object) -> None:
    there = service()
    variation = ld.VARIATIONS[1] | {"judgeConfiguration": odd}
    there.always(f"GET {CONFIGS}/support-reply", ld.AI_CONFIG | {"variations": [variation]})
    (found,) = await client_of(there).configs(SUPPORT)
    assert found.content.judges == {}
    assert found.content.parameters == {"judgeConfiguration": odd}


# what is live


async def test_says_what_is_live_in_every_environment() -> None:
    there = service()
    now = await client_of(there).served(SUPPORT)
    assert [each.id for each in now.environments] == ["test", "staging", "production"]
    assert now.environments[2] == PRODUCTION
    assert now.served == {
        "test": LiveState(Nothing()),
        "staging": LiveState(One("terse", "1", "Terse")),
        "production": LiveState(Split((("warm", 90_000), ("terse", 10_000)), "user", "key"), 1),
    }
    assert now.gated == {"production"}
    assert now.blockers == {}
    assert now.versions == {"warm": "2", "terse": "1"}
    assert now.revisions == {"test": 5, "staging": 5, "production": 7}
    assert len(there.requests) == 2


async def test_what_is_off_serves_whatever_its_rules_and_nothing_can_be_deployed_there() -> None:
    now = await served(test=ld.aimed("Test", {"variation": 1}, enabled=False))
    assert now.served["test"] == LiveState(Off())
    assert [each.code for each in now.blockers["test"]] == [Code.SWITCHED_OFF]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("experiment", Code.EXPERIMENT_RUNNING),
        ("measuredRollout", Code.GUARDED_ROLLOUT),
        ("something new", Code.EXPERIMENT_RUNNING),
    ],
)
async def test_an_experiment_on_the_default_rule_is_in_the_way(kind: str, code: Code) -> None:
    rollout = ld.ROLLOUT | {"experimentAllocation": {"type": kind}}
    now = await served(test=ld.aimed("Test", {"rollout": rollout}))
    assert isinstance(now.served["test"].live, Split)
    assert [each.code for each in now.blockers["test"]] == [code]


async def test_targets_and_rules_are_counted_together_and_empty_targets_are_not() -> None:
    targets = {"targets": [{"values": ["a", "b"]}, {"values": []}], "contextTargets": [{"values": ["c"]}]}
    now = await served(test=ld.aimed("Test", {"variation": 1}, rules=[ld.RULE], **targets))
    assert now.served["test"].winning_rules == 3


@pytest.mark.parametrize(
    ("weights", "live"),
    [
        ([(1, 100_000), (2, 0)], One("warm", "2", "Warm tone")),
        ([(0, 40_000), (2, 60_000)], Split((("", 40_000), ("terse", 60_000)))),
    ],
)
async def test_shares_of_nothing_do_not_count(weights: list[tuple[int, int]], live: One | Split) -> None:
    shares = [{"variation": index, "weight": weight} for index, weight in weights]
    now = await served(test=ld.aimed("Test", {"rollout": {"variations": shares}}))
    assert now.served["test"].live == live


@pytest.mark.parametrize("fallthrough", [{}, {"variation": 9}, {"variation": -1}, {"rollout": {"variations": []}}])
async def test_a_default_rule_that_points_nowhere_is_not_guessed(fallthrough: dict[str, Any]) -> None:
    with pytest.raises(NotDone) as caught:
        await served(test=ld.aimed("Test", fallthrough))
    assert caught.value.problem.fault is Fault.UNINTELLIGIBLE


async def test_values_that_are_no_objects_are_nobodys_variation() -> None:
    there = service()
    bare = {"_id": "x", "name": "bare", "description": "", "value": "text"}
    document = aimed(staging=ld.aimed("Staging", {"variation": 0})) | {"variations": [bare]}
    there.always(f"GET {TARGETING}", document)
    now = await client_of(there).served(SUPPORT)
    assert now.served == {"staging": LiveState(Nothing())}


@pytest.mark.parametrize(
    ("settings", "gated"),
    [
        ({"required": True}, True),
        ({"required": False}, False),
        ({"required": False, "requiredApprovalTags": ["support", "billing"]}, True),
        ({"required": False, "requiredApprovalTags": ["billing"]}, False),
    ],
)
async def test_reads_from_the_settings_whether_an_environment_demands_approvals(
    settings: dict[str, Any], gated: bool
) -> None:
    there = service()
    there.always(f"GET {ENVIRONMENTS}", {"items": [ld.environment("test", "Test", **ld.demands(**settings))]})
    assert (await client_of(there).served(SUPPORT)).gated == ({"test"} if gated else frozenset())


async def test_settings_that_leave_out_whether_it_is_required_are_taken_for_the_stricter() -> None:
    there = service()
    there.always(
        f"GET {ENVIRONMENTS}",
        {"items": [ld.environment("test", "Test", resourceApprovalSettings={"aiconfig": {}})]},
    )
    assert (await client_of(there).served(SUPPORT)).gated == {"test"}


async def test_what_fails_first_is_told_as_it_is() -> None:
    there = service()
    there.always(f"GET {ENVIRONMENTS}", {"code": "forbidden", "message": "no"}, 403)
    with pytest.raises(NotDone) as caught:
        await client_of(there).served(SUPPORT)
    assert caught.value.problem.fault is Fault.FORBIDDEN
    assert caught.value.problem.detail == "no (the key needs the right viewProject)"


# changing what is live


async def test_moves_the_default_rule_of_one_environment_and_reads_back_from_the_answer() -> None:
    there = service()
    there.always(f"PATCH {TARGETING}", aimed(staging=ld.aimed("Staging", {"variation": 1}, _version=6)))
    client = client_of(there)
    await client.served(SUPPORT)
    now = await client.serve(SUPPORT, STAGING, WARM, comment="ch-7, asked for by Ada")
    assert now.served == {"staging": LiveState(One("warm", "2", "Warm tone"))}
    assert now.revisions == {"staging": 6}
    assert there.asked()[-1] == f"PATCH {TARGETING}"
    assert len(there.requests) == 3
    assert there.requests[-1].headers["Content-Type"] == "application/json; domain-model=launchdarkly.semanticpatch"
    assert there.sent("PATCH") == [
        {
            "environmentKey": "staging",
            "comment": "ch-7, asked for by Ada",
            "instructions": [{"kind": "updateFallthroughVariationOrRollout", "variationId": ld.WARM}],
        }
    ]


async def test_nothing_live_is_the_disabled_entry_for_targeting_cannot_be_switched_off() -> None:
    there = service()
    await client_of(there).clear(SUPPORT, STAGING)
    assert there.sent("PATCH") == [
        {
            "environmentKey": "staging",
            "instructions": [{"kind": "updateFallthroughVariationOrRollout", "variationId": ld.DISABLED}],
        }
    ]


async def test_weights_are_put_back_as_they_were() -> None:
    there = service()
    client = client_of(there)
    await client.serve(SUPPORT, PRODUCTION, Split((("warm", 90_000), ("", 10_000)), "user", "key"))
    await client.serve(SUPPORT, PRODUCTION, Split((("warm", 1), ("terse", 99_999))))
    kind = "updateFallthroughVariationOrRollout"
    weights = {ld.WARM: 90_000, ld.DISABLED: 10_000}
    assert [body["instructions"] for body in there.sent("PATCH")] == [
        [{"kind": kind, "rolloutWeights": weights, "rolloutContextKind": "user", "rolloutBucketBy": "key"}],
        [{"kind": kind, "rolloutWeights": {ld.WARM: 1, ld.TERSE: 99_999}}],
    ]


@pytest.mark.parametrize(
    "wanted",
    [Config("shop", SUPPORT.id, "gone", "Gone", "1"), Split((("warm", 50_000), ("gone", 50_000)))],
    ids=["one", "split"],
)
async def test_what_is_not_there_is_not_sent(wanted: Config | Split) -> None:
    there = service()
    with pytest.raises(NotDone) as caught:
        await client_of(there).serve(SUPPORT, STAGING, wanted)
    assert caught.value.problem.fault is Fault.NOT_FOUND
    assert there.sent("PATCH") == []


async def test_ids_that_are_refused_are_read_anew_once() -> None:
    there = service()
    client = client_of(there)
    await client.served(SUPPORT)
    fresh = [entry | {"_id": f"new-{entry['_id']}"} for entry in ld.TARGETING["variations"]]
    there.always(f"GET {TARGETING}", ld.TARGETING | {"variations": fresh})
    there.once(f"PATCH {TARGETING}", {"code": "invalid_request", "message": "unknown variation"}, 400)
    await client.serve(SUPPORT, STAGING, WARM)
    ids = [body["instructions"][0]["variationId"] for body in there.sent("PATCH")]
    assert ids == [ld.WARM, f"new-{ld.WARM}"]


async def test_a_refusal_with_the_ids_of_now_stands() -> None:
    there = service()
    client = client_of(there)
    await client.served(SUPPORT)
    there.always(f"PATCH {TARGETING}", {"code": "invalid_request", "message": "archived"}, 400)
    with pytest.raises(NotDone) as caught:
        await client.serve(SUPPORT, STAGING, WARM)
    assert caught.value.problem.detail == "archived"
    assert len(there.sent("PATCH")) == 1


async def test_an_answer_to_a_write_that_points_nowhere_leaves_it_open_what_happened() -> None:
    there = service()
    there.always(f"PATCH {TARGETING}", aimed(staging=ld.aimed("Staging", {})))
    with pytest.raises(Unsure) as caught:
        await client_of(there).serve(SUPPORT, STAGING, WARM)
    assert caught.value.problem.fault is Fault.UNINTELLIGIBLE


@pytest.mark.parametrize("status", [403, 405])
async def test_a_refusal_that_speaks_of_an_approval_is_a_gate(status: int) -> None:
    there = service()
    there.always(f"PATCH {TARGETING}", {"code": "forbidden", "message": "Approval is required"}, status)
    with pytest.raises(NotDone) as caught:
        await client_of(there).serve(SUPPORT, PRODUCTION, WARM)
    assert caught.value.problem.fault is Fault.GATED


@pytest.mark.parametrize(
    ("status", "body", "fault", "detail"),
    [
        (403, {"code": "forbidden", "message": ""}, Fault.FORBIDDEN, "forbidden (the key needs the right updateAICon"),
        (403, [], Fault.FORBIDDEN, "(the key needs the right updateAIConfigTargeting)"),
        (405, {"code": "method_not_allowed"}, Fault.INVALID, "method not allowed"),
        (409, {"code": "optimistic_locking_error", "message": "in use"}, Fault.CONFLICT, "in use"),
        (422, {"code": 7}, Fault.INVALID, ""),
    ],
)
async def test_every_other_refusal_has_its_fault_and_its_sentence(
    status: int, body: Any, fault: Fault, detail: str
) -> None:
    there = service()
    there.always(f"PATCH {TARGETING}", body, status)
    with pytest.raises(NotDone) as caught:
        await client_of(there).serve(SUPPORT, PRODUCTION, WARM)
    assert caught.value.problem.fault is fault
    assert caught.value.problem.detail.startswith(detail)


async def test_a_write_that_was_told_to_slow_down_was_not_done_and_is_sent_again() -> None:
    there = service()
    client = client_of(there)
    await client.served(SUPPORT)
    there.once(f"PATCH {TARGETING}", {"code": "rate_limited", "message": "slow down"}, 429, Retry_After="0")
    await client.serve(SUPPORT, STAGING, WARM)
    assert len(there.sent("PATCH")) == 2


# who


async def test_says_who_moved_what_is_live_last() -> None:
    there = service()
    there.always("GET /api/v2/auditlog", ld.AUDIT)
    moved = await client_of(there).last_moved(SUPPORT, PRODUCTION)
    assert moved is not None
    assert (moved.by, moved.comment, moved.at.isoformat()) == (
        "ravi@shop.example",
        "canary",
        "2026-09-21T14:33:20+00:00",
    )
    assert dict(there.requests[0].url.params) == {
        "spec": "proj/shop:env/production:aiconfig/support-reply",
        "limit": "1",
    }


@pytest.mark.parametrize(
    ("entry", "by"),
    [({"token": {"name": "configbot"}}, "configbot"), ({"member": {"name": "Ravi"}}, "Ravi"), ({}, "")],
)
async def test_tokens_move_things_too(entry: dict[str, Any], by: str) -> None:
    there = service()
    there.always("GET /api/v2/auditlog", {"items": [{"date": 1, **entry}]})
    moved = await client_of(there).last_moved(SUPPORT, PRODUCTION)
    assert moved is not None
    assert moved.by == by


async def test_nobody_is_known_to_have_moved_what_the_log_does_not_hold() -> None:
    there = service()
    there.always("GET /api/v2/auditlog", {"items": [], "_links": {}})
    assert await client_of(there).last_moved(SUPPORT, PRODUCTION) is None


async def test_who_edited_a_variation_is_found_among_the_lines_about_the_ai_config() -> None:
    there = service()
    renamed = {"date": 3, "member": {"name": "Ada"}, "accesses": [{"action": "updateAIConfig", "resource": "…"}]}
    edited = {"date": 2, "member": {"name": "Mira"}, "accesses": [{"action": "updateAIConfigVariation"}]}
    before = {"date": 1, "member": {"name": "Ravi"}, "accesses": [{"action": "updateAIConfigVariation"}]}
    there.always("GET /api/v2/auditlog", {"items": [renamed, edited, before, {"date": 4, "accesses": None}]})
    moved = await client_of(there).last_moved(SUPPORT, PRODUCTION, edited=True)
    assert moved is not None
    assert moved.by == "Mira"
    assert dict(there.requests[0].url.params) == {"spec": "proj/shop:aiconfig/support-reply", "limit": "20"}


TEAMS = {"items": [{"key": "ml", "name": "ML people"}, {"key": "ml-ops", "name": ""}], "totalCount": 2}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ravi@shop.example", [RAVI]),
        ("ml", [Maintainer("team", "ml", "ML people")]),
        ("m", [RAVI, Maintainer("team", "ml", "ML people"), Maintainer("team", "ml-ops", "ml-ops")]),
    ],
)
async def test_finds_members_and_teams_and_an_exact_name_beats_a_part(words: str, found: list[Maintainer]) -> None:
    there = service()
    there.always("GET /api/v2/teams", TEAMS)
    assert list(await client_of(there).maintainers(words)) == found


@pytest.mark.parametrize("status", [403, 404])
async def test_an_account_without_teams_has_members(status: int) -> None:
    there = service()
    there.always("GET /api/v2/teams", {"code": "no", "message": "no"}, status)
    assert list(await client_of(there).maintainers("ravi")) == [RAVI]


async def test_teams_that_cannot_be_read_for_another_reason_are_no_absence() -> None:
    there = service()
    there.always("GET /api/v2/teams", {"code": "unauthorized", "message": "no"}, 401)
    with pytest.raises(ProviderError):
        await client_of(there).maintainers("ravi")


# what it cannot, and what it never tells


async def test_what_launchdarkly_does_not_have_is_refused_without_asking_it() -> None:
    there = service()
    client = client_of(there)
    assert await client.evaluations(SUPPORT) == ()
    for refused in (
        client.create_project("New", None),
        client.evaluation(SUPPORT, "ev_1"),
        client.progress(SUPPORT, samples.evaluation()),
        client.set_evaluation_status(SUPPORT, "ev_1", "completed"),
    ):
        with pytest.raises(NotDone) as caught:
            await refused
        assert caught.value.problem.fault is Fault.INVALID
    assert there.requests == []
    await client.close()


async def test_keys_of_environments_are_neither_kept_nor_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    there = service()
    client = client_of(there)
    now = await client.served(SUPPORT)
    environments = await client.wire.list_environments(operation="reading environments")
    broken = {"items": [ld.environment("test", "Test") | {"critical": "perhaps"}]}
    there.always(f"GET {ENVIRONMENTS}", broken)
    with pytest.raises(NotDone) as caught:
        await client.served(SUPPORT)
    kept = [each.model_dump() for each in environments]
    told = [repr(now), repr(environments), str(kept), repr(vars(client)), caplog.text]
    told += [str(caught.value), repr(caught.value.problem)]
    for secret in (*ld.SECRETS, KEY):
        assert not any(secret in text for text in told)


async def test_a_key_that_the_service_says_back_is_masked() -> None:
    there = Service()
    there.always("GET /api/v2/caller-identity", {"code": "unauthorized", "message": f"token {KEY} is unknown"}, 401)
    with pytest.raises(NotDone) as caught:
        await client_of(there).check()
    assert KEY not in str(caught.value)
    assert caught.value.problem.fault is Fault.UNAUTHORIZED
