"""Fixtures that every part of the suite may ask for."""

from tests.databases import database_url, postgres_folder, postgres_url, sqlite_url

__all__ = ["database_url", "postgres_folder", "postgres_url", "sqlite_url"]
