"""Configs (v4 reference: *List Configs*)."""

from __future__ import annotations

from bot.clients.humanloop import wire
from bot.clients.humanloop.operations.group import Group
from bot.clients.transport import Call, path_of


class Configs(Group):
    """Operations on configs."""

    async def list_configs(self, project_id: str, *, operation: str | None = None) -> list[wire.ProjectConfig]:
        """All configs of a project, in no stated order."""
        call = Call(
            "GET",
            path_of("/projects/{}/configs", project_id),
            operation or f"reading the configs of {project_id}",
        )
        return await self._transport.read(call, wire.PROJECT_CONFIGS)
