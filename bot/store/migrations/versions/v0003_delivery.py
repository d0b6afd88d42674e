"""What a delivery must remember: since when a message is behind, which post may be out, how fast a channel is."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.add_column("notices", sa.Column("behind_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notices", sa.Column("posting", sa.String(), nullable=True))
    op.add_column("notices", sa.Column("posting_since", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE notices SET behind_since = created_at WHERE wanted > shown")
    op.create_table(
        "lanes",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("trouble_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lanes")),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("lanes")
    op.drop_column("notices", "posting_since")
    op.drop_column("notices", "posting")
    op.drop_column("notices", "behind_since")
