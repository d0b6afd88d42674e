"""Changes that other people make at the service, bypassing the API; those to AI Configs appear in the audit log."""

from __future__ import annotations

from typing import Any, Literal

from bot.services.launchdarkly.configs import delete_config
from bot.services.launchdarkly.instructions import Instructions
from bot.services.launchdarkly.records import DISABLED, ApprovalSettings, Config, Rollout, Serving, Share
from bot.services.launchdarkly.targeting import change, keep
from bot.services.launchdarkly.variations import VariationPatch, edited, save, without
from bot.services.launchdarkly.world import Actor, World


class ExternalActor:
    """Somebody who uses the browser: no token, approval gate or fault applies. `member` is the id of the person."""

    def __init__(self, world: World, project: str, member: str | None = None) -> None:
        self._world = world
        self._project = project
        self._actor = Actor(member=member)

    def serve(self, config: str, environment: str, variation: str, *, comment: str | None = None) -> None:
        """Let the default rule serve another variation; an empty `variation` is the disabled entry."""
        entry = self._config(config).entry(variation).id
        self.patch(
            config,
            environment,
            {"kind": "updateFallthroughVariationOrRollout", "variationId": entry},
            comment=comment,
        )

    def patch(self, config: str, environment: str, *instructions: dict[str, Any], comment: str | None = None) -> None:
        """Apply the instructions of a semantic patch."""
        steps = Instructions.model_validate({"instructions": list(instructions)}).instructions
        change(self._world, self._actor, self._config(config), environment, list(steps), comment)

    def edit(self, config: str, variation: str, *, comment: str | None = None, **fields: Any) -> None:
        """Edit a variation; `fields` have the names of the API, for example ``instructions="…"``."""
        old = self._config(config)
        new = edited(old, variation, VariationPatch.model_validate(fields | {"comment": comment}), self._world.ms())
        save(self._world, self._actor, old, new, variation, "updateAIConfigVariation", comment)

    def archive(self, config: str, variation: str) -> None:
        """Archive a variation; environments that serve it keep serving it."""
        self.edit(config, variation, state="archived")

    def delete(self, config: str, variation: str) -> None:
        """Delete a variation; where it was served, the disabled entry is served instead."""
        old = self._config(config)
        new = old.model_copy(deep=True)
        lost, nothing = new.entry(variation).id, new.entry(DISABLED).id
        for place in new.places.values():
            if lost not in place.entries(0):
                continue
            for serving in (place.fallthrough, *(rule.serving for rule in place.rules)):
                if lost in serving.entries(0):
                    serving.entry, serving.rollout = nothing, None
            place.off = nothing if place.off == lost else place.off
            place.targets = [target for target in place.targets if target.entry != lost]
            place.version += 1
            place.last_modified = self._world.ms()
        new.on, new.off = (nothing if each == lost else each for each in (new.on, new.off))
        new = without(new, variation)
        save(self._world, self._actor, old, new, variation, "deleteAIConfigVariation", None)

    def delete_config(self, config: str) -> None:
        """Delete an AI Config."""
        delete_config(self._world, self._actor, self._config(config))

    def switch(self, config: str, environment: str, *, on: bool) -> None:
        """Switch targeting on or off; the API has no instruction for this."""

        def move(new: Config) -> None:
            new.places[environment].enabled = on

        self._move(config, environment, move)

    def hold(
        self,
        config: str,
        environment: str,
        by: Literal["experiment", "measuredRollout"] | None,
        *variations: str,
    ) -> None:
        """Start an experiment or a guarded rollout on the default rule with these variations; with None, end it."""

        def move(new: Config) -> None:
            place = new.places[environment]
            if by is None:
                if place.fallthrough.rollout is not None:
                    place.fallthrough.rollout.allocation = None
                return
            entries = [new.entry(key).id for key in variations] or sorted(place.fallthrough.entries())
            share, rest = divmod(100_000, len(entries))
            shares = [Share(entry=each, weight=share + (rest if at == 0 else 0)) for at, each in enumerate(entries)]
            place.fallthrough = Serving(rollout=Rollout(shares=shares, allocation=by))

        self._move(config, environment, move)

    def gate(self, environment: str, settings: ApprovalSettings | None) -> None:
        """Set the approval settings of an environment; None removes them."""
        self._world.gate(self._project, environment, settings)

    def rename_environment(self, environment: str, name: str) -> None:
        """Rename an environment; its key stays the same."""
        project = self._world.project(self._project).model_copy(deep=True)
        project.environments[environment].name = name
        self._world.save(project)

    def delete_environment(self, environment: str) -> None:
        """Delete an environment and the targeting in it."""
        project = self._world.project(self._project).model_copy(deep=True)
        del project.environments[environment]
        for config in self._world.configs(self._project):
            copy = config.model_copy(deep=True)
            copy.places.pop(environment, None)
            self._world.save(copy)
        self._world.save(project)

    def _config(self, key: str) -> Config:
        return self._world.config(self._project, key)

    def _move(self, key: str, environment: str, move: Any) -> None:
        old = self._config(key)
        new = old.model_copy(deep=True)
        move(new)
        if new == old:
            return
        place = new.places[environment]
        place.version += 1
        place.last_modified = self._world.ms()
        new.targeting_version += 1
        keep(self._world, self._actor, old, new, environment)
