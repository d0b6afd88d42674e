"""Instructions about contexts that are targeted individually."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from bot.services.launchdarkly.bodies import Body
from bot.services.launchdarkly.errors import invalid
from bot.services.launchdarkly.records import Config, Entry, Place, Target
from bot.services.launchdarkly.steps import Instruction, entry_with_id


class TargetBody(Body):
    """Contexts of one kind and the variation that they are served."""

    variation_id: str
    values: list[str]
    context_kind: str = "user"


class AddTargets(Instruction, TargetBody):
    """Target more contexts with a variation."""

    part = "targets"
    kind: Literal["addTargets"]

    def apply(self, config: Config, place: Place) -> None:
        """Add the contexts."""
        add(place.targets, entry_with_id(config, self.variation_id), self.context_kind, self.values)


class RemoveTargets(Instruction, TargetBody):
    """Stop targeting contexts with a variation."""

    part = "targets"
    kind: Literal["removeTargets"]

    def apply(self, config: Config, place: Place) -> None:
        """Remove the contexts; those that are not targeted are ignored."""
        entry = entry_with_id(config, self.variation_id)
        for target in place.targets:
            if (target.entry, target.context_kind) == (entry.id, self.context_kind):
                target.values = [value for value in target.values if value not in self.values]
        place.targets = [target for target in place.targets if target.values]


class ReplaceTargets(Instruction):
    """Replace all targets."""

    part = "targets"
    kind: Literal["replaceTargets"]
    targets: list[TargetBody]

    def apply(self, config: Config, place: Place) -> None:
        """Replace the targets."""
        place.targets = []
        for target in self.targets:
            add(place.targets, entry_with_id(config, target.variation_id), target.context_kind, target.values)


class ClearTargets(Instruction):
    """Remove all targets of a variation."""

    part = "targets"
    kind: Literal["clearTargets"]
    variation_id: str

    def apply(self, config: Config, place: Place) -> None:
        """Remove the targets."""
        entry = entry_with_id(config, self.variation_id)
        place.targets = [target for target in place.targets if target.entry != entry.id]


def add(targets: list[Target], entry: Entry, context_kind: str, values: Sequence[str]) -> None:
    """Target contexts. Raises `Refusal` (400) if another variation targets one of them."""
    of_kind = [target for target in targets if target.context_kind == context_kind]
    taken = {value for target in of_kind if target.entry != entry.id for value in target.values}
    if both := taken.intersection(values):
        raise invalid(f"{context_kind} {min(both)} is targeted by two variations")
    target_of_entry = next((target for target in of_kind if target.entry == entry.id), None)
    if target_of_entry is None:
        target_of_entry = Target(context_kind=context_kind, entry=entry.id, values=[])
        targets.append(target_of_entry)
    target_of_entry.values.extend(value for value in dict.fromkeys(values) if value not in target_of_entry.values)
