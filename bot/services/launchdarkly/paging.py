"""Paging, sorting and filtering of lists: ``limit`` and ``offset``, links to other pages, ``sort``, ``filter``."""

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
"""Whether a record matches the value of a filter."""

Values = Callable[[Item], Sequence[str]]
"""The values that a record has in a filterable field."""


def link(href: str) -> dict[str, str]:
    """The JSON of a link."""
    return {"href": href, "type": "application/json"}


def page(
    incoming: Incoming, items: Sequence[Item], to_json: Callable[[Item], Any], *, default: int = 20, most: int = 1_000
) -> dict[str, Any]:
    """The JSON of one page of `items`. Raises `Refusal` (400) for an invalid limit or offset."""
    limit = number(incoming, "limit", default, least=1, most=most)
    offset = number(incoming, "offset", 0)
    total = len(items)
    offsets = {"self": offset}
    if offset:
        offsets |= {"first": 0, "prev": max(offset - limit, 0)}
    if offset + limit < total:
        offsets |= {"next": offset + limit, "last": (total - 1) // limit * limit}
    return {
        "items": [to_json(item) for item in items[offset : offset + limit]],
        "totalCount": total,
        "_links": {name: link(_href(incoming, limit, start)) for name, start in offsets.items()},
    }


def _href(incoming: Incoming, limit: int, offset: int) -> str:
    rest = [(name, value) for name, value in incoming.query.multi_items() if name not in ("limit", "offset")]
    return f"{incoming.path}?{urlencode([('limit', limit), ('offset', offset), *rest])}"


def ordered(incoming: Incoming, items: Sequence[Item], keys: Mapping[str, Callable[[Item], Any]]) -> list[Item]:
    """Sort by the query's ``sort``, a name of `keys`; a leading dash reverses. Raises `Refusal` (400)."""
    sort = incoming.query.get("sort", "")
    if not sort:
        return list(items)
    name = sort.removeprefix("-")
    if name not in keys:
        raise invalid(f"sort: has to be one of {', '.join(keys)}")
    return sorted(items, key=keys[name], reverse=sort.startswith("-"))


def with_colons(incoming: Incoming, items: Sequence[Item], fields: Mapping[str, Fits[Item]]) -> list[Item]:
    """The items that match ``filter``: ``field:value``, several joined by commas. Raises `Refusal` (400)."""
    matches = list(items)
    for part in filter(None, incoming.query.get("filter", "").split(",")):
        name, colon, value = part.partition(":")
        if not colon or name not in fields:
            raise invalid(f"filter: has to be field:value with one of {', '.join(fields)}")
        matches = [item for item in matches if fields[name](item, value)]
    return matches


_COMPARISON = re.compile(
    r"""\s*(?P<field>\w+)\s+(?P<operator>equals|notEquals|anyOf)\s+(?P<value>"[^"]*"|\[[^\]]*\]|[^,"\[\]]+?)\s*(?:,|$)"""
)


def with_operators(incoming: Incoming, items: Sequence[Item], fields: Mapping[str, Values[Item]]) -> list[Item]:
    """The items that match ``filter``: ``field operator value``, several joined by commas. Raises `Refusal` (400)."""
    matches, text = list(items), incoming.query.get("filter", "")
    at = 0
    while at < len(text):
        comparison = _COMPARISON.match(text, at)
        if comparison is None or comparison["field"] not in fields:
            raise invalid(f"filter: has to be field operator value with one of {', '.join(fields)}")
        at = comparison.end()
        values, values_of, should_match = (
            _values(comparison["value"]),
            fields[comparison["field"]],
            comparison["operator"] != "notEquals",
        )
        matches = [item for item in matches if bool(values.intersection(values_of(item))) is should_match]
    return matches


def _values(text: str) -> set[str]:
    if not text.startswith(("[", '"')):
        return {text}
    try:
        value = json.loads(text)
    except ValueError:
        raise invalid("filter: the value is not JSON") from None
    return set(map(str, value)) if isinstance(value, list) else {value}
