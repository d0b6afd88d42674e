"""Shared by all lists with pages: buttons that turn the page, and rows with a button that runs a line."""

from __future__ import annotations

import re
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


_PAGE = re.compile(r"\x1f(?P<page>[1-9]\d{0,5})\x1f(?P<line>.*)", re.DOTALL)
"""The page stands in front, between unit separators: a line begins with a verb, and may end with the words *page 2*."""


def page_line(line: str, page: int) -> str:
    """The draft behind a page button: a line and a page number."""
    return f"\x1f{page}\x1f{line}"


def read_page_line(draft: str) -> tuple[str, int]:
    """The inverse of `page_line`; the first page for any other line."""
    match = _PAGE.fullmatch(draft)
    return (match["line"], int(match["page"])) if match else (draft, 1)


def page_suggestions(current: Paged) -> tuple[Suggestion, ...]:
    """Suggestions for the previous and the next page."""
    neighbours = (("Previous page", current.page - 1), ("Next page", current.page + 1))
    return tuple(
        Suggestion(name, page_line(current.line, page)) for name, page in neighbours if 1 <= page <= current.pages
    )


def pages(current: Paged, drafts: Drafts) -> Iterator[Block | None]:
    """The buttons that turn the page, if there is more than one."""
    if current.pages > 1:
        yield run_buttons(page_suggestions(current), drafts)
        yield context(f"Page {current.page} of {current.pages}")


def row(text: str, line: str, drafts: Drafts, number: int) -> Block:
    """A paragraph with a button that runs its line; without the button when `drafts` does not have the line."""
    show_button = button("Show", numbered(Action.RUN_LINE, number), drafts[line]) if line in drafts else None
    return section(text, accessory=show_button)
