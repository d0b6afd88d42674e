"""Base classes of all bodies: null means absent, and values that no database can store are refused."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

NAME_LENGTH = 1_000
"""The v4 reference documents no limit for names; this one is ours."""

MOST_IDS = 1_000
"""How many ids a body may list; databases limit the number of parameters in a query."""

DEEPEST = 64
"""How deep arrays and objects in a body may nest; this limit is ours as well."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LENGTH)]
ShortName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
ShortText = Annotated[str, StringConstraints(max_length=255)]
DirectoryId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


def _absent(value: Any) -> bool:
    return value is None


def if_set(**extra: Any) -> Any:
    """A field that is left out of responses and digests while it is None."""
    return Field(default=None, exclude_if=_absent, **extra)


class Part(BaseModel):
    """An object inside a body."""

    model_config = ConfigDict(allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        required = {field.alias or name for name, field in cls.model_fields.items() if field.is_required()}
        return {name: item for name, item in value.items() if item is not None or name in required}


class Body(Part):
    """A whole body, which is also checked for values that no database can store."""

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        _check_storable(value)
        return value


def _check_storable(value: Any, depth: int = 0) -> None:
    """Raise `ValueError` for null characters, lone surrogates, NaN, infinities and too deep nesting."""
    if depth > DEEPEST:
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("numbers have to be finite")
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_storable(name, depth + 1)
            _check_storable(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_storable(item, depth + 1)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ValueError("texts cannot hold null characters")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("texts cannot hold half surrogate pairs")
