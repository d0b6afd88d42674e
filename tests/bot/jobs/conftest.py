"""A world for jobs."""

from tests.bot.usecases.conftest import logged, world

__all__ = ["logged", "world"]
