"""What is stored behind buttons, so that only an id goes over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.change_requests import ChangeRequest
from bot.domain.project_edits import PlannedEdit

Draft = str | ChangeRequest | PlannedEdit
"""A line of the language, a change that is confirmed first, or an edit of a project that is confirmed first."""

Drafts = Mapping[Draft, str]
"""The ids under which drafts are stored."""


@dataclass(frozen=True, slots=True)
class UnreadableDraft:
    """A stored draft that another version wrote, or that is damaged: nothing may be done with it."""

    why: str
    """What is wrong with it, for the log."""
