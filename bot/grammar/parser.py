"""The parser: from text to all its readings, or to what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.domain.times import In, When
from bot.grammar import mistakes
from bot.grammar.commands import (
    Command,
    Explain,
    Help,
    Misunderstood,
    Name,
    OpenForm,
    Parsed,
    Reschedule,
    Understood,
)
from bot.grammar.durations import span
from bot.grammar.lines import language
from bot.grammar.matcher import Filled, Fit, Typed
from bot.grammar.mistakes import Mistake
from bot.grammar.patterns import Pattern, field_of
from bot.grammar.times_of_day import clock, with_at
from bot.grammar.values import BadField, assignments
from bot.grammar.vocabulary import BECAUSE
from bot.grammar.words import UnclosedQuote, Word, cut, plain, protected

ABOUT_TIME = frozenset({"bad_time", "no_time", "bad_date", "bad_zone", "bad_duration"})
"""Problem codes of `Misunderstood` that are about a time."""

MAX_CHARACTERS = 3_000
MAX_WORDS = 80
"""Maximum number of words, without the reason."""
MAX_READINGS = 64
"""A line with more is refused: leaving some out could make a reading look certain that is not."""


def parse(text: str, command: str | None = None) -> Parsed:
    """Parse a line. Accepts any text and never raises.

    `command` is the slash command it was typed with, without slash and prefix; None (or ``configbot``) if the line is
    complete in itself, as in a mention.
    """
    if len(text) > MAX_CHARACTERS:
        return _misunderstood(text[:MAX_CHARACTERS], mistakes.too_long(f"{MAX_CHARACTERS} characters"))
    line = plain(text).strip()
    if command not in (None, "configbot"):
        line = f"{command} {line}".strip()
    result = understand(line)
    return result if isinstance(result, Understood) else _misunderstood(line, result)


def parse_time(text: str) -> When | Misunderstood:
    """Parse only a time, ``tomorrow 9:00`` or ``2h``, with or without the small word before it."""
    wrong = Misunderstood(text, "bad_time", text.strip())
    for small in ("", "at ", "in "):
        parsed = parse(f"move ch-1 {small}{text.strip()}")
        reading = parsed.readings[0] if isinstance(parsed, Understood) else None
        if isinstance(reading, Reschedule):
            return reading.when
        if isinstance(parsed, Misunderstood) and parsed.problem in ABOUT_TIME:
            wrong = parsed
    return wrong


def _misunderstood(line: str, mistake: Mistake) -> Misunderstood:
    """The result for a mistake, with only those suggestions that are valid lines."""
    near = _meaningful(mistake.near)[:3] or _meaningful(mistake.farther)[:1]
    knows_verb = mistake.problem != "unknown_verb"
    examples = _meaningful((*mistake.examples, *near) if knows_verb else (*near, *mistake.examples))
    return Misunderstood(
        line,
        mistake.problem,
        mistake.detail,
        mistake.usage or _usage_of(near),
        example=protected(examples[0]) if examples else "",
        near=tuple(protected(other) for other in near),
    )


def _usage_of(near: Sequence[str]) -> str:
    """The usage of the line that was probably meant."""
    for line in near:
        result = understand(line)
        syntax = language().line_of(result.readings[0]) if isinstance(result, Understood) else None
        if syntax is not None:
            return syntax.usage
    return ""


def _meaningful(lines: Sequence[str]) -> list[str]:
    return [line for line in dict.fromkeys(lines) if line and isinstance(understand(line), Understood)]


def understand(line: str) -> Understood | Mistake:
    """Parse a line from which Slack's escapes are already removed."""
    try:
        words, reason = cut(line, BECAUSE)
    except UnclosedQuote as unclosed:
        return mistakes.unclosed_quote(line, unclosed.start)
    if len(words) == 1 and line.startswith("`") and words[0].text.strip("` "):
        return understand(words[0].text.strip())
    words = _addressed(words)
    if not words:
        return Understood(line, (Help(),))
    if not any(word.text.strip() for word in words):
        return Mistake("empty")
    head, used = head_of(words)
    if head == "explain":
        return _explain(line, words)
    if head not in language().heads:
        return mistakes.unknown_verb(line, words)
    if reason is not None and not any(pattern.reason for pattern in language().patterns(head)):
        try:
            words, reason = _addressed(cut(line)[0]), None
        except UnclosedQuote as unclosed:
            return mistakes.unclosed_quote(line, unclosed.start)
    if len(words) > MAX_WORDS:
        return mistakes.too_long(f"{MAX_WORDS} words", head)
    rest = with_at(words[used:], _leads_to_time(head))
    return _understand_head(line, line[words[0].start : words[used - 1].end], Typed(head, rest), reason)


def _addressed(words: list[Word]) -> list[Word]:
    """The words without a leading mention of the bot, and without the slash of a typed slash command."""
    if words and (words[0].key.startswith("<@") or words[0].key.lstrip("@/") == "configbot"):
        words = words[1:]
    if words and words[0].key.startswith("/"):
        first = words[0]
        words = [Word(first.text[1:], first.start, first.end, first.bare - 1), *words[1:]]
    return [word for word in words if word.text or word.quoted]


