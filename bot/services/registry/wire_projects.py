"""Bodies and answers of the v4 wire format about projects and deployments, field for field.

What holds of all of them stands in `wire`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.services.registry.bodies import Body, DirectoryId, Name, Part
from bot.services.registry.wire import ProjectConfig
from bot.services.registry.wire_evaluations import Evaluator


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
