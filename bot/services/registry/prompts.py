"""Configs to `.prompt` files and back (v4 reference, *Model Configs*: *Export*, *Serialize*, *Deserialize*)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import select

from bot.services.registry.configs import COLUMNS, digest
from bot.services.registry.errors import Refusal, not_found, wrong_field
from bot.services.registry.identifiers import Prefix, stable_id
from bot.services.registry.promptformat import Prompt, PromptError, parse, serialise
from bot.services.registry.service import Here
from bot.services.registry.tables import configs
from bot.services.registry.wire import Deserialize, ModelConfig, Serialize

router = APIRouter(tags=["Configs"])

_AS_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {"schema": {"type": "string"}}, "text/prompt": {"schema": {"type": "string"}}}
    }
}


@router.post("/model-configs/{id}/export", summary="Export", response_class=JSONResponse, responses=_AS_FILE)
async def export_config(id: str, request: Request, here: Here) -> Response:  # noqa: A002 - its name on the wire
    """A config as the text of a `.prompt` file: a JSON string, or plain text for callers that accept only that."""
    async with here.database.read() as connection:
        row = (await connection.execute(select(*COLUMNS).where(configs.c.id == id))).one_or_none()
    if row is None:
        raise not_found("Model config", id)
    text = _as_text(row.config_parameters, row.config_description)
    accepted = request.headers.get("accept", "")
    if "text/prompt" in accepted and "json" not in accepted:
        return Response(text, media_type="text/prompt")
    return JSONResponse(text)


@router.post("/model-configs/serialize", summary="Serialize")
async def serialize_config(body: Serialize) -> str:
    """Parameters as the text of a `.prompt` file."""
    return _as_text(body.parameters(), body.description)


@router.post("/model-configs/deserialize", summary="Deserialize")
async def deserialize_config(body: Deserialize) -> ModelConfig:
    """The parameters in the text of a `.prompt` file. Nothing is stored; the id is derived from the parameters."""
    try:
        prompt = parse(body.config)
    except PromptError as error:
        raise wrong_field(["body", "config"], f"line {error.line}: {error.message}") from None
    parameters_digest = digest(prompt.parameters)
    config_id = stable_id(Prefix.CONFIG, "deserialized", parameters_digest)
    return ModelConfig.of(config_id, f"config-{parameters_digest[:6]}", prompt.description, prompt.parameters)


def _as_text(parameters: dict[str, Any], description: str | None) -> str:
    """The text of the file. A chat template implies the endpoint chat; complete is only the default.

    Raises 422 for a config that the format cannot express.
    """
    if parameters.get("chat_template") is not None and parameters["endpoint"] == "complete":
        parameters = parameters | {"endpoint": "chat"}
    try:
        return serialise(Prompt(parameters, description))
    except ValueError as error:
        raise Refusal(422, f"This config does not fit into a .prompt file: {error}.") from None
