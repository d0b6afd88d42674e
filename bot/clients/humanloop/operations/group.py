"""Base class of all operation groups: the connection, and reading all pages of a list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.clients.humanloop import wire
from bot.clients.transport import Call, Transport

PAGE_SIZE = 100
MOST_PAGES = 1_000
"""Reading stops with an error after this many pages: the service's paging must be broken."""

Item = TypeVar("Item")


class Group:
    """Operations on one kind of resource over one connection."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def _all(
        self,
        fetch: Callable[[int], Awaitable[wire.Page[Item]]],
        key: Callable[[Item], str],
        call: Call,
    ) -> list[Item]:
        """Read the records of all pages, each once by its `key`. Stops after `total` records or at an empty page.

        A page that brings nothing new although more is promised is `UNINTELLIGIBLE`, so is a list without an end.
        """
        records: dict[str, Item] = {}
        read = 0
        for number in range(MOST_PAGES):
            page = await fetch(number)
            before = len(records)
            records.update((key(record), record) for record in page.records)
            read += len(page.records)
            if not page.records or read >= page.total:
                return list(records.values())
            if len(records) == before:
                raise self._transport.unintelligible(call, f"page {number} repeats what was read before")
        raise self._transport.unintelligible(call, f"more than {MOST_PAGES} pages")
