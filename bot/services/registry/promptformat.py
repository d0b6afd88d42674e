"""The `.prompt` file format: parameters in YAML between two ``---`` lines, then the template.

A chat template is a sequence of blocks, a completion template is plain text (v4 reference, *.prompt files*):

    ---
    model: gpt-4o
    endpoint: chat
    ---
    <system>
      Answer {{customer}} kindly.
    </system>

A block's lines may be indented by two spaces. Inside a message, a line that looks like a tag is escaped with a
backslash. A user message with images has ``<image url="…" />`` and ``<text>`` blocks; an assistant's message ends with
its ``<tool_call id="…" name="…">`` blocks; a ``<tool id="…">`` message has the result of one of them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ConfigDict, ValidationError

from bot.services.registry.bodies import Body
from bot.services.registry.errors import entries
from bot.services.registry.wire import ChatMessage, Parameters

_FENCE = "---"
_ROLES = ("system", "user", "assistant", "tool")
_OPENING = re.compile(r'<([a-z_]+)((?:\s+[a-z_]+="[^"]*")*)\s*(/)?>')
_ATTRIBUTE = re.compile(r'([a-z_]+)="([^"]*)"')
_TAG = r"</?(?:system|user|assistant|tool|tool_call|text|image)\b"
_UNESCAPED = re.compile(rf"^(\s*)(\\*{_TAG})")
_ESCAPED = re.compile(rf"^(\s*)\\(\\*{_TAG})")
_ATTRIBUTES_OF = {"name": "name", "id": "tool_call_id"}
"""Attributes of a message tag → fields of the message."""

_Lines = list[tuple[int, str]]
"""Lines with their numbers, counted from 1."""


class PromptError(Exception):
    """The file is malformed; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"{line}: {message}")
        self.line = line
        self.message = message


@dataclass(frozen=True)
class Prompt:
    """The content of a file: parameters as in a config, and a description."""

    parameters: dict[str, Any]
    description: str | None = None


