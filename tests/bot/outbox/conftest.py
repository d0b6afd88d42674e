"""A world for the outbox."""

from tests.bot.features.conftest import logged, world

__all__ = ["logged", "world"]
