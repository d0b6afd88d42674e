"""Errors and their JSON: ``{"detail": …}``, which is a sentence or the entries of a 422."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import JSONResponse


class Refusal(Exception):
    """Raised to answer a request with an error: a status, and a sentence or the entries of a 422."""

    def __init__(self, status: int, detail: str | list[dict[str, Any]]) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Unable(Exception):
    """An operator's command cannot be carried out; the message says why, and what to do instead."""


def not_found(what: str, identifier: str) -> Refusal:
    """Return a 404 error, for example ``Project with ID 'pr_…' was not found``."""
    return Refusal(404, f"{what} with ID '{identifier}' was not found.")


def wrong_field(location: list[str | int], message: str) -> Refusal:
    """Return a 422 error for a field with unusable content, for example a text in the wrong format."""
    return Refusal(422, [{"loc": location, "msg": message, "type": "value_error"}])


UNAVAILABLE = (503, "The database is not available. Try again later.")


def answer(status: int, detail: str | list[dict[str, Any]]) -> JSONResponse:
    """The error response."""
    return JSONResponse({"detail": detail}, status_code=status)


_KINDS: dict[str, tuple[str, str | None]] = {
    "missing": ("value_error.missing", "field required"),
    "extra_forbidden": ("value_error.extra", "extra fields not permitted"),
    "json_invalid": ("value_error.jsondecode", None),
    "string_type": ("type_error.str", "str type expected"),
    "int_type": ("type_error.integer", "value is not a valid integer"),
    "int_parsing": ("type_error.integer", "value is not a valid integer"),
    "int_parsing_size": ("type_error.integer", "value is not a valid integer"),
    "int_from_float": ("type_error.integer", "value is not a valid integer"),
    "float_type": ("type_error.float", "value is not a valid float"),
    "float_parsing": ("type_error.float", "value is not a valid float"),
    "finite_number": ("value_error.number.not_finite", "ensure this value is a finite number"),
    "bool_type": ("type_error.bool", "value could not be parsed to a boolean"),
    "bool_parsing": ("type_error.bool", "value could not be parsed to a boolean"),
    "literal_error": ("type_error.enum", None),
    "dict_type": ("type_error.dict", "value is not a valid dict"),
    "model_type": ("type_error.dict", "value is not a valid dict"),
    "model_attributes_type": ("type_error.dict", "value is not a valid dict"),
    "list_type": ("type_error.list", "value is not a valid list"),
    "too_short": ("value_error.list.min_items", None),
    "too_long": ("value_error.list.max_items", None),
    "string_too_long": ("value_error.any_str.max_length", None),
    "string_too_short": ("value_error.any_str.min_length", None),
    "greater_than_equal": ("value_error.number.not_ge", None),
    "less_than_equal": ("value_error.number.not_le", None),
    "date_type": ("value_error.date", "invalid date format"),
    "date_parsing": ("value_error.date", "invalid date format"),
    "date_from_datetime_parsing": ("value_error.date", "invalid date format"),
    "date_from_datetime_inexact": ("value_error.date", "invalid date format"),
}
"""Error types of the current validation library → type and text of the older version that v4 used."""

_BRANCH = re.compile(
    r"str|int|float|bool|constrained-str|(list|literal|function-after|function-before|datapoint)\[.*\]"
)
"""Names of union branches, which the current library adds to locations and v4 did not."""


def entries(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The `detail` of a 422, without the values that were sent."""
    return [_entry(error) for error in errors]


def _entry(error: Mapping[str, Any]) -> dict[str, Any]:
    location = [part for part in error["loc"] if isinstance(part, int) or not _BRANCH.fullmatch(part)]
    kind, message = _KINDS.get(error["type"], ("value_error", None))
    context = error.get("ctx", {})
    if error.get("input", ...) is None and error["type"] != "missing":
        kind, message = "type_error.none.not_allowed", "none is not an allowed value"
    entry: dict[str, Any] = {"loc": location, "msg": message or _message(error), "type": kind}
    if kind == "type_error.enum":
        entry["ctx"] = {"enum_values": re.findall(r"'([^']*)'", context["expected"])}
    return entry


def _message(error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "literal_error":
            return f"value is not a valid enumeration member; permitted: {context['expected']}"
        case "string_too_long":
            return f"ensure this value has at most {context['max_length']} characters"
        case "string_too_short":
            return f"ensure this value has at least {context['min_length']} characters"
        case "too_short":
            return f"ensure this value has at least {context['min_length']} items"
        case "too_long":
            return f"ensure this value has at most {context['max_length']} items"
        case "greater_than_equal":
            return f"ensure this value is greater than or equal to {context['ge']:g}"
        case "less_than_equal":
            return f"ensure this value is less than or equal to {context['le']:g}"
        case "json_invalid":
            return str(context["error"])
        case _:
            return str(error["msg"]).removeprefix("Value error, ")
