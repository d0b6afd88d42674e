"""The official client: how every operation fails, and that nothing is done by one that fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import launchdarkly_api as official
import pytest

from bot.services.launchdarkly import PROJECT, Fault, Token, World, rate_limited
from bot.services.launchdarkly.demo_configs import ADA, RAVI
from bot.services.launchdarkly.world import KINDS
from tests.bot.services.launchdarkly.official.conftest import DAY, RESOURCE, SUPPORT, Client, refused


def operations(sdk: Client, world: World) -> dict[str, Callable[[], Any]]:
    """One call of every operation in scope."""
    agents, approvals, now = sdk.agents, sdk.approvals, world.ms()
    variation = official.AIConfigVariationPost(key="polite", name="Polite")
    patch = official.AIConfigTargetingPatch(environment_key="staging", instructions=[{"kind": "removeRule"}])
    beta = official.ApprovalRequestPatchInput(instructions=[{"kind": "updateDescription", "value": "x"}])
    asking = official.CreateApprovalRequestRequest(resource_id=RESOURCE, description="x", instructions=[{}])
    review = official.PostApprovalRequestReviewRequest(kind="approve")
    apply = official.PostApprovalRequestApplyRequest()
    statement = official.StatementPost(actions=["*"], effect="allow")
    used = (PROJECT, SUPPORT, now - DAY, now, "production")
    return {
        "list configs": lambda: agents.get_ai_configs(PROJECT),
        "make a config": lambda: agents.post_ai_config(PROJECT, official.AIConfigPost(key="x", name="X")),
        "show a config": lambda: agents.get_ai_config(PROJECT, SUPPORT),
        "change a config": lambda: agents.patch_ai_config(PROJECT, SUPPORT, official.AIConfigPatch(name="X")),
        "remove a config": lambda: agents.delete_ai_config(PROJECT, SUPPORT),
        "make a variation": lambda: agents.post_ai_config_variation(PROJECT, SUPPORT, variation),
        "versions": lambda: agents.get_ai_config_variation(PROJECT, SUPPORT, "terse"),
        "edit a variation": lambda: agents.patch_ai_config_variation(
            PROJECT, SUPPORT, "terse", official.AIConfigVariationPatch(name="X")
        ),
        "remove a variation": lambda: agents.delete_ai_config_variation(PROJECT, SUPPORT, "terse"),
        "targeting": lambda: agents.get_ai_config_targeting(PROJECT, SUPPORT),
        "change targeting": lambda: agents.patch_ai_config_targeting(PROJECT, SUPPORT, patch),
        "use": lambda: agents.get_ai_config_metrics(*used),
        "use by variation": lambda: agents.get_ai_config_metrics_by_variation(*used),
        "quick stats": lambda: agents.get_ai_config_quick_stats(PROJECT, "production"),
        "model configs": lambda: agents.list_model_configs(PROJECT),
        "tools": lambda: agents.list_ai_tools(PROJECT),
        "snippets": lambda: agents.list_prompt_snippets(PROJECT),
        "skills": lambda: agents.list_agent_skills(PROJECT),
        "list requests": lambda: approvals.get_approval_requests(),
        "ask": lambda: approvals.post_approval_request(asking),
        "show a request": lambda: approvals.get_approval_request("x"),
        "review": lambda: approvals.post_approval_request_review("x", review),
        "apply": lambda: approvals.post_approval_request_apply("x", apply),
        "change a request": lambda: sdk.approvals_beta.patch_approval_request("x", beta),
        "take a request back": lambda: approvals.delete_approval_request("x"),
        "gates": lambda: sdk.approvals_beta.get_approval_request_settings("beta", PROJECT),
        "projects": lambda: sdk.projects.get_projects(),
        "a project": lambda: sdk.projects.get_project(PROJECT),
        "environments": lambda: sdk.environments.get_environments_by_project(PROJECT),
        "an environment": lambda: sdk.environments.get_environment(PROJECT, "staging"),
        "members": lambda: sdk.members.get_members(),
        "a member": lambda: sdk.members.get_member(RAVI),
        "teams": lambda: sdk.teams.get_teams(),
        "a team": lambda: sdk.teams.get_team("growth"),
        "metrics": lambda: sdk.metrics.get_metrics(PROJECT),
        "a metric": lambda: sdk.metrics.get_metric(PROJECT, "resolved-rate"),
        "the log": lambda: sdk.audit.get_audit_log_entries(),
        "search the log": lambda: sdk.audit.post_audit_log_entries(statement_post=[statement]),
        "the caller": lambda: sdk.other.get_caller_identity(),
    }


def test_every_operation_fails_as_the_client_expects(sdk: Client, host: str, world: World) -> None:
    stranger = Client(host, "api-stranger")
    for name, call in operations(stranger, world).items():
        assert refused(call)[:2] == (401, "unauthorized"), name
    stranger.close()
    before = {kind: world.all(kind) for kind in KINDS}
    for name, call in operations(sdk, world).items():
        for status in (429, 500, 403, 409):
            world.faults.add(Fault(status=status))
            assert refused(call)[0] == status, name
        world.faults.add(Fault(cut="before"))
        with pytest.raises(Exception, match=r"[Cc]onnection|IncompleteRead"):
            call()
    assert {kind: world.all(kind) for kind in KINDS} == before


def test_a_token_that_may_only_read_changes_nothing(host: str, world: World) -> None:
    world.tokens["api-reader"] = Token("api-reader", "reader", ADA, may_write=False)
    reader = Client(host, "api-reader")
    before = {kind: world.all(kind) for kind in KINDS}
    writes = ("make", "change", "remove", "edit", "ask", "review", "apply", "take")
    for name, call in operations(reader, world).items():
        if name.startswith(writes):
            status, _, message = refused(call)
            assert (status, "approval" in message) == (403, False), name
    assert operations(reader, world)["search the log"]().items
    assert {kind: world.all(kind) for kind in KINDS} == before
    reader.close()


# Faults


def test_rate_limits_and_breakdowns_look_as_the_client_expects(sdk: Client, world: World) -> None:
    world.faults.add(rate_limited(after=2, reset=1_790_000_000_000), Fault(status=500), Fault(status=409))
    with pytest.raises(official.ApiException) as caught:
        sdk.other.get_caller_identity()
    headers = caught.value.headers
    assert headers is not None
    assert (caught.value.status, headers["Retry-After"], headers["X-Ratelimit-Reset"]) == (429, "2", "1790000000000")
    assert refused(sdk.other.get_caller_identity)[0] == 500
    assert refused(sdk.other.get_caller_identity)[0] == 409
    assert sdk.other.get_caller_identity().member_id == ADA


def test_a_connection_may_break_before_or_after_the_write(sdk: Client, world: World) -> None:
    ids = sdk.ids()

    def live() -> str:
        document = sdk.agents.get_ai_config_targeting(PROJECT, SUPPORT)
        index = document.environments["staging"].fallthrough.variation
        assert index is not None
        return document.variations[index].id

    for cut, expected in (("before", "warm-v2"), ("after", "terse")):
        world.faults.add(Fault.model_validate({"method": "PATCH", "cut": cut}))
        with pytest.raises(Exception, match=r"[Cc]onnection|IncompleteRead"):
            sdk.move("terse")
        assert live() == ids[expected]
