"""The operations of the LaunchDarkly REST API that we need, one method each, with the names of its reference.

Every method can raise `ProviderError`. The environment of a change is always passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import TypeAdapter

from bot.clients.launchdarkly import wire
from bot.clients.transport import Call, Transport, path_of

PAGE_SIZE = 100
MOST_ENTRIES = 20
"""The largest page size of the audit log."""

MOST_PAGES = 1_000
"""Reading stops with an error after this many pages: the service's paging must be broken."""

SEMANTIC_PATCH = "application/json; domain-model=launchdarkly.semanticpatch"

VIEW, MOVE = "viewProject", "updateAIConfigTargeting"
"""Permissions of a role, by the service's names (*Role actions*)."""

Instruction = Mapping[str, Any]
Item = TypeVar("Item")


class Operations:
    """All operations on one LaunchDarkly project. `operation` describes a call to people and in logs."""

    def __init__(self, transport: Transport, project: str) -> None:
        self._transport = transport
        self._project = project

    def resource(self, environment: str | None, config: str) -> str:
        """The resource specifier of an AI Config, in one environment or (None) overall, for approvals and audit log."""
        place = "" if environment is None else f":env/{environment}"
        return f"proj/{self._project}{place}:aiconfig/{config}"

    async def caller(self) -> wire.Caller:
        """Whose token it is (*Identify the caller*)."""
        return await self._transport.read(Call("GET", "/api/v2/caller-identity", "asking who we are"), wire.CALLER)

    # AI Configs (*List AI Configs*, *Get AI Config*, *Update AI Config*, *Get AI Config variation*)

    async def list_ai_configs(self) -> list[wire.AIConfig]:
        """All AI Configs with their variations, from all pages."""
        call = Call("GET", self._path("/ai-configs"), "reading the AI Configs", right=VIEW)
        records = await self._all(call, wire.AI_CONFIGS)
        return list({each.key: each for each in records}.values())

    async def get_ai_config(self, config: str, *, operation: str) -> wire.AIConfig:
        """One AI Config with its variations."""
        return await self._transport.read(
            Call("GET", self._path("/ai-configs/{}", config), operation, right=VIEW), wire.AI_CONFIG
        )

    async def update_ai_config(self, config: str, body: Mapping[str, Any], *, operation: str) -> wire.AIConfig:
        """Change only the fields in `body`."""
        call = Call("PATCH", self._path("/ai-configs/{}", config), operation, body=body, right="updateAIConfig")
        return await self._transport.read(call, wire.AI_CONFIG)

    # targeting (*Show an AI Config's targeting*, *Update AI Config targeting*)

    async def get_targeting(self, config: str, *, operation: str) -> wire.Targeting:
        """What is served in every environment."""
        call = Call("GET", self._path("/ai-configs/{}/targeting", config), operation, right=VIEW)
        return await self._transport.read(call, wire.TARGETING)

    async def patch_targeting(
        self, config: str, environment: str, instructions: Sequence[Instruction], *, comment: str, operation: str
    ) -> wire.Targeting:
        """Change one environment; all instructions take effect, or none. Returns the new state of all environments."""
        body = {"environmentKey": environment, "instructions": list(instructions), "comment": comment or None}
        path = self._path("/ai-configs/{}/targeting", config)
        call = Call("PATCH", path, operation, body=body, content_type=SEMANTIC_PATCH, right=MOVE)
        return await self._transport.read(call, wire.TARGETING)

    async def list_environments(self, *, operation: str) -> list[wire.Environment]:
        """All environments of the project, from all pages, without their SDK keys (*List environments*)."""
        return await self._all(Call("GET", self._path("/environments"), operation, right=VIEW), wire.ENVIRONMENTS)

    # approvals (*Create approval request*, *List*, *Get*, *Apply*, *Delete*)

    async def create_approval(
        self, resource: str, instructions: Sequence[Instruction], *, description: str, operation: str
    ) -> wire.Approval:
        """Create an approval request for these instructions."""
        body = {"resourceId": resource, "description": description, "instructions": list(instructions)}
        call = Call("POST", "/api/v2/approval-requests", operation, body=body, right="createApprovalRequest")
        return await self._transport.read(call, wire.APPROVAL)

    async def pending_approvals(self, resource: str, *, operation: str) -> list[wire.Approval]:
        """The approval requests for this resource that are still pending."""
        query = {"filter": f'resourceId equals {resource},status anyOf ["pending"]'}
        records = await self._all(Call("GET", "/api/v2/approval-requests", operation, query), wire.APPROVALS)
        return [each for each in records if each.resource == resource and each.status == "pending"]

    async def get_approval(self, approval: str) -> wire.Approval:
        """One approval request."""
        path = path_of("/api/v2/approval-requests/{}", approval)
        return await self._transport.read(Call("GET", path, f"reading approval request {approval}"), wire.APPROVAL)

    async def apply_approval(self, approval: str, *, comment: str) -> wire.Approval:
        """Apply an approval request."""
        path = path_of("/api/v2/approval-requests/{}/apply", approval)
        operation = f"applying approval request {approval}"
        call = Call("POST", path, operation, {}, {"comment": comment or None}, right="applyApprovalRequest")
        return await self._transport.read(call, wire.APPROVAL)

    async def delete_approval(self, approval: str) -> None:
        """Delete an approval request."""
        path = path_of("/api/v2/approval-requests/{}", approval)
        await self._transport.do(Call("DELETE", path, f"taking approval request {approval} back"))

    # people and history (*List account members*, *List teams*, *Get metric*, *List audit log entries*)

    async def find_members(self, condition: str, *, operation: str) -> list[wire.Member]:
        """Members that match a filter: ``query:…``, ``email:…|…``, ``id:…|…``."""
        return await self._all(Call("GET", "/api/v2/members", operation, {"filter": condition}), wire.MEMBERS)

    async def find_teams(self, words: str, *, operation: str) -> list[wire.Team]:
        """Teams whose key or name contains these words."""
        return await self._all(Call("GET", "/api/v2/teams", operation, {"filter": f"query:{words}"}), wire.TEAMS)

    async def get_metric(self, metric: str, *, operation: str) -> wire.Metric:
        """One metric of the project."""
        call = Call("GET", path_of("/api/v2/metrics/{}/{}", self._project, metric), operation, right=VIEW)
        return await self._transport.read(call, wire.METRIC)

    async def newest_audit_entry(
        self, resource: str, action: str | None = None, *, operation: str
    ) -> wire.AuditEntry | None:
        """The newest entry about a resource; with `action`, the newest of that action among the last `MOST_ENTRIES`."""
        call = Call(
            "GET", "/api/v2/auditlog", operation, {"spec": resource, "limit": 1 if action is None else MOST_ENTRIES}
        )
        page = await self._transport.read(call, wire.AUDIT)
        entries = (each for each in page.items if action in (None, *(access.action for access in each.accesses)))
        return max(entries, key=lambda each: each.date, default=None)

    def _path(self, template: str, *keys: str) -> str:
        return path_of("/api/v2/projects/{}" + template, self._project, *keys)

    async def _all(self, call: Call, answer: TypeAdapter[wire.Page[Item]]) -> list[Item]:
        """Read the items of all pages, until the announced total is reached, there is no next page, or a page is empty.

        Raises `UNINTELLIGIBLE` if the list does not end.
        """
        items: list[Item] = []
        for _ in range(MOST_PAGES):
            query = {**call.query, "limit": PAGE_SIZE, "offset": len(items) or None}
            page = await self._transport.read(replace(call, query=query), answer)
            items += page.items
            more = page.links.get("next") is not None if page.total is None else len(items) < page.total
            if not page.items or not more:
                return items
        raise self._transport.unintelligible(call, f"more than {MOST_PAGES} pages")
