"""What a change makes live. It is always stated: *nothing* is a value of its own, never a field that is missing."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.live_state import Nothing, Split
from bot.domain.names import Config, Environment

Target = Config | Split | Nothing
"""One config, the weights of a split, or nothing at all."""


@dataclass(frozen=True, slots=True)
class LiveIn:
    """Whatever is live in another environment, the source of a promote; it is looked up when it is asked for."""

    environment: Environment


@dataclass(frozen=True, slots=True)
class PreviouslyLive:
    """Whatever was live before what is live now; it is looked up when it is asked for."""


UnresolvedTarget = LiveIn | PreviouslyLive
"""What has to be looked up before it is a `Target`."""


def config_of(target: Target | UnresolvedTarget) -> Config | None:
    """The config that is to be live, where the target is one config."""
    return target if isinstance(target, Config) else None
