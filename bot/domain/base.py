"""The base class of all use case results."""

from __future__ import annotations


class Outcome:
    """The result of a line, button or form. Each kind is a dataclass; `handlers.messages` registers its renderer."""

    __slots__ = ()
