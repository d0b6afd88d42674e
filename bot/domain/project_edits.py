"""New field values of a project from a typed update and the current values. Pure; permission is decided elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.domain.names import Project
from bot.domain.project_fields import Maintainer, ProjectFields


@dataclass(frozen=True, slots=True)
class PlannedEdit:
    """A project edit that is to be confirmed: the project (None: a new one), old and new values."""

    provider: str
    project: Project | None
    old: ProjectFields
    new: ProjectFields


@dataclass(frozen=True, slots=True)
class Sought:
    """A maintainer as typed, and the matching people or teams at the provider."""

    words: str
    kind: Literal["member", "team"]
    person: str = ""
    """The Slack user id, if a person was mentioned."""
    found: tuple[Maintainer, ...] = ()
    nameless: bool = False
    """Slack does not reveal the e-mail address of the mentioned person, so the provider could not be searched."""

    @property
    def one(self) -> Maintainer | None:
        """The match, if there is exactly one; else None."""
        return self.found[0] if len(self.found) == 1 else None


def mixed(typed: str) -> bool:
    """Whether a tag list mixes both forms, ``a,+b``: a complete list, and additions or removals."""
    signed = {part[0] in "+-" for part in _parts(typed)}
    return len(signed) > 1


def tags_after(now: tuple[str, ...], typed: str) -> tuple[str, ...]:
    """The new tags: ``a,b`` replaces all, ``+a,-b`` adds and removes. Each tag once, in order."""
    parts = _parts(typed)
    if not any(part[0] in "+-" for part in parts):
        return tuple(dict.fromkeys(parts))
    gone = {part[1:].strip() for part in parts if part[0] == "-"}
    come = [part[1:].strip() for part in parts if part[0] == "+"]
    return tuple(dict.fromkeys(tag for tag in (*now, *come) if tag not in gone))


def _parts(typed: str) -> list[str]:
    return [part.strip() for part in typed.split(",") if part.strip()]


def meant(values: Mapping[str, str], now: ProjectFields, sought: Sought | None) -> ProjectFields:
    """The field values that the line requests, not yet checked. `values` is what was typed, by field."""
    texts = {field: values[field] for field in ("name", "directory", "description", "metric") if field in values}
    return ProjectFields(
        **texts,
        tags=tags_after(now.tags or (), values["tags"]) if "tags" in values else None,
        maintainer=sought.one if sought else None,
        inverted=values["inverted"].lower() == "yes" if "inverted" in values else None,
    )


def differing(now: ProjectFields, requested: ProjectFields) -> ProjectFields:
    """The requested values that differ from the current ones."""
    same = {field: None for field in requested.named() if is_same(now, requested, field)}
    return replace(requested, **same)


def only(fields: ProjectFields, named: ProjectFields) -> ProjectFields:
    """`fields`, reduced to those that are set in `named`."""
    return replace(fields, **{field: None for field in fields.named() if field not in named.named()})


def is_same(first: ProjectFields, second: ProjectFields, field: str) -> bool:
    """Whether a field has the same value in both. Tags are compared without order, maintainers by id."""
    return bool(_essence(field, getattr(first, field)) == _essence(field, getattr(second, field)))


def _essence(field: str, value: Any) -> Any:
    match field:
        case "tags":
            return sorted(value or ())
        case "maintainer":
            return (value.kind, value.id) if value else None
        case "description" | "inverted":  # services leave out an empty or false value
            return value or None
    return value


def text_of(fields: ProjectFields, field: str) -> str | None:
    """A field's value as people write it; None if it has none."""
    match getattr(fields, field):
        case tuple(tags):
            return ", ".join(tags) or None
        case Maintainer("team", identifier):
            return f"team {identifier}"
        case Maintainer(_, identifier, name, email):
            return email or name or identifier
        case bool(value):
            return "yes" if value else "no"
        case value:
            return value or None


_DIRECTORY = re.compile(r"dir_[\w\-]+", re.ASCII)
"""A directory id; v4 has no other way to refer to a directory."""

_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Line ends, control characters and text-direction overrides: a name with them does not look like what it is."""


def is_name(text: str) -> bool:
    """Whether it can be a name: visible characters on one line."""
    return bool(text.strip()) and not _INVISIBLE.search(text)


def is_word(text: str) -> bool:
    """Whether it is a name without spaces."""
    return is_name(text) and not any(letter.isspace() for letter in text)


def is_directory(text: str) -> bool:
    """Whether it is the id of a directory."""
    return _DIRECTORY.fullmatch(text) is not None
