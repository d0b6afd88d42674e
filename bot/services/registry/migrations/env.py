"""Runs the migrations on the given connection, inside that connection's transaction."""

from alembic import context

from bot.services.registry.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="registry_version",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
