"""Durations as people type them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from rapidfuzz import fuzz

from bot.domain.times import In

LONGEST = timedelta(days=366)
"""The longest accepted duration."""

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), timedelta(seconds=1)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks"), timedelta(weeks=1)),
}
_NO_UNITS = frozenset({"month", "months", "year", "years"})
"""Recognised as units but rejected, because their length varies."""
_AMOUNT = r"\d{1,9}(?:\.\d{1,3})?"
_SPAN = re.compile(rf"(?:{_AMOUNT} ?[a-z]+(?: and)? ?)+", re.ASCII)
_PIECE = re.compile(rf"({_AMOUNT}) ?([a-z]+)", re.ASCII)


def span(words: Sequence[str]) -> tuple[In, int] | None:
    """The longest duration at the start of the words (``2h``, ``90 min``, ``1 day 2 hours``), and its word count."""
    for count in range(min(len(words), 6), 0, -1):
        text = " ".join(words[:count])
        duration = _duration(text)
        if duration is not None:
            return In(duration, text), count
    return None


def _duration(text: str) -> timedelta | None:
    if not _SPAN.fullmatch(text) or text.endswith("and"):
        return None
    total = 0.0
    for amount, unit in _PIECE.findall(text):
        size = _UNITS.get(unit)
        if size is None:
            return None
        total += float(amount) * size.total_seconds()
    return timedelta(seconds=round(total)) if 1 <= total <= LONGEST.total_seconds() else None


def like_span(words: Sequence[str]) -> bool:
    """Whether the words look like a duration, valid or not."""
    if not words:
        return False
    match = re.fullmatch(r"-?\d[\d.,]*([a-z]*)[\da-z]*", words[0], re.ASCII)
    if match is None:
        return False
    unit = match[1] or (words[1] if len(words) > 1 else "")
    return (
        not unit
        or unit in _UNITS
        or unit in _NO_UNITS
        or any(fuzz.ratio(unit, name) >= 80 for name in _UNITS if len(name) > 3)
    )


def written(duration: timedelta) -> str:
    """A duration as it can be typed: ``1d2h30m``."""
    seconds = int(duration.total_seconds())
    pieces = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        amount, seconds = divmod(seconds, size)
        if amount:
            pieces.append(f"{amount}{unit}")
    return "".join(pieces)
