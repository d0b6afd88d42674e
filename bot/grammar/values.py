"""Words that are recognised by their format: ids, directories, fields and their values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.grammar.commands import Assignment
from bot.grammar.vocabulary import FIELDS, YES_NO
from bot.grammar.words import Word

_CHANGE_ID = re.compile(r"(?:ch-?|#)?\d{1,9}|[0-7][0-9a-hjkmnp-tv-z]{25}", re.IGNORECASE | re.ASCII)
_FIELD = re.compile(r"([a-z_-]+)=", re.IGNORECASE | re.ASCII)


class BadField(Exception):
    """A field that cannot be set like this. `detail` is what was typed, `problem` is for the `Mistake`."""

    def __init__(self, detail: str, problem: str = "bad_field") -> None:
        super().__init__(detail)
        self.detail = detail
        self.problem = problem


def is_change_id(text: str) -> bool:
    """Whether it is a change id: ``ch-142``, ``#142``, ``142`` or a ULID."""
    return _CHANGE_ID.fullmatch(text) is not None


def reads_as_directory(text: str) -> bool:
    """Whether it is meant as a directory, which is always named by its id, because v4 cannot list them."""
    return text.startswith("dir_")


def is_field(word: Word) -> bool:
    """Whether the word begins an assignment, ``name=…``; the equals sign must be outside quotes."""
    return _FIELD.match(word.text[: word.bare]) is not None


def assignments(words: Sequence[Word]) -> tuple[Assignment, ...]:
    """Parse fields and their values; an unquoted value extends to the next field. Raises `BadField`."""
    result: list[Assignment] = []
    empty = [word.text for word, after in zip(words, [*words[1:], None], strict=True) if _is_empty(word, after)]
    if empty:
        raise BadField(empty[0])
    for word in words:
        match = _FIELD.match(word.text[: word.bare])
        if match:
            value = word.text[match.end() :]
            result.append(Assignment(match[1].lower(), value))
        else:
            last = result.pop()
            result.append(Assignment(last.field, f"{last.value} {word.text}".lstrip()))
    _check(result)
    return tuple(result)


def _is_empty(word: Word, after: Word | None) -> bool:
    """Whether an assignment has no value. An empty value must be written as two quotes."""
    return not word.mixed and _FIELD.fullmatch(word.text) is not None and (after is None or is_field(after))


def _check(assigned: list[Assignment]) -> None:
    names = [assignment.field for assignment in assigned]
    for assignment in assigned:
        name = assignment.field
        wrong_value = name == "inverted" and assignment.value.lower() not in YES_NO
        if name not in FIELDS:
            raise BadField(name)
        if names.count(name) > 1:
            raise BadField(name, "twice")
        if name == "active" and len(assigned) > 1:
            raise BadField(name, "not_alone")
        if wrong_value:
            raise BadField(f"{name}={assignment.value}")
