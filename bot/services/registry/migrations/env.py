"""Runs the migrations on the given connection, inside that connection's transaction."""

from bot.services.registry.database import MIGRATIONS
from bot.services.registry.tables import metadata

MIGRATIONS.run(metadata)