class _Document(Parameters, Body):
    """The front matter and the template. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    description: str | None = None


@dataclass(frozen=True)
class _Element:
    """``<name …>`` to ``</name>``; `lines` is None for ``<name … />``."""

    name: str
    attributes: dict[str, str]
    line: int
    lines: _Lines | None


def parse(text: str) -> Prompt:
    """Parse a file. Raises `PromptError` for the first problem."""
    lines = list(enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), start=1))
    if lines[0][1].rstrip() != _FENCE:
        raise PromptError(1, f"begin the file with a line {_FENCE}, then the parameters, then {_FENCE} again")
    end = next((place for place, (_, line) in enumerate(lines) if place and line.rstrip() == _FENCE), None)
    if end is None:
        raise PromptError(1, f"close the parameters with a line {_FENCE}")
    front, places = _front_matter("\n".join(line for _, line in lines[1:end]))
    for name in ("chat_template", "prompt_template"):
        if name in front:
            raise PromptError(places[name], f"{name} does not belong here: write the template below the parameters")
    body = lines[end + 1 :]
    front |= _template(body, front.get("endpoint"))
    try:
        document = _Document.model_validate(front)
    except ValidationError as error:
        first = entries(error.errors())[0]
        name, *rest = [str(part) for part in first["loc"]] or ["the parameters"]
        raise PromptError(places.get(name, 1), f"{'.'.join([name, *rest])}: {first['msg']}") from None
    return Prompt(document.model_dump(mode="json", include=set(Parameters.model_fields)), document.description)


def serialise(prompt: Prompt) -> str:
    """The text of a file that `parse` reads back. Raises `ValueError` for what the format cannot express."""
    front = {name: value for name, value in prompt.parameters.items() if value not in (None, {})}
    chat, completion = front.pop("chat_template", None), front.pop("prompt_template", None)
    if (chat is not None and completion is not None) or (
        completion if front["endpoint"] == "chat" else chat
    ) is not None:
        raise ValueError("writing a prompt file: a chat template goes with endpoint chat, a prompt template without")
    if "tools" in front:
        front["tools"] = [_without_nulls(tool) for tool in front["tools"]]
    if prompt.description is not None:
        front["description"] = prompt.description
    head = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=120)
    text = f"{_FENCE}\n{head}{_FENCE}\n"
    if chat is not None:
        return text + "".join(f"{line}\n" for message in chat for line in _message_lines(message))
    return text if completion is None else f"{text}\n{completion}\n"


# Front matter


class _PlainLoader(yaml.SafeLoader):
    """YAML without timestamps: they are strings, as in JSON."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _front_matter(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The parameters, and the line number of each. The text starts at the file's second line."""
    try:
        # Aliases could make a small file enormous.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_PlainLoader)):
            raise PromptError(2, "aliases are not taken: write the values out")
        node = yaml.compose(text, Loader=_PlainLoader)
        values = yaml.load(text, Loader=_PlainLoader)  # noqa: S506  # a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 2
        raise PromptError(line, f"not YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise PromptError(2, f"not YAML: {error}") from None
    if not isinstance(node, yaml.MappingNode) or not isinstance(values, dict):
        raise PromptError(2, "write the parameters as name: value, one a line")
    places: dict[str, int] = {}
    for key, _ in node.value:
        if key.value in places:
            raise PromptError(key.start_mark.line + 2, f"{key.value} stands here a second time")
        places[key.value] = key.start_mark.line + 2
    try:
        plain: dict[str, Any] = json.loads(json.dumps(values, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise PromptError(2, f"only plain values can be parameters: {error}") from None
    return plain, places


# Templates


def _template(body: _Lines, endpoint: Any) -> dict[str, Any]:
    """The template's fields, and the endpoint, which the template implies if the parameters do not have it."""
    non_empty = [(number, line) for number, line in body if line.strip()]
    if not non_empty:
        return {}
    if endpoint is None:
        opening = _OPENING.match(non_empty[0][1].strip())
        endpoint = "chat" if opening and opening[1] in _ROLES else "complete"
    if endpoint == "chat":
        return {"endpoint": endpoint, "chat_template": [_message(element) for element in _elements(body, _ROLES)]}
    lines = [line for _, line in body]
    if lines[0] == "" and len(lines) > 1:
        del lines[0]
    if lines[-1] == "":
        del lines[-1]
    return {"endpoint": endpoint, "prompt_template": "\n".join(lines)}


def _elements(lines: _Lines, names: tuple[str, ...]) -> Iterator[_Element]:
    """Consecutive elements, separated only by empty lines. Raises `PromptError`."""
    position = 0
    while position < len(lines):
        number, line = lines[position]
        position += 1
        if not line.strip():
            continue
        opening = _OPENING.match(line.strip())
        if opening is None or opening[1] not in names:
            raise PromptError(number, f"expected {' or '.join(f'<{name}>' for name in names)}, found {line.strip()!r}")
        name, attributes = opening[1], {key: html.unescape(value) for key, value in _ATTRIBUTE.findall(opening[2])}
        rest, closing = line.strip()[opening.end() :], f"</{name}>"
        if opening[3]:
            if rest:
                raise PromptError(number, f"nothing may follow <{name} /> on its line")
            yield _Element(name, attributes, number, None)
        elif rest.endswith(closing):
            yield _Element(name, attributes, number, [(number, rest.removesuffix(closing))])
        else:
            end = next((at for at in range(position, len(lines)) if lines[at][1].strip() == closing), None)
            if end is None:
                raise PromptError(number, f"<{name}> is never closed: write {closing} on a line of its own")
            inner = _undented(lines[position:end])
            yield _Element(name, attributes, number, [(number, rest), *inner] if rest else inner)
            position = end + 1


def _undented(lines: _Lines) -> _Lines:
    if all(line.startswith("  ") for _, line in lines if line.strip()):
        return [(number, line.removeprefix("  ")) for number, line in lines]
    return lines


def _text(lines: _Lines) -> str:
    return "\n".join(_ESCAPED.sub(r"\1\2", line) for _, line in lines)


def _opens(line: str, *names: str) -> bool:
    opening = _OPENING.match(line.strip())
    return opening is not None and opening[1] in names


def _message(element: _Element) -> dict[str, Any]:
    """One chat message."""
    message: dict[str, Any] = {"role": element.name}
    for key, value in element.attributes.items():
        if key not in _ATTRIBUTES_OF:
            raise PromptError(element.line, f"<{element.name}> has no attribute {key}: there are name and id")
        message[_ATTRIBUTES_OF[key]] = value
    lines = element.lines
    if lines is None:
        return message
    if element.name == "user" and any(_opens(line, "image") for _, line in lines):
        message["content"] = [_part(part) for part in _elements(lines, ("text", "image"))]
        return message
    calls = next((at for at, (_, line) in enumerate(lines) if _opens(line, "tool_call")), len(lines))
    if element.name == "assistant" and calls < len(lines):
        message["tool_calls"] = [_tool_call(call) for call in _elements(lines[calls:], ("tool_call",))]
        lines = lines[:calls]
        if not lines:
            return message
    message["content"] = _text(lines)
    return message


def _part(element: _Element) -> dict[str, Any]:
    """One part of a message with images."""
    if element.name == "text":
        return {"type": "text", "text": _text(element.lines or [])}
    if "url" not in element.attributes or not element.attributes.keys() <= {"url", "detail"}:
        raise PromptError(element.line, '<image> takes url="…", and detail="…" if needed')
    return {"type": "image_url", "image_url": element.attributes}


def _tool_call(element: _Element) -> dict[str, Any]:
    if element.attributes.keys() != {"id", "name"}:
        raise PromptError(element.line, '<tool_call> takes id="…" and name="…"')
    arguments = None if element.lines is None else _text(element.lines)
    function = {"name": element.attributes["name"], "arguments": arguments}
    return {"id": element.attributes["id"], "type": "function", "function": function}


# Writing


def _without_nulls(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _block(name: str, attributes: Mapping[str, str | None], inner: list[str] | None) -> Iterator[str]:
    written_attributes = "".join(
        f' {key}="{html.escape(value).replace(chr(10), "&#10;")}"'
        for key, value in attributes.items()
        if value is not None
    )
    if inner is None:
        yield f"<{name}{written_attributes} />"
        return
    yield f"<{name}{written_attributes}>"
    for line in inner:
        yield f"  {line}" if line else ""
    yield f"</{name}>"


def _text_lines(text: str) -> list[str]:
    return [_UNESCAPED.sub(r"\1\\\2", line) for line in text.split("\n")]


def _message_lines(document: Mapping[str, Any]) -> Iterator[str]:
    message = ChatMessage.model_validate(document)
    if message.tool_call is not None:
        raise ValueError("writing a prompt file: it has no place for tool_call, use tool_calls")
    inner: list[str] | None = None
    if isinstance(message.content, str):
        inner = _text_lines(message.content)
    elif message.content is not None:
        if message.role != "user" or all(part.image_url is None for part in message.content):
            raise ValueError("writing a prompt file: parts go with an image, in a message of the user")
        inner = []
        for part in message.content:
            if part.image_url is None:
                inner += _block("text", {}, _text_lines(part.text or ""))
            else:
                inner += _block("image", {"url": part.image_url.url, "detail": part.image_url.detail}, None)
    for call in message.tool_calls or ():
        if message.role != "assistant":
            raise ValueError("writing a prompt file: only the assistant calls tools")
        arguments = None if call.function.arguments is None else _text_lines(call.function.arguments)
        inner = (inner or []) + list(_block("tool_call", {"id": call.id, "name": call.function.name}, arguments))
    yield from _block(message.role, {"name": message.name, "id": message.tool_call_id}, inner)
