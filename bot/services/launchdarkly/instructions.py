"""Instructions of a semantic patch on targeting. They are applied to a copy: all of them, or none.

The kinds are those of the REST API v2, *Update AI Config targeting*. None switches targeting on or off.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.services.launchdarkly import individual_targets, rules
from bot.services.launchdarkly.bodies import Body
from bot.services.launchdarkly.errors import Refusal, invalid
from bot.services.launchdarkly.records import Config, Place
from bot.services.launchdarkly.steps import Choice, Instruction, entry_with_id
from bot.services.launchdarkly.values import served_value


class UpdateFallthrough(Instruction, Choice):
    """Change the default rule. Refused while an experiment or a guarded rollout holds it."""

    part = "fallthrough"
    kind: Literal["updateFallthroughVariationOrRollout"]

    def apply(self, config: Config, place: Place) -> None:
        """Serve something else by default."""
        held = place.fallthrough.rollout and place.fallthrough.rollout.allocation
        if held:
            holder = "an experiment" if held == "experiment" else "a guarded rollout"
            raise Refusal(409, f"The default rule is held by {holder} that is running")
        place.fallthrough = self.serving(config)


class UpdateOffVariation(Instruction):
    """Set what is served while targeting is off."""

    part = "off"
    kind: Literal["updateOffVariation"]
    variation_id: str

    def apply(self, config: Config, place: Place) -> None:
        """Choose the off variation."""
        place.off = entry_with_id(config, self.variation_id).id


class UpdateTrackEvents(Instruction):
    """Set whether events are tracked."""

    part = "track_events"
    kind: Literal["updateTrackEvents"]
    track_events: bool

    def apply(self, config: Config, place: Place) -> None:  # noqa: ARG002 - the same signature everywhere
        """Switch it."""
        place.track_events = self.track_events


class UpdateTrackEventsFallthrough(Instruction):
    """Set whether events of the default rule are tracked."""

    part = "track_events_fallthrough"
    kind: Literal["updateTrackEventsFallthrough"]
    track_events: bool

    def apply(self, config: Config, place: Place) -> None:  # noqa: ARG002 - what the library hands in
        """Switch it."""
        place.track_events_fallthrough = self.track_events


class UpdateDefaultVariation(Instruction):
    """Set the project-wide default variations, each given by its whole served value or by its id."""

    kind: Literal["updateDefaultVariation"]
    on_variation_value: Any = None
    off_variation_value: Any = None

    def apply(self, config: Config, place: Place) -> None:  # noqa: ARG002 - what the library hands in
        """Set the variations that new environments start with."""
        if self.on_variation_value is None and self.off_variation_value is None:
            raise invalid("give onVariationValue, offVariationValue or both")
        config.on = config.on if self.on_variation_value is None else _entry_id_of(config, self.on_variation_value)
        config.off = config.off if self.off_variation_value is None else _entry_id_of(config, self.off_variation_value)


def _entry_id_of(config: Config, value: Any) -> str:
    for entry in config.entries:
        if value in (entry.id, served_value(config, entry)):
            return entry.id
    raise invalid("no variation has this value")


AnyInstruction = Annotated[
    UpdateFallthrough
    | UpdateOffVariation
    | UpdateTrackEvents
    | UpdateTrackEventsFallthrough
    | UpdateDefaultVariation
    | rules.AddRule
    | rules.RemoveRule
    | rules.ReorderRules
    | rules.ReplaceRules
    | rules.UpdateRule
    | rules.UpdateRuleDescription
    | rules.UpdateRuleTrackEvents
    | rules.AddClauses
    | rules.RemoveClauses
    | rules.UpdateClause
    | rules.AddValues
    | rules.RemoveValues
    | individual_targets.AddTargets
    | individual_targets.RemoveTargets
    | individual_targets.ReplaceTargets
    | individual_targets.ClearTargets,
    Field(discriminator="kind"),
]


class Instructions(Body):
    """All steps of a patch, in order."""

    instructions: Annotated[list[AnyInstruction], Field(min_length=1)]


def applied(config: Config, environment: str, steps: Sequence[Instruction], now: int) -> Config | None:
    """Return a copy of the AI Config with all steps applied. Returns None when they change nothing.

    Raises `Refusal` when a step cannot be applied, or starts to serve an archived variation.
    """
    changed = config.model_copy(deep=True)
    before, after = config.places[environment], changed.places[environment]
    for step in steps:
        step.apply(changed, after)
    for identifier in after.entries() - before.entries():
        if changed.is_archived(entry_with_id(changed, identifier)):
            raise invalid(f"The variation {identifier} is archived and cannot be served")
    if after != before:
        after.version += 1
        after.last_modified = now
    elif (changed.on, changed.off) == (config.on, config.off):
        return None
    changed.targeting_version += 1
    return changed


def conflicts(config: Config, environment: str, base: Place, steps: Sequence[Instruction]) -> list[dict[str, Any]]:
    """The conflicts, as JSON, between `steps`, which were written against `base`, and the current state."""
    now = config.places[environment]
    conflicting = []
    for step in steps:
        if step.part and getattr(now, step.part) != getattr(base, step.part):
            reason = "The environment has changed since the request was made"
            conflicting.append({"instruction": step.named(), "reason": reason})
    if conflicting:
        return conflicting
    try:
        applied(config, environment, steps, now.last_modified)
    except Refusal as refusal:
        return [{"instruction": step.named(), "reason": refusal.message} for step in steps]
    return []
