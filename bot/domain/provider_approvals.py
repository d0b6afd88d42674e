"""A provider's own approval of a change, and its record of who changed what is live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class GateState(StrEnum):
    """The state of an approval request at a provider."""

    PENDING = "pending"
    APPROVED = "approved"
    """Approved by enough people there, and not applied yet."""
    DECLINED = "declined"
    APPLIED = "applied"
    FAILED = "failed"
    """Applying it failed, because something else had changed; nothing was changed."""
    GONE = "gone"
    """It was deleted."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What is stored of an approval request at a provider: its id there, and the address where people review it."""

    id: str
    link: str


@dataclass(frozen=True, slots=True)
class Review:
    """One person's review at the provider. `by` is a name or an e-mail address, or else an id."""

    by: str
    approves: bool
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ProviderApproval:
    """An approval request at a provider. `link` is the address where people review it."""

    id: str
    link: str
    state: GateState
    reviewers: tuple[Review, ...] = ()
    """Reviews that approve or decline, oldest first."""
    comment: str = ""
    """The comment of the last review."""
    conflicts: tuple[str, ...] = ()
    """Why it could not be applied, in the provider's words."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Who changed what is live, when, and their comment. `by` is empty if the provider does not record it."""

    at: datetime
    by: str = ""
    comment: str = ""
