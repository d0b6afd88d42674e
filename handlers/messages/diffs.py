"""Differences between two contents: short for a card, in full for a reviewer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from slack_sdk.models.blocks import Block, RichTextBlock, RichTextElement, RichTextPreformattedElement

from bot.domain.changes import Change
from bot.domain.contents import Content, ContentDiff, MessageDiff, Span, ValueDiff, diff
from bot.domain.names import Config
from handlers.messages import words
from handlers.messages.blocks import (
    CUT,
    clean,
    code,
    context,
    cut,
    literal,
    one_line,
    paragraph,
    plain,
    rich,
    rich_list,
    section,
)

Line = Sequence[RichTextElement]

CARD_LINES = 8
_VALUE, _SNIPPET, _EDGE = 60, 140, 24
BLOCK_TEXT, FULL_TEXT = 2_400, 24_000
"""Characters of a message diff in one block, and in a whole modal."""
FULL_SPANS = 120
"""Runs of a message diff in one block; ten times as many in a whole modal."""
MESSAGES = 15
"""Messages of a full diff; with the figures above it stays below the 100 blocks of a modal."""


def short(change: Change) -> list[Block]:
    """The diff on a card: at most `CARD_LINES` lines, the most important first."""
    if not isinstance(change.target, Config):
        return []
    return between(change.seen.base_content, change.seen.target_content)


def between(old: Content | None, new: Content | None, *, rest: str = "*Full diff*") -> list[Block]:
    """How two contents differ, as on a card; `rest` is the button that shows everything."""
    if new is None:
        return [context("I couldn't read the content of the new config, so there is no diff.")]
    if old is None:
        return [section("*There is nothing to compare with. Its content:*"), rich_list(summary(new))]
    lines = list(lines_of(diff(old, new)))
    if not lines:
        return [section("*What differs:* nothing. Both have the same content.")]
    more = len(lines) - CARD_LINES
    blocks: list[Block] = [section("*What differs:*"), rich_list(lines[:CARD_LINES])]
    return [*blocks, context(f"And {words.counted(more, 'more difference')}: see {rest}.")] if more > 0 else blocks


def summary(content: Content) -> Iterator[Line]:
    """One content in a few lines, where there is nothing to compare it with."""
    if content.model:
        yield [plain("model: "), _value(content.model)]
    for name, value in list(content.parameters.items())[:4]:
        yield [plain(f"{literal(one_line(name), 40)}: "), _value(str(value))]
    variables = sorted(content.variables())
    if variables:
        yield [plain("variables: "), _value(words.some([f"{{{{{name}}}}}" for name in variables], 8), 160)]
    yield [plain(words.counted(len(content.messages), "message"))]


def lines_of(changes: ContentDiff) -> Iterator[Line]:
    """One line per difference: lost variables, model and settings, new variables, messages."""
    for name in changes.variables_lost:
        yield [plain("variable lost: ", bold=True), plain(literal(f"{{{{{name}}}}}", _VALUE), code_style=True)]
    for each in changes.values:
        yield value_line(each)
    for name in changes.variables_added:
        yield [plain("variable added: "), plain(literal(f"{{{{{name}}}}}", _VALUE), code_style=True)]
    for message in changes.messages:
        yield [plain(f"{heading(message)}: "), *styled(snippet(message.spans))]


def value_line(each: ValueDiff) -> Line:
    """A setting: old → new."""
    return [plain(f"{literal(one_line(each.name), 40)}: "), _value(each.old), plain(" → "), _value(each.new)]


def _value(value: str | None, limit: int = _VALUE) -> RichTextElement:
    return plain("not set") if value is None else plain(literal(one_line(value), limit), code_style=True)


def heading(message: MessageDiff) -> str:
    """The position and role of a message."""
    return f"message {message.position}, {literal(one_line(message.role), 20)}"


def snippet(spans: Sequence[Span]) -> list[Span]:
    """The first differences of a message, on one line, with a little context."""
    first = next((index for index, span in enumerate(spans) if span.sign != "="), 0)
    picked: list[Span] = []
    room = _SNIPPET
    if first > 0:
        picked.append(Span("=", _tail(spans[first - 1].text)))
    for index, span in enumerate(spans[first:], start=first):
        text = _flat(span.text)
        if span.sign == "=":
            text = _head(text) if index == len(spans) - 1 else _middle(text)
        if room <= 0:
            picked.append(Span("=", " " + CUT))
            break
        shortened = cut(text, max(room, len(CUT) + 1))
        picked.append(Span(span.sign, shortened))
        if shortened != text:
            break
        room -= len(text)
    return picked


def _flat(text: str) -> str:
    """Text on one line, with line ends made visible."""
    return clean(text).replace("\n", "⏎").replace("\t", " ")


def _tail(text: str) -> str:
    flat = _flat(text)
    return flat if len(flat) <= _EDGE else "…" + flat[-_EDGE:].partition(" ")[2]


def _head(text: str) -> str:
    return text if len(text) <= _EDGE else text[:_EDGE].rpartition(" ")[0] + " …"


def _middle(text: str) -> str:
    if len(text) <= 2 * _EDGE:
        return text
    before, after = text[:_EDGE], text[-_EDGE:]
    return f"{before.rpartition(' ')[0] or before} … {after.partition(' ')[2] or after}"


def styled(spans: Iterable[Span]) -> list[RichTextElement]:
    """Added words in bold, removed words struck through, a space between the two."""
    elements: list[RichTextElement] = []
    before = ""
    for span in spans:
        text = span.text if span.sign == "=" or not span.text.isspace() else _BLANKS.sub(_visible_blank, span.text)
        if before == "-" and span.sign == "+":
            elements.append(plain(" "))
        if text:
            elements.append(plain(literal(text, FULL_TEXT), bold=span.sign == "+", strike=span.sign == "-"))
        before = span.sign
    return elements


_BLANKS = re.compile(r"[ \t\n]")


def _visible_blank(match: re.Match[str]) -> str:
    """A visible symbol for a blank that was added or removed."""
    return {" ": "␣", "\t": "⇥", "\n": "⏎\n"}[match.group()]


def full(changes: ContentDiff) -> list[Block]:
    """Everything that differs, for a modal; beyond `FULL_TEXT` characters it is cut visibly."""
    if not changes:
        return [section("*What differs:* nothing. Both have the same content.")]
    blocks: list[Block] = []
    if changes.variables_lost:
        names = words.some([f"{{{{{literal(one_line(name), 40)}}}}}" for name in changes.variables_lost], 20)
        blocks.append(
            section("⚠️ *Variables lost.* Your application still fills them, but the new prompt no longer uses them:")
        )
        blocks.append(rich(paragraph(plain(names, bold=True))))
    settings = [value_line(each) for each in changes.values[:40]]
    settings += [[plain(f"and {len(changes.values) - 40} more")]] if len(changes.values) > 40 else []
    if settings:
        blocks += [section("*Model and settings*"), rich_list(settings)]
    if changes.variables_added:
        names = words.some([f"{{{{{literal(one_line(name), 40)}}}}}" for name in changes.variables_added], 20)
        blocks += [section("*Variables added*"), rich(paragraph(plain(names)))]
    return [*blocks, *_messages(changes.messages)]


def _messages(changes: Sequence[MessageDiff]) -> Iterator[Block]:
    if changes:
        yield section("*Messages* (added words are bold, removed words are struck through)")
    room, spans = FULL_TEXT, FULL_SPANS * 10
    for message in changes[:MESSAGES]:
        yield rich(paragraph(plain(heading(message), bold=True)))
        for block, characters, count in _pieces(message.spans):
            room, spans = room - characters, spans - count
            if room < 0 or spans < 0:
                yield context(f"{CUT} The provider has the whole content.")
                return
            yield block
    if len(changes) > MESSAGES:
        yield context(f"And {len(changes) - MESSAGES} more messages {CUT}")


def _pieces(spans: Sequence[Span]) -> Iterator[tuple[RichTextBlock, int, int]]:
    """A message in blocks of at most `BLOCK_TEXT` characters and `FULL_SPANS` runs."""
    batch: list[Span] = []
    length = 0
    for span in _split(spans):
        if batch and (length + len(span.text) > BLOCK_TEXT or len(batch) == FULL_SPANS):
            yield rich(paragraph(*styled(batch))), length, len(batch)
            batch, length = [], 0
        batch.append(span)
        length += len(span.text)
    if batch:
        yield rich(paragraph(*styled(batch))), length, len(batch)


def _split(spans: Iterable[Span]) -> Iterator[Span]:
    for span in spans:
        for start in range(0, len(span.text), BLOCK_TEXT):
            yield Span(span.sign, span.text[start : start + BLOCK_TEXT])


def prompt(content: Content) -> Iterator[Block]:
    """The messages of a config, cut to what one Slack message can hold."""
    room = 3_600
    for position, message in enumerate(content.messages[:10], start=1):
        yield section(f"*Message {position}* {code(message.role, 20)}")
        text = literal(message.text, max(room, len(CUT) + 1))
        room -= len(text)
        yield rich(RichTextPreformattedElement(elements=[plain(text)]))
        if room <= 0:
            break
    if len(content.messages) > 10:
        yield context(f"And {len(content.messages) - 10} more messages {CUT}")
