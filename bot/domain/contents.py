"""The content of a config, and a prompt-aware diff of two contents for reviewers."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

VARIABLE = re.compile(r"\{\{\s*([\w.\-]+)\s*\}\}")
_WORD = re.compile(r"\s+|\w+|[^\w\s]")

_BUDGET = 1_000_000
"""How many pairs of words the diff of one message may compare: some tenths of a second."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt template. A completion template is one message with the role ``prompt``."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a config: messages, model, and every other parameter by its wire name.

    `parameters` values and `tools` definitions are JSON values; `tools` is keyed by tool name. `judges` is, by judge
    key, the share of the answers that each judge samples, 0 to 1.
    """

    messages: tuple[Message, ...] = ()
    model: str = ""
    vendor: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tools: Mapping[str, Any] = field(default_factory=dict)
    response_format: Any = None
    judges: Mapping[str, float] = field(default_factory=dict)

    def variables(self) -> frozenset[str]:
        """The template variables, ``{{name}}``, of all messages."""
        return frozenset(name for message in self.messages for name in VARIABLE.findall(message.text))


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text inside a message diff: kept (``=``), added (``+``) or removed (``-``)."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class MessageDiff:
    """One message that differs, word by word. `position` counts from 1 in the longer of the two prompts."""

    position: int
    role: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class ValueDiff:
    """A setting that differs; `old` or `new` is None if it is absent on that side."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class ContentDiff:
    """All differences between two contents, most important first."""

    values: tuple[ValueDiff, ...] = ()
    variables_added: tuple[str, ...] = ()
    variables_lost: tuple[str, ...] = ()
    messages: tuple[MessageDiff, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.values or self.variables_added or self.variables_lost or self.messages)


def diff(old: Content | None, new: Content | None) -> ContentDiff:
    """How `new` differs from `old`; None means no content at all."""
    before, after = old or Content(), new or Content()
    return ContentDiff(
        values=tuple(_value_diffs(before, after)),
        variables_added=tuple(sorted(after.variables() - before.variables())),
        variables_lost=tuple(sorted(before.variables() - after.variables())),
        messages=tuple(_message_diffs(before.messages, after.messages)),
    )


def _value_diffs(before: Content, after: Content) -> Iterator[ValueDiff]:
    yield from _differing("", {"model": before.model or None}, {"model": after.model or None})
    yield from _differing("", {"provider": before.vendor or None}, {"provider": after.vendor or None})
    yield from _differing("", before.parameters, after.parameters)
    yield from _differing("", {"response_format": before.response_format}, {"response_format": after.response_format})
    yield from _differing("tool ", before.tools, after.tools)
    yield from _differing("judge ", before.judges, after.judges)


def _differing(prefix: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ValueDiff]:
    for name in [*before, *(name for name in after if name not in before)]:
        was, now = before.get(name), after.get(name)
        old, new = _text(was), _text(now)
        if old != new:
            yield ValueDiff(prefix + name, old, new)
        elif isinstance(was, str) is not isinstance(now, str):  # "1" became 1: quotes tell them apart
            yield ValueDiff(prefix + name, json.dumps(was), json.dumps(now))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _message_diffs(before: tuple[Message, ...], after: tuple[Message, ...]) -> Iterator[MessageDiff]:
    for position in range(max(len(before), len(after))):
        old = before[position] if position < len(before) else None
        new = after[position] if position < len(after) else None
        if old == new:
            continue
        if old is not None and new is not None and old.role == new.role:
            yield MessageDiff(position + 1, new.role, tuple(word_spans(old.text, new.text)))
            continue
        if old is not None:
            yield MessageDiff(position + 1, old.role, (Span("-", old.text),))
        if new is not None:
            yield MessageDiff(position + 1, new.role, (Span("+", new.text),))


def word_spans(old: str, new: str) -> Iterator[Span]:
    """The spans that turn `old` into `new`, split at words; joining ``=`` and ``+`` gives `new`, ``=`` and ``-`` `old`.

    Comparing words takes quadratic time. Long texts are compared line by line first, then word by word in the lines
    that differ, until `_BUDGET` is used up; the rest is shown as whole lines.
    """
    before, after = _WORD.findall(old), _WORD.findall(new)
    if len(before) * len(after) <= _BUDGET:
        yield from _spans(before, after)
        return
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    if head:
        yield Span("=", "".join(before[:head]))
    yield from _line_spans("".join(before[head : len(before) - tail]), "".join(after[head : len(after) - tail]))
    if tail:
        yield Span("=", "".join(before[len(before) - tail :]))


def _common(first: list[str], second: list[str]) -> int:
    """The number of words at the start that are equal in both."""
    return next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )


def _line_spans(old: str, new: str) -> Iterator[Span]:
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if len(before) * len(after) > _BUDGET:
        before, after = [old], [new]
    left = _BUDGET
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = _WORD.findall("".join(before[a:b])), _WORD.findall("".join(after[c:d]))
        cost = 0 if tag == "equal" else len(gone) * len(come)
        yield from _spans(gone, come) if cost <= left and tag != "equal" else _whole(gone, come)
        left -= min(cost, left)


def _spans(before: list[str], after: list[str]) -> Iterator[Span]:
    for _, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield from _whole(before[a:b], after[c:d])


def _whole(before: list[str], after: list[str]) -> Iterator[Span]:
    if before == after:
        yield Span("=", "".join(before))
        return
    if before:
        yield Span("-", "".join(before))
    if after:
        yield Span("+", "".join(after))


def to_document(content: Content) -> dict[str, Any]:
    """A JSON-ready form; `from_document` is its inverse."""
    return {
        "messages": [[message.role, message.text] for message in content.messages],
        "model": content.model,
        "vendor": content.vendor,
        "parameters": dict(content.parameters),
        "tools": dict(content.tools),
        "response_format": content.response_format,
        "judges": dict(content.judges),
    }


def from_document(document: Mapping[str, Any]) -> Content:
    """The inverse of `to_document`."""
    return Content(
        messages=tuple(Message(role, text) for role, text in document["messages"]),
        model=document["model"],
        vendor=document["vendor"],
        parameters=document["parameters"],
        tools=document["tools"],
        response_format=document["response_format"],
        judges=document.get("judges", {}),  # absent in documents from before judges were stored
    )
