"""Times of day as people type them, with a day, a date and a zone in any order: ``9:00``, ``monday 9 am utc``.

A number alone is not accepted as a time, nor a date with slashes as a date, because both are ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.domain.times import WEEKDAYS, At, DayOfYear, LocalTime, is_date, zones
from bot.grammar.vocabulary import SPELLINGS
from bot.grammar.words import Word

_DAYS = {
    "today": "today",
    "tomorrow": "tomorrow",
    **{short: day for day in WEEKDAYS for short in (day, day[:3])},
    "tues": "tuesday",
    "thur": "thursday",
    "thurs": "thursday",
}
_MONTHS = {
    short: number
    for number, month in enumerate(
        (
            "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december",
        ),
        start=1,
    )
    for short in (month, month[:3])
}  # fmt: skip
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d\d))? ?(am|pm)?", re.ASCII)
_CLOCK_LIKE = re.compile(r"-?\d+[:.]\d*(am|pm)?|-?\d+(am|pm)", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DATE_LIKE = re.compile(r"\d{1,4}[/-]\d{1,2}([/-]\d{1,4})?|\d{1,2}\.\d{1,2}\.(\d{2,4})?", re.ASCII)
_NUMBER = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_OFFSET = re.compile(r"(?:utc|gmt)?[+-]\d{1,2}(?::?\d\d)?", re.ASCII)
_LIKE_A_ZONE = 82
"""Minimum similarity (0 to 100) of a zone to what was typed."""
_ABBREVIATIONS = {
    **dict.fromkeys(("cet", "cest", "met", "mest"), ("Europe/Madrid", "Europe/Berlin", "Europe/Paris")),
    **dict.fromkeys(("wet", "west", "bst"), ("Europe/London", "Europe/Lisbon")),
    **dict.fromkeys(("eet", "eest"), ("Europe/Athens", "Europe/Helsinki")),
    **dict.fromkeys(("est", "edt", "et"), ("America/New_York",)),
    **dict.fromkeys(("cst", "cdt", "ct"), ("America/Chicago",)),
    **dict.fromkeys(("mst", "mdt", "mt"), ("America/Denver",)),
    **dict.fromkeys(("pst", "pdt", "pt"), ("America/Los_Angeles",)),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "jst": ("Asia/Tokyo",),
    "z": ("UTC",),
}
"""Abbreviation → zones that may be meant. They are suggested, never used directly."""


_NAMING = frozenset({"in"}) | SPELLINGS["to"] | SPELLINGS["of"]
"""Words that are followed by a name."""


@dataclass(slots=True)
class _ParsedTime:
    """The parts of a time that were parsed so far; `end` is the number of words used."""

    end: int = 0
    time: tuple[int, int] | None = None
    day: str | None = None
    date: DayOfYear | None = None
    zone: str | None = None
    day_at: tuple[int, int] = (0, 0)
    """The range of words with the day."""

    @property
    def has_day(self) -> bool:
        return self.day is not None or self.date is not None


def clock(words: Sequence[str]) -> tuple[At, int] | None:
    """The time at the start of the words (``9:00``, ``monday 17:30 europe/madrid``), and its word count."""
    parsed = _parse_time(words)
    if parsed.time is None or (parsed.date is not None and not is_date(parsed.date)):
        return None
    text = " ".join(zones().get(word, word) for word in words[: parsed.end])
    return At(LocalTime(*parsed.time, parsed.day, parsed.date, parsed.zone), text), parsed.end


def _parse_time(words: Sequence[str]) -> _ParsedTime:
    keys = _without_commas(words)
    parsed = _ParsedTime()
    position = 0
    while position < len(keys):
        step = _step(parsed, keys, position)
        if not step:
            break
        parsed.end = position = position + step
    return parsed


def _without_commas(words: Sequence[str]) -> list[str]:
    return [word.rstrip(",") for word in words]


def _step(parsed: _ParsedTime, keys: Sequence[str], position: int) -> int:
    """Parse one part of a time at a position into `parsed`. Returns the number of words used, 0 for none."""
    small = "on" if parsed.time else "at"
    start = position + (position > 0 and keys[position] == small)
    rest = keys[start:]
    if not parsed.has_day and (day := _day(rest)):
        parsed.day, parsed.date, used = day
        parsed.day_at = (start, start + used)
    elif parsed.time is None and (time := _time(rest)):
        parsed.time, used = time
    elif parsed.time and parsed.zone is None and start == position and rest[0] in zones():
        parsed.zone, used = zones()[rest[0]], 1
    else:
        return 0
    return start - position + used


def _day(words: Sequence[str]) -> tuple[str | None, DayOfYear | None, int] | None:
    """The day at the start of the words, by word or by numbers (even if there is no such date), and its word count."""
    if not words:
        return None
    if words[0] in _DAYS:
        return _DAYS[words[0]], None, 1
    if iso := _ISO.fullmatch(words[0]):
        return None, (int(iso[1]), int(iso[2]), int(iso[3])), 1
    for number, month in (words[:2], words[1::-1]) if len(words) > 1 else ():
        match = _NUMBER.fullmatch(number)
        if match and month in _MONTHS:
            has_year = len(words) > 2 and _YEAR.fullmatch(words[2]) is not None
            return None, (int(words[2]) if has_year else None, _MONTHS[month], int(match[1])), 2 + has_year
    return None


def _time(words: Sequence[str]) -> tuple[tuple[int, int], int] | None:
    """Hour and minute at the start of the words. A number alone is not accepted: 9 occurs twice a day."""
    for count in (2, 1):
        match = _CLOCK.fullmatch(" ".join(words[:count])) if len(words) >= count else None
        if match is None:
            continue
        hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "pm" else 0)
        elif half or match[2] is None:
            continue
        if hour < 24 and minute < 60:
            return (hour, minute), count
    return None


def like_clock(words: Sequence[str]) -> bool:
    """Whether the words look like a time of day, valid or not."""
    words = _without_commas(words)
    if not words:
        return False
    if _day(words) or _CLOCK_LIKE.fullmatch(words[0]) or _DATE_LIKE.fullmatch(words[0]):
        return True
    if words[0] in ("noon", "midnight"):
        return len(words) == 1
    return words[0].isdecimal() and (len(words) == 1 or words[1] in ("am", "pm", *_DAYS))


def wrong_clock(words: Sequence[str]) -> tuple[str, int, int] | None:
    """What is wrong with an invalid time: a problem of `Misunderstood`, and the range of words that it concerns."""
    if not like_clock(words):
        return None
    words = _without_commas(words)
    parsed = _parse_time(words)
    behind = words[parsed.end : parsed.end + 1]
    if parsed.date is not None and not is_date(parsed.date):
        return "bad_date", *parsed.day_at
    if behind and _DATE_LIKE.fullmatch(behind[0]):
        return "bad_date", parsed.end, parsed.end + 1
    if parsed.time is None:
        return "no_time" if parsed.has_day and parsed.end == len(words) else "bad_time", 0, len(words)
    if behind and parsed.zone is None and near_zones(behind[0]) is not None:
        return "bad_zone", parsed.end, parsed.end + 1
    return None


def near_zones(word: str) -> tuple[str, ...] | None:
    """Zones that an invalid zone name may mean; None if the word does not look like a zone."""
    if word in _ABBREVIATIONS:
        return _ABBREVIATIONS[word]
    if _OFFSET.fullmatch(word):
        return ("UTC",)
    cities = [zone for zone in zones().values() if zone.casefold().rpartition("/")[2] == word]
    if cities:
        return tuple(sorted(cities))
    if "/" not in word:
        return None
    close = process.extract(word[:40], list(zones()), scorer=fuzz.ratio, score_cutoff=_LIKE_A_ZONE, limit=3)
    return tuple(zones()[each] for each, _, _ in close)


def with_at(words: Sequence[Word], leave: Collection[str]) -> list[Word]:
    """The words with *at* inserted before every time that begins with its day, if the person left it out.

    An *on* is replaced by it: ``on monday at 9:00``. After the words of `leave` none is missing; if `leave` is empty,
    the line has no times. A day at the end of a line counts even without a time, so that a line meant for tomorrow is
    never executed at once.
    """
    if not leave:
        return list(words)
    keys = _without_commas([word.key for word in words])
    result: list[Word] = []
    position = 0
    while position < len(words):
        before = result[-1].key if result else ""
        parsed = _parse_time(keys[position:])
        if before in leave and parsed.time:
            count = parsed.end
        elif before not in leave and _begins_here(parsed, keys[position:], result):
            count = parsed.end
            start = result.pop().start if before == "on" else words[position].start
            result.append(Word("at", start, words[position].start, 2))
        else:
            count = 1
        result += words[position : position + count]
        position += count
    return result


def _begins_here(parsed: _ParsedTime, keys: Sequence[str], before: Sequence[Word]) -> bool:
    """Whether the words begin with a time that starts with its day, or are a day at the end of the line."""
    if not parsed.has_day or parsed.day_at[0] > 0:
        return False
    return parsed.time is not None or (list(keys) == [parsed.day] and _may_end(before))


def _may_end(words: Sequence[Word]) -> bool:
    """Whether a line may end with a day after these words: not where a name is expected, as in ``to monday``."""
    if not words or words[-1].key in _NAMING:
        return len(words) > 1 and words[-1].key == "on" and any(word.key in _NAMING for word in words[:-1])
    return True
