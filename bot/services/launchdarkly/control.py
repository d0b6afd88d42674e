"""Endpoints that the real service lacks: faults and odd behaviour on demand, for tests in another process."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from starlette.responses import Response

from bot.services.launchdarkly.bodies import Body
from bot.services.launchdarkly.faults import Fault
from bot.services.launchdarkly.limits import Limits
from bot.services.launchdarkly.service import CONTROL, Incoming, Operation, answer, gone


class Settings(Body):
    """The settings that a test may change; see `World`. Fields that are not sent keep their value."""

    lag: Annotated[int, Field(ge=0)] | None = None
    gate_status: Literal[403, 405] | None = None
    thin_versions: bool | None = None
    account_limit: Annotated[int, Field(ge=0)] | None = None
    route_limit: Annotated[int, Field(ge=0)] | None = None
    token_limit: Annotated[int, Field(ge=0)] | None = None
    address_limit: Annotated[int, Field(ge=0)] | None = None


def _add_fault(incoming: Incoming) -> Response:
    incoming.world.faults.add(incoming.body(Fault))
    return gone()


def _clear_faults(incoming: Incoming) -> Response:
    incoming.world.faults.clear()
    return gone()


def _set(incoming: Incoming) -> Response:
    world, body = incoming.world, incoming.body(Settings)
    world.lag = world.lag if body.lag is None else body.lag
    world.gate_status = body.gate_status or world.gate_status
    world.thin_versions = world.thin_versions if body.thin_versions is None else body.thin_versions
    limits = world.limits
    world.limits = Limits(
        limits.account if body.account_limit is None else body.account_limit,
        limits.route if body.route_limit is None else body.route_limit,
        limits.token if body.token_limit is None else body.token_limit,
        limits.address if body.address_limit is None else body.address_limit,
    )
    return gone()


def _calls(incoming: Incoming) -> Response:
    calls = [{"method": call.method, "path": call.path, "status": call.status} for call in incoming.world.calls]
    return answer({"items": calls})


OPERATIONS = (
    Operation("POST", f"{CONTROL}/faults", _add_fault),
    Operation("DELETE", f"{CONTROL}/faults", _clear_faults),
    Operation("PATCH", f"{CONTROL}/settings", _set),
    Operation("GET", f"{CONTROL}/calls", _calls),
)
