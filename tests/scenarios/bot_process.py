"""A bot of its own process: real Socket Mode against a playground, a registry over HTTP; dies at a named step."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import MutableMapping
from multiprocessing.connection import Connection
from typing import Any

import structlog
from pydantic import SecretStr

from bot.app import Parts, build_bot
from bot.clients import catalog
from bot.domain.reminder_hours import Reminding
from bot.domain.workhours import ALWAYS
from bot.logs import setup
from bot.shutdown import stop_signal
from bot.slack import bolt, socket

KEY = "hl_sk_scenario"


def die_at(step: str) -> None:
    """Let the log kill the process at a step after an approval: ``change.step`` by its name, or any other event."""
    approved = False

    def watch(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        nonlocal approved
        approved = approved or event.get("step") == "approved"
        if not approved:
            return event
        if event.get("step") == step or event.get("event") == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return event

    structlog.configure(processors=[watch, *structlog.get_config()["processors"]], cache_logger_on_first_use=False)


async def serve(mouth: Connection, slack: str, registry: str, database: str) -> None:
    bolt.forget_proxies()
    provider = catalog.build("humanloop", "registry", registry, SecretStr(KEY))
    parts = Parts(
        database_url=database,
        providers=[provider],
        bot_token="xoxb-playground",
        app_token="xapp-playground",
        slack_api_url=f"{slack}/api/",
        default_channel="C0DEPLOYS",
        evaluations_channel="C0EVALS",
        reminding=Reminding(ALWAYS),
    )
    async with build_bot(parts) as bot:
        await bot.scheduler.first_round()
        async with socket.connected(bot.app, "xapp-playground"):
            bot.scheduler.start()
            mouth.send("ready")
            await stop_signal()


def bot(mouth: Connection, slack: str, registry: str, database: str, step: str = "") -> None:
    """Run until killed; say ``ready`` once it listens. With a step, be killed by SIGKILL when the log tells of it."""
    setup("INFO")
    if step:
        die_at(step)
    asyncio.run(serve(mouth, slack, registry, database))
