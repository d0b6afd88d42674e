"""Column types that behave the same on both databases."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator


class Document(TypeDecorator[dict[str, Any]]):
    """A JSON document, written as plain ASCII text.

    Not the database's own JSON type: PostgreSQL's refuse some of what prompts and scores can hold (U+0000, NaN), and
    nothing here is searched by what stands inside a document.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        """To the database."""
        del dialect
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        """From the database."""
        del dialect
        if value is None:
            return None
        document: dict[str, Any] = json.loads(value)
        return document


class Words(TypeDecorator[str]):
    """Text from people and services. What PostgreSQL cannot keep (U+0000, half a surrogate pair) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the database."""
        del dialect
        if value is None:
            return None
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """From the database, as it stands."""
        del dialect
        return value
