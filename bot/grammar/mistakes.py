"""Lines that cannot be parsed: what is wrong, and what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from bot.grammar.durations import like_span, span
from bot.grammar.lines import language
from bot.grammar.matcher import Fit, Typed
from bot.grammar.patterns import Pattern
from bot.grammar.times_of_day import near_zones, wrong_clock
from bot.grammar.vocabulary import FIELDS, SPELLINGS, STATUSES, YES_NO
from bot.grammar.words import Word

_CLOSE = 65
"""Minimum similarity (0 to 100) at which a first word can be a typing error."""
_VERY_CLOSE = 75
"""The same for words that could also be the beginning of a name."""

_SYNONYMS = {
    "ship": "deploy",
    "release": "deploy",
    "publish": "deploy",
    "activate": "deploy",
    "revert": "rollback",
    "undo": "rollback",
    "restore": "rollback",
    "disable": "deactivate",
    "remove": "deactivate",
    "delete": "deactivate",
    "status": "deployments",
    "board": "deployments",
    "live": "deployments",
    "pending": "approvals",
    "history": "changes",
    "log": "changes",
    "cancel": "withdraw",
    "schedule": "deploy",
    "reschedule": "move",
    "postpone": "move",
    "delay": "move",
    "freeze": "lock",
    "unfreeze": "unlock",
    "why": "explain",
    "evals": "evaluations",
    "eval": "evaluation",
    "compare": "config diff",
    "diff": "config diff",
    "usage": "help",
    "commands": "help",
}
"""Words of other tools → ours. They are suggested, never executed."""

_REASON = "it was agreed"
_SAMPLES = {
    "CONFIG": "config_x",
    "PROJECT": "triage",
    "ENV": "production",
    "SOURCE": "staging",
    "NAME": "triage",
    "A": "config_x",
    "B": "config_y",
    "PROJECT-A": "triage",
    "PROJECT-B": "triage",
    "EVALUATION": "ev_1a2b",
    "ID": "ch-142",
    "TIME": "9:00",
    "DURATION": "2h",
    "DIRECTORY": "dir_1a2b",
    "STATUS": "running",
    "FIELD=VALUE…": 'name="New name"',
    "WORDS": "refund",
    "WORD": "deploy",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a line, and suggestions, which are not checked yet for being valid lines."""

    problem: str
    detail: str = ""
    usage: str = ""
    near: tuple[str, ...] = ()
    farther: tuple[str, ...] = ()
    """The first valid one is suggested if no line in `near` is valid."""
    examples: tuple[str, ...] = ()


def unclosed_quote(line: str, start: int) -> Mistake:
    """Suggests closing the quote before one of the small words after it, or at the end."""
    closer = {"“": "”", "„": "“", "«": "»", "‘": "’"}.get(line[start], line[start])
    gaps = [offset for offset in range(start + 2, len(line)) if line[offset] == " "]
    near = [
        f"{line[:gap]}{closer}{line[gap:]}" for gap in gaps if line[gap:].split(maxsplit=1)[0].lower() in _ENDS_NAMES
    ]
    return Mistake("unclosed_quote", line[start:], near=(*near[:3], line + closer))


_ENDS_NAMES = frozenset({"to", "of", "in", "from", "with", "at", "because"})


def unknown_verb(line: str, words: Sequence[Word]) -> Mistake:
    """Suggests the same line with similar words, or with the first two words swapped."""
    first, rest = words[0], line[words[0].end :].strip()
    near = [f"{word} {rest}".strip() for word in _near_heads(first.key or first.text.lower())]
    if len(words) > 1:
        behind = line[words[1].end :].strip()
        if first.key in language().verbs(language().spellings.get((words[1].key,), words[1].key)):
            near.insert(0, f"{words[1].text} {first.text} {behind}".strip())
    farther = [rest]
    if SPELLINGS["to"] & {word.key for word in words}:
        farther.append(f"deploy {line[first.start :]}")
    return Mistake(
        "unknown_verb", first.text, near=tuple(near), farther=tuple(farther), examples=(language().lines[0].example,)
    )


def _near_heads(word: str) -> list[str]:
    synonyms = [_SYNONYMS[word]] if word in _SYNONYMS else []
    first_words = sorted({line.key.split()[0] for line in language().lines} | language().heads)
    if word in first_words:
        return [word]
    return synonyms + [
        near for near, _, _ in process.extract(word[:40], first_words, scorer=fuzz.ratio, score_cutoff=_CLOSE)
    ]


def misspelt_verb(typed: Typed) -> str | None:
    """The verb that the word after a noun probably means; None if it does not look like a typing error."""
    word = typed.keys[0] if typed.keys else ""
    if len(word) < 4 or word in typed.verbs or word in STATUSES:
        return None
    match = process.extractOne(word, sorted(typed.verbs), scorer=fuzz.ratio, score_cutoff=_VERY_CLOSE)
    return match[0] if match else None


def bad_field(line: str, detail: str, problem: str = "bad_field") -> Mistake:
    """An unknown field, or one that cannot be set like this; `problem` says why, see `Misunderstood`."""
    name, _, value = detail.partition("=")
    near = [
        line.replace(f"{name}=", f"{field}=", 1)
        for field, _, _ in process.extract(name, sorted(FIELDS - {name}), scorer=fuzz.ratio, score_cutoff=_CLOSE)
    ]
    if value:  # the field accepts only certain words
        near = [line.replace(detail, f"{name}={word}", 1) for word in YES_NO]
    own = re.split(r"[\w-]+=", line, maxsplit=1)[0].strip()
    examples = (f'{own} name="New name"', _line_example("project update"))
    return Mistake(problem, detail, language().usage("project update"), tuple(near), examples=examples)


