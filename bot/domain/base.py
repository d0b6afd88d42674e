"""What every answer of a use case has in common."""

from __future__ import annotations


class Outcome:
    """What a line, a button or a form led to. Each kind is a dataclass; `handlers.messages` registers its words."""

    __slots__ = ()
