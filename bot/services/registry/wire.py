"""Bodies and answers of the v4 wire format, field for field; some stand in modules beside it.

Answers carry every field, unset ones as null. Bodies ignore fields they do not know, unless the reference declares them
closed, and take null for a field that may be left out as if it were left out.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.services.registry.bodies import Body, Name, Part, if_set
from bot.services.registry.identifiers import Prefix, stable_id

Provider = Literal["openai", "openai_azure", "mock", "anthropic", "bedrock", "cohere", "replicate", "google", "groq"]


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


Record = TypeVar("Record")


class Page(BaseModel, Generic[Record]):
    """One page of a list; `total` counts all matches."""

    records: list[Record]
    page: int
    size: int
    total: int
