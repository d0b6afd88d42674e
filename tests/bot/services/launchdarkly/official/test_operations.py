"""The official client: every operation in scope, and what each refuses."""

from __future__ import annotations

from typing import Any

import launchdarkly_api as official
import pytest

from bot.services.launchdarkly import PROJECT, ExternalActor, World
from bot.services.launchdarkly.demo_configs import ADA, RAVI
from tests.bot.services.launchdarkly.official.conftest import DAY, RESOURCE, SEMANTIC, SUPPORT, Client, key_of, refused

# AI Configs


def test_configs_are_listed_page_by_page(sdk: Client) -> None:
    first = sdk.agents.get_ai_configs(PROJECT, limit=4, sort="key")
    assert (len(first.items), first.total_count) == (4, 6)
    rest = sdk.agents.get_ai_configs(PROJECT, limit=4, offset=4, sort="key")
    keys = [config.key for config in [*first.items, *rest.items]]
    assert keys == sorted(keys)
    judges = sdk.agents.get_ai_configs(PROJECT, filter='mode anyOf ["judge"]')
    assert [config.key for config in judges.items] == ["answer-judge"]
    assert refused(lambda: sdk.agents.get_ai_configs("nowhere"))[:2] == (404, "not_found")
    assert refused(lambda: sdk.agents.get_ai_configs(PROJECT, limit=-1))[:2] == (400, "invalid_request")


def test_a_config_is_shown_with_its_maintainer_and_variations(sdk: Client) -> None:
    config = sdk.agents.get_ai_config(PROJECT, SUPPORT)
    assert (config.name, config.mode, config.evaluation_metric_key) == (
        "Support assistant",
        "completion",
        "resolved-rate",
    )
    assert config.maintainer is not None
    assert isinstance(config.maintainer.actual_instance, official.AiConfigsMaintainerTeam)
    assert config.maintainer.actual_instance.name == "Support AI"
    assert {each.key: each.version for each in config.variations} == {"warm-v1": 1, "warm-v2": 2, "terse": 1}
    person = sdk.agents.get_ai_config(PROJECT, "search-answers").maintainer
    assert person is not None
    assert isinstance(person.actual_instance, official.MaintainerMember)
    assert person.actual_instance.email == "ravi@acorn.example"
    assert refused(lambda: sdk.agents.get_ai_config(PROJECT, "nobody"))[:2] == (404, "not_found")
    assert refused(lambda: sdk.agents.get_ai_config(PROJECT, "a/b?c"))[:2] == (404, "not_found")


def test_a_config_is_made_changed_and_removed(sdk: Client) -> None:
    made = sdk.agents.post_ai_config(
        PROJECT, official.AIConfigPost(key="greeter", name="Greeter", tags=["hello"], maintainer_id=RAVI)
    )
    assert (made.key, made.description, made.version, made.variations) == ("greeter", "", 1, [])
    again = official.AIConfigPost(key="greeter", name="Greeter")
    assert refused(lambda: sdk.agents.post_ai_config(PROJECT, again))[:2] == (400, "invalid_request")
    changed = sdk.agents.patch_ai_config(
        PROJECT,
        "greeter",
        ai_config_patch=official.AIConfigPatch(
            name="Greeter of the shop",
            description="Says hello",
            tags=["hello", "shop"],
            maintainer_team_key="growth",
            evaluation_metric_key="handover-rate",
            is_inverted=True,
        ),
    )
    assert (changed.name, changed.description, changed.tags) == ("Greeter of the shop", "Says hello", ["hello", "shop"])
    assert (changed.evaluation_metric_key, changed.is_inverted, changed.version) == ("handover-rate", True, 2)
    sdk.agents.delete_ai_config(PROJECT, "greeter")
    assert refused(lambda: sdk.agents.delete_ai_config(PROJECT, "greeter"))[0] == 404


