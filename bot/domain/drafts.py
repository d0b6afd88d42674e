"""What is stored for a button, so that only an id is sent to Slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.change_requests import ChangeRequest
from bot.domain.project_edits import PlannedEdit


@dataclass(frozen=True, slots=True)
class ListPage:
    """A command line that lists something, and the page of its list, from 1."""

    line: str
    page: int = 1


Draft = str | ListPage | ChangeRequest | PlannedEdit
"""A command line, a page of what one lists, or a change or project edit that has to be confirmed first."""

Drafts = Mapping[Draft, str]
"""Draft → the id under which it is stored."""


@dataclass(frozen=True, slots=True)
class UnreadableDraft:
    """A stored draft that is damaged or has an unknown format: it is refused and nothing is done."""

    why: str
    """What is wrong with it, for the log."""
