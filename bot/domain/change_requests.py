"""A requested change, before anything was read from the provider."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.changes import Kind, can_ask_for
from bot.domain.names import Config, Environment, Project
from bot.domain.targets import LiveIn, Target, UnresolvedTarget, config_of
from bot.domain.times import WantedTime


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A requested change, with every name resolved."""

    kind: Kind
    project: Project
    environment: Environment
    target: Target | UnresolvedTarget
    """What to make live. Always set, even for `Nothing` or a target that has to be looked up."""
    because: str | None = None
    undoes: str | None = None
    drops: str | None = None
    """Fingerprint of the rollout weights that the requester saw and confirmed to replace."""
    when: WantedTime | None = None
    """When to apply it; None means as soon as allowed."""

    @property
    def config(self) -> Config | None:
        """The config to make live, if one is named."""
        return config_of(self.target)

    @property
    def source(self) -> Environment | None:
        """The environment that a promote takes its config from."""
        return self.target.environment if isinstance(self.target, LiveIn) else None

    @property
    def is_fit(self) -> bool:
        """Whether the kind of change can have this target."""
        return can_ask_for(self.kind, self.target)