@pytest.mark.parametrize(
    "fields", [{"maintainer_id": "nobody"}, {"maintainer_team_key": "nobody"}, {"evaluation_metric_key": "nothing"}]
)
def test_nobody_unknown_maintains_and_nothing_unknown_measures(sdk: Client, fields: dict[str, str]) -> None:
    patch = official.AIConfigPatch.model_validate(fields)
    status, code, message = refused(lambda: sdk.agents.patch_ai_config(PROJECT, SUPPORT, ai_config_patch=patch))
    assert (status, code) == (400, "invalid_request")
    assert "there is no such" in message


def test_a_patch_without_a_body_is_refused(sdk: Client) -> None:
    assert refused(lambda: sdk.agents.patch_ai_config(PROJECT, SUPPORT))[:2] == (400, "invalid_request")
    assert refused(lambda: sdk.agents.patch_ai_config_targeting(PROJECT, SUPPORT))[:2] == (400, "invalid_request")


# Variations


def test_variations_are_made_edited_archived_and_removed(sdk: Client) -> None:
    post = official.AIConfigVariationPost(
        key="polite",
        name="Polite",
        messages=[official.Message(role="system", content="Be polite.")],
        model={"modelName": "gpt-4o", "parameters": {"temperature": 0.2}},
        model_config_key="OpenAI.gpt-4o",
    )
    made = sdk.agents.post_ai_config_variation(PROJECT, SUPPORT, post)
    assert (made.key, made.version, made.state) == ("polite", 1, "published")
    assert refused(lambda: sdk.agents.post_ai_config_variation(PROJECT, SUPPORT, post))[0] == 409
    patch = official.AIConfigVariationPatch(model={"modelName": "gpt-4o-mini"}, comment="cheaper")
    edited = sdk.agents.patch_ai_config_variation(PROJECT, SUPPORT, "polite", ai_config_variation_patch=patch)
    assert (edited.version, edited.comment, edited.model) == (2, "cheaper", {"modelName": "gpt-4o-mini"})
    assert edited.id != made.id
    versions = sdk.agents.get_ai_config_variation(PROJECT, SUPPORT, "polite")
    assert ([each.version for each in versions.items], versions.total_count) == ([1, 2], 2)
    archive = official.AIConfigVariationPatch(state="archived")
    archived = sdk.agents.patch_ai_config_variation(PROJECT, SUPPORT, "polite", ai_config_variation_patch=archive)
    assert archived.state == "archived"
    again = refused(
        lambda: sdk.agents.patch_ai_config_variation(PROJECT, SUPPORT, "polite", ai_config_variation_patch=archive)
    )
    assert again[0] == 400
    sdk.agents.delete_ai_config_variation(PROJECT, SUPPORT, "polite")
    assert refused(lambda: sdk.agents.get_ai_config_variation(PROJECT, SUPPORT, "polite"))[0] == 404


def test_a_variation_in_use_in_a_gated_environment_is_not_edited(sdk: Client) -> None:
    patch = official.AIConfigVariationPatch(comment="quietly", instructions="x")
    status, code, message = refused(
        lambda: sdk.agents.patch_ai_config_variation(PROJECT, SUPPORT, "warm-v1", ai_config_variation_patch=patch)
    )
    assert (status, code, message) == (403, "forbidden", "approval is required")


# Targeting


def test_targeting_of_every_demo_config_is_read(sdk: Client) -> None:
    for config in sdk.agents.get_ai_configs(PROJECT).items:
        document = sdk.agents.get_ai_config_targeting(PROJECT, config.key)
        assert set(document.environments) == {"development", "staging", "production"}
        assert len(document.variations) == len(config.variations) + 1
    rollout = sdk.agents.get_ai_config_targeting(PROJECT, "search-answers").environments["production"].fallthrough
    assert rollout.rollout is not None
    assert [share.weight for share in rollout.rollout.variations] == [90_000, 10_000]
    assert refused(lambda: sdk.agents.get_ai_config_targeting(PROJECT, "nobody"))[0] == 404


