"""Changes, people and notices for tests of the store, each with sensible rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from bot.domain.actors import Actor, MessageAt, Place, Standing
from bot.domain.changes import ApprovalSnapshot, AuditEntry, Change, Decision, Event, Kind, RuleMark, Say, State
from bot.domain.evaluations import Evidence, Verdict
from bot.domain.live_state import NOTHING
from bot.domain.names import Config, Environment, Project
from bot.domain.notices import Notice, NoticeKind, Reminder
from bot.store import WriteTransaction

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

ADA = Actor("E0ACORN", "T0ACORN", "U0ADA", "Ada Ibarra", Standing.MEMBER, "Europe/Berlin")
RAVI = Actor("E0ACORN", "T0ACORN", "U0RAVI", "Ravi Menon", Standing.MEMBER, "Asia/Kolkata")
MIRA = Actor("E0ACORN", "T0ACORN", "U0MIRA", "Mira Okafor", Standing.MEMBER)
DEPLOYS = Place("E0ACORN", "T0ACORN", "C0DEPLOYS")
POSTED = MessageAt("C0DEPLOYS", "1772452800.000100")

TRIAGE = Project("humanloop", "pr_triage", "Refund triage")
PRODUCTION = Environment("humanloop", "env_prod", "production", is_default=True)
STAGING = Environment("humanloop", "env_staging", "staging")

_numbers = count(1_000_000)


class FixedClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.time = now

    def now(self) -> datetime:
        """Where it stands."""
        return self.time


def change(id: str = "ch-a", **different: Any) -> Change:  # noqa: A002 - the domain's word
    """A deploy of config_x to production that waits for one approval."""
    values: dict[str, Any] = {
        "id": id,
        "number": next(_numbers),
        "kind": Kind.DEPLOY,
        "state": State.WAITING,
        "project": TRIAGE,
        "environment": PRODUCTION,
        "target": Config("humanloop", "pr_triage", "config_x", "triage v3", "config_x"),
        "requester": ADA,
        "origin": DEPLOYS,
        "seen": ApprovalSnapshot(NOTHING, RuleMark("built-in/one-approval", 1), Evidence(Verdict.NOT_PROVEN)),
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Change(**(values | different))


def entry(id: str = "au-a", subject: str = "ch-a", **different: Any) -> AuditEntry:  # noqa: A002 - the domain's word
    """A line of history: Ada asked."""
    values: dict[str, Any] = {"id": id, "at": NOON, "event": Event.REQUESTED, "subject": subject, "actor": ADA}
    return AuditEntry(**(values | different))


def approval(actor: Actor = RAVI, change_id: str = "ch-a", **different: Any) -> Decision:
    """Ravi approves."""
    values: dict[str, Any] = {"change_id": change_id, "actor": actor, "say": Say.APPROVE, "at": NOON}
    return Decision(**(values | different))


def card(subject: str = "ch-a", id: str = "no-card", **different: Any) -> Notice:  # noqa: A002 - the domain's word
    """The card of a change, not said yet."""
    return notice(NoticeKind.CARD, subject, id, **different)


def notice(kind: NoticeKind, subject: str, id: str, **different: Any) -> Notice:  # noqa: A002 - the domain's word
    """Something to be said in #deploys."""
    values: dict[str, Any] = {"id": id, "kind": kind, "subject": subject, "place": DEPLOYS, "created_at": NOON}
    values |= different
    if "behind_since" not in values and values.get("wanted", 1) > values.get("shown", 0):
        values["behind_since"] = values["created_at"]
    return Notice(**values)


def reminder(evaluation_id: str = "ev_1", **different: Any) -> Reminder:
    """An evaluation that was seen running at noon."""
    values: dict[str, Any] = {
        "provider": "humanloop",
        "project_id": "pr_triage",
        "project_name": "Refund triage",
        "evaluation_id": evaluation_id,
        "first_seen": NOON,
    }
    return Reminder(**(values | different))


async def say(tx: WriteTransaction, shown: int) -> None:
    """Somebody takes the card in hand and says it."""
    assert await tx.claim_notice("no-card", "worker-1", NOON + MINUTE, NOON)
    assert await tx.delivered("no-card", shown, POSTED, "worker-1")
