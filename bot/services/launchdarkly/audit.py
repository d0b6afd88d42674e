"""The audit log: who did what, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from bot.services.launchdarkly.bodies import Body, document, first
from bot.services.launchdarkly.errors import invalid, unknown
from bot.services.launchdarkly.paging import link
from bot.services.launchdarkly.people import member_summary
from bot.services.launchdarkly.records import Happening, Member
from bot.services.launchdarkly.service import Incoming, Operation, answer, number
from bot.services.launchdarkly.world import ACCOUNT, World

PATH = "/api/v2/auditlog"


class Statement(Body):
    """Which entries to select: resources and actions, written as in a policy statement of a custom role."""

    resources: list[str] | None = None
    not_resources: list[str] | None = None
    actions: list[str] | None = None
    not_actions: list[str] | None = None

    def means(self, entry: Happening) -> bool:
        """Return whether the statement matches this entry."""
        action, resource = entry.access.action, entry.access.resource
        return (
            (self.resources is None or any(matches(each, resource) for each in self.resources))
            and not any(matches(each, resource) for each in self.not_resources or ())
            and (self.actions is None or any(fnmatchcase(action, each) for each in self.actions))
            and not any(fnmatchcase(action, each) for each in self.not_actions or ())
        )


_STATEMENTS = TypeAdapter(list[Statement])


def matches(specifier: str, resource: str) -> bool:
    """Return whether a resource matches a specifier, for example ``proj/*:env/production:aiconfig/*``."""
    if "*" not in specifier:
        return specifier == resource
    patterns, parts = specifier.split(":"), resource.split(":")
    return len(patterns) == len(parts) and all(map(fnmatchcase, parts, patterns))


def entry_json(entry: Happening, world: World) -> dict[str, Any]:
    """The JSON of an entry in the list."""
    member = world.find(Member, entry.member) if entry.member is not None else None
    token = next((token for token in world.tokens.values() if token.id == entry.token), None)
    who = member.name if member is not None else token.name if token is not None else "Somebody"
    title = f"{who} {entry.verb} {entry.name}"
    body: dict[str, Any] = {
        "_links": {"self": link(f"{PATH}/{entry.id}")},
        "_id": entry.id,
        "_accountId": ACCOUNT,
        "date": entry.at,
        "accesses": [entry.access.model_dump()],
        "kind": entry.kind,
        "name": entry.name,
        "description": "",
        "shortDescription": title,
        "titleVerb": entry.verb,
        "title": title,
        "target": {"name": entry.name, "resources": [entry.access.resource], "_links": {}},
    }
    if entry.comment is not None:
        body["comment"] = entry.comment
    if entry.config is not None:
        body["relatedAIConfig"] = {"key": entry.config}
    if member is not None:
        body["member"] = member_summary(member)
        body["subject"] = {"name": member.name, "_links": body["member"]["_links"]}
    if token is not None:
        body["token"] = {
            "_id": token.id, "name": token.name, "ending": token.secret[-4:], "serviceToken": token.member is None
        }  # fmt: skip
    return body


def _matching_entries(incoming: Incoming, statements: Sequence[Statement]) -> Response:
    query = incoming.query
    limit = number(incoming, "limit", 10, least=1, most=20)
    before = number(incoming, "before", 2**53, most=2**53)
    after = number(incoming, "after", -1, most=2**53)
    members, tokens, words = query.getlist("member"), query.getlist("token"), query.get("q", "").casefold()
    matching = (
        entry
        for entry in reversed(incoming.world.all(Happening))
        if after < entry.at < before
        and all(statement.means(entry) for statement in statements)
        and (not members or entry.member in members)
        and (not tokens or entry.token in tokens)
        and words in f"{entry.name} {entry.config or ''} {entry.comment or ''}".casefold()
    )
    entries = list(islice(matching, limit + 1))
    links = {"self": link(incoming.path)}
    if len(entries) > limit:
        links["next"] = link(f"{PATH}?before={entries[limit - 1].at}&limit={limit}")
    return answer({"items": [entry_json(entry, incoming.world) for entry in entries[:limit]], "_links": links})


def _list(incoming: Incoming) -> Response:
    spec = incoming.query.get("spec")
    return _matching_entries(incoming, [Statement(resources=[spec])] if spec else [])


def _search(incoming: Incoming) -> Response:
    try:
        statements = _STATEMENTS.validate_python(document(incoming.content))
    except ValidationError as error:
        raise invalid(first(error)) from None
    return _matching_entries(incoming, statements)


def _one(incoming: Incoming) -> Response:
    entry = incoming.world.find(Happening, incoming.parts["entry"])
    if entry is None:
        raise unknown("audit log entry")
    states = {"previousVersion": entry.before, "currentVersion": entry.after}
    present = {name: state for name, state in states.items() if state is not None}
    return answer(entry_json(entry, incoming.world) | present | {"delta": None})


OPERATIONS = (
    Operation("GET", PATH, _list),
    Operation("POST", PATH, _search, reads=True),
    Operation("GET", PATH + "/{entry}", _one),
)
