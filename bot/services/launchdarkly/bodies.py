"""Request bodies, parsed into typed models. Unknown fields are ignored, as the real service ignores them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from bot.services.launchdarkly.errors import invalid

DEEPEST = 64
"""How deep arrays and objects in a body may nest. LaunchDarkly documents no limit; this one is ours."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Text = Annotated[str, StringConstraints(max_length=100_000)]


class Body(BaseModel):
    """A request body, or an object inside one. Fields are snake_case here and camelCase in JSON."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True, allow_inf_nan=False)

    def named(self) -> dict[str, Any]:
        """The fields that were sent and are not null, by their JSON names."""
        sent = self.model_dump(by_alias=True, exclude_unset=True)
        return {name: value for name, value in sent.items() if value is not None}


Parsed = TypeVar("Parsed", bound=BaseModel)


def parsed(model: type[Parsed], content: bytes) -> Parsed:
    """Parse a body into `model`. Raises `Refusal` (400) when it is missing, malformed or of the wrong type."""
    value = document(content)
    if not isinstance(value, dict):
        raise invalid("The body has to be a JSON object")
    return checked(model, value)


def checked(model: type[Parsed], value: Mapping[str, Any]) -> Parsed:
    """Validate a JSON object as `model`. Raises `Refusal` (400)."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise invalid(first(error)) from None


def document(content: bytes) -> Any:
    """Parse a body as JSON. Raises `Refusal` (400)."""
    if not content.strip():
        raise invalid("The body is missing")
    try:
        value = json.loads(content, parse_constant=_not_json)
        _check(value, DEEPEST)
    except (ValueError, RecursionError):
        raise invalid("The body is not JSON that can be read") from None
    return value


def first(error: ValidationError) -> str:
    """The first validation error and where it is. The value that was sent is not repeated."""
    entry = error.errors(include_input=False, include_url=False)[0]
    location = ".".join(str(part) for part in entry["loc"])
    return f"{location}: {entry['msg']}" if location else str(entry["msg"])


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)


def _check(value: Any, depth: int) -> None:
    """Raise `ValueError` for what no JSON response could repeat: lone surrogates, non-finite numbers, deep nesting."""
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
