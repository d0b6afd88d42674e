"""A world for jobs."""

from tests.bot.features.conftest import logged, world

__all__ = ["logged", "world"]
