"""Builds messages from Slack's blocks, and escapes foreign text in them.

Text of people, prompts and services is inert: it makes no mention, link or formatting, and is cut visibly at Slack's
limits. `slack_sdk.models.blocks` checks those limits when a block becomes a dict.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    RawTextObject,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextQuoteElement,
    RichTextSectionElement,
    SectionBlock,
    StaticSelectElement,
    TableBlock,
)

from bot.domain.actors import Actor
from bot.domain.drafts import Drafts
from bot.domain.views import Suggestion
from handlers import ids

MESSAGE_LIMIT = 9_000
"""Characters of a whole message, as JSON. Slack refuses blocks above about 11,000; its exact limit is undocumented."""

BLOCK_LIMIT = 49
"""Slack takes 50 blocks in a message."""

NAME_LIMIT = 60
"""Characters of a name in a sentence, after escaping."""

QUOTE_LIMIT = 600
"""Characters of one foreign text in a message."""

CUT = "… (cut)"

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, text-direction overrides and lone surrogates: they could hide or reorder what a reviewer sees."""

_CONTROL_SEQUENCE = re.compile(r"<(?=[!@#]|http|[A-Za-z][A-Za-z0-9+.\-]*:)")
"""The start of what Slack would read as a mention or a link."""

_WORD_JOINER = "\u2060"
_ID = re.compile(r"[UW][A-Z0-9]+")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Message:
    """A message to send. `text` has the whole meaning, for notifications and screen readers; `blocks` are dicts."""

    text: str
    blocks: tuple[dict[str, Any], ...]


def clean(text: str) -> str:
    """Foreign text with line ends normalised and invisible characters replaced."""
    return _UNSEEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Foreign text on one line."""
    return " ".join(clean(text).split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, and a visible sign where some are missing."""
    return text if len(text) <= limit else text[: max(limit - len(CUT), 0)].rstrip() + CUT


def escape(text: str, limit: int) -> str:
    """Foreign text for mrkdwn and plain_text: `& < >` escaped as Slack asks, at most `limit` characters afterwards."""
    # escaping shortens no character, so text beyond the limit never remains: a long prompt costs no more than its start
    escaped = [_ENTITIES.get(character, character) for character in text[: limit + 1]]
    if sum(map(len, escaped)) <= limit:
        return "".join(escaped)
    ends = accumulate(map(len, escaped))
    kept = (piece for piece, end in zip(escaped, ends, strict=True) if end <= limit - len(CUT))
    return "".join(kept).rstrip() + CUT


_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def literal(text: str, limit: int = QUOTE_LIMIT) -> str:
    """Foreign text for rich text and table cells, which Slack shows unchanged; never empty.

    An invisible joiner breaks what would be a mention or a link elsewhere, so that a copy of the text is harmless too.
    """
    return cut(_CONTROL_SEQUENCE.sub("<" + _WORD_JOINER, clean(text)), limit) or "(empty)"


def code(name: str, limit: int = NAME_LIMIT) -> str:
    """A foreign name for mrkdwn, in code style; back-ticks in it are replaced."""
    return f"`{escape(one_line(name).replace('`', chr(39)), limit) or '(no name)'}`"


def prose(text: str, limit: int = QUOTE_LIMIT) -> str:
    """Foreign prose on one line, for the top-level text, which screen readers and notifications use."""
    return escape(one_line(text).replace("`", "'").replace("*", "∗"), limit)


def mention(actor: Actor | str) -> str:
    """A person by id, as a mention."""
    identifier = actor if isinstance(actor, str) else actor.user_id
    if _ID.fullmatch(identifier):
        return f"<@{identifier}>"
    return code(identifier if isinstance(actor, str) else actor.name or identifier)


def channel(identifier: str) -> str:
    """A channel by id, as a link to it."""
    return f"<#{identifier}>" if _CHANNEL.fullmatch(identifier) else code(identifier)


def link(url: str, text: str) -> str:
    """A link to a service that the operator set up; an invalid address, or one that could end early, stays text."""
    if not _ADDRESS.fullmatch(url):
        return code(url, 200)
    return f"<{url}|{text}>"


_ADDRESS = re.compile(r"https?://[\w\-.:/%?&=+~]{1,500}", re.ASCII)


def moment(at: datetime) -> str:
    """A time, shown to each reader in their own time zone."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{fallback_time(at)}>"


def fallback_time(at: datetime) -> str:
    """A time in UTC, where Slack cannot convert it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def section(mrkdwn: str, *, accessory: ButtonElement | None = None) -> SectionBlock:
    """A paragraph of our own text; foreign names in it have to go through `code`."""
    return SectionBlock(text=MarkdownTextObject(text=mrkdwn, verbatim=True), accessory=accessory)


def context(mrkdwn: str) -> ContextBlock:
    """A context block: small print."""
    return ContextBlock(elements=[MarkdownTextObject(text=mrkdwn, verbatim=True)])


def bullets(lines: Iterable[str], limit: int = 2_900) -> SectionBlock:
    """Lines of our own text with bullets; lines beyond the limit are left out visibly."""
    return stack((f"• {line}" for line in lines), limit)


