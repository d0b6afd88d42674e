"""Conversion of Humanloop's wire objects to domain objects."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from bot.clients.humanloop import wire
from bot.domain.contents import Content, Message
from bot.domain.evaluations import Evaluation, Evaluator, Progress, Score
from bot.domain.live_state import NOTHING, LiveState, One
from bot.domain.names import Config, Environment, Project

PROMPT_ROLE = "prompt"
"""The role of a completion template, which has no messages."""

_NOT_PARAMETERS = frozenset(
    {"id", "type", "name", "description", "model", "provider", "prompt_template", "chat_template"}
    | {"tools", "tool_configs", "response_format", "nested", "model_config", "status", "created_by"}
)
"""Fields that are not parameters: names, and fields that a `Content` has of its own."""


def project(provider: str, record: wire.Project) -> Project:
    """A project."""
    return Project(provider, record.id, record.name)


def environment(provider: str, row: wire.Deployment) -> Environment:
    """The environment that a deployment row stands for."""
    return Environment(provider, row.environment_id, row.environment_name, is_default=row.environment_tag == "default")


def served(row: wire.Deployment) -> LiveState:
    """The live state in a deployment row. A config never changes, so its id is also its content version."""
    if not row.model_config_id:
        return NOTHING
    return LiveState(One(row.model_config_id, row.model_config_id, row.model_config_name or ""))


def config(provider: str, project_id: str, model: wire.Model) -> Config:
    """A config; if it has no name, its id is used."""
    return Config(provider, project_id, model.id, model.name or model.id, content_version=model.id)


def content(model: wire.Model) -> Content:
    """The content of a config; fields that we do not know become parameters."""
    inner = content(wire.Model.model_validate({"id": model.id, **model.nested})) if model.nested else Content()
    return Content(
        messages=inner.messages + tuple(_messages(model)),
        model=model.model or inner.model,
        vendor=model.provider or inner.vendor,
        parameters={**inner.parameters, **_parameters(model)},
        tools={**inner.tools, **_tools(model.tools or model.tool_configs or [])},
        response_format=inner.response_format if model.response_format is None else model.response_format,
    )


def evaluation(provider: str, project_id: str, run: wire.Evaluation) -> Evaluation:
    """An evaluation run with the scores of its own config. The dataset size is that at the time of the run."""
    return Evaluation(
        provider=provider,
        project_id=project_id,
        id=run.id,
        status=run.status,
        config_id=run.config.id,
        config_name=run.config.name or run.config.id,
        evaluators=tuple(Evaluator(item.id, item.name, item.type, item.return_type) for item in run.evaluators),
        scores=tuple(
            Score(item.evaluator_id, item.evaluator_version_id, _finite(item.aggregate_value))
            for item in run.evaluator_aggregates
            if item.model_config_id == run.config.id
        ),
        dataset_id=run.dataset.id,
        dataset_name=run.dataset.name,
        dataset_version_id=run.dataset_version_id,
        datapoints=(run.dataset_snapshot or run.dataset).datapoint_count,
        created_at=run.created_at,
        updated_at=run.updated_at,
    )


def progress(page: wire.Page[wire.EvaluationDatapoint], evaluation: Evaluation) -> Progress:
    """How many datapoints of a page the evaluators have judged; a failed judgement does not count."""
    judges_by_row = [
        {result.evaluator_id for result in row.evaluation_results if not result.error} for row in page.records
    ]
    required = {evaluator.id for evaluator in evaluation.evaluators}
    return Progress(
        total=page.total,
        looked_at=len(judges_by_row),
        done=sum(required <= judges for judges in judges_by_row),
        judged={
            evaluator.id: sum(evaluator.id in judges for judges in judges_by_row) for evaluator in evaluation.evaluators
        },
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _messages(model: wire.Model) -> Iterable[Message]:
    if model.prompt_template is not None:
        yield Message(PROMPT_ROLE, model.prompt_template)
    for message in model.chat_template or []:
        yield Message(str(message.get("role", "")), "\n".join(_lines(message)))


def _lines(message: Mapping[str, Any]) -> Iterable[str]:
    """The text of a message, then every other field as a line of its own, so that a diff shows every difference."""
    body = message.get("content")
    for part in body if isinstance(body, list) else [body]:
        if isinstance(part, Mapping) and part.get("type") == "text":
            yield str(part.get("text", ""))
        elif part is not None:
            yield part if isinstance(part, str) else json.dumps(part, ensure_ascii=False, sort_keys=True)
    for name, value in message.items():
        if name not in ("role", "content") and value is not None:
            yield f"{name}: {json.dumps(value, ensure_ascii=False, sort_keys=True)}"


def _parameters(model: wire.Model) -> dict[str, Any]:
    fields = model.model_dump(mode="json")
    return {name: value for name, value in fields.items() if name not in _NOT_PARAMETERS and value not in (None, {})}


def _tools(definitions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Tool definitions by name; a duplicate name gets a number."""
    tools: dict[str, Any] = {}
    for definition in definitions:
        name = str(definition.get("name") or definition.get("id") or "tool")
        count = sum(other == name or other.startswith(f"{name} (") for other in tools)
        fields = {key: value for key, value in definition.items() if key != "name" and value is not None}
        tools[f"{name} ({count + 1})" if count else name] = fields
    return tools