@pytest.mark.parametrize("content_type", [SEMANTIC, None])
def test_the_default_rule_is_moved(sdk: Client, content_type: str | None) -> None:
    before = sdk.agents.get_ai_config_targeting(PROJECT, SUPPORT).environments["staging"].version
    document = sdk.move("terse", content_type=content_type)
    place = document.environments["staging"]
    assert place.version == before + 1
    assert key_of(document.variations[place.fallthrough.variation]) == "terse"


def test_what_targeting_refuses(sdk: Client, world: World) -> None:
    assert refused(lambda: sdk.move("warm-v2", "production")) == (403, "forbidden", "approval is required")
    assert refused(lambda: sdk.move("warm-v2", "moon"))[0] == 404
    world.gate_status = 405
    assert refused(lambda: sdk.move("warm-v2", "production"))[:2] == (405, "method_not_allowed")
    off = official.AIConfigTargetingPatch(environment_key="staging", instructions=[{"kind": "turnTargetingOff"}])
    call = lambda: sdk.agents.patch_ai_config_targeting(PROJECT, SUPPORT, ai_config_targeting_patch=off)  # noqa: E731 - one call that a test repeats
    assert refused(call)[:2] == (400, "invalid_request")
    ExternalActor(world, PROJECT).hold(SUPPORT, "staging", "experiment", "warm-v1", "terse")
    assert refused(lambda: sdk.move("terse"))[0] == 409


# Approvals


def test_an_approval_is_asked_reviewed_and_applied(sdk: Client, reviewing: Client) -> None:
    request = sdk.ask()
    assert (request.review_status, request.status, request.requestor_id) == ("pending", "pending", ADA)
    listed = sdk.approvals.get_approval_requests(
        filter=f'resourceId equals {RESOURCE},status anyOf ["pending"]', limit=200, expand="project"
    )
    assert [each.id for each in listed.items] == [request.id]
    own = official.PostApprovalRequestReviewRequest(kind="approve")
    assert refused(lambda: sdk.approvals.post_approval_request_review(request.id, own))[0] == 405
    apply = official.PostApprovalRequestApplyRequest(comment="deployed")
    assert refused(lambda: sdk.approvals.post_approval_request_apply(request.id, apply))[0] == 403
    approved = reviewing.approvals.post_approval_request_review(
        request.id, official.PostApprovalRequestReviewRequest(kind="approve", comment="fine")
    )
    assert (approved.review_status, approved.status) == ("approved", "pending")
    applied = sdk.approvals.post_approval_request_apply(request.id, apply)
    assert (applied.status, applied.applied_by_member_id) == ("completed", ADA)
    found = sdk.approvals.get_approval_request(request.id, expand="environments,project,resource")
    assert (found.status, found.all_reviews[0].comment) == ("completed", "fine")
    assert refused(lambda: sdk.approvals.post_approval_request_apply(request.id, apply))[0] == 409


def test_a_request_is_declined_changed_and_taken_back(sdk: Client, reviewing: Client) -> None:
    request = sdk.ask()
    decline = official.PostApprovalRequestReviewRequest(kind="decline", comment="not today")
    assert reviewing.approvals.post_approval_request_review(request.id, decline).review_status == "declined"
    patch = official.ApprovalRequestPatchInput(instructions=[{"kind": "updateDescription", "value": "Tomorrow"}])
    changed = sdk.approvals_beta.patch_approval_request(request.id, patch, _content_type=SEMANTIC)
    assert changed.description == "Tomorrow"
    sdk.approvals.delete_approval_request(request.id)
    assert refused(lambda: sdk.approvals.get_approval_request(request.id))[0] == 404


def test_a_request_that_conflicts_fails(sdk: Client, reviewing: Client, world: World) -> None:
    request = sdk.ask()
    reviewing.approvals.post_approval_request_review(
        request.id, official.PostApprovalRequestReviewRequest(kind="approve")
    )
    ExternalActor(world, PROJECT).serve(SUPPORT, "production", "terse")
    failed = sdk.approvals.post_approval_request_apply(request.id, official.PostApprovalRequestApplyRequest())
    assert (failed.status, len(failed.conflicts)) == ("failed", 1)
    assert failed.conflicts[0].reason


