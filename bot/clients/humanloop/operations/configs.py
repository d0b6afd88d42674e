"""Configs, also as `.prompt` files (v4: *List Configs*, *Register*, *Get*, *Export*, *Serialize*, *Deserialize*)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.clients.humanloop import wire
from bot.clients.humanloop.operations.group import Group
from bot.clients.transport import Call, path_of


class Configs(Group):
    """Operations on configs."""

    async def list_configs(
        self, project_id: str, *, evaluation_aggregates: bool | None = None, operation: str | None = None
    ) -> list[wire.ProjectConfig]:
        """All configs of a project; the order is not documented."""
        call = Call(
            "GET",
            path_of("/projects/{}/configs", project_id),
            operation or f"reading the configs of {project_id}",
            {"evaluation_aggregates": evaluation_aggregates},
        )
        return await self._transport.read(call, wire.PROJECT_CONFIGS)

    async def register_config(self, fields: Mapping[str, Any]) -> wire.ProjectConfig:
        """Register a model config; equal parameters give the same id. A project's first config becomes live."""
        call = Call("POST", "/model-configs", "registering a config", body=fields)
        return await self._transport.read(call, wire.PROJECT_CONFIG)

    async def get_model_config(self, config_id: str) -> wire.Model:
        """One model config."""
        call = Call("GET", path_of("/model-configs/{}", config_id), f"reading config {config_id}")
        return await self._transport.read(call, wire.MODEL)

    async def export_config(self, config_id: str) -> str:
        """A config as the text of a `.prompt` file."""
        path = path_of("/model-configs/{}/export", config_id)
        return await self._transport.read_text(Call("POST", path, f"exporting config {config_id}", computes=True))

    async def serialize_config(self, fields: Mapping[str, Any]) -> str:
        """Turn a config's parameters (as for *Register*, without the project) into the text of a `.prompt` file."""
        call = Call("POST", "/model-configs/serialize", "writing a .prompt file", body=fields, computes=True)
        return await self._transport.read_text(call)

    async def deserialize_config(self, text: str) -> wire.Model:
        """Parse the text of a `.prompt` file. Nothing is registered."""
        body = {"config": text}
        call = Call("POST", "/model-configs/deserialize", "reading a .prompt file", body=body, computes=True)
        return await self._transport.read(call, wire.MODEL)
