"""The context passed to every use case: the store, the providers, the index, Slack. Values only, no settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ulid import ULID

from bot.clients.base import NotDone, ProviderClient
from bot.domain.actors import Actor
from bot.domain.changes import AuditEntry, Event
from bot.domain.errors import Fault, Problem
from bot.domain.facts import RuleFor
from bot.domain.health import About
from bot.domain.jobs import JobPlan
from bot.domain.reminder_hours import Reminding
from bot.ports import Clock, Notifier, People
from bot.resolve.index import Index

if TYPE_CHECKING:
    from bot.store import Store

LEASE = timedelta(minutes=2)
"""How long a process may work on a change before another one takes over; longer than all its calls together."""


@dataclass(frozen=True, slots=True)
class Context:
    """The dependencies of use cases. `owner` names this process; `alone`: no other process shares the database.

    `org` and `team` are the workspace that the bot serves: enterprise id or team id, and team id.
    """

    store: Store
    providers: Mapping[str, ProviderClient]
    index: Index
    people: People
    notifier: Notifier
    clock: Clock
    rule_for: RuleFor
    owner: str
    org: str
    team: str
    alone: bool = True
    default_channel: str | None = None
    running_threshold: timedelta = timedelta(hours=4)
    evaluations_channel: str | None = None
    reminding: Reminding = field(default_factory=Reminding)

    jobs: tuple[JobPlan, ...] = ()
    """The plans of all background jobs."""
    about: About = field(default_factory=About)

    def provider(self, name: str) -> ProviderClient:
        """The client of a provider by its stored name. Raises `NotDone` if it is no longer configured."""
        if name not in self.providers:
            problem = Problem(
                Fault.UNREACHABLE, name, "finding the provider", detail="no provider of this name is configured"
            )
            raise NotDone(problem)
        return self.providers[name]

    def noun(self, name: str) -> str:
        """The provider's word for a project; "project" if the provider is no longer configured."""
        return self.providers[name].capabilities.noun if name in self.providers else "project"


def new_id() -> str:
    """A new ULID: sorts by time, unique across processes."""
    return str(ULID())


def entry(event: Event, subject: str, at: datetime, actor: Actor | None = None, **facts: str) -> AuditEntry:
    """A new audit entry at this time."""
    return AuditEntry(new_id(), at, event, subject, actor, facts)