def test_what_cannot_be_asked(sdk: Client) -> None:
    def ask(**more: Any) -> tuple[int, str, str]:
        fields = {"resource_id": RESOURCE, "description": "x", "instructions": [{"kind": "turnTargetingOn"}]}
        body = official.CreateApprovalRequestRequest(**(fields | more))
        return refused(lambda: sdk.approvals.post_approval_request(body))

    assert ask()[:2] == (400, "invalid_request")
    assert ask(resource_id="support")[0] == 400
    assert ask(instructions=[])[0] == 400
    assert refused(lambda: sdk.approvals.get_approval_requests(filter="mood equals good"))[0] == 400


# Who, where, what


def test_projects_and_environments_are_read(sdk: Client) -> None:
    assert [project.key for project in sdk.projects.get_projects(filter=f"keys:{PROJECT}").items] == [PROJECT]
    project = sdk.projects.get_project(PROJECT, expand="environments")
    assert project.environments is not None
    assert len(project.environments.items) == 3
    places = sdk.environments.get_environments_by_project(PROJECT, filter="critical:true", sort="name")
    (production,) = places.items
    settings = (production.resource_approval_settings or {})["aiconfig"]
    assert (settings.required, settings.min_num_approvals, settings.can_review_own_request) == (True, 1, False)
    staging = sdk.environments.get_environment(PROJECT, "staging")
    assert staging.resource_approval_settings is None
    assert refused(lambda: sdk.environments.get_environment(PROJECT, "moon"))[0] == 404
    assert refused(lambda: sdk.projects.get_project("nowhere"))[0] == 404


def test_people_and_teams_are_read(sdk: Client) -> None:
    found = sdk.members.get_members(filter="email:ravi@acorn.example|mira@acorn.example")
    assert [member.first_name for member in found.items] == ["Ravi", "Mira"]
    assert sdk.members.get_member(RAVI).email == "ravi@acorn.example"
    assert refused(lambda: sdk.members.get_member("nobody"))[0] == 404
    assert [team.key for team in sdk.teams.get_teams(filter="query:support").items] == ["support-ai"]
    assert sdk.teams.get_team("growth").name == "Growth"
    assert refused(lambda: sdk.teams.get_team("nobody"))[0] == 404


def test_the_caller_is_known(sdk: Client, host: str) -> None:
    caller = sdk.other.get_caller_identity()
    assert (caller.member_id, caller.token_name, caller.service_token) == (ADA, "configbot", False)
    stranger = Client(host, "api-stranger")
    assert refused(stranger.other.get_caller_identity)[:2] == (401, "unauthorized")
    stranger.close()


def test_metrics_are_read(sdk: Client) -> None:
    assert len(sdk.metrics.get_metrics(PROJECT).items or []) == 3
    assert sdk.metrics.get_metric(PROJECT, "resolved-rate").event_key == "ticket-resolved"
    assert refused(lambda: sdk.metrics.get_metric(PROJECT, "nothing"))[0] == 404


def test_what_configs_were_used_for_is_read(sdk: Client, world: World) -> None:
    now = world.ms()
    metrics = sdk.agents.get_ai_config_metrics(PROJECT, "search-answers", now - 7 * DAY, now, "production")
    assert metrics.generation_count == (9_200 + 1_020) * 7
    each = sdk.agents.get_ai_config_metrics_by_variation(PROJECT, "search-answers", now - DAY, now, "production")
    assert [one.variation_key for one in each] == ["cited-v1", "cited-v2"]
    unused = sdk.agents.get_ai_config_metrics(PROJECT, "changelog-writer", now - DAY, now, "production")
    assert unused.generation_count is None
    stats = sdk.agents.get_ai_config_quick_stats(PROJECT, "production")
    assert (stats.active_configs, stats.active_experiments) == (4, 0)
    long = lambda: sdk.agents.get_ai_config_metrics(PROJECT, SUPPORT, now - 101 * DAY, now, "production")  # noqa: E731 - one call that a test repeats
    assert refused(long)[0] == 400


