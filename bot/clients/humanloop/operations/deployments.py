"""Deployments: what is live.

v4 reference: *List Deployed Configs*, *Deploy Config*, *Delete Deployed Config*.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.clients.humanloop import wire
from bot.clients.humanloop.operations.group import Group
from bot.clients.transport import Call, path_of


class Deployments(Group):
    """Operations on deployments."""

    async def list_deployed_configs(self, project_id: str, *, operation: str | None = None) -> list[wire.Deployment]:
        """One row per environment, including those where nothing is live."""
        call = Call(
            "GET",
            path_of("/projects/{}/deployed-configs", project_id),
            operation or f"reading what {project_id} has live",
        )
        return await self._transport.read(call, wire.DEPLOYMENTS)

    async def deploy_config(
        self, project_id: str, config_id: str, environment_ids: Sequence[str], *, operation: str | None = None
    ) -> list[wire.Deployment]:
        """Make a config live in these environments. Which rows the answer contains is not documented."""
        call = Call(
            "PATCH",
            path_of("/projects/{}/deploy-config", project_id),
            operation or f"deploying {config_id} of {project_id} to {', '.join(environment_ids)}",
            body={"config_id": config_id, "environments": [{"id": identifier} for identifier in environment_ids]},
        )
        return await self._transport.read(call, wire.DEPLOYMENTS)

    async def delete_deployed_config(
        self, project_id: str, environment_id: str, *, operation: str | None = None
    ) -> None:
        """Make nothing live in the environment with that id; the answer's body is not specified."""
        path = path_of("/projects/{}/deployed-config/{}", project_id, environment_id)
        await self._transport.do(Call("DELETE", path, operation or f"deactivating {project_id} in {environment_id}"))
