"""What a provider demands, and knows, by itself: its own approval of a change, and who moved what is live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class GateState(StrEnum):
    """Where an approval that was asked for at a provider stands."""

    PENDING = "pending"
    APPROVED = "approved"
    """Enough people there said yes; it is not applied yet."""
    DECLINED = "declined"
    APPLIED = "applied"
    FAILED = "failed"
    """It was applied and did not take, because something else had moved; nothing changed."""
    GONE = "gone"
    """Somebody deleted it."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What is remembered of an approval that was asked for at a provider: its id there, and where people review it."""

    id: str
    link: str


@dataclass(frozen=True, slots=True)
class Review:
    """What one person said at the provider. `by` is a name or an e-mail address, or an id where there is neither."""

    by: str
    approves: bool
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ProviderApproval:
    """An approval at a provider. `link` is where people review it."""

    id: str
    link: str
    state: GateState
    reviewers: tuple[Review, ...] = ()
    """Those who said yes or no, in their order."""
    comment: str = ""
    """What the last of them wrote."""
    conflicts: tuple[str, ...] = ()
    """Why it could not be applied, in the provider's words."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Who changed what is live, when, and what they wrote. `by` is empty where the provider does not tell."""

    at: datetime
    by: str = ""
    comment: str = ""