def head_of(words: Sequence[Word]) -> tuple[str, int]:
    """The verb, or the noun in the singular, that a line begins with, and how many words it consists of."""
    keys = tuple(word.key for word in words[:2])
    spellings = language().spellings
    if keys in spellings:
        return spellings[keys], len(keys)
    return spellings.get(keys[:1], keys[0]), 1


def _leads_to_time(head: str) -> tuple[str, ...]:
    """The small words that can precede a time of day in lines with this head."""
    return tuple(sorted(word for word, place in language().walls(head) if place == "TIME" and word in ("at", "to")))


def _understand_head(line: str, first: str, typed: Typed, reason: str | None) -> Understood | Mistake:
    bare = _without_parts(first, typed) if reason is None else None
    if bare is not None:
        return Understood(line, (bare,))
    try:
        readings = _readings(first, typed, reason)
    except BadField as wrong:
        return mistakes.bad_field(line, wrong.detail, wrong.problem)
    if len(readings) > MAX_READINGS:
        return mistakes.too_long(f"{MAX_READINGS} meanings", typed.head)
    if not readings or mistakes.misspelt_verb(typed):
        return mistakes.wrong_line(line, first, typed, reason)
    return Understood(line, readings)


def _without_parts(first: str, typed: Typed) -> Command | None:
    """The command for a first word alone, or followed by ``help``; None if there is none."""
    head = typed.head
    if len(typed.words) == 1 and language().spellings.get((typed.keys[0],), typed.keys[0]) == "help" and head != "help":
        return Help(head)
    if typed.words:
        beginning = f"{head} {typed.keys[0]}" if len(typed.words) == 1 and not typed.words[0].quoted else ""
        return _form(beginning)
    plural = next((line for line in language().of_head(head) if line.plural_alone), None)
    if plural is not None and first.lower().endswith("s"):
        return plural.command()
    return _form(head)


def _form(beginning: str) -> OpenForm | None:
    """The form that the beginning of a line opens; if it begins with another noun, it is named by the line's key."""
    line = language().forms.get(beginning)
    if line is None:
        return None
    return OpenForm(beginning if beginning.split(maxsplit=1)[0] == line.head else line.key)


def _readings(first: str, typed: Typed, reason: str | None) -> tuple[Command, ...]:
    """All readings, sorted by: few small words inside names, singular or plural as typed, order of registration."""
    if reason == "":
        return ()
    preferred: dict[Command, tuple[int, bool, int]] = {}
    fallback: dict[Command, tuple[int, bool, int]] = {}
    odd: set[Command] = set()
    for pattern in language().patterns(typed.head):
        if pattern.reason is (reason is None):
            continue
        for fit in typed.fits(pattern):
            if not typed.tidy(fit, pattern.strictness):
                continue
            strays = typed.strays(fit)
            into = fallback if strays and pattern.strictness else preferred
            reading = _reading(pattern, fit, typed, reason)
            into.setdefault(reading, (strays, pattern.line.key.split()[0] != first.lower(), len(into)))
            if typed.begins_small(fit):
                odd.add(reading)
            if len(preferred) > MAX_READINGS:
                return tuple(preferred)
    chosen = preferred or fallback
    if any(strays == 0 for strays, _, _ in chosen.values()):
        chosen = {reading: rank for reading, rank in chosen.items() if reading not in odd}
    return tuple(sorted(chosen, key=chosen.__getitem__))


def _reading(pattern: Pattern, fit: Fit, typed: Typed, reason: str | None) -> Command:
    values: dict[str, Any] = dict(pattern.line.fixed)
    for filled in fit:
        field = field_of(pattern.line, filled.place)
        values[field] = _value(field, filled, typed)
    if reason is not None:
        values["because"] = reason
    return pattern.line.command(**values)


def _value(field: str, filled: Filled, typed: Typed) -> Any:
    """The words of a place, converted for the command's field."""
    words = typed.words[filled.start : filled.end]
    keys = typed.keys[filled.start : filled.end]
    match field:
        case "when" | "duration":
            matched = clock(keys) if filled.place == "TIME" else span(keys)
            value = matched[0] if matched else None
            return value.duration if field == "duration" and isinstance(value, In) else value
        case "status":
            return keys[0].replace("canceled", "cancelled")
        case "assignments":
            return assignments(words)
    text = " ".join(word.text for word in words)
    if field in ("words", "word", "directory"):
        return text
    return Name(text, quoted=len(words) == 1 and words[0].quoted)


def _explain(line: str, words: Sequence[Word]) -> Understood | Mistake:
    """Parse the line after ``explain``, even if ``explain`` is repeated."""
    inner = [word for word in words if word.key != "explain"][:1]
    if not inner:
        return mistakes.nothing_to_explain()
    rest = line[inner[0].start :]
    parsed = understand(rest)
    if isinstance(parsed, Mistake):
        return mistakes.explained(parsed)
    readings = parsed.readings
    if isinstance(readings[0], Explain):
        return Understood(line, readings)
    if isinstance(readings[0], OpenForm):
        return mistakes.nothing_to_explain(readings[0].verb)
    return Understood(line, (Explain(rest, readings),))
