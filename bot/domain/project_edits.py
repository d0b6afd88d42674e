"""What a line that changes fields of a project means for the fields as they are. Pure; it decides nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.domain.names import Project
from bot.domain.project_fields import Maintainer, ProjectFields

FIELD_OF = {"team": "maintainer"}
"""Words of the line that stand for a field of another name: a team is a maintainer, too."""


@dataclass(frozen=True, slots=True)
class PlannedEdit:
    """What is to be made or changed: of which project (None: a new one), from what to what."""

    provider: str
    project: Project | None
    old: ProjectFields
    new: ProjectFields


@dataclass(frozen=True, slots=True)
class Sought:
    """Who is to look after a project, as typed, and whom the provider knows by that."""

    words: str
    kind: Literal["member", "team"]
    person: str = ""
    """The id in Slack of a person who was mentioned."""
    found: tuple[Maintainer, ...] = ()
    nameless: bool = False
    """Slack does not tell the address of the person who was mentioned, so nobody could be looked for."""

    @property
    def one(self) -> Maintainer | None:
        """The one who is meant; None when nobody or several are."""
        return self.found[0] if len(self.found) == 1 else None


def mixed(typed: str) -> bool:
    """Whether tags are typed both ways, ``a,+b``: all of them, and what comes and goes."""
    signed = {part[0] in "+-" for part in _parts(typed)}
    return len(signed) > 1


def tags_after(now: tuple[str, ...], typed: str) -> tuple[str, ...]:
    """The tags once ``a,b`` took their place, or ``+a,-b`` was added and removed; each once, in their order."""
    parts = _parts(typed)
    if not any(part[0] in "+-" for part in parts):
        return tuple(dict.fromkeys(parts))
    gone = {part[1:].strip() for part in parts if part[0] == "-"}
    come = [part[1:].strip() for part in parts if part[0] == "+"]
    return tuple(dict.fromkeys(tag for tag in (*now, *come) if tag not in gone))


def _parts(typed: str) -> list[str]:
    return [part.strip() for part in typed.split(",") if part.strip()]


def meant(values: Mapping[str, str], now: ProjectFields, sought: Sought | None) -> ProjectFields:
    """The fields as the line wants them, whether or not they may be so. `values` are what was typed, by field."""
    texts = {field: values[field] for field in ("name", "directory", "description", "metric") if field in values}
    return ProjectFields(
        **texts,
        tags=tags_after(now.tags or (), values["tags"]) if "tags" in values else None,
        maintainer=sought.one if sought else None,
        inverted=values["inverted"].lower() == "yes" if "inverted" in values else None,
    )


def differing(now: ProjectFields, requested: ProjectFields) -> ProjectFields:
    """Of what is wanted only what is not so already."""
    same = {field: None for field in requested.named() if is_same(now, requested, field)}
    return replace(requested, **same)


def only(fields: ProjectFields, named: ProjectFields) -> ProjectFields:
    """Of the fields those that `named` sets."""
    return replace(fields, **{field: None for field in fields.named() if field not in named.named()})


def is_same(first: ProjectFields, second: ProjectFields, field: str) -> bool:
    """Whether a field has the same value: tags have no order, and who somebody is does not hang on a name."""
    return bool(_essence(field, getattr(first, field)) == _essence(field, getattr(second, field)))


def _essence(field: str, value: Any) -> Any:
    match field:
        case "tags":
            return sorted(value or ())
        case "maintainer":
            return (value.kind, value.id) if value else None
        case "description" | "inverted":  # a service leaves out what is empty or no
            return value or None
    return value


def text_of(fields: ProjectFields, field: str) -> str | None:
    """A value as people write it; None for none."""
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
"""An id of the contract; v4 has no other way to name a directory."""

_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Line ends, control characters and text-direction overrides: a name with them does not read as it is."""


def is_name(text: str) -> bool:
    """Whether it reads as it is: something that can be seen, on one line."""
    return bool(text.strip()) and not _INVISIBLE.search(text)


def is_word(text: str) -> bool:
    """Whether it is a name without blanks."""
    return is_name(text) and not any(letter.isspace() for letter in text)


def is_directory(text: str) -> bool:
    """Whether it is the id of a directory."""
    return _DIRECTORY.fullmatch(text) is not None
