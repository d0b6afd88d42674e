"""Error bodies of a v4 service: `detail` in any of its three shapes, as one sentence."""

from __future__ import annotations

from typing import Any


def detail_of(body: Any) -> str:
    """The sentence in an error body: a string, a list of field errors, or an object with `message`.

    The reference documents the list (422) and the object (model calls); everything else is a string.
    """
    detail = body.get("detail") if isinstance(body, dict) else None
    match detail:
        case str():
            return detail
        case {"message": str(message)}:
            return message
        case list():
            return "; ".join(_field_error(entry) for entry in detail if isinstance(entry, dict))
    return ""


def _field_error(entry: dict[Any, Any]) -> str:
    """Format one field error, such as ``name: field required``; the part of the request (body, query) is left out."""
    location = entry.get("loc")
    places = location if isinstance(location, list) else []
    where = ".".join(str(place) for place in places if place not in ("body", "query", "path"))
    message = str(entry.get("msg", ""))
    return f"{where}: {message}" if where else message
