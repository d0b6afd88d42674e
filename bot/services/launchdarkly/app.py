"""The service as an ASGI app: AI Configs, targeting and approvals in LaunchDarkly's wire format (REST API v2)."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route

from bot.services.launchdarkly import (
    approval_settings,
    approvals,
    audit,
    configs,
    control,
    environments,
    library,
    measures,
    people,
    targeting,
    variations,
)
from bot.services.launchdarkly.review_page import pages
from bot.services.launchdarkly.service import Service
from bot.services.launchdarkly.world import World
from bot.services.local_only import LocalOnly

OPERATIONS = tuple(
    operation
    # library and measures come first: they have fixed segments where other paths have a config key
    for part in (
        control,
        people,
        environments,
        approval_settings,
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


def create_app(world: World, *, signed_in: str | None = None) -> Starlette:
    """Build the ASGI app over one world, also available as ``app.state.world``; the caller closes the world.

    `signed_in` is the id of a member: with it, browsers on this machine get the page where that member reviews
    requests. Faults that break the connection reach an in-process caller as ``httpx.RemoteProtocolError``, if its
    transport raises the app's exceptions.
    """
    local = [Middleware(LocalOnly)]
    routes: list[BaseRoute] = [
        Route(page.path, page.endpoint, methods=list(page.methods or ()), middleware=local)
        for page in (pages(world, signed_in) if signed_in is not None else ())
    ]
    app = Starlette(routes=[*routes, Mount("/", app=Service(world, OPERATIONS))])
    app.state.world = world
    return app
