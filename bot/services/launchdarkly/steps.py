"""The base class of semantic patch instructions on targeting, and how an instruction names what to serve."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from bot.services.launchdarkly.bodies import Body
from bot.services.launchdarkly.errors import invalid
from bot.services.launchdarkly.records import WHOLE, Config, Entry, Place, Rollout, Serving, Share


class Instruction(Body):
    """One step of a patch. `part` is the attribute of `Place` that it changes; empty for the project-wide defaults."""

    part: ClassVar[str] = ""

    @abstractmethod
    def apply(self, config: Config, place: Place) -> None:
        """Change `place`, or the defaults of `config`. Raises `Refusal`."""


def entry_with_id(config: Config, identifier: str) -> Entry:
    """Return the targeting entry with this id. Raises `Refusal` (400)."""
    entry = config.entry_by_id(identifier)
    if entry is None:
        raise invalid(f"Unknown variationId {identifier}")
    return entry


class Choice(Body):
    """What to serve: one variation, or several by weight."""

    variation_id: str | None = None
    rollout_weights: dict[str, int] | None = None
    rollout_context_kind: str = "user"
    rollout_bucket_by: str | None = None

    def serving(self, config: Config) -> Serving:
        """Convert to a `Serving`, checked against the entries of `config`. Raises `Refusal` (400)."""
        if (self.variation_id is None) == (self.rollout_weights is None):
            raise invalid("give one of variationId and rolloutWeights")
        if self.variation_id is not None:
            return Serving(entry=entry_with_id(config, self.variation_id).id)
        weights = self.rollout_weights or {}
        for identifier, weight in weights.items():
            entry_with_id(config, identifier)
            if weight < 0:
                raise invalid("rolloutWeights: a weight cannot be negative")
        if sum(weights.values()) != WHOLE:
            raise invalid(f"rolloutWeights: the weights have to add up to {WHOLE}")
        shares = [Share(entry=entry.id, weight=weights[entry.id]) for entry in config.entries if entry.id in weights]
        return Serving(
            rollout=Rollout(context_kind=self.rollout_context_kind, bucket_by=self.rollout_bucket_by, shares=shares)
        )
