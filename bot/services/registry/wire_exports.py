"""The format of a JSON export of a v4 service: v4 responses, with the fields that `exports` adds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from bot.services.registry.bodies import Body, Part
from bot.services.registry.wire import ChatMessage, Parameters
from bot.services.registry.wire_evaluations import ArgumentsType, EvaluatorType, ReturnType, Status
from bot.services.registry.wire_logs import LogContent, in_utc

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Text = Annotated[str, StringConstraints(min_length=1)]
Time = Annotated[datetime, AfterValidator(in_utc)]


class Environment(Part):
    """An environment of the organisation."""

    id: Id
    name: Text
    tag: Literal["default", "other"] = "other"


class User(Part):
    """A person."""

    id: Id
    email_address: str
    full_name: str | None = None


class Config(Part):
    """A row of *List Configs*."""

    created_at: Time
    updated_at: Time
    last_used: Time
    config: dict[str, Any]


class Deployed(Part):
    """A row of *List Deployed Configs*."""

    environment_id: Id
    environment_name: Text | None = None
    environment_tag: Literal["default", "other"] = "other"
    config_id: str | None = Field(default=None, alias="model_config_id")
    deployed_at: Time | None = None

    def as_environment(self) -> Environment:
        """The environment of this row."""
        name = self.environment_name or self.environment_id
        return Environment(id=self.environment_id, name=name, tag=self.environment_tag)


class Reference(Part):
    """A reference by id. In v4 responses the object is there in full; its other fields are kept unchecked."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)

    id: Id

    def is_whole(self) -> bool:
        """Return whether the object is there in full, not only its id."""
        return "name" in (self.model_extra or {})


class Judge(Reference):
    """An evaluator of a run."""

    version_id: str | None = None


class Version(Part):
    """A version of an evaluator or a dataset."""

    id: Id
    created_at: Time
    datapoint_count: int = 0


class Evaluator(Part):
    """An evaluator."""

    id: Id
    name: str
    description: str
    type: EvaluatorType
    arguments_type: ArgumentsType
    return_type: ReturnType
    code: str | None = None
    judge: Parameters | None = Field(default=None, alias="model_config")
    created_at: Time
    updated_at: Time
    deleted_at: Time | None = None
    versions: list[Version] = Field(default_factory=list)


class Datapoint(Part):
    """A datapoint; `added_in` is the number of the dataset version that added it."""

    id: Id
    inputs: dict[str, str] | None = None
    messages: list[ChatMessage] | None = None
    target: dict[str, Any] | None = None
    added_in: int = 1


class Dataset(Part):
    """A dataset."""

    id: Id
    project_id: str = ""
    name: str
    description: str | None = None
    datapoint_count: int = 0
    created_at: Time
    updated_at: Time
    deleted_at: Time | None = None
    versions: list[Version] = Field(default_factory=list)
    datapoints: list[Datapoint] = Field(default_factory=list)


class Mean(Part):
    """An aggregate of a run."""

    evaluator_id: str
    evaluator_version_id: str
    aggregate_value: float | None = None


class Result(Part):
    """A result of an evaluator."""

    id: Id
    evaluator_id: str | None = None
    evaluator_version_id: str
    log_id: Id
    value: bool | float | int | str | list[str] | None = None
    number: float | None = None
    error: str | None = None
    created_at: Time
    updated_at: Time

    def measured(self) -> float | None:
        """The number for the mean. Returns None when the value is not a number."""
        if self.number is not None or not isinstance(self.value, bool | float | int):
            return self.number
        return float(self.value)


class Log(LogContent):
    """A log of a run."""

    id: Id
    created_at: Time | None = None
    updated_at: Time

    def content(self) -> dict[str, Any]:
        """The part that the registry stores, as JSON."""
        return self.model_dump(mode="json", include=set(LogContent.model_fields), exclude_none=True)


class Case(Part):
    """A row of *List Datapoints* of a run."""

    datapoint: Datapoint
    log: Log | None = None
    evaluation_results: list[Result] = Field(default_factory=list)


class Evaluation(Part):
    """A run."""

    id: Id
    name: str | None = None
    status: Status
    hl_generated: bool = True
    config: Reference
    evaluators: list[Judge]
    dataset: Reference
    dataset_version_id: Id
    created_at: Time
    updated_at: Time
    means: list[Mean] = Field(default_factory=list, alias="evaluator_aggregates")
    datapoints: list[Case] = Field(default_factory=list)

    def version_of(self, evaluator_id: str) -> str | None:
        """The version of an evaluator in this run. Returns None when nothing in the run has it."""
        judges = [each.version_id for each in self.evaluators if each.id == evaluator_id]
        means = [each.evaluator_version_id for each in self.means if each.evaluator_id == evaluator_id]
        results = [
            each.evaluator_version_id
            for case in self.datapoints
            for each in case.evaluation_results
            if each.evaluator_id == evaluator_id
        ]
        return next((version for version in (*judges, *means, *results) if version is not None), None)


class Project(Part):
    """A project with its whole content."""

    id: Id
    name: Text
    directory_id: str | None = None
    created_at: Time
    updated_at: Time
    users: list[User] = Field(default_factory=list)
    configs: list[Config] = Field(default_factory=list)
    deployed_configs: list[Deployed] = Field(default_factory=list)
    evaluations: list[Evaluation] = Field(default_factory=list)


class Document(Body):
    """The whole export."""

    environments: list[Environment] = Field(default_factory=list)
    evaluators: list[Evaluator] = Field(default_factory=list)
    datasets: list[Dataset] = Field(default_factory=list)
    projects: list[Project]
