"""The tokenizer: splits a typed line into words, with quotes, arrows, and the escapes of chat clients and phones."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line. `start` and `end` are offsets in the original text."""

    text: str
    start: int
    end: int
    bare: int
    """The number of characters at the start of `text` that were outside quotes."""
    quoted: bool = False
    """The whole word was in quotes, so it is matched literally."""
    mixed: bool = False
    """A part of the word was in quotes."""

    @property
    def key(self) -> str:
        """The form to compare with keywords (``--to`` is ``to``); empty for a word with quotes, which never is one."""
        if self.quoted or self.mixed:
            return ""
        return "→" if _ARROW.fullmatch(self.text) else self.text.lower().removeprefix("--")


class UnclosedQuote(Exception):
    """A quote is not closed. `start` is the offset of the opening quote."""

    def __init__(self, start: int) -> None:
        super().__init__("a quote opens and never ends")
        self.start = start


_MARKUP = re.compile(
    r"(\\?)(?:&(?P<entity>amp|lt|gt);"
    r"|<@(?P<person>[A-Z0-9]+)\|[^<>]*>"
    r"|<(?:#(?P<channel>[A-Z0-9]+)|(?P<link>(?:https?|mailto|tel):[^<>|\s]+))(?:\|(?P<label>[^<>]*))?>)"
)
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}


def plain(text: str) -> str:
    """Undo Slack's escapes: entities, mentions (kept as ``<@U…>``), channels and links (replaced by their names).

    A backslash before one keeps it unchanged; `protected` adds it, so that `plain(protected(x)) == x`.
    """
    return _MARKUP.sub(_unmarked, text)


def protected(text: str) -> str:
    """The text with a backslash before everything that `plain` would change."""
    return _MARKUP.sub(lambda match: "\\" + match.group(), text)


def _unmarked(match: re.Match[str]) -> str:
    if match[1]:
        return match.group()[1:]
    if match["entity"]:
        return _ENTITIES[match["entity"]]
    if match["person"]:
        return f"<@{match['person']}>"
    label = re.sub("&(amp|lt|gt);", lambda entity: _ENTITIES[entity[1]], match["label"] or "")
    # A chat client puts http:// before a bare name that looks like a host.
    return label or match["channel"] or str(match["link"]).removeprefix("http://")


_CLOSERS = {'"': '"', "“": '”"“', "”": '”"', "„": '“”"', "«": "»", "`": "`", "'": "'’", "‘": "’'"}
"""Opening quote → possible closing quotes. Single quotes only close at the end of a word, to keep apostrophes."""
_SINGLE = "'‘"
_OPENS_AFTER = ("=", ":", "@")
"""A quote may also open inside a word after one of these: ``name="…"``, ``provider:"…"``, ``"project"@"config"``."""
_ARROW = re.compile(r"(?:[-—–]{1,3}|=)>|[→⇒➜➔]")
_INVISIBLE = dict.fromkeys([0x200B, 0x2060, 0xFEFF, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_PHONE_DASH = re.compile(r"^—(?=\S)|(?<=[^\s—])—(?=[^\s—])")


def cut(text: str, stop: frozenset[str] = frozenset()) -> tuple[list[Word], str | None]:
    """Split a line into words. At an unquoted word in `stop`, the rest of the line is returned unsplit, else None.

    Raises `UnclosedQuote`.
    """
    words: list[Word] = []
    position = 0
    while True:
        while position < len(text) and text[position].isspace():
            position += 1
        if position == len(text):
            return _without_full_stop(words), None
        word = _next(text, position)
        if word.key.rstrip(":") in stop and words:
            return _without_full_stop(words), text[word.end :].strip()
        if word.text or word.quoted:
            words.append(word)
        position = word.end


def _next(text: str, start: int) -> Word:
    """The word that begins at `start`: unquoted text, an arrow or a quoted piece, or several of them joined."""
    pieces: list[str] = []
    position, bare, quotes = start, None, 0
    while position < len(text) and not text[position].isspace():
        arrow = _ARROW.match(text, position)
        if arrow:
            if not pieces:
                return Word(arrow.group(), start, arrow.end(), len(arrow.group()))
            break
        if text[position] in _CLOSERS and (not pieces or pieces[-1].endswith(_OPENS_AFTER)):
            inside, position = _quoted(text, position)
            bare = len("".join(pieces)) if bare is None else bare
            pieces.append(inside)
            quotes += 1
            if text[position : position + 1] == "." and not text[position + 1 :].strip():
                position += 1
            continue
        pieces.append(text[position])
        position += 1
    whole = "".join(pieces)
    if bare is None:
        whole = _PHONE_DASH.sub("--", whole.translate(_INVISIBLE))
        bare = len(whole)
    quoted = quotes == len(pieces) == 1
    return Word(whole, start, position, bare, quoted, mixed=quotes > 0 and not quoted)


def _quoted(text: str, start: int) -> tuple[str, int]:
    """The text inside the quotes that open at `start`, and the offset after them."""
    opener = text[start]
    end = _closing(text, start, _CLOSERS[opener])
    if end is None and opener == '"':
        end = _closing(text, start, "”")
    if end is None:
        raise UnclosedQuote(start)
    return re.sub(r'\\(["\\])', r"\1", text[start + 1 : end]), end + 1


def _closing(text: str, start: int, closers: str) -> int | None:
    single = text[start] in _SINGLE
    position = start + 1
    while position < len(text):
        if text[position : position + 2] in ('\\"', "\\\\"):
            position += 2
            continue
        ends_word = position + 1 == len(text) or text[position + 1].isspace() or text[position + 1] in ".,@"
        if text[position] in closers and (ends_word or not single):
            return position
        position += 1
    return None


def _without_full_stop(words: list[Word]) -> list[Word]:
    """The words without a final full stop or comma, which is not part of a name unless quoted."""
    if words and words[-1].key.endswith((".", ",")):
        last = words.pop()
        text = last.text.rstrip(".,")
        if text:
            words.append(Word(text, last.start, last.end, len(text)))
    return words
