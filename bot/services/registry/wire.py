"""Bodies and answers of the v4 wire format, field for field.

Answers carry every field, unset ones as null. Bodies ignore fields they do not know, unless the reference declares them
closed, and take null for a field that may be left out as if it were left out.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.services.registry.bodies import MOST_IDS, Body, DirectoryId, Name, Part, ShortName, ShortText, if_set
from bot.services.registry.identifiers import Prefix, stable_id

Status = Literal["pending", "running", "completed", "cancelled"]
Provider = Literal["openai", "openai_azure", "mock", "anthropic", "bedrock", "cohere", "replicate", "google", "groq"]
EvaluatorType = Literal["python", "llm", "human", "external"]
ArgumentsType = Literal["target_free", "target_required"]
ReturnType = Literal["boolean", "number", "select", "multi_select", "text"]


# Configs


class ImageUrl(Part):
    """Where an image is."""

    url: str
    detail: str | None = if_set()


class ContentPart(Part):
    """A text or an image inside a chat message."""

    type: Literal["text", "image_url"]
    text: str | None = if_set()
    image_url: ImageUrl | None = if_set()

    @model_validator(mode="after")
    def _holds_what_it_says(self) -> Self:
        if getattr(self, self.type) is None:
            raise ValueError(f"a part of type {self.type} needs the field {self.type}")
        return self


class ToolCallFunction(Part):
    """Which function a model called, and with what; `arguments` is JSON in a string."""

    name: str
    arguments: str | None = None


class ToolCall(Part):
    """A call that a model made."""

    id: str
    type: Literal["function"]
    function: ToolCallFunction


class ChatMessage(Part):
    """One message of a chat template."""

    role: Literal["user", "assistant", "system", "tool"]
    content: str | list[ContentPart] | None = None
    name: str | None = None
    tool_call_id: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call: ToolCallFunction | None = None


class ResponseFormat(Part):
    """What shape a model has to answer in."""

    type: Literal["json_object", "json_schema"]
    json_schema: dict[str, Any] | None = if_set()


class Tool(Part):
    """A function that a model may call, written out where it is used."""

    name: Annotated[str, StringConstraints(min_length=1)]
    description: str | None = None
    parameters: dict[str, Any] | None = None
    source: str | None = None
    strict: bool | None = if_set()
    source_code: str | None = if_set()
    other: dict[str, Any] | None = if_set()
    preset_name: str | None = if_set()

    @model_validator(mode="before")
    @classmethod
    def _written_out(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("source") == "organization":
            raise ValueError("this registry keeps no organization tools: write the tool out with its name")
        return value


class Parameters(Part):
    """What makes a config the config it is: equal parameters are the same config of a project.

    The two fields of the 2025 reference are answered only when they are set, because clients of 2024 do not know them.
    """

    model: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    provider: Provider = "openai"
    endpoint: Literal["complete", "chat", "edit"] = "complete"
    prompt_template: str | None = None
    chat_template: list[ChatMessage] | None = None
    max_tokens: int = -1
    temperature: float = 1
    top_p: float = 1
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] = 0
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] = 0
    stop: str | list[str] | None = None
    seed: int | None = None
    response_format: ResponseFormat | None = None
    tools: list[Tool] | None = None
    other: dict[str, Any] = Field(default_factory=dict)
    reasoning_effort: Literal["high", "medium", "low"] | int | None = if_set()
    template_language: Literal["default", "jinja"] | None = if_set()


class Serialize(Parameters, Body):
    """Body of *Serialize*. Closed."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    name: Name | None = None
    description: str | None = None

    def parameters(self) -> dict[str, Any]:
        """The parameters as they are kept: without project, name and description."""
        return self.model_dump(mode="json", include=set(Parameters.model_fields))


class Register(Serialize):
    """Body of *Register* (model config). Closed."""

    project: Name | None = None
    project_id: str | None = None

    @model_validator(mode="after")
    def _one_project(self) -> Self:
        if (self.project is None) == (self.project_id is None):
            raise ValueError("give one of project and project_id")
        return self


class Deserialize(Body):
    """Body of *Deserialize*: the text of a `.prompt` file."""

    config: str


class ToolAnswer(Tool):
    """A tool of a config; its id follows from its content."""

    id: str


class ModelConfig(Parameters):
    """A config as it is answered."""

    id: str
    type: Literal["model"] = "model"
    name: str
    description: str | None
    tools: list[ToolAnswer] = Field(default_factory=list)  # type: ignore[assignment]  # answered with ids
    tool_configs: None = None

    @classmethod
    def of(cls, id: str, name: str, description: str | None, parameters: dict[str, Any]) -> Self:  # noqa: A002 - its name on the wire
        """The answer for stored parameters."""
        tools = [
            tool | {"id": stable_id(Prefix.TOOL, json.dumps(tool, sort_keys=True))}
            for tool in parameters.get("tools") or ()
        ]
        return cls.model_validate(parameters | {"id": id, "name": name, "description": description, "tools": tools})


