"""The nouns: what a provider has, keyed by the provider's name and the provider's own ids.

Names are snapshots of what the provider said last; only ids identify.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Project:
    """The thing whose behaviour is configured."""

    provider: str
    id: str
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it: provider name and provider id."""
        return (self.provider, self.id)


@dataclass(frozen=True, slots=True)
class Environment:
    """Where a config can be live. `is_default` is the provider's own mark, `is_critical` likewise where it has one."""

    provider: str
    id: str
    name: str
    is_default: bool = False
    is_critical: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it: provider name and provider id."""
        return (self.provider, self.id)


@dataclass(frozen=True, slots=True)
class Config:
    """One version of a project that can be made live.

    `content_version` changes whenever the content under this id changes; for providers with immutable configs it is
    the id itself.
    """

    provider: str
    project_id: str
    id: str
    name: str
    content_version: str
    is_archived: bool = False
    """The provider's own mark: it is kept, and can no longer be made live."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies it: provider name, project id and provider id, which some give once in each project."""
        return (self.provider, self.project_id, self.id)


def change_label(number: int) -> str:
    """The short name of a change for people: 142 → ``ch-142``."""
    return f"ch-{number}"
