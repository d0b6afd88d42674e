"""A registry of its own process that notes every write of what is live in a file."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.services.registry.app import create_app
from bot.services.registry.database import migrate
from bot.services.registry.demo import seed_demo
from bot.shutdown import stop_signal
from bot.slack.health import serving
from tests.scenarios.bot_process import KEY


def noted(app: ASGIApp, file: Path) -> ASGIApp:
    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] != "GET" and "deploy" in scope["path"]:
            with file.open("a") as lines:
                lines.write(f"{scope['method']} {scope['path']}\n")
        await app(scope, receive, send)

    return note


async def serve(mouth: Connection, database: str, writes: str) -> None:
    await migrate(database)
    await seed_demo(database, datetime.now(UTC))
    app = create_app(database, api_keys=[KEY])
    async with serving(noted(app, Path(writes)), host="127.0.0.1", port=0) as port:
        mouth.send(f"http://127.0.0.1:{port}/v4")
        await stop_signal()


def registry(mouth: Connection, database: str, writes: str) -> None:
    """Run until killed; say the base URL once it listens."""
    asyncio.run(serve(mouth, database, writes))
