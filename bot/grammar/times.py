"""Spans and times of day as people type them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from rapidfuzz import fuzz

from bot.grammar.readings import At, In

LONGEST = timedelta(days=366)
"""Nothing is scheduled or locked for longer."""

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), timedelta(seconds=1)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks"), timedelta(weeks=1)),
}
_DAYS = {
    "today": "today",
    "tomorrow": "tomorrow",
    **{
        short: day
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        for short in (day, day[:3])
    },
}
_AMOUNT = r"\d{1,9}(?:\.\d{1,3})?"
_SPAN = re.compile(rf"(?:{_AMOUNT} ?[a-z]+(?: and)? ?)+", re.ASCII)
_PIECE = re.compile(rf"({_AMOUNT}) ?([a-z]+)", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d\d))? ?(am|pm)?", re.ASCII)
_CLOCK_LIKE = re.compile(r"-?\d+[:.]\d*(am|pm)?|-?\d+(am|pm)", re.ASCII)


def span(words: Sequence[str]) -> tuple[In, int] | None:
    """The longest span that the words begin with, ``2h``, ``90 min``, ``1 day 2 hours``, and their number."""
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
        one = _UNITS.get(unit)
        if one is None:
            return None
        total += float(amount) * one.total_seconds()
    return timedelta(seconds=round(total)) if 1 <= total <= LONGEST.total_seconds() else None


def clock(words: Sequence[str]) -> tuple[At, int] | None:
    """The time of day that the words begin with, ``9:00``, ``9 am``, ``monday 17:30``, and how many words it takes."""
    day = None
    start = 0
    if words and words[0] in _DAYS:
        day, start = words[0], 1
        start += words[1:2] == ["at"]
    for count in (2, 1):
        piece = words[start : start + count]
        found = _CLOCK.fullmatch(" ".join(piece)) if len(piece) == count else None
        time = _time(found) if found else None
        if time is None:
            continue
        end = start + count
        if day is None and end < len(words) and words[end] in _DAYS:
            day, end = words[end], end + 1
        return At(*time, _DAYS[day] if day else None, " ".join(words[:end])), end
    return None


def _time(found: re.Match[str]) -> tuple[int, int] | None:
    """Hour and minute; None when there is no such time. A number alone is no time: 9 could be meant twice a day."""
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif found[2] is None:
        return None
    return (hour, minute) if hour < 24 and minute < 60 else None


def like_clock(words: Sequence[str]) -> bool:
    """Whether a time of day was meant, rightly or wrongly written."""
    if not words:
        return False
    if words[0] in _DAYS or _CLOCK_LIKE.fullmatch(words[0]):
        return True
    if words[0] in ("noon", "midnight"):
        return len(words) == 1
    return words[0].isdecimal() and (len(words) == 1 or words[1] in ("am", "pm", *_DAYS))


def like_span(words: Sequence[str]) -> bool:
    """Whether a span was meant, rightly or wrongly written."""
    if not words:
        return False
    found = re.fullmatch(r"-?\d[\d.,]*([a-z]*)[\da-z]*", words[0], re.ASCII)
    if found is None:
        return False
    unit = found[1] or (words[1] if len(words) > 1 else "")
    return not unit or unit in _UNITS or any(fuzz.ratio(unit, known) >= 80 for known in _UNITS if len(known) > 3)


def written(duration: timedelta) -> str:
    """A span as it can be typed: ``1d2h30m``."""
    seconds = int(duration.total_seconds())
    pieces = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        amount, seconds = divmod(seconds, size)
        if amount:
            pieces.append(f"{amount}{unit}")
    return "".join(pieces)
