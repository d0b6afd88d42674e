"""Projects, environments and configs, keyed by the provider's name and the provider's own ids.

Names are snapshots of what was last read from the provider; only ids identify.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Project:
    """A project: something whose behaviour is configured."""

    provider: str
    id: str
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """Its identity: the provider's name and the id there."""
        return (self.provider, self.id)


@dataclass(frozen=True, slots=True)
class Environment:
    """Where a config can be live. `is_default` and `is_critical` are the provider's own marks."""

    provider: str
    id: str
    name: str
    is_default: bool = False
    is_critical: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Its identity: the provider's name and the id there."""
        return (self.provider, self.id)


@dataclass(frozen=True, slots=True)
class Config:
    """One version of a project that can be made live.

    `content_version` changes whenever the content under this id changes; if the provider's configs are immutable, it is
    the id itself.
    """

    provider: str
    project_id: str
    id: str
    name: str
    content_version: str
    is_archived: bool = False
    """Archived at the provider: it can no longer be made live."""

    @property
    def key(self) -> tuple[str, str, str]:
        """Its identity: the provider's name, project id and config id (which can repeat in other projects)."""
        return (self.provider, self.project_id, self.id)


def change_label(number: int) -> str:
    """The short name of a change for people: 142 → ``ch-142``."""
    return f"ch-{number}"
