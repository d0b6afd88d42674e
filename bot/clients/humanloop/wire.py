"""The wire format of the Humanloop v4 API, as its reference and OpenAPI document (info.version 4.0.1) describe it.

Parsing is lenient: unknown fields are kept, unknown enum values are strings, ids are opaque, an optional field may be
null or missing, a time without an offset is UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _list(value: Any) -> Any:
    return [] if value is None else value


Time = Annotated[datetime, AfterValidator(_in_utc)]
Item = TypeVar("Item")
Items = Annotated[list[Item], BeforeValidator(_list)]
"""An array; null reads as empty."""


class Wire(BaseModel):
    """Base class of response objects. Validation errors never contain the received data."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)


class Model(Wire):
    """The config union, discriminated by `type`: model, tool, evaluator, agent, generic; other fields are extra."""

    id: str
    type: str | None = None
    name: str | None = None
    description: str | None = None
    model: str | None = None
    provider: str | None = None
    prompt_template: str | None = None
    chat_template: list[dict[str, Any]] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_configs: list[dict[str, Any]] | None = None
    response_format: Any = None
    nested: dict[str, Any] | None = Field(None, alias="model_config")
    """The model config inside an agent or an evaluator."""


class Aggregate(Wire):
    """The mean result of one evaluator version for one config."""

    model_config_id: str
    evaluator_id: str
    evaluator_version_id: str
    aggregate_value: float | None = None


class ProjectConfig(Wire):
    """A config inside a project."""

    project_id: str
    project_name: str
    created_at: Time
    updated_at: Time
    last_used: Time
    config: Model


class Project(Wire):
    """A project."""

    id: str
    name: str
    team_id: str | None = None
    created_at: Time
    updated_at: Time
    directory_id: str | None = None


class Deployment(Wire):
    """What one environment of a project has live; `model_config_id` is null if nothing is."""

    project_id: str
    environment_id: str
    environment_name: str
    environment_tag: str
    model_config_id: str | None = None
    model_config_name: str | None = None


class Evaluator(Wire):
    """An evaluator. `type` is python, llm, human or external; python has `code`, llm has a config."""

    id: str
    name: str
    type: str
    return_type: str
    description: str | None = None
    arguments_type: str | None = None
    code: str | None = None
    nested: Model | None = Field(None, alias="model_config")


class Dataset(Wire):
    """A dataset; `project_id` is empty if it belongs to no project."""

    id: str
    name: str
    datapoint_count: int
    project_id: str = ""
    description: str | None = None
    created_at: Time
    updated_at: Time


class Evaluation(Wire):
    """An evaluation run. The answer contains neither its project nor its name."""

    id: str
    status: str
    config: Model
    evaluators: Items[Evaluator]
    dataset: Dataset
    dataset_version_id: str
    dataset_snapshot: Dataset | None = None
    evaluator_aggregates: Items[Aggregate] = []
    created_at: Time
    updated_at: Time


class Datapoint(Wire):
    """One case of a dataset."""

    id: str
    dataset_id: str | None = None
    inputs: dict[str, Any] | None = None
    messages: list[dict[str, Any]] | None = None
    target: dict[str, Any] | None = None


class EvaluationResult(Wire):
    """An evaluator's result for one log: a value, or the error why there is none."""

    id: str
    evaluator_id: str
    evaluator_version_id: str
    log_id: str
    evaluation_id: str | None = None
    value: bool | float | str | list[str] | None = None
    error: str | None = None
    created_at: Time
    updated_at: Time


class EvaluationDatapoint(Wire):
    """One case of a run, and what was said of what was generated for it."""

    datapoint: Datapoint
    evaluation_results: Items[EvaluationResult]


class Page(Wire, Generic[Item]):
    """One page; `total` counts all matches."""

    records: list[Item]
    total: int


PROJECT = TypeAdapter(Project)
PROJECTS = TypeAdapter(Page[Project])
PROJECT_CONFIGS = TypeAdapter(list[ProjectConfig])
DEPLOYMENTS = TypeAdapter(list[Deployment])
EVALUATION = TypeAdapter(Evaluation)
EVALUATIONS = TypeAdapter(list[Evaluation])
EVALUATION_DATAPOINTS = TypeAdapter(Page[EvaluationDatapoint])
