"""The fields that a project can have, for all providers; `Capabilities.fields` says which ones a provider has."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal


@dataclass(frozen=True, slots=True)
class Maintainer:
    """The maintainer of a project: a member or a team of the provider's account, identified by `id`."""

    kind: Literal["member", "team"]
    id: str
    name: str
    email: str = ""
    """A member's e-mail address; empty for a team."""


@dataclass(frozen=True, slots=True)
class ProjectFields:
    """Values of a project's fields. None means not set: an update leaves it unchanged, a read project has no value.

    `directory` is an id, `metric` the key of the metric that evaluations use, `inverted` means that less of it is
    better.
    """

    name: str | None = None
    directory: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    maintainer: Maintainer | None = None
    metric: str | None = None
    inverted: bool | None = None

    def named(self) -> tuple[str, ...]:
        """The names of the fields that are set, in the order of their declaration."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) is not None)