def stack(lines: Iterable[str], limit: int = 2_900) -> SectionBlock:
    """Lines of our own text; lines beyond the limit are left out visibly."""
    kept: list[str] = []
    room = limit
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            kept.append(CUT)
            break
        kept.append(line)
    return section("\n".join(kept))


def plain(text: str, *, bold: bool = False, strike: bool = False, code_style: bool = False) -> RichTextElement:
    """A run of rich text, shown as it is."""
    style = {name: True for name, on in (("bold", bold), ("strike", strike), ("code", code_style)) if on}
    return RichTextElementParts.Text(text=text, style=style or None)


def paragraph(*parts: RichTextElement) -> RichTextSectionElement:
    """One paragraph of rich text."""
    return RichTextSectionElement(elements=list(parts))


def rich(*elements: RichTextElement) -> RichTextBlock:
    """A block of rich text."""
    return RichTextBlock(elements=list(elements))


def rich_list(items: Iterable[Sequence[RichTextElement]]) -> RichTextBlock:
    """A bulleted list of rich text."""
    return rich(RichTextListElement(style="bullet", elements=[paragraph(*item) for item in items]))


def quote(text: str, limit: int = QUOTE_LIMIT) -> RichTextBlock:
    """A literal quotation of a person or a service."""
    return rich(RichTextQuoteElement(elements=[plain(literal(text, limit))]))


def table(rows: Iterable[Sequence[str]]) -> TableBlock:
    """A table of short texts; the first row is its head. Slack takes one table in a message."""
    return TableBlock(rows=[[RawTextObject(text=literal(cell, NAME_LIMIT)) for cell in row] for row in rows])


def label(text: str, limit: int) -> PlainTextObject:
    """Plain text for labels, without emoji codes."""
    return PlainTextObject(text=escape(one_line(text), limit) or "(no name)", emoji=False)


def button(
    text: str, action_id: str, value: str, *, style: str | None = None, confirm: ConfirmObject | None = None
) -> ButtonElement:
    """A button whose value is one of our ids."""
    return ButtonElement(
        text=label(text, 75), action_id=action_id, value=ids.value(value), style=style, confirm=confirm
    )


def confirm(title: str, text: str, yes: str, no: str) -> ConfirmObject:
    """A question before a button acts; our own words only."""
    return ConfirmObject(
        title=label(title, 100), text=PlainTextObject(text=text), confirm=label(yes, 30), deny=label(no, 30)
    )


def menu(placeholder: str, action_id: str, choices: Iterable[tuple[str, str]]) -> StaticSelectElement:
    """A menu; each choice is a label and one of our ids."""
    options = [Option(text=label(text, 75), value=ids.value(value)) for text, value in choices]
    return StaticSelectElement(placeholder=label(placeholder, 150), action_id=action_id, options=options)


def actions(buttons: Iterable[ButtonElement | StaticSelectElement | None]) -> ActionsBlock | None:
    """A row of buttons. Returns None when there are none."""
    present = [each for each in buttons if each is not None]
    return ActionsBlock(elements=present) if present else None


MAX_SUGGESTIONS = 8


def run_buttons(suggestions: Iterable[Suggestion], drafts: Drafts) -> ActionsBlock | None:
    """Buttons that run lines; `drafts` maps each draft to the id under which it is stored."""
    runnable = [each for each in suggestions if each.draft in drafts][:MAX_SUGGESTIONS]
    return actions(
        button(each.label, ids.numbered(ids.Action.RUN_LINE, number), drafts[each.draft])
        for number, each in enumerate(runnable, start=1)
    )


def compose(text: str, *blocks: Block | None) -> Message:
    """A message of these blocks, cut to Slack's limits."""
    dicts = [block.to_dict() for block in blocks if block is not None]
    if len(dicts) > BLOCK_LIMIT:
        dicts = [*dicts[: BLOCK_LIMIT - 3], _cut_block(), *dicts[-2:]]
    shortened = escape_kept(text)
    return Message(shortened, tuple(_fit(shortened, dicts)))


def escape_kept(text: str, limit: int = 1_500) -> str:
    """Our own escaped text, cut between words, never inside a date, a mention or a code span."""
    if len(text) <= limit:
        return text
    kept = text[:limit].rsplit(" ", 1)[0]
    if kept.count("<") > kept.count(">"):
        kept = kept[: kept.rindex("<")]
    if kept.count("`") % 2:
        kept = kept[: kept.rindex("`")]
    return f"{kept.rstrip()} {CUT}"


def _fit(text: str, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Replace the largest blocks until the message is small enough; the first one and the buttons stay."""
    removable = [index for index in range(1, len(blocks)) if blocks[index]["type"] != "actions"]
    for index in sorted(removable, key=lambda index: size(blocks[index]), reverse=True):
        if size([text, blocks]) <= MESSAGE_LIMIT:
            break
        blocks[index] = _cut_block()
    return blocks


def _cut_block() -> dict[str, Any]:
    return context(CUT).to_dict()


def size(document: Any) -> int:
    """Characters of a JSON document."""
    return len(json.dumps(document, ensure_ascii=False))
