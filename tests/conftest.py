"""Fixtures that every part of the suite may ask for, what property tests may take, and how the log looks in tests."""

import asyncio
import os
from types import SimpleNamespace

import structlog
import uvicorn.server
from hypothesis import settings

import bot.features  # noqa: F401 - registers the lines of the language
from tests.databases import database_url, postgres_folder, postgres_url, sqlite_url
from tests.measured import pytest_collection, pytest_runtest_protocol, pytest_sessionstart

__all__ = [
    "database_url",
    "postgres_folder",
    "postgres_url",
    "pytest_collection",
    "pytest_runtest_protocol",
    "pytest_sessionstart",
    "sqlite_url",
]

# a busy machine is no bug; in CI Hypothesis brings a profile of its own
settings.register_profile("here", deadline=None)
if not os.environ.get("CI"):
    settings.load_profile("here")

# structlog's own choice is rich's traceback, which draws every local variable: seconds for each error that is logged
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

# a server that ends lets a tenth of a second pass for whoever is connected; hundreds of tests end one
vars(uvicorn.server)["asyncio"] = SimpleNamespace(
    **vars(asyncio) | {"sleep": lambda seconds: asyncio.sleep(seconds / 10)}
)
