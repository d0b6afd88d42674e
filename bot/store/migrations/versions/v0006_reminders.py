"""Reminders know how often and where they were said; projects can be muted; how far the watching is, is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SAID_BEFORE = """
    UPDATE reminders SET
      times = 1,
      said_at = (SELECT max(n.created_at) FROM notices n WHERE {about}),
      said_in = (SELECT max(n.subject) FROM notices n WHERE {about})
    WHERE EXISTS (SELECT 1 FROM notices n WHERE {about})
"""
ABOUT = """
    n.kind = 'evaluation' AND substr(n.subject, 1, length(reminders.provider || ':' || reminders.evaluation_id || '@'))
    = reminders.provider || ':' || reminders.evaluation_id || '@'
"""
"""A report's subject begins with its evaluation; those of one that ran again sort by when that was seen."""


def upgrade() -> None:
    """Add what is new; what stands in Slack already was said once."""
    with op.batch_alter_table("reminders") as table:
        table.add_column(sa.Column("times", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("said_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("said_in", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("stopped_by", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_reminders_said_in", "reminders", ["said_in"], unique=False)
    op.execute(SAID_BEFORE.format(about=ABOUT))
    op.create_table(
        "muted",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("project_name", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "project_id", name=op.f("pk_muted")),
    )
    op.create_table(
        "watches",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("resume_after", sa.String(), nullable=False),
        sa.Column("down_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("down_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_watches")),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("watches")
    op.drop_table("muted")
    op.drop_index("ix_reminders_said_in", table_name="reminders")
    with op.batch_alter_table("reminders") as table:
        for name in ("stopped_by", "said_in", "said_at", "times"):
            table.drop_column(name)
