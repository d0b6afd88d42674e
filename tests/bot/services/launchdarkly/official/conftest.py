"""The official client `launchdarkly-api` 25.0.1, unchanged, one for each member, and the service on a port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import launchdarkly_api as official
import pytest

from bot.services.launchdarkly import PROJECT, World
from bot.services.launchdarkly.demo_configs import RAVI
from tests.bot.services.launchdarkly.conftest import REVIEWER, TOKEN, moved, served

SEMANTIC = "application/json; domain-model=launchdarkly.semanticpatch"
SUPPORT = "support-assistant"
RESOURCE = f"proj/{PROJECT}:env/production:aiconfig/{SUPPORT}"
DAY = 86_400_000


class Client:
    """The parts of the official client that are in scope, with one token."""

    def __init__(self, host: str, token: str) -> None:
        configuration = official.Configuration(host=host, api_key={"ApiKey": token})
        configuration.retries = False  # the client would sleep on 429
        self.http = official.ApiClient(configuration)
        self.agents = official.AgentControlApi(self.http)
        self.approvals = official.ApprovalsApi(self.http)
        self.approvals_beta = official.ApprovalsBetaApi(self.http)
        self.audit = official.AuditLogApi(self.http)
        self.environments = official.EnvironmentsApi(self.http)
        self.members = official.AccountMembersApi(self.http)
        self.metrics = official.MetricsApi(self.http)
        self.other = official.OtherApi(self.http)
        self.projects = official.ProjectsApi(self.http)
        self.teams = official.TeamsApi(self.http)

    def ids(self, config: str = SUPPORT) -> dict[str, str]:
        """Ids of the targeting entries by variation key."""
        document = self.agents.get_ai_config_targeting(PROJECT, config)
        return {key_of(each): each.id for each in document.variations}

    def move(self, variation: str, environment: str = "staging", *, content_type: str | None = SEMANTIC) -> Any:
        """Move the default rule of the support assistant."""
        patch = official.AIConfigTargetingPatch(
            environment_key=environment, instructions=[moved(self.ids()[variation])], comment="asked by @ana"
        )
        return self.agents.patch_ai_config_targeting(
            PROJECT, SUPPORT, ai_config_targeting_patch=patch, _content_type=content_type
        )

    def ask(self) -> Any:
        """Ask for an approval of a deploy to production."""
        body = official.CreateApprovalRequestRequest(
            resource_id=RESOURCE,
            description="deploy support-assistant@warm-v2 to production",
            instructions=[moved(self.ids()["warm-v2"])],
            notify_member_ids=[RAVI],
        )
        return self.approvals.post_approval_request(body)

    def close(self) -> None:
        """Close the connections."""
        self.http.rest_client.pool_manager.clear()


def key_of(entry: official.AIConfigTargetingVariation) -> str:
    """The variation key of a targeting entry."""
    value = entry.value.actual_instance
    assert isinstance(value, dict)
    return str(value["_ldMeta"]["variationKey"])


@pytest.fixture
def host(world: World) -> Iterator[str]:
    with served(world) as base:
        yield base


@pytest.fixture
def sdk(host: str) -> Iterator[Client]:
    client = Client(host, TOKEN)
    yield client
    client.close()


@pytest.fixture
def reviewing(host: str) -> Iterator[Client]:
    client = Client(host, REVIEWER)
    yield client
    client.close()


def refused(call: Callable[[], Any]) -> tuple[int, str, str]:
    """What the client raises: status, code and message."""
    with pytest.raises(official.ApiException) as caught:
        call()
    document = caught.value.body
    assert document is not None
    body = official.InvalidRequestErrorRep.from_json(document)
    assert body is not None
    return caught.value.status or 0, body.code, body.message
