"""Bodies of requests: JSON objects with the right types; fields that nobody knows are ignored, as the service does."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from bot.services.launchdarkly.errors import invalid

DEEPEST = 64
"""How far arrays and objects in a body may be nested. The service declares no limit; this one is ours."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Text = Annotated[str, StringConstraints(max_length=100_000)]


class Body(BaseModel):
    """A body, or an object inside one. Its fields have the names of Python here and those of the wire outside."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True, allow_inf_nan=False)

    def named(self) -> dict[str, Any]:
        """The fields that were sent and are not null, by their names on the wire."""
        sent = self.model_dump(by_alias=True, exclude_unset=True)
        return {name: value for name, value in sent.items() if value is not None}


Parsed = TypeVar("Parsed", bound=BaseModel)


def parsed(model: type[Parsed], content: bytes) -> Parsed:
    """The body as `model`. Raises `Refusal` (400) for what is missing, broken, or of another type."""
    found = document(content)
    if not isinstance(found, dict):
        raise invalid("The body has to be a JSON object")
    return checked(model, found)


def checked(model: type[Parsed], value: Mapping[str, Any]) -> Parsed:
    """A JSON object as `model`. Raises `Refusal` (400)."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise invalid(first(error)) from None


def document(content: bytes) -> Any:
    """The JSON of a body. Raises `Refusal` (400)."""
    if not content.strip():
        raise invalid("The body is missing")
    try:
        found = json.loads(content, parse_constant=_not_json)
        _check(found, DEEPEST)
    except (ValueError, RecursionError):
        raise invalid("The body is not JSON that can be read") from None
    return found


def first(error: ValidationError) -> str:
    """The first thing that is wrong, with its place. What was sent is not repeated."""
    entry = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in entry["loc"])
    return f"{place}: {entry['msg']}" if place else str(entry["msg"])


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)


def _check(value: Any, depth: int) -> None:
    """Raise `ValueError` for what is no answer could repeat: half surrogates, endless numbers, too many levels."""
    if depth == 0:
        raise ValueError
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict):
        for name, item in value.items():
            name.encode()
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)
