"""The state of the service, in memory and optionally in a file, and the settings that tests may change."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar

from bot.services.launchdarkly.errors import unknown
from bot.services.launchdarkly.faults import Faults
from bot.services.launchdarkly.limits import Limits, Rates
from bot.services.launchdarkly.records import (
    Access,
    Approval,
    ApprovalSettings,
    Config,
    Environment,
    Happening,
    Item,
    Member,
    Metric,
    Place,
    Project,
    Record,
    Serving,
    Team,
)
from bot.services.storage import Storage

ACCOUNT = "5f0000000000000000ac0113"

KINDS: dict[type[Record], tuple[str, ...]] = {
    Project: ("key",),
    Member: ("id",),
    Team: ("key",),
    Metric: ("project", "key"),
    Item: ("project", "kind", "key", "version"),
    Config: ("project", "key"),
    Approval: ("id",),
    Happening: ("id",),
}
"""The record types that are stored, and the fields that form each one's key."""

RecordType = TypeVar("RecordType", bound=Record)


def utc_now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A new id for a member, environment or request: 24 hexadecimal digits."""
    return token_hex(12)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a change: a member, through an access token or in the browser."""

    member: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. Without a member it is a service token.

    With `bypasses` it skips the approval gate, as a token does whose role allows the bypass action.
    """

    secret: str = field(repr=False)
    name: str
    member: str | None = None
    may_write: bool = True
    bypasses: bool = False
    id: str = field(default_factory=new_id)

    @property
    def actor(self) -> Actor:
        """The actor that the token acts for."""
        return Actor(self.member, self.id)


@dataclass(frozen=True, slots=True)
class Call:
    """A received call and its response status, for tests that count calls."""

    method: str
    path: str
    status: int
    body: bytes = b""


class World:
    """The account. Records are never changed in place: change a copy and `save` it.

    `path` is a file that keeps the records across restarts; `now` is the clock. Tests may set `faults`, `limits`, `lag`
    (how many reads of an AI Config still return the old state after a change), `gate_status` (403 or 405, the status
    for a change that needs an approval) and `thin_versions` (lists of versions leave out instructions and
    descriptions). Raises `ValueError` for a file that cannot be used.
    """

    def __init__(
        self, tokens: Sequence[Token], *, now: Callable[[], datetime] = utc_now, path: Path | None = None
    ) -> None:
        self.tokens = {token.secret: token for token in tokens}
        self.now = now
        self.faults = Faults()
        self.limits = Limits()
        self._rates = Rates()
        self.lag = 0
        self.gate_status = 403
        self.thin_versions = False
        self.calls: deque[Call] = deque(maxlen=10_000)
        self._stale: dict[str, tuple[Config, int]] = {}
        self._storage = Storage(path) if path is not None else None
        self._tables: dict[type[Record], dict[str, Any]] = {kind: {} for kind in KINDS}
        if self._storage is not None:
            for kind, table in self._tables.items():
                for body in self._storage.all(kind.__name__):
                    record = kind.model_validate(body)
                    table[_key(record)] = record

    def close(self) -> None:
        """Close the file."""
        if self._storage is not None:
            self._storage.close()

    def ms(self) -> int:
        """The current time in Unix milliseconds."""
        return int(self.now().timestamp() * 1_000)

    def limits_for(self, route: str, token: Token, address: str) -> tuple[bool, dict[str, str]]:
        """Count a call. Returns whether the limits allow it, and the rate limit headers."""
        return self._rates.count(self.limits, self.ms(), route=route, token=token.id, address=address)

    # Storage

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write everything that is saved in the block to disk in one transaction.

        What was saved before an exception is written as well: memory has it already.
        """
        with nullcontext() if self._storage is None else self._storage.together():
            yield

    @contextmanager
    def filled_whole(self) -> Iterator[None]:
        """Write everything that is saved in the block to disk, or close the file as it was if the block raises.

        Only for an account that nobody uses yet: memory keeps what was saved.
        """
        try:
            with nullcontext() if self._storage is None else self._storage.all_or_nothing():
                yield
        except BaseException:
            self.close()
            raise

    def all(self, kind: type[RecordType]) -> list[RecordType]:
        """All records of a kind, in order of creation."""
        return list(self._tables[kind].values())

    def find(self, kind: type[RecordType], *key: object) -> RecordType | None:
        """The record with this key. Returns None when there is none."""
        record: RecordType | None = self._tables[kind].get("/".join(map(str, key)))
        return record

    def save(self, record: Record) -> None:
        """Store a record, new or changed."""
        key = _key(record)
        table = self._tables[type(record)]
        old = table.get(key)
        if isinstance(record, Config) and old is not None and self.lag:
            self._stale[key] = (old, self.lag)
        table[key] = record
        if self._storage is not None:
            self._storage.put(type(record).__name__, key, record.model_dump(mode="json"))

    def drop(self, record: Record) -> None:
        """Delete a record."""
        key = _key(record)
        self._tables[type(record)].pop(key)
        self._stale.pop(key, None)
        if self._storage is not None:
            self._storage.drop(type(record).__name__, key)

    def as_read(self, config: Config) -> Config:
        """The AI Config as a read returns it: after a change, the old state for as many reads as `lag` was then."""
        key = _key(config)
        if key not in self._stale:
            return config
        old, left = self._stale.pop(key)
        if left > 1:
            self._stale[key] = (old, left - 1)
        return old

    # Look-ups

    def project(self, key: str) -> Project:
        """Return a project. Raises `Refusal` (404)."""
        project = self.find(Project, key)
        if project is None:
            raise unknown("project key")
        return project

    def environment(self, project: str, key: str) -> Environment:
        """Return an environment. Raises `Refusal` (404)."""
        environment = self.project(project).environments.get(key)
        if environment is None:
            raise unknown("environment")
        return environment

    def config(self, project: str, key: str) -> Config:
        """Return an AI Config. Raises `Refusal` (404)."""
        self.project(project)
        config = self.find(Config, project, key)
        if config is None:
            raise unknown("AI Config")
        return config

    def configs(self, project: str) -> list[Config]:
        """The AI Configs of a project. Raises `Refusal` (404)."""
        self.project(project)
        return [config for config in self.all(Config) if config.project == project]

    # Changes

    def record(
        self,
        actor: Actor,
        verb: str,
        access: Access,
        *,
        kind: str = "aiConfig",
        name: str,
        config: str | None = None,
        comment: str | None = None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        """Add an entry to the audit log."""
        self.save(
            Happening(
                id=new_id(),
                at=self.ms(),
                kind=kind,
                name=name,
                verb=verb,
                access=access,
                config=config,
                comment=comment,
                member=actor.member,
                token=actor.token,
                before=before,
                after=after,
            )
        )

    def gate(self, project: str, environment: str, settings: ApprovalSettings | None) -> None:
        """Set the approval settings of an environment; None removes them."""
        changed = self.project(project).model_copy(deep=True)
        changed.environments[environment].approval = settings
        self.save(changed)

    def add_environment(self, project: str, environment: Environment) -> None:
        """Add an environment; every AI Config of the project starts there with its defaults."""
        changed = self.project(project).model_copy(deep=True)
        changed.environments[environment.key] = environment
        self.save(changed)
        for config in self.configs(project):
            copy = config.model_copy(deep=True)
            copy.places[environment.key] = Place(
                fallthrough=Serving(entry=config.on), off=config.off, last_modified=self.ms()
            )
            self.save(copy)


def _key(record: Record) -> str:
    return "/".join(str(getattr(record, name)) for name in KINDS[type(record)])
