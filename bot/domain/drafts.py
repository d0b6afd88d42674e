"""What is stored for a button, so that only an id is sent to Slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.change_requests import ChangeRequest
from bot.domain.project_edits import PlannedEdit

Draft = str | ChangeRequest | PlannedEdit
"""A command line, or a change or project edit that has to be confirmed first."""

Drafts = Mapping[Draft, str]
"""Draft → the id under which it is stored."""


@dataclass(frozen=True, slots=True)
class UnreadableDraft:
    """A stored draft that is damaged or has an unknown format: it is refused and nothing is done."""

    why: str
    """What is wrong with it, for the log."""
