"""The target of a change: what it makes live. `Nothing` is an explicit value, never a missing field."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.live_state import Nothing, Split
from bot.domain.names import Config, Environment

Target = Config | Split | Nothing
"""A resolved target: one config, the weights of a split, or nothing."""


@dataclass(frozen=True, slots=True)
class LiveIn:
    """What is live in another environment, the source of a promote; looked up when the change is requested."""

    environment: Environment


@dataclass(frozen=True, slots=True)
class PreviouslyLive:
    """What was live before; looked up when the change is requested."""


UnresolvedTarget = LiveIn | PreviouslyLive
"""A target that has to be looked up to become a `Target`."""


def config_of(target: Target | UnresolvedTarget) -> Config | None:
    """The config, if the target is one; else None."""
    return target if isinstance(target, Config) else None
