"""Pages: ``limit`` and ``offset``, links to the other pages, order and filters of lists."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from bot.services.launchdarkly.errors import invalid
from bot.services.launchdarkly.service import Incoming, number

Item = TypeVar("Item")
Fits = Callable[[Item, str], bool]
"""Whether a record is meant by the value of a filter."""

Values = Callable[[Item], Sequence[str]]
"""What a record has in a field that filters look at."""


def link(href: str) -> dict[str, str]:
    """A link as it stands in an answer."""
    return {"href": href, "type": "application/json"}


def page(
    incoming: Incoming, items: Sequence[Item], shown: Callable[[Item], Any], *, default: int = 20, most: int = 1_000
) -> dict[str, Any]:
    """One page of `items`. Raises `Refusal` (400) for a limit or an offset that is none."""
    limit = number(incoming, "limit", default, least=1, most=most)
    offset = number(incoming, "offset", 0)
    total = len(items)
    offsets = {"self": offset}
    if offset:
        offsets |= {"first": 0, "prev": max(offset - limit, 0)}
    if offset + limit < total:
        offsets |= {"next": offset + limit, "last": (total - 1) // limit * limit}
    return {
        "items": [shown(item) for item in items[offset : offset + limit]],
        "totalCount": total,
        "_links": {name: link(_href(incoming, limit, start)) for name, start in offsets.items()},
    }


def _href(incoming: Incoming, limit: int, offset: int) -> str:
    rest = [(name, value) for name, value in incoming.query.multi_items() if name not in ("limit", "offset")]
    return f"{incoming.path}?{urlencode([('limit', limit), ('offset', offset), *rest])}"


def ordered(incoming: Incoming, items: Sequence[Item], keys: Mapping[str, Callable[[Item], Any]]) -> list[Item]:
    """In the order of ``sort``, a name with or without a dash in front. Raises `Refusal` (400)."""
    wanted = incoming.query.get("sort", "")
    if not wanted:
        return list(items)
    name = wanted.removeprefix("-")
    if name not in keys:
        raise invalid(f"sort: has to be one of {', '.join(keys)}")
    return sorted(items, key=keys[name], reverse=wanted.startswith("-"))


def with_colons(incoming: Incoming, items: Sequence[Item], fields: Mapping[str, Fits[Item]]) -> list[Item]:
    """Those that ``filter`` means: ``field:value``, several joined by commas. Raises `Refusal` (400)."""
    kept = list(items)
    for part in filter(None, incoming.query.get("filter", "").split(",")):
        name, colon, value = part.partition(":")
        if not colon or name not in fields:
            raise invalid(f"filter: has to be field:value with one of {', '.join(fields)}")
        kept = [item for item in kept if fields[name](item, value)]
    return kept


_COMPARISON = re.compile(
    r"""\s*(?P<field>\w+)\s+(?P<operator>equals|notEquals|anyOf)\s+(?P<value>"[^"]*"|\[[^\]]*\]|[^,"\[\]]+?)\s*(?:,|$)"""
)


def with_operators(incoming: Incoming, items: Sequence[Item], fields: Mapping[str, Values[Item]]) -> list[Item]:
    """Those that ``filter`` means: ``field operator value``, several joined by commas. Raises `Refusal` (400)."""
    kept, text = list(items), incoming.query.get("filter", "")
    at = 0
    while at < len(text):
        found = _COMPARISON.match(text, at)
        if found is None or found["field"] not in fields:
            raise invalid(f"filter: has to be field operator value with one of {', '.join(fields)}")
        at = found.end()
        values, have, wanted = _values(found["value"]), fields[found["field"]], found["operator"] != "notEquals"
        kept = [item for item in kept if bool(values.intersection(have(item))) is wanted]
    return kept


def _values(text: str) -> set[str]:
    if not text.startswith(("[", '"')):
        return {text}
    try:
        found = json.loads(text)
    except ValueError:
        raise invalid("filter: the value is not JSON") from None
    return set(map(str, found)) if isinstance(found, list) else {found}
