"""The service as an ASGI app: AI Configs, targeting and approvals in LaunchDarkly's wire format (REST API v2)."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Mount

from bot.playground.launchdarkly import (
    approvals,
    audit,
    configs,
    control,
    environments,
    gates,
    library,
    measures,
    people,
    targeting,
    variations,
)
from bot.playground.launchdarkly.service import Service
from bot.playground.launchdarkly.world import World

OPERATIONS = tuple(
    operation
    # paths with fixed parts stand where a config key would: the library and the measures come first
    for part in (
        control,
        people,
        environments,
        gates,
        library,
        measures,
        configs,
        variations,
        targeting,
        approvals,
        audit,
    )
    for operation in part.OPERATIONS
)


def create_app(world: World) -> Starlette:
    """The service over one world, which whoever made it closes; it is ``app.state.world`` as well.

    Faults that break the connection reach an in-process caller as ``httpx.RemoteProtocolError``, through a transport
    that raises what the app raises.
    """
    app = Starlette(routes=[Mount("/", app=Service(world, OPERATIONS))])
    app.state.world = world
    return app
