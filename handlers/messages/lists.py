"""What every list that pages has: buttons that turn the page, and rows with a button that runs a line."""

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
    """A list of which one page is shown."""

    @property
    def page(self) -> int:
        """The page that is shown, from 1."""

    @property
    def pages(self) -> int:
        """How many there are."""

    @property
    def line(self) -> str:
        """The line that shows the list again."""


_PAGE = re.compile(r"(?P<line>.*) page (?P<page>[1-9]\d{0,5})")


def page_line(line: str, page: int) -> str:
    """The draft behind a page button: a line and the page of its answer."""
    return f"{line} page {page}"


def read_page_line(draft: str) -> tuple[str, int]:
    """The inverse of `page_line`; the first page for any other line."""
    found = _PAGE.fullmatch(draft)
    return (found["line"], int(found["page"])) if found else (draft, 1)


def page_suggestions(shown: Paged) -> tuple[Suggestion, ...]:
    """The pages before and after the one that is shown."""
    near = (("Previous page", shown.page - 1), ("Next page", shown.page + 1))
    return tuple(Suggestion(name, page_line(shown.line, page)) for name, page in near if 1 <= page <= shown.pages)


def pages(shown: Paged, drafts: Drafts) -> Iterator[Block | None]:
    """The buttons that turn the page, where there is more than one."""
    if shown.pages > 1:
        yield run_buttons(page_suggestions(shown), drafts)
        yield context(f"Page {shown.page} of {shown.pages}")


def row(text: str, line: str, drafts: Drafts, number: int) -> Block:
    """A paragraph of our own words with a button that runs its line; without one where there is no draft for it."""
    show = button("Show", numbered(Action.RUN_LINE, number), drafts[line]) if line in drafts else None
    return section(text, accessory=show)
