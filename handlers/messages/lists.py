"""Shared by all lists with pages: buttons that turn the page, and rows with a button that runs a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from slack_sdk.models.blocks import Block

from bot.domain.drafts import Drafts
from bot.domain.views import Suggestion
from handlers.ids import Action, numbered
from handlers.messages.blocks import button, context, run_buttons, section


class Paged(Protocol):
    """A list that is shown page by page."""

    @property
    def page(self) -> int:
        """The page that is shown, from 1."""

    @property
    def pages(self) -> int:
        """The number of pages."""

    @property
    def line(self) -> str:
        """The line that shows the list again."""


def page_suggestions(current: Paged) -> tuple[Suggestion, ...]:
    """Suggestions for the previous and the next page."""
    neighbours = (("Previous page", current.page - 1), ("Next page", current.page + 1))
    return tuple(Suggestion(name, current.line, page) for name, page in neighbours if 1 <= page <= current.pages)


def pages(current: Paged, drafts: Drafts) -> Iterator[Block | None]:
    """The buttons that turn the page, if there is more than one."""
    if current.pages > 1:
        yield run_buttons(page_suggestions(current), drafts)
        yield context(f"Page {current.page} of {current.pages}")


def row(text: str, line: str, drafts: Drafts, number: int) -> Block:
    """A paragraph with a button that runs its line; without the button when `drafts` does not have the line."""
    show_button = button("Show", numbered(Action.RUN_LINE, number), drafts[line]) if line in drafts else None
    return section(text, accessory=show_button)
