"""Bodies and answers of the v4 wire format about evaluators, datasets and evaluations, field for field.

What holds of all of them stands in `wire`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from bot.services.registry.bodies import MOST_IDS, Body, Name, ShortName, ShortText
from bot.services.registry.wire import Aggregate, ModelConfig, Parameters

Status = Literal["pending", "running", "completed", "cancelled"]
EvaluatorType = Literal["python", "llm", "human", "external"]
ArgumentsType = Literal["target_free", "target_required"]
ReturnType = Literal["boolean", "number", "select", "multi_select", "text"]


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
