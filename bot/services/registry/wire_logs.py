"""v4 request bodies and responses for datapoints, logs of evaluations and results."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    Tag,
    model_validator,
)

from bot.services.registry.bodies import MOST_IDS, Body, Part
from bot.services.registry.wire import ChatMessage, ModelConfig, Parameters

# Datapoints


class CreateDatapoint(Body):
    """One new datapoint."""

    inputs: dict[str, str] | None = None
    messages: list[ChatMessage] | None = None
    target: dict[str, Any] | None = None


class CreateDatapointsFromLogs(Body):
    """New datapoints with the inputs and messages of logs, and without a target, which people have to add."""

    log_ids: Annotated[list[str], Field(max_length=MOST_IDS)]


def _kind(body: Any) -> str:
    if isinstance(body, list):
        return "datapoint[several]"
    return "datapoint[logs]" if isinstance(body, dict) and "log_ids" in body else "datapoint[one]"


CreateDatapoints = Annotated[
    Annotated[CreateDatapointsFromLogs, Tag("datapoint[logs]")]
    | Annotated[CreateDatapoint, Tag("datapoint[one]")]
    | Annotated[list[CreateDatapoint], Tag("datapoint[several]")],
    Discriminator(_kind),
]
"""Body of *Create Datapoint*: one, several, or the ids of logs."""


class Datapoint(BaseModel):
    """One case of a dataset."""

    id: str
    dataset_id: str
    inputs: dict[str, str] | None
    messages: list[ChatMessage] | None
    target: dict[str, Any] | None


# Logs


class LoggedConfig(Parameters):
    """A config written out in a log, which is only stored: the config of the run counts. No unknown fields."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    name: str | None = None
    description: str | None = None
    type: Literal["model"] | None = None


class LogContent(Part):
    """The log of one generation. Durations are in seconds, costs in US dollars."""

    session_id: str | None = None
    session_reference_id: str | None = None
    parent_id: str | None = None
    parent_reference_id: str | None = None
    inputs: dict[str, Any] | None = None
    source: str | None = None
    metadata: dict[str, Any] | None = None
    save: bool | None = None
    source_datapoint_id: str | None = None
    reference_id: str | None = None
    messages: list[ChatMessage] | None = None
    output: str | None = None
    judgment: StrictBool | StrictInt | StrictFloat | list[str] | str | None = None
    environment: str | None = None
    error: str | None = None
    stdout: str | None = None
    duration: float | None = None
    output_message: ChatMessage | None = None
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    prompt_cost: float | None = None
    output_cost: float | None = None
    provider_request: dict[str, Any] | None = None
    provider_response: dict[str, Any] | None = None
    user: str | None = None
    provider_latency: float | None = None
    tokens: int | None = None
    raw_output: str | None = None
    finish_reason: str | None = None


def in_utc(time: datetime) -> datetime:
    """Convert a time to UTC; a time without an offset is taken as UTC. Raises `ValueError`."""
    try:
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError:
        raise ValueError("times have to lie between the years 1 and 9999") from None


class NewLog(LogContent):
    """The log in the body of *Log* (evaluation). Feedback is not stored."""

    project: str | None = None
    project_id: str | None = None
    config_id: str | None = None
    config: LoggedConfig | None = None
    created_at: Annotated[datetime, AfterValidator(in_utc)] | None = None


class CreateLog(Body):
    """Body of *Log* (evaluation)."""

    datapoint_id: str
    log: NewLog


class LogReference(BaseModel):
    """The ids of a stored log."""

    id: str
    project_id: str
    session_id: str | None


# Results


def _measurable(value: Any) -> Any:
    try:
        finite = math.isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        raise ValueError("numbers have to fit into 64 bits")
    return value


class CreateResult(Body):
    """Body of *Result* (evaluation)."""

    log_id: str
    evaluator_id: str
    result: Annotated[StrictBool | StrictInt | StrictFloat, AfterValidator(_measurable)] | None = None
    error: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.result is None and self.error is None:
            raise ValueError("give one of result and error")
        return self


class EvaluationResult(BaseModel):
    """An evaluator's result for a log."""

    id: str
    evaluator_id: str
    evaluator_version_id: str
    evaluation_id: str
    log_id: str
    value: StrictBool | StrictInt | StrictFloat | str | list[str] | None
    error: str | None
    created_at: datetime
    updated_at: datetime
    log: None = None
    evaluator_log: None = None
    version_id: None = None
    version: None = None


class Log(LogContent):
    """A log in a response."""

    id: str
    project: str
    project_id: str
    config_id: str
    config: ModelConfig
    evaluation_results: list[EvaluationResult]
    observability_status: Literal["pending", "running", "completed", "failed"] = "completed"
    created_at: datetime
    updated_at: datetime
    feedback: list[Any] = Field(default_factory=list)
    tools: list[Any] | None = None


class EvaluationDatapoint(BaseModel):
    """A case of a run: its datapoint, log and results."""

    datapoint: Datapoint
    evaluation_results: list[EvaluationResult]
    log: Log | None
