"""A change that somebody wants, before anything was looked up at the provider."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.changes import Kind, can_ask_for
from bot.domain.names import Config, Environment, Project
from bot.domain.targets import LiveIn, Target, UnresolvedTarget, config_of
from bot.domain.times import WantedTime


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A change that somebody wants, with every name resolved."""

    kind: Kind
    project: Project
    environment: Environment
    target: Target | UnresolvedTarget
    """What to make live; always stated, also where it is nothing or has to be looked up."""
    because: str | None = None
    undoes: str | None = None
    drops: str | None = None
    """Fingerprint of the weights that whoever asks was shown and gives up."""
    when: WantedTime | None = None
    """When it is to be applied; None as soon as it may be."""

    @property
    def config(self) -> Config | None:
        """The config to make live, where one is named."""
        return config_of(self.target)

    @property
    def source(self) -> Environment | None:
        """The environment that a promote takes its config from."""
        return self.target.environment if isinstance(self.target, LiveIn) else None

    @property
    def is_fit(self) -> bool:
        """Whether it can be asked for: its target is one that its kind can have."""
        return can_ask_for(self.kind, self.target)
