"""The fields that a project can have beside its id, over all providers; each provider says which of them it keeps."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal


@dataclass(frozen=True, slots=True)
class Maintainer:
    """Who looks after a project: a person of the provider's account, or a team there. `id` is what identifies it."""

    kind: Literal["member", "team"]
    id: str
    name: str
    email: str = ""
    """Of a member; a team has none."""


@dataclass(frozen=True, slots=True)
class ProjectFields:
    """Values of a project's fields. What is None is not named: an update leaves it as it is, a reading has none.

    `directory` is an id, `metric` the key of the metric that evaluations go by, `inverted` says that less of it is
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
        """The fields that are set, in the order in which they stand here."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) is not None)
