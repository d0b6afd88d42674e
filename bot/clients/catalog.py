"""The list of provider kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import httpx
from pydantic import SecretStr

from bot.clients.base import ProviderClient
from bot.clients.humanloop import HumanloopClient
from bot.clients.launchdarkly import LaunchDarklyClient
from bot.clients.transport import EventHooks

KINDS: Mapping[str, Callable[..., ProviderClient]] = MappingProxyType(
    {"humanloop": HumanloopClient, "launchdarkly": LaunchDarklyClient}
)
"""Kind → function that builds its client. Our own registry speaks the Humanloop API, so it is of that kind."""

WITH_PROJECT = frozenset({"launchdarkly"})
"""Kinds where a provider is one project of an account, so the project's key is required."""


def build(
    kind: str,
    name: str,
    base_url: str,
    api_key: SecretStr,
    *,
    project: str | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    timeout: float = 10.0,
    concurrency: int = 16,
    event_hooks: EventHooks | None = None,
) -> ProviderClient:
    """Build a client of that kind. Raises `ValueError`, worded for the operator, if a setting cannot work.

    `name` is the operator's name for the provider, `project` the key of its project (kinds in `WITH_PROJECT` only),
    `timeout` the seconds for a whole call, `concurrency` the number of simultaneous calls.
    """
    factory = KINDS.get(kind)
    if factory is None:
        raise ValueError(f"{name} is of kind {kind!r}; there is {', '.join(sorted(KINDS))}")
    if project is not None and kind not in WITH_PROJECT:
        raise ValueError(f"{name} is of kind {kind}, which takes no project")
    settings = {"project": project} if kind in WITH_PROJECT else {}
    return factory(
        name,
        base_url,
        api_key,
        **settings,
        transport=transport,
        timeout=timeout,
        concurrency=concurrency,
        event_hooks=event_hooks,
    )
