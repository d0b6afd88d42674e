"""Drafts ↔ stored text: the only place that knows the storage format of what a button does.

A document has a version and a kind. It is accepted only if every value is of its field's type and encoding the result
again gives the same document, so a field that is unknown, missing or renamed is never guessed: such a draft is
unreadable, and nothing is done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Kind
from bot.domain.drafts import Draft, ListPage, UnreadableDraft
from bot.domain.live_state import Nothing, Split
from bot.domain.names import Config, Environment, Project
from bot.domain.project_edits import PlannedEdit
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.domain.targets import LiveIn, PreviouslyLive, Target, UnresolvedTarget
from bot.domain.times import At, In, LocalTime, WantedTime
from bot.store.codec import JSON, from_environment, from_target, maybe, to_environment, to_target

VERSION = 2
"""Version 1 had neither version nor kind: it was the command line itself, or only the fields of the request."""


_TYPES: TypeAdapter[Draft] = TypeAdapter(Draft, config=ConfigDict(revalidate_instances="always", strict=True))


def encode(draft: Draft) -> str:
    """The text to store for a draft."""
    return json.dumps(_document(draft))


def decode(text: str) -> Draft | UnreadableDraft:
    """The inverse of `encode`; it also reads drafts of version 1. Never raises."""
    if not text.startswith("{"):
        return _first_line(text)  # version 1: no line begins with a brace
    try:
        document = json.loads(text)
        if "v" not in document:
            return _first_version(text)
        if document["v"] != VERSION:
            return UnreadableDraft(f"it is written in version {document['v']!r}, known is {VERSION}")
        draft = _TYPES.validate_python(_READERS[document["kind"]](document))
    except (KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
        return UnreadableDraft(f"{type(error).__name__}: {error}")
    return draft if _document(draft) == document else UnreadableDraft("it has fields that are not known, or lacks some")


def _document(draft: Draft) -> JSON:
    if isinstance(draft, str):
        return {"v": VERSION, "kind": "line", "line": draft}
    if isinstance(draft, ListPage):
        return {"v": VERSION, "kind": "page", "line": draft.line, "page": draft.page}
    if isinstance(draft, ChangeRequest):
        return {"v": VERSION, "kind": "change", **_from_request(draft)}
    return {"v": VERSION, "kind": "project", **_from_edit(draft)}


def _to_line(document: Mapping[str, Any]) -> str:
    return str(document["line"])


def _to_page(document: Mapping[str, Any]) -> ListPage:
    return ListPage(document["line"], document["page"])


def _from_request(change_request: ChangeRequest) -> JSON:
    return {
        "change": change_request.kind.value,
        "project": _from_project(change_request.project),
        "environment": from_environment(change_request.environment),
        "target": _from_any_target(change_request.target),
        "because": change_request.because,
        "undoes": change_request.undoes,
        "drops": change_request.drops,
        "when": maybe(_from_when, change_request.when),
    }


def _to_request(document: Mapping[str, Any]) -> ChangeRequest:
    return ChangeRequest(
        kind=Kind(document["change"]),
        project=_to_project(document["project"]),
        environment=to_environment(document["environment"]),
        target=_to_any_target(document["target"]),
        because=document["because"],
        undoes=document["undoes"],
        drops=document["drops"],
        when=maybe(_to_when, document["when"]),
    )


def _from_any_target(target: Target | UnresolvedTarget) -> JSON:
    match target:
        case LiveIn(environment):
            return {"kind": "live in", "environment": from_environment(environment)}
        case PreviouslyLive():
            return {"kind": "previously live"}
        case _:
            return from_target(target)


def _to_any_target(document: Mapping[str, Any]) -> Target | UnresolvedTarget:
    match document["kind"]:
        case "live in":
            return LiveIn(to_environment(document["environment"]))
        case "previously live":
            return PreviouslyLive()
        case _:
            return to_target(document)


def _from_when(when: WantedTime) -> JSON:
    match when:
        case In(duration, text):
            return {"in_microseconds": duration // timedelta(microseconds=1), "text": text}
        case At(LocalTime(hour, minute, day, date, zone), text):
            local = {"hour": hour, "minute": minute, "day": day, "date": list(date) if date else None, "zone": zone}
            return {"at": local, "text": text}
        case _:
            return {"instant": when.isoformat()}


def _to_when(document: Mapping[str, Any]) -> WantedTime:
    match document:
        case {"in_microseconds": span, "text": str(text)}:
            return In(timedelta(microseconds=span), text)
        case {"at": local, "text": str(text)}:
            year_month_day = maybe(tuple, local["date"])
            return At(LocalTime(local["hour"], local["minute"], local["day"], year_month_day, local["zone"]), text)
        case _:
            return datetime.fromisoformat(document["instant"])


def _from_project(project: Project) -> JSON:
    return {"provider": project.provider, "id": project.id, "name": project.name}


def _to_project(document: Mapping[str, Any]) -> Project:
    return Project(document["provider"], document["id"], document["name"])


def _from_edit(edit: PlannedEdit) -> JSON:
    return {
        "provider": edit.provider,
        "project": maybe(_from_project, edit.project),
        "old": _from_fields(edit.old),
        "new": _from_fields(edit.new),
    }


def _to_edit(document: Mapping[str, Any]) -> PlannedEdit:
    return PlannedEdit(
        document["provider"],
        maybe(_to_project, document["project"]),
        _to_fields(document["old"]),
        _to_fields(document["new"]),
    )


def _from_fields(fields: ProjectFields) -> JSON:
    who = fields.maintainer
    return {
        "name": fields.name,
        "directory": fields.directory,
        "description": fields.description,
        "tags": maybe(list, fields.tags),
        "maintainer": {"kind": who.kind, "id": who.id, "name": who.name, "email": who.email} if who else None,
        "metric": fields.metric,
        "inverted": fields.inverted,
    }


def _to_fields(document: Mapping[str, Any]) -> ProjectFields:
    return ProjectFields(
        name=document["name"],
        directory=document["directory"],
        description=document["description"],
        tags=maybe(tuple, document["tags"]),
        maintainer=maybe(_to_maintainer, document["maintainer"]),
        metric=document["metric"],
        inverted=document["inverted"],
    )


def _to_maintainer(document: Mapping[str, Any]) -> Maintainer:
    if document["kind"] not in ("member", "team"):
        raise ValueError(f"{document['kind']!r} is not one of member, team")
    return Maintainer(document["kind"], document["id"], document["name"], document["email"])


_READERS: dict[str, Callable[[Mapping[str, Any]], Draft]] = {
    "line": _to_line,
    "page": _to_page,
    "change": _to_request,
    "project": _to_edit,
}


# version 1


@dataclass(frozen=True, slots=True)
class _FirstRequest:
    """The fields of a change request as version 1 wrote them, in its order."""

    kind: Kind
    project: Project
    environment: Environment
    config: Config | None = None
    source: Environment | None = None
    because: str | None = None
    undoes: str | None = None
    split: Split | None = None
    drops: str | None = None
    when: WantedTime | None = None


_FIRST: tuple[TypeAdapter[Any], ...] = (TypeAdapter(_FirstRequest), TypeAdapter(PlannedEdit))


_FIRST_PAGE = re.compile(
    r"(?P<line>(?:changes|config list|deployments|evaluations|project list|reminders)\b.*) page (?P<page>[1-9]\d{0,5})"
)
"""How version 1 stored the page of a list: in words at the end of the line."""


def _first_line(text: str) -> str | ListPage:
    found = _FIRST_PAGE.fullmatch(text)
    return ListPage(found["line"], int(found["page"])) if found else text


def _first_version(text: str) -> Draft | UnreadableDraft:
    """Decode a draft of version 1; unreadable unless it is exactly in that format."""
    for adapter in _FIRST:
        try:
            draft = adapter.validate_json(text)
        except ValidationError:
            continue
        if adapter.dump_json(draft).decode() == text:
            return _upgraded(draft) if isinstance(draft, _FirstRequest) else draft
    return UnreadableDraft("it says no version, and is not quite what was written when drafts said none")


def _upgraded(change_request: _FirstRequest) -> ChangeRequest | UnreadableDraft:
    target: Target | UnresolvedTarget
    match change_request:
        case _FirstRequest(kind=Kind.DEACTIVATE, config=None, source=None, split=None):
            target = Nothing()
        case _FirstRequest(kind=Kind.PROMOTE, source=Environment() as source, split=None):
            target = LiveIn(source)
        case _FirstRequest(config=Config() as config, source=None, split=None):
            target = config
        case _FirstRequest(config=None, source=None, split=Split() as split):
            target = split
        case _:
            return UnreadableDraft("it does not state what to make live")
    return ChangeRequest(
        change_request.kind,
        change_request.project,
        change_request.environment,
        target,
        change_request.because,
        change_request.undoes,
        change_request.drops,
        change_request.when,
    )
