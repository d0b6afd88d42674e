"""Runs the migrations on the connection that it is handed, inside that connection's transaction."""

from bot.store.schema import MIGRATIONS
from bot.store.tables import metadata

MIGRATIONS.run(metadata)
