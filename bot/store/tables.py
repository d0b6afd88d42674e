"""The tables. Fields that are searched or compared have columns; the rest of a change is in a JSON document.

People and places have `org` (the enterprise id on Grid, else the team id) besides the team, so that one Grid is one
organisation.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from bot.sql import UTCDateTime
from bot.store.types import Document, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Integer, nullable=False),
)
"""The last number assigned, by what is numbered."""

changes = Table(
    "changes",
    metadata,
    Column("id", String, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("provider", String, nullable=False),
    Column("project_id", String, nullable=False),
    Column("environment_id", String, nullable=False),
    Column("target_id", String),
    Column("requester_org", String, nullable=False),
    Column("requester_team", String, nullable=False),
    Column("requester_id", String, nullable=False),
    Column("origin_org", String, nullable=False),
    Column("origin_team", String, nullable=False),
    Column("origin_channel", String, nullable=False),
    Column("origin_thread", String),
    Column("undoes", String),
    Column("attempt", String, nullable=False),
    Column("lease_by", String),
    Column("lease_until", UTCDateTime),
    Column("created_at", UTCDateTime, nullable=False),
    Column("updated_at", UTCDateTime, nullable=False),
    Column("due_at", UTCDateTime),
    Column("expires_at", UTCDateTime),
    Column("applied_at", UTCDateTime),
    Column("revision", Integer, nullable=False),
    Column("details", Document, nullable=False),
)

ONE_OPEN = Index(
    "uq_changes_one_open",
    changes.c.provider,
    changes.c.project_id,
    changes.c.environment_id,
    unique=True,
    sqlite_where=text("is_open"),
    postgresql_where=text("is_open"),
)
"""At most one open change per provider, project and environment, enforced by the database against races."""

Index("ix_changes_state_expires_at", changes.c.state, changes.c.expires_at)
Index("ix_changes_state_due_at", changes.c.state, changes.c.due_at)
Index("ix_changes_created_at", changes.c.created_at)
Index("ix_changes_requester", changes.c.requester_org, changes.c.requester_id, changes.c.created_at)
Index("ix_changes_project", changes.c.provider, changes.c.project_id, changes.c.created_at)
Index("ix_changes_applied", changes.c.provider, changes.c.project_id, changes.c.environment_id, changes.c.applied_at)

decisions = Table(
    "decisions",
    metadata,
    Column("change_id", ForeignKey(changes.c.id), primary_key=True),
    Column("org", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("team", String, nullable=False),
    Column("say", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("details", Document, nullable=False),
)
"""The primary key allows each person one decision on a change."""

audit = Table(
    "audit",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("at", UTCDateTime, nullable=False),
    Column("event", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("org", String),
    Column("team", String),
    Column("user_id", String),
    Column("details", Document, nullable=False),
)
"""`position` keeps the order of entries with the same time."""

Index("ix_audit_subject", audit.c.subject, audit.c.position)

notices = Table(
    "notices",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("org", String, nullable=False),
    Column("team", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("thread_ts", String),
    Column("created_at", UTCDateTime, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("at_channel", String),
    Column("at_ts", String),
    Column("attempts", Integer, nullable=False),
    Column("not_before", UTCDateTime),
    Column("last_error", Words, nullable=False),
    Column("given_up", Boolean, nullable=False),
    Column("claimed_by", String),
    Column("claimed_until", UTCDateTime),
    Column("behind_since", UTCDateTime),
    Column("posting", String),
    Column("posting_since", UTCDateTime),
    UniqueConstraint("kind", "subject"),
)

Index(
    "ix_notices_due",
    notices.c.created_at,
    sqlite_where=text("wanted > shown AND NOT given_up"),
    postgresql_where=text("wanted > shown AND NOT given_up"),
)

buckets = Table(
    "lanes",
    metadata,
    Column("name", String, primary_key=True),
    Column("free_at", UTCDateTime),
    Column("not_before", UTCDateTime),
    Column("trouble", String, nullable=False),
    Column("trouble_since", UTCDateTime),
)
"""The state of Slack's rate limits: one row for each channel's posts, and one for all edits."""

drafts = Table(
    "drafts",
    metadata,
    Column("id", String, primary_key=True),
    Column("org", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("text", Words, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
)
"""What a button does; the button itself only has the id."""

Index("ix_drafts_expires_at", drafts.c.expires_at)

occasions = Table(
    "occasions",
    metadata,
    Column("id", String, primary_key=True),
    Column("expires_at", UTCDateTime, nullable=False),
)
"""Keys of things that must happen only once, such as handling an event that can be delivered twice."""

Index("ix_occasions_expires_at", occasions.c.expires_at)

job_runs = Table(
    "job_runs",
    metadata,
    Column("job", String, primary_key=True),
    Column("process", String, primary_key=True),
    Column("due", UTCDateTime, nullable=False),
    Column("owner", String, nullable=False),
    Column("claimed_until", UTCDateTime, nullable=False),
    Column("started_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Column("fine", Boolean, nullable=False),
    Column("result", Words, nullable=False),
    Column("succeeded_at", UTCDateTime),
)
"""The newest run of each job: one row for all processes together, or one per process."""

reminders = Table(
    "reminders",
    metadata,
    Column("provider", String, primary_key=True),
    Column("evaluation_id", String, primary_key=True),
    Column("project_id", String, nullable=False),
    Column("project_name", Words, nullable=False),
    Column("first_seen", UTCDateTime, nullable=False),
    Column("snoozed_until", UTCDateTime),
    Column("ended_at", UTCDateTime),
    Column("ended_as", String, nullable=False),
    Column("ended_by", String, nullable=False),
    Column("times", Integer, nullable=False, server_default="0"),
    Column("said_at", UTCDateTime),
    Column("said_in", String, nullable=False, server_default=""),
    Column("stopped_by", String, nullable=False, server_default=""),
)

Index("ix_reminders_ended_at", reminders.c.ended_at)

baselines = Table(
    "baselines",
    metadata,
    Column("provider", String, primary_key=True),
    Column("project_id", String, primary_key=True),
    Column("environment_id", String, primary_key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("source", String, nullable=False),
    Column("change_id", String),
    Column("fingerprint", String, nullable=False),
    Column("details", Document, nullable=False),
)
"""The baseline of each environment of each project."""

drifts = Table(
    "drifts",
    metadata,
    Column("id", String, primary_key=True),
    Column("provider", String, nullable=False),
    Column("project_id", String, nullable=False),
    Column("environment_id", String, nullable=False),
    Column("found_at", UTCDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("ended_at", UTCDateTime),
    Column("ended_as", String),
    Column("ended_by", String, nullable=False),
    Column("details", Document, nullable=False),
)

ONE_DRIFT = Index(
    "uq_drifts_one_open",
    drifts.c.provider,
    drifts.c.project_id,
    drifts.c.environment_id,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)
"""At most one open drift per environment of a project, even if two processes detect it."""

silences = Table(
    "silences",
    metadata,
    Column("id", String, primary_key=True),
    Column("provider", String, nullable=False),
    Column("since", UTCDateTime, nullable=False),
    Column("fault", String, nullable=False),
    Column("ended_at", UTCDateTime),
)

ONE_SILENCE = Index(
    "uq_silences_one_open",
    silences.c.provider,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)
"""At most one open silence per provider."""
Index("ix_reminders_said_in", reminders.c.said_in)

muted = Table(
    "muted",
    metadata,
    Column("provider", String, primary_key=True),
    Column("project_id", String, primary_key=True),
    Column("project_name", Words, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
)
"""Projects with muted reminders."""

watches = Table(
    "watches",
    metadata,
    Column("provider", String, primary_key=True),
    Column("resume_after", String, nullable=False),
    Column("down_since", UTCDateTime),
    Column("down_until", UTCDateTime),
    Column("fault", String, nullable=False),
)
"""The progress of watching each provider's evaluations."""
