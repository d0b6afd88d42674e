"""Fixtures that every part of the suite may ask for, and what property tests may take."""

import os

from hypothesis import settings

import bot.features  # noqa: F401 - registers the lines of the language
from tests.databases import database_url, postgres_folder, postgres_url, sqlite_url

__all__ = ["database_url", "postgres_folder", "postgres_url", "sqlite_url"]

# a busy machine is no bug; in CI Hypothesis brings a profile of its own
settings.register_profile("here", deadline=None)
if not os.environ.get("CI"):
    settings.load_profile("here")
