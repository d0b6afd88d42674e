"""The registry's tables. Their history stands in `migrations/`; a test compares the two."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.sql import UTCDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


SORTABLE = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that both databases sort alike, by code point."""


def _id() -> Column[str]:
    return Column("id", String(64), primary_key=True)


def _to(name: str, target: str, *, primary_key: bool = False) -> Column[str]:
    reference = ForeignKey(f"{target}.id", ondelete="CASCADE")
    return Column(name, String(64), reference, nullable=False, primary_key=primary_key)


def _times() -> tuple[Column[datetime], Column[datetime]]:
    return Column("created_at", UTCDateTime, nullable=False), Column("updated_at", UTCDateTime, nullable=False)


def _deleted() -> Column[datetime]:
    # Runs keep what they ran with, so what was deleted stays, and is shown by them alone.
    return Column("deleted_at", UTCDateTime)


api_keys = Table(
    "api_keys",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("revoked_at", UTCDateTime),
    # A name can be given again once its key is revoked.
    Index(
        "ix_api_keys_name",
        "name",
        unique=True,
        sqlite_where=text("revoked_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL"),
    ),
)

environments = Table(
    "environments",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("is_default", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Index(
        "ix_environments_is_default",
        "is_default",
        unique=True,
        sqlite_where=text("is_default"),
        postgresql_where=text("is_default"),
    ),
)

users = Table(
    "users",
    metadata,
    _id(),
    Column("email_address", Text, nullable=False),
    Column("full_name", Text),
    Column("folded", Text, nullable=False),
)

projects = Table(
    "projects",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    # PostgreSQL cannot index a long text, so uniqueness is that of a digest of it.
    Column("name_digest", String(64), nullable=False, unique=True),
    Column("folded", SORTABLE, nullable=False),
    Column("directory_id", String(64)),
    *_times(),
    Index("ix_projects_created_at_id", "created_at", "id"),
    Index("ix_projects_updated_at_id", "updated_at", "id"),
)

project_users = Table(
    "project_users",
    metadata,
    _to("project_id", "projects", primary_key=True),
    _to("user_id", "users", primary_key=True),
)

configs = Table(
    "configs",
    metadata,
    _id(),
    _to("project_id", "projects"),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("digest", String(64), nullable=False),
    Column("parameters", JSON, nullable=False),
    *_times(),
    Column("last_used", UTCDateTime, nullable=False),
    UniqueConstraint("project_id", "digest"),
    Index("ix_configs_project_id_created_at", "project_id", "created_at"),
)

deployments = Table(
    "deployments",
    metadata,
    _to("project_id", "projects", primary_key=True),
    _to("environment_id", "environments", primary_key=True),
    _to("config_id", "configs"),
    Column("deployed_at", UTCDateTime, nullable=False),
    Index("ix_deployments_config_id", "config_id"),
)

evaluators = Table(
    "evaluators",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("type", String(16), nullable=False),
    Column("arguments_type", String(16), nullable=False),
    Column("return_type", String(16), nullable=False),
    Column("code", Text),
    Column("model_config", JSON(none_as_null=True)),
    *_times(),
    _deleted(),
)

evaluator_versions = Table(
    "evaluator_versions",
    metadata,
    _id(),
    _to("evaluator_id", "evaluators"),
    Column("number", Integer, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    UniqueConstraint("evaluator_id", "number"),
)

datasets = Table(
    "datasets",
    metadata,
    _id(),
    # Datasets outlive the project they were made in.
    Column("project_id", String(64), ForeignKey("projects.id", ondelete="SET NULL")),
    Column("name", Text, nullable=False),
    Column("description", Text),
    *_times(),
    _deleted(),
    Index("ix_datasets_project_id", "project_id"),
)

dataset_versions = Table(
    "dataset_versions",
    metadata,
    _id(),
    _to("dataset_id", "datasets"),
    Column("number", Integer, nullable=False),
    Column("datapoint_count", Integer, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    UniqueConstraint("dataset_id", "number"),
)

datapoints = Table(
    "datapoints",
    metadata,
    _id(),
    _to("dataset_id", "datasets"),
    # The number of the version that added it: a version holds all points up to its own number.
    Column("added_in", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("inputs", JSON(none_as_null=True)),
    Column("messages", JSON(none_as_null=True)),
    Column("target", JSON(none_as_null=True)),
    UniqueConstraint("dataset_id", "position"),
)

evaluations = Table(
    "evaluations",
    metadata,
    _id(),
    _to("project_id", "projects"),
    _to("config_id", "configs"),
    _to("dataset_id", "datasets"),
    _to("dataset_version_id", "dataset_versions"),
    Column("name", Text),
    Column("status", String(16), nullable=False),
    Column("hl_generated", Boolean, nullable=False),
    *_times(),
    Index("ix_evaluations_project_id_created_at", "project_id", "created_at"),
    Index("ix_evaluations_config_id", "config_id"),
    Index("ix_evaluations_dataset_id", "dataset_id"),
)

evaluation_evaluators = Table(
    "evaluation_evaluators",
    metadata,
    _to("evaluation_id", "evaluations", primary_key=True),
    _to("evaluator_version_id", "evaluator_versions", primary_key=True),
    Column("position", Integer, nullable=False),
    # The mean that another service computed, for runs that came from there without their results.
    Column("imported_mean", Float),
)

logs = Table(
    "logs",
    metadata,
    _id(),
    _to("evaluation_id", "evaluations"),
    _to("datapoint_id", "datapoints"),
    # What the caller sent, field for field.
    Column("content", JSON, nullable=False),
    *_times(),
    UniqueConstraint("evaluation_id", "datapoint_id"),
)

results = Table(
    "results",
    metadata,
    _id(),
    _to("evaluation_id", "evaluations"),
    _to("evaluator_version_id", "evaluator_versions"),
    _to("datapoint_id", "datapoints"),
    Column("log_id", String(64), nullable=False),
    Column("value", JSON(none_as_null=True)),
    # What a mean is taken of: numbers, and booleans as 0 and 1; nothing for texts and choices.
    Column("number", Float),
    Column("error", Text),
    *_times(),
    Index(
        "ix_results_evaluation_id_evaluator_version_id",
        "evaluation_id",
        "evaluator_version_id",
        "log_id",
        unique=True,
    ),
)
