"""A change can have a time of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it."""
    op.add_column("changes", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_changes_state_due_at", "changes", ["state", "due_at"], unique=False)


def downgrade() -> None:
    """Remove it."""
    op.drop_index("ix_changes_state_due_at", table_name="changes")
    op.drop_column("changes", "due_at")
