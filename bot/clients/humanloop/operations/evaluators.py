"""Evaluators (v4 reference: *List*, *Create*, *Get*, *Update*, *Delete*)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.clients.humanloop import wire
from bot.clients.humanloop.operations.group import Group
from bot.clients.transport import Call, path_of


class Evaluators(Group):
    """Operations on evaluators."""

    async def list_evaluators(self) -> list[wire.Evaluator]:
        """All evaluators of the organisation."""
        return await self._transport.read(Call("GET", "/evaluators", "reading the evaluators"), wire.EVALUATORS)

    async def create_evaluator(
        self,
        *,
        name: str,
        description: str,
        type: str,  # noqa: A002 - its name on the wire
        arguments_type: str,
        return_type: str,
        code: str | None = None,
        model_config: Mapping[str, Any] | None = None,
    ) -> wire.Evaluator:
        """Create an evaluator; `code` is for type python, `model_config` for type llm."""
        body = {
            "name": name,
            "description": description,
            "type": type,
            "arguments_type": arguments_type,
            "return_type": return_type,
            "code": code,
            "model_config": model_config,
        }
        call = Call("POST", "/evaluators", f"creating evaluator {name}", body=body)
        return await self._transport.read(call, wire.EVALUATOR)

    async def get_evaluator(self, evaluator_id: str) -> wire.Evaluator:
        """One evaluator."""
        call = Call("GET", path_of("/evaluators/{}", evaluator_id), f"reading evaluator {evaluator_id}")
        return await self._transport.read(call, wire.EVALUATOR)

    async def update_evaluator(
        self,
        evaluator_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        arguments_type: str | None = None,
        return_type: str | None = None,
        code: str | None = None,
        model_config: Mapping[str, Any] | None = None,
    ) -> wire.Evaluator:
        """Change the fields that are passed; the type cannot change."""
        body = {
            "name": name,
            "description": description,
            "arguments_type": arguments_type,
            "return_type": return_type,
            "code": code,
            "model_config": model_config,
        }
        path = path_of("/evaluators/{}", evaluator_id)
        call = Call("PATCH", path, f"updating evaluator {evaluator_id}", body=body)
        return await self._transport.read(call, wire.EVALUATOR)

    async def delete_evaluator(self, evaluator_id: str) -> None:
        """Delete an evaluator."""
        path = path_of("/evaluators/{}", evaluator_id)
        await self._transport.do(Call("DELETE", path, f"deleting evaluator {evaluator_id}"))