class Aggregate(BaseModel):
    """The mean result of one evaluator version for one config; null while there is none."""

    model_config = ConfigDict(protected_namespaces=())

    model_config_id: str
    evaluator_id: str
    evaluator_version_id: str
    aggregate_value: float | None


class ProjectConfig(BaseModel):
    """A config in its project."""

    project_id: str
    project_name: str
    created_at: datetime
    updated_at: datetime
    last_used: datetime
    config: ModelConfig
    num_datapoints: int | None
    evaluation_aggregates: list[Aggregate] | None


class ActiveConfig(ProjectConfig):
    """What an environment runs."""

    environment_id: str | None


# Projects


class CreateProject(Body):
    """Body of *Create* (project)."""

    name: Name
    directory_id: DirectoryId | None = None


class UpdateProject(Body):
    """Body of *Update* (project): only what is sent changes."""

    name: Name | None = None
    active_config_id: str | None = None
    directory_id: DirectoryId | None = None


class User(BaseModel):
    """A person of the organisation."""

    id: str
    email_address: str
    full_name: str | None


class Project(BaseModel):
    """A project. Logs are not counted, so `data_count` is 0; there are no feedback types or monitoring evaluators."""

    id: str
    name: str
    users: list[User]
    data_count: int = 0
    feedback_types: list[dict[str, Any]] = []
    team_id: str
    created_at: datetime
    updated_at: datetime
    active_config: ProjectConfig | None
    config_type: Literal["generic", "model", "tool", "agent", "evaluator"] | None
    active_evaluators: list[Evaluator] | None = []
    directory_id: str | None


# Deployments


class EnvironmentReference(Part):
    """An environment by its id; a name beside it is ignored."""

    id: str


class DeployConfig(Body):
    """Body of *Deploy Config*. Without `environments`: the default one."""

    config_id: str
    environments: Annotated[list[EnvironmentReference], Field(min_length=1)] | None = None


class Deployment(BaseModel):
    """What one environment runs of one project."""

    model_config = ConfigDict(protected_namespaces=())

    project_id: str
    project_name: str
    environment_id: str
    environment_name: str
    environment_tag: Literal["default", "other"]
    model_config_id: str | None
    model_config_name: str | None


# Evaluators and datasets


class CreateEvaluator(Body):
    """Body of *Create* (evaluator)."""

    name: ShortName
    description: ShortText
    arguments_type: ArgumentsType
    return_type: ReturnType
    type: EvaluatorType
    code: str | None = None
    judge: Parameters | None = Field(default=None, alias="model_config")


class UpdateEvaluator(Body):
    """Body of *Update* (evaluator): only what is sent changes. The type stays."""

    name: ShortName | None = None
    description: ShortText | None = None
    arguments_type: ArgumentsType | None = None
    return_type: ReturnType | None = None
    code: str | None = None
    judge: Parameters | None = Field(default=None, alias="model_config")


class Evaluator(BaseModel):
    """Something that judges."""

    id: str
    name: str
    description: str
    type: EvaluatorType
    arguments_type: ArgumentsType
    return_type: ReturnType
    code: str | None
    judge: ModelConfig | None = Field(serialization_alias="model_config")
    logging_project: None = None
    created_at: datetime
    updated_at: datetime


class CreateDataset(Body):
    """Body of *Create* (dataset)."""

    name: ShortName
    description: ShortText


class UpdateDataset(Body):
    """Body of *Update* (dataset): only what is sent changes."""

    name: ShortName | None = None
    description: ShortText | None = None


class Dataset(BaseModel):
    """A dataset; `project_id` is empty for one that belongs to none."""

    id: str
    project_id: str
    name: str
    description: str | None
    datapoint_count: int
    created_at: datetime
    updated_at: datetime


# Evaluations


class CreateEvaluation(Body):
    """Body of *Create* (evaluation). Keys of model vendors are taken and forgotten: no model is called from here."""

    config_id: str
    evaluator_ids: Annotated[list[str], Field(min_length=1, max_length=MOST_IDS)]
    dataset_id: str
    hl_generated: bool = True
    name: Name | None = None
    provider_api_keys: dict[str, Any] | None = Field(default=None, repr=False)


class UpdateStatus(Body):
    """Body of *Update Status*."""

    status: Status


class AddEvaluators(Body):
    """Body of *Add Evaluators*."""

    evaluator_ids: Annotated[list[str], Field(max_length=MOST_IDS)] | None = None
    evaluator_version_ids: Annotated[list[str], Field(max_length=MOST_IDS)] | None = None


class Evaluation(BaseModel):
    """A run of evaluators over a dataset for one config."""

    id: str
    status: Status
    config: ModelConfig
    created_at: datetime
    updated_at: datetime
    evaluators: list[Evaluator]
    dataset: Dataset
    dataset_version_id: str
    dataset_snapshot: Dataset | None = None
    evaluator_aggregates: list[Aggregate] | None


Record = TypeVar("Record")


class Page(BaseModel, Generic[Record]):
    """One page of a list; `total` counts all matches."""

    records: list[Record]
    page: int
    size: int
    total: int


Project.model_rebuild()
