"""The one list of provider kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import httpx
from pydantic import SecretStr

from bot.clients.base import ProviderClient
from bot.clients.humanloop import HumanloopClient
from bot.clients.transport import EventHooks

KINDS: Mapping[str, Callable[..., ProviderClient]] = MappingProxyType({"humanloop": HumanloopClient})
"""Kind → what builds its client. Our own registry speaks the Humanloop wire, so it is of that kind."""


def build(
    kind: str,
    name: str,
    base_url: str,
    api_key: SecretStr,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    timeout: float = 10.0,
    concurrency: int = 16,
    event_hooks: EventHooks | None = None,
) -> ProviderClient:
    """A client of that kind. Raises `ValueError` for the operator: a kind, address or key that cannot work.

    `name` is the operator's name of the provider, `timeout` seconds for a whole call, `concurrency` calls at once.
    """
    factory = KINDS.get(kind)
    if factory is None:
        raise ValueError(f"{name} is of kind {kind!r}; there is {', '.join(sorted(KINDS))}")
    return factory(
        name,
        base_url,
        api_key,
        transport=transport,
        timeout=timeout,
        concurrency=concurrency,
        event_hooks=event_hooks,
    )
