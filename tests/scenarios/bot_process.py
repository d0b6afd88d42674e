"""A bot of its own process: real Socket Mode against a playground, a registry over HTTP; dies at a named step.

``python -m tests.scenarios.bot_process SLACK_URL REGISTRY_URL DATABASE_URL [STEP]``: prints ``ready``, and kills itself
with SIGKILL as soon as the log says that STEP was taken after an approval.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from pydantic import SecretStr

from bot.app import Parts, put_together
from bot.clients import catalog
from bot.logs import setup
from bot.slack import bolt, socket
from bot.stopping import stop_signal

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


async def serve(slack: str, registry: str, database: str) -> None:
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
    )
    async with put_together(parts) as bot:
        await bot.scheduler.first_round()
        async with socket.connected(bot.app, "xapp-playground"):
            bot.scheduler.start()
            print("ready", flush=True)
            await stop_signal()


if __name__ == "__main__":
    setup("INFO")
    if len(sys.argv) > 4:
        die_at(sys.argv[4])
    asyncio.run(serve(*sys.argv[1:4]))