def test_the_library_is_read(sdk: Client) -> None:
    assert {tool.key for tool in sdk.agents.list_ai_tools(PROJECT).items} == {"lookup-order", "search-docs"}
    assert sdk.agents.get_ai_tool(PROJECT, "lookup-order").version == 2
    assert len(sdk.agents.list_ai_tool_versions(PROJECT, "lookup-order").items) == 2
    users = sdk.agents.list_ai_tool_references(PROJECT, "lookup-order")
    assert ("support-assistant", "warm-v1", 1) in [
        (each.ai_config_key, each.variation_key, each.tool_version) for each in users.items
    ]
    assert "OpenAI.gpt-4o" in {model.key for model in sdk.agents.list_model_configs(PROJECT)}
    assert sdk.agents.get_model_config(PROJECT, "OpenAI.gpt-4o").name == "GPT-4o"
    assert len(sdk.agents.list_model_config_versions(PROJECT, "OpenAI.gpt-4o").items) == 1
    assert sdk.agents.get_prompt_snippet(PROJECT, "tone").text.startswith("Be kind")
    assert len(sdk.agents.list_prompt_snippets(PROJECT).items) == 1
    assert len(sdk.agents.list_prompt_snippet_versions(PROJECT, "tone").items) == 1
    assert sdk.agents.list_prompt_snippet_references(PROJECT, "tone").total_count == 0
    assert sdk.agents.get_agent_skill(PROJECT, "refunds").markdown.startswith("# Refunds")
    assert len(sdk.agents.list_agent_skills(PROJECT).items) == 1
    assert len(sdk.agents.list_agent_skill_versions(PROJECT, "refunds").items) == 1
    assert sdk.agents.list_agent_skill_references(PROJECT, "refunds").items == []
    assert refused(lambda: sdk.agents.get_ai_tool(PROJECT, "nothing"))[0] == 404


def test_the_audit_log_is_read(sdk: Client) -> None:
    sdk.move("terse")
    log = sdk.audit.get_audit_log_entries(spec=f"proj/{PROJECT}:env/staging:aiconfig/{SUPPORT}", limit=20)
    newest = log.items[0]
    assert (newest.comment, newest.kind) == ("asked by @ana", "aiConfig")
    assert newest.member is not None
    assert newest.member.id == ADA
    entry = sdk.audit.get_audit_log_entry(newest.id)
    assert entry.previous_version is not None
    assert entry.current_version is not None
    found = sdk.audit.post_audit_log_entries(
        statement_post=[
            official.StatementPost(resources=["proj/*:env/*:aiconfig/*"], actions=["create*"], effect="allow")
        ]
    )
    assert {each.accesses[0].action for each in found.items} == {"createApprovalRequest"}
    assert refused(lambda: sdk.audit.get_audit_log_entries(limit=21))[0] == 400
    assert refused(lambda: sdk.audit.get_audit_log_entry("nobody"))[0] == 404


# Gates


def test_gates_are_read_and_set_as_a_beta(sdk: Client) -> None:
    def read() -> Any:
        return sdk.approvals_beta.get_approval_request_settings("beta", PROJECT, environment_key="production")

    assert refused(read)[:2] == (403, "forbidden")  # the client's own header wins over its argument
    sdk.http.default_headers["LD-API-Version"] = "beta"
    assert read()["aiconfig"].environments["production"].required is True
    patch = official.ApprovalRequestSettingsPatch(
        environment_key="staging", resource_kind="aiconfig", required=True, min_num_approvals=2
    )
    changed = sdk.approvals_beta.patch_approval_request_settings("beta", PROJECT, approval_request_settings_patch=patch)
    assert changed["aiconfig"].environments is not None
    assert changed["aiconfig"].environments["staging"].min_num_approvals == 2
    assert refused(lambda: sdk.move("terse"))[0] == 403
