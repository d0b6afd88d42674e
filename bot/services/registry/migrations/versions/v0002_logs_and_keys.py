"""Logs of evaluations, stored API keys, and soft deletion, so that runs keep what they ran with."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_RESULTS = "ix_results_evaluation_id_evaluator_version_id"


def upgrade() -> None:
    """Add them. Of several results of one evaluator for one log, only the newest is kept."""
    op.create_table(
        "api_keys",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_api_keys")),
    )
    op.create_index(
        "ix_api_keys_name",
        "api_keys",
        ["name"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "logs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("evaluation_id", sa.String(length=64), nullable=False),
        sa.Column("datapoint_id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name=op.f("fk_logs_evaluation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["datapoint_id"], ["datapoints.id"], name=op.f("fk_logs_datapoint_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logs")),
        sa.UniqueConstraint("evaluation_id", "datapoint_id", name=op.f("uq_logs_evaluation_id_datapoint_id")),
    )
    op.add_column("evaluators", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("datasets", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("evaluation_evaluators", sa.Column("imported_mean", sa.Float(), nullable=True))
    op.execute(
        "DELETE FROM results WHERE EXISTS (SELECT 1 FROM results AS newer"
        " WHERE newer.evaluation_id = results.evaluation_id"
        " AND newer.evaluator_version_id = results.evaluator_version_id AND newer.log_id = results.log_id"
        " AND (newer.updated_at > results.updated_at"
        " OR (newer.updated_at = results.updated_at AND newer.id > results.id)))"
    )
    op.drop_index(_RESULTS, "results")
    op.create_index(_RESULTS, "results", ["evaluation_id", "evaluator_version_id", "log_id"], unique=True)


def downgrade() -> None:
    """Remove them."""
    op.drop_index(_RESULTS, "results")
    op.create_index(_RESULTS, "results", ["evaluation_id", "evaluator_version_id"], unique=False)
    op.drop_column("evaluation_evaluators", "imported_mean")
    op.drop_column("datasets", "deleted_at")
    op.drop_column("evaluators", "deleted_at")
    op.drop_table("logs")
    op.drop_index("ix_api_keys_name", "api_keys")
    op.drop_table("api_keys")
