"""Our own config service inside the bot's process. Nothing of it is imported before the first function is called."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.types import ASGIApp


class RegistryUnavailable(Exception):
    """The registry's database did not do its work; the text says why, and holds no secret."""


@asynccontextmanager
async def opened(database_url: str, keys: Sequence[str]) -> AsyncIterator[ASGIApp]:
    """The service, which closes its database at the end. Raises `ValueError` for a URL or a key that cannot work."""
    from bot.services.registry.app import close, create_app

    service = create_app(database_url, api_keys=list(keys))
    try:
        yield service
    finally:
        await close(service)


async def migrate(database_url: str) -> None:
    """Bring the service's database to the newest schema. Raises `RegistryUnavailable`."""
    from bot.services.registry import database

    try:
        await database.migrate(database_url)
    except database.DatabaseUnavailable as error:
        raise RegistryUnavailable(str(error)) from error
