"""What one project has live in one environment: the value that approvals, read-back, undo and drift compare."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, assert_never


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing is live."""


@dataclass(frozen=True, slots=True)
class Off:
    """The project is switched off in this environment."""


@dataclass(frozen=True, slots=True)
class One:
    """One config is live, in this content version. `name` is a snapshot and is ignored in comparisons."""

    config_id: str
    content_version: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """Several configs share the traffic: (config id, thousandths of a percent), in the provider's order.

    `context_kind` and `bucket_by` say how traffic is divided, if the provider has more than one way.
    """

    weights: tuple[tuple[str, int], ...]
    context_kind: str = ""
    bucket_by: str = ""


Live = Nothing | Off | One | Split


@dataclass(frozen=True, slots=True)
class LiveState:
    """What is live, and how many rules take precedence over it."""

    live: Live
    winning_rules: int = 0

    def fingerprint(self) -> str:
        """A short digest of everything except names; equal if and only if nothing changed."""
        return hashlib.sha256(json.dumps(self._essence(), sort_keys=True).encode()).hexdigest()[:16]

    def same_as(self, other: LiveState) -> bool:
        """Whether both are equal, ignoring names."""
        return self._essence() == other._essence()

    def serves(self, config_id: str, content_version: str) -> bool:
        """Whether exactly this config in exactly this content version is live."""
        live = self.live
        return isinstance(live, One) and (live.config_id, live.content_version) == (config_id, content_version)

    def _essence(self) -> dict[str, Any]:
        document = to_document(self)
        document.pop("name", None)
        return document


NOTHING = LiveState(Nothing())


def to_document(served: LiveState) -> dict[str, Any]:
    """A JSON-ready form; `from_document` is its inverse."""
    document: dict[str, Any] = {"rules": served.winning_rules}
    match served.live:
        case Nothing():
            document["live"] = "nothing"
        case Off():
            document["live"] = "off"
        case One(config_id, content_version, name):
            document |= {"live": "one", "config": config_id, "version": content_version, "name": name}
        case Split(weights, context_kind, bucket_by):
            document |= {"live": "split", "weights": [list(weight) for weight in weights]}
            bucketing = {"context_kind": context_kind, "bucket_by": bucket_by}
            document |= {name: value for name, value in bucketing.items() if value}
        case _:
            assert_never(served.live)
    return document


def from_document(document: dict[str, Any]) -> LiveState:
    """The inverse of `to_document`. Raises `ValueError` for anything else."""
    live: Live
    match document:
        case {"live": "nothing"}:
            live = Nothing()
        case {"live": "off"}:
            live = Off()
        case {"live": "one", "config": str(config), "version": str(version), "name": str(name)}:
            live = One(config, version, name)
        case {"live": "split", "weights": list(weights)} if all(map(_is_weight, weights)):
            bucketing = [str(document.get(name, "")) for name in ("context_kind", "bucket_by")]
            live = Split(tuple((config, weight) for config, weight in weights), *bucketing)
        case _:
            raise ValueError(f"reading what was served: {document!r} is not one of nothing, off, one, split")
    rules = document.get("rules", 0)
    if not isinstance(rules, int):
        raise ValueError(f"reading what was served: {rules!r} is not a number of rules")  # noqa: TRY004 - as promised
    return LiveState(live, rules)


def _is_weight(weight: Any) -> bool:
    return isinstance(weight, list) and [type(part) for part in weight] == [str, int]
