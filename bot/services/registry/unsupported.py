"""Operations of v4 that this registry does not support; they are answered with 501."""

from __future__ import annotations

from fastapi import APIRouter, Request

from bot.services.registry.errors import Refusal

OPERATIONS = (
    "POST /projects/{id}/export",
    "POST /projects/{id}/feedback-types",
    "PATCH /projects/{id}/feedback-types",
    "PATCH /datapoints/{id}",
    "DELETE /datapoints",
    "GET /logs",
    "POST /logs",
    "PATCH /logs",
    "DELETE /logs",
    "GET /logs/{id}",
    "PATCH /logs/{id}",
    "GET /sessions",
    "POST /sessions",
    "GET /sessions/{id}",
    "POST /feedback",
    "POST /chat",
    "POST /chat-deployed",
    "POST /chat-model-config",
    "POST /completion",
    "POST /completion-deployed",
    "POST /completion-model-config",
)
"""Method and path of each, as in the v4 reference."""

router = APIRouter()


async def _refuse(request: Request) -> None:
    raise Refusal(501, f"This registry does not support {request.method} {request.url.path}.")


for _operation in OPERATIONS:
    _method, _path = _operation.split()
    router.add_api_route(_path, _refuse, methods=[_method], include_in_schema=False)