def too_long(limit: str, head: str = "") -> Mistake:
    """The line exceeds a limit."""
    return Mistake("too_long", limit, language().usage(head) if head else "")


def nothing_to_explain(verb: str = "deploy") -> Mistake:
    """``explain`` without a line, or with only the first word of one."""
    return Mistake("missing_part", "LINE", language().usage("explain"), examples=(f"explain {_line_example(verb)}",))


def explained(mistake: Mistake) -> Mistake:
    """The same mistake in a line after ``explain``."""
    return replace(
        mistake,
        near=tuple(f"explain {line}" for line in mistake.near),
        farther=tuple(f"explain {line}" for line in mistake.farther),
        examples=tuple(f"explain {line}" for line in mistake.examples),
    )


def wrong_line(line: str, first: str, typed: Typed, reason: str | None) -> Mistake:
    """A known first word, followed by something that does not match. `first` is that word as typed."""
    verb = misspelt_verb(typed)
    if verb is not None:
        word = typed.words[0]
        near = f"{first} {verb}{line[word.end :]}"
        return Mistake("unknown_verb", word.text, near=(near,), examples=(_line_example(typed.head),))
    wrong_time = _wrong_time(line, first, typed)
    if wrong_time is not None:
        return wrong_time
    return _misfit(line, first, typed, reason)


def _wrong_time(line: str, first: str, typed: Typed) -> Mistake | None:
    for wall in sorted(typed.walls):
        rest = typed.keys[wall + 1 :]
        detail = line[typed.words[wall + 1].start : typed.words[-1].end] if rest else ""
        before = line[typed.words[0].start : typed.words[wall].start].strip() if wall else ""
        if typed.keys[wall] != "in" and (wrong := wrong_clock(rest)):
            return _wrong_clock(line, first, typed, wall, wrong)
        if like_span(rest) and span(rest) is None:
            small = typed.keys[wall]
            examples = _completed(first, before, f"{small} 2h", typed)
            return Mistake("bad_duration", detail, language().usage(typed.head), examples=examples)
    return None


def _wrong_clock(line: str, first: str, typed: Typed, wall: int, wrong: tuple[str, int, int]) -> Mistake:
    """Suggests the day with a time, the time with a valid zone, or another time."""
    problem, start, end = wrong
    words = typed.words[wall + 1 :]
    detail = line[words[start].start : words[end - 1].end]
    before = line[typed.words[0].start : typed.words[wall].start].strip() if wall else ""
    time = "at 9:00"
    near: list[str] = []
    if problem == "no_time":
        time = f"at {detail} 9:00"
    elif problem == "bad_zone":
        behind = line[words[end - 1].end :]
        near = [f"{line[: words[start].start]}{zone}{behind}" for zone in near_zones(words[start].key) or ()]
    examples = (*near, *_completed(first, before, time, typed))
    return Mistake(problem, detail, language().usage(typed.head), tuple(near), examples=examples)


def _completed(first: str, before: str, time: str, typed: Typed) -> tuple[str, ...]:
    line = " ".join(filter(None, (first, before, time)))
    return (line, f"{line} because {_REASON}", _line_example(typed.head))


def _misfit(line: str, first: str, typed: Typed, reason: str | None) -> Mistake:
    """What is missing or superfluous, according to the pattern with the longest partial match."""
    patterns = [pattern for pattern in language().patterns(typed.head) if pattern.strictness < 2]
    alike = [pattern for pattern in patterns if pattern.reason is (reason is not None)]
    reached = [(typed.furthest(pattern), pattern) for pattern in alike or patterns]
    (position, used, filled), pattern = max(reached, key=lambda pair: (*pair[0][:2], -len(pair[1].parts)))
    at_end, complete = position == len(typed.words), used == len(pattern.parts)
    examples = tuple(_examples(line, first, typed, pattern, filled))
    usage = pattern.line.usage
    if at_end and complete:
        needs_reason = reason == "" or (pattern.reason and reason is None)
        return Mistake("missing_part", "REASON" if needs_reason else _place(pattern), usage, examples=examples)
    if at_end or (not complete and pattern.parts[used].is_place):
        return Mistake("missing_part", _place(pattern, used), usage, examples=examples)
    detail = line[typed.words[position].start : typed.words[-1].end]
    near = f"{first} {line[typed.words[0].start : typed.words[position].start]}".strip()
    return Mistake("unexpected_words", detail, usage, (near,), examples=examples)


def _place(pattern: Pattern, start: int = 0) -> str:
    """The first place of a pattern from part `start` on; empty if there is none."""
    return next((part.text for part in pattern.parts[start:] if part.is_place), "")


def _examples(line: str, first: str, typed: Typed, pattern: Pattern, filled: Fit) -> Iterator[str]:
    """Example lines of this pattern, with the person's own words where they match."""
    own = {place.place: line[typed.words[place.start].start : typed.words[place.end - 1].end] for place in filled}
    because = f" because {_REASON}" if pattern.reason else ""
    pieces = [own.get(part.text, _SAMPLES[part.text]) if part.is_place else part.text for part in pattern.parts]
    if typed.keys and typed.keys[0] in typed.small:
        yield f"{first} {_SAMPLES.get(_place(pattern), '')} {line[typed.words[0].start :]}"
    yield " ".join((first, *pieces)) + because
    yield pattern.line.example


def _line_example(key: str) -> str:
    exact = [line for line in language().lines if line.key == key]
    return (exact or language().of_head(key))[0].example
