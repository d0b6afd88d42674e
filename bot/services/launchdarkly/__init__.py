"""A simulated LaunchDarkly that runs locally: AI Configs, targeting, approvals and audit log, over HTTP.

Plays somebody else, so it imports nothing of the bot. What works here is meant to work there: the official
Python client runs against it unchanged. What the documentation leaves open is decided where it is needed.

In a test, without a port::

    world = demo_world("api-bot", "api-reviewer")
    transport = httpx.ASGITransport(create_app(world))
    world.faults.add(rate_limited(after=1), Fault(method="PATCH", cut="after"))
    ExternalActor(world, PROJECT).serve("support-assistant", "production", "terse")

When it runs as its own process (``python -m bot playground launchdarkly``), the paths below ``/control`` do the same.
"""

from bot.services.launchdarkly.app import create_app
from bot.services.launchdarkly.behind import ExternalActor
from bot.services.launchdarkly.demo import GATED, PROJECT, demo_world
from bot.services.launchdarkly.demo_configs import RAVI as REVIEWER
from bot.services.launchdarkly.faults import Fault, rate_limited
from bot.services.launchdarkly.limits import Limits
from bot.services.launchdarkly.records import ApprovalSettings
from bot.services.launchdarkly.review_page import pages
from bot.services.launchdarkly.world import Token, World

__all__ = [
    "GATED",
    "PROJECT",
    "REVIEWER",
    "ApprovalSettings",
    "ExternalActor",
    "Fault",
    "Limits",
    "Token",
    "World",
    "create_app",
    "demo_world",
    "pages",
    "rate_limited",
]
