"""Messages made of Slack's blocks, and the few ways in which foreign text may enter them.

Whatever people, prompts and services wrote is inert here: no mention, no link, no formatting comes out of it, and it is
cut visibly where Slack's limits end. `slack_sdk.models.blocks` checks those limits when a block becomes a dict.
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
"""Characters of a whole message, as JSON. Slack refuses blocks somewhere beyond 11,000 and does not say where."""

BLOCK_LIMIT = 49
"""Slack takes 50 blocks in a message."""

NAME_LIMIT = 60
"""Longest name, after escaping, that is shown in a sentence."""

QUOTE_LIMIT = 600
"""Longest run of foreign prose in a message."""

CUT = "… (cut)"

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, text-direction overrides and broken halves: they could hide or reorder what a reviewer sees."""

_CONTROL_SEQUENCE = re.compile(r"<(?=[!@#]|http|[A-Za-z][A-Za-z0-9+.\-]*:)")
"""The beginning of what Slack would take for a mention or a link."""

_WORD_JOINER = "\u2060"
_ID = re.compile(r"[UW][A-Z0-9]+")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. `text` carries the whole meaning, for notifications and screen readers; `blocks` are dicts."""

    text: str
    blocks: tuple[dict[str, Any], ...]


def clean(text: str) -> str:
    """Foreign text with line ends made equal and unseen characters made visible."""
    return _UNSEEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Foreign text on one line."""
    return " ".join(clean(text).split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, and a visible sign where some are missing."""
    return text if len(text) <= limit else text[: max(limit - len(CUT), 0)].rstrip() + CUT


def escape(text: str, limit: int) -> str:
    """Foreign text for mrkdwn and plain_text: `& < >` escaped as Slack asks, at most `limit` characters afterwards."""
    # no character gets shorter, so what lies behind the limit is never kept: a long prompt costs what its start does
    escaped = [_ENTITIES.get(character, character) for character in text[: limit + 1]]
    if sum(map(len, escaped)) <= limit:
        return "".join(escaped)
    ends = accumulate(map(len, escaped))
    kept = (piece for piece, end in zip(escaped, ends, strict=True) if end <= limit - len(CUT))
    return "".join(kept).rstrip() + CUT


_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def literal(text: str, limit: int = QUOTE_LIMIT) -> str:
    """Foreign text for places that Slack shows as they are (rich text, table cells), never empty.

    An invisible joiner breaks what would be a mention or a link anywhere else, so that a copy of it is harmless too.
    """
    return cut(_CONTROL_SEQUENCE.sub("<" + _WORD_JOINER, clean(text)), limit) or "(empty)"


def code(name: str, limit: int = NAME_LIMIT) -> str:
    """A foreign name for mrkdwn, in code style, without the back-ticks that could end it."""
    return f"`{escape(one_line(name).replace('`', chr(39)), limit) or '(no name)'}`"


def prose(text: str, limit: int = QUOTE_LIMIT) -> str:
    """Foreign prose for the top-level text, which is read aloud and notified, on one line."""
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
    """A link to a service that the operator set up; an address that is none, or that could end early, stays text."""
    if not _ADDRESS.fullmatch(url):
        return code(url, 200)
    return f"<{url}|{text}>"


_ADDRESS = re.compile(r"https?://[\w\-.:/%?&=+~]{1,500}", re.ASCII)


def moment(at: datetime) -> str:
    """A time that every reader sees in the own zone."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{fallback_time(at)}>"


def fallback_time(at: datetime) -> str:
    """The same for where Slack cannot say it: in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def section(mrkdwn: str, *, accessory: ButtonElement | None = None) -> SectionBlock:
    """A paragraph of our own words; foreign names in it went through `code`."""
    return SectionBlock(text=MarkdownTextObject(text=mrkdwn, verbatim=True), accessory=accessory)


def context(mrkdwn: str) -> ContextBlock:
    """Small print."""
    return ContextBlock(elements=[MarkdownTextObject(text=mrkdwn, verbatim=True)])


def bullets(lines: Iterable[str], limit: int = 2_900) -> SectionBlock:
    """Lines of our own words, each behind a dot; what is too much is left out visibly."""
    return stack((f"• {line}" for line in lines), limit)


def stack(lines: Iterable[str], limit: int = 2_900) -> SectionBlock:
    """Lines of our own words under each other; what is too much is left out visibly."""
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
    """What a person or a service said, as it was said."""
    return rich(RichTextQuoteElement(elements=[plain(literal(text, limit))]))


def table(rows: Iterable[Sequence[str]]) -> TableBlock:
    """A table of short texts; the first row is its head. Slack takes one table in a message."""
    return TableBlock(rows=[[RawTextObject(text=literal(cell, NAME_LIMIT)) for cell in row] for row in rows])


def label(text: str, limit: int) -> PlainTextObject:
    """Plain text for labels, in which colons make no emoji."""
    return PlainTextObject(text=escape(one_line(text), limit) or "(no name)", emoji=False)


def button(
    text: str, action_id: str, value: str, *, style: str | None = None, confirm: ConfirmObject | None = None
) -> ButtonElement:
    """A button that carries one id of ours."""
    return ButtonElement(
        text=label(text, 75), action_id=action_id, value=ids.value(value), style=style, confirm=confirm
    )


def confirm(title: str, text: str, yes: str, no: str) -> ConfirmObject:
    """A question before a button acts; our own words only."""
    return ConfirmObject(
        title=label(title, 100), text=PlainTextObject(text=text), confirm=label(yes, 30), deny=label(no, 30)
    )


def menu(placeholder: str, action_id: str, choices: Iterable[tuple[str, str]]) -> StaticSelectElement:
    """A menu; each choice is a label and the id of ours that it carries."""
    options = [Option(text=label(text, 75), value=ids.value(value)) for text, value in choices]
    return StaticSelectElement(placeholder=label(placeholder, 150), action_id=action_id, options=options)


def actions(buttons: Iterable[ButtonElement | StaticSelectElement | None]) -> ActionsBlock | None:
    """A row of buttons; None when there are none."""
    present = [each for each in buttons if each is not None]
    return ActionsBlock(elements=present) if present else None


MAX_SUGGESTIONS = 8


def run_buttons(suggestions: Iterable[Suggestion], drafts: Drafts) -> ActionsBlock | None:
    """Buttons that run lines; `drafts` gives the id under which a line is stored."""
    shown = [each for each in suggestions if each.line in drafts][:MAX_SUGGESTIONS]
    return actions(
        button(each.label, ids.numbered(ids.Action.RUN_LINE, number), drafts[each.line])
        for number, each in enumerate(shown, start=1)
    )


def compose(text: str, *blocks: Block | None) -> Message:
    """The message, within Slack's limits whatever its parts held."""
    made = [block.to_dict() for block in blocks if block is not None]
    if len(made) > BLOCK_LIMIT:
        made = [*made[: BLOCK_LIMIT - 3], _cut_block(), *made[-2:]]
    short = escape_kept(text)
    return Message(short, tuple(_fit(short, made)))


def escape_kept(text: str, limit: int = 1_500) -> str:
    """Our own text, escaped already, cut between words, never inside a date, a mention or a code span."""
    if len(text) <= limit:
        return text
    kept = text[:limit].rsplit(" ", 1)[0]
    if kept.count("<") > kept.count(">"):
        kept = kept[: kept.rindex("<")]
    if kept.count("`") % 2:
        kept = kept[: kept.rindex("`")]
    return f"{kept.rstrip()} {CUT}"


def _fit(text: str, made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The largest blocks give way until the whole is small enough; the first one and the buttons stay."""
    loose = [index for index in range(1, len(made)) if made[index]["type"] != "actions"]
    for index in sorted(loose, key=lambda index: size(made[index]), reverse=True):
        if size([text, made]) <= MESSAGE_LIMIT:
            break
        made[index] = _cut_block()
    return made


def _cut_block() -> dict[str, Any]:
    return context(CUT).to_dict()


def size(document: Any) -> int:
    """Characters of a JSON document."""
    return len(json.dumps(document, ensure_ascii=False))
